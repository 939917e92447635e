/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening transports and choosing one per peer. Endpoints are made on first
 * use and cached by rank; the cache costs 8 bytes a rank of the job.
 */
#define LOG_MODULE "transports"
#include "transport/transports.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"

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

static void key_of(const struct transport_ops *ops, char key[32])
{
    snprintf(key, 32, "baton.%s", ops->name);
}

/* The card after a '+', or after a '-' why there is none: every rank publishes
 * something for every transport, so nobody asks for what never comes. */
static int publish_card(struct transports *ts, struct allowed *a)
{
    struct strbuf card;
    char key[32];
    key_of(a->ops, key);
    strbuf_init(&card);
    strbuf_puts(&card, a->transport ? "+" : "-");
    int err = MPI_SUCCESS;
    if (a->transport)
        err = a->ops->card(a->transport, &card);
    else
        strbuf_add(&card, a->why.text, a->why.bytes);
    if (err == MPI_SUCCESS)
        err = boot_put(ts->process->boot, key, card.text, card.bytes);
    strbuf_fini(&card);
    return err;
}

/* Give the cards to all and wait for theirs. */
static int exchange_cards(struct transports *ts)
{
    int err = MPI_SUCCESS;
    if (!ts->process->boot)
        return MPI_SUCCESS;
    for (unsigned i = 0; i < ts->count && err == MPI_SUCCESS; i++)
        err = publish_card(ts, &ts->allowed[i]);
    return err == MPI_SUCCESS ? boot_exchange(ts->process->boot) : err;
}

static void start_polling(struct transport *t)
{
    struct progress *progress = &t->process->progress;
    progress_add(progress, t->ops->poll, t);
    if (t->ops->is_silent)
        progress_add_silent(progress);
}

/* Use what has opened. */
static void take_up(struct transport *t)
{
    t->scatter_bytes = settings.scatter_bytes ? settings.scatter_bytes
                                              : t->ops->scatter_bytes;
    if (!t->ops->is_loopback)
        start_polling(t);
}

static void stop_polling(struct transport *t)
{
    struct progress *progress = &t->process->progress;
    if (progress_remove(progress, t->ops->poll, t) && t->ops->is_silent)
        progress_remove_silent(progress);
}

int transports_open(struct process *process, const struct packet_table *packets,
                    const struct transport_ops *const *ops, unsigned count,
                    struct transports **out)
{
    assert(count <= TRANSPORTS_MAX);
    struct transports *ts = calloc(1, sizeof *ts);
    if (!ts)
        return MPI_ERR_NO_MEM;
    ts->process = process;
    backlog_init(&ts->backlog, &process->progress);
    ts->endpoints = calloc((size_t)process->world_count,
                           sizeof(*ts->endpoints));
    for (unsigned i = 0; i < count; i++) {
        struct allowed *a = &ts->allowed[ts->count++];
        a->ops = ops[i];
        strbuf_init(&a->why);
        if (a->ops->open(process, packets, &a->transport, &a->why) !=
            MPI_SUCCESS)
            log_debug("no %s transport: %s", a->ops->name, a->why.text);
        else
            take_up(a->transport);
    }
    int err = ts->endpoints ? exchange_cards(ts) : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS) {
        transports_close(ts);
        return err;
    }
    *out = ts;
    return MPI_SUCCESS;
}

void transports_close(struct transports *ts)
{
    progress_remove(&ts->process->progress, backlog_drain, &ts->backlog);
    for (unsigned i = 0; i < ts->count; i++) {
        struct allowed *a = &ts->allowed[i];
        if (a->transport) {
            stop_polling(a->transport);
            a->ops->close(a->transport);
        }
        strbuf_fini(&a->why);
    }
    free(ts->endpoints);
    free(ts);
}

/* Fetch the peer's card for one transport, or why it has none. An own card
 * needs no exchange, and without a launcher every rank is in this process and
 * its card too. */
static bool fetch_card(struct transports *ts, struct allowed *a, int world,
                       struct strbuf *card, struct strbuf *why)
{
    if (world == ts->process->world || !ts->process->boot)
        return a->ops->card(a->transport, card) == MPI_SUCCESS;
    char key[32];
    void *data;
    size_t bytes;
    key_of(a->ops, key);
    if (boot_get(ts->process->boot, world, key, &data, &bytes) !=
            MPI_SUCCESS || bytes == 0) {
        strbuf_printf(why, "rank %d does not allow it", world);
        return false;
    }
    const char *text = data;
    bool has_card = text[0] == '+';
    if (!has_card)
        strbuf_printf(why, "rank %d: ", world);
    strbuf_add(has_card ? card : why, text + 1, bytes - 1);
    free(data);
    return has_card;
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
    if (fetch_card(ts, a, world, &card, why) &&
        a->ops->reach(a->transport, world, card.text, card.bytes, why)) {
        int err = a->ops->connect(a->transport, world, card.text, card.bytes,
                                  &ts->endpoints[world]);
        is_usable = err == MPI_SUCCESS;
        if (!is_usable)
            strbuf_printf(why, "cannot connect, error class %d", err);
    }
    strbuf_fini(&card);
    if (is_usable && a->ops->is_loopback)
        start_polling(a->transport);
    return is_usable;
}

/* What goes by rendezvous, and how. */
static void explain_rendezvous(const struct endpoint *ep, struct strbuf *out)
{
    if (!ep->can_get && !ep->can_put)
        return;
    strbuf_printf(out, "; above %zu bytes by rendezvous (%s)",
                  ep->transport->eager_bytes, settings.rendezvous);
    if (ep->shares_moves && strcmp(settings.rendezvous, "auto") == 0)
        strbuf_puts(out, ", several at a time by both sides");
    if (settings.rendezvous_chunk_bytes)
        strbuf_printf(out, ", %zu KiB at a time",
                      settings.rendezvous_chunk_bytes / 1024);
    strbuf_printf(out, ", blocks of %zu bytes or more in place",
                  ep->transport->scatter_bytes);
}

static void explain(struct transports *ts, int world,
                    const struct strbuf *refused)
{
    struct endpoint *ep = ts->endpoints[world];
    struct strbuf text;
    strbuf_init(&text);
    ep->transport->ops->explain(ep, &text);
    explain_rendezvous(ep, &text);
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

struct backlog *transports_backlog(struct transports *ts)
{
    return &ts->backlog;
}
