/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every MPI_X function uses: its two names, the checks of its arguments,
 * and the one place where errors meet error handlers.
 *
 * A function reads: check the arguments, convert handles to objects, call one
 * function of a layer below, return api_result(...). Its int form and its
 * large-count form share a static function.
 */
#ifndef API_API_H
#define API_API_H

#include <pthread.h>
#include <stdbool.h>

#include <mpi.h>

#include "runtime/base/lock.h"
#include "runtime/objects/comm.h"

/*
 * Stands before the definition of MPI_X: exports it as a weak symbol, and
 * PMPI_X as a strong one at the same address, so that a tool can replace MPI_X
 * (MPI 5.0, 15.2.1). Large-count pairs name both.
 */
#define PROFILE(name)                                                          \
    extern __typeof__(name) P##name                                            \
        __attribute__((alias(#name), visibility("default")));                  \
    extern __typeof__(name) name __attribute__((weak, visibility("default")))

/* The MPI library of this process. */
struct library {
    struct process *process; /* NULL while MPI does not run */
    struct p2p *p2p;
    struct mpi_comm *world;
    struct mpi_comm *self;
    struct mpi_comm *base; /* of all ranks, for us; NULL: not used yet */
    int thread_level;
    pthread_t main_thread; /* that called MPI_Init */
    bool is_initialized;   /* the world model: world and self are there */
    bool is_finalized;
    int sessions;          /* open now */
    bool had_sessions;
    bool is_shared;        /* threads may call at the same time, as they may
                              while MPI does not run */
    struct lock lock;
};

extern struct library library;

void library_lock(void);
void library_unlock(void);

/*
 * The thread level from now on: whoever initializes MPI while nobody else uses
 * it decides. Caller holds the lock.
 */
void library_set_level(int level);

static ALWAYS_INLINE bool library_enter(void)
{
    if (LIKELY(!library.is_shared))
        return false;
    library_lock();
    return true;
}

static ALWAYS_INLINE void library_leave(const bool *is_inside)
{
    if (UNLIKELY(*is_inside))
        library_unlock();
}

/*
 * The first line of every MPI function but the few that touch nothing shared:
 * hold the library lock until the function returns, where threads share the
 * library. Whatever waits inside gives it up meanwhile. MPI_Send and MPI_Isend
 * do without on their shortest way, which is closed to threads (see
 * mpi_comm.short_count).
 */
#define LIBRARY_LOCKED                                                         \
    ON_RETURN(library_leave) const bool is_inside = library_enter()

/* The same where MPI may not have begun, or begins, and threads may call. */
#define LIBRARY_LOCKED_ALWAYS                                                  \
    ON_RETURN(library_leave) const bool is_inside = (library_lock(), true)

/*
 * The end of every MPI function. MPI_SUCCESS passes through; an error goes to
 * comm's error handler (comm NULL: that of MPI_COMM_SELF), which may return it,
 * call the user, or end the job with a sentence that names the function.
 */
int api_raise(struct mpi_comm *comm, int err, const char *function) COLD;

/* Would that end the job? */
bool api_is_fatal(struct mpi_comm *comm) COLD;

/* End the job with the sentence of err. */
_Noreturn void api_die(int err, const char *function) COLD;

/* As api_raise, for a function that may be called at any time. */
int api_raise_anytime(int err, const char *function) COLD;

static inline int api_result(struct mpi_comm *comm, int err,
                             const char *function)
{
    return LIKELY(err == MPI_SUCCESS) ? err : api_raise(comm, err, function);
}

static inline int api_result_anytime(int err, const char *function)
{
    return LIKELY(err == MPI_SUCCESS) ? err : api_raise_anytime(err, function);
}

#endif
