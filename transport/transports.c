/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening transports and choosing one per peer. Endpoints are made on first
 * use and cached by rank; the cache costs 8 bytes a rank of the job.
 */
#define LOG_MODULE "transports"
#include "transport/transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"

enum { TRANSPORTS_MAX = 8 };

struct allowed {
    const struct transport_ops *ops;
    struct transport *transport; /* NULL when open refused */
    struct strbuf why;           /* the reason then */
};

struct transports {
    struct process *process;
    struct allowed allowed[TRANSPORTS_MAX];
    unsigned count;
    struct backlog backlog;
    struct endpoint **endpoints; /* by rank in the job, NULL = not made yet */
};

static const struct transport_ops *const known[] = { &self_transport,
                                                     &shm_transport,
                                                     &verbs_transport };

static const struct transport_ops *find(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (strlen(known[i]->name) == length &&
            memcmp(known[i]->name, name, length) == 0)
            return known[i];
    return NULL;
}

/* Fill ts->allowed from the comma-separated setting. */
static int parse_allowed(struct transports *ts)
{
    for (const char *at = settings.transports; *at;) {
        size_t length = strcspn(at, ",");
        const struct transport_ops *ops = find(at, length);
        if (!ops || ts->count == TRANSPORTS_MAX) {
            log_error("BATON_TRANSPORTS=%s: no transport is called \"%.*s\"; "
                      "known are self, shm and verbs", settings.transports,
                      (int)length, at);
            return MPI_ERR_ARG;
        }
        ts->allowed[ts->count].ops = ops;
        strbuf_init(&ts->allowed[ts->count].why);
        ts->count++;
        at += length + (at[length] == ',');
    }
    return MPI_SUCCESS;
}

static void key_of(const struct transport_ops *ops, char key[32])
{
    snprintf(key, 32, "baton.%s", ops->name);
}

static int publish_card(struct transports *ts, struct allowed *a)
{
    struct strbuf card;
    char key[32];
    key_of(a->ops, key);
    strbuf_init(&card);
    int err = a->ops->card(a->transport, &card);
    if (err == MPI_SUCCESS)
        err = boot_put(ts->process->boot, key, card.text, card.bytes);
    strbuf_fini(&card);
    return err;
}

int transports_open(struct process *process, const struct packet_table *packets,
                    struct transports **out)
{
    struct transports *ts = calloc(1, sizeof *ts);
    if (!ts)
        return MPI_ERR_NO_MEM;
    ts->process = process;
    backlog_init(&ts->backlog);
    ts->endpoints = calloc((size_t)process->world_count,
                           sizeof(*ts->endpoints));
    int err = ts->endpoints ? parse_allowed(ts) : MPI_ERR_NO_MEM;
    for (unsigned i = 0; i < ts->count && err == MPI_SUCCESS; i++) {
        struct allowed *a = &ts->allowed[i];
        if (a->ops->open(process, packets, &a->transport, &a->why) ==
            MPI_SUCCESS)
            err = publish_card(ts, a);
        else
            log_debug("no %s transport: %s", a->ops->name, a->why.text);
    }
    if (err == MPI_SUCCESS)
        err = boot_exchange(process->boot);
    if (err != MPI_SUCCESS) {
        transports_close(ts);
        return err;
    }
    progress_add(&process->progress, transports_poll, ts);
    *out = ts;
    return MPI_SUCCESS;
}

void transports_close(struct transports *ts)
{
    progress_remove(&ts->process->progress, transports_poll, ts);
    for (unsigned i = 0; i < ts->count; i++) {
        if (ts->allowed[i].transport)
            ts->allowed[i].ops->close(ts->allowed[i].transport);
        strbuf_fini(&ts->allowed[i].why);
    }
    free(ts->endpoints);
    free(ts);
}

/* Fetch the peer's card for one transport; an own card needs no exchange. */
static int fetch_card(struct transports *ts, struct allowed *a, int world,
                      struct strbuf *card)
{
    if (world == ts->process->world)
        return a->ops->card(a->transport, card);
    char key[32];
    void *data;
    size_t bytes;
    key_of(a->ops, key);
    int err = boot_get(ts->process->boot, world, key, &data, &bytes);
    if (err != MPI_SUCCESS)
        return err;
    strbuf_add(card, data, bytes);
    free(data);
    return MPI_SUCCESS;
}

/* Try one transport for one peer; why gets the reason when it does not do. */
static bool try_transport(struct transports *ts, struct allowed *a, int world,
                          struct strbuf *why)
{
    if (!a->transport) {
        strbuf_puts(why, a->why.text);
        return false;
    }
    struct strbuf card;
    strbuf_init(&card);
    bool is_usable = false;
    if (fetch_card(ts, a, world, &card) != MPI_SUCCESS)
        strbuf_printf(why, "rank %d could not open it", world);
    else if (a->ops->reach(a->transport, world, card.text, card.bytes, why))
        is_usable = a->ops->connect(a->transport, world, card.text, card.bytes,
                                    &ts->endpoints[world]) == MPI_SUCCESS;
    strbuf_fini(&card);
    return is_usable;
}

static void explain(struct transports *ts, int world,
                    const struct strbuf *refused)
{
    struct endpoint *ep = ts->endpoints[world];
    struct strbuf text;
    strbuf_init(&text);
    ep->transport->ops->explain(ep, &text);
    fprintf(stderr, "baton: rank %d -> rank %d: %s%s%s\n", ts->process->world,
            world, text.text, refused->bytes ? "; not " : "", refused->text);
    strbuf_fini(&text);
}

int transports_endpoint(struct transports *ts, int world,
                        struct endpoint **out)
{
    struct strbuf refused;
    strbuf_init(&refused);
    for (unsigned i = 0; i < ts->count && !ts->endpoints[world]; i++) {
        struct strbuf why;
        strbuf_init(&why);
        if (!try_transport(ts, &ts->allowed[i], world, &why))
            strbuf_printf(&refused, "%s%s (%s)", refused.bytes ? ", " : "",
                          ts->allowed[i].ops->name, why.text);
        strbuf_fini(&why);
    }
    int err = MPI_SUCCESS;
    if (!ts->endpoints[world])
        err = error_make(MPI_ERR_OTHER,
                         "no transport from rank %d on %s to rank %d: %s "
                         "(BATON_TRANSPORTS=%s)", ts->process->world,
                         ts->process->host, world, refused.text,
                         settings.transports);
    else if (settings.explain)
        explain(ts, world, &refused);
    strbuf_fini(&refused);
    if (err == MPI_SUCCESS)
        *out = ts->endpoints[world];
    return err;
}

int transports_poll(void *arg)
{
    struct transports *ts = arg;
    int events = 0;
    for (unsigned i = 0; i < ts->count; i++) {
        struct transport *t = ts->allowed[i].transport;
        if (t)
            events += t->ops->poll(t);
    }
    if (UNLIKELY(!list_is_empty(&ts->backlog.endpoints)))
        events += backlog_drain(&ts->backlog);
    return events;
}

struct backlog *transports_backlog(struct transports *ts)
{
    return &ts->backlog;
}
