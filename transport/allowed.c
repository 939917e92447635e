/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transports that exist, and the setting that allows some of them. Apart
 * from transports.c, so that what links without this file needs none of them.
 */
#define LOG_MODULE "transports"
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "transport/transports.h"

static const struct transport_ops *const known[] = { &self_transport,
                                                     &shm_transport,
                                                     &verbs_transport };

static const struct transport_ops *find(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (strlen(known[i]->name) == length &&
            memcmp(known[i]->name, name, length) == 0)
            return known[i];
    return NULL;
}

int transports_allowed(const struct transport_ops *allowed[TRANSPORTS_MAX],
                       unsigned *count)
{
    *count = 0;
    for (const char *at = settings.transports; *at;) {
        size_t length = strcspn(at, ",");
        const struct transport_ops *ops = find(at, length);
        if (!ops || *count == TRANSPORTS_MAX) {
            log_error("BATON_TRANSPORTS=%s: no transport is called \"%.*s\"; "
                      "known are self, shm and verbs", settings.transports,
                      (int)length, at);
            return MPI_ERR_ARG;
        }
        allowed[(*count)++] = ops;
        at += length + (at[length] == ',');
    }
    return MPI_SUCCESS;
}
