/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether an operation goes through shared memory, and how a communicator
 * gets its board: rank 0 reserves a part of the node segment and tells the
 * others by a broadcast; then all agree, by an allreduce, on whether each could
 * map it. Both go by messages.
 */
#define LOG_MODULE "node"
#include "collectives/node/node.h"

#include "collectives/node/board.h"
#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

/* A communicator that is used less often is not worth a board. */
enum { CALLS_BEFORE = 3, NEVER = -1 };

enum { NO_OFFSET = 1 }; /* no part begins there */

static bool is_on_one_node(const struct mpi_comm *comm)
{
    const struct process *process = p2p_process(comm->p2p);
    int local;
    if (comm->size < 2 || comm_is_inter(comm) || !process->node.pages)
        return false;
    for (int i = 0; i < comm->size; i++)
        if (!process_is_local(process, comm->worlds[i], &local))
            return false;
    return true;
}

static int tell_offset(struct mpi_comm *comm, uint64_t *offset)
{
    struct process *process = p2p_process(comm->p2p);
    if (comm->rank == 0 &&
        (!settings.node_collectives ||
         node_segment_reserve(&process->node, board_bytes(comm->size),
                              offset) != MPI_SUCCESS))
        *offset = NO_OFFSET;
    return coll_run_messages(&(struct coll_args){
        .kind = COLL_BCAST, .comm = comm,
        .recv = { offset, 1, datatype_find(MPI_UINT64_T) },
    });
}

/* Can all use the board, has each of them a core for itself, and are they two
 * that can read each other's memory? */
static int agree(struct mpi_comm *comm, const struct board *b, int answers[3])
{
    answers[0] = b != NULL && settings.node_collectives;
    answers[1] = p2p_process(comm->p2p)->has_own_core;
    answers[2] = b != NULL && comm->size == 2 &&
                 p2p_can_read(comm, 1 - comm->rank);
    return coll_run_messages(&(struct coll_args){
        .kind = COLL_ALLREDUCE, .comm = comm, .op = op_find(MPI_MIN),
        .send = { MPI_IN_PLACE, 0, NULL },
        .recv = { answers, 3, datatype_find(MPI_INT) },
    });
}

static COLD int open_board(struct mpi_comm *comm)
{
    uint64_t offset = NO_OFFSET;
    struct board *b = NULL;
    int answers[3];
    comm->node_calls = NEVER; /* should it fail */
    int err = tell_offset(comm, &offset);
    if (err == MPI_SUCCESS && offset != NO_OFFSET &&
        board_open(comm, offset, &b) != MPI_SUCCESS)
        b = NULL;
    if (err == MPI_SUCCESS)
        err = agree(comm, b, answers);
    if (b && (err != MPI_SUCCESS || !answers[0])) {
        board_close(b);
        b = NULL;
    }
    if (b) {
        b->has_own_cores = answers[1];
        b->is_pair = answers[1] && answers[2];
    }
    comm->board = b;
    log_debug("collectives of communicator %u go %s", comm->context,
              b ? "through shared memory" : "by messages only");
    return err;
}

/* The longest that go this way, in bytes that a rank shows. Where ranks share
 * cores, one that writes much keeps those waiting who could read it, by messages,
 * from its own memory (docs/shm.md has the figures). */
static const struct way {
    node_operation *run;
    size_t most;           /* where ranks share cores */
    size_t most_own_cores; /* where each rank has one for itself */
    bool has_blocks;       /* one for each rank */
    bool is_whole;         /* ... which are shown in one step */
    /* A pair (see board.h) copies a message together, once: from
     * NODE_PAIR_BYTES to here a block is sooner there by messages. */
    size_t most_pair;
} ways[COLL_COUNT] = {
    [COLL_BARRIER] = { .run = node_barrier },
    [COLL_BCAST] = { node_bcast, 4 << 20, 4 << 20,
                     .most_pair = SIZE_MAX },
    [COLL_REDUCE] = { node_reduce, 4 << 20, 4 << 20,
                      .most_pair = 256 << 10 },
    [COLL_ALLREDUCE] = { node_allreduce, 4 << 20, 4 << 20 },
    [COLL_GATHER] = { node_gather, 4 << 20, 4 << 20,
                      .most_pair = 256 << 10 },
    [COLL_SCATTER] = { node_scatter, 64 << 10, 16 << 20, true,
                       .most_pair = 512 << 10 },
    [COLL_ALLGATHER] = { node_allgather, 4 << 20, 4 << 20 },
    [COLL_ALLTOALL] = { node_alltoall, 1 << 20, 16 << 20, true },
    [COLL_REDUCE_SCATTER_BLOCK] = { node_reduce_scatter_block, 16 << 20,
                                    16 << 20, true, true },
};

static bool is_short(const struct coll_args *a, const struct way *way)
{
    const struct board *b = a->comm->board;
    const size_t bytes = a->op ? node_reduction_bytes(a) : coll_bytes(a);
    const size_t shown = way->has_blocks ? bytes * (size_t)b->size : bytes;
    if (UNLIKELY(bytes >= NODE_PAIR_BYTES) && b->is_pair &&
        bytes <= way->most_pair)
        return false;
    if (shown > (b->has_own_cores ? way->most_own_cores : way->most))
        return false;
    return shown <= BOARD_AREA_BYTES ||
           (b->hall_bytes > 0 && (!way->is_whole || shown <= b->hall_bytes));
}

int node_run(const struct coll_args *a, bool *is_done)
{
    struct mpi_comm *comm = a->comm;
    *is_done = false;
    if (UNLIKELY(!comm->board)) {
        if (LIKELY(comm->node_calls == NEVER))
            return MPI_SUCCESS;
        if (comm->node_calls == 0 && !is_on_one_node(comm)) {
            comm->node_calls = NEVER;
            return MPI_SUCCESS;
        }
        if (++comm->node_calls <= CALLS_BEFORE)
            return MPI_SUCCESS;
        int err = open_board(comm);
        if (err != MPI_SUCCESS || !comm->board) {
            *is_done = err != MPI_SUCCESS;
            return err;
        }
    }
    const struct way *way = &ways[a->kind];
    if (!way->run || !is_short(a, way))
        return MPI_SUCCESS;
    *is_done = true;
    int err = board_begin(comm->board);
    return LIKELY(err == MPI_SUCCESS) ? way->run(comm->board, a)
                                      : err;
}

void node_forget(struct mpi_comm *comm)
{
    if (comm->board)
        board_close(comm->board);
    comm->board = NULL;
}
