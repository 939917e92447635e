/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a get or put goes by the second rail.
 *
 * From SPLIT_BYTES on a transfer is cut in two, a part for each rail in
 * proportion to their rates; both are posted at once and need no help from then
 * on. Shorter transfers of memory that is long enough to be registered for both
 * rails, as between scattered layouts, go as a whole where less is under way.
 *
 * A write that was acknowledged is on the peer's device, not necessarily in its
 * memory, where a packet by the other device could overtake it. So a put by
 * this rail ends with a read of one byte behind it, which the device answers
 * when what it wrote is in place.
 */
#ifndef VERBS_STRIPE_H
#define VERBS_STRIPE_H

#include "transport/verbs/track.h"
#include "transport/verbs/verbs.h"

enum {
    SPLIT_BYTES = 64 << 10,
    WHOLE_BYTES = 4 << 10 /* shorter ones go by the first rail */
};

/* Post m, which is all of a transfer, if any of it is to go by c's track;
 * false: nothing is done. Never breaks the connection's promises: the first
 * rail's part is posted as without it. */
bool stripe_start(struct connection *c, struct rdma_move *m);

/* The oldest request of a track has been answered. */
void stripe_take(struct track *t);

/* The track is gone: let all that is there go by the first rail. */
void stripe_give_back(struct track *t);

#endif
