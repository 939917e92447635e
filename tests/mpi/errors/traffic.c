/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random traffic among all ranks, every byte of it checked, while some ranks
 * are killed at a random moment. `traffic SEED MILLISECONDS [RANK...]`: the
 * ranks named die. Started by traffic.sh with mpirun -keep-going.
 *
 * Each ordered pair has a stream of numbered messages; a message's length,
 * bytes and way of sending follow from pair and number. The last one of a
 * stream is empty. An error is right when it tells that a rank was killed, and
 * wrong bytes or an order that is not the sender's are never.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>

#include "check.h"

enum { TAG = 7, LONGEST = 256 << 10, RANKS_MAX = 32, AHEAD = 3 };

/* One direction between us and a peer. */
struct stream {
    MPI_Request request[AHEAD];
    unsigned char *buffer[AHEAD];
    uint32_t number;   /* of the next message to start */
    uint32_t expected; /* of the next to arrive */
    int has_ended;     /* the empty message was sent, or came; or it is lost */
};

static struct stream out[RANKS_MAX], in[RANKS_MAX];
static int rank, size;
static uint64_t seed;
static long checked;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ x >> 33;
}

static uint64_t key_of(int from, int to, uint32_t number)
{
    return mix(seed ^ mix((uint64_t)from << 48 ^ (uint64_t)to << 32 ^ number));
}

/* Mostly short, some around the limits, a few long; at least 4. */
static int length_of(uint64_t key)
{
    static const int limits[] = { 64, 64, 64, 1100, 5000, 17000, 70000, LONGEST };
    return 4 + (int)((key >> 8) % (uint64_t)(limits[key % 8] - 4));
}

static void fill(unsigned char *to, int bytes, uint64_t key, uint32_t number)
{
    memcpy(to, &number, sizeof number);
    for (int i = 4; i < bytes; i++)
        to[i] = (unsigned char)(key >> i % 8 * 8) + (unsigned char)(i / 8);
}

static void check(const unsigned char *got, int bytes, int from)
{
    static unsigned char wanted[LONGEST];
    const uint64_t key = key_of(from, rank, in[from].expected);
    CHECK(bytes == length_of(key));
    fill(wanted, bytes, key, in[from].expected);
    CHECK(memcmp(got, wanted, (size_t)bytes) == 0);
    in[from].expected++;
    checked++;
}

static void expect_death(int err)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    CHECK_ERROR(err, MPI_ERR_PROC_ABORTED);
    MPI_Error_string(err, text, &length);
    CHECK(strstr(text, "was killed by signal 9") != NULL);
}

/* Free slots get the next messages, the last one when it is time. */
static void send_some(int to, int is_time)
{
    struct stream *s = &out[to];
    for (int i = 0; i < AHEAD && !s->has_ended; i++) {
        if (s->request[i] != MPI_REQUEST_NULL)
            continue;
        const uint64_t key = key_of(rank, to, s->number);
        const int bytes = is_time ? 0 : length_of(key);
        if (bytes)
            fill(s->buffer[i], bytes, key, s->number);
        int err = (key >> 60 ? MPI_Isend : MPI_Issend)(
            s->buffer[i], bytes, MPI_BYTE, to, TAG, MPI_COMM_WORLD,
            &s->request[i]);
        s->number++;
        s->has_ended = is_time || err != MPI_SUCCESS;
        if (err != MPI_SUCCESS)
            expect_death(err);
    }
}

static int finish_sends(int to)
{
    struct stream *s = &out[to];
    int pending = !s->has_ended;
    for (int i = 0; i < AHEAD; i++) {
        int flag;
        int err = MPI_Test(&s->request[i], &flag, MPI_STATUS_IGNORE);
        if (err != MPI_SUCCESS) {
            expect_death(err);
            s->has_ended = 1;
        }
        pending |= s->request[i] != MPI_REQUEST_NULL;
    }
    return pending;
}

/* Receives are posted in the order of their slots, and end in it. */
static int receive_some(int from)
{
    struct stream *s = &in[from];
    for (; !s->has_ended;) {
        const int slot = (int)(s->expected % AHEAD);
        int flag, bytes;
        MPI_Status status;
        while (s->number - s->expected < AHEAD) {
            const int next = (int)(s->number % AHEAD);
            int err = MPI_Irecv(s->buffer[next], LONGEST, MPI_BYTE, from, TAG,
                                MPI_COMM_WORLD, &s->request[next]);
            CHECK(err == MPI_SUCCESS);
            s->number++;
        }
        int err = MPI_Test(&s->request[slot], &flag, &status);
        if (err != MPI_SUCCESS) {
            expect_death(err);
            s->has_ended = 1;
            break;
        }
        if (!flag)
            return 1;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        s->has_ended = bytes == 0;
        if (bytes)
            check(s->buffer[slot], bytes, from);
    }
    /* What was posted and will not be needed. */
    for (int i = 0; i < AHEAD; i++)
        if (s->request[i] != MPI_REQUEST_NULL) {
            MPI_Cancel(&s->request[i]);
            MPI_Request_free(&s->request[i]);
        }
    return 0;
}

static void die(int signal)
{
    (void)signal;
    raise(SIGKILL);
}

static void die_soon(long msec)
{
    const long usec = 1 + (long)(mix(seed + (uint64_t)rank) %
                                 (uint64_t)(msec * 1000));
    const struct itimerval when = { .it_value = { .tv_sec = usec / 1000000,
                                                  .tv_usec = usec % 1000000 } };
    signal(SIGALRM, die);
    setitimer(ITIMER_REAL, &when, NULL);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(argc > 2 && size <= RANKS_MAX);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    seed = mix(strtoull(argv[1], NULL, 10));
    const long msec = atol(argv[2]);
    for (int peer = 0; peer < size; peer++)
        for (int i = 0; i < AHEAD; i++) {
            out[peer].request[i] = in[peer].request[i] = MPI_REQUEST_NULL;
            out[peer].buffer[i] = malloc(LONGEST);
            in[peer].buffer[i] = malloc(LONGEST);
            CHECK(out[peer].buffer[i] && in[peer].buffer[i]);
        }
    MPI_Barrier(MPI_COMM_WORLD);
    const double end = MPI_Wtime() + (double)msec / 1000;
    for (int i = 3; i < argc; i++)
        if (atoi(argv[i]) == rank)
            die_soon(msec);
    int pending;
    do {
        const int is_time = MPI_Wtime() > end;
        pending = 0;
        for (int peer = 0; peer < size; peer++) {
            if (peer == rank)
                continue;
            send_some(peer, is_time);
            pending |= finish_sends(peer);
            pending |= receive_some(peer);
        }
    } while (pending);
    CHECK(MPI_Finalize() == MPI_SUCCESS);
    printf("rank %d is through, %ld messages\n", rank, checked);
    return 0;
}
