/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allreduce by recursive doubling: partners exchange results of groups that
 * are twice as large in each round. Groups are runs of ranks, so rank order
 * holds. When P is no power of two, the first 2 r ranks (r = P minus the power
 * below) join in pairs: the even one hands its part to the odd one and waits
 * for the result.
 *
 * Cost     ceil(log2 P) rounds, two more when P is no power of two; each rank
 *          sends n bytes a round
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/fold.h"

static int power_of_two_below(int size)
{
    int power = 1;
    while (power <= size / 2)
        power *= 2;
    return power;
}

/* Among the ranks that take part in the doubling: number to rank. */
static int rank_of(int number, int pairs)
{
    return number < pairs ? 2 * number + 1 : number + pairs;
}

static void exchange(struct fold *f, int number, int pairs, int power)
{
    struct schedule *s = f->schedule;
    for (int bit = 1; bit < power; bit <<= 1) {
        int partner = rank_of(number ^ bit, pairs);
        schedule_recv(s, fold_operand(f), partner);
        schedule_send(s, f->result, partner);
        schedule_end_round(s);
        if (number & bit)
            fold_lower(f);
        else
            fold_higher(f);
    }
}

int allreduce_recursive_doubling(struct schedule *s,
                                 const struct coll_args *a)
{
    const int rank = coll_rank(a);
    const int power = power_of_two_below(coll_size(a));
    const int pairs = coll_size(a) - power;
    const bool is_paired = rank < 2 * pairs;
    struct fold f;
    fold_init(&f, s, a, a->recv);
    if (is_paired && rank % 2 == 0) {
        schedule_send(s, f.result, rank + 1);
        schedule_end_round(s);
        schedule_recv(s, a->recv, rank + 1);
        return MPI_SUCCESS;
    }
    if (is_paired) {
        schedule_recv(s, fold_operand(&f), rank - 1);
        schedule_end_round(s);
        fold_lower(&f);
    }
    exchange(&f, is_paired ? rank / 2 : rank - pairs, pairs, power);
    if (is_paired)
        schedule_send(s, f.result, rank - 1);
    schedule_copy(s, a->recv, f.result);
    return MPI_SUCCESS;
}
