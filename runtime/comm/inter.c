/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of them agree on a context and tell each other their groups in the same
 * way: the leaders exchange a head, then an array of ranks, and broadcast what
 * they have got.
 */
#include "runtime/comm/inter.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/comm/pairwise.h"
#include "runtime/comm/split.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/p2p/p2p.h"

/* What each side tells the other. */
struct head {
    int count;  /* of entries that follow */
    int flag;   /* high, in a merge */
    struct context_mask mask;
};

/* Two sides that exchange heads and arrays of ints. */
struct sides {
    struct mpi_comm *local;
    int leader;
    struct inter_bridge bridge;
};

static int broadcast(const struct sides *s, void *data, size_t bytes)
{
    const struct coll_args args = {
        .kind = COLL_BCAST,
        .comm = s->local,
        .root = s->leader,
        .recv = { data, (MPI_Count)bytes, datatype_find(MPI_BYTE) },
    };
    return coll_run(&args);
}

/* Every rank of a side gets what the other's leader sent. After an error of
 * the leader the others learn it as a negative count. */
static int swap_heads(const struct sides *s, const struct head *own,
                      struct head *other)
{
    int err = MPI_SUCCESS;
    if (s->local->rank == s->leader) {
        err = pairwise_exchange(s->bridge.peer, s->bridge.remote,
                                s->bridge.tag,
                                &(struct pairwise){ own, sizeof *own, other,
                                                    sizeof *other });
        if (err != MPI_SUCCESS)
            other->count = -1;
    }
    int told = broadcast(s, other, sizeof *other);
    if (err == MPI_SUCCESS)
        err = told;
    if (err == MPI_SUCCESS && other->count < 0)
        err = error_make(MPI_ERR_OTHER, "the leaders of the groups could not "
                         "reach each other");
    return err;
}

static int swap_arrays(const struct sides *s, const int *own, int own_count,
                       int *other, int other_count)
{
    int err = MPI_SUCCESS;
    if (s->local->rank == s->leader)
        err = pairwise_exchange(
            s->bridge.peer, s->bridge.remote, s->bridge.tag,
            &(struct pairwise){ own, (size_t)own_count * sizeof(int), other,
                                (size_t)other_count * sizeof(int) });
    int told = broadcast(s, other, (size_t)other_count * sizeof(int));
    return err != MPI_SUCCESS ? err : told;
}

/* What both sides have told: an agreed context, and the other's array. */
struct meeting {
    uint32_t context;
    int flag;
    int count;
    int *entries; /* freed by the caller */
};

/* Our head, and what we learn of the other side's. */
struct heads {
    const struct sides *sides;
    struct head mine, other;
};

static int combine_over_both(const struct agreement *a,
                             struct context_mask *mask)
{
    struct heads *h = a->arg;
    int err = context_combine(h->sides->local, mask);
    h->mine.mask = *mask;
    if (err == MPI_SUCCESS)
        err = swap_heads(h->sides, &h->mine, &h->other);
    if (err == MPI_SUCCESS)
        context_mask_and(mask, &h->other.mask);
    return err;
}

static int meet(const struct sides *s, const int *own, int own_count, int flag,
                struct meeting *m)
{
    struct heads heads = { .sides = s,
                           .mine = { .count = own_count, .flag = flag } };
    const struct agreement agreement = {
        .process = p2p_process(s->local->p2p),
        .combine = combine_over_both,
        .arg = &heads,
        .seed = (uint32_t)s->bridge.tag + 1,
    };
    m->entries = NULL;
    int err = context_agree_by(&agreement, &m->context);
    if (err != MPI_SUCCESS)
        return err;
    m->flag = heads.other.flag;
    m->count = heads.other.count;
    m->entries = malloc(((size_t)m->count + 1) * sizeof(int));
    return m->entries ? swap_arrays(s, own, own_count, m->entries, m->count)
                      : MPI_ERR_NO_MEM;
}

static bool overlap(const struct mpi_group *group, const struct meeting *m)
{
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < group->size; k++)
            if (group->worlds[k] == m->entries[i])
                return true;
    return false;
}

static int own_world(const struct mpi_comm *c)
{
    return p2p_process(c->p2p)->world;
}

/* Between local's group, whose reference is taken over in any case, and the
 * ranks of the job in worlds. */
static int make(struct mpi_comm *local, const int *worlds, int count,
                uint32_t context, struct mpi_comm **out)
{
    struct mpi_group *remote;
    struct mpi_comm *c;
    int err = group_create(worlds, count, own_world(local), &remote);
    if (err == MPI_SUCCESS) {
        err = comm_create(local->p2p, local->group, context, local->errhandler,
                          &c);
        if (err == MPI_SUCCESS) {
            comm_set_remote(c, remote, local);
            *out = c;
        }
        group_release(remote);
    }
    if (err != MPI_SUCCESS)
        comm_release(local);
    return err;
}

int inter_create(struct mpi_comm *local, int leader,
                 const struct inter_bridge *bridge, struct mpi_comm **out)
{
    struct mpi_comm *own;
    struct meeting m = { .entries = NULL };
    int err = comm_create_subset(local, local->group, &own);
    if (err != MPI_SUCCESS)
        return err;
    const struct sides s = { own, leader, *bridge };
    err = meet(&s, local->group->worlds, local->size, 0, &m);
    if (err == MPI_SUCCESS && overlap(local->group, &m))
        err = error_make(MPI_ERR_GROUP, "the two groups have a rank in common");
    if (err == MPI_SUCCESS)
        err = make(own, m.entries, m.count, m.context, out);
    else
        comm_release(own);
    free(m.entries);
    return err;
}

/* The sides of an intercommunicator that exists; ranks 0 lead. */
static struct sides sides_of(struct mpi_comm *inter)
{
    return (struct sides){ inter->local, 0, { inter, 0, 0 } };
}

int inter_merge(struct mpi_comm *inter, bool high, struct mpi_comm **out)
{
    const struct sides s = sides_of(inter);
    struct mpi_group *local = inter->group, *remote = inter->remote_group;
    struct mpi_group *both;
    struct meeting m = { .entries = NULL };
    int err = meet(&s, NULL, 0, high, &m);
    if (err == MPI_SUCCESS) {
        bool is_last = high;
        if (m.flag == (int)high) /* then any order, the same at both sides */
            is_last = local->worlds[0] > remote->worlds[0];
        err = is_last ? group_union(remote, local, &both)
                      : group_union(local, remote, &both);
    }
    if (err == MPI_SUCCESS) {
        err = comm_create(inter->p2p, both, m.context, inter->errhandler, out);
        group_release(both);
    }
    free(m.entries);
    return err;
}

/* The user may have given the parent another error handler since. */
static void inherit_errhandler(struct mpi_comm *own,
                               const struct mpi_comm *parent)
{
    errhandler_retain(parent->errhandler);
    errhandler_release(own->errhandler);
    own->errhandler = parent->errhandler;
}

int inter_dup(struct mpi_comm *parent, struct mpi_comm **out)
{
    const struct sides s = sides_of(parent);
    struct mpi_group *remote = parent->remote_group;
    struct mpi_comm *own;
    struct meeting m = { .entries = NULL };
    int err = comm_create_subset(parent->local, parent->group, &own);
    if (err != MPI_SUCCESS)
        return err;
    inherit_errhandler(own, parent);
    err = meet(&s, NULL, 0, 0, &m);
    if (err == MPI_SUCCESS)
        err = make(own, remote->worlds, remote->size, m.context, out);
    else
        comm_release(own);
    free(m.entries);
    return err;
}

/* There is none for this rank, or an error. */
static void give_up(struct mpi_comm *parent, struct mpi_comm *own,
                    uint32_t context, int err)
{
    if (err == MPI_SUCCESS)
        context_drop(p2p_process(parent->p2p), context);
    if (own)
        comm_release(own);
}

int inter_subset(struct mpi_comm *parent, struct mpi_group *group,
                 struct mpi_comm **out)
{
    const struct sides s = sides_of(parent);
    struct mpi_comm *own;
    struct meeting m = { .entries = NULL };
    *out = NULL;
    int err = comm_create_subset(parent->local, group, &own);
    if (err != MPI_SUCCESS)
        return err;
    if (own)
        inherit_errhandler(own, parent);
    err = meet(&s, group->worlds, group->size, 0, &m);
    if (err == MPI_SUCCESS && own && m.count > 0)
        err = make(own, m.entries, m.count, m.context, out);
    else
        give_up(parent, own, m.context, err);
    free(m.entries);
    return err;
}

/* Of the other side, the ranks of the job that have our color, in order. */
static int choose_remote(const struct mpi_comm *parent,
                         const struct meeting *m, int color, int *worlds)
{
    const struct answer *theirs = (const struct answer *)m->entries;
    const int count = m->count / 2;
    int n = 0;
    for (int first = 0; first < count && n == 0; first++)
        if (theirs[first].color == color)
            n = split_members(theirs, count, first, worlds);
    for (int i = 0; i < n; i++)
        worlds[i] = parent->remote_group->worlds[worlds[i]];
    return n;
}

/* Every rank of our side learns color and key of all. */
static int gather_answers(struct mpi_comm *local, struct answer own,
                          struct answer *answers)
{
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLGATHER,
        .comm = local,
        .send = { &own, 2, type },
        .recv = { answers, 2, type },
    };
    return coll_run(&args);
}

int inter_split(struct mpi_comm *parent, int color, int key,
                struct mpi_comm **out)
{
    const struct sides s = sides_of(parent);
    struct mpi_comm *own = NULL;
    struct meeting m = { .entries = NULL };
    struct answer *mine = malloc((size_t)parent->size * sizeof *mine);
    int *worlds = malloc((size_t)parent->peer_count * sizeof *worlds);
    int err = mine && worlds ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    *out = NULL;
    if (err == MPI_SUCCESS)
        err = comm_split(parent->local, color, key, &own);
    if (err == MPI_SUCCESS)
        err = gather_answers(parent->local, (struct answer){ color, key },
                             mine);
    if (err == MPI_SUCCESS)
        err = meet(&s, (const int *)mine, 2 * parent->size, 0, &m);
    int n = err == MPI_SUCCESS && own ? choose_remote(parent, &m, color, worlds)
                                      : 0;
    if (own)
        inherit_errhandler(own, parent);
    if (n > 0)
        err = make(own, worlds, n, m.context, out);
    else
        give_up(parent, own, m.context, err);
    free(m.entries);
    free(worlds);
    free(mine);
    return err;
}
