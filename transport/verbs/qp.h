/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue pairs of connections, and finding the connection of a completion.
 */
#ifndef VERBS_QP_H
#define VERBS_QP_H

#include "transport/verbs/verbs.h"

/*
 * Learn how much the device takes inline; v->cq and the receive queue exist.
 * Errors   MPI_ERR_OTHER, with a phrase in why
 */
int qp_probe(struct verbs *v, struct strbuf *why);

/*
 * Make the queue pair on c->id, with its share of the completion queue.
 * Errors   MPI_ERR_OTHER, with a phrase in why
 */
int qp_create(struct connection *c, struct strbuf *why);

/* Destroy it; completions of it that are still queued find no connection. */
void qp_destroy(struct connection *c);

/* Learn from the connected queue pair what both sides agreed on. */
int qp_inspect(struct connection *c);

static inline struct connection *qp_find(const struct verbs *v,
                                         uint32_t number)
{
    if (UNLIKELY(!v->by_qp))
        return NULL;
    unsigned mask = v->by_qp_size - 1;
    for (unsigned i = number & mask; v->by_qp[i]; i = (i + 1) & mask)
        if (v->by_qp[i]->qp_number == number)
            return v->by_qp[i];
    return NULL;
}

#endif
