/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Long messages of non-contiguous types, and in chunks: every byte arrives,
 * what lies between the blocks stays, and the ledger shows no copy where none
 * is needed.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/base/config.h"
#include "runtime/objects/pack.h"
#include "runtime/objects/type_create.h"
#include "tests/support/fake_job.h"
#include "tests/support/suite.h"

enum { TOTAL = 24000, ROOM = 8 * TOTAL, LOTS = 24 };

/* By read, by write, both, with everything going wrong, and neither. */
static const struct fake_options networks[] = {
    { .no_put = true },
    { .no_get = true },
    { .late_get = true, .delay = 5, .busy_percent = 30, .capacity = 3 },
    { .no_get = true, .late_get = true, .delay = 5, .busy_percent = 30 },
    { .failed_gets = 20, .late_get = true, .delay = 2 },
    { .no_get = true, .failed_gets = 20, .late_get = true },
    { .no_get = true, .no_put = true },
};
enum { MOVERS = 4 }; /* of these need no processor's copy */

static struct fake_job job;

static int dice(int low, int high)
{
    return low + rand() % (high - low + 1);
}

/* A type of `bytes` bytes in some blocks, in any order, within twice that. */
static struct mpi_datatype *make_type(size_t bytes, int lots)
{
    MPI_Count lengths[LOTS], offsets[LOTS];
    MPI_Count left = (MPI_Count)bytes, at = dice(-20, 20);
    for (int i = 0; i < lots; i++) {
        lengths[i] = i + 1 == lots ? left : left / (lots - i) + dice(-9, 9);
        left -= lengths[i];
        offsets[i] = at;
        at += lengths[i] + dice(0, (int)bytes / lots);
    }
    for (int i = 0; i < lots; i++) {
        int k = dice(0, lots - 1);
        MPI_Count length = lengths[i], offset = offsets[i];
        lengths[i] = lengths[k];
        offsets[i] = offsets[k];
        lengths[k] = length;
        offsets[k] = offset;
    }
    const struct lots l = { .count = lots, .lengths = lengths,
                            .offsets = offsets, .unit = 1,
                            .type = datatype_find(MPI_BYTE) };
    struct mpi_datatype *type;
    ck_assert_int_eq(type_lots(&l, &type), MPI_SUCCESS);
    return type;
}

/* A buffer for `count` elements of a type. */
struct side {
    struct mpi_datatype *type;
    MPI_Count count;
    unsigned char *memory;
    unsigned char *packed;
};

static struct side make_side(bool is_scattered, unsigned fill)
{
    static const int counts[] = { 1, 2, 3, 5 };
    struct side s = { .count = counts[dice(0, 3)] };
    const size_t bytes = (size_t)(TOTAL / s.count);
    s.type = make_type(bytes, is_scattered ? dice(2, LOTS) : 1);
    s.memory = malloc(ROOM);
    s.packed = malloc(TOTAL);
    for (size_t i = 0; i < ROOM; i++)
        s.memory[i] = (unsigned char)(fill ? fill : i * 7 + i / 251);
    return s;
}

static struct message message_of(struct side *s, int rank)
{
    return (struct message){
        .buffer = s->memory + 1000, .count = s->count, .type = s->type,
        .peer = 1 - rank, .tag = 3, .comm = &job.comm[rank],
        .channel = CHANNEL_USER };
}

static void free_side(struct side *s)
{
    datatype_release(s->type);
    free(s->memory);
    free(s->packed);
}

/* What was not to be received is as it was. */
static void check_gaps(struct side *s)
{
    memset(s->packed, 0xee, TOTAL);
    unpack_bytes(s->memory + 1000, s->packed, s->type, 0, TOTAL);
    size_t bad = 0;
    for (size_t i = 0; i < ROOM; i++)
        bad += s->memory[i] != 0xee;
    ck_assert_uint_eq(bad, 0);
}

static uint64_t sum_of(enum counter which)
{
    uint64_t sum = 0;
    for (int i = 0; i < 2; i++)
        sum += fake_network_process(job.network, i)->counters->value[which];
    return sum;
}

static void exchange(struct side *out, struct side *in, bool is_expected)
{
    const struct message send = message_of(out, 0);
    const struct message recv = message_of(in, 1);
    struct mpi_request *r[2] = { NULL, NULL };
    if (is_expected)
        ck_assert_int_eq(p2p_recv_start(&recv, &r[1]), MPI_SUCCESS);
    ck_assert_int_eq(p2p_send_start(&send, &r[0]), MPI_SUCCESS);
    if (!is_expected) {
        fake_network_settle(job.network);
        ck_assert_int_eq(p2p_recv_start(&recv, &r[1]), MPI_SUCCESS);
    }
    fake_job_until(&job, r, 2);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE), MPI_SUCCESS);
    pack_bytes(out->packed, out->memory + 1000, out->type, 0, TOTAL);
    pack_bytes(in->packed, in->memory + 1000, in->type, 0, TOTAL);
    ck_assert(memcmp(out->packed, in->packed, TOTAL) == 0);
    check_gaps(in);
}

static void exchange_all(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        struct side out = make_side(i & 1, 0), in = make_side(i & 2, 0xee);
        exchange(&out, &in, i & 4);
        free_side(&out);
        free_side(&in);
    }
}

START_TEST(scattered_messages_arrive_whole_and_uncopied)
{
    enum { ROUNDS = 40 };
    static const char *const ways[] = { "auto", "read", "write" };
    settings.scatter_bytes = 1;
    for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
        settings.rendezvous = ways[way];
        fake_job_init(&job, 2, &networks[_i]);
        exchange_all(ROUNDS);
        const bool can = way == 0 || networks[_i].no_get == (way == 2) ||
                         networks[_i].no_put == (way == 1);
        if (_i < MOVERS && can) {
            ck_assert_msg(sum_of(COUNTER_PACKED_BYTES) == 0, "%s", ways[way]);
            ck_assert_uint_eq(sum_of(COUNTER_COPIED_BOUNCE_BYTES), 0);
            ck_assert_uint_eq(sum_of(COUNTER_CMA_BYTES), ROUNDS * TOTAL);
        }
        fake_job_fini(&job);
    }
}
END_TEST

START_TEST(small_blocks_are_packed)
{
    settings.scatter_bytes = TOTAL / 2 + 100;
    fake_job_init(&job, 2, &networks[_i]);
    struct side out, in;
    out = make_side(true, 0);
    in = make_side(true, 0xee);
    exchange(&out, &in, true);
    ck_assert_uint_eq(sum_of(COUNTER_PACKED_BYTES), 2 * TOTAL); /* once each */
    ck_assert_uint_eq(sum_of(COUNTER_CMA_BYTES), 0);
    free_side(&out);
    free_side(&in);
    fake_job_fini(&job);
}
END_TEST

/* Ten chunks, registered one after another; the ledger counts each byte. */
START_TEST(long_messages_go_in_chunks)
{
    enum { BYTES = (10 << 17) + 777 };
    unsigned char *out = malloc(BYTES), *in = malloc(BYTES);
    settings.rendezvous_chunk_bytes = 128 << 10;
    fake_job_init(&job, 2, &networks[_i]);
    for (int n = 0; n < 3; n++) {
        for (size_t i = 0; i < BYTES; i++)
            out[i] = (unsigned char)(i * 7 + i / 251 + (size_t)n);
        struct message m = { .buffer = out, .count = BYTES,
                             .type = datatype_find(MPI_BYTE), .peer = 1,
                             .comm = &job.comm[0], .channel = CHANNEL_USER };
        struct mpi_request *r[2];
        ck_assert_int_eq(p2p_send_start(&m, &r[0]), MPI_SUCCESS);
        m.buffer = in;
        m.peer = 0;
        m.comm = &job.comm[1];
        m.count -= n; /* the last is truncated */
        ck_assert_int_eq(p2p_recv_start(&m, &r[1]), MPI_SUCCESS);
        fake_job_until(&job, r, 2);
        request_finish(r[0], MPI_STATUS_IGNORE);
        int err = request_finish(r[1], MPI_STATUS_IGNORE);
        ck_assert(n ? err != MPI_SUCCESS : err == MPI_SUCCESS);
        ck_assert(memcmp(out, in, (size_t)(BYTES - n)) == 0);
    }
    if (_i < MOVERS)
        ck_assert_uint_eq(sum_of(COUNTER_CMA_BYTES), 3 * BYTES - 3);
    fake_job_fini(&job);
    free(out);
    free(in);
}
END_TEST

static void setup(void)
{
    ck_assert_int_eq(config_load(), MPI_SUCCESS);
}

int main(void)
{
    const int all = (int)ARRAY_COUNT(networks);
    TCase *t = tcase_create("scatter");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, scattered_messages_arrive_whole_and_uncopied, 0,
                        all);
    tcase_add_loop_test(t, small_blocks_are_packed, 0, all);
    tcase_add_loop_test(t, long_messages_go_in_chunks, 0, all);
    return suite_run("scatter", t);
}
