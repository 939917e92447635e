/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the arguments of a collective MPI function to a struct coll_args.
 * Arguments that the standard calls not significant at this rank are not
 * looked at.
 */
#include "runtime/api/coll_call.h"

#include "runtime/api/api.h"
#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"

/* What each collective uses, and what the status page calls it. */
static const struct {
    enum status_call status;
    bool is_rooted;
    bool has_blocks;          /* send and recv have types of their own */
    bool has_op;
    bool sends_at_root_only;
    bool receives_at_root_only;
} use[COLL_COUNT] = {
    [COLL_BARRIER] = { .status = CALL_BARRIER },
    [COLL_BCAST] = { .status = CALL_BCAST, .is_rooted = true },
    [COLL_REDUCE] = { .status = CALL_REDUCE, .is_rooted = true,
                      .has_op = true, .receives_at_root_only = true },
    [COLL_ALLREDUCE] = { .status = CALL_ALLREDUCE, .has_op = true },
    [COLL_GATHER] = { .status = CALL_GATHER, .is_rooted = true,
                      .has_blocks = true, .receives_at_root_only = true },
    [COLL_SCATTER] = { .status = CALL_SCATTER, .is_rooted = true,
                       .has_blocks = true, .sends_at_root_only = true },
    [COLL_ALLGATHER] = { .status = CALL_ALLGATHER, .has_blocks = true },
    [COLL_ALLTOALL] = { .status = CALL_ALLTOALL, .has_blocks = true },
};

static int check_span(const struct user_buffer *user, struct span *out)
{
    struct mpi_datatype *type;
    int err = check_count(user->count);
    if (err == MPI_SUCCESS)
        err = check_committed(user->datatype, &type);
    if (err == MPI_SUCCESS)
        err = check_buffer(user->address, user->count, type);
    if (err == MPI_SUCCESS)
        *out = (struct span){ (void *)(uintptr_t)user->address, user->count,
                              type };
    return err;
}

static int refuse_in_place(const char *buffer)
{
    return error_make(MPI_ERR_BUFFER,
                      "MPI_IN_PLACE is not allowed as %s buffer at this rank",
                      buffer);
}

/* MPI_IN_PLACE stands for the sent data where this rank also receives, except
 * in a scatter, where it stands for what the root would receive. */
static int check_buffers(const struct coll_call *c, struct coll_args *a)
{
    const bool is_root = !use[c->kind].is_rooted || c->root == a->comm->rank;
    const bool sends = is_root || !use[c->kind].sends_at_root_only;
    const bool receives = is_root || !use[c->kind].receives_at_root_only;
    const bool is_scatter = c->kind == COLL_SCATTER;
    int err = MPI_SUCCESS;
    if (sends && c->send.address == MPI_IN_PLACE) {
        if (is_scatter || !receives)
            return refuse_in_place("send");
        a->send.address = MPI_IN_PLACE;
    } else if (sends) {
        err = check_span(&c->send, &a->send);
    }
    if (err != MPI_SUCCESS || !receives)
        return err;
    if (c->recv.address == MPI_IN_PLACE) {
        if (!is_scatter || !is_root)
            return refuse_in_place("receive");
        a->recv.address = MPI_IN_PLACE;
        return MPI_SUCCESS;
    }
    return check_span(&c->recv, &a->recv);
}

static int check_block_sizes(const struct coll_args *a)
{
    if (!a->send.type || !a->recv.type)
        return MPI_SUCCESS;
    size_t sent = span_bytes(a->send);
    size_t received = span_bytes(a->recv);
    if (LIKELY(sent == received))
        return MPI_SUCCESS;
    return error_make(sent > received ? MPI_ERR_TRUNCATE : MPI_ERR_COUNT,
                      "this rank sends %zu bytes to a rank and receives %zu "
                      "from one; both must be the same", sent, received);
}

/* Reductions give count and type once; c->send has them too. */
static int check_reduction(const struct coll_call *c, struct coll_args *a)
{
    const struct span data =
        a->send.address == MPI_IN_PLACE ? a->recv : a->send;
    struct mpi_op *op;
    int err = check_op(c->op, data.type, &op);
    if (err == MPI_SUCCESS)
        a->op = op;
    return err;
}

/* a->comm is set as soon as it is known. */
static int prepare(const struct coll_call *c, struct coll_args *a)
{
    int err = check_comm(c->comm, &a->comm);
    if (err == MPI_SUCCESS && UNLIKELY(comm_is_inter(a->comm)))
        err = check_intra(a->comm);
    if (err != MPI_SUCCESS || c->kind == COLL_BARRIER)
        return err;
    if (use[c->kind].is_rooted)
        err = check_root(c->root, a->comm);
    if (err == MPI_SUCCESS && c->kind == COLL_BCAST)
        return check_span(&c->recv, &a->recv);
    if (err == MPI_SUCCESS)
        err = check_buffers(c, a);
    if (err == MPI_SUCCESS && use[c->kind].has_blocks)
        err = check_block_sizes(a);
    if (err == MPI_SUCCESS && use[c->kind].has_op)
        err = check_reduction(c, a);
    return err;
}

int coll_call_run(const struct coll_call *c)
{
    LIBRARY_LOCKED;
    struct coll_args a = { .kind = c->kind, .root = c->root };
    int err = prepare(c, &a);
    if (LIKELY(err == MPI_SUCCESS)) {
        struct status_page *page = library.process->status;
        status_enter(page, use[c->kind].status,
                     use[c->kind].is_rooted ? c->root : MPI_ANY_SOURCE,
                     MPI_ANY_TAG, coll_bytes(&a));
        err = coll_run(&a);
        status_leave(page);
    }
    return api_result(a.comm, err, c->function);
}

int coll_call_start(const struct coll_call *c, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct coll_args a = { .kind = c->kind, .root = c->root };
    int err = prepare(c, &a);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS) {
        struct mpi_request *r;
        err = coll_start(&a, &r);
        if (err == MPI_SUCCESS)
            *request = request_handle(r);
    }
    return api_result(a.comm, err, c->function);
}
