/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters of one rank, the copy ledger among them.
 *
 * They live in the rank's status page, so that the node agent can read them
 * without the rank's help. One writer, plain stores; readers may see a value
 * some stores old.
 */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdint.h>

enum counter {
    /* Messages started, by protocol. */
    COUNTER_EAGER_MESSAGES,
    COUNTER_RENDEZVOUS_MESSAGES,
    COUNTER_UNEXPECTED_MESSAGES, /* arrived before their receive was posted */

    /* The copy ledger: message bytes moved at this rank. */
    COUNTER_COPIED_OUT_BYTES,        /* by CPU, user buffer to eager packet */
    COUNTER_COPIED_IN_BYTES,         /* by CPU, eager packet to user buffer */
    COUNTER_COPIED_BOUNCE_BYTES,     /* by CPU, a large message in packets */
    COUNTER_COPIED_UNEXPECTED_BYTES, /* by CPU, set aside until matched */
    COUNTER_PACKED_BYTES,            /* by CPU, to or from a packed form */
    COUNTER_COPIED_LOCAL_BYTES,      /* by CPU, from this rank to itself */
    COUNTER_REDUCED_BYTES,           /* by CPU, combined in reductions */
    COUNTER_CMA_BYTES,               /* by the kernel, process to process */
    COUNTER_RDMA_READ_BYTES,         /* by the device, into this rank */
    COUNTER_RDMA_WRITE_BYTES,        /* by the device, from this rank */

    COUNTER_REGISTRATIONS,           /* memory regions registered */
    COUNTER_REGISTRATION_HITS,       /* found in the registration cache */
    COUNTER_REGISTRATIONS_EVICTED,   /* given up for want of room */
    COUNTER_REGISTRATIONS_INVALID,   /* given up since their memory left */
    COUNTER_REGISTRATIONS_WRONG,     /* found by verification, always 0 */
    COUNTER_WINDOWS,                 /* memory windows bound */
    COUNTER_PINNED_BYTES,            /* registered now */
    COUNTER_PINNED_PEAK_BYTES,       /* the most of that at any time */

    COUNTER_HOT_PACKETS,             /* came by a ring for hot peers (verbs) */
    COUNTER_HOT_PROMOTIONS,          /* peers that got a ring */
    COUNTER_HOT_DEMOTIONS,           /* peers that were asked for it back */
    COUNTER_COUNT
};

/* How values of several moments or ranks go together. */
enum counter_kind {
    COUNTS_UP, /* only grows; differences and sums mean something */
    IS_LEVEL,  /* goes up and down */
    IS_PEAK    /* the highest level so far */
};

struct counter_info {
    const char *name; /* as in --report=json */
    const char *unit; /* messages, bytes, regions, ... */
    enum counter_kind kind;
    const char *help;
};

extern const struct counter_info counter_table[COUNTER_COUNT];

struct counters {
    uint64_t value[COUNTER_COUNT];
};

static inline void counter_add(struct counters *c, enum counter which,
                               uint64_t amount)
{
    c->value[which] += amount;
}

/* Add what one rank has counted. Peaks are added too: of ranks that need not
 * have had them at the same time. */
void counters_add(struct counters *sum, const struct counters *of_rank);

/* Note that bytes were pinned for the device; negative: let go. */
static inline void counter_pin(struct counters *c, int64_t bytes)
{
    c->value[COUNTER_PINNED_BYTES] += (uint64_t)bytes;
    if (c->value[COUNTER_PINNED_PEAK_BYTES] < c->value[COUNTER_PINNED_BYTES])
        c->value[COUNTER_PINNED_PEAK_BYTES] = c->value[COUNTER_PINNED_BYTES];
}

#endif
