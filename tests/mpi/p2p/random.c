/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random messages between all ranks, every byte checked: sizes from nothing to
 * some hundred KiB, equal and different tags, standard and synchronous sends,
 * receives that name their source and such that do not, posted before and
 * after the message comes, contiguous, finely and coarsely scattered at either
 * end, in memory that is fresh or was used and freed before.
 *
 * random [MESSAGES [SEED]]: all ranks draw the same plan from the seed, round
 * by round, so each knows what it will get.
 * ranks: 2 4
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum { ROUND = 96, GUARD = 64 };

struct plan {
    int from, to, tag;
    int bytes;
    int block[2];      /* at sender and receiver; 0: contiguous */
    int is_synchronous;
    int is_any_source;
    uint32_t seed;     /* of its bytes */
};

static int rank, ranks;
static uint64_t state; /* of the plan; the same at all ranks */
static uint64_t moods; /* of this rank */

static uint32_t draw(uint64_t *s, uint32_t limit)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*s >> 33) % limit);
}

static uint32_t pick(uint32_t limit)
{
    return draw(&state, limit);
}

static int pick_bytes(void)
{
    switch (pick(100)) {
    case 0:
        return (int)pick(400000);
    case 1: case 2: case 3: case 4:
        return (int)pick(70000);
    default:
        return pick(5) ? (int)pick(200) : (int)pick(20000);
    }
}

static int pick_block(void)
{
    switch (pick(4)) {
    case 0:
        return 8 << pick(5);
    case 1:
        return 4096 << pick(3);
    default:
        return 0;
    }
}

static struct plan make_plan(int serial)
{
    struct plan p = { .from = (int)pick((uint32_t)ranks),
                      .bytes = pick_bytes(),
                      .block = { pick_block(), pick_block() },
                      .is_synchronous = pick(8) == 0, .seed = pick(1 << 30) };
    p.to = (p.from + 1 + (int)pick((uint32_t)ranks - 1)) % ranks;
    /* Equal tags of a pair must be received in order; others are unique, of
     * the rounds before and after as well. */
    p.tag = pick(2) ? 7 : 100 + serial;
    p.is_any_source = p.tag != 7 && pick(2);
    int unit = p.block[0] > p.block[1] ? p.block[0] : p.block[1];
    if (unit)
        p.bytes -= p.bytes % unit;
    return p;
}

/* One message at one end. */
struct side {
    const struct plan *plan;
    int block;
    size_t room;
    unsigned char *memory;
    MPI_Datatype type;
    int count;
};

static size_t gap_of(int block)
{
    return block ? (size_t)block / 2 + 3 : 0;
}

static struct side open_side(const struct plan *p, int block)
{
    struct side s = { .plan = p, .block = block, .type = MPI_BYTE,
                      .count = p->bytes };
    const int blocks = block ? p->bytes / block : 1;
    s.room = (size_t)p->bytes + (size_t)blocks * gap_of(block) + 2 * GUARD;
    s.memory = malloc(s.room);
    CHECK(s.memory != NULL);
    memset(s.memory, 0xee, s.room);
    if (!block || !blocks)
        return s;
    MPI_Type_create_hvector(blocks, block, block + (MPI_Aint)gap_of(block),
                            MPI_BYTE, &s.type);
    MPI_Type_commit(&s.type);
    s.count = 1;
    return s;
}

static uint32_t word_of(uint32_t seed, int i)
{
    uint32_t x = seed + (uint32_t)i * 2654435761u;
    return x ^ x >> 15;
}

/* Write the message to its places, or count what differs. */
static int walk(struct side *s, int is_filling)
{
    const struct plan *p = s->plan;
    const int block = s->block ? s->block : p->bytes;
    unsigned char *to = s->memory + GUARD;
    int bad = 0;
    for (int at = 0; at < p->bytes; at += block) {
        for (int i = 0; i < block; i++) {
            unsigned char byte = (unsigned char)word_of(p->seed, at + i);
            if (is_filling)
                to[i] = byte;
            else
                bad += to[i] != byte;
            if (!is_filling)
                to[i] = 0xee;
        }
        to += (size_t)block + gap_of(s->block);
    }
    return bad;
}

/* After walk has checked, all of a receiver's memory is as it was at first. */
static int is_clean(const struct side *s)
{
    for (size_t i = 0; i < s->room; i++)
        if (s->memory[i] != 0xee)
            return 0;
    return 1;
}

static void close_side(struct side *s)
{
    if (s->type != MPI_BYTE)
        MPI_Type_free(&s->type);
    free(s->memory);
}

static MPI_Request start(struct side *s, int is_sender)
{
    const struct plan *p = s->plan;
    unsigned char *at = s->memory + GUARD;
    MPI_Request r;
    if (!is_sender)
        MPI_Irecv(at, s->count, s->type,
                  p->is_any_source ? MPI_ANY_SOURCE : p->from, p->tag,
                  MPI_COMM_WORLD, &r);
    else if (p->is_synchronous)
        MPI_Issend(at, s->count, s->type, p->to, p->tag, MPI_COMM_WORLD, &r);
    else
        MPI_Isend(at, s->count, s->type, p->to, p->tag, MPI_COMM_WORLD, &r);
    return r;
}

static void check(struct side *s, const MPI_Status *status)
{
    int count;
    MPI_Get_count(status, MPI_BYTE, &count);
    CHECK(count == s->plan->bytes);
    CHECK(status->MPI_SOURCE == s->plan->from);
    CHECK(status->MPI_TAG == s->plan->tag);
    CHECK(walk(s, 0) == 0);
    CHECK(is_clean(s));
}

/* Start this rank's sends or receives of a round. */
static int start_all(const struct plan *plans, struct side *sides,
                     MPI_Request *requests, int is_sender)
{
    int n = 0;
    for (int i = 0; i < ROUND; i++) {
        const struct plan *p = &plans[i];
        if ((is_sender ? p->from : p->to) != rank)
            continue;
        sides[n] = open_side(p, p->block[is_sender ? 0 : 1]);
        if (is_sender)
            walk(&sides[n], 1);
        requests[n] = start(&sides[n], is_sender);
        n++;
    }
    return n;
}

static void run_round(int round)
{
    struct plan plans[ROUND];
    struct side sides[2][ROUND];
    MPI_Request requests[2][ROUND];
    MPI_Status status[ROUND];
    int n[2];
    for (int i = 0; i < ROUND; i++)
        plans[i] = make_plan(round % 1000 * ROUND + i);
    const int first = (int)draw(&moods, 2);
    n[first] = start_all(plans, sides[first], requests[first], first);
    if (draw(&moods, 2))
        for (int flag, i = 0; i < 20; i++)
            MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, &flag,
                       MPI_STATUS_IGNORE);
    n[!first] = start_all(plans, sides[!first], requests[!first], !first);
    MPI_Waitall(n[0], requests[0], status);
    MPI_Waitall(n[1], requests[1], MPI_STATUSES_IGNORE);
    for (int i = 0; i < n[0]; i++)
        check(&sides[0][i], &status[i]);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < n[side]; i++)
            close_side(&sides[side][i]);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const long messages = argc > 1 ? atol(argv[1]) : 2000;
    const long seed = argc > 2 ? atol(argv[2]) : 1;
    state = (uint64_t)seed * 1000003;
    moods = state + (uint64_t)rank + 1;
    long done = 0;
    for (; done < messages; done += ROUND)
        run_round((int)(done / ROUND));
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("%ld messages, seed %ld: every byte right\n", done, seed);
    MPI_Finalize();
    return 0;
}
