/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trees, and the rounds of segments through them. A rank at depth d of a
 * tree of height h sends segment i upwards in round i + 2 (h - d), and downwards
 * in round i + 2 (h + d), or i + 2 d when nothing came up before.
 */
#include "collectives/pipeline.h"

#include "collectives/packed.h"
#include "collectives/tree.h"
#include "collectives/twolevel.h"
#include "runtime/base/config.h"

/* Rounds from the receipt of a segment to its use. In the one between, the
 * next segment is received and the one before is sent; so four are at hand. */
enum { LEAD = 2, TURNS = 4 };

void pipeline_chain(const struct coll_args *a, int root,
                    struct pipeline_tree *out)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), root, size);
    *out = (struct pipeline_tree){ .parent = -1, .depth = node,
                                   .height = size - 1 };
    if (node > 0)
        out->parent = tree_rank(node - 1, root, size);
    if (node + 1 < size)
        out->children[out->child_count++] = tree_rank(node + 1, root, size);
}

/* Levels of a binary tree above a node, whose children are 2 node + 1 and
 * 2 node + 2; the last node is on the lowest level. */
static int levels_above(int node)
{
    int levels = 0;
    for (; node > 0; node = (node - 1) / 2)
        levels++;
    return levels;
}

/* Hang the ranks of a list, ours being one, below its rank `root`; without a
 * list, ranks are numbers. */
static void add_binary(struct pipeline_tree *t, const struct ranks *r,
                       int root)
{
    const int node = tree_node(r->rank, root, r->count);
    for (int child = 2 * node + 1; child <= 2 * node + 2; child++)
        if (child < r->count) {
            const int rank = tree_rank(child, root, r->count);
            t->children[t->child_count++] = r->list ? r->list[rank] : rank;
        }
    if (node > 0) {
        const int rank = tree_rank((node - 1) / 2, root, r->count);
        t->parent = r->list ? r->list[rank] : rank;
    }
}

int pipeline_binary(struct schedule *s, const struct coll_args *a, int root,
                    struct pipeline_tree *out)
{
    struct ranks all = { .rank = coll_rank(a), .count = coll_size(a) };
    struct levels l;
    *out = (struct pipeline_tree){ .parent = -1 };
    if (!twolevel_suits(a)) {
        add_binary(out, &all, root);
        out->depth = levels_above(tree_node(all.rank, root, all.count));
        out->height = levels_above(all.count - 1);
        return MPI_SUCCESS;
    }
    int err = levels_make(s, a, root, &l);
    if (err != MPI_SUCCESS)
        return err;
    if (levels_leads(&l))
        add_binary(out, &l.leaders, l.root);
    add_binary(out, &l.local, l.leader);
    out->depth = levels_above(tree_node(l.node, l.root, l.leaders.count)) +
                 levels_above(tree_node(l.local.rank, l.leader,
                                        l.local.count));
    out->height = levels_above(l.leaders.count - 1) +
                  levels_above(l.most - 1);
    return MPI_SUCCESS;
}

/* What moves through the tree, cut into segments of whole elements. */
struct pipeline {
    struct schedule *schedule;
    const struct pipeline_tree *tree;
    const struct mpi_op *op;
    struct span own;    /* what this rank contributes */
    struct span result; /* at the root, and downwards everywhere */
    struct span from_child[PIPELINE_CHILDREN_MAX][TURNS];
    MPI_Count segment; /* elements */
    MPI_Count count;   /* of segments */
};

static void cut(struct pipeline *p, struct span whole)
{
    const size_t bytes = settings.coll_segment_bytes;
    const size_t size = whole.type->size;
    p->segment = size > 0 && size < bytes ? (MPI_Count)(bytes / size) : 1;
    p->count = (whole.count + p->segment - 1) / p->segment;
}

static bool has_segment(const struct pipeline *p, MPI_Count i)
{
    return i >= 0 && i < p->count;
}

static struct span segment_at(const struct pipeline *p, struct span whole,
                              MPI_Count i)
{
    const MPI_Count first = i * p->segment;
    const MPI_Count rest = whole.count - first;
    return span_at(whole, first, rest < p->segment ? rest : p->segment);
}

/* Where a child's part of a segment goes. */
static struct span arrived(const struct pipeline *p, int child, MPI_Count i)
{
    struct span at = p->from_child[child][i % TURNS];
    if (!at.address)
        return segment_at(p, p->result, i);
    at.count = segment_at(p, p->own, i).count;
    return at;
}

/* Where what came up of a segment, with our part in it, ends up. */
static struct span combined(const struct pipeline *p, MPI_Count i)
{
    if (p->tree->child_count == 0)
        return segment_at(p, p->own, i);
    return p->tree->parent < 0 ? segment_at(p, p->result, i)
                               : arrived(p, 0, i);
}

static void combine(const struct pipeline *p, MPI_Count i)
{
    const struct span sum = combined(p, i);
    const struct span own = segment_at(p, p->own, i);
    if (own.address != sum.address)
        schedule_reduce(p->schedule, p->op, own.address, sum);
    for (int c = 0; c < p->tree->child_count; c++) {
        const struct span part = arrived(p, c, i);
        if (part.address != sum.address)
            schedule_reduce(p->schedule, p->op, part.address, sum);
    }
}

static void recv_from_children(const struct pipeline *p, MPI_Count i)
{
    for (int c = 0; c < p->tree->child_count && has_segment(p, i); c++)
        schedule_recv(p->schedule, arrived(p, c, i), p->tree->children[c]);
}

static void send_to_parent(const struct pipeline *p, MPI_Count i)
{
    if (!has_segment(p, i))
        return;
    combine(p, i);
    if (p->tree->parent >= 0)
        schedule_send(p->schedule, combined(p, i), p->tree->parent);
}

static void recv_from_parent(const struct pipeline *p, MPI_Count i)
{
    if (has_segment(p, i) && p->tree->parent >= 0)
        schedule_recv(p->schedule, segment_at(p, p->result, i),
                      p->tree->parent);
}

static void send_to_children(const struct pipeline *p, MPI_Count i)
{
    for (int c = 0; c < p->tree->child_count && has_segment(p, i); c++)
        schedule_send(p->schedule, segment_at(p, p->result, i),
                      p->tree->children[c]);
}

int pipeline_down(struct schedule *s, const struct pipeline_tree *t,
                  const struct coll_args *a)
{
    const bool is_root = t->parent < 0;
    struct pipeline p = { .schedule = s, .tree = t };
    struct packed message;
    int err = packed_begin(s, a->recv, is_root, &message);
    if (err != MPI_SUCCESS)
        return err;
    p.result = packed_at(&message, 0, message.bytes);
    cut(&p, p.result);
    for (MPI_Count i = 0; i < p.count + LEAD; i++) {
        recv_from_parent(&p, i);
        send_to_children(&p, i - LEAD);
        schedule_end_round_open(s);
    }
    schedule_end_round(s);
    if (!is_root)
        packed_end(s, a->recv, &message);
    return MPI_SUCCESS;
}

/* The root's first child sends to the place of the result, unless the root's
 * own part is there. */
static void begin_up(struct pipeline *p, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const bool is_root = p->tree->parent < 0;
    p->op = a->op;
    p->own = is_in_place ? a->recv : a->send;
    p->result = a->recv;
    cut(p, p->own);
    for (int c = 0; c < p->tree->child_count; c++)
        for (int turn = 0; turn < TURNS && turn < p->count; turn++)
            if (c > 0 || !is_root || is_in_place)
                p->from_child[c][turn] = schedule_scratch_span(
                    p->schedule, p->count > 1 ? p->segment : p->own.count,
                    p->own.type);
    if (is_root && p->tree->child_count == 0 && !is_in_place)
        schedule_copy(p->schedule, a->recv, a->send);
}

void pipeline_up(struct schedule *s, const struct pipeline_tree *t,
                 const struct coll_args *a)
{
    struct pipeline p = { .schedule = s, .tree = t };
    begin_up(&p, a);
    for (MPI_Count i = 0; i < p.count + LEAD; i++) {
        recv_from_children(&p, i);
        send_to_parent(&p, i - LEAD);
        schedule_end_round_open(s);
    }
    schedule_end_round(s);
}

void pipeline_up_and_down(struct schedule *s, const struct pipeline_tree *t,
                          const struct coll_args *a)
{
    struct pipeline p = { .schedule = s, .tree = t };
    begin_up(&p, a);
    const MPI_Count up = LEAD * (t->height - t->depth);
    const MPI_Count down = LEAD * (t->height + t->depth);
    for (MPI_Count round = up - LEAD; round < p.count + down; round++) {
        recv_from_children(&p, round - up + LEAD);
        recv_from_parent(&p, round - down + LEAD);
        send_to_parent(&p, round - up);
        send_to_children(&p, round - down);
        schedule_end_round_open(s);
    }
    schedule_end_round(s);
}
