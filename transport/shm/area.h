/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the ranks of a node keep in the node segment's area.
 *
 *   header                          what all must agree on
 *   mailbox of rank 0, 1, ...       by sender: its announcement, what the owner
 *                                   has taken from its ring, the turn lines
 *   rings, sender-major             lines and payload of each ordered pair
 *
 * P ranks reserve P * P rings of address space, yet memory is taken page by
 * page as it is touched: a pair that never talks costs none; one that sends
 * packets up to 4 KiB only costs the 15 KiB of its lines; one that sends long
 * ones up to the payload ring (setting shm_ring_bytes) more.
 */
#ifndef SHM_AREA_H
#define SHM_AREA_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/process.h"
#include "transport/shm/ring.h"
#include "transport/shm/share.h"

/* Where other ranks announce that they will send to this one. */
struct mailbox {
    _Atomic uint32_t announced; /* grows with each sender */
    unsigned char unused[CACHE_LINE - 4];
    struct {
        struct ring_taken taken;
        struct ring_line turn[RING_TURN_LINES]; /* of both directions; used
                                  when the sender has the lower rank */
        struct share share; /* a read by the owner that the sender may help */
    } from[];
    /* Then a byte for each rank: it has announced itself. */
};

struct area {
    unsigned char *base;
    uint32_t ranks;
    uint32_t payload_bytes; /* of one ring */
};

/*
 * Map the area in the process's node segment. Payload rings are at least
 * ring_bytes long.
 * Errors   MPI_ERR_NO_MEM; MPI_ERR_OTHER: the ranks of the node disagree
 */
int area_open(struct area *a, struct process *process, size_t ring_bytes,
              struct strbuf *why);

/* The ring from one local rank to another. */
void area_ring(const struct area *a, uint32_t from, uint32_t to,
               struct ring *ring);

/* The turn lines of `here` and a peer, as `here` sees it. */
void area_turn(const struct area *a, uint32_t here, uint32_t peer,
               struct ring_turn *turn);

/* Tell `to` that `from` is going to send. */
void area_announce(const struct area *a, uint32_t from, uint32_t to);

/* The owner's side: how often was announced, and has `from` announced. */
struct mailbox *area_mailbox(const struct area *a, uint32_t of);
bool area_has_announced(const struct area *a, uint32_t from, uint32_t to);

#endif
