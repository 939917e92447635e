/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reuse and progress of schedules. The progress function is registered only
 * while nonblocking operations are pending, so it costs nothing otherwise.
 */
#include "collectives/schedule_pool.h"

#include <stdlib.h>

#include "collectives/tuning.h"
#include "runtime/base/config.h"
#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

/* Scratch memory that the idle schedules of a rank hold on to: what comes
 * fresh from the kernel costs more than a reduction of it. */
enum { KEEP_BYTES = 16 << 20 };

struct schedule_pool {
    struct progress *progress;
    unsigned references;
    size_t kept_bytes; /* scratch memory of idle ones */
    struct list idle;
    struct list running;
};

int schedule_pool_retain(struct process *process)
{
    int err = tuning_load();
    if (err != MPI_SUCCESS)
        return err;
    if (!process->schedules) {
        struct schedule_pool *pool = malloc(sizeof *pool);
        if (!pool)
            return MPI_ERR_NO_MEM;
        pool->progress = &process->progress;
        pool->references = 0;
        pool->kept_bytes = 0;
        list_init(&pool->idle);
        list_init(&pool->running);
        process->schedules = pool;
        if (settings.explain && process->world == 0)
            tuning_print(stderr);
    }
    process->schedules->references++;
    return MPI_SUCCESS;
}

void schedule_pool_release(struct process *process)
{
    struct schedule_pool *pool = process->schedules;
    if (--pool->references > 0)
        return;
    LIST_FOR_EACH(node, &pool->idle) {
        struct schedule *s = CONTAINER_OF(node, struct schedule, link);
        handle_remove(&s->request.object);
        schedule_fini(s);
        free(s);
    }
    free(pool);
    process->schedules = NULL;
}

static void drop_kept(struct schedule *s)
{
    for (unsigned i = 0; i < ARRAY_COUNT(s->kept_type); i++)
        if (s->kept_type[i])
            datatype_release(s->kept_type[i]);
    if (s->kept_op)
        op_release(s->kept_op);
    if (s->kept_comm)
        comm_release(s->kept_comm);
    s->kept_type[0] = s->kept_type[1] = NULL;
    s->kept_op = NULL;
    s->kept_comm = NULL;
}

static void release_schedule(struct mpi_request *r)
{
    schedule_give(CONTAINER_OF(r, struct schedule, request));
}

static const struct request_ops schedule_request_ops = {
    .release = release_schedule,
};

static int start_again(struct mpi_request *r)
{
    r->is_inactive = false;
    schedule_launch(CONTAINER_OF(r, struct schedule, request));
    return MPI_SUCCESS;
}

static void end_persistent(struct mpi_request *r)
{
    r->ops = &schedule_request_ops;
    r->is_special = false;
    r->is_inactive = false;
    release_schedule(r);
}

static void destroy_persistent(struct mpi_request *r)
{
    request_then(r, end_persistent, NULL);
}

void schedule_make_persistent(struct schedule *s)
{
    static const struct request_ops ops = {
        .release = request_set_inactive,
        .start = start_again,
        .destroy = destroy_persistent,
    };
    s->request.ops = &ops;
    s->request.is_special = true;
    request_set_inactive(&s->request);
}

static int create_schedule(struct schedule_pool *pool, struct schedule **out)
{
    struct schedule *s = calloc(1, sizeof *s);
    if (!s)
        return MPI_ERR_NO_MEM;
    s->pool = pool;
    s->request.ops = &schedule_request_ops;
    s->request.object.references = 1;
    list_init(&s->link);
    int err = handle_add(&s->request.object);
    if (err != MPI_SUCCESS) {
        free(s);
        return err;
    }
    *out = s;
    return MPI_SUCCESS;
}

static int take_tag(struct mpi_comm *comm)
{
    const int tag = comm->collective_tag;
    comm->collective_tag = (tag + 1) % COLLECTIVE_TAGS;
    return tag;
}

int schedule_take(struct mpi_comm *comm, struct schedule **out)
{
    struct schedule_pool *pool = p2p_process(comm->p2p)->schedules;
    struct list *node = list_first(&pool->idle);
    struct schedule *s;
    const int tag = take_tag(comm);
    const int local_tag = comm->local ? take_tag(comm->local) : 0;
    if (node) {
        s = CONTAINER_OF(node, struct schedule, link);
        list_remove(node);
        pool->kept_bytes -= schedule_kept_bytes(s);
    } else {
        int err = create_schedule(pool, &s);
        if (err != MPI_SUCCESS) {
            p2p_fail_collectives(comm, tag, err);
            return err;
        }
    }
    schedule_init(s, comm);
    s->request.object.kind = KIND_REQUEST;
    s->tag = tag;
    s->local_tag = local_tag;
    *out = s;
    return MPI_SUCCESS;
}

/* The list is in the scratch memory. */
static void drop_kept_types(struct schedule *s)
{
    for (unsigned i = 0; i < s->kept_types_count; i++)
        datatype_release(s->kept_types[i]);
    s->kept_types_count = 0;
}

void schedule_give(struct schedule *s)
{
    s->request.object.kind = KIND_FREE;
    drop_kept_types(s);
    schedule_clear(s, KEEP_BYTES - s->pool->kept_bytes);
    s->pool->kept_bytes += schedule_kept_bytes(s);
    list_insert_before(s->pool->idle.next, &s->link);
    drop_kept(s); /* last: may release the last communicator, and the pool */
}

static int poll_running(void *arg)
{
    struct schedule_pool *pool = arg;
    int events = 0;
    LIST_FOR_EACH(node, &pool->running) {
        struct schedule *s = CONTAINER_OF(node, struct schedule, link);
        if (!schedule_advance(s))
            continue;
        list_remove(node);
        events++;
        request_complete(&s->request, s->request.error);
    }
    return events;
}

static int poll_pool(void *arg)
{
    struct schedule_pool *pool = arg;
    int events = poll_running(pool);
    if (list_is_empty(&pool->running))
        progress_remove(pool->progress, poll_pool, pool);
    return events;
}

void schedule_launch(struct schedule *s)
{
    struct schedule_pool *pool = s->pool;
    schedule_start(s);
    if (schedule_advance(s)) {
        request_complete(&s->request, s->request.error);
        return;
    }
    if (list_is_empty(&pool->running))
        progress_add(pool->progress, poll_pool, pool);
    list_append(&pool->running, &s->link);
}
