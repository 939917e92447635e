/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/transport/verbs/pair.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/fake_process.h"
#include "tests/support/suite.h"

struct rank a, b;

static void note_loss(void *arg, int world, int err)
{
    struct rank *r = CONTAINER_OF(arg, struct rank, in);
    ck_assert_int_eq(world, 1 - r->process.world);
    r->lost = err;
}

void rank_open(struct rank *r, int world)
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

void rank_connect(struct rank *r, const struct strbuf *card)
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

void connect_to(struct rank *from, struct rank *to)
{
    struct strbuf card;
    strbuf_init(&card);
    ck_assert_int_eq(verbs_transport.card(to->transport, &card), MPI_SUCCESS);
    ck_assert_uint_lt(card.bytes, 200);
    rank_connect(from, &card);
    strbuf_fini(&card);
}

struct region *retain(struct rank *r, void *at, size_t bytes,
                      enum region_use use)
{
    struct region *region = NULL;
    ck_assert_int_eq(verbs_transport.retain_region(r->ep, at, bytes, use,
                                                   &region), MPI_SUCCESS);
    return region;
}

void note_done(struct completion *c, int err)
{
    struct wait *w = CONTAINER_OF(c, struct wait, completion);
    w->err = err;
    w->times++;
}

int poll_both(void)
{
    return verbs_transport.poll(a.transport) +
           verbs_transport.poll(b.transport);
}

void *close_rank(void *arg)
{
    struct rank *r = arg;
    verbs_transport.close(r->transport);
    fake_process_fini(&r->process);
    return NULL;
}

/* Closing waits for the other side, so both must do it at once. */
void close_both(void)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, close_rank, &b), 0);
    close_rank(&a);
    pthread_join(thread, NULL);
}

void open_both(void)
{
    rank_open(&a, 0);
    rank_open(&b, 1);
    connect_to(&a, &b);
    connect_to(&b, &a);
}

/* Send packets until `count` have gone from one rank to the other. */
void stream(struct rank *from, struct rank *to, uint32_t count)
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

void pair_setup(void)
{
    ck_assert_int_eq(config_load(), MPI_SUCCESS);
}

bool has_device(void)
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

int skip_without_device(void)
{
    puts("SKIP: no RDMA device here; tests/lab runs this test in its "
         "machines");
    return 77;
}
