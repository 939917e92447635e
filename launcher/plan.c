/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A section with a host list of its own is placed on that; all others share
 * the list of the first section, or the default one, and are placed on it
 * together, in order.
 */
#include "launcher/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/hosts.h"
#include "launcher/placement.h"

/* Variables that belong to the host or the login session mpirun runs in. */
static bool is_of_this_host(const char *name)
{
    static const char *const whole[] = {
        "_", "BATON_HOST", "BATON_NODE_SEGMENT_FD", "DISPLAY", "HOME", "HOST",
        "HOSTNAME", "LOGNAME", "MAIL", "OLDPWD", "PWD", "SHELL", "SHLVL",
        "STY", "USER", "WINDOWID", "XAUTHORITY",
    };
    static const char *const begin[] = { "DBUS_", "PMIX_", "PMI_", "SSH_",
                                         "TMUX", "XDG_" };
    size_t length = strcspn(name, "=");
    for (size_t i = 0; i < ARRAY_COUNT(whole); i++)
        if (strlen(whole[i]) == length &&
            strncmp(name, whole[i], length) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_COUNT(begin); i++)
        if (strncmp(name, begin[i], strlen(begin[i])) == 0)
            return true;
    return false;
}

static int plan_app(struct app *app, const struct section *s,
                    char *const *environment, struct strbuf *error)
{
    for (size_t i = 0; i < s->argv.count; i++)
        strings_add(&app->argv, s->argv.item[i]);
    for (size_t i = 0; i < s->exports.count; i++) {
        const char *text = s->exports.item[i];
        const char *value = environment_get(environment, text);
        if (strchr(text, '=')) {
            strings_set(&app->env, text);
        } else if (value) {
            strings_addf(&app->env, "%s=%s", text, value);
        } else {
            strbuf_printf(error, "-x %s: expected NAME=VALUE, or the name of "
                          "a variable that is set here", text);
            return MPI_ERR_ARG;
        }
    }
    for (size_t i = 0; i < s->psets.count; i++)
        strings_add(&app->psets, s->psets.item[i]);
    app->wdir = s->wdir ? must_copy(s->wdir) : NULL;
    return MPI_SUCCESS;
}

static bool has_own_hosts(const struct section *s)
{
    return s->hosts.count > 0 || s->hostfile;
}

static int read_hosts(struct host_list *list, const struct section *s,
                      struct strbuf *error)
{
    int err = MPI_SUCCESS;
    if (s->hostfile)
        err = hosts_add_file(list, s->hostfile, error);
    for (size_t i = 0; i < s->hosts.count && err == MPI_SUCCESS; i++)
        err = hosts_add_list(list, s->hosts.item[i], error);
    return err;
}

/* The hosts when none are named: the batch system's, else this one. */
static int default_hosts(struct host_list *list, char *const *environment,
                         struct strbuf *error)
{
    const char *nodes = environment_get(environment, "SLURM_JOB_NODELIST");
    if (nodes)
        return hosts_add_slurm(list, nodes,
                               environment_get(environment,
                                               "SLURM_TASKS_PER_NODE"),
                               error);
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    hosts_add(list, name, 0);
    return MPI_SUCCESS;
}

/* Index of a host of the job, added when it is new. */
static int job_host(struct job *j, const char *name)
{
    for (size_t i = 0; i < j->hosts.count; i++)
        if (strcmp(j->hosts.item[i], name) == 0)
            return (int)i;
    strings_add(&j->hosts, name);
    return (int)j->hosts.count - 1;
}

/* Place the ranks of all sections marked in `here` on one list. host_of has
 * room for all ranks of the job; ranks not placed here stay -1. */
struct group {
    const struct host_list *list;
    const bool *here; /* per section */
};

static int place_group(struct job *j, const struct group *g,
                       const struct placement_rule *rule,
                       char **host_of, struct strbuf *error)
{
    int count = 0;
    for (int r = 0; r < j->rank_count; r++)
        count += g->here[j->rank_app[r]];
    int *placed = must_alloc((size_t)count, sizeof *placed);
    int err = placement_assign(g->list, rule, count, placed, error);
    for (int r = 0, i = 0; r < j->rank_count && err == MPI_SUCCESS; r++)
        if (g->here[j->rank_app[r]])
            host_of[r] = must_copy(g->list->entry[placed[i++]].name);
    free(placed);
    return err;
}

/* The host list of section `at`, or the shared one when at is -1. */
static int find_list(struct host_list *list, const struct options *o, int at,
                     char *const *environment, struct strbuf *error)
{
    const struct section *s = &o->sections[at < 0 ? 0 : at];
    *list = (struct host_list){ 0 };
    return has_own_hosts(s) ? read_hosts(list, s, error)
                            : default_hosts(list, environment, error);
}

/* Number of ranks of each section, where -n is missing from the slots. */
static int count_ranks(struct job *j, const struct options *o,
                       const struct placement_rule *rule,
                       char *const *environment, struct strbuf *error)
{
    int *counts = must_alloc((size_t)o->section_count, sizeof *counts);
    int err = MPI_SUCCESS;
    for (int i = 0; i < o->section_count && err == MPI_SUCCESS; i++) {
        struct host_list list;
        counts[i] = o->sections[i].count;
        if (counts[i] == 0 && o->section_count > 1)
            counts[i] = 1;
        if (counts[i] == 0) {
            err = find_list(&list, o, i, environment, error);
            counts[i] = placement_default_count(&list, rule);
            hosts_fini(&list);
        }
        j->rank_count += counts[i];
    }
    j->rank_host = must_alloc((size_t)j->rank_count, sizeof(int));
    j->rank_app = must_alloc((size_t)j->rank_count, sizeof(int));
    for (int i = 0, r = 0; i < o->section_count && err == MPI_SUCCESS; i++)
        for (int k = 0; k < counts[i]; k++)
            j->rank_app[r++] = i;
    free(counts);
    return err;
}

static int place(struct job *j, const struct options *o,
                 const struct placement_rule *rule, char *const *environment,
                 struct strbuf *error)
{
    char **host_of = must_alloc((size_t)j->rank_count, sizeof *host_of);
    bool *here = must_alloc((size_t)o->section_count, sizeof *here);
    int err = MPI_SUCCESS;
    for (int at = -1; at < o->section_count && err == MPI_SUCCESS; at++) {
        if (at == 0 || (at > 0 && !has_own_hosts(&o->sections[at])))
            continue;
        for (int i = 0; i < o->section_count; i++)
            here[i] = at < 0 ? i == 0 || !has_own_hosts(&o->sections[i])
                             : i == at;
        struct host_list list;
        err = find_list(&list, o, at, environment, error);
        struct group g = { .list = &list, .here = here };
        if (err == MPI_SUCCESS)
            err = place_group(j, &g, rule, host_of, error);
        hosts_fini(&list);
    }
    for (int r = 0; r < j->rank_count; r++) {
        if (err == MPI_SUCCESS)
            j->rank_host[r] = job_host(j, host_of[r]);
        free(host_of[r]);
    }
    free(here);
    free(host_of);
    return err;
}

static void name_job(struct job *j)
{
    char host[256] = "";
    char name[400];
    struct timespec now;
    gethostname(host, sizeof host - 1);
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(name, sizeof name, "baton-%.100s-%d-%llx", host, (int)getpid(),
             (unsigned long long)now.tv_sec * 1000000000u +
                 (unsigned long long)now.tv_nsec);
    j->name = must_copy(name);
    char *wdir = getcwd(NULL, 0);
    j->wdir = must_copy(wdir ? wdir : "/");
    free(wdir);
}

int plan_job(struct job *j, const struct options *o, char *const *environment,
             struct strbuf *error)
{
    struct placement_rule rule = { .ppn = o->ppn, .map = o->map,
                                   .oversubscribe = o->oversubscribe };
    *j = (struct job){ .bind = o->bind, .explain = o->explain,
                         .report = o->report != REPORT_NONE,
                       .app_count = o->section_count };
    name_job(j);
    j->apps = must_alloc((size_t)j->app_count, sizeof *j->apps);
    for (char *const *item = environment; *item; item++)
        if (!is_of_this_host(*item))
            strings_add(&j->env, *item);
    int err = MPI_SUCCESS;
    for (int i = 0; i < j->app_count && err == MPI_SUCCESS; i++)
        err = plan_app(&j->apps[i], &o->sections[i], environment, error);
    if (err == MPI_SUCCESS)
        err = count_ranks(j, o, &rule, environment, error);
    if (err == MPI_SUCCESS)
        err = place(j, o, &rule, environment, error);
    if (err != MPI_SUCCESS)
        job_fini(j);
    return err;
}
