/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls that benchmarks/instructions counts: `instructions isend N FILE`
 * starts N sends of 8 bytes, `pingpong N FILE` exchanges N messages there and
 * back, `idle N FILE` tests N times for what has not been sent, `long N FILE`
 * starts and awaits N sends of 64 KiB. Rank 0 runs under the counter, which in
 * the last case is steps.c and is told by a signal where to count. The ranks tell each other beside MPI, in the page of FILE,
 * when a message has left or may leave, so that what rank 0 receives is there
 * and no waiting is counted.
 */
#include <fcntl.h>
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    TAG = 1,
    BYTES = 8,
    LONG_BYTES = 65536,
    YIELDS = 2000, /* until what a peer has sent is here */
    ANSWER_EVERY = 8,
    WARM_UP = 100 /* connects both ways, and earns a ring over verbs */
};

/* The word that the ranks share, zero at first. */
static atomic_long *map(const char *path)
{
    int fd = open(path, O_RDWR);
    void *word = fd < 0 ? MAP_FAILED
                        : mmap(NULL, sizeof(atomic_long),
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (word == MAP_FAILED) {
        perror(path);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    close(fd);
    return word;
}

static void await(atomic_long *word, long value)
{
    while (atomic_load(word) < value)
        sched_yield();
}

/* By a call that is not counted. */
static void exchange(int rank)
{
    char out[BYTES] = "8 bytes";
    char in[BYTES];

    MPI_Sendrecv(out, BYTES, MPI_CHAR, 1 - rank, TAG, in, BYTES, MPI_CHAR,
                 1 - rank, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* One at a time, with an answer to each few, so that every one starts from the
 * same state: room on the way and nothing to wait for. */
static void isend(int rank, long count)
{
    char message[BYTES] = "8 bytes";
    MPI_Request request;

    for (long i = 0; i < count; i++) {
        if (rank == 0) {
            MPI_Isend(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD,
                      &request);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        } else {
            MPI_Recv(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
        }
        if (i % ANSWER_EVERY == ANSWER_EVERY - 1)
            exchange(rank);
    }
}

static void pingpong(int rank, long count, atomic_long *told)
{
    char message[BYTES] = "8 bytes";

    for (long i = 0; i < count; i++) {
        if (rank == 0) {
            MPI_Send(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD);
            await(told, i + 1);
        }
        MPI_Recv(message, BYTES, MPI_CHAR, 1 - rank, TAG, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        if (rank == 1) {
            MPI_Send(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD);
            atomic_store(told, i + 1);
        }
    }
}

static void idle(int rank, long count, atomic_long *told)
{
    char message[BYTES] = "8 bytes";
    MPI_Request request;
    int flag;

    if (rank == 1) {
        await(told, 1);
        MPI_Send(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD);
        return;
    }
    MPI_Irecv(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD, &request);
    for (long i = 0; i < count; i++)
        MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
    atomic_store(told, 1);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

/* Counting begins, or ends. */
static void mark(void)
{
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
}

/* The receiver has said all when the wait begins, so that no waiting is
 * counted. */
static void long_sends(int rank, long count, atomic_long *told)
{
    char *message = calloc(1, LONG_BYTES);
    MPI_Request request;

    if (!message)
        MPI_Abort(MPI_COMM_WORLD, 1);
    if (rank == 0) {
        mark(); /* nothing in between */
        mark();
    }
    for (long i = 0; i < count; i++) {
        if (rank == 1) {
            MPI_Recv(message, LONG_BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
            atomic_store(told, i + 1);
            continue;
        }
        mark();
        MPI_Isend(message, LONG_BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD,
                  &request);
        mark();
        await(told, i + 1);
        for (int n = 0; n < YIELDS; n++)
            sched_yield();
        mark();
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        mark();
    }
    free(message);
}

int main(int argc, char **argv)
{
    atomic_long *told;
    int rank;
    int size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc != 4 || size != 2) {
        fprintf(stderr,
                "usage: mpirun -n 2 %s isend|pingpong|idle|long COUNT FILE\n",
                argv[0]);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    told = map(argv[3]);
    for (int i = 0; i < WARM_UP; i++)
        exchange(rank);
    if (strcmp(argv[1], "isend") == 0)
        isend(rank, atol(argv[2]));
    else if (strcmp(argv[1], "pingpong") == 0)
        pingpong(rank, atol(argv[2]), told);
    else if (strcmp(argv[1], "long") == 0)
        long_sends(rank, atol(argv[2]), told);
    else
        idle(rank, atol(argv[2]), told);
    MPI_Finalize();
    return 0;
}
