/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A second thread gives a buffer's memory back, and the first takes other
 * memory at its address before munmap has returned: the messages move what is
 * there now. The library's own threads are made slow, so that what they tell
 * comes late.
 *
 * ranks: 2 4
 */
#define _GNU_SOURCE /* SCHED_IDLE */
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "replaced.h"

enum { ROUNDS = 55, SLOW_FROM = 50 };

static unsigned char *_Atomic given; /* to the second thread, to be unmapped */
static atomic_bool is_over;
static atomic_int second;

static void *unmap_what_is_given(void *arg)
{
    second = gettid();
    while (!is_over) {
        unsigned char *at = atomic_exchange(&given, NULL);
        if (at)
            munmap(at, BLOCK);
        else
            sched_yield();
    }
    return arg;
}

/* With SCHED_IDLE all threads but our two run when nothing else wants to. */
static void schedule_others(int policy)
{
    static const struct sched_param none;
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    while ((task = readdir(tasks)) != NULL) {
        int id = atoi(task->d_name);
        if (id > 0 && id != getpid() && id != second)
            sched_setscheduler(id, policy, &none);
    }
    closedir(tasks);
}

/* Let the other thread unmap the block, and map there the moment that the
 * address is free. */
static void replace(unsigned char *at)
{
    given = at;
    while (map_block(at, MAP_FIXED_NOREPLACE) != at)
        ;
}

/* Nothing between the replacing and the message but what it must hold. */
static void send_new(unsigned char *at, int to, int round)
{
    memset(at, 0xee, BLOCK);
    replace(at);
    at[0] = at[BLOCK - 1] = (unsigned char)round;
    MPI_Send(at, BLOCK, MPI_BYTE, to, round, MPI_COMM_WORLD);
}

static void recv_new(unsigned char *at, int from, int round)
{
    MPI_Probe(from, round, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    replace(at);
    MPI_Recv(at, BLOCK, MPI_BYTE, from, round, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    CHECK(at[0] == (unsigned char)round && at[BLOCK - 1] == at[0]);
    for (int i = 1; i < BLOCK - 1; i++)
        CHECK(at[i] == 0);
}

int main(int argc, char **argv)
{
    int level, rank;
    pthread_t thread;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    CHECK(level >= MPI_THREAD_FUNNELED);
    CHECK(pthread_create(&thread, NULL, unmap_what_is_given, NULL) == 0);
    unsigned char *at = map_block(NULL, 0);
    for (int n = 1; n < ROUNDS; n++) {
        if (n == SLOW_FROM)
            schedule_others(SCHED_IDLE);
        if (rank % 2 == 0)
            send_new(at, rank + 1, n);
        else
            recv_new(at, rank - 1, n);
    }
    schedule_others(SCHED_OTHER);
    is_over = true;
    pthread_join(thread, NULL);
    munmap(at, BLOCK);
    MPI_Finalize();
    return 0;
}
