/* SPDX-License-Identifier: BSD-3-Clause */
/* The verbs transport between ranks of one machine, through the device's
 * loopback. Skipped where there is no RDMA device. */
#include <arpa/inet.h>
#include <dirent.h>
#include <pthread.h>
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

#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/fake_process.h"
#include "tests/support/suite.h"
#include "tests/support/traffic.h"
#include "transport/verbs/wire.h"

enum { RANKS = 2, SKIPPED = 77 };

struct rank {
    struct process process;
    struct packet_table table;
    struct transport *transport;
    struct endpoint *ep; /* to the other rank */
    struct traffic in, out;
    int lost;            /* what peer_failed said */
};

static struct rank a, b;

static void note_loss(void *arg, int world, int err)
{
    struct rank *r = CONTAINER_OF(arg, struct rank, in);
    ck_assert_int_eq(world, 1 - r->process.world);
    r->lost = err;
}

static void rank_open(struct rank *r, int world)
{
    struct strbuf why;
    strbuf_init(&why);
    r->lost = MPI_SUCCESS;
    r->ep = NULL;
    fake_process_init(&r->process, world, RANKS);
    traffic_table(&r->table, &r->in);
    r->table.peer_failed = note_loss;
    int err = verbs_transport.open(&r->process, &r->table, &r->transport,
                                   &why);
    ck_assert_msg(err == MPI_SUCCESS, "open: %s", why.text);
    size_t max_bytes = r->transport->max_packet_bytes;
    r->in = r->out = (struct traffic){ .max_bytes = max_bytes };
}

static void rank_connect(struct rank *r, const struct strbuf *card)
{
    struct strbuf why;
    int peer = 1 - r->process.world;
    strbuf_init(&why);
    ck_assert_msg(verbs_transport.reach(r->transport, peer, card->text,
                                        card->bytes, &why), "%s", why.text);
    ck_assert_int_eq(verbs_transport.connect(r->transport, peer, card->text,
                                             card->bytes, &r->ep),
                     MPI_SUCCESS);
}

static void connect_to(struct rank *from, struct rank *to)
{
    struct strbuf card;
    strbuf_init(&card);
    ck_assert_int_eq(verbs_transport.card(to->transport, &card), MPI_SUCCESS);
    ck_assert_uint_lt(card.bytes, 200);
    rank_connect(from, &card);
    strbuf_fini(&card);
}

static int poll_both(void)
{
    return verbs_transport.poll(a.transport) +
           verbs_transport.poll(b.transport);
}

static void *close_rank(void *arg)
{
    struct rank *r = arg;
    verbs_transport.close(r->transport);
    fake_process_fini(&r->process);
    return NULL;
}

/* Closing waits for the other side, so both must do it at once. */
static void close_both(void)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, close_rank, &b), 0);
    close_rank(&a);
    pthread_join(thread, NULL);
}

static void open_both(void)
{
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_to(&a, &b);
    connect_to(&b, &a);
}

/* Send packets until `count` have gone from one rank to the other. */
static void stream(struct rank *from, struct rank *to, uint32_t count)
{
    uint32_t end = from->out.next + count;
    while (to->in.next < end) {
        if (from->out.next < end)
            ck_assert_msg(traffic_send_to(&from->out, from->ep) !=
                              POST_FAILED, "%s",
                          error_sentence(from->ep->error));
        poll_both();
    }
    ck_assert_uint_eq(to->in.bad, 0);
}

/* ---- two ranks in this process ---- */

START_TEST(packets_of_all_lengths_arrive_in_order)
{
    open_both();
    stream(&a, &b, 2000);
    stream(&b, &a, 2000);
    close_both();
}
END_TEST

START_TEST(one_side_alone_may_connect)
{
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_to(&b, &a);
    stream(&b, &a, 100);
    /* The other direction finds the same connection. */
    connect_to(&a, &b);
    stream(&a, &b, 100);
    close_both();
}
END_TEST

START_TEST(both_sides_connecting_at_once_make_one_connection)
{
    for (int i = 0; i < 10; i++) {
        open_both();
        /* Which events are seen first differs from round to round. */
        for (int k = 0; k < i * 20; k++)
            verbs_transport.poll(i % 2 ? a.transport : b.transport);
        stream(&a, &b, 10);
        stream(&b, &a, 10);
        close_both();
    }
}
END_TEST

START_TEST(a_silent_receiver_makes_busy_and_loses_nothing)
{
    open_both();
    stream(&a, &b, 1);
    while (traffic_send_to(&a.out, a.ep) == POST_DONE)
        verbs_transport.poll(a.transport);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_BUSY);
    stream(&a, &b, 100);
    close_both();
}
END_TEST

START_TEST(packets_sent_last_survive_close)
{
    open_both();
    stream(&a, &b, 1);
    stream(&b, &a, 1);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_DONE);
    close_both();
    ck_assert_uint_eq(b.in.next, 21);
    ck_assert_uint_eq(b.in.bad, 0);
}
END_TEST

START_TEST(close_is_quick)
{
    open_both();
    stream(&a, &b, 10);
    uint64_t start = clock_nsec();
    close_both();
    const char *slower = getenv("SLOWER"); /* as under valgrind */
    ck_assert_uint_lt(clock_nsec() - start,
                      500000000u * (slower ? atoi(slower) : 1));
}
END_TEST

START_TEST(explain_names_device_gid_and_mtu)
{
    struct strbuf text;
    strbuf_init(&text);
    open_both();
    verbs_transport.explain(a.ep, &text);
    ck_assert_msg(strstr(text.text, " port 1, GID ") &&
                  strstr(text.text, "RoCE v2") && strstr(text.text, "MTU "),
                  "%s", text.text);
    strbuf_fini(&text);
    close_both();
}
END_TEST

/* ---- get ---- */

struct wait {
    struct completion completion;
    int err;
    bool is_done;
};

static void note_done(struct completion *c, int err)
{
    struct wait *w = CONTAINER_OF(c, struct wait, completion);
    w->err = err;
    w->is_done = true;
}

static struct region *retain(struct rank *r, void *at, size_t bytes)
{
    struct region *region = NULL;
    enum region_use use = r == &b ? REGION_EXPOSED : REGION_LOCAL;
    ck_assert_int_eq(verbs_transport.retain_region(r->transport, at, bytes, use,
                                                   &region), MPI_SUCCESS);
    return region;
}

/* Rank a reads from rank b; returns what the completion said. */
static int get_from_b(void *to, void *from, size_t bytes)
{
    struct wait w = { .completion.done = note_done };
    struct region *local = retain(&a, to, bytes);
    struct region *remote = retain(&b, from, bytes);
    struct get get = { .local = to, .region = local, .bytes = bytes,
                       .remote_address = (uintptr_t)from,
                       .remote_key = remote->key,
                       .completion = &w.completion };
    enum post post;
    while ((post = verbs_transport.get(a.ep, &get)) == POST_BUSY)
        poll_both();
    ck_assert_int_eq(post, POST_PENDING);
    while (!w.is_done)
        poll_both();
    verbs_transport.release_region(a.transport, local);
    verbs_transport.release_region(b.transport, remote);
    return w.err;
}

static void fill(unsigned char *at, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(seed + i * 7 + (i >> 9));
}

START_TEST(get_reads_all_lengths)
{
    static const size_t lengths[] = { 1, 7, 4096, 4097, 100000, 1 << 20 };
    unsigned char *from = malloc(1 << 20), *to = calloc(1, 1 << 20);
    open_both();
    size_t sum = 0;
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        fill(from, lengths[i], (unsigned)i);
        ck_assert_int_eq(get_from_b(to, from, lengths[i]), MPI_SUCCESS);
        ck_assert_int_eq(memcmp(from, to, lengths[i]), 0);
        sum += lengths[i];
    }
    ck_assert_uint_eq(a.process.counters->value[COUNTER_RDMA_READ_BYTES],
                      sum);
    free(from);
    free(to);
    close_both();
}
END_TEST

/* Longer than the largest message of rxe, 8 MiB. */
START_TEST(get_reads_in_pieces_above_the_message_limit)
{
    size_t bytes = (9 << 20) + 5;
    unsigned char *from = malloc(bytes), *to = calloc(1, bytes);
    open_both();
    fill(from, bytes, 3);
    ck_assert_int_eq(get_from_b(to, from, bytes), MPI_SUCCESS);
    ck_assert_int_eq(memcmp(from, to, bytes), 0);
    free(from);
    free(to);
    close_both();
}
END_TEST

START_TEST(read_only_memory_can_be_read_from)
{
    size_t bytes = 3 * 4096;
    unsigned char to[3 * 4096] = { 0 };
    unsigned char *from = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fill(from, bytes, 1);
    mprotect(from, bytes, PROT_READ);
    open_both();
    ck_assert_int_eq(get_from_b(to, from, bytes), MPI_SUCCESS);
    ck_assert_int_eq(memcmp(from, to, bytes), 0);
    close_both();
}
END_TEST

/* ---- memory that is registered already ---- */

enum { BLOCK = 16 * 4096 };

static unsigned char *map_block(void *where)
{
    unsigned char *at = mmap(where, BLOCK, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS |
                                 (where ? MAP_FIXED_NOREPLACE : 0), -1, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

/* The ways in which memory leaves and other memory comes to its address. */
static void replace_by_munmap(unsigned char *at)
{
    munmap(at, BLOCK);
    map_block(at);
}

static void replace_by_mapping_over(unsigned char *at)
{
    mmap(at, BLOCK, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void replace_by_madvise(unsigned char *at)
{
    madvise(at, BLOCK, MADV_DONTNEED);
}

static void replace_by_mremap(unsigned char *at)
{
    unsigned char *other = map_block(NULL);
    mremap(at, BLOCK, BLOCK, MREMAP_MAYMOVE | MREMAP_FIXED, other);
    map_block(at);
}

static void (*const replace[])(unsigned char *) = {
    replace_by_munmap, replace_by_mapping_over, replace_by_madvise,
    replace_by_mremap
};

/* rxe keeps the old pages of a registration, so a stale one would move old
 * bytes, or put new ones where nobody sees them. */
START_TEST(memory_that_was_replaced_is_never_mistaken)
{
    unsigned char *from = map_block(NULL), *to = map_block(NULL);
    open_both();
    for (unsigned n = 0; n < 40; n++) {
        fill(from, BLOCK, n);
        memset(to, 0, BLOCK);
        ck_assert_int_eq(get_from_b(to, from, BLOCK), MPI_SUCCESS);
        ck_assert_int_eq(memcmp(from, to, BLOCK), 0);
        replace[_i](n % 2 ? from : to);
    }
    close_both();
}
END_TEST

START_TEST(a_buffer_used_again_is_not_registered_again)
{
    struct strbuf text;
    strbuf_init(&text);
    unsigned char *from = map_block(NULL), *to = map_block(NULL);
    open_both();
    for (unsigned n = 0; n < 10; n++) {
        fill(from, BLOCK, n);
        ck_assert_int_eq(get_from_b(to, from, BLOCK), MPI_SUCCESS);
        ck_assert_int_eq(memcmp(from, to, BLOCK), 0);
    }
    verbs_transport.explain(a.ep, &text);
    const uint64_t *counters = a.process.counters->value;
    if (strstr(text.text, "registrations kept")) {
        ck_assert_uint_eq(counters[COUNTER_REGISTRATIONS], 1);
        ck_assert_uint_eq(counters[COUNTER_REGISTRATION_HITS], 9);
    } else {
        ck_assert_uint_eq(counters[COUNTER_REGISTRATIONS], 10);
    }
    strbuf_fini(&text);
    close_both();
}
END_TEST

enum { GETS = 200, GET_BYTES = 5000 };

START_TEST(many_gets_at_once_mix_with_packets)
{
    static struct wait waits[GETS];
    unsigned char *from = malloc(GETS * GET_BYTES);
    unsigned char *to = calloc(GETS, GET_BYTES);
    open_both();
    fill(from, GETS * GET_BYTES, 9);
    struct region *local = retain(&a, to, GETS * GET_BYTES);
    struct region *remote = retain(&b, from, GETS * GET_BYTES);
    for (int i = 0; i < GETS; i++) {
        size_t at = (size_t)i * GET_BYTES;
        waits[i] = (struct wait){ .completion.done = note_done };
        struct get get = { .local = to + at, .region = local,
                           .remote_address = (uintptr_t)(from + at),
                           .remote_key = remote->key, .bytes = GET_BYTES,
                           .completion = &waits[i].completion };
        while (verbs_transport.get(a.ep, &get) == POST_BUSY)
            poll_both();
        traffic_send_to(&a.out, a.ep);
    }
    for (int i = 0; i < GETS; i++)
        while (!waits[i].is_done)
            poll_both();
    ck_assert_int_eq(memcmp(from, to, GETS * GET_BYTES), 0);
    stream(&a, &b, 1);
    verbs_transport.release_region(a.transport, local);
    verbs_transport.release_region(b.transport, remote);
    free(from);
    free(to);
    close_both();
}
END_TEST

/* A key that the peer does not know breaks the queue pair: the read and all
 * later posts fail with a sentence, and both ranks hear of it. */
START_TEST(a_wrong_key_fails_the_read_and_the_connection)
{
    char to[4096];
    struct wait w = { .completion.done = note_done };
    open_both();
    stream(&a, &b, 1);
    struct region *local = retain(&a, to, sizeof to);
    struct get get = { .local = to, .region = local, .bytes = sizeof to,
                       .remote_address = 4096, .remote_key = 0x12345678,
                       .completion = &w.completion };
    ck_assert_int_eq(verbs_transport.get(a.ep, &get), POST_PENDING);
    while (!w.is_done || b.lost == MPI_SUCCESS)
        poll_both();
    ck_assert_int_ne(w.err, MPI_SUCCESS);
    ck_assert_msg(strstr(error_sentence(w.err), "to rank 1 at ") &&
                  strstr(error_sentence(w.err), "remote access error"), "%s",
                  error_sentence(w.err));
    ck_assert_int_eq(a.lost, a.ep->error);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_FAILED);
    verbs_transport.release_region(a.transport, local);
    close_both();
}
END_TEST

/* ---- many peers ---- */

enum { MANY_RANKS = 16 };

struct hub {
    struct process process;
    struct packet_table table;
    struct transport *transport;
    unsigned seen[MANY_RANKS];
};

static struct hub hubs[MANY_RANKS];

static void count_packet(void *arg, int world, const struct packet *packet,
                         size_t bytes)
{
    struct hub *h = arg;
    ck_assert_uint_eq(packet->word, h->seen[world]);
    h->seen[world]++;
}

static void open_hub(struct hub *h, int world)
{
    struct strbuf why;
    strbuf_init(&why);
    fake_process_init(&h->process, world, MANY_RANKS);
    h->table = (struct packet_table){ .arg = h };
    h->table.handler[TRAFFIC_TYPE] = count_packet;
    ck_assert_msg(verbs_transport.open(&h->process, &h->table, &h->transport,
                                       &why) == MPI_SUCCESS, "%s", why.text);
}

static struct endpoint *connect_hubs(struct hub *from, struct hub *to)
{
    struct strbuf card;
    struct endpoint *ep = NULL;
    strbuf_init(&card);
    verbs_transport.card(to->transport, &card);
    ck_assert_int_eq(verbs_transport.connect(from->transport,
                                             to->process.world, card.text,
                                             card.bytes, &ep), MPI_SUCCESS);
    strbuf_fini(&card);
    return ep;
}

static void poll_hubs(void)
{
    for (int i = 0; i < MANY_RANKS; i++)
        verbs_transport.poll(hubs[i].transport);
}

static void *close_hub(void *arg)
{
    struct hub *h = arg;
    verbs_transport.close(h->transport);
    fake_process_fini(&h->process);
    return NULL;
}

/* The completion queue of rank 0 has to grow, with packets under way. */
START_TEST(one_rank_talks_to_many_while_its_queues_grow)
{
    enum { EACH = 100 };
    struct endpoint *ep[MANY_RANKS] = { NULL };
    pthread_t threads[MANY_RANKS];
    for (int i = 0; i < MANY_RANKS; i++)
        open_hub(&hubs[i], i);
    for (int i = 1; i < MANY_RANKS; i++) {
        ep[i] = connect_hubs(&hubs[0], &hubs[i]);
        for (unsigned n = 0; n < EACH;) {
            struct packet packet = { .type = TRAFFIC_TYPE, .word = n };
            struct packet_out out = { &packet, sizeof packet, NULL, 0 };
            enum post post = endpoint_send(ep[i], &out);
            ck_assert_msg(post != POST_FAILED, "%s",
                          error_sentence(ep[i]->error));
            n += post == POST_DONE;
            poll_hubs();
        }
    }
    for (int i = 1; i < MANY_RANKS; i++)
        while (hubs[i].seen[0] < EACH)
            poll_hubs();
    for (int i = 0; i < MANY_RANKS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, close_hub,
                                        &hubs[i]), 0);
    for (int i = 0; i < MANY_RANKS; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

/* ---- refusals ---- */

START_TEST(an_unknown_device_is_named)
{
    struct strbuf why;
    strbuf_init(&why);
    fake_process_init(&a.process, 0, RANKS);
    settings.device = "nosuch0";
    ck_assert_int_ne(verbs_transport.open(&a.process, &a.table, &a.transport,
                                          &why), MPI_SUCCESS);
    ck_assert_ptr_nonnull(strstr(why.text, "no RDMA device is called nosuch0"));
    strbuf_fini(&why);
    fake_process_fini(&a.process);
}
END_TEST

START_TEST(a_gid_that_is_not_there_is_named)
{
    struct strbuf why;
    strbuf_init(&why);
    fake_process_init(&a.process, 0, RANKS);
    settings.gid_index = 77;
    ck_assert_int_ne(verbs_transport.open(&a.process, &a.table, &a.transport,
                                          &why), MPI_SUCCESS);
    ck_assert_ptr_nonnull(strstr(why.text, "port 1 has no usable GID 77"));
    strbuf_fini(&why);
    fake_process_fini(&a.process);
}
END_TEST

START_TEST(a_rank_does_not_reach_itself)
{
    struct strbuf card, why;
    strbuf_init(&card);
    strbuf_init(&why);
    open_both();
    verbs_transport.card(a.transport, &card);
    ck_assert(!verbs_transport.reach(a.transport, 0, card.text, card.bytes,
                                     &why));
    ck_assert_ptr_nonnull(strstr(why.text, "allow the transport self"));
    strbuf_clear(&why);
    ck_assert(!verbs_transport.reach(a.transport, 1, card.text, 3, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "another version"));
    strbuf_fini(&card);
    strbuf_fini(&why);
    close_both();
}
END_TEST

/* The card of a rank that has gone: nothing listens at its port. */
START_TEST(a_peer_that_ended_fails_the_connection)
{
    struct strbuf card;
    strbuf_init(&card);
    rank_open(&a, 0);
    rank_open(&b, 1);
    verbs_transport.card(b.transport, &card);
    close_rank(&b);
    rank_connect(&a, &card);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_BUSY);
    while (a.ep->error == MPI_SUCCESS)
        verbs_transport.poll(a.transport);
    ck_assert_msg(strstr(error_sentence(a.ep->error), "nothing listens there"),
                  "%s", error_sentence(a.ep->error));
    ck_assert_int_eq(a.lost, a.ep->error);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_FAILED);
    strbuf_fini(&card);
    close_rank(&a);
}
END_TEST

/* ---- peers that do not answer ---- */

static void poll_for(struct rank *r, double seconds)
{
    uint64_t end = clock_nsec() + (uint64_t)(seconds * 1e9);
    while (clock_nsec() < end)
        verbs_transport.poll(r->transport);
}

/* A rank that computes for longer than connect_seconds is no failure. */
START_TEST(a_peer_that_computes_is_waited_for)
{
    settings.connect_seconds = 2;
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_to(&a, &b);
    poll_for(&a, 5);
    ck_assert_int_eq(a.lost, MPI_SUCCESS);
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_BUSY);
    stream(&a, &b, 10);
    close_both();
}
END_TEST

/* The same for one that asked for the connection and computes then. */
START_TEST(a_peer_that_asked_and_computes_is_waited_for)
{
    settings.connect_seconds = 2;
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_to(&a, &b);
    poll_for(&a, 0.3);
    connect_to(&b, &a);
    poll_for(&b, 5);
    ck_assert_int_eq(b.lost, MPI_SUCCESS);
    stream(&b, &a, 10);
    close_both();
}
END_TEST

static void connect_to_address(struct rank *r, const char *address)
{
    struct strbuf text;
    struct card card;
    strbuf_init(&text);
    verbs_transport.card(r->transport, &text);
    memcpy(&card, text.text, sizeof card);
    ck_assert_int_eq(card.family, AF_INET);
    inet_pton(AF_INET, address, card.address);
    strbuf_clear(&text);
    strbuf_add(&text, &card, sizeof card);
    rank_connect(r, &text);
    strbuf_fini(&text);
}

static void expect_failure(struct rank *r, double seconds, const char *part)
{
    uint64_t end = clock_nsec() + (uint64_t)(seconds * 1e9);
    while (r->lost == MPI_SUCCESS && clock_nsec() < end)
        verbs_transport.poll(r->transport);
    ck_assert_int_ne(r->lost, MPI_SUCCESS);
    const char *sentence = error_sentence(r->lost);
    ck_assert_msg(strstr(sentence, part) && strstr(sentence, "rank 1 at "),
                  "%s", sentence);
    ck_assert_int_eq(traffic_send_to(&r->out, r->ep), POST_FAILED);
}

START_TEST(an_address_that_nobody_has_fails_with_a_sentence)
{
    rank_open(&a, 0);
    connect_to_address(&a, "192.0.2.201");
    expect_failure(&a, 10, "at 192.0.2.201: no route to that address");
    close_rank(&a);
}
END_TEST

/* The network swallows everything: a neighbour's entry leads nowhere. */
START_TEST(silence_ends_with_the_time_to_connect)
{
    settings.connect_seconds = 3;
    rank_open(&a, 0);
    connect_to_address(&a, "192.0.2.200");
    expect_failure(&a, 6, "no answer within 3 s (requested)");
    close_rank(&a);
}
END_TEST

/* ---- ranks in processes of their own ---- */

struct meeting {
    _Atomic int arrived;
    _Atomic int left;
    struct { size_t bytes; char text[256]; } card[RANKS];
};

static struct meeting *meeting;

static void meet(_Atomic int *count)
{
    atomic_fetch_add(count, 1);
    while (atomic_load(count) < RANKS)
        sched_yield();
}

static void join(struct rank *r, int world)
{
    struct strbuf card;
    strbuf_init(&card);
    rank_open(r, world);
    verbs_transport.card(r->transport, &card);
    memcpy(meeting->card[world].text, card.text, card.bytes);
    meeting->card[world].bytes = card.bytes;
    meet(&meeting->arrived);
    strbuf_clear(&card);
    strbuf_add(&card, meeting->card[1 - world].text,
               meeting->card[1 - world].bytes);
    rank_connect(r, &card);
    strbuf_fini(&card);
}

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

enum { MANY = 20000 };

static void exchange(struct rank *r, uint32_t count)
{
    while (r->in.next < count || r->out.next < count) {
        int done = verbs_transport.poll(r->transport);
        for (int i = 0; i < 20 && r->out.next < count; i++)
            done += traffic_send_to(&r->out, r->ep) == POST_DONE;
        if (!done)
            progress_idle(&r->process.progress);
    }
}

static void exchange_in_child(void)
{
    join(&b, 1);
    exchange(&b, MANY);
    meet(&meeting->left);
    if (b.in.bad || b.lost)
        _exit(1);
    close_rank(&b);
}

START_TEST(two_processes_exchange_many_packets)
{
    int status;
    pid_t pid = fork_rank(exchange_in_child);
    exchange(&a, MANY);
    ck_assert_uint_eq(a.in.bad, 0);
    meet(&meeting->left);
    close_rank(&a);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void receive_for_ever(void)
{
    join(&b, 1);
    for (;;)
        verbs_transport.poll(b.transport);
}

/* The survivor hears of it at once, without having sent anything. */
START_TEST(a_killed_peer_is_noticed_by_an_idle_rank)
{
    int status;
    pid_t pid = fork_rank(receive_for_ever);
    while (a.out.next < 10) {
        traffic_send_to(&a.out, a.ep);
        verbs_transport.poll(a.transport);
    }
    uint64_t start = clock_nsec();
    kill(pid, SIGKILL);
    while (a.lost == MPI_SUCCESS)
        verbs_transport.poll(a.transport);
    ck_assert_uint_lt(clock_nsec() - start, 5000000000u);
    ck_assert_msg(strstr(error_sentence(a.lost), "rank 1"), "%s",
                  error_sentence(a.lost));
    ck_assert_int_eq(traffic_send_to(&a.out, a.ep), POST_FAILED);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    close_rank(&a);
}
END_TEST

static void setup(void)
{
    ck_assert_int_eq(config_load(), MPI_SUCCESS);
}

static bool has_device(void)
{
    DIR *dir = opendir("/sys/class/infiniband");
    bool has = false;
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL)
        has = has || entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return has;
}

/* Is there a neighbour's entry for 192.0.2.200? tests/lab makes one. */
static bool has_black_hole(void)
{
    char line[256];
    bool has = false;
    FILE *arp = fopen("/proc/net/arp", "r");
    while (arp && fgets(line, sizeof line, arp))
        has = has || strncmp(line, "192.0.2.200 ", 12) == 0;
    if (arp)
        fclose(arp);
    return has;
}

int main(void)
{
    if (!has_device()) {
        puts("SKIP: no RDMA device here; tests/lab runs this test in its "
             "machines");
        return SKIPPED;
    }
    TCase *t = tcase_create("verbs");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, packets_of_all_lengths_arrive_in_order);
    tcase_add_test(t, one_side_alone_may_connect);
    tcase_add_test(t, both_sides_connecting_at_once_make_one_connection);
    tcase_add_test(t, a_silent_receiver_makes_busy_and_loses_nothing);
    tcase_add_test(t, packets_sent_last_survive_close);
    tcase_add_test(t, close_is_quick);
    tcase_add_test(t, explain_names_device_gid_and_mtu);
    tcase_add_test(t, get_reads_all_lengths);
    tcase_add_test(t, get_reads_in_pieces_above_the_message_limit);
    tcase_add_test(t, read_only_memory_can_be_read_from);
    tcase_add_loop_test(t, memory_that_was_replaced_is_never_mistaken, 0,
                        ARRAY_COUNT(replace));
    tcase_add_test(t, a_buffer_used_again_is_not_registered_again);
    tcase_add_test(t, many_gets_at_once_mix_with_packets);
    tcase_add_test(t, a_wrong_key_fails_the_read_and_the_connection);
    tcase_add_test(t, one_rank_talks_to_many_while_its_queues_grow);
    tcase_add_test(t, an_unknown_device_is_named);
    tcase_add_test(t, a_gid_that_is_not_there_is_named);
    tcase_add_test(t, a_rank_does_not_reach_itself);
    tcase_add_test(t, a_peer_that_ended_fails_the_connection);
    tcase_add_test(t, a_peer_that_computes_is_waited_for);
    tcase_add_test(t, a_peer_that_asked_and_computes_is_waited_for);
    if (has_black_hole()) {
        tcase_add_test(t, an_address_that_nobody_has_fails_with_a_sentence);
        tcase_add_test(t, silence_ends_with_the_time_to_connect);
    } else {
        puts("SKIP: no neighbour 192.0.2.200 that swallows packets; "
             "tests/lab/tests/verbs_unit.sh makes one");
    }
    tcase_add_test(t, two_processes_exchange_many_packets);
    tcase_add_test(t, a_killed_peer_is_noticed_by_an_idle_rank);
    return suite_run("verbs", t);
}
