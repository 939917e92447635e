/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun's part in PMIx fences: gather one contribution from each host that
 * takes part, then give all of them to each of these hosts. Knows nothing of
 * PMIx: keys and bytes only.
 */
#ifndef LAUNCHER_PMIX_FENCE_H
#define LAUNCHER_PMIX_FENCE_H

#include "launcher/job.h"
#include "runtime/base/list.h"

struct fences {
    const struct job *job;
    struct list open; /* those that wait for a host */
    void *owner;
    /* Send the result to one host, under the id it gave. */
    void (*done)(void *owner, int host, uint32_t id,
                 const struct strbuf *blob);
};

void fences_init(struct fences *f, const struct job *j);
void fences_fini(struct fences *f);

struct contribution {
    int host;
    uint32_t id;     /* the host's own number for the operation */
    const char *key; /* "*" or ranks, "0,3,4" */
    const char *blob;
    size_t bytes;
};

/* One host's contribution; calls done for each host when it was the last. */
void fences_add(struct fences *f, const struct contribution *c);

#endif
