/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building and running schedules. Steps live in one array that only grows, and
 * scratch memory in a few chunks, so a schedule taken from the pool builds and
 * runs without allocating. A step is complete when its request is NULL.
 */
#include "collectives/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "collectives/coll.h"
#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

enum {
    FIRST_STEPS = 16,
    SCRATCH_MIN_BYTES = 4096,
    /* Chunks grow up to here, each twice the one before: the last one, which
     * an idle schedule keeps, then does for what needs as much again. */
    SCRATCH_GROWN_BYTES = 4 << 20
};

enum step_kind { STEP_SEND, STEP_RECV, STEP_COPY, STEP_REDUCE, STEP_CALL };

struct step {
    enum step_kind kind;
    unsigned round;
    unsigned needed;             /* rounds that must be complete before */
    int rank;                    /* of send and recv */
    bool is_local;               /* on the local communicator, see schedule.h */
    struct span data;            /* sent, received, written or reduced into */
    union {
        struct span from;        /* of copy */
        struct {
            const void *in;
            const struct mpi_op *op;
        } reduce;
        struct {
            int (*function)(void *arg);
            void *arg;
        } call;
    };
    struct mpi_request *request; /* of a send or recv that is not complete */
};

struct scratch {
    struct scratch *next;
    size_t bytes; /* of memory */
    size_t used;
    _Alignas(max_align_t) char memory[];
};

void schedule_init(struct schedule *s, struct mpi_comm *comm)
{
    s->request.comm = comm;
    s->request.is_complete = 0;
    s->request.error = MPI_SUCCESS;
    s->request.source = MPI_ANY_SOURCE;
    s->request.tag = MPI_ANY_TAG;
    s->request.bytes = 0;
    s->request.is_cancelled = false;
    s->request.then = NULL;
    s->request.progress = &p2p_process(comm->p2p)->progress;
    s->count = 0;
    s->round_count = 0;
    s->needed = 0;
    s->next = 0;
    s->unfinished = 0;
    s->build_error = MPI_SUCCESS;
    s->ranks = NULL;
    s->is_local = false;
}

static void free_scratch(struct scratch *chunk)
{
    while (chunk) {
        struct scratch *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void schedule_fini(struct schedule *s)
{
    free_scratch(s->scratch);
    free(s->steps);
    s->scratch = NULL;
    s->steps = NULL;
    s->capacity = 0;
}

void schedule_clear(struct schedule *s, size_t keep)
{
    s->count = 0;
    if (!s->scratch)
        return;
    free_scratch(s->scratch->next);
    s->scratch->next = NULL;
    s->scratch->used = 0;
    if (s->scratch->bytes > keep) {
        free(s->scratch);
        s->scratch = NULL;
    }
}

size_t schedule_kept_bytes(const struct schedule *s)
{
    return s->scratch ? s->scratch->bytes : 0;
}

static struct step *add_step(struct schedule *s, enum step_kind kind)
{
    if (s->count == s->capacity) {
        unsigned capacity = s->capacity ? 2 * s->capacity : FIRST_STEPS;
        struct step *steps = realloc(s->steps, capacity * sizeof *steps);
        if (!steps) {
            s->build_error = MPI_ERR_NO_MEM;
            return NULL;
        }
        s->steps = steps;
        s->capacity = capacity;
    }
    struct step *step = &s->steps[s->count++];
    step->kind = kind;
    step->round = s->round_count;
    step->needed = s->needed;
    step->request = NULL;
    return step;
}

static void add_message(struct schedule *s, enum step_kind kind,
                        struct span data, int rank)
{
    struct step *step = add_step(s, kind);
    if (!step)
        return;
    step->data = data;
    step->rank = s->ranks ? s->ranks->list[rank] : rank;
    step->is_local = s->is_local;
}

void schedule_send(struct schedule *s, struct span data, int rank)
{
    add_message(s, STEP_SEND, data, rank);
}

void schedule_recv(struct schedule *s, struct span data, int rank)
{
    add_message(s, STEP_RECV, data, rank);
}

void schedule_copy(struct schedule *s, struct span to, struct span from)
{
    struct step *step = add_step(s, STEP_COPY);
    if (!step)
        return;
    step->data = to;
    step->from = from;
}

void schedule_reduce(struct schedule *s, const struct mpi_op *op,
                     const void *in, struct span inout)
{
    struct step *step = add_step(s, STEP_REDUCE);
    if (!step)
        return;
    step->data = inout;
    step->reduce.in = in;
    step->reduce.op = op;
}

void schedule_call(struct schedule *s, int (*function)(void *arg), void *arg)
{
    struct step *step = add_step(s, STEP_CALL);
    if (!step)
        return;
    step->call.function = function;
    step->call.arg = arg;
}

void schedule_end_round(struct schedule *s)
{
    s->needed = ++s->round_count;
}

void schedule_end_round_open(struct schedule *s)
{
    s->needed = s->round_count++;
}

static struct scratch *add_scratch(struct schedule *s, size_t bytes)
{
    size_t least = s->scratch ? 2 * s->scratch->bytes : SCRATCH_MIN_BYTES;
    if (least > SCRATCH_GROWN_BYTES)
        least = SCRATCH_GROWN_BYTES;
    if (bytes < least)
        bytes = least;
    struct scratch *chunk = malloc(sizeof *chunk + bytes);
    if (!chunk) {
        s->build_error = MPI_ERR_NO_MEM;
        return NULL;
    }
    chunk->bytes = bytes;
    chunk->used = 0;
    chunk->next = s->scratch;
    s->scratch = chunk;
    return chunk;
}

void *schedule_scratch(struct schedule *s, size_t bytes)
{
    bytes = align_up(bytes, _Alignof(max_align_t));
    struct scratch *chunk = s->scratch;
    if (!chunk || chunk->bytes - chunk->used < bytes)
        chunk = add_scratch(s, bytes);
    if (!chunk)
        return NULL;
    void *memory = chunk->memory + chunk->used;
    chunk->used += bytes;
    return memory;
}

struct span schedule_scratch_span(struct schedule *s, MPI_Count count,
                                  struct mpi_datatype *type)
{
    MPI_Aint low;
    size_t bytes = span_footprint(count, type, &low);
    char *memory = schedule_scratch(s, bytes);
    intptr_t address = memory ? (intptr_t)memory - low : 0;
    return (struct span){ (void *)address, count, type };
}

static void note_error(struct schedule *s, int error)
{
    if (UNLIKELY(error != MPI_SUCCESS) && s->request.error == MPI_SUCCESS)
        s->request.error = error;
}

/* Start nothing more, and wait for nothing that has not begun to come. */
static COLD void give_up(struct schedule *s, int error)
{
    note_error(s, error);
    s->is_lost = true;
    for (unsigned i = s->unfinished; i < s->next; i++)
        if (s->steps[i].request && s->steps[i].kind == STEP_RECV)
            p2p_cancel_recv(s->steps[i].request);
    schedule_fail(s, error);
}

void schedule_fail(struct schedule *s, int error)
{
    struct mpi_comm *comm = s->request.comm;
    p2p_fail_collectives(comm, s->tag, error);
    if (comm->local)
        p2p_fail_collectives(comm->local, s->local_tag, error);
}

/* Why the operation cannot succeed, or MPI_SUCCESS. A persistent one, whose
 * tag is old, fails with any of its communicator. */
static int collective_error(const struct schedule *s)
{
    const struct mpi_comm *comm = s->request.comm;
    if (UNLIKELY(s->request.is_special) &&
        comm->collective_error != MPI_SUCCESS)
        return comm->collective_error;
    int error = comm_collective_error(comm, s->tag);
    if (UNLIKELY(comm->local != NULL) && error == MPI_SUCCESS)
        error = comm_collective_error(comm->local, s->local_tag);
    return error;
}

static void start_message(struct schedule *s, struct step *step)
{
    const struct message m = {
        .buffer = step->data.address,
        .count = step->data.count,
        .type = step->data.type,
        .peer = step->rank,
        .tag = LIKELY(!step->is_local) ? s->tag : s->local_tag,
        .comm = LIKELY(!step->is_local) ? s->request.comm
                                        : s->request.comm->local,
        .channel = CHANNEL_COLLECTIVE,
        .mode = SEND_STANDARD,
    };
    int error = step->kind == STEP_SEND ? p2p_send_start(&m, &step->request)
                                        : p2p_recv_start(&m, &step->request);
    if (UNLIKELY(error != MPI_SUCCESS)) {
        step->request = NULL;
        give_up(s, error);
    }
}

static inline void count(const struct schedule *s, enum counter which,
                         struct span span)
{
    counter_add(p2p_process(s->request.comm->p2p)->counters, which,
                span_bytes(span));
}

static void start_step(struct schedule *s, struct step *step)
{
    switch (step->kind) {
    case STEP_SEND:
    case STEP_RECV:
        start_message(s, step);
        break;
    case STEP_COPY:
        count(s, COUNTER_COPIED_LOCAL_BYTES, step->from);
        span_copy(step->data, step->from);
        break;
    case STEP_REDUCE:
        count(s, COUNTER_REDUCED_BYTES, step->data);
        op_reduce(step->reduce.op, step->reduce.in, step->data.address,
                  step->data.count, step->data.type);
        break;
    case STEP_CALL:
        note_error(s, step->call.function(step->call.arg));
        break;
    }
}

static void start_round(struct schedule *s)
{
    unsigned round = s->steps[s->next].round;
    while (s->next < s->count && s->steps[s->next].round == round &&
           LIKELY(!s->is_lost))
        start_step(s, &s->steps[s->next++]);
}

/* Collect complete steps; true when none is left that the next round, or the
 * end, needs. */
static bool finish_rounds(struct schedule *s)
{
    while (s->unfinished < s->next) {
        struct step *step = &s->steps[s->unfinished];
        if (step->request) {
            if (!step->request->is_complete)
                return s->next < s->count && LIKELY(!s->is_lost) &&
                       step->round >= s->steps[s->next].needed;
            struct mpi_request *request = step->request;
            step->request = NULL;
            note_error(s, request_finish(request, MPI_STATUS_IGNORE));
        }
        s->unfinished++;
    }
    return true;
}

/* The error of a lost message of what runs, or MPI_SUCCESS. */
static int lost_message(const struct schedule *s)
{
    for (unsigned i = s->unfinished; i < s->next; i++)
        if (s->steps[i].request && request_is_lost(s->steps[i].request))
            return s->steps[i].request->error;
    return MPI_SUCCESS;
}

/* Something has failed at this rank or at another: does it concern us? */
static COLD void look_for_loss(struct schedule *s)
{
    s->failures_seen = s->request.progress->failures;
    if (s->is_lost)
        return;
    int error = collective_error(s);
    if (error == MPI_SUCCESS)
        error = lost_message(s);
    if (error != MPI_SUCCESS)
        give_up(s, error);
}

void schedule_start(struct schedule *s)
{
    int error = collective_error(s);
    s->failures_seen = s->request.progress->failures;
    s->is_lost = false;
    s->next = 0;
    s->unfinished = 0;
    s->request.error = MPI_SUCCESS;
    s->request.is_complete = 0;
    if (UNLIKELY(error != MPI_SUCCESS))
        give_up(s, error);
    else if (s->count > 0)
        start_round(s);
}

bool schedule_advance(struct schedule *s)
{
    do {
        if (UNLIKELY(s->failures_seen != s->request.progress->failures))
            look_for_loss(s);
        if (!finish_rounds(s))
            return false;
        if (s->next == s->count || s->is_lost)
            return true;
        start_round(s);
    } while (true);
}

int schedule_wait(struct schedule *s)
{
    while (!schedule_advance(s)) {
        struct mpi_request *request = s->steps[s->unfinished].request;
        progress_wait_or_failure(request->progress, &request->is_complete,
                                 s->failures_seen);
    }
    return s->request.error;
}
