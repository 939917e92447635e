/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the ranks may ask their PMIx server: which process sets mpirun's
 * command line names (-pset), and who belongs to one.
 */
#ifndef LAUNCHER_PMIX_QUERY_H
#define LAUNCHER_PMIX_QUERY_H

#include "launcher/job.h"

struct pmix_info;
struct pmix_query;

struct pmix_answers {
    struct pmix_info *info;
    size_t count;
    size_t room;
};

/*
 * Answer PMIX_QUERY_NUM_PSETS, PMIX_QUERY_PSET_NAMES and, for the set under
 * PMIX_PSET_NAME, PMIX_QUERY_PSET_MEMBERSHIP. Parts of the program with the
 * same name make one set. Returns a status of PMIx; with an error there is
 * nothing in *out.
 */
int pmix_query_answer(const struct job *j, const struct pmix_query *queries,
                      size_t count, struct pmix_answers **out);

/* The argument is a struct pmix_answers, as PMIx gives it back. */
void pmix_answers_destroy(void *answers);

#endif
