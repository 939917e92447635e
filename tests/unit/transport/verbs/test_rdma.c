/* SPDX-License-Identifier: BSD-3-Clause */
/* Gets and puts of the verbs transport, between two ranks of one machine
 * through the device's loopback. Skipped where there is no RDMA device. */
#include "tests/unit/transport/verbs/pair.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/suite.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/qp.h"

/* ---- get ---- */

/* Rank a reads from rank b; returns what the completion said. */
static int get_from_b(void *to, void *from, size_t bytes)
{
    struct wait w = { .completion.done = note_done };
    struct region *local = retain(&a, to, bytes, REGION_LOCAL);
    struct region *remote = retain(&b, from, bytes, REGION_EXPOSED);
    struct slice slice = { to, bytes };
    struct transfer get = { .slices = &slice, .slice_count = 1,
                       .region = local, .bytes = bytes,
                       .remote_address = (uintptr_t)from,
                       .remote_key = remote->key,
                       .completion = &w.completion };
    enum post post;
    while ((post = verbs_transport.get(a.ep, &get)) == POST_BUSY)
        poll_both();
    ck_assert_int_eq(post, POST_PENDING);
    while (!w.times)
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
    struct region *local = retain(&a, to, GETS * GET_BYTES, REGION_LOCAL);
    struct region *remote = retain(&b, from, GETS * GET_BYTES, REGION_EXPOSED);
    for (int i = 0; i < GETS; i++) {
        size_t at = (size_t)i * GET_BYTES;
        waits[i] = (struct wait){ .completion.done = note_done };
        struct slice slice = { to + at, GET_BYTES };
        struct transfer get = { .slices = &slice, .slice_count = 1,
                           .region = local,
                           .remote_address = (uintptr_t)(from + at),
                           .remote_key = remote->key, .bytes = GET_BYTES,
                           .completion = &waits[i].completion };
        while (verbs_transport.get(a.ep, &get) == POST_BUSY)
            poll_both();
        traffic_send_to(&a.out, a.ep);
    }
    for (int i = 0; i < GETS; i++)
        while (!waits[i].times)
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
    struct region *local = retain(&a, to, sizeof to, REGION_LOCAL);
    struct slice slice = { to, sizeof to };
    struct transfer get = { .slices = &slice, .slice_count = 1,
                       .region = local, .bytes = sizeof to,
                       .remote_address = 4096, .remote_key = 0x12345678,
                       .completion = &w.completion };
    ck_assert_int_eq(verbs_transport.get(a.ep, &get), POST_PENDING);
    while (!w.times || b.lost == MPI_SUCCESS)
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

/* ---- put, and slices ---- */

enum { PIECE = 3000, PIECES = SLICES_MAX };

/* Every other PIECE bytes of memory, PIECES of them. */
static void cut(unsigned char *memory, struct slice slices[PIECES])
{
    for (int i = 0; i < PIECES; i++)
        slices[i] = (struct slice){ memory + 2 * i * PIECE, PIECE };
}

/* Between slices at a and one run at b; returns what the completion said. */
static int move_slices(unsigned char *at_a, unsigned char *at_b,
                       enum region_use use)
{
    struct slice slices[PIECES];
    struct wait w = { .completion.done = note_done };
    cut(at_a, slices);
    struct region *local = retain(&a, at_a, 2 * PIECES * PIECE, REGION_LOCAL);
    struct region *remote = retain(&b, at_b, PIECES * PIECE, use);
    const struct transfer t = {
        .slices = slices, .slice_count = PIECES, .bytes = PIECES * PIECE,
        .region = local, .remote_address = (uintptr_t)at_b,
        .remote_key = remote->key, .completion = &w.completion };
    enum post (*post)(struct endpoint *, const struct transfer *) =
        use == REGION_TARGET ? verbs_transport.put : verbs_transport.get;
    enum post posted;
    while ((posted = post(a.ep, &t)) == POST_BUSY)
        poll_both();
    ck_assert_int_eq(posted, POST_PENDING);
    ck_assert_uint_ge(a.ep->slices_max, PIECES);
    while (!w.times)
        poll_both();
    verbs_transport.release_region(a.transport, local);
    verbs_transport.release_region(b.transport, remote);
    return w.err;
}

static void check_slices(const unsigned char *scattered,
                         const unsigned char *run)
{
    for (int i = 0; i < PIECES; i++)
        ck_assert_mem_eq(scattered + 2 * i * PIECE, run + i * PIECE, PIECE);
}

START_TEST(put_gathers_slices_and_leaves_the_rest_alone)
{
    unsigned char *from = malloc(2 * PIECES * PIECE);
    unsigned char *to = calloc(1, PIECES * PIECE);
    open_both();
    for (unsigned n = 0; n < 3; n++) {
        fill(from, 2 * PIECES * PIECE, n);
        ck_assert_int_eq(move_slices(from, to, REGION_TARGET), MPI_SUCCESS);
        check_slices(from, to);
    }
    const uint64_t *counters = a.process.counters->value;
    ck_assert_uint_eq(counters[COUNTER_RDMA_WRITE_BYTES], 3 * PIECES * PIECE);
    free(from);
    free(to);
    close_both();
}
END_TEST

START_TEST(get_scatters_into_slices)
{
    unsigned char *from = malloc(PIECES * PIECE);
    unsigned char *to = malloc(2 * PIECES * PIECE);
    memset(to, 0xee, 2 * PIECES * PIECE);
    open_both();
    fill(from, PIECES * PIECE, 5);
    ck_assert_int_eq(move_slices(to, from, REGION_EXPOSED), MPI_SUCCESS);
    check_slices(to, from);
    int bad = 0;
    for (int i = 0; i < PIECES; i++)
        for (int k = 0; k < PIECE; k++)
            bad += to[(2 * i + 1) * PIECE + k] != 0xee;
    ck_assert_int_eq(bad, 0);
    free(from);
    free(to);
    close_both();
}
END_TEST

/* What was registered for reading alone is not there for writing. */
START_TEST(a_put_into_memory_that_is_for_reading_fails)
{
    unsigned char *from = malloc(2 * PIECES * PIECE);
    unsigned char *to = calloc(1, PIECES * PIECE);
    struct wait w = { .completion.done = note_done };
    open_both();
    stream(&a, &b, 1);
    memset(from, 1, PIECE);
    struct region *local = retain(&a, from, PIECE, REGION_LOCAL);
    struct region *remote = retain(&b, to, PIECE, REGION_EXPOSED);
    const struct slice slice = { from, PIECE };
    const struct transfer put = {
        .slices = &slice, .slice_count = 1, .bytes = PIECE, .region = local,
        .remote_address = (uintptr_t)to, .remote_key = remote->key,
        .completion = &w.completion };
    ck_assert_int_eq(verbs_transport.put(a.ep, &put), POST_PENDING);
    while (!w.times)
        poll_both();
    ck_assert_int_ne(w.err, MPI_SUCCESS);
    for (int i = 0; i < PIECE; i++)
        ck_assert_int_eq(to[i], 0);
    verbs_transport.release_region(a.transport, local);
    verbs_transport.release_region(b.transport, remote);
    free(from);
    free(to);
    close_both();
}
END_TEST

/* ---- what was agreed on when a connection came up ---- */

START_TEST(without_reads_a_peer_cannot_be_read)
{
    settings.verbs_reads = 0;
    open_both();
    stream(&a, &b, 1);
    stream(&b, &a, 1);
    ck_assert(!a.ep->can_get);
    ck_assert(!b.ep->can_get);
    ck_assert(a.ep->can_put);
    close_both();
}
END_TEST

/* More gets than reads may be on the wire; the device takes one at a time. */
START_TEST(reads_are_held_to_what_was_agreed_on)
{
    settings.verbs_reads = 1;
    open_both();
    stream(&a, &b, 1);
    ck_assert(a.ep->can_get);
    const struct connection *c = CONTAINER_OF(a.ep, struct connection, base);
    ck_assert_uint_eq(c->lanes[DIRECTION_GET].requests_max, 1);
    unsigned char from[4096], to[4096] = { 0 };
    fill(from, sizeof from, 4);
    ck_assert_int_eq(get_from_b(to, from, sizeof to), MPI_SUCCESS);
    ck_assert_mem_eq(to, from, sizeof to);
    close_both();
}
END_TEST

START_TEST(packets_have_the_traffic_class_that_was_asked_for)
{
    struct rank *both[] = { &a, &b };
    settings.verbs_traffic_class = 96;
    settings.verbs_timeout = 15;
    settings.verbs_retry_count = 5;
    open_both();
    stream(&a, &b, 1);
    for (size_t i = 0; i < ARRAY_COUNT(both); i++) {
        const struct connection *c = CONTAINER_OF(both[i]->ep,
                                                  struct connection, base);
        struct ibv_qp_attr attr;
        struct ibv_qp_init_attr init;
        ck_assert_int_eq(ibv_query_qp(c->id->qp, &attr, IBV_QP_AV |
                                      IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT,
                                      &init), 0);
        ck_assert_int_eq(attr.ah_attr.grh.traffic_class, 96);
        ck_assert_int_eq(attr.timeout, 15);
        ck_assert_int_eq(attr.retry_cnt, 5);
    }
    close_both();
}
END_TEST

/* Completions that a dead queue pair left must be gone before its number can
 * be another's. */
START_TEST(a_new_queue_pair_finds_no_completions_of_an_old_one)
{
    struct strbuf why;
    strbuf_init(&why);
    open_both();
    stream(&a, &b, 1);
    struct verbs *v = CONTAINER_OF(a.transport, struct verbs, base);
    struct connection *c = CONTAINER_OF(a.ep, struct connection, base);
    while (traffic_send_to(&a.out, a.ep) != POST_BUSY)
        ;
    /* Those packets arrive at b alone; their completions are not taken. */
    struct rdma_cm_id *id = c->id;
    while (b.in.next < a.out.next)
        verbs_transport.poll(b.transport);
    qp_destroy(c);
    ck_assert_ptr_null(id->qp);
    ck_assert_int_eq(qp_create(c, &why), MPI_SUCCESS);
    struct ibv_wc wc;
    ck_assert_int_eq(ibv_poll_cq(v->cq, 1, &wc), 0);
    connection_lose(c, "the test is over");
    close_both();
}
END_TEST

int main(void)
{
    if (!has_device())
        return skip_without_device();
    TCase *t = tcase_create("rdma");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, get_reads_all_lengths);
    tcase_add_test(t, get_reads_in_pieces_above_the_message_limit);
    tcase_add_test(t, read_only_memory_can_be_read_from);
    tcase_add_loop_test(t, memory_that_was_replaced_is_never_mistaken, 0,
                        ARRAY_COUNT(replace));
    tcase_add_test(t, a_buffer_used_again_is_not_registered_again);
    tcase_add_test(t, many_gets_at_once_mix_with_packets);
    tcase_add_test(t, a_wrong_key_fails_the_read_and_the_connection);
    tcase_add_test(t, put_gathers_slices_and_leaves_the_rest_alone);
    tcase_add_test(t, get_scatters_into_slices);
    tcase_add_test(t, a_put_into_memory_that_is_for_reading_fails);
    tcase_add_test(t, without_reads_a_peer_cannot_be_read);
    tcase_add_test(t, reads_are_held_to_what_was_agreed_on);
    tcase_add_test(t, packets_have_the_traffic_class_that_was_asked_for);
    tcase_add_test(t, a_new_queue_pair_finds_no_completions_of_an_old_one);
    return suite_run("rdma", t);
}
