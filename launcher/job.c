/* SPDX-License-Identifier: BSD-3-Clause */
/* The job's way over the wire, and questions about it. */
#include "launcher/job.h"

#include <stdlib.h>

#include <mpi.h>

static void put_strings(struct strbuf *body, const struct strings *s)
{
    wire_put_u32(body, (uint32_t)s->count);
    for (size_t i = 0; i < s->count; i++)
        wire_put_text(body, s->item[i]);
}

static void get_strings(struct wire_reader *r, struct strings *s)
{
    uint32_t count = wire_get_u32(r);
    for (uint32_t i = 0; i < count && !r->is_bad; i++)
        strings_add(s, wire_get_text(r));
}

void job_pack(const struct job *j, int host, struct strbuf *body)
{
    wire_put_u32(body, (uint32_t)host);
    wire_put_text(body, j->name);
    wire_put_text(body, j->wdir);
    wire_put_u32(body, j->bind);
    wire_put_u32(body, j->explain);
    wire_put_u32(body, j->report);
    put_strings(body, &j->env);
    put_strings(body, &j->hosts);
    wire_put_u32(body, (uint32_t)j->app_count);
    for (int i = 0; i < j->app_count; i++) {
        const struct app *app = &j->apps[i];
        put_strings(body, &app->argv);
        put_strings(body, &app->env);
        put_strings(body, &app->psets);
        wire_put_text(body, app->wdir ? app->wdir : "");
    }
    wire_put_u32(body, (uint32_t)j->rank_count);
    for (int i = 0; i < j->rank_count; i++) {
        wire_put_u32(body, (uint32_t)j->rank_host[i]);
        wire_put_u32(body, (uint32_t)j->rank_app[i]);
    }
}

static void get_app(struct wire_reader *r, struct app *app)
{
    get_strings(r, &app->argv);
    get_strings(r, &app->env);
    get_strings(r, &app->psets);
    const char *wdir = wire_get_text(r);
    app->wdir = wdir[0] ? must_copy(wdir) : NULL;
    if (app->argv.count == 0)
        r->is_bad = true;
}

/* A count that the rest of the body can hold, or 0 and is_bad. */
static int get_count(struct wire_reader *r)
{
    uint32_t count = wire_get_u32(r);
    if (count > (size_t)(r->end - r->at) / sizeof(uint32_t))
        r->is_bad = true;
    return r->is_bad ? 0 : (int)count;
}

static void get_ranks(struct wire_reader *r, struct job *j)
{
    j->rank_count = get_count(r);
    j->rank_host = must_alloc((size_t)j->rank_count, sizeof(int));
    j->rank_app = must_alloc((size_t)j->rank_count, sizeof(int));
    for (int i = 0; i < j->rank_count; i++) {
        j->rank_host[i] = (int)wire_get_u32(r);
        j->rank_app[i] = (int)wire_get_u32(r);
        if ((size_t)j->rank_host[i] >= j->hosts.count || j->rank_app[i] < 0 ||
            j->rank_app[i] >= j->app_count)
            r->is_bad = true;
    }
}

int job_unpack(struct job *j, int *host, struct wire_reader *r)
{
    *j = (struct job){ 0 };
    uint32_t here = wire_get_u32(r);
    j->name = must_copy(wire_get_text(r));
    j->wdir = must_copy(wire_get_text(r));
    j->bind = (enum bind_to)wire_get_u32(r);
    j->explain = wire_get_u32(r) != 0;
    j->report = wire_get_u32(r) != 0;
    get_strings(r, &j->env);
    get_strings(r, &j->hosts);
    j->app_count = get_count(r);
    j->apps = must_alloc((size_t)j->app_count, sizeof *j->apps);
    for (int i = 0; i < j->app_count; i++)
        get_app(r, &j->apps[i]);
    get_ranks(r, j);
    if (r->is_bad || here >= j->hosts.count) {
        job_fini(j);
        return MPI_ERR_OTHER;
    }
    *host = (int)here;
    return MPI_SUCCESS;
}

void job_fini(struct job *j)
{
    for (int i = 0; i < j->app_count; i++) {
        strings_fini(&j->apps[i].argv);
        strings_fini(&j->apps[i].env);
        strings_fini(&j->apps[i].psets);
        free(j->apps[i].wdir);
    }
    strings_fini(&j->env);
    strings_fini(&j->hosts);
    free(j->apps);
    free(j->rank_host);
    free(j->rank_app);
    free(j->name);
    free(j->wdir);
    *j = (struct job){ 0 };
}

int job_local_count(const struct job *j, int host)
{
    int count = 0;
    for (int i = 0; i < j->rank_count; i++)
        count += j->rank_host[i] == host;
    return count;
}

void job_describe_ranks(const struct job *j, int host, struct strbuf *out)
{
    strbuf_puts(out, job_local_count(j, host) == 1 ? "rank " : "ranks ");
    const char *separator = "";
    for (int i = 0; i < j->rank_count; i++) {
        if (j->rank_host[i] != host)
            continue;
        int last = i;
        while (last + 1 < j->rank_count && j->rank_host[last + 1] == host)
            last++;
        strbuf_printf(out, "%s%d", separator, i);
        if (last > i)
            strbuf_printf(out, "-%d", last);
        separator = ",";
        i = last;
    }
}
