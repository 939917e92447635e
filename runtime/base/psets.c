/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Beside boot.c the only client of PMIx. Sets may come while the job runs, so
 * libpmix must not answer from what it has kept (PMIX_QUERY_REFRESH_CACHE).
 */
#define LOG_MODULE "psets"
#include "runtime/base/psets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>
#include <pmix.h>

#include "runtime/base/boot.h"
#include "runtime/base/log.h"

/* What a server answered. */
struct answer {
    pmix_info_t *info;
    size_t count;
};

/* Ask for key, about the set of that name unless it is NULL. */
static struct answer ask(const char *key, const char *name)
{
    struct answer a = { 0 };
    pmix_query_t query;
    bool yes = true;
    PMIX_QUERY_CONSTRUCT(&query);
    pmix_status_t rc;
    PMIX_ARGV_APPEND(rc, query.keys, key);
    PMIX_QUERY_QUALIFIERS_CREATE(&query, name ? 2 : 1);
    PMIX_INFO_LOAD(&query.qualifiers[0], PMIX_QUERY_REFRESH_CACHE, &yes,
                   PMIX_BOOL);
    if (name)
        PMIX_INFO_LOAD(&query.qualifiers[1], PMIX_PSET_NAME, name,
                       PMIX_STRING);
    if (rc == PMIX_SUCCESS)
        rc = PMIx_Query_info(&query, 1, &a.info, &a.count);
    if (rc != PMIX_SUCCESS)
        log_debug("no answer on %s: %s", key, PMIx_Error_string(rc));
    PMIX_QUERY_DESTRUCT(&query);
    return a;
}

static void answer_fini(struct answer *a)
{
    if (a->info)
        PMIX_INFO_FREE(a->info, a->count);
}

/* The value under key, which later versions of PMIx put into an array of
 * their own; or NULL. */
static const pmix_value_t *find(const pmix_info_t *info, size_t count,
                                const char *key)
{
    for (size_t i = 0; i < count; i++) {
        const pmix_value_t *value = &info[i].value;
        if (PMIX_CHECK_KEY(&info[i], key))
            return value;
        if (value->type != PMIX_DATA_ARRAY || !value->data.darray ||
            value->data.darray->type != PMIX_INFO)
            continue;
        value = find(value->data.darray->array, value->data.darray->size, key);
        if (value)
            return value;
    }
    return NULL;
}

/* Mark the ranks that the array names; false when it names anything else. */
static bool mark(const pmix_data_array_t *array, const struct boot_identity *us,
                 bool *is_in)
{
    const pmix_proc_t *proc = array->array;
    if (array->type != PMIX_PROC || array->size == 0)
        return false;
    for (size_t i = 0; i < array->size; i++) {
        if (!PMIX_CHECK_NSPACE(proc[i].nspace, us->job))
            return false;
        if (proc[i].rank == PMIX_RANK_WILDCARD)
            memset(is_in, true, (size_t)us->world_count);
        else if (proc[i].rank < (pmix_rank_t)us->world_count)
            is_in[proc[i].rank] = true;
        else
            return false;
    }
    return true;
}

static int add(struct psets *p, const char *name, const bool *is_in)
{
    const struct boot_identity *us = p->us;
    struct pset *grown = realloc(p->set, (size_t)(p->count + 1) *
                                             sizeof *grown);
    if (!grown)
        return MPI_ERR_NO_MEM;
    p->set = grown;
    struct pset s = { .name = strdup(name), .has_us = is_in[us->world] };
    s.worlds = malloc((size_t)us->world_count * sizeof *s.worlds);
    if (!s.name || !s.worlds) {
        free(s.name);
        free(s.worlds);
        return MPI_ERR_NO_MEM;
    }
    for (int r = 0; r < us->world_count; r++)
        if (is_in[r])
            s.worlds[s.count++] = r;
    grown[p->count++] = s;
    return MPI_SUCCESS;
}

/* Ask for the members of the set and add it. */
static int learn(struct psets *p, const char *name)
{
    const size_t size = (size_t)p->us->world_count;
    struct answer a = ask(PMIX_QUERY_PSET_MEMBERSHIP, name);
    const pmix_value_t *value = find(a.info, a.count,
                                     PMIX_QUERY_PSET_MEMBERSHIP);
    bool *is_in = calloc(size, sizeof *is_in);
    int err = is_in ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    if (is_in && value && value->type == PMIX_DATA_ARRAY &&
        value->data.darray && mark(value->data.darray, p->us, is_in))
        err = add(p, name, is_in);
    free(is_in);
    answer_fini(&a);
    return err;
}

int psets_ask(struct psets *p)
{
    if (!p->us || !p->us->has_server)
        return MPI_SUCCESS;
    struct answer a = ask(PMIX_QUERY_PSET_NAMES, NULL);
    const pmix_value_t *value = find(a.info, a.count, PMIX_QUERY_PSET_NAMES);
    int err = MPI_SUCCESS;
    if (value && value->type == PMIX_STRING && value->data.string) {
        char *rest = value->data.string;
        for (char *name; err == MPI_SUCCESS && (name = strsep(&rest, ","));)
            if (*name && strlen(name) < MPI_MAX_PSET_NAME_LEN &&
                !psets_find(p, name))
                err = learn(p, name);
    }
    answer_fini(&a);
    return err;
}

const struct pset *psets_find(const struct psets *p, const char *name)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->set[i].name, name) == 0)
            return &p->set[i];
    return NULL;
}

const struct pset *psets_nth_of_us(const struct psets *p, int n)
{
    for (int i = 0; i < p->count; i++)
        if (p->set[i].has_us && n-- == 0)
            return &p->set[i];
    return NULL;
}

void psets_fini(struct psets *p)
{
    for (int i = 0; i < p->count; i++) {
        free(p->set[i].name);
        free(p->set[i].worlds);
    }
    free(p->set);
    *p = (struct psets){ .us = p->us };
}
