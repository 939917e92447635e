/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared-memory transport alone, against what the machine can do: two
 * processes on two cores (arguments: the cores, default 0 and 1).
 *
 *   floor     one cache line bounced between the two by plain stores
 *   packets   ping-pong and one-way stream of packets over the transport
 *   get       cross-memory attach, beside a memcpy of the same size
 *
 * Each row alternates short runs of everything it shows and prints the lower
 * quartiles: a virtual machine's cores move, and the floor with them. Needs no
 * launcher.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/process.h"
#include "transport/transport.h"

enum { RUNS = 101, ROUNDS = 1000, WORKS = 3, LARGE = 8 << 20 };

/* What both processes see beside the node segment. */
struct shared {
    _Alignas(CACHE_LINE) _Atomic uint64_t ball;
    _Alignas(CACHE_LINE) _Atomic int ready;
    struct { size_t bytes; char text[256]; } card[2];
    uint64_t memory[2]; /* address of each rank's large buffer */
};

struct rank {
    struct process process;
    struct packet_table table;
    struct transport *transport;
    struct endpoint *ep;
    uint64_t arrived;
    char *memory;
};

static struct shared *shared;
static struct node_segment node;
static uint64_t buffer[64 << 10];

static void *must(void *memory)
{
    if (!memory || memory == MAP_FAILED) {
        perror("transport_shm");
        exit(1);
    }
    return memory;
}

static void meet(void)
{
    static int meetings;
    atomic_fetch_add(&shared->ready, 1);
    meetings += 2;
    while (atomic_load(&shared->ready) < meetings)
        sched_yield();
}

static void take(void *arg, int world, const struct packet *packet,
                 size_t bytes)
{
    struct rank *r = arg;
    memcpy(r->memory, packet + 1, bytes - sizeof *packet);
    r->arrived++;
}

/* Be rank `me` of two, as process_open would make it. */
static void become(struct rank *r, int me)
{
    static const int worlds[] = { 0, 1 };
    struct strbuf card, why;
    strbuf_init(&card);
    strbuf_init(&why);
    r->process = (struct process){ .world = me, .world_count = 2, .local = me,
                                   .local_count = 2, .local_worlds = worlds,
                                   .host = "localhost", .node = node };
    r->process.status = node_segment_status(&node, (uint32_t)me);
    r->process.counters = &r->process.status->counters;
    r->table = (struct packet_table){ .arg = r, .handler = { [1] = take } };
    r->memory = must(aligned_alloc(4096, LARGE));
    memset(r->memory, me + 1, LARGE);
    if (shm_transport.open(&r->process, &r->table, &r->transport, &why)) {
        fprintf(stderr, "transport_shm: %s\n", why.text);
        exit(1);
    }
    shm_transport.card(r->transport, &card);
    memcpy(shared->card[me].text, card.text, card.bytes);
    shared->card[me].bytes = card.bytes;
    shared->memory[me] = (uintptr_t)r->memory;
    meet();
    shm_transport.connect(r->transport, 1 - me, shared->card[1 - me].text,
                          shared->card[1 - me].bytes, &r->ep);
    meet();
}

static void send(struct rank *r, size_t bytes)
{
    struct packet header = { .type = 1 };
    struct packet_out packet = { &header, sizeof header, buffer, bytes };
    while (shm_transport.send(r->ep, &packet) == POST_BUSY)
        shm_transport.poll(r->transport);
}

static void wait_for(struct rank *r, uint64_t arrived)
{
    while (r->arrived < arrived)
        shm_transport.poll(r->transport);
}

static void bounce(struct rank *r, int me, size_t unused)
{
    uint64_t start = atomic_load(&shared->ball);
    meet();
    for (uint64_t i = start; i < start + ROUNDS * 2; i += 2) {
        if (me == 0)
            atomic_store_explicit(&shared->ball, i + 1, memory_order_release);
        uint64_t expected = me == 0 ? i + 2 : i + 1;
        while (atomic_load_explicit(&shared->ball, memory_order_acquire) !=
               expected)
            ;
        if (me == 1)
            atomic_store_explicit(&shared->ball, i + 2, memory_order_release);
    }
}

static void ping_pong(struct rank *r, int me, size_t bytes)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (me == 0)
            send(r, bytes);
        wait_for(r, r->arrived + 1);
        if (me == 1)
            send(r, bytes);
    }
}

static void stream(struct rank *r, int me, size_t bytes)
{
    if (me == 0) {
        for (int i = 0; i < 2 * ROUNDS; i++)
            send(r, bytes);
        wait_for(r, r->arrived + 1);
    } else {
        wait_for(r, r->arrived + 2 * ROUNDS);
        send(r, 0);
    }
}

static void get(struct rank *r, int me, size_t bytes)
{
    struct region *region;
    if (me == 1)
        return;
    shm_transport.retain_region(r->ep, r->memory, bytes, REGION_LOCAL,
                                &region);
    const struct slice slice = { r->memory, bytes };
    const struct transfer read = { .slices = &slice, .slice_count = 1,
                                   .bytes = bytes, .region = region,
                                   .remote_address = shared->memory[1] };
    if (shm_transport.get(r->ep, &read) != POST_DONE)
        exit(1);
    shm_transport.release_region(r->transport, region);
}

static void copy(struct rank *r, int me, size_t bytes)
{
    if (me == 0)
        memcpy(r->memory, r->memory + LARGE / 2, bytes);
}

/* What a row alternates: so many steps by a call of run. */
struct work {
    void (*run)(struct rank *r, int me, size_t bytes);
    int steps;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Lower quartile of the time of a step of each work, in ns. */
static void quartiles(struct rank *r, int me, size_t bytes,
                    const struct work *works, int count, double *result)
{
    static double took[WORKS][RUNS];
    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < count; i++) {
            meet();
            uint64_t start = clock_nsec();
            works[i].run(r, me, bytes);
            took[i][run] = (double)(clock_nsec() - start) / works[i].steps;
        }
    for (int i = 0; i < count; i++) {
        qsort(took[i], RUNS, sizeof(double), by_value);
        result[i] = took[i][RUNS / 4];
    }
}

static void measure_packets(struct rank *r, int me, FILE *out)
{
    static const struct work works[] = { { bounce, 2 * ROUNDS },
                                         { ping_pong, 2 * ROUNDS },
                                         { stream, 2 * ROUNDS } };
    static const size_t sizes[] = { 8, 40, 48, 49, 64, 128, 256, 512, 1024,
                                    2048, 4096, 8192, 16384 };
    double t[WORKS];
    fprintf(out, "%8s %10s %10s %10s %10s %12s\n", "bytes", "floor ns",
            "packet ns", "/ floor", "stream ns", "stream MB/s");
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        quartiles(r, me, sizes[i], works, 3, t);
        fprintf(out, "%8zu %10.1f %10.1f %10.2f %10.1f %12.0f\n", sizes[i],
                t[0], t[1], t[1] / t[0], t[2], (double)sizes[i] / t[2] * 1e3);
    }
}

static void measure_get(struct rank *r, int me, FILE *out)
{
    static const struct work works[] = { { get, 1 }, { copy, 1 } };
    double t[WORKS];
    fprintf(out, "%8s %10s %10s %10s %12s\n", "bytes", "get ns", "get MB/s",
            "memcpy ns", "memcpy MB/s");
    for (size_t bytes = 1024; bytes <= LARGE / 2; bytes *= 4) {
        quartiles(r, me, bytes, works, 2, t);
        fprintf(out, "%8zu %10.0f %10.0f %10.0f %12.0f\n", bytes, t[0],
                (double)bytes / t[0] * 1e3, t[1],
                (double)bytes / t[1] * 1e3);
    }
}

int main(int argc, char **argv)
{
    shared = must(mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    if (config_load() != MPI_SUCCESS ||
        node_segment_create(&node, 2) != MPI_SUCCESS)
        return 1;
    pid_t child = fork();
    int me = child == 0;
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(argc > 1 + me ? atoi(argv[1 + me]) : me, &core);
    if (child < 0 || sched_setaffinity(0, sizeof core, &core) != 0) {
        perror("transport_shm: two cores are needed");
        return 1;
    }
    static struct rank rank;
    become(&rank, me);
    FILE *out = me == 0 ? stdout : must(fopen("/dev/null", "w"));
    measure_packets(&rank, me, out);
    measure_get(&rank, me, out);
    shm_transport.close(rank.transport);
    if (me == 0)
        waitpid(child, NULL, 0);
    return 0;
}
