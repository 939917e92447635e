/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cross-memory attach: reading and writing another process's memory in one
 * copy, by the kernel (process_vm_readv, process_vm_writev). It needs the
 * permission to trace the peer, which Yama, seccomp and containers may refuse;
 * so it is tried before it is used.
 */
#ifndef SHM_ATTACH_H
#define SHM_ATTACH_H

#include <stddef.h>
#include <stdint.h>

#include "transport/transport.h"

/* Part of the business card: a word to read as a trial. */
struct attach_card {
    int32_t pid;
    uint32_t unused;
    uint64_t address; /* of a word in that process */
    uint64_t word;    /* what stands there */
};

/* Let the other ranks read this process, and fill its card. *word must live
 * as long as the transport. */
void attach_open(uint64_t *word, struct attach_card *card);

/* Read the trial word of the process on the card. Returns 0, or the errno that
 * says why it cannot be read (ESRCH also when another process answers). */
int attach_try(const struct attach_card *card);

/* Read all runs at the peer, in their order, into the slices of a transfer.
 * Returns 0 or an errno. */
int attach_gather(int pid, const struct transfer *get);

/* Read bytes at the remote address into local. Returns 0 or an errno. */
int attach_read(int pid, void *local, uint64_t remote, size_t bytes);

/* Write bytes from local to the remote address. Returns 0 or an errno. */
int attach_write(int pid, uint64_t remote, const void *local, size_t bytes);

#endif
