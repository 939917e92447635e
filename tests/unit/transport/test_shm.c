/* SPDX-License-Identifier: BSD-3-Clause */
/* The shared-memory transport: ranks in one process where that is enough, in
 * processes of their own where it is not. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/fake_process.h"
#include "tests/support/suite.h"
#include "tests/support/traffic.h"

enum { RANKS = 2 };

/* One rank on the node under test. */
struct rank {
    struct process process;
    struct packet_table table;
    struct transport *transport;
    struct endpoint *ep; /* to the other rank */
    struct traffic in, out;
};

static struct node_segment node;
static struct rank a, b;

static void rank_open(struct rank *r, int world)
{
    struct strbuf why;
    strbuf_init(&why);
    fake_process_init_node(&r->process, world, RANKS, node.fd);
    traffic_table(&r->table, &r->in);
    ck_assert_int_eq(shm_transport.open(&r->process, &r->table, &r->transport,
                                        &why), MPI_SUCCESS);
    size_t max_bytes = r->transport->max_packet_bytes;
    r->in = r->out = (struct traffic){ .max_bytes = max_bytes };
}

static void rank_connect(struct rank *r, const struct strbuf *card)
{
    int peer = 1 - r->process.world;
    ck_assert_int_eq(shm_transport.connect(r->transport, peer, card->text,
                                           card->bytes, &r->ep), MPI_SUCCESS);
}

static void rank_close(struct rank *r)
{
    shm_transport.close(r->transport);
    fake_process_fini(&r->process);
}

static void connect_both(void)
{
    struct strbuf card_a, card_b;
    strbuf_init(&card_a);
    strbuf_init(&card_b);
    shm_transport.card(a.transport, &card_a);
    shm_transport.card(b.transport, &card_b);
    rank_connect(&a, &card_b);
    rank_connect(&b, &card_a);
    strbuf_fini(&card_a);
    strbuf_fini(&card_b);
}

static void setup(void)
{
    ck_assert_int_eq(config_load(), MPI_SUCCESS);
    ck_assert_int_eq(node_segment_create(&node, RANKS), MPI_SUCCESS);
}

static void open_both(void)
{
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_both();
}

static void close_both(void)
{
    rank_close(&a);
    rank_close(&b);
    node_segment_close(&node);
}

START_TEST(packets_of_all_lengths_arrive_in_order)
{
    open_both();
    for (int n = 0; n < 100000; n++)
        while (traffic_send_to(&a.out, a.ep) == POST_BUSY)
            ck_assert_int_gt(shm_transport.poll(b.transport), 0);
    while (shm_transport.poll(b.transport) > 0)
        ;
    ck_assert_uint_eq(b.in.next, 100000);
    ck_assert_uint_eq(b.in.bad, 0);
    close_both();
}
END_TEST

START_TEST(a_long_silence_ends_in_busy_and_nothing_is_lost)
{
    open_both();
    while (traffic_send_to(&a.out, a.ep) == POST_DONE)
        ;
    while (shm_transport.poll(b.transport) > 0)
        ;
    ck_assert_uint_eq(b.in.next, a.out.next);
    ck_assert_uint_eq(b.in.bad, 0);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_DONE);
    close_both();
}
END_TEST

/* As the backlog does it, and the transport with its own packets. */
static enum post send_first(void *ep, const struct packet_out *packet)
{
    return shm_transport.send(ep, packet);
}

/* A packet of the transport's own, or the first of the backlog, may find room
 * while others wait: they must not be overtaken by the short way. */
START_TEST(the_short_way_stays_closed_while_packets_wait)
{
    struct list waiting;
    open_both();
    ck_assert_uint_gt(a.ep->short_limit, 0);
    while (traffic_send_to(&a.out, a.ep) == POST_DONE)
        ;
    list_append(&a.ep->backlog, &waiting);
    while (shm_transport.poll(b.transport) > 0)
        ;
    ck_assert_int_eq(traffic_send(&a.out, send_first, a.ep), POST_DONE);
    ck_assert_uint_eq(a.ep->short_limit, 0);
    list_remove(&waiting);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_DONE);
    ck_assert_uint_gt(a.ep->short_limit, 0);
    close_both();
}
END_TEST

START_TEST(a_rank_of_another_node_is_refused)
{
    struct strbuf why;
    strbuf_init(&why);
    open_both();
    ck_assert(!shm_transport.reach(a.transport, RANKS, "", 0, &why));
    ck_assert_str_eq(why.text, "the peer is on another node");
    strbuf_fini(&why);
    close_both();
}
END_TEST

START_TEST(ranks_must_agree_on_the_ring)
{
    struct strbuf why;
    strbuf_init(&why);
    rank_open(&a, 0);
    settings.shm_ring_bytes = 128 << 10;
    fake_process_init_node(&b.process, 1, RANKS, node.fd);
    ck_assert_int_ne(shm_transport.open(&b.process, &b.table, &b.transport,
                                        &why), MPI_SUCCESS);
    ck_assert_ptr_nonnull(strstr(why.text, "BATON_SHM_RING_BYTES is 131072 "
                                           "here and 65536"));
    strbuf_fini(&why);
    rank_close(&a);
    fake_process_fini(&b.process);
    node_segment_close(&node);
}
END_TEST

/* Rank a reads `bytes` at `from`, which the process behind its peer has. */
static enum post get_from_peer(void *to, const void *from, size_t bytes)
{
    struct region *region;
    shm_transport.retain_region(a.ep, to, bytes, REGION_LOCAL,
                                &region);
    struct slice slice = { to, bytes };
    struct transfer get = {
                       .slices = &slice, .slice_count = 1,
                       .region = region, .bytes = bytes,
                       .remote_address = (uintptr_t)from,
                       .remote_key = region->key };
    enum post post = shm_transport.get(a.ep, &get);
    shm_transport.release_region(a.transport, region);
    return post;
}

/* Is the mapping at this address advised to have huge pages? */
static bool is_advised(const void *address)
{
    char line[512];
    bool is_here = false, is_advised = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            is_here = (uintptr_t)address >= start && (uintptr_t)address < end;
        else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
            is_advised = strstr(line, " hg") != NULL;
    }
    fclose(f);
    return is_advised;
}

START_TEST(huge_pages_are_asked_for)
{
    if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) {
        puts("SKIP huge_pages_are_asked_for: the kernel has none for memory "
             "like this");
        return;
    }
    settings.shm_huge_pages = true;
    rank_open(&a, 0);
    settings.shm_huge_pages = false;
    rank_open(&b, 1);
    ck_assert(is_advised(a.process.node.area));
    ck_assert(!is_advised(b.process.node.area));
    close_both();
}
END_TEST

/* Every other piece of memory at the peer, into pieces of another length. */
START_TEST(get_gathers_runs_into_slices)
{
    enum { COUNT = 12, RUN = 5000, SLICE = 4000, SLICES = COUNT * RUN / SLICE };
    static unsigned char from[2 * COUNT * RUN], to[2 * SLICES * SLICE];
    struct slice runs[COUNT], slices[SLICES];
    struct region *region;
    open_both();
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)(i * 11 + (i >> 8));
    for (size_t i = 0; i < COUNT; i++)
        runs[i] = (struct slice){ from + 2 * i * RUN, RUN };
    for (size_t i = 0; i < SLICES; i++)
        slices[i] = (struct slice){ to + 2 * i * SLICE, SLICE };
    ck_assert_uint_le(SLICES, a.ep->slices_max);
    ck_assert_uint_le(COUNT, a.ep->runs_max);
    shm_transport.retain_region(a.ep, to, sizeof to, REGION_LOCAL,
                                &region);
    struct transfer get = { .slices = slices, .slice_count = SLICES,
                            .bytes = COUNT * RUN, .region = region,
                            .remote_address = (uintptr_t)from, .runs = runs,
                            .run_count = COUNT, .remote_key = region->key };
    ck_assert_int_eq(shm_transport.get(a.ep, &get), POST_DONE);
    for (size_t i = 0; i < COUNT * RUN; i++)
        ck_assert_uint_eq(to[i / SLICE * 2 * SLICE + i % SLICE],
                          from[i / RUN * 2 * RUN + i % RUN]);
    for (size_t i = 0; i < SLICES * SLICE; i++)
        ck_assert_uint_eq(to[(i / SLICE * 2 + 1) * SLICE + i % SLICE], 0);
    shm_transport.release_region(a.transport, region);
    close_both();
}
END_TEST

START_TEST(get_reads_and_counts_many_chunks)
{
    size_t bytes = (5 << 20) + 13;
    unsigned char *from = malloc(bytes), *to = calloc(1, bytes);
    open_both();
    for (size_t i = 0; i < bytes; i++)
        from[i] = (unsigned char)(i * 7 + (i >> 9));
    ck_assert(a.ep->can_get);
    ck_assert_int_eq(get_from_peer(to, from, bytes), POST_DONE);
    ck_assert(memcmp(from, to, bytes) == 0);
    ck_assert_uint_eq(a.process.counters->value[COUNTER_CMA_BYTES], bytes);
    free(from);
    free(to);
    close_both();
}
END_TEST

START_TEST(an_unmapped_address_fails_with_a_sentence)
{
    char to[64];
    open_both();
    ck_assert_int_eq(get_from_peer(to, (void *)4096, sizeof to), POST_FAILED);
    ck_assert_ptr_nonnull(strstr(error_sentence(a.ep->error),
                                 "memory of rank 1"));
    ck_assert_uint_eq(a.process.counters->value[COUNTER_CMA_BYTES], 0);
    close_both();
}
END_TEST

START_TEST(refused_attach_is_not_offered)
{
    struct strbuf text;
    strbuf_init(&text);
    settings.cma = false;
    open_both();
    ck_assert(!a.ep->can_get);
    shm_transport.explain(a.ep, &text);
    ck_assert_ptr_nonnull(strstr(text.text, "BATON_CMA=no"));
    strbuf_fini(&text);
    close_both();
}
END_TEST

/* ---- ranks in processes of their own ---- */

/* What parent and child share beside the node segment. */
struct meeting {
    _Atomic int arrived;
    struct { size_t bytes; char text[256]; } card[RANKS];
    _Atomic uint32_t checked;
    char data[1 << 16];
};

static struct meeting *meeting;

static void wait_until(_Atomic int *value, int at_least)
{
    while (atomic_load(value) < at_least)
        sched_yield();
}

/* Become rank `world` in this process and connect to the other. */
static void join(struct rank *r, int world)
{
    struct strbuf card;
    strbuf_init(&card);
    rank_open(r, world);
    shm_transport.card(r->transport, &card);
    memcpy(meeting->card[world].text, card.text, card.bytes);
    meeting->card[world].bytes = card.bytes;
    atomic_fetch_add(&meeting->arrived, 1);
    wait_until(&meeting->arrived, RANKS);
    strbuf_clear(&card);
    strbuf_add(&card, meeting->card[1 - world].text,
               meeting->card[1 - world].bytes);
    rank_connect(r, &card);
    strbuf_fini(&card);
}

/* Run `child` as rank 1 in a process of its own and be rank 0. */
static pid_t fork_rank(void (*child)(void))
{
    meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(meeting, MAP_FAILED);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        child();
        _exit(0);
    }
    join(&a, 0);
    return pid;
}

static int wait_for(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    rank_close(&a);
    node_segment_close(&node);
    munmap(meeting, sizeof *meeting);
    return status;
}

enum { MANY = 250000 };

/* Send and receive until `count` have gone both ways. */
static void exchange(struct rank *r, uint32_t count)
{
    while (r->in.next < count || r->out.next < count) {
        int done = shm_transport.poll(r->transport);
        for (int i = 0; i < 20 && r->out.next < count; i++)
            done += traffic_send_to(&r->out, r->ep) == POST_DONE;
        if (!done)
            sched_yield();
    }
}

static void exchange_in_child(void)
{
    join(&b, 1);
    exchange(&b, MANY);
    if (b.in.bad)
        _exit(1);
}

START_TEST(two_processes_exchange_many_packets)
{
    pid_t pid = fork_rank(exchange_in_child);
    exchange(&a, MANY);
    ck_assert_uint_eq(a.in.bad, 0);
    ck_assert_int_eq(wait_for(pid), 0);
}
END_TEST

static void send_for_ever(void)
{
    join(&b, 1);
    for (;;)
        if (traffic_send_to(&b.out, b.ep) == POST_BUSY)
            sched_yield();
}

/* Kill it at moments that differ from run to run; what has arrived is whole,
 * what has not never comes. */
START_TEST(a_killed_sender_leaves_no_garbage)
{
    pid_t pid = fork_rank(send_for_ever);
    while (a.in.next < 1000u + 997u * (unsigned)_i)
        if (!shm_transport.poll(a.transport))
            sched_yield();
    kill(pid, SIGKILL);
    for (int i = 0; i < 1000; i++)
        shm_transport.poll(a.transport);
    ck_assert_uint_eq(a.in.bad, 0);
    ck_assert(WIFSIGNALED(wait_for(pid)));
}
END_TEST

static void wait_for_ever(void)
{
    join(&b, 1);
    for (;;)
        pause();
}

START_TEST(get_from_a_dead_process_names_the_rank)
{
    char to[64];
    int status;
    pid_t pid = fork_rank(wait_for_ever);
    ck_assert(a.ep->can_get);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(get_from_peer(to, to, sizeof to), POST_FAILED);
    ck_assert_ptr_nonnull(strstr(error_sentence(a.ep->error),
                                 "rank 1 on testhost"));
    ck_assert_ptr_nonnull(strstr(error_sentence(a.ep->error), "is gone"));
    rank_close(&a);
    node_segment_close(&node);
    munmap(meeting, sizeof *meeting);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("shm");
    tcase_set_timeout(t, 300);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, packets_of_all_lengths_arrive_in_order);
    tcase_add_test(t, a_long_silence_ends_in_busy_and_nothing_is_lost);
    tcase_add_test(t, the_short_way_stays_closed_while_packets_wait);
    tcase_add_test(t, a_rank_of_another_node_is_refused);
    tcase_add_test(t, ranks_must_agree_on_the_ring);
    tcase_add_test(t, get_reads_and_counts_many_chunks);
    tcase_add_test(t, get_gathers_runs_into_slices);
    tcase_add_test(t, huge_pages_are_asked_for);
    tcase_add_test(t, an_unmapped_address_fails_with_a_sentence);
    tcase_add_test(t, refused_attach_is_not_offered);
    tcase_add_test(t, two_processes_exchange_many_packets);
    tcase_add_loop_test(t, a_killed_sender_leaves_no_garbage, 0, 20);
    tcase_add_test(t, get_from_a_dead_process_names_the_rank);
    return suite_run("shm", t);
}
