/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs on PMIx's thread and only reads the job. A process set is a name that
 * one or more parts of the program carry.
 */
#include "launcher/pmix_query.h"

#include <stdlib.h>
#include <string.h>

#include <pmix.h>

void pmix_answers_destroy(void *answers)
{
    struct pmix_answers *a = answers;
    PMIX_INFO_FREE(a->info, a->room);
    free(a);
}

static void add(struct pmix_answers *a, const char *key, const void *value,
                pmix_data_type_t type)
{
    pmix_info_t *info = &a->info[a->count++];
    PMIX_INFO_LOAD(info, key, value, type);
}

static bool carries(const struct app *app, const char *name)
{
    for (size_t i = 0; i < app->psets.count; i++)
        if (strcmp(app->psets.item[i], name) == 0)
            return true;
    return false;
}

/* Does no app before this one, nor this one further up its list, carry the
 * ith name of its list? */
static bool is_first(const struct job *j, int app, size_t i)
{
    const char *name = j->apps[app].psets.item[i];
    for (size_t k = 0; k < i; k++)
        if (strcmp(j->apps[app].psets.item[k], name) == 0)
            return false;
    for (int k = 0; k < app; k++)
        if (carries(&j->apps[k], name))
            return false;
    return true;
}

/* The number of sets; their names, separated by commas, go to names. */
static size_t list_sets(const struct job *j, struct strbuf *names)
{
    size_t count = 0;
    for (int k = 0; k < j->app_count; k++)
        for (size_t i = 0; i < j->apps[k].psets.count; i++)
            if (is_first(j, k, i))
                strbuf_printf(names, "%s%s", count++ > 0 ? "," : "",
                              j->apps[k].psets.item[i]);
    return count;
}

static pmix_status_t add_members(const struct job *j, const char *name,
                                 struct pmix_answers *a)
{
    pmix_proc_t *member = must_alloc((size_t)j->rank_count, sizeof *member);
    pmix_data_array_t array = { .type = PMIX_PROC, .array = member };
    for (int r = 0; r < j->rank_count; r++)
        if (carries(&j->apps[j->rank_app[r]], name)) {
            pmix_proc_t *next = &member[array.size++];
            PMIX_LOAD_PROCID(next, j->name, (pmix_rank_t)r);
        }
    if (array.size > 0)
        add(a, PMIX_QUERY_PSET_MEMBERSHIP, &array, PMIX_DATA_ARRAY);
    free(member);
    return array.size > 0 ? PMIX_SUCCESS : PMIX_ERR_NOT_FOUND;
}

/* The set that a query is about, or NULL. */
static const char *find_name(const pmix_query_t *query)
{
    for (size_t i = 0; i < query->nqual; i++)
        if (PMIX_CHECK_KEY(&query->qualifiers[i], PMIX_PSET_NAME) &&
            query->qualifiers[i].value.type == PMIX_STRING)
            return query->qualifiers[i].value.data.string;
    return NULL;
}

static pmix_status_t answer_key(const struct job *j, const pmix_query_t *query,
                                const char *key, struct pmix_answers *a)
{
    struct strbuf names;
    pmix_status_t rc = PMIX_SUCCESS;
    strbuf_init(&names);
    size_t count = list_sets(j, &names);
    if (strcmp(key, PMIX_QUERY_NUM_PSETS) == 0) {
        add(a, key, &count, PMIX_SIZE);
    } else if (strcmp(key, PMIX_QUERY_PSET_NAMES) == 0) {
        if (count > 0)
            add(a, key, names.text, PMIX_STRING);
        else
            rc = PMIX_ERR_NOT_FOUND;
    } else if (strcmp(key, PMIX_QUERY_PSET_MEMBERSHIP) == 0) {
        const char *name = find_name(query);
        rc = name ? add_members(j, name, a) : PMIX_ERR_BAD_PARAM;
    } else {
        rc = PMIX_ERR_NOT_SUPPORTED;
    }
    strbuf_fini(&names);
    return rc;
}

int pmix_query_answer(const struct job *j, const struct pmix_query *queries,
                      size_t count, struct pmix_answers **out)
{
    struct pmix_answers *a = must_alloc(1, sizeof *a);
    pmix_status_t rc = PMIX_SUCCESS;
    for (size_t i = 0; i < count; i++)
        for (char **key = queries[i].keys; key && *key; key++)
            a->room++;
    PMIX_INFO_CREATE(a->info, a->room);
    for (size_t i = 0; i < count; i++)
        for (char **key = queries[i].keys; key && *key; key++) {
            pmix_status_t one = answer_key(j, &queries[i], *key, a);
            rc = rc == PMIX_SUCCESS ? one : rc;
        }
    if (a->count == 0) {
        pmix_answers_destroy(a);
        return rc == PMIX_SUCCESS ? PMIX_ERR_BAD_PARAM : rc;
    }
    *out = a;
    return a->count < a->room ? PMIX_QUERY_PARTIAL_SUCCESS : PMIX_SUCCESS;
}
