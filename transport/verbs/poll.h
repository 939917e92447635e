/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Taking completions: the data path upwards.
 */
#ifndef VERBS_POLL_H
#define VERBS_POLL_H

#include "transport/verbs/verbs.h"

/* transport_ops.poll */
int poll_verbs(void *transport);

/* Take one batch of completions only; returns how many there were. */
int poll_completions(struct verbs *v);

#endif
