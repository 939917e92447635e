/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Process sets (MPI 5.0, 11.3.2): mpi://WORLD, mpi://SELF and those that the
 * launcher has named, for which it is asked when the program asks.
 */
#include "runtime/api/session_call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "runtime/api/check.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"

static const char *const own[] = { "mpi://WORLD", "mpi://SELF" };

/* The name of the nth set that this rank belongs to, or NULL. */
static const char *nth_name(int n)
{
    if (n < (int)ARRAY_COUNT(own))
        return n < 0 ? NULL : own[n];
    const struct pset *set = psets_nth_of_us(&library.process->psets,
                                             n - (int)ARRAY_COUNT(own));
    return set ? set->name : NULL;
}

static int count_names(void)
{
    int count = 0;
    while (nth_name(count))
        count++;
    return count;
}

/* Find the set of that name; worlds stays NULL for mpi://WORLD. */
static int find_pset(const char *name, struct pset *out)
{
    struct process *p = library.process;
    *out = (struct pset){ .count = p->world_count };
    int err = check_pointer(name, "pset_name");
    if (err != MPI_SUCCESS || strcasecmp(name, own[0]) == 0)
        return err;
    if (strcasecmp(name, own[1]) == 0) {
        *out = (struct pset){ .worlds = &p->world, .count = 1 };
        return MPI_SUCCESS;
    }
    const struct pset *set = psets_find(&p->psets, name);
    if (!set) {
        err = psets_ask(&p->psets);
        set = psets_find(&p->psets, name);
    }
    if (set)
        *out = *set;
    else if (err == MPI_SUCCESS)
        err = error_make(MPI_ERR_ARG, "there is no process set '%s'", name);
    return err;
}

PROFILE(MPI_Session_get_num_psets);
int MPI_Session_get_num_psets(MPI_Session session, MPI_Info info,
                              int *npset_names)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct mpi_info *hints;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(npset_names, "npset_names");
    if (err == MPI_SUCCESS)
        err = psets_ask(&library.process->psets);
    if (err == MPI_SUCCESS)
        *npset_names = count_names();
    return session_result(s, err, "MPI_Session_get_num_psets");
}

static int find_nth(int n, const char **name)
{
    int err = MPI_SUCCESS;
    *name = nth_name(n);
    if (!*name) {
        err = psets_ask(&library.process->psets);
        *name = nth_name(n);
    }
    if (err == MPI_SUCCESS && !*name)
        err = error_make(MPI_ERR_ARG, "there is no process set %d, but %d", n,
                         count_names());
    return err;
}

PROFILE(MPI_Session_get_nth_pset);
int MPI_Session_get_nth_pset(MPI_Session session, MPI_Info info, int n,
                             int *pset_len, char *pset_name)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct mpi_info *hints;
    const char *name;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = find_nth(n, &name);
    if (err == MPI_SUCCESS)
        err = check_pointer(pset_len, "pset_len");
    if (err == MPI_SUCCESS && *pset_len > 0)
        err = check_pointer(pset_name, "pset_name");
    if (err == MPI_SUCCESS) {
        if (*pset_len > 0)
            snprintf(pset_name, (size_t)*pset_len, "%s", name);
        *pset_len = (int)strlen(name) + 1;
    }
    return session_result(s, err, "MPI_Session_get_nth_pset");
}

PROFILE(MPI_Session_get_pset_info);
int MPI_Session_get_pset_info(MPI_Session session, const char *pset_name,
                              MPI_Info *info)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct pset set;
    struct mpi_info *i = NULL;
    char number[32];
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = find_pset(pset_name, &set);
    if (err == MPI_SUCCESS)
        err = check_pointer(info, "info");
    if (err == MPI_SUCCESS)
        err = info_create(&i);
    if (err == MPI_SUCCESS) {
        snprintf(number, sizeof number, "%d", set.count);
        err = info_set(i, "mpi_size", number);
    }
    if (err == MPI_SUCCESS)
        err = info_give(i, info);
    return session_result(s, err, "MPI_Session_get_pset_info");
}

/* MPI wants MPI_GROUP_NULL where there is no such set. */
PROFILE(MPI_Group_from_session_pset);
int MPI_Group_from_session_pset(MPI_Session session, const char *pset_name,
                                MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct pset set;
    struct mpi_group *g;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_pointer(newgroup, "newgroup");
    if (err == MPI_SUCCESS) {
        *newgroup = MPI_GROUP_NULL;
        err = find_pset(pset_name, &set);
    }
    if (err == MPI_SUCCESS) {
        const int world = library.process->world;
        err = set.worlds ? group_create(set.worlds, set.count, world, &g)
                         : group_create_range(set.count, world, &g);
    }
    if (err == MPI_SUCCESS) {
        session_retain(s);
        g->session = s;
        err = group_give(g, newgroup);
        group_release(g);
    }
    return session_result(s, err, "MPI_Group_from_session_pset");
}
