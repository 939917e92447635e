/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splitting: all ranks learn color and key of all, then each sorts its own
 * color. One context id serves all colors, as they are disjoint.
 *
 * Cost     an allgather of 8 bytes a rank, an agreement, P log P comparisons
 */
#include "runtime/comm/split.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/comm/inter.h"
#include "runtime/objects/group.h"
#include "runtime/objects/session.h"
#include "runtime/p2p/p2p.h"

struct candidate {
    int key;
    int rank;
};

static int compare(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->rank < b->rank ? -1 : 1;
}

int split_members(const struct answer *answers, int count, int rank,
                  int *members)
{
    struct candidate *found = malloc((size_t)count * sizeof *found);
    if (!found)
        return 0;
    int members_count = 0;
    for (int r = 0; r < count; r++)
        if (answers[r].color == answers[rank].color)
            found[members_count++] = (struct candidate){ answers[r].key, r };
    qsort(found, (size_t)members_count, sizeof *found, compare);
    for (int i = 0; i < members_count; i++)
        members[i] = found[i].rank;
    free(found);
    return members_count;
}

static int exchange(struct mpi_comm *parent, struct answer own,
                    struct answer *answers)
{
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLGATHER,
        .comm = parent,
        .send = { &own, 2, type },
        .recv = { answers, 2, type },
    };
    return coll_run(&args);
}

static int create_child(struct mpi_comm *parent, const struct answer *answers,
                        uint32_t context, struct mpi_comm **out)
{
    int *members = malloc((size_t)parent->size * sizeof *members);
    if (!members)
        return MPI_ERR_NO_MEM;
    int count = split_members(answers, parent->size, parent->rank, members);
    int err = MPI_ERR_NO_MEM;
    if (count == 0)
        goto free_members;
    for (int i = 0; i < count; i++)
        members[i] = parent->worlds[members[i]];
    struct mpi_group *group;
    err = group_create(members, count, parent->worlds[parent->rank], &group);
    if (err != MPI_SUCCESS)
        goto free_members;
    group->session = parent->session;
    if (group->session)
        session_retain(group->session);
    err = comm_create(parent->p2p, group, context, parent->errhandler, out);
    group_release(group); /* the communicator has its own reference */
free_members:
    free(members);
    return err;
}

int comm_split(struct mpi_comm *parent, int color, int key,
               struct mpi_comm **out)
{
    if (comm_is_inter(parent))
        return inter_split(parent, color, key, out);
    struct answer *answers = malloc((size_t)parent->size * sizeof *answers);
    if (!answers)
        return MPI_ERR_NO_MEM;
    uint32_t context;
    int err = exchange(parent, (struct answer){ color, key }, answers);
    if (err == MPI_SUCCESS)
        err = context_agree(parent, &context);
    if (err == MPI_SUCCESS && color != MPI_UNDEFINED) {
        err = create_child(parent, answers, context, out);
    } else if (err == MPI_SUCCESS) {
        context_drop(p2p_process(parent->p2p), context);
        *out = NULL;
    }
    free(answers);
    return err;
}
