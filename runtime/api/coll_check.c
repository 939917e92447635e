/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table says what each collective has; what is significant at a rank follows
 * from it, the root, and whether there are two groups.
 */
#include "runtime/api/coll_check.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"

static const struct {
    bool is_rooted;
    bool has_blocks;          /* send and recv have types of their own */
    bool has_op;
    bool sends_at_root_only;
    bool receives_at_root_only;
    bool sends_vector;        /* blocks that differ */
    bool receives_vector;
    bool shares_result;       /* reduce_scatter */
    bool is_local_only;       /* not between groups */
    bool has_neighbors;
} use[COLL_COUNT] = {
    [COLL_BCAST] = { .is_rooted = true },
    [COLL_REDUCE] = { .is_rooted = true, .has_op = true,
                      .receives_at_root_only = true },
    [COLL_ALLREDUCE] = { .has_op = true },
    [COLL_GATHER] = { .is_rooted = true, .has_blocks = true,
                      .receives_at_root_only = true },
    [COLL_SCATTER] = { .is_rooted = true, .has_blocks = true,
                       .sends_at_root_only = true },
    [COLL_ALLGATHER] = { .has_blocks = true },
    [COLL_ALLTOALL] = { .has_blocks = true },
    [COLL_REDUCE_SCATTER_BLOCK] = { .has_op = true, .shares_result = true },
    [COLL_SCAN] = { .has_op = true, .is_local_only = true },
    [COLL_EXSCAN] = { .has_op = true, .is_local_only = true },
    [COLL_GATHERV] = { .is_rooted = true, .has_blocks = true,
                       .receives_at_root_only = true,
                       .receives_vector = true },
    [COLL_SCATTERV] = { .is_rooted = true, .has_blocks = true,
                        .sends_at_root_only = true, .sends_vector = true },
    [COLL_ALLGATHERV] = { .has_blocks = true, .receives_vector = true },
    [COLL_ALLTOALLV] = { .has_blocks = true, .sends_vector = true,
                         .receives_vector = true },
    [COLL_ALLTOALLW] = { .has_blocks = true, .sends_vector = true,
                         .receives_vector = true },
    [COLL_REDUCE_SCATTER] = { .has_op = true, .shares_result = true },
    [COLL_NEIGHBOR_ALLGATHER] = { .has_neighbors = true },
    [COLL_NEIGHBOR_ALLGATHERV] = { .receives_vector = true,
                                   .has_neighbors = true },
    [COLL_NEIGHBOR_ALLTOALL] = { .has_neighbors = true },
    [COLL_NEIGHBOR_ALLTOALLV] = { .sends_vector = true,
                                  .receives_vector = true,
                                  .has_neighbors = true },
    [COLL_NEIGHBOR_ALLTOALLW] = { .sends_vector = true,
                                  .receives_vector = true,
                                  .has_neighbors = true },
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

static int check_numbers(struct numbers n, const char *what)
{
    return n.items ? MPI_SUCCESS
                   : error_make(MPI_ERR_ARG, "%s is a null pointer", what);
}

static int check_block(const struct blocks *b, struct span whole, int i)
{
    const MPI_Count count = number_at(b->counts, i);
    struct mpi_datatype *type = whole.type;
    int err = check_count(count);
    if (err == MPI_SUCCESS && b->types && count > 0)
        err = check_committed(b->types[i], &type);
    if (err != MPI_SUCCESS || count == 0)
        return err;
    const struct span block = blocks_at(whole, b, i);
    return check_buffer(block.address, block.count, type);
}

/* A buffer of blocks that differ; of those without elements neither type nor
 * place matters. */
static int check_vector(const struct user_buffer *user, const struct blocks *b,
                        int count, struct span *out)
{
    struct mpi_datatype *type;
    int err = check_committed(user->datatype, &type);
    if (err == MPI_SUCCESS && count > 0)
        err = check_numbers(b->counts, "the array of counts");
    if (err == MPI_SUCCESS && count > 0)
        err = check_numbers(b->displs, "the array of displacements");
    if (err != MPI_SUCCESS)
        return err;
    const struct span whole = { (void *)(uintptr_t)user->address, 0, type };
    for (int i = 0; i < count && err == MPI_SUCCESS; i++)
        err = check_block(b, whole, i);
    if (err == MPI_SUCCESS)
        *out = whole;
    return err;
}

static int refuse_in_place(const char *buffer)
{
    return error_make(MPI_ERR_BUFFER,
                      "MPI_IN_PLACE is not allowed as %s buffer here", buffer);
}

static int check_send(const struct coll_call *c, struct coll_args *a)
{
    if (!use[c->kind].sends_vector)
        return check_span(&c->send, &a->send);
    a->send_blocks = &c->send_blocks;
    return check_vector(&c->send, &c->send_blocks, coll_send_count(a),
                        &a->send);
}

static int check_recv(const struct coll_call *c, struct coll_args *a)
{
    if (!use[c->kind].receives_vector)
        return check_span(&c->recv, &a->recv);
    a->recv_blocks = &c->recv_blocks;
    return check_vector(&c->recv, &c->recv_blocks, coll_recv_count(a),
                        &a->recv);
}

/* MPI_IN_PLACE stands for the sent data where this rank also receives, except
 * in a scatter, where it stands for what the root would receive. */
static int check_buffers(const struct coll_call *c, struct coll_args *a)
{
    const bool is_root = !use[c->kind].is_rooted || c->root == a->comm->rank;
    const bool sends = is_root || !use[c->kind].sends_at_root_only;
    const bool receives = is_root || !use[c->kind].receives_at_root_only;
    const bool is_scatter = use[c->kind].sends_at_root_only;
    int err = MPI_SUCCESS;
    if (sends && c->send.address == MPI_IN_PLACE) {
        if (is_scatter || !receives || use[c->kind].has_neighbors)
            return refuse_in_place("send");
        a->send.address = MPI_IN_PLACE;
    } else if (sends) {
        err = check_send(c, a);
    }
    if (err != MPI_SUCCESS || !receives)
        return err;
    if (c->recv.address == MPI_IN_PLACE) {
        if (!is_scatter || !is_root)
            return refuse_in_place("receive");
        a->recv.address = MPI_IN_PLACE;
        return MPI_SUCCESS;
    }
    return check_recv(c, a);
}

/* Between groups one side sends, the other receives, or both do both. */
static int check_inter_buffers(const struct coll_call *c, struct coll_args *a)
{
    const bool is_root = c->root == MPI_ROOT;
    const bool sends = !use[c->kind].is_rooted ||
                       use[c->kind].sends_at_root_only == is_root;
    const bool receives = !use[c->kind].is_rooted ||
                          use[c->kind].receives_at_root_only == is_root;
    int err = MPI_SUCCESS;
    if (use[c->kind].is_rooted && c->root == MPI_PROC_NULL)
        return MPI_SUCCESS;
    if (sends && c->send.address == MPI_IN_PLACE)
        return refuse_in_place("send");
    if (receives && c->recv.address == MPI_IN_PLACE)
        return refuse_in_place("receive");
    if (sends)
        err = check_send(c, a);
    if (err == MPI_SUCCESS && receives)
        err = check_recv(c, a);
    return err;
}

/* What a rank sends itself must fit: no message checks that. */
static int check_block_sizes(const struct coll_args *a)
{
    if (!a->send.type || !a->recv.type)
        return MPI_SUCCESS;
    const int rank = a->comm->rank;
    const size_t sent =
        span_bytes(a->send_blocks ? coll_send_block(a, rank) : a->send);
    const size_t received =
        span_bytes(a->recv_blocks ? coll_recv_block(a, rank) : a->recv);
    if (LIKELY(sent == received))
        return MPI_SUCCESS;
    return error_make(sent > received ? MPI_ERR_TRUNCATE : MPI_ERR_COUNT,
                      "this rank sends %zu bytes to a rank and receives %zu "
                      "from one; both must be the same", sent, received);
}

/* What is sent and what is received may not begin at the same byte. */
static int check_apart(struct span sent, struct span received)
{
    if (span_bytes(sent) == 0 || span_bytes(received) == 0)
        return MPI_SUCCESS;
    return check_distinct(sent.address, sent.type, received.address,
                          received.type);
}

/* The same for this rank's blocks, where there are several. */
static int check_overlap(const struct coll_args *a)
{
    if (!a->send.type || !a->recv.type)
        return MPI_SUCCESS;
    const int rank = a->comm->rank;
    const struct span sent =
        a->send_blocks ? coll_send_block(a, rank) : a->send;
    const struct span received =
        a->recv_blocks || a->kind == COLL_ALLGATHER ? coll_recv_block(a, rank)
                                                    : a->recv;
    return check_apart(sent, received);
}

/* Of a reduce_scatter: recv becomes one share, send all of them. */
static int check_shares(const struct coll_call *c, struct coll_args *a)
{
    struct user_buffer whole = c->send, share = c->recv;
    const int size = a->comm->size;
    int err = MPI_SUCCESS;
    if (c->kind == COLL_REDUCE_SCATTER) {
        a->recv_blocks = &c->recv_blocks;
        err = check_numbers(c->recv_blocks.counts, "the array of counts");
        for (int i = 0; i < size && err == MPI_SUCCESS; i++)
            err = check_count(number_at(c->recv_blocks.counts, i));
        if (err != MPI_SUCCESS)
            return err;
        whole.count = blocks_sum(&c->recv_blocks, size);
        share.count = number_at(c->recv_blocks.counts, a->comm->rank);
    } else {
        whole.count = c->recv.count * size;
    }
    const bool is_in_place = c->send.address == MPI_IN_PLACE;
    if (is_in_place && comm_is_inter(a->comm))
        return refuse_in_place("send");
    if (is_in_place)
        a->send.address = MPI_IN_PLACE;
    else
        err = check_span(&whole, &a->send);
    if (err == MPI_SUCCESS && share.address == MPI_IN_PLACE)
        err = refuse_in_place("receive");
    if (err == MPI_SUCCESS)
        err = check_span(&share, &a->recv);
    if (err == MPI_SUCCESS && !is_in_place)
        err = check_apart(a->send, a->recv);
    return err;
}

/* Reductions give count and type once; c->send has them too. */
static int check_reduction(const struct coll_call *c, struct coll_args *a)
{
    const struct mpi_datatype *type =
        a->send.type ? a->send.type : a->recv.type;
    struct mpi_op *op;
    if (!type) /* a rank that takes no part */
        return MPI_SUCCESS;
    int err = check_op(c->op, type, &op);
    if (err == MPI_SUCCESS)
        a->op = op;
    return err;
}

static int check_topology(const struct mpi_comm *comm)
{
    return comm->topology ? MPI_SUCCESS
                          : error_make(MPI_ERR_TOPOLOGY, "the communicator has "
                                       "no topology that says who is a "
                                       "neighbour");
}

static int check_inter_root(const struct coll_call *c,
                            const struct mpi_comm *comm)
{
    if (c->root == MPI_ROOT || c->root == MPI_PROC_NULL ||
        (c->root >= 0 && c->root < comm->peer_count))
        return MPI_SUCCESS;
    return check_root_failed(c->root, comm);
}

static COLD int check_inter_call(const struct coll_call *c,
                                 struct coll_args *a)
{
    int err = MPI_SUCCESS;
    if (use[c->kind].is_local_only || use[c->kind].has_neighbors)
        return check_intra(a->comm);
    if (c->kind == COLL_BARRIER)
        return MPI_SUCCESS;
    if (use[c->kind].is_rooted)
        err = check_inter_root(c, a->comm);
    if (err == MPI_SUCCESS && c->kind == COLL_BCAST)
        return c->root == MPI_PROC_NULL ? MPI_SUCCESS
                                        : check_span(&c->recv, &a->recv);
    if (err == MPI_SUCCESS)
        err = use[c->kind].shares_result ? check_shares(c, a)
                                         : check_inter_buffers(c, a);
    if (err == MPI_SUCCESS && use[c->kind].has_op)
        err = check_reduction(c, a);
    return err;
}

int coll_check(const struct coll_call *c, struct coll_args *a)
{
    int err = check_comm(c->comm, &a->comm);
    if (err == MPI_SUCCESS && UNLIKELY(comm_is_inter(a->comm)))
        return check_inter_call(c, a);
    if (err != MPI_SUCCESS || c->kind == COLL_BARRIER)
        return err;
    if (use[c->kind].is_rooted)
        err = check_root(c->root, a->comm);
    if (use[c->kind].has_neighbors)
        err = check_topology(a->comm);
    if (err == MPI_SUCCESS && c->kind == COLL_BCAST)
        return check_span(&c->recv, &a->recv);
    if (err == MPI_SUCCESS)
        err = use[c->kind].shares_result ? check_shares(c, a)
                                         : check_buffers(c, a);
    if (err == MPI_SUCCESS && !use[c->kind].has_neighbors &&
        !use[c->kind].shares_result)
        err = check_overlap(a);
    if (err == MPI_SUCCESS && use[c->kind].has_blocks)
        err = check_block_sizes(a);
    if (err == MPI_SUCCESS && use[c->kind].has_op)
        err = check_reduction(c, a);
    return err;
}
