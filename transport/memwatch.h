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
 * can change hands without a mapping changing. Linux does not tell of two rare
 * calls: shmat with SHM_REMAP over the memory, and MADV_GUARD_INSTALL.
 */
#ifndef TRANSPORT_MEMWATCH_H
#define TRANSPORT_MEMWATCH_H

#include "runtime/base/strbuf.h"
#include "transport/regcache.h"

struct memwatch;

/*
 * What is known of threads that may unmap memory. In a program of one thread
 * searches cost no system call. Else, or as soon as a thread beyond these is
 * seen, each search asks the kernel whether some thread is unmapping.
 */
struct memwatch_threads {
    bool are_declared;   /* the program has asked for threads */
    unsigned of_library; /* threads of libraries, which do not touch buffers */
};

/*
 * Start the watch. why gets a phrase when there can be none.
 * Errors   MPI_ERR_OTHER
 */
int memwatch_open(const struct memwatch_threads *threads,
                  struct memwatch **out, struct strbuf *why);
void memwatch_close(struct memwatch *w);

/* Does each search ask the kernel by now? */
bool memwatch_asks_kernel(const struct memwatch *w);

/* The watch as the registration cache wants it. */
struct regcache_watch memwatch_interface(struct memwatch *w);

#endif
