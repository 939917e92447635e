/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collectives between two groups whose data goes through the leaders, once in
 * each direction: a stage within a group, a message between the leaders, a
 * stage within the other group.
 *
 * Cost     the rounds of the stages and one more; n bytes between the groups
 */
#include "collectives/algorithms.h"
#include "collectives/inter.h"
#include "collectives/shares.h"

enum { LEADER = 0 };

/* Add a stage of the local group. */
static int within(struct schedule *s,
                  int (*build)(struct schedule *s, const struct coll_args *a),
                  const struct coll_args *a)
{
    s->is_local = true;
    int err = build(s, a);
    schedule_end_round(s);
    s->is_local = false;
    return err;
}

static int bcast_within(struct schedule *s, const struct coll_args *a,
                        struct span data)
{
    return within(s, bcast_binomial,
                  &(struct coll_args){ .kind = COLL_BCAST, .root = LEADER,
                                       .comm = a->comm->local, .recv = data });
}

/* Reduce what the ranks of our group contribute; *sum is at the leader. */
static int reduce_within(struct schedule *s, const struct coll_args *a,
                         struct span input, struct span *sum)
{
    struct coll_args stage = { .kind = COLL_REDUCE, .root = LEADER,
                               .comm = a->comm->local, .send = input,
                               .op = a->op };
    if (a->comm->rank == LEADER)
        stage.recv = schedule_scratch_span(s, input.count, input.type);
    *sum = stage.recv;
    return within(s, reduce_binomial, &stage);
}

int inter_barrier(struct schedule *s, const struct coll_args *a)
{
    const struct span nothing = span_packed(NULL, 0);
    int err = within(s, barrier_dissemination,
                     &(struct coll_args){ .kind = COLL_BARRIER,
                                          .comm = a->comm->local });
    if (a->comm->rank == LEADER) {
        schedule_recv(s, nothing, LEADER);
        schedule_send(s, nothing, LEADER);
    }
    schedule_end_round(s);
    return err == MPI_SUCCESS ? bcast_within(s, a, nothing) : err;
}

int inter_bcast(struct schedule *s, const struct coll_args *a)
{
    if (a->root == MPI_PROC_NULL)
        return MPI_SUCCESS;
    if (a->root == MPI_ROOT) {
        schedule_send(s, a->recv, LEADER);
        return MPI_SUCCESS;
    }
    if (a->comm->rank == LEADER)
        schedule_recv(s, a->recv, a->root);
    schedule_end_round(s);
    return bcast_within(s, a, a->recv);
}

int inter_reduce(struct schedule *s, const struct coll_args *a)
{
    struct span sum;
    if (a->root == MPI_PROC_NULL)
        return MPI_SUCCESS;
    if (a->root == MPI_ROOT) {
        schedule_recv(s, a->recv, LEADER);
        return MPI_SUCCESS;
    }
    int err = reduce_within(s, a, a->send, &sum);
    if (a->comm->rank == LEADER)
        schedule_send(s, sum, a->root);
    return err;
}

int inter_allreduce(struct schedule *s, const struct coll_args *a)
{
    struct span sum;
    int err = reduce_within(s, a, a->send, &sum);
    if (err != MPI_SUCCESS)
        return err;
    if (a->comm->rank == LEADER) {
        schedule_recv(s, a->recv, LEADER);
        schedule_send(s, sum, LEADER);
    }
    schedule_end_round(s);
    return bcast_within(s, a, a->recv);
}

/* What the other group has summed up goes from our leader to each its share. */
static void share_out(struct schedule *s, const struct coll_args *a,
                      const struct shares *shares, struct span theirs)
{
    const int rank = a->comm->rank;
    const struct span own = span_at(a->recv, 0, shares->first[rank + 1] -
                                                    shares->first[rank]);
    s->is_local = true;
    if (rank != LEADER)
        schedule_recv(s, own, LEADER);
    for (int r = 1; rank == LEADER && r < shares->count; r++)
        schedule_send(s, shares_at(shares, theirs, r, r + 1), r);
    if (rank == LEADER)
        schedule_copy(s, own, shares_at(shares, theirs, LEADER, LEADER + 1));
    s->is_local = false;
}

int inter_reduce_scatter(struct schedule *s, const struct coll_args *a)
{
    struct shares shares;
    struct span sum, theirs;
    int err = shares_given(s, a, &shares);
    if (err == MPI_SUCCESS)
        err = reduce_within(s, a, shares_input(a, &shares), &sum);
    if (err != MPI_SUCCESS)
        return err;
    if (a->comm->rank == LEADER) {
        theirs = schedule_scratch_span(s, sum.count, sum.type);
        schedule_recv(s, theirs, LEADER);
        schedule_send(s, sum, LEADER);
    } else {
        theirs = (struct span){ NULL, sum.count, a->recv.type };
    }
    schedule_end_round(s);
    share_out(s, a, &shares, theirs);
    return MPI_SUCCESS;
}
