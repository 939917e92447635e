/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A long read by attach that both ends work at: the receiver reads pieces from
 * the sender's memory while the sender, when it happens to poll, writes others
 * into the receiver's. Two cores copy faster than one.
 *
 * The receiver describes the read in a line that the pair shares and asks for
 * help by a packet. Each takes the next piece from one counter until none is
 * left; then the receiver waits for the piece that the helper still has in
 * hand, if it has one. Nobody waits for who does not poll.
 *
 * The counter's high half is the number of the read. A helper that comes late
 * reads the description of a later one, or a torn one, and its compare-and-swap
 * then fails or takes a piece of what it has read: the number changes before
 * the description does, with a piece that no read has until it is whole.
 */
#ifndef SHM_SHARE_H
#define SHM_SHARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/platform.h"

/* In shared memory, zero at first. One writer, the receiver, but for `next`
 * (both) and `done` (the helper). */
struct share {
    _Alignas(CACHE_LINE) _Atomic uint64_t next; /* read << 32 | piece */
    _Atomic uint32_t done;   /* pieces that the helper has ended */
    _Atomic uint32_t failed; /* of these, in vain */
    _Atomic uint64_t from;   /* at the helper */
    _Atomic uint64_t to;     /* at the receiver */
    _Atomic uint64_t bytes;
    _Atomic uint32_t piece_bytes;
    _Atomic uint32_t pieces;
};

_Static_assert(sizeof(struct share) == CACHE_LINE, "one line");

enum { SHARE_MIN_BYTES = 32 << 10 }; /* below, asking costs more than it saves */

/* Receiver: describe a read; help may then be asked for. */
void share_open(struct share *s, void *to, uint64_t from, size_t bytes);

/*
 * Receiver: read until no piece is left, and wait for the helper's. Returns 0
 * or an errno; *has_helped tells whether the helper's pieces, if any, were
 * written. When they were not, all must be read again.
 */
int share_read(struct share *s, int pid, bool *has_helped);

/* Helper: write pieces of the read that is open, if any, to process pid. */
void share_help(struct share *s, int pid);

#endif
