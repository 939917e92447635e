/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rounds over numbers. As long as data holds nothing yet, what arrives goes
 * there and the input is combined into it, so the input is never copied.
 */
#include "collectives/halving.h"

void halving_init(struct halving *h, struct schedule *s,
                  const struct coll_args *a)
{
    const int size = coll_size(a);
    h->schedule = s;
    h->op = a->op;
    h->rank = coll_rank(a);
    h->power = 1;
    while (h->power <= size / 2)
        h->power *= 2;
    h->pairs = size - h->power;
    if (h->rank >= 2 * h->pairs)
        h->number = h->rank - h->pairs;
    else
        h->number = h->rank % 2 ? h->rank / 2 : -1;
}

int halving_rank(const struct halving *h, int number)
{
    return number < h->pairs ? 2 * number + 1 : number + h->pairs;
}

int halving_first(const struct halving *h, int number)
{
    return number < h->pairs ? 2 * number : number + h->pairs;
}

static bool is_paired(const struct halving *h)
{
    return h->rank < 2 * h->pairs;
}

/* Receive others' contributions to a part of data. */
static void receive(struct halving *h, struct span part, int rank)
{
    struct span arrived =
        h->input.address != h->data.address ? part : h->spare;
    arrived.count = part.count;
    schedule_recv(h->schedule, arrived, rank);
}

/* Combine them with ours; the part begins with the share `first`. */
static void combine(struct halving *h, struct span part, int first)
{
    const void *in = h->spare.address;
    if (h->input.address != h->data.address)
        in = span_at(h->input, h->shares.first[first], part.count).address;
    schedule_reduce(h->schedule, h->op, in, part);
}

/* Even ranks of pairs give their contribution away. */
static void join_pairs(struct halving *h)
{
    if (!is_paired(h))
        return;
    if (h->number < 0) {
        schedule_send(h->schedule, h->input, h->rank + 1);
        schedule_end_round(h->schedule);
        return;
    }
    receive(h, h->data, h->rank - 1);
    schedule_end_round(h->schedule);
    combine(h, h->data, 0);
    h->input = h->data;
}

void halving_reduce(struct halving *h)
{
    struct schedule *s = h->schedule;
    join_pairs(h);
    if (h->number < 0)
        return;
    for (int bit = h->power / 2; bit > 0; bit /= 2) {
        const int low = h->number & ~(2 * bit - 1), middle = low + bit;
        const bool is_upper = h->number & bit;
        const int keep = is_upper ? middle : low;
        const int give = is_upper ? low : middle;
        const int partner = halving_rank(h, h->number ^ bit);
        const struct span kept = shares_at(&h->shares, h->data, keep,
                                           keep + bit);
        receive(h, kept, partner);
        schedule_send(s, shares_at(&h->shares, h->input, give, give + bit),
                      partner);
        schedule_end_round(s);
        combine(h, kept, keep);
        h->input = h->data;
    }
    schedule_copy(s, h->data, h->input); /* alone: nothing has come */
}

static void exchange(struct halving *h, int bit)
{
    const int ours = h->number & ~(bit - 1), theirs = ours ^ bit;
    const int partner = halving_rank(h, h->number ^ bit);
    schedule_recv(h->schedule,
                  shares_at(&h->shares, h->data, theirs, theirs + bit),
                  partner);
    schedule_send(h->schedule,
                  shares_at(&h->shares, h->data, ours, ours + bit), partner);
    schedule_end_round(h->schedule);
}

void halving_allgather(struct halving *h)
{
    for (int bit = 1; bit < h->power && h->number >= 0; bit *= 2)
        exchange(h, bit);
    if (!is_paired(h))
        return;
    if (h->number < 0)
        schedule_recv(h->schedule, h->data, h->rank + 1);
    else
        schedule_send(h->schedule, h->data, h->rank - 1);
}

/* Up a binomial tree whose top is the number `top`; false: we are below. */
static bool gather_numbers(struct halving *h, int top)
{
    struct schedule *s = h->schedule;
    for (int bit = 1; bit < h->power; bit *= 2) {
        const int ours = h->number & ~(bit - 1), theirs = ours ^ bit;
        const int partner = halving_rank(h, h->number ^ bit);
        if ((h->number ^ top) & bit) {
            schedule_send(s, shares_at(&h->shares, h->data, ours, ours + bit),
                          partner);
            return false;
        }
        schedule_recv(s, shares_at(&h->shares, h->data, theirs, theirs + bit),
                      partner);
        schedule_end_round(s);
    }
    return true;
}

void halving_gather(struct halving *h, int root, struct span result)
{
    const bool sits_out = root < 2 * h->pairs && root % 2 == 0;
    int top = root - h->pairs;
    if (root < 2 * h->pairs)
        top = root / 2;
    if (h->number >= 0 && gather_numbers(h, top) && sits_out)
        schedule_send(h->schedule, h->data, root);
    if (sits_out && h->rank == root)
        schedule_recv(h->schedule, result, root + 1);
}
