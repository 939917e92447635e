/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocols between two to four ranks of one process, over a network that
 * delays packets, answers BUSY and may be unable to read remote memory.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/fake_job.h"
#include "tests/support/suite.h"

/* Each is a network of its own kind; the tests loop over them. */
static const struct fake_options networks[] = {
    { .seed = 1 },
    { .seed = 2, .late_get = true, .delay = 5, .busy_percent = 30 },
    { .seed = 3, .no_get = true, .no_put = true, .max_packet_bytes = 256,
      .capacity = 2 },
    { .seed = 4, .failed_gets = 50, .delay = 5, .busy_percent = 30 },
    { .seed = 4, .max_packet_bytes = 512, .busy_percent = 60, .delay = 9,
      .late_get = true, .capacity = 3 },
    { .seed = 5, .no_get = true },
    { .seed = 6, .no_get = true, .late_get = true, .delay = 7,
      .busy_percent = 40, .capacity = 3 },
    { .seed = 7, .no_get = true, .failed_gets = 50, .delay = 3,
      .busy_percent = 20 },
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static struct fake_job job;

static struct message bytes_message(int rank, int peer, int tag, void *buffer,
                                    size_t bytes)
{
    return (struct message){
        .buffer = buffer, .count = (MPI_Count)bytes,
        .type = datatype_find(MPI_BYTE), .peer = peer, .tag = tag,
        .comm = &job.comm[rank], .channel = CHANNEL_USER,
    };
}

static struct mpi_request *start_send(int rank, int peer, int tag, void *buffer,
                                      size_t bytes)
{
    struct message m = bytes_message(rank, peer, tag, buffer, bytes);
    struct mpi_request *r = NULL;
    ck_assert_int_eq(p2p_send_start(&m, &r), MPI_SUCCESS);
    return r;
}

static struct mpi_request *start_recv(int rank, int peer, int tag, void *buffer,
                                      size_t bytes)
{
    struct message m = bytes_message(rank, peer, tag, buffer, bytes);
    struct mpi_request *r = NULL;
    ck_assert_int_eq(p2p_recv_start(&m, &r), MPI_SUCCESS);
    return r;
}

static unsigned char *make_bytes(size_t bytes, unsigned seed)
{
    unsigned char *data = malloc(bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (unsigned char)(i * 7 + i / 251 + seed);
    return data;
}

/* One message of each size, receive posted before or after it arrives. */
static void check_sizes(bool is_expected)
{
    static const size_t sizes[] = { 0, 1, 8, 127, 128, 129, 4000, 5000, 70000 };
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        unsigned char *out = make_bytes(sizes[i], (unsigned)i);
        unsigned char *in = calloc(1, sizes[i] + 1);
        struct mpi_request *r[2] = { NULL, NULL };
        if (is_expected)
            r[1] = start_recv(1, 0, 5, in, sizes[i]);
        r[0] = start_send(0, 1, 5, out, sizes[i]);
        if (!is_expected) {
            fake_network_settle(job.network);
            r[1] = start_recv(1, MPI_ANY_SOURCE, MPI_ANY_TAG, in, sizes[i]);
        }
        fake_job_until(&job, r, 2);
        MPI_Status status;
        ck_assert_int_eq(request_finish(r[0], MPI_STATUS_IGNORE), MPI_SUCCESS);
        ck_assert_int_eq(request_finish(r[1], &status), MPI_SUCCESS);
        ck_assert_int_eq(status.MPI_SOURCE, 0);
        ck_assert_int_eq(status.MPI_TAG, 5);
        ck_assert_uint_eq(status_bytes(&status), sizes[i]);
        ck_assert_mem_eq(in, out, sizes[i]);
        free(in);
        free(out);
    }
}

START_TEST(every_size_arrives_whole_when_expected)
{
    fake_job_init(&job, 2, &networks[_i]);
    check_sizes(true);
    fake_job_fini(&job);
}
END_TEST

START_TEST(every_size_arrives_whole_when_unexpected)
{
    fake_job_init(&job, 2, &networks[_i]);
    check_sizes(false);
    fake_job_fini(&job);
}
END_TEST

/* Many messages of mixed sizes with one tag must be received in order. */
START_TEST(messages_of_a_pair_do_not_overtake)
{
    enum { MESSAGES = 60 };
    fake_job_init(&job, 2, &networks[_i]);
    struct mpi_request *r[2 * MESSAGES];
    unsigned char *out[MESSAGES], *in[MESSAGES];
    for (int i = 0; i < MESSAGES; i++) {
        size_t bytes = (size_t)(i % 3 == 0 ? 9000 + i : 10 + i);
        out[i] = make_bytes(bytes, (unsigned)i);
        r[i] = start_send(0, 1, 1, out[i], bytes);
    }
    for (int i = 0; i < MESSAGES; i++) {
        in[i] = malloc(10000);
        r[MESSAGES + i] = start_recv(1, 0, 1, in[i], 10000);
    }
    fake_job_until(&job, r, 2 * MESSAGES);
    for (int i = 0; i < MESSAGES; i++) {
        size_t bytes = (size_t)(i % 3 == 0 ? 9000 + i : 10 + i);
        ck_assert_uint_eq(r[MESSAGES + i]->bytes, bytes);
        ck_assert_mem_eq(in[i], out[i], bytes);
        request_finish(r[i], MPI_STATUS_IGNORE);
        request_finish(r[MESSAGES + i], MPI_STATUS_IGNORE);
        free(in[i]);
        free(out[i]);
    }
    fake_job_fini(&job);
}
END_TEST

START_TEST(a_longer_message_is_truncated_with_an_error)
{
    static const size_t sizes[] = { 100, 20000 };
    fake_job_init(&job, 2, &networks[_i]);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        unsigned char *out = make_bytes(sizes[i], 3);
        unsigned char in[64];
        memset(in, 0xee, sizeof in);
        struct mpi_request *r[2] = { start_send(0, 1, 0, out, sizes[i]),
                                     start_recv(1, 0, 0, in, 50) };
        fake_job_until(&job, r, 2);
        ck_assert_int_eq(request_finish(r[0], MPI_STATUS_IGNORE), MPI_SUCCESS);
        int err = request_finish(r[1], MPI_STATUS_IGNORE);
        ck_assert_int_eq(error_class_of(err), MPI_ERR_TRUNCATE);
        ck_assert_ptr_nonnull(strstr(error_sentence(err), "50 bytes"));
        ck_assert_mem_eq(in, out, 50);
        ck_assert_int_eq(in[50], 0xee);
        free(out);
    }
    fake_job_fini(&job);
}
END_TEST

START_TEST(a_synchronous_send_waits_for_its_receive)
{
    static const size_t sizes[] = { 0, 16, 20000 };
    fake_job_init(&job, 2, &networks[_i]);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        unsigned char *out = make_bytes(sizes[i], 1);
        unsigned char *in = malloc(sizes[i] + 1);
        struct message m = bytes_message(0, 1, 2, out, sizes[i]);
        m.mode = SEND_SYNCHRONOUS;
        struct mpi_request *r[2];
        ck_assert_int_eq(p2p_send_start(&m, &r[0]), MPI_SUCCESS);
        fake_network_settle(job.network);
        ck_assert(!r[0]->is_complete);
        r[1] = start_recv(1, 0, 2, in, sizes[i]);
        fake_job_until(&job, r, 2);
        ck_assert_mem_eq(in, out, sizes[i]);
        request_finish(r[0], MPI_STATUS_IGNORE);
        request_finish(r[1], MPI_STATUS_IGNORE);
        free(in);
        free(out);
    }
    fake_job_fini(&job);
}
END_TEST

START_TEST(a_dead_peer_ends_the_send_with_its_error)
{
    fake_job_init(&job, 2, &networks[0]);
    unsigned char data[9000] = { 0 };
    struct mpi_request *r = start_send(0, 1, 0, data, 8);
    request_finish(r, MPI_STATUS_IGNORE);
    fake_network_fail(job.network, 0, 1, MPI_ERR_OTHER);
    r = start_send(0, 1, 0, data, sizeof data);
    fake_job_until(&job, &r, 1);
    ck_assert_int_eq(request_finish(r, MPI_STATUS_IGNORE), MPI_ERR_OTHER);
    fake_job_fini(&job);
}
END_TEST

/* What waits for a packet of the peer sits in no queue of the transport. */
START_TEST(a_lost_peer_ends_what_waits_for_it)
{
    fake_job_init(&job, 3, &networks[_i]);
    unsigned char data[9000] = { 0 }, in[9000], small;
    struct message m = bytes_message(0, 1, 1, data, 1);
    m.mode = SEND_SYNCHRONOUS;
    struct mpi_request *r[5];
    r[0] = start_send(0, 1, 0, data, sizeof data);
    ck_assert_int_eq(p2p_send_start(&m, &r[1]), MPI_SUCCESS);
    r[2] = start_recv(0, 1, 2, in, sizeof in);
    fake_network_settle(job.network);
    struct mpi_request *other = start_recv(0, 2, 0, &small, 1);
    fake_network_fail(job.network, 0, 1, MPI_ERR_OTHER);
    fake_job_until(&job, r, 3);
    r[3] = start_recv(0, 1, 3, in, sizeof in);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE),
                         MPI_ERR_OTHER);
    m = bytes_message(0, 1, MPI_ANY_TAG, NULL, 0);
    struct envelope found;
    ck_assert_int_eq(p2p_probe(&m, &found), MPI_ERR_OTHER);
    ck_assert(!other->is_complete);
    r[4] = start_send(2, 0, 0, data, 1);
    fake_job_until(&job, &other, 1);
    request_finish(r[4], MPI_STATUS_IGNORE);
    ck_assert_int_eq(request_finish(other, MPI_STATUS_IGNORE), MPI_SUCCESS);
    fake_job_fini(&job);
}
END_TEST

START_TEST(receives_from_any_source_hear_of_each_loss_once)
{
    fake_job_init(&job, 3, &networks[0]);
    unsigned char in[4], out = 9;
    struct mpi_request *r[3] = { start_recv(0, MPI_ANY_SOURCE, 0, &in[0], 1),
                                 start_recv(0, MPI_ANY_SOURCE, 1, &in[1], 1) };
    fake_network_fail(job.network, 0, 1, MPI_ERR_OTHER);
    struct mpi_request *sent = start_send(0, 1, 0, &out, 1);
    fake_job_until(&job, r, 2);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(error_class_of(request_finish(r[i],
                                                       MPI_STATUS_IGNORE)),
                         MPI_ERR_OTHER);
    request_finish(sent, MPI_STATUS_IGNORE);
    r[0] = start_recv(0, MPI_ANY_SOURCE, 0, &in[2], 1);
    r[1] = start_send(2, 0, 0, &out, 1);
    fake_job_until(&job, r, 2);
    request_finish(r[1], MPI_STATUS_IGNORE);
    ck_assert_int_eq(request_finish(r[0], MPI_STATUS_IGNORE), MPI_SUCCESS);
    ck_assert_int_eq(in[2], out);
    /* Nothing was posted when rank 2 went: the next one hears of it. */
    fake_network_fail(job.network, 0, 2, MPI_ERR_OTHER);
    sent = start_send(0, 2, 0, &out, 1);
    request_finish(sent, MPI_STATUS_IGNORE);
    struct envelope found;
    const struct message any = bytes_message(0, MPI_ANY_SOURCE, 0, in, 1);
    ck_assert_int_eq(error_class_of(p2p_probe(&any, &found)), MPI_ERR_OTHER);
    r[0] = start_recv(0, MPI_ANY_SOURCE, 0, &in[3], 1);
    ck_assert(!r[0]->is_complete);
    p2p_cancel_recv(r[0]);
    request_finish(r[0], MPI_STATUS_IGNORE);
    fake_job_fini(&job);
}
END_TEST

/* The peer breaks off between CTS and the last piece of a long message. */
START_TEST(a_lost_peer_ends_a_half_received_message)
{
    fake_job_init(&job, 2, &networks[2]);
    unsigned char data[9000] = { 0 }, in[9000];
    struct mpi_request *r[2] = { start_recv(1, 0, 0, in, sizeof in),
                                 start_send(0, 1, 0, data, sizeof data) };
    while (fake_network_process(job.network, 1)->counters
               ->value[COUNTER_COPIED_BOUNCE_BYTES] == 0)
        for (int i = 0; i < 2; i++)
            progress_poll(&fake_network_process(job.network, i)->progress);
    ck_assert(!r[0]->is_complete);
    fake_network_fail(job.network, 0, 1, MPI_ERR_OTHER);
    fake_network_fail(job.network, 1, 0, MPI_ERR_OTHER);
    fake_job_until(&job, r, 2);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE),
                         MPI_ERR_OTHER);
    fake_job_fini(&job);
}
END_TEST

START_TEST(a_receive_without_message_can_be_taken_back)
{
    fake_job_init(&job, 2, &networks[0]);
    int data = 7, in = 0;
    struct mpi_request *r[2] = { start_recv(1, 0, 0, &in, sizeof in), NULL };
    p2p_cancel_recv(r[0]);
    ck_assert(r[0]->is_complete && r[0]->is_cancelled);
    request_finish(r[0], MPI_STATUS_IGNORE);
    r[0] = start_send(0, 1, 0, &data, sizeof data);
    fake_network_settle(job.network);
    ck_assert_int_eq(in, 0);
    r[1] = start_recv(1, 0, 0, &in, sizeof in);
    fake_job_until(&job, r, 2);
    ck_assert_int_eq(in, 7);
    request_finish(r[0], MPI_STATUS_IGNORE);
    request_finish(r[1], MPI_STATUS_IGNORE);
    fake_job_fini(&job);
}
END_TEST

/* By copy, synchronously, by rendezvous: the second and third wait. */
static struct mpi_request *start_cancellable(int kind, void *data)
{
    struct message m = bytes_message(0, 1, 6, data, kind == 2 ? 70000 : 8);
    struct mpi_request *r = NULL;
    m.mode = kind == 1 ? SEND_SYNCHRONOUS : SEND_STANDARD;
    ck_assert_int_eq(p2p_send_start(&m, &r), MPI_SUCCESS);
    return r;
}

START_TEST(a_send_that_no_receive_met_can_be_taken_back)
{
    static unsigned char data[70000], in[70000];
    fake_job_init(&job, 2, &networks[_i]);
    for (int kind = 1; kind <= 2; kind++)
        for (int settles = 0; settles < 2; settles++) {
            struct mpi_request *r[2] = { start_cancellable(kind, data), NULL };
            if (settles)
                fake_network_settle(job.network);
            p2p_cancel(r[0]);
            fake_job_until(&job, r, 1);
            ck_assert(r[0]->is_cancelled);
            request_finish(r[0], MPI_STATUS_IGNORE);
            r[1] = start_recv(1, 0, 6, in, sizeof in);
            fake_network_settle(job.network);
            ck_assert(!r[1]->is_complete);
            p2p_cancel_recv(r[1]);
            request_finish(r[1], MPI_STATUS_IGNORE);
        }
    fake_job_fini(&job);
}
END_TEST

START_TEST(a_send_that_a_receive_has_met_cannot_be_taken_back)
{
    static unsigned char data[70000], in[70000];
    fake_job_init(&job, 2, &networks[_i]);
    for (int kind = 0; kind <= 2; kind++) {
        struct mpi_request *r[2] = { NULL, start_recv(1, 0, 6, in, sizeof in) };
        data[0] = (unsigned char)(kind + 1);
        r[0] = start_cancellable(kind, data);
        while (r[1]->bytes == 0) /* until the message has met its receive */
            for (int i = 0; i < 2; i++)
                progress_poll(&fake_network_process(job.network, i)->progress);
        p2p_cancel(r[0]);
        fake_job_until(&job, r, 2);
        ck_assert(!r[0]->is_cancelled);
        ck_assert_int_eq(in[0], kind + 1);
        request_finish(r[0], MPI_STATUS_IGNORE);
        request_finish(r[1], MPI_STATUS_IGNORE);
    }
    fake_job_fini(&job);
}
END_TEST

START_TEST(senders_wait_when_too_much_is_unexpected)
{
    enum { COUNT = 60, BYTES = 120 };
    static unsigned char out[COUNT][BYTES], in[BYTES];
    struct mpi_request *r[COUNT], *taken;
    int waiting = 0;
    fake_job_init(&job, 2, &networks[_i]);
    const size_t before = settings.unexpected_bytes;
    settings.unexpected_bytes = 16384;
    for (int i = 0; i < COUNT; i++) {
        memset(out[i], i + 1, BYTES);
        r[i] = start_send(0, 1, 3, out[i], i % 3 == 0 ? 8 : BYTES);
        fake_network_settle(job.network);
        waiting += !r[i]->is_complete;
    }
    ck_assert_int_gt(waiting, 0);
    ck_assert_int_lt(waiting, COUNT);
    for (int i = 0; i < COUNT; i++) {
        taken = start_recv(1, 0, 3, in, BYTES);
        fake_job_until(&job, &taken, 1);
        ck_assert_int_eq(in[0], i + 1);
        request_finish(taken, MPI_STATUS_IGNORE);
    }
    fake_job_until(&job, r, COUNT);
    for (int i = 0; i < COUNT; i++)
        request_finish(r[i], MPI_STATUS_IGNORE);
    /* Released: a message goes without its receive again. */
    fake_network_settle(job.network);
    r[0] = start_send(0, 1, 3, out[0], 8);
    fake_job_until(&job, r, 1);
    request_finish(r[0], MPI_STATUS_IGNORE);
    fake_job_fini(&job);
    settings.unexpected_bytes = before;
}
END_TEST

START_TEST(channels_and_tags_keep_messages_apart)
{
    fake_job_init(&job, 3, &networks[_i]);
    int out[3] = { 10, 20, 30 }, in[3] = { 0 };
    struct message m = bytes_message(0, 2, 4, &out[0], sizeof(int));
    m.channel = CHANNEL_COLLECTIVE;
    struct mpi_request *r[6];
    ck_assert_int_eq(p2p_send_start(&m, &r[0]), MPI_SUCCESS);
    r[1] = start_send(1, 2, 4, &out[1], sizeof(int));
    r[2] = start_send(0, 2, 4, &out[2], sizeof(int));
    r[3] = start_recv(2, 0, 4, &in[2], sizeof(int));
    r[4] = start_recv(2, 1, MPI_ANY_TAG, &in[1], sizeof(int));
    m = bytes_message(2, MPI_ANY_SOURCE, 4, &in[0], sizeof(int));
    m.channel = CHANNEL_COLLECTIVE;
    ck_assert_int_eq(p2p_recv_start(&m, &r[5]), MPI_SUCCESS);
    fake_job_until(&job, r, 6);
    ck_assert_mem_eq(in, out, sizeof in);
    for (int i = 0; i < 6; i++)
        request_finish(r[i], MPI_STATUS_IGNORE);
    fake_job_fini(&job);
}
END_TEST

START_TEST(probe_tells_without_receiving)
{
    fake_job_init(&job, 2, &networks[0]);
    unsigned char data[6000] = { 0 };
    struct mpi_request *r[2] = { start_send(0, 1, 3, data, sizeof data), NULL };
    fake_network_settle(job.network);
    struct message m = bytes_message(1, MPI_ANY_SOURCE, MPI_ANY_TAG, NULL, 0);
    struct envelope found = { 0 };
    bool is_found = false;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(p2p_iprobe(&m, &is_found, &found), MPI_SUCCESS);
        ck_assert(is_found);
    }
    ck_assert_int_eq(found.source, 0);
    ck_assert_int_eq(found.tag, 3);
    ck_assert_uint_eq(found.bytes, sizeof data);
    r[1] = start_recv(1, 0, 3, data, sizeof data);
    fake_job_until(&job, r, 2);
    ck_assert_int_eq(p2p_iprobe(&m, &is_found, &found), MPI_SUCCESS);
    ck_assert(!is_found);
    request_finish(r[0], MPI_STATUS_IGNORE);
    request_finish(r[1], MPI_STATUS_IGNORE);
    fake_job_fini(&job);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("protocols");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_size_arrives_whole_when_expected, 0, NETWORKS);
    tcase_add_loop_test(t, every_size_arrives_whole_when_unexpected, 0,
                        NETWORKS);
    tcase_add_loop_test(t, messages_of_a_pair_do_not_overtake, 0, NETWORKS);
    tcase_add_loop_test(t, a_longer_message_is_truncated_with_an_error, 0,
                        NETWORKS);
    tcase_add_loop_test(t, a_synchronous_send_waits_for_its_receive, 0,
                        NETWORKS);
    tcase_add_test(t, a_dead_peer_ends_the_send_with_its_error);
    tcase_add_loop_test(t, a_lost_peer_ends_what_waits_for_it, 0, NETWORKS);
    tcase_add_test(t, a_lost_peer_ends_a_half_received_message);
    tcase_add_test(t, receives_from_any_source_hear_of_each_loss_once);
    tcase_add_test(t, a_receive_without_message_can_be_taken_back);
    tcase_add_loop_test(t, a_send_that_no_receive_met_can_be_taken_back, 0,
                        NETWORKS);
    tcase_add_loop_test(t, a_send_that_a_receive_has_met_cannot_be_taken_back,
                        0, NETWORKS);
    tcase_add_loop_test(t, senders_wait_when_too_much_is_unexpected, 0,
                        NETWORKS);
    tcase_add_loop_test(t, channels_and_tags_keep_messages_apart, 0, NETWORKS);
    tcase_add_test(t, probe_tells_without_receiving);
    return suite_run("protocols", t);
}
