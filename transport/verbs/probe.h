/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is the host of a peer there, though the peer does not answer?
 *
 * A rank that computes without calling MPI does not answer requests, which is
 * its good right and must not count as a failure. Its kernel answers all the
 * same: a request to a port where nobody listens comes back rejected. Half way
 * to its deadline a silent connection sends such a request; when the answer
 * comes, it gets another full span. So only a host that is down or cannot be
 * reached lets the deadline pass.
 */
#ifndef VERBS_PROBE_H
#define VERBS_PROBE_H

#include "transport/verbs/connect.h"

void probe_start(struct connection *c);

/* An event of c->probe. */
void probe_take_news(struct connection *c, const struct news *news);

/* Harmless when there is none. */
void probe_stop(struct connection *c);

#endif
