/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two ranks in one process, over the verbs transport and the loopback of a
 * device, for its tests.
 */
#ifndef TESTS_VERBS_PAIR_H
#define TESTS_VERBS_PAIR_H

#include <stdbool.h>

#include "runtime/base/process.h"
#include "tests/support/traffic.h"

enum { RANKS = 2 };

struct rank {
    struct process process;
    struct packet_table table;
    struct transport *transport;
    struct endpoint *ep; /* to the other rank */
    struct traffic in, out;
    int lost;            /* what peer_failed said */
};

extern struct rank a, b;

/* Settings at their defaults: a fixture. */
void pair_setup(void);

bool has_device(void);

/* Say so; the exit code of a test that was skipped. */
int skip_without_device(void);

void rank_open(struct rank *r, int world);

/* Make r's endpoint to the other rank, which has this card. */
void rank_connect(struct rank *r, const struct strbuf *card);
void connect_to(struct rank *from, struct rank *to);
void open_both(void);

/* Memory that r retains for the transfers with the other rank. */
struct region *retain(struct rank *r, void *at, size_t bytes,
                      enum region_use use);

/* The end of a get or put: how often it was told, and what. */
struct wait {
    struct completion completion; /* whose done is note_done */
    int err;
    int times;
};
void note_done(struct completion *c, int err);

/* Poll; the number of events. */
int poll_both(void);

/* arg is a rank. Closing waits for the other side: in threads, or both. */
void *close_rank(void *arg);
void close_both(void);

/* Send packets until `count` have gone from one rank to the other. */
void stream(struct rank *from, struct rank *to, uint32_t count);

#endif
