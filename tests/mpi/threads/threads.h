/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For programs whose ranks have several threads: run(f) calls f in each of
 * THREADS threads with the thread's number, and returns when all have ended.
 */
#ifndef MPI_THREADS_H
#define MPI_THREADS_H

#include <pthread.h>
#include <stdint.h>

#include "../check.h"

enum { THREADS = 8 };

static inline void run(void *(*f)(void *number))
{
    pthread_t thread[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&thread[i], NULL, f, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

static inline void init_threads(int *argc, char ***argv)
{
    int provided;
    MPI_Init_thread(argc, argv, MPI_THREAD_MULTIPLE, &provided);
    CHECK(provided == MPI_THREAD_MULTIPLE);
    MPI_Query_thread(&provided);
    CHECK(provided == MPI_THREAD_MULTIPLE);
}

#endif
