/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PMIx server of one host: the only file of the launcher that speaks
 * PMIx, with pmix_job.c which describes the job to it and pmix_query.c which
 * answers questions about it.
 *
 * PMIx calls back on a thread of its own. Every callback becomes an event in
 * a queue and is handed to the agent on the loop's thread, so the agent needs
 * no locks. One server a process.
 */
#ifndef LAUNCHER_PMIX_SERVER_H
#define LAUNCHER_PMIX_SERVER_H

#include "launcher/job.h"
#include "launcher/loop.h"

struct pmix_server;

/* What happened, on the loop's thread. Answer by the calls below. */
struct pmix_events {
    void *owner;
    void (*connected)(void *owner, int rank);
    void (*finalized)(void *owner, int rank);
    void (*aborted)(void *owner, int rank, int code, const char *sentence);
    /* All ranks here that take part have called. key names the ranks: "*" or
     * "0,3,4". */
    void (*fence)(void *owner, uint32_t id, const char *key,
                  const struct strbuf *blob);
    /* A rank here wants what `rank` on another host has published. */
    void (*ask)(void *owner, uint32_t id, int rank);
    /* The answer to pmix_server_ask. */
    void (*answer)(void *owner, uint32_t id, int host, uint32_t status,
                   const struct strbuf *blob);
};

/*
 * Start the server for the ranks of `host` and describe the job to it.
 * Errors   MPI_ERR_OTHER
 */
int pmix_server_open(struct pmix_server **out, struct loop *l,
                     const struct job *job, int host,
                     const struct pmix_events *events);
void pmix_server_close(struct pmix_server *s);

/* Hand on now what has happened so far. */
void pmix_server_poll(struct pmix_server *s);

/*
 * Add what a rank's PMIx client needs to its environment.
 * Errors   MPI_ERR_OTHER
 */
int pmix_server_environment(struct pmix_server *s, int rank,
                            struct strings *env);

/* The fence `id` is complete; data is what all hosts gave, one after the
 * other. */
void pmix_server_fence_done(struct pmix_server *s, uint32_t id,
                            const char *data, size_t bytes);

/* Find what a rank of this host has published, for `host`; events.answer
 * follows when it has committed. */
void pmix_server_ask(struct pmix_server *s, uint32_t id, int host, int rank);

/* The answer to events.ask. status is PMIx's, 0 for success. */
void pmix_server_answer(struct pmix_server *s, uint32_t id, uint32_t status,
                        const char *data, size_t bytes);

#endif
