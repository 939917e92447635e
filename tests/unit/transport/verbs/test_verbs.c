/* SPDX-License-Identifier: BSD-3-Clause */
/* The verbs transport between ranks of one machine, through the device's
 * loopback. Skipped where there is no RDMA device. */
#include "tests/unit/transport/verbs/pair.h"

#include <arpa/inet.h>
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
#include "transport/verbs/rail.h"
#include "transport/verbs/verbs.h"
#include "transport/verbs/wire.h"

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
                      500000000ull * (slower ? atoi(slower) : 1));
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

/* A peer costs its connection and a share of receive slots, and before first
 * contact nothing but a pointer. docs/verbs.md tells the numbers. */
static void check_cost(size_t pinned_before)
{
    const struct verbs *v = CONTAINER_OF(hubs[0].transport, struct verbs, base);
    const size_t pace = receive_pace(&v->receive);
    const size_t share = v->receive.share * pace;
    const size_t scratch = v->rail ? v->rail->scratch.bytes : 0;
    size_t pinned = hubs[0].process.counters->value[COUNTER_PINNED_BYTES];
    if (v->hot.memory)
        pinned -= v->hot.mr->length;
    ck_assert_uint_eq(pinned_before, SEND_SLOTS * v->receive.slot_bytes +
                                         (RECEIVE_BATCH - 1) * pace + share +
                                         scratch);
    ck_assert_uint_eq(pinned, pinned_before + (MANY_RANKS - 2) * share);
    ck_assert_uint_lt(sizeof(struct connection), 2048);
}

/* The completion queue of rank 0 has to grow, with packets under way. */
START_TEST(one_rank_talks_to_many_while_its_queues_grow)
{
    enum { EACH = 100 };
    struct endpoint *ep[MANY_RANKS] = { NULL };
    pthread_t threads[MANY_RANKS];
    for (int i = 0; i < MANY_RANKS; i++)
        open_hub(&hubs[i], i);
    const size_t pinned =
        hubs[0].process.counters->value[COUNTER_PINNED_BYTES];
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
    check_cost(pinned);
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

/* RoCE has the default partition alone. */
START_TEST(a_partition_that_the_port_is_not_in_is_named)
{
    struct strbuf why;
    strbuf_init(&why);
    fake_process_init(&a.process, 0, RANKS);
    settings.verbs_pkey = "8001";
    ck_assert_int_ne(verbs_transport.open(&a.process, &a.table, &a.transport,
                                          &why), MPI_SUCCESS);
    ck_assert_ptr_nonnull(strstr(why.text, "no address in partition 8001"));
    strbuf_fini(&why);
    fake_process_fini(&a.process);
    settings.verbs_pkey = "0xffff";
    open_both();
    stream(&a, &b, 1);
    close_both();
}
END_TEST

/* The slots of all ranks of a job have to be within the setting. */
START_TEST(many_ranks_get_fewer_credits)
{
    const struct verbs *v;
    settings.verbs_receive_bytes = 2 * 20 * 8256;
    open_both();
    v = CONTAINER_OF(a.transport, struct verbs, base);
    ck_assert_uint_eq(v->credits, 20 - RECEIVE_EXTRA);
    stream(&a, &b, 200);
    close_both();
    settings.verbs_receive_bytes = 1;
    open_both();
    v = CONTAINER_OF(a.transport, struct verbs, base);
    ck_assert_uint_eq(v->credits, 4);
    stream(&a, &b, 200);
    close_both();
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
            progress_yield(&r->process.progress);
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
    if (!has_device())
        return skip_without_device();
    TCase *t = tcase_create("verbs");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, packets_of_all_lengths_arrive_in_order);
    tcase_add_test(t, one_side_alone_may_connect);
    tcase_add_test(t, both_sides_connecting_at_once_make_one_connection);
    tcase_add_test(t, a_silent_receiver_makes_busy_and_loses_nothing);
    tcase_add_test(t, packets_sent_last_survive_close);
    tcase_add_test(t, close_is_quick);
    tcase_add_test(t, explain_names_device_gid_and_mtu);
    tcase_add_test(t, one_rank_talks_to_many_while_its_queues_grow);
    tcase_add_test(t, an_unknown_device_is_named);
    tcase_add_test(t, a_gid_that_is_not_there_is_named);
    tcase_add_test(t, a_partition_that_the_port_is_not_in_is_named);
    tcase_add_test(t, many_ranks_get_fewer_credits);
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
