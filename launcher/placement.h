/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rank on which host. Pure: no host is asked.
 *
 * A host without a number of slots takes an even share of the ranks that the
 * numbered ones leave.
 */
#ifndef LAUNCHER_PLACEMENT_H
#define LAUNCHER_PLACEMENT_H

#include "launcher/hosts.h"
#include "launcher/options.h"

struct placement_rule {
    int ppn; /* at most this many ranks on a host; 0: no limit */
    enum map_by map;
    bool oversubscribe;
};

/* Ranks to start when no -n is given: the slots, one for a host without. */
int placement_default_count(const struct host_list *list,
                            const struct placement_rule *rule);

/*
 * Set host_of[i], an index into list, for `count` ranks.
 * Errors   MPI_ERR_ARG: more ranks than slots, with a sentence
 */
int placement_assign(const struct host_list *list,
                     const struct placement_rule *rule, int count,
                     int *host_of, struct strbuf *error);

#endif
