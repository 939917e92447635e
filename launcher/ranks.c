/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ranks of one host. Each gets the node segment by inheritance, a process
 * group of its own, and dies with the agent.
 */
#define LOG_MODULE "agent"
#include "launcher/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <hwloc/glibc-sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/process.h"
#include "launcher/report.h"
#include "launcher/verdict.h"
#include "runtime/base/log.h"

extern char **environ;

/* The agent's own environment, mpirun's over it, then what -x says and what
 * the rank's runtime needs. */
static int make_environment(struct agent *a, const struct agent_rank *r,
                            struct strings *env)
{
    const struct app *app = &a->job.apps[a->job.rank_app[r->world]];
    for (char **item = environ; *item; item++)
        strings_add(env, *item);
    for (size_t i = 0; i < a->job.env.count; i++)
        strings_set(env, a->job.env.item[i]);
    for (size_t i = 0; i < app->env.count; i++)
        strings_set(env, app->env.item[i]);
    char own[300];
    snprintf(own, sizeof own, "BATON_HOST=%s", a->job.hosts.item[a->host]);
    strings_set(env, own);
    snprintf(own, sizeof own, "BATON_NODE_SEGMENT_FD=%d", a->segment.fd);
    strings_set(env, own);
    if (a->job.explain)
        strings_set(env, "BATON_EXPLAIN=1");
    return pmix_server_environment(a->pmix, r->world, env);
}

/* The ends of a rank's standard streams: [0] to read from, [1] to write to. */
struct pipes {
    int in[2], out[2], err[2];
};

static int open_pipes(struct pipes *p, bool with_stdin)
{
    *p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
    if (with_stdin)
        return pipe2(p->in, O_CLOEXEC) || pipe2(p->out, O_CLOEXEC) ||
               pipe2(p->err, O_CLOEXEC);
    p->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return p->in[0] < 0 || pipe2(p->out, O_CLOEXEC) ||
           pipe2(p->err, O_CLOEXEC);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void fill_cpus(const struct agent *a, int local, cpu_set_t *cpus,
                      struct process_spec *spec)
{
    if (a->binding.bind == BIND_NONE)
        return;
    hwloc_topology_t none = NULL;
    hwloc_cpuset_to_glibc_sched_affinity(none, a->binding.sets[local], cpus,
                                         sizeof *cpus);
    spec->cpus = cpus;
}

static int start_rank(struct agent *a, int local, struct strbuf *error,
                      int *exit_code)
{
    struct agent_rank *r = &a->ranks[local];
    const struct app *app = &a->job.apps[a->job.rank_app[r->world]];
    struct strings env = { 0 };
    struct pipes p;
    cpu_set_t cpus;
    *exit_code = EXIT_LAUNCH;
    int err = make_environment(a, r, &env);
    if (err == MPI_SUCCESS && open_pipes(&p, r->world == 0)) {
        strbuf_printf(error, "cannot open pipes for a rank: %s",
                      strerror(errno));
        err = MPI_ERR_OTHER;
    }
    if (err != MPI_SUCCESS) {
        strings_fini(&env);
        return err;
    }
    struct process_spec spec = {
        .argv = app->argv.item, .env = env.item,
        .wdir = app->wdir ? app->wdir : a->job.wdir,
        .in = p.in[0], .out = p.out[1], .err = p.err[1],
        .kept_fd = a->segment.fd,
        .flags = PROCESS_DIES_WITH_US |
                 (app->wdir ? PROCESS_MUST_HAVE_WDIR : 0),
    };
    fill_cpus(a, local, &cpus, &spec);
    err = process_start(&spec, &r->pid, error, exit_code);
    strings_fini(&env);
    close_fd(p.in[0]);
    close_fd(p.out[1]);
    close_fd(p.err[1]);
    if (err != MPI_SUCCESS) {
        close_fd(p.in[1]);
        close_fd(p.out[0]);
        close_fd(p.err[0]);
        return err;
    }
    a->running++;
    stdio_add_stream(&a->stdio, &r->out, p.out[0]);
    stdio_add_stream(&a->stdio, &r->err, p.err[0]);
    if (p.in[1] >= 0)
        stdio_set_stdin(&a->stdio, p.in[1]);
    return MPI_SUCCESS;
}

static void tell_start_failed(struct agent *a, int world, int exit_code,
                              const char *sentence)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, (uint32_t)world);
    wire_put_u32(&body, (uint32_t)exit_code);
    wire_put_text(&body, sentence);
    channel_send(&a->channel, FRAME_START_FAILED, &body);
    strbuf_fini(&body);
}

void ranks_start(struct agent *a)
{
    struct strbuf error;
    strbuf_init(&error);
    for (int local = 0; local < a->rank_count; local++) {
        int exit_code;
        int err = start_rank(a, local, &error, &exit_code);
        if (err != MPI_SUCCESS) {
            tell_start_failed(a, a->ranks[local].world, exit_code, error.text);
            strbuf_fini(&error);
            ranks_check_done(a);
            return;
        }
    }
    channel_send(&a->channel, FRAME_STARTED, NULL);
}

struct agent_rank *ranks_find(struct agent *a, int world)
{
    for (int i = 0; i < a->rank_count; i++)
        if (a->ranks[i].world == world)
            return &a->ranks[i];
    return NULL;
}

void ranks_pack_end(struct agent *a, const struct agent_rank *r,
                    int wait_status, struct strbuf *body)
{
    const struct status_page *page =
        node_segment_status(&a->segment, (uint32_t)(r - a->ranks));
    char words[sizeof page->last_words + 1];
    struct strbuf phrase;
    strbuf_init(&phrase);
    status_describe(page, &phrase);
    snprintf(words, sizeof words, "%.*s", (int)sizeof page->last_words,
             page->last_words);
    struct rank_end end = {
        .rank = r->world, .wait_status = wait_status,
        .is_connected = r->is_connected, .is_finalized = r->is_finalized,
        .state = page->state, .abort_code = page->exit_code,
        .phrase = phrase.text, .last_words = words,
    };
    rank_end_pack(&end, body);
    strbuf_fini(&phrase);
}

static void tell_counters(struct agent *a, const struct agent_rank *r)
{
    const struct status_page *page =
        node_segment_status(&a->segment, (uint32_t)(r - a->ranks));
    struct strbuf body;
    strbuf_init(&body);
    report_pack(r->world, &page->counters, &body);
    channel_send(&a->channel, FRAME_COUNTERS, &body);
    strbuf_fini(&body);
}

static void rank_ended(struct agent *a, struct agent_rank *r, int wait_status)
{
    r->pid = 0;
    stdio_drain(&r->out);
    stdio_drain(&r->err);
    if (a->job.report)
        tell_counters(a, r);
    struct strbuf body;
    strbuf_init(&body);
    ranks_pack_end(a, r, wait_status, &body);
    channel_send(&a->channel, FRAME_RANK_ENDED, &body);
    strbuf_fini(&body);
    a->running--;
}

void ranks_reap(struct agent *a)
{
    int status;
    pid_t pid;
    if (a->pmix)
        pmix_server_poll(a->pmix); /* goodbyes come before ends */
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < a->rank_count; i++)
            if (a->ranks[i].pid == pid)
                rank_ended(a, &a->ranks[i], status);
    if (a->running > 0 || a->rank_count == 0)
        return;
    /* What ranks have left behind must not outlive the last of them; it may
     * hold the pipes open, too. */
    process_kill_descendants();
    loop_stop_timer(&a->kill);
    ranks_check_done(a);
}

void ranks_check_done(struct agent *a)
{
    if (a->running > 0 || a->is_done || !list_is_empty(&a->stdio.streams))
        return;
    a->is_done = true;
    channel_send(&a->channel, FRAME_DONE, NULL);
}

void ranks_signal(struct agent *a, int number)
{
    for (int i = 0; i < a->rank_count; i++)
        if (a->ranks[i].pid > 0)
            kill(-a->ranks[i].pid, number);
}
