/* SPDX-License-Identifier: BSD-3-Clause */
/* BATON_REGCACHE=strict: whom a message's memory is open to, and how long.
 * Skipped where there is no RDMA device. */
#include "tests/unit/transport/verbs/pair.h"

#include <string.h>
#include <sys/mman.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/suite.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/window.h"

enum { BYTES = 3 * 4096, USES = 40 };

static unsigned char *mine, *theirs;
static struct region *here; /* mine, at rank a */

static const struct verbs *verbs_b(void)
{
    return CONTAINER_OF(b.transport, struct verbs, base);
}

static bool has_windows(void)
{
    return verbs_b()->windows != NULL;
}

static uint64_t count(const struct rank *r, enum counter which)
{
    return r->process.counters->value[which];
}

static unsigned char *map(void)
{
    unsigned char *at = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

/* Loop 0: by windows, where there are any; 1: without. */
static void open_strict(int loop)
{
    settings.regcache = "strict";
    settings.verbs_windows = loop == 0 ? "yes" : "no";
    mine = map();
    theirs = map();
    for (int i = 0; i < BYTES; i++)
        theirs[i] = (unsigned char)(i * 7 + 1);
    open_both();
    stream(&a, &b, 1);
    stream(&b, &a, 1);
    here = retain(&a, mine, BYTES, REGION_LOCAL);
    verbs_transport.release_region(b.transport,
                                   retain(&b, theirs, BYTES, REGION_LOCAL));
}

static void close_strict(void)
{
    verbs_transport.release_region(a.transport, here);
    close_both();
}

/* Rank a moves bytes from or to rank b's memory by a key; what came of it. */
static int move(enum post (*post)(struct endpoint *, const struct transfer *),
                size_t offset, size_t bytes, uint64_t key)
{
    struct wait w = { .completion.done = note_done };
    const struct slice slice = { mine + offset, bytes };
    const struct transfer t = {
        .slices = &slice, .slice_count = 1, .bytes = bytes, .region = here,
        .remote_address = (uintptr_t)(theirs + offset), .remote_key = key,
        .completion = &w.completion };
    enum post posted;
    while ((posted = post(a.ep, &t)) == POST_BUSY)
        poll_both();
    ck_assert_int_eq(posted, POST_PENDING);
    while (!w.times)
        poll_both();
    return w.err;
}

static void check_refused(int err)
{
    ck_assert_int_ne(err, MPI_SUCCESS);
    ck_assert_msg(strstr(error_sentence(err), "remote access error"), "%s",
                  error_sentence(err));
}

/* Until what was posted has been done. */
static void settle(struct rank *r)
{
    const struct connection *c = CONTAINER_OF(r->ep, struct connection, base);
    while (c->signals != c->signals_taken)
        poll_both();
}

START_TEST(a_peer_reads_while_it_may)
{
    open_strict(_i);
    for (int i = 0; i < USES; i++) {
        const size_t offset = (size_t)i * 100, bytes = BYTES - offset;
        memset(mine, 0, BYTES);
        struct region *shown = retain(&b, theirs + offset, bytes,
                                      REGION_EXPOSED);
        ck_assert_int_eq(move(verbs_transport.get, offset, bytes, shown->key),
                         MPI_SUCCESS);
        ck_assert_mem_eq(mine + offset, theirs + offset, bytes);
        verbs_transport.release_region(b.transport, shown);
    }
    ck_assert_uint_eq(count(&b, COUNTER_WINDOWS), has_windows() ? USES : 0);
    /* One for what is kept, if windows show it. */
    ck_assert_uint_eq(count(&b, COUNTER_REGISTRATIONS),
                      1 + (has_windows() ? 0 : USES));
    close_strict();
}
END_TEST

START_TEST(a_peer_writes_while_it_may)
{
    open_strict(_i);
    memset(mine, 0x5a, BYTES);
    struct region *shown = retain(&b, theirs + 10, 5000, REGION_TARGET);
    ck_assert_int_eq(move(verbs_transport.put, 10, 5000, shown->key),
                     MPI_SUCCESS);
    verbs_transport.release_region(b.transport, shown);
    ck_assert_mem_eq(mine + 10, theirs + 10, 5000);
    ck_assert_int_ne(theirs[5010], 0x5a);
    close_strict();
}
END_TEST

/* An offer that the peer does not read is written by its sender. */
START_TEST(what_is_shown_can_be_moved_by_its_owner)
{
    open_strict(_i);
    struct region *own = here;
    here = retain(&a, mine, BYTES, REGION_EXPOSED);
    struct region *shown = retain(&b, theirs, BYTES, REGION_TARGET);
    memset(mine, 0x77, BYTES);
    ck_assert_int_eq(move(verbs_transport.put, 0, BYTES, shown->key),
                     MPI_SUCCESS);
    ck_assert_mem_eq(mine, theirs, BYTES);
    verbs_transport.release_region(b.transport, shown);
    verbs_transport.release_region(a.transport, here);
    here = own;
    close_strict();
}
END_TEST

START_TEST(after_the_transfer_a_peer_is_refused)
{
    open_strict(_i);
    struct region *shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    const uint64_t key = shown->key;
    ck_assert_int_eq(move(verbs_transport.get, 0, BYTES, key), MPI_SUCCESS);
    verbs_transport.release_region(b.transport, shown);
    settle(&b);
    check_refused(move(verbs_transport.get, 0, BYTES, key));
    close_strict();
}
END_TEST

/* The key is used up even if the same memory is shown again. */
START_TEST(an_old_key_does_not_fit_the_next_transfer)
{
    open_strict(_i);
    struct region *shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    const uint64_t key = shown->key;
    verbs_transport.release_region(b.transport, shown);
    settle(&b);
    shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    ck_assert_uint_ne(shown->key, key);
    check_refused(move(verbs_transport.get, 0, BYTES, key));
    verbs_transport.release_region(b.transport, shown);
    close_strict();
}
END_TEST

START_TEST(who_may_read_may_not_write)
{
    open_strict(_i);
    struct region *shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    check_refused(move(verbs_transport.put, 0, BYTES, shown->key));
    ck_assert_int_eq(theirs[0], 1);
    verbs_transport.release_region(b.transport, shown);
    close_strict();
}
END_TEST

START_TEST(what_is_kept_lets_nobody_in)
{
    open_strict(_i);
    struct region *kept = retain(&b, theirs, BYTES, REGION_LOCAL);
    check_refused(move(verbs_transport.get, 0, BYTES, kept->key));
    verbs_transport.release_region(b.transport, kept);
    close_strict();
}
END_TEST

/* ---- another peer ---- */

/* Two queue pairs beside the connection: what a third rank and b would have. */
struct stranger {
    struct ibv_cq *cq;
    struct ibv_qp *reader; /* in a's protection domain, which has `here` */
    struct ibv_qp *target; /* in b's */
};

static struct verbs *verbs_at(const struct rank *r)
{
    return CONTAINER_OF(r->transport, struct verbs, base);
}

static struct ibv_qp *make_qp(const struct rank *r, struct ibv_cq *cq)
{
    struct ibv_qp_init_attr init = {
        .send_cq = cq, .recv_cq = cq, .qp_type = IBV_QPT_RC,
        .cap = { .max_send_wr = 4, .max_recv_wr = 1, .max_send_sge = 1,
                 .max_recv_sge = 1 } };
    struct ibv_qp *qp = ibv_create_qp(verbs_at(r)->pd, &init);
    ck_assert_ptr_nonnull(qp);
    struct ibv_qp_attr attr = {
        .qp_state = IBV_QPS_INIT, .port_num = verbs_at(r)->device.port,
        .qp_access_flags = IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE };
    ck_assert_int_eq(ibv_modify_qp(qp, &attr, IBV_QP_STATE | IBV_QP_PKEY_INDEX |
                                   IBV_QP_PORT | IBV_QP_ACCESS_FLAGS), 0);
    return qp;
}

static void join(struct ibv_qp *qp, const struct ibv_qp *other)
{
    const struct device *d = &verbs_at(&a)->device;
    struct ibv_qp_attr ready = {
        .qp_state = IBV_QPS_RTR, .path_mtu = IBV_MTU_1024,
        .dest_qp_num = other->qp_num, .max_dest_rd_atomic = 1,
        .min_rnr_timer = 12,
        .ah_attr = { .is_global = 1, .port_num = d->port,
                     .grh = { .dgid = d->gid, .hop_limit = 1,
                              .sgid_index = (uint8_t)d->gid_index } } };
    ck_assert_int_eq(ibv_modify_qp(qp, &ready, IBV_QP_STATE | IBV_QP_AV |
                                   IBV_QP_PATH_MTU | IBV_QP_DEST_QPN |
                                   IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC |
                                   IBV_QP_MIN_RNR_TIMER), 0);
    struct ibv_qp_attr send = { .qp_state = IBV_QPS_RTS, .timeout = 14,
                                .retry_cnt = 7, .rnr_retry = 7,
                                .max_rd_atomic = 1 };
    ck_assert_int_eq(ibv_modify_qp(qp, &send, IBV_QP_STATE | IBV_QP_TIMEOUT |
                                   IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
                                   IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC), 0);
}

static void meet(struct stranger *s)
{
    s->cq = ibv_create_cq(verbs_at(&a)->context, 16, NULL, NULL, 0);
    ck_assert_ptr_nonnull(s->cq);
    s->reader = make_qp(&a, s->cq);
    s->target = make_qp(&b, s->cq);
    join(s->reader, s->target);
    join(s->target, s->reader);
}

static void part(struct stranger *s)
{
    ibv_destroy_qp(s->reader);
    ibv_destroy_qp(s->target);
    ibv_destroy_cq(s->cq);
}

/* The stranger reads b's memory by a key. */
static enum ibv_wc_status read_as_stranger(struct stranger *s, uint64_t key)
{
    struct ibv_sge sge = { .addr = (uintptr_t)mine, .length = 100,
                           .lkey = memory_local_key(verbs_at(&a), here, 0) };
    struct ibv_send_wr *bad, wr = {
        .sg_list = &sge, .num_sge = 1, .opcode = IBV_WR_RDMA_READ,
        .send_flags = IBV_SEND_SIGNALED,
        .wr.rdma = { (uintptr_t)theirs, (uint32_t)key } };
    struct ibv_wc wc;
    ck_assert_int_eq(ibv_post_send(s->reader, &wr, &bad), 0);
    while (ibv_poll_cq(s->cq, 1, &wc) == 0)
        poll_both();
    return wc.status;
}

/* A registration lets in all peers that know its key, a window one alone. */
START_TEST(another_peer_is_refused_by_a_window)
{
    struct stranger s;
    open_strict(_i);
    meet(&s);
    struct region *shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    ck_assert_int_eq(move(verbs_transport.get, 0, 4096, shown->key),
                     MPI_SUCCESS);
    ck_assert_int_eq(read_as_stranger(&s, shown->key),
                     has_windows() ? IBV_WC_REM_ACCESS_ERR : IBV_WC_SUCCESS);
    ck_assert_int_eq(move(verbs_transport.get, 4096, 4096, shown->key),
                     MPI_SUCCESS);
    verbs_transport.release_region(b.transport, shown);
    part(&s);
    close_strict();
}
END_TEST

/* ---- what may run out ---- */

/* More transfers at once than there are windows, or than the send queue has
 * room for. */
START_TEST(what_finds_no_window_is_registered)
{
    enum { MANY = WINDOWS + 20 };
    struct region *shown[MANY];
    open_strict(_i);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            shown[i] = retain(&b, theirs + i, 4096, REGION_EXPOSED);
        for (int i = 0; i < MANY; i += 7)
            ck_assert_int_eq(move(verbs_transport.get, (size_t)i, 4096,
                                  shown[i]->key), MPI_SUCCESS);
        for (int i = 0; i < MANY; i++)
            verbs_transport.release_region(b.transport, shown[i]);
        settle(&b);
    }
    if (has_windows())
        ck_assert_uint_ge(count(&b, COUNTER_WINDOWS), 3 * 20);
    ck_assert_uint_ge(count(&b, COUNTER_REGISTRATIONS), 3 * 20);
    close_strict();
}
END_TEST

/* The connection goes while memory is shown, and while it is being closed. */
START_TEST(a_window_outlives_its_connection)
{
    open_strict(_i);
    struct region *first = retain(&b, theirs, 4096, REGION_EXPOSED);
    struct region *second = retain(&b, theirs, BYTES, REGION_EXPOSED);
    struct connection *c = CONTAINER_OF(b.ep, struct connection, base);
    verbs_transport.release_region(b.transport, first);
    connection_lose(c, "the test wants it");
    verbs_transport.release_region(b.transport, second);
    while (a.lost == MPI_SUCCESS)
        poll_both();
    first = retain(&b, theirs, 4096, REGION_EXPOSED);
    verbs_transport.release_region(b.transport, first);
    close_strict();
}
END_TEST

/* Memory that leaves while it is shown is not deregistered under the window. */
START_TEST(memory_may_leave_while_it_is_shown)
{
    open_strict(_i);
    struct region *shown = retain(&b, theirs, BYTES, REGION_EXPOSED);
    munmap(theirs, BYTES);
    theirs = mmap(theirs, BYTES, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    ck_assert_ptr_ne(theirs, MAP_FAILED);
    memset(theirs, 9, BYTES);
    struct region *again = retain(&b, theirs, BYTES, REGION_EXPOSED);
    verbs_transport.release_region(b.transport, shown);
    ck_assert_int_eq(move(verbs_transport.get, 0, BYTES, again->key),
                     MPI_SUCCESS);
    ck_assert_mem_eq(mine, theirs, BYTES);
    verbs_transport.release_region(b.transport, again);
    close_strict();
}
END_TEST

/* Read-only memory cannot be shown for writing; that a peer may read it needs
 * a registration of its own. */
START_TEST(read_only_memory_is_registered)
{
    open_strict(_i);
    struct region *region;
    mprotect(theirs, BYTES, PROT_READ);
    unsigned char *fixed = mmap(NULL, BYTES, PROT_READ,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_int_ne(verbs_transport.retain_region(
        b.ep, fixed, BYTES, REGION_TARGET, &region), MPI_SUCCESS);
    region = retain(&b, fixed, BYTES, REGION_EXPOSED);
    verbs_transport.release_region(b.transport, region);
    stream(&b, &a, 3);
    close_strict();
}
END_TEST

START_TEST(explain_tells_which_way_is_used)
{
    struct strbuf text;
    strbuf_init(&text);
    open_strict(_i);
    verbs_transport.explain(b.ep, &text);
    ck_assert_msg(strstr(text.text, has_windows() ? "by memory windows"
                                                  : "none that a peer could"),
                  "%s", text.text);
    /* what is not watched is not kept, so there is nothing to show a part of */
    ck_assert(has_windows() == (_i == 0 && verbs_b()->memwatch));
    strbuf_fini(&text);
    close_strict();
}
END_TEST

int main(void)
{
    if (!has_device())
        return skip_without_device();
    TCase *t = tcase_create("windows");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_loop_test(t, a_peer_reads_while_it_may, 0, 2);
    tcase_add_loop_test(t, a_peer_writes_while_it_may, 0, 2);
    tcase_add_loop_test(t, what_is_shown_can_be_moved_by_its_owner, 0, 2);
    tcase_add_loop_test(t, after_the_transfer_a_peer_is_refused, 0, 2);
    tcase_add_loop_test(t, an_old_key_does_not_fit_the_next_transfer, 0, 2);
    tcase_add_loop_test(t, who_may_read_may_not_write, 0, 2);
    tcase_add_loop_test(t, what_is_kept_lets_nobody_in, 0, 2);
    tcase_add_loop_test(t, another_peer_is_refused_by_a_window, 0, 2);
    tcase_add_loop_test(t, what_finds_no_window_is_registered, 0, 2);
    tcase_add_loop_test(t, a_window_outlives_its_connection, 0, 2);
    tcase_add_loop_test(t, memory_may_leave_while_it_is_shown, 0, 2);
    tcase_add_loop_test(t, read_only_memory_is_registered, 0, 2);
    tcase_add_loop_test(t, explain_tells_which_way_is_used, 0, 2);
    return suite_run("windows", t);
}
