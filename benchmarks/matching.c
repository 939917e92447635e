/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What matching costs by the depth of its queues. One rank that sends to
 * itself, so that nothing but the library is measured:
 *   posted      a message meets one of DEPTH receives of different tags
 *   any         the same, the receives naming no source
 *   unexpected  a receive meets one of DEPTH messages of different tags
 *   probe       MPI_Iprobe finds one of DEPTH messages
 *   miss        MPI_Iprobe finds none among DEPTH messages
 *   wildcard    MPI_Iprobe with MPI_ANY_SOURCE and the tag of the last message
 * Tags are taken in an order that no queue has. Nanoseconds for one of each;
 * posting is counted with `posted` and `any`, sending with `unexpected`.
 * `matching DEPTH [KIND]` does one measurement's calls once, of the kind
 * `posted` if none is named, for counting instructions.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DEEPEST = 10000,
    MESSAGES = 40000, /* of each measurement, at least */
    STRIDE = 7919     /* prime, so that i * STRIDE % depth visits all */
};

static MPI_Request requests[DEEPEST];
static int data[DEEPEST];

static int tag_at(int i, int depth)
{
    return (int)((long)i * STRIDE % depth);
}

/* Receives first, then the messages. */
static void meet_posted(int depth, int source)
{
    int message = 1;
    for (int i = 0; i < depth; i++)
        MPI_Irecv(&data[i], 1, MPI_INT, source, i, MPI_COMM_SELF, &requests[i]);
    for (int i = 0; i < depth; i++)
        MPI_Send(&message, 1, MPI_INT, 0, tag_at(i, depth), MPI_COMM_SELF);
    MPI_Waitall(depth, requests, MPI_STATUSES_IGNORE);
}

static void send_all(int depth)
{
    for (int i = 0; i < depth; i++)
        MPI_Isend(&data[i], 1, MPI_INT, 0, i, MPI_COMM_SELF, &requests[i]);
}

static void receive_all(int depth)
{
    int message;
    for (int i = 0; i < depth; i++)
        MPI_Recv(&message, 1, MPI_INT, 0, tag_at(i, depth), MPI_COMM_SELF,
                 MPI_STATUS_IGNORE);
    MPI_Waitall(depth, requests, MPI_STATUSES_IGNORE);
}

/* One round of depth operations; messages for probes are there already. */
static void run(const char *what, int depth)
{
    int flag;
    switch (what[0]) {
    case 'p':
        if (what[1] == 'o') {
            meet_posted(depth, 0);
            break;
        }
        for (int i = 0; i < depth; i++)
            MPI_Iprobe(0, tag_at(i, depth), MPI_COMM_SELF, &flag,
                       MPI_STATUS_IGNORE);
        break;
    case 'a':
        meet_posted(depth, MPI_ANY_SOURCE);
        break;
    case 'u':
        send_all(depth);
        receive_all(depth);
        break;
    case 'm':
        for (int i = 0; i < depth; i++)
            MPI_Iprobe(0, DEEPEST + i, MPI_COMM_SELF, &flag,
                       MPI_STATUS_IGNORE);
        break;
    case 'w':
        for (int i = 0; i < depth && i < 100; i++)
            MPI_Iprobe(MPI_ANY_SOURCE, depth - 1, MPI_COMM_SELF, &flag,
                       MPI_STATUS_IGNORE);
        break;
    }
}

/* The least of five measurements, in nanoseconds. */
static double measure(const char *what, int depth)
{
    const int rounds = what[0] == 'w' ? 10 : (MESSAGES + depth - 1) / depth;
    const int each = what[0] == 'w' && depth > 100 ? 100 : depth;
    double least = 0;
    run(what, depth);
    for (int try = 0; try < 5; try++) {
        const double start = MPI_Wtime();
        for (int i = 0; i < rounds; i++)
            run(what, depth);
        const double took = (MPI_Wtime() - start) / ((double)rounds * each);
        if (try == 0 || took < least)
            least = took;
    }
    return least * 1e9;
}

static void run_once(const char *what, int depth)
{
    const int is_probe = what[0] == 'm' || what[0] == 'w' ||
                         (what[0] == 'p' && what[1] == 'r');
    if (is_probe)
        send_all(depth);
    run(what, depth);
    if (is_probe)
        receive_all(depth);
}

int main(int argc, char **argv)
{
    static const int depths[] = { 1, 10, 100, 1000, DEEPEST };
    static const char *const kinds[] = { "posted", "any", "unexpected",
                                         "probe", "miss", "wildcard" };
    MPI_Init(&argc, &argv);
    if (argc >= 2 && atoi(argv[1]) > 0 && atoi(argv[1]) <= DEEPEST) {
        run_once(argc > 2 ? argv[2] : "posted", atoi(argv[1]));
        MPI_Finalize();
        return 0;
    }
    printf("# Depth %10s %10s %10s %10s %10s %10s\n", kinds[0], kinds[1],
           kinds[2], kinds[3], kinds[4], kinds[5]);
    for (int d = 0; d < 5; d++) {
        printf("%7d", depths[d]);
        for (int kind = 0; kind < 6; kind++) {
            if (kind == 3)
                send_all(depths[d]);
            printf(" %10.1f", measure(kinds[kind], depths[d]));
        }
        receive_all(depths[d]);
        printf("\n");
    }
    MPI_Finalize();
    return 0;
}
