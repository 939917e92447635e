/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions in rank order, with at most two scratch buffers. Where op
 * commutes, the order that needs no further buffer is taken.
 */
#include "collectives/fold.h"

static struct span no_span(struct span like)
{
    return (struct span){ NULL, like.count, like.type };
}

void fold_init(struct fold *f, struct schedule *s, const struct coll_args *a,
               struct span recv)
{
    f->schedule = s;
    f->op = a->op;
    if (a->send.address == MPI_IN_PLACE) {
        f->result = recv;
        f->is_result_writable = true;
        f->spare = no_span(recv);
    } else {
        f->result = a->send;
        f->is_result_writable = false;
        f->spare = recv.address ? recv : no_span(a->send);
    }
}

struct span fold_operand(struct fold *f)
{
    if (!f->spare.address)
        f->spare = schedule_scratch_span(f->schedule, f->result.count,
                                         f->result.type);
    return f->spare;
}

/* The operand stands right of the result: the sum moves to its buffer. */
static void move_to_operand(struct fold *f)
{
    struct span old = f->result;
    schedule_reduce(f->schedule, f->op, old.address, f->spare);
    f->result = f->spare;
    f->spare = f->is_result_writable ? old : no_span(old);
    f->is_result_writable = true;
}

/* The operand stands left of the result, which takes the sum. */
static void stay_at_result(struct fold *f)
{
    schedule_reduce(f->schedule, f->op, f->spare.address, f->result);
}

void fold_higher(struct fold *f)
{
    if (f->op->is_commutative && f->is_result_writable)
        stay_at_result(f);
    else
        move_to_operand(f);
}

void fold_lower(struct fold *f)
{
    if (!f->is_result_writable && !f->op->is_commutative) {
        struct span own = schedule_scratch_span(f->schedule, f->result.count,
                                                f->result.type);
        schedule_copy(f->schedule, own, f->result);
        f->result = own;
        f->is_result_writable = true;
    }
    if (f->is_result_writable)
        stay_at_result(f);
    else
        move_to_operand(f);
}
