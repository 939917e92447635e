/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pool of windows. They are the rank's, not a connection's: one that has
 * been invalidated can be bound to any queue pair of the protection domain.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/post.h"

struct window {
    struct region region;
    struct list link;              /* of those free, or waiting for room */
    struct ibv_mw *mw;             /* NULL: yet to be made */
    struct connection *connection; /* bound to its queue pair, or NULL */
    struct regcache_entry *memory; /* that it shows, while it is bound */
    bool is_released;
};

struct windows {
    struct list free;
    struct list waiting; /* to be invalidated */
    bool are_refused;    /* the device makes no more */
    struct window all[WINDOWS];
};

/* Soft-RoCE has windows that it binds to one queue pair and that can be closed,
 * but lets their peer reach all of the registration behind (tried on Linux 6.1;
 * newer sources of its check_rkey look at no bounds either). That is more than
 * a registration of the message's pages would show, so it is taken only when it
 * is asked for. */
static bool are_wanted(const struct verbs *v)
{
    enum { SOFT_ROCE = 0xffffff };
    const struct ibv_device_attr *limits = &v->device.limits;
    const bool is_forced = strcmp(settings.verbs_windows, "yes") == 0;
    if (!is_forced && strcmp(settings.verbs_windows, "no") != 0 &&
        strcmp(settings.verbs_windows, "auto") != 0)
        log_warn("BATON_VERBS_WINDOWS=%s: expected yes, no or auto; taking no",
                 settings.verbs_windows);
    return limits->device_cap_flags & (IBV_DEVICE_MEM_WINDOW_TYPE_2A |
                                       IBV_DEVICE_MEM_WINDOW_TYPE_2B) &&
           (is_forced || (strcmp(settings.verbs_windows, "auto") == 0 &&
                          limits->vendor_id != SOFT_ROCE));
}

int windows_open(struct verbs *v)
{
    if (!are_wanted(v))
        return MPI_SUCCESS;
    v->windows = calloc(1, sizeof *v->windows);
    if (!v->windows)
        return MPI_ERR_NO_MEM;
    list_init(&v->windows->free);
    list_init(&v->windows->waiting);
    for (int i = 0; i < WINDOWS; i++)
        list_append(&v->windows->free, &v->windows->all[i].link);
    return MPI_SUCCESS;
}

void windows_close(struct verbs *v)
{
    for (int i = 0; v->windows && i < WINDOWS; i++)
        if (v->windows->all[i].mw)
            ibv_dealloc_mw(v->windows->all[i].mw);
    free(v->windows);
    v->windows = NULL;
}

static void give_back(struct verbs *v, struct window *w)
{
    w->connection = NULL;
    w->is_released = false;
    list_append(&v->windows->free, &w->link);
}

/* A free one that exists at the device, or NULL; it stays in the list. */
static struct window *find_free(struct verbs *v)
{
    struct list *first = list_first(&v->windows->free);
    if (!first || v->windows->are_refused)
        return NULL;
    struct window *w = CONTAINER_OF(first, struct window, link);
    if (!w->mw)
        w->mw = ibv_alloc_mw(v->pd, IBV_MW_TYPE_2);
    if (!w->mw) {
        log_debug("no memory window: %s", strerror(errno));
        v->windows->are_refused = true;
        return NULL;
    }
    return w;
}

/* False: the connection is broken. */
static bool post_bind(struct connection *c, struct window *w,
                      const struct slice *memory, int access)
{
    struct ibv_send_wr wr = {
        .opcode = IBV_WR_BIND_MW,
        .bind_mw = { .mw = w->mw,
                     .rkey = ibv_inc_rkey(w->mw->rkey),
                     .bind_info = { .mr = memory_registration(w->memory),
                                    .addr = (uintptr_t)memory->address,
                                    .length = memory->bytes,
                                    .mw_access_flags = (unsigned)access } } };
    if (!post_request(c, &wr, SENT_INLINE, NULL))
        return false;
    w->mw->rkey = wr.bind_mw.rkey;
    w->region.key = w->mw->rkey;
    return true;
}

struct region *window_show(struct connection *c, const struct slice *memory,
                           enum region_use use)
{
    struct verbs *v = verbs_of(c);
    struct window *w;
    if (c->state != CONNECTION_READY || c->track ||
        post_room(c) <= SEND_RESERVE || !(w = find_free(v)) ||
        regcache_retain(v->regcache, memory->address, memory->bytes,
                        IBV_ACCESS_MW_BIND, &w->memory) != MPI_SUCCESS)
        return NULL;
    /* What cannot be kept is registered anew each time in any case, or cannot
     * be written. */
    if (!w->memory->can_be_kept ||
        !post_bind(c, w, memory, use == REGION_TARGET
                                     ? IBV_ACCESS_REMOTE_WRITE
                                     : IBV_ACCESS_REMOTE_READ)) {
        regcache_release(w->memory);
        return NULL;
    }
    list_remove(&w->link);
    w->connection = c;
    counter_add(v->base.process->counters, COUNTER_WINDOWS, 1);
    return &w->region;
}

/* False: there is no room now. */
static bool invalidate(struct window *w)
{
    struct connection *c = w->connection;
    struct ibv_send_wr wr = { .opcode = IBV_WR_LOCAL_INV,
                              .invalidate_rkey = w->mw->rkey };
    return c->state == CONNECTION_READY && post_room(c) > SEND_RESERVE &&
           post_request(c, &wr, SENT_WINDOW, w);
}

static bool is_window(const struct verbs *v, const struct region *region)
{
    const uintptr_t all = (uintptr_t)v->windows->all, at = (uintptr_t)region;
    return at >= all && at < all + sizeof v->windows->all;
}

const struct regcache_entry *window_look_behind(const struct verbs *v,
                                                const struct region *region)
{
    return is_window(v, region)
               ? CONTAINER_OF(region, struct window, region)->memory
               : CONTAINER_OF(region, struct regcache_entry, region);
}

bool window_release(struct verbs *v, struct region *region)
{
    struct window *w = CONTAINER_OF(region, struct window, region);
    if (!is_window(v, region))
        return false;
    if (!w->connection) {
        give_back(v, w);
        return true;
    }
    w->is_released = true;
    if (!invalidate(w)) {
        list_append(&v->windows->waiting, &w->link);
        v->chores |= CHORE_WINDOWS;
    }
    return true;
}

void window_retire(struct verbs *v, struct window *w)
{
    regcache_release(w->memory);
    give_back(v, w);
}

void window_poll(struct verbs *v)
{
    LIST_FOR_EACH(node, &v->windows->waiting) {
        struct window *w = CONTAINER_OF(node, struct window, link);
        if (invalidate(w))
            list_remove(&w->link);
    }
    if (list_is_empty(&v->windows->waiting))
        v->chores &= ~(unsigned)CHORE_WINDOWS;
}

void window_drop(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    for (int i = 0; v->windows && i < WINDOWS; i++) {
        struct window *w = &v->windows->all[i];
        if (w->connection != c)
            continue;
        list_remove(&w->link);
        ibv_dealloc_mw(w->mw);
        w->mw = NULL;
        w->connection = NULL;
        regcache_release(w->memory);
        if (w->is_released)
            give_back(v, w);
    }
}
