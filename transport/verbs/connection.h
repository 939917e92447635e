/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a connection apart from how it comes up.
 */
#ifndef VERBS_CONNECTION_H
#define VERBS_CONNECTION_H

#include "runtime/base/platform.h"
#include "transport/verbs/verbs.h"

/*
 * The connection to a rank, made in state IDLE if there is none.
 * Errors   MPI_ERR_NO_MEM
 */
int connection_of(struct verbs *v, int world, struct connection **out);

/* Enter a state, and log it. */
void connection_set_state(struct connection *c, enum connection_state state);
const char *connection_state_name(enum connection_state state);

/* It could not come up, for the given cause: posts fail from now on. */
void connection_refuse(struct connection *c, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* It broke, for the given cause. */
void connection_lose(struct connection *c, const char *cause);
void connection_lose_all(struct verbs *v, const char *cause);

/* A post was refused with an errno value: posts fail from now on, the rest is
 * done from poll. what is "cannot send to" or the like. */
void connection_break(struct connection *c, const char *what, int error);

/* Clear up after the posts that failed. */
void connection_clear_broken(struct verbs *v);

/* The peer has connect_seconds from now. */
void connection_set_deadline(struct connection *c);

/* Let go of queue pair and id, quietly. */
void connection_drop(struct connection *c);

#endif
