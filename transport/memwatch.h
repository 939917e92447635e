/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches memory and tells when it leaves the process, by whatever means:
 * munmap, a mapping over it, mremap, madvise, a shrinking heap; from libc or
 * from a raw system call.
 *
 * The kernel tells, through userfaultfd: the thread that unmaps watched memory
 * waits until a small thread of the watch has read the event. Where the kernel
 * does not grant that (old, or forbidden in a container), there is no watch.
 * Only private anonymous memory is watched; pages of files and shared memory
 * can change hands without a mapping changing.
 */
#ifndef TRANSPORT_MEMWATCH_H
#define TRANSPORT_MEMWATCH_H

#include "runtime/base/strbuf.h"
#include "transport/regcache.h"

struct memwatch;

/*
 * Start the watch. why gets a phrase when there can be none.
 * Errors   MPI_ERR_OTHER
 */
int memwatch_open(struct memwatch **out, struct strbuf *why);
void memwatch_close(struct memwatch *w);

/* The watch as the registration cache wants it. */
struct regcache_watch memwatch_interface(struct memwatch *w);

#endif
