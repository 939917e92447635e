/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A buffer holds segments in order of their addresses, each a head and a
 * packed message that is under way; a new one goes into the first gap.
 *
 *     memory: | head | message | gap | head | message | gap ... |
 *
 * MPI_BSEND_OVERHEAD leaves room for a head and its alignment.
 */
#include "runtime/p2p/bsend.h"

#include <stdlib.h>

#include "runtime/base/error.h"
#include "runtime/base/list.h"
#include "runtime/base/process.h"
#include "runtime/objects/pack.h"
#include "runtime/objects/session.h"

enum { ALIGN = 16 };

struct bsend_buffer {
    void *memory;        /* NULL: automatic */
    MPI_Count bytes;
    struct list segments;
    struct list flushes;
    uint64_t sequence;   /* of the next segment */
};

struct segment {
    struct list link;
    struct bsend_buffer *buffer;
    size_t bytes;        /* with the head, rounded up */
    uint64_t sequence;
};

/* Complete when no segment older than `before` is left. */
struct flush {
    struct mpi_request base;
    struct list link;
    uint64_t before;
};

_Static_assert(sizeof(struct segment) + 2 * ALIGN <= MPI_BSEND_OVERHEAD,
               "what users reserve for a message is enough");

static const size_t head_bytes =
    (sizeof(struct segment) + ALIGN - 1) / ALIGN * ALIGN;

int bsend_attach(struct bsend_buffer **place, void *memory, MPI_Count bytes)
{
    if (*place)
        return error_make(MPI_ERR_BUFFER, "a buffer is attached already; "
                          "detach it first");
    struct bsend_buffer *b = calloc(1, sizeof *b);
    if (!b)
        return MPI_ERR_NO_MEM;
    b->memory = memory == MPI_BUFFER_AUTOMATIC ? NULL : memory;
    b->bytes = bytes;
    list_init(&b->segments);
    list_init(&b->flushes);
    *place = b;
    return MPI_SUCCESS;
}

void bsend_flush(struct bsend_buffer *b, struct progress *progress)
{
    while (b && !list_is_empty(&b->segments))
        progress_wait_round(progress);
}

static bool has_older(const struct bsend_buffer *b, uint64_t before)
{
    LIST_FOR_EACH(node, &b->segments)
        if (CONTAINER_OF(node, struct segment, link)->sequence < before)
            return true;
    return false;
}

static void release_flush(struct mpi_request *base)
{
    handle_remove(&base->object);
    free(CONTAINER_OF(base, struct flush, base));
}

/* Complete the flushes whose last message has gone; the oldest is first. */
static void end_flushes(struct bsend_buffer *b)
{
    while (!list_is_empty(&b->flushes)) {
        struct flush *f = CONTAINER_OF(b->flushes.next, struct flush, link);
        if (has_older(b, f->before))
            return;
        list_remove(&f->link);
        request_complete(&f->base, MPI_SUCCESS);
    }
}

int bsend_flush_start(struct bsend_buffer *b, struct progress *progress,
                      struct mpi_request **out)
{
    static const struct request_ops ops = { .release = release_flush };
    struct flush *f = calloc(1, sizeof *f);
    if (!f)
        return MPI_ERR_NO_MEM;
    int err = request_init(&f->base, &ops, progress, NULL);
    if (err != MPI_SUCCESS) {
        free(f);
        return err;
    }
    f->base.source = MPI_ANY_SOURCE;
    f->base.tag = MPI_ANY_TAG;
    *out = &f->base;
    if (!b || list_is_empty(&b->segments)) {
        request_complete(&f->base, MPI_SUCCESS);
        return MPI_SUCCESS;
    }
    f->before = b->sequence;
    list_append(&b->flushes, &f->link);
    return MPI_SUCCESS;
}

void bsend_detach(struct bsend_buffer **place, struct progress *progress,
                  void **memory, MPI_Count *bytes)
{
    struct bsend_buffer *b = *place;
    *memory = NULL;
    *bytes = 0;
    if (!b)
        return;
    bsend_flush(b, progress);
    *memory = b->memory ? b->memory : MPI_BUFFER_AUTOMATIC;
    *bytes = b->bytes;
    *place = NULL;
    free(b);
}

/* The first gap of that many bytes; *after is what it comes after. NULL when
 * there is none. */
static struct segment *find_gap(struct bsend_buffer *b, size_t bytes,
                                struct list **after)
{
    uintptr_t at = align_up((uintptr_t)b->memory, ALIGN);
    const uintptr_t end = (uintptr_t)b->memory + (uintptr_t)b->bytes;
    *after = &b->segments;
    LIST_FOR_EACH(node, &b->segments) {
        struct segment *s = CONTAINER_OF(node, struct segment, link);
        if ((uintptr_t)s - at >= bytes)
            return (struct segment *)at;
        at = (uintptr_t)s + s->bytes;
        *after = node;
    }
    return at <= end && end - at >= bytes ? (struct segment *)at : NULL;
}

static struct segment *take_segment(struct bsend_buffer *b, size_t bytes)
{
    struct list *after = b->segments.prev;
    struct segment *s = b->memory ? find_gap(b, bytes, &after) : malloc(bytes);
    if (!s)
        return NULL;
    s->buffer = b;
    s->bytes = bytes;
    s->sequence = b->sequence++;
    list_insert_before(after->next, &s->link);
    return s;
}

static void sent(struct mpi_request *r)
{
    struct segment *s = r->owner;
    struct bsend_buffer *b = s->buffer;
    r->ops->release(r);
    list_remove(&s->link);
    if (!b->memory)
        free(s);
    end_flushes(b);
}

/* A segment, after a look for messages that have gone when there is none. */
static int find_room(struct bsend_buffer *b, size_t bytes,
                     struct progress *progress, struct segment **out)
{
    const size_t whole = align_up(head_bytes + bytes, ALIGN);
    *out = take_segment(b, whole);
    while (!*out && progress_poll(progress) > 0)
        *out = take_segment(b, whole);
    if (*out)
        return MPI_SUCCESS;
    if (!b->memory)
        return MPI_ERR_NO_MEM;
    return error_make(MPI_ERR_BUFFER, "the attached buffer of %lld bytes has "
                      "no room for a message of %zu bytes",
                      (long long)b->bytes, bytes);
}

static struct bsend_buffer *buffer_of(const struct mpi_comm *c)
{
    if (c->buffer)
        return c->buffer;
    if (c->session && c->session->buffer)
        return c->session->buffer;
    return p2p_process(c->p2p)->buffer;
}

int bsend_start(const struct message *m, struct mpi_request **out)
{
    struct p2p *p2p = m->comm->p2p;
    const size_t bytes = (size_t)m->count * m->type->size;
    *out = &request_done;
    if (m->peer == MPI_PROC_NULL)
        return MPI_SUCCESS;
    struct bsend_buffer *b = buffer_of(m->comm);
    if (!b)
        return error_make(MPI_ERR_BUFFER, "no buffer is attached for buffered "
                          "sends");
    struct segment *s;
    int err = find_room(b, bytes, &p2p_process(p2p)->progress, &s);
    if (err != MPI_SUCCESS)
        return err;
    struct message copy = *m;
    copy.buffer = (char *)s + head_bytes;
    copy.count = (MPI_Count)bytes;
    copy.type = datatype_find(MPI_BYTE);
    pack_bytes(copy.buffer, m->buffer, m->type, 0, bytes);
    struct mpi_request *r;
    err = p2p_send_start(&copy, &r);
    if (err != MPI_SUCCESS) {
        list_remove(&s->link);
        if (!b->memory)
            free(s);
        return err;
    }
    request_then(r, sent, s);
    return MPI_SUCCESS;
}
