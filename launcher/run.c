/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a job. What happens moves it through the table below; the first
 * failure is the verdict, and every way out goes through JOB_LEAVING, where
 * the agents clean up their hosts.
 */
#define LOG_MODULE "mpirun"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/mpirun.h"
#include "launcher/plan.h"
#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/log.h"

extern char **environ;

enum {
    HELLO_MSEC = 30000,       /* for ssh to connect and the agent to answer */
    START_MSEC = 60000,       /* for an agent to prepare and start its ranks;
                                 it does nothing else meanwhile */
    GRACE_MSEC = 1000,        /* between SIGTERM and SIGKILL */
    SIGNAL_GRACE_MSEC = 5000, /* the same after the user's own signal */
    ENDING_MSEC = 10000,      /* for ranks to be gone after SIGTERM */
    LEAVING_MSEC = 5000,      /* for agents to clean up */
    PULSE_MSEC = 1000
};

/* ---- what a transition does ---- */

static void send_job(struct run *r)
{
    loop_stop_timer(&r->patience);
    talk_send_job(r);
}

static void feed_input(struct run *r)
{
    input_start(&r->input, &r->loop,
                &r->links[r->job.rank_host[0]].channel);
}

static void kill_ranks(struct run *r)
{
    uint32_t grace = r->signal ? SIGNAL_GRACE_MSEC : GRACE_MSEC;
    input_stop(&r->input);
    talk_to_all(r, FRAME_KILL, &grace);
    loop_start_timer(&r->loop, &r->patience, ENDING_MSEC);
}

/* Agents that are there clean up and go; the others are cut off. */
static void say_bye(struct run *r)
{
    input_stop(&r->input);
    loop_stop_timer(&r->timeout);
    loop_start_timer(&r->loop, &r->patience, LEAVING_MSEC);
    talk_to_all(r, FRAME_BYE, NULL);
    for (int h = 0; h < r->host_count; h++)
        if (!r->links[h].has_said_hello)
            link_cut(&r->links[h]);
    run_check_hosts(r);
}

static void be_over(struct run *r)
{
    loop_stop_timer(&r->patience);
    loop_stop_timer(&r->pulse);
    loop_stop_timer(&r->timeout);
    if (output_is_empty(&r->output))
        loop_stop(&r->loop);
}

static const struct {
    enum job_state from;
    enum job_event event;
    enum job_state to;
    void (*action)(struct run *r);
} table[] = {
    { JOB_CONNECTING, EVENT_HELLO, JOB_STARTING, send_job },
    { JOB_CONNECTING, EVENT_FAILED, JOB_LEAVING, say_bye },
    { JOB_STARTING, EVENT_STARTED, JOB_RUNNING, feed_input },
    { JOB_STARTING, EVENT_FAILED, JOB_ENDING, kill_ranks },
    { JOB_RUNNING, EVENT_FAILED, JOB_ENDING, kill_ranks },
    { JOB_RUNNING, EVENT_DONE, JOB_LEAVING, say_bye },
    { JOB_ENDING, EVENT_DONE, JOB_LEAVING, say_bye },
    { JOB_ENDING, EVENT_GONE, JOB_OVER, be_over },
    { JOB_LEAVING, EVENT_GONE, JOB_OVER, be_over },
};

void run_event(struct run *r, enum job_event event)
{
    static const char *const states[] = { "connecting", "starting", "running",
                                          "ending", "leaving", "over" };
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].from == r->state && table[i].event == event) {
            log_debug("job %s -> %s", states[r->state], states[table[i].to]);
            r->state = table[i].to;
            table[i].action(r);
            return;
        }
}

void run_fail(struct run *r, int exit_code, struct strbuf *text)
{
    bool is_news = verdict_give(&r->verdict, exit_code, text);
    strbuf_fini(text);
    if (is_news)
        run_event(r, EVENT_FAILED);
}

void run_check_hosts(struct run *r)
{
    bool all_done = true;
    bool all_gone = true;
    for (int h = 0; h < r->host_count; h++) {
        all_done = all_done && (r->links[h].is_done || r->links[h].is_gone);
        all_gone = all_gone && r->links[h].is_gone;
    }
    if (all_done)
        run_event(r, EVENT_DONE);
    if (all_gone)
        run_event(r, EVENT_GONE);
}

/* ---- hosts that fail ---- */

static void lose_host(struct run *r, const struct link *k, const char *why)
{
    struct strbuf text;
    int others = 0;
    strbuf_init(&text);
    if (k->has_said_hello) {
        strbuf_printf(&text, "lost host %s with ", k->host);
        job_describe_ranks(&r->job, k->index, &text);
        strbuf_puts(&text, ": ");
    }
    if (why)
        strbuf_puts(&text, why);
    else
        link_describe_end(k, &text);
    for (int i = 0; i < r->job.rank_count; i++)
        others += !r->has_ended[i] && r->job.rank_host[i] != k->index;
    if (r->state == JOB_STARTING || r->state == JOB_RUNNING)
        verdict_add_others(&text, others);
    run_fail(r, EXIT_LAUNCH, &text);
}

static void link_gone(struct link *k)
{
    struct run *r = k->owner;
    if (r->state < JOB_ENDING)
        lose_host(r, k, NULL);
    run_check_hosts(r);
}

/* An agent that was told to go and then failed has something to say. */
static void check_agents(const struct run *r)
{
    for (int h = 0; h < r->host_count; h++) {
        const struct link *k = &r->links[h];
        if (r->verdict.is_given || k->pid > 0 || k->wait_status == 0)
            continue;
        struct strbuf text;
        strbuf_init(&text);
        link_describe_end(k, &text);
        log_warn("%s", text.text);
        strbuf_fini(&text);
    }
}

static void cut_all(struct run *r)
{
    for (int h = 0; h < r->host_count; h++)
        link_cut(&r->links[h]);
}

static void patience_over(struct timer *t)
{
    struct run *r = CONTAINER_OF(t, struct run, patience);
    if (r->state != JOB_CONNECTING) {
        cut_all(r);
        return;
    }
    for (int h = 0; h < r->host_count; h++)
        if (!r->links[h].has_said_hello) {
            struct strbuf text;
            strbuf_init(&text);
            strbuf_printf(&text, "host %s did not answer within %d s; check "
                          "that `ssh %s true` works without a password",
                          r->links[h].host, HELLO_MSEC / 1000,
                          r->links[h].host);
            run_fail(r, EXIT_LAUNCH, &text);
            return;
        }
}

/* A host that is silent for too long is lost. When mpirun itself was stopped
 * or blocked for a while, the hosts get a new chance. */
static void check_pulse(struct timer *t)
{
    struct run *r = CONTAINER_OF(t, struct run, pulse);
    uint64_t now = clock_nsec();
    bool was_stopped = now - r->pulse_nsec > 3 * PULSE_MSEC * 1000000ull;
    r->pulse_nsec = now;
    loop_start_timer(&r->loop, t, PULSE_MSEC);
    for (int h = 0; h < r->host_count; h++) {
        struct link *k = &r->links[h];
        if (was_stopped)
            k->heard_nsec = now;
        int limit_msec = k->has_started ? WIRE_LOST_MSEC : START_MSEC;
        if (k->is_local || !k->has_said_hello || k->is_gone ||
            now - k->heard_nsec < (uint64_t)limit_msec * 1000000)
            continue;
        char why[64];
        snprintf(why, sizeof why, "no answer for %d s", limit_msec / 1000);
        lose_host(r, k, why);
        link_cut(k);
    }
}

/* ---- the user ---- */

static void timed_out(struct timer *t)
{
    struct run *r = CONTAINER_OF(t, struct run, timeout);
    struct strbuf text;
    strbuf_init(&text);
    strbuf_printf(&text, "the job did not end within %d s (-timeout) and was "
                  "stopped", r->options->timeout_seconds);
    r->is_late = !r->verdict.is_given;
    run_fail(r, EXIT_TIMEOUT, &text);
}

static void stop_by_signal(struct run *r, int number)
{
    uint32_t at_once = 0;
    struct strbuf text;
    strbuf_init(&text);
    strbuf_printf(&text, "stopped by signal %d (%s)", number,
                  strsignal(number));
    run_fail(r, EXIT_SIGNAL + number, &text);
    if (r->state == JOB_ENDING)
        talk_to_all(r, FRAME_KILL, &at_once);
    else if (r->state == JOB_LEAVING)
        cut_all(r);
}

static void on_signal(struct signals *s, int number)
{
    struct run *r = CONTAINER_OF(s, struct run, signals);
    uint32_t word = (uint32_t)number;
    bool is_ending = number != SIGUSR1 && number != SIGUSR2;
    if (number == SIGCHLD) {
        for (int h = 0; h < r->host_count; h++)
            link_reap(&r->links[h]);
    } else if (!is_ending) {
        talk_to_all(r, FRAME_SIGNAL, &word);
    } else if (r->signal || r->verdict.is_given ||
               r->state == JOB_CONNECTING) {
        stop_by_signal(r, number);
    } else {
        r->signal = number;
        talk_to_all(r, FRAME_SIGNAL, &word);
    }
}

static void stdout_broken(struct output *o)
{
    struct strbuf nothing;
    strbuf_init(&nothing);
    run_fail(CONTAINER_OF(o, struct run, output), EXIT_SIGNAL + SIGPIPE,
             &nothing);
}

/* ---- start and end ---- */

static int start_links(struct run *r, struct strbuf *error)
{
    struct link_options how = {
        .ssh = r->options->ssh ? r->options->ssh : settings.ssh,
        .prefix = r->options->prefix,
    };
    for (int h = 0; h < r->host_count; h++) {
        struct link *k = &r->links[h];
        k->owner = r;
        k->host = r->job.hosts.item[h];
        k->index = h;
        k->on_frame = talk_frame;
        k->on_gone = link_gone;
        int err = link_start(k, &r->loop, &how, error);
        if (err != MPI_SUCCESS)
            return err;
    }
    return MPI_SUCCESS;
}

static int prepare(struct run *r)
{
    static const int numbers[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT,
                                   SIGUSR1, SIGUSR2 };
    r->host_count = (int)r->job.hosts.count;
    r->links = must_alloc((size_t)r->host_count, sizeof *r->links);
    r->has_ended = must_alloc((size_t)r->job.rank_count, sizeof(bool));
    r->report.count = r->job.rank_count;
    r->report.ranks = must_alloc((size_t)r->job.rank_count,
                                 sizeof *r->report.ranks);
    r->skipped_rank = -1;
    r->pulse_nsec = clock_nsec();
    int err = loop_init(&r->loop);
    if (err != MPI_SUCCESS)
        return err;
    r->signals.on_signal = on_signal;
    err = signals_open(&r->signals, &r->loop, numbers,
                       (int)ARRAY_COUNT(numbers));
    if (err != MPI_SUCCESS)
        return err;
    timer_init(&r->timeout, timed_out);
    timer_init(&r->patience, patience_over);
    timer_init(&r->pulse, check_pulse);
    r->output.with_tags = r->options->tag_output;
    r->output.on_taken = talk_output_taken;
    r->output.on_broken = stdout_broken;
    output_init(&r->output, &r->loop, r->host_count, r->job.rank_count);
    fences_init(&r->fences, &r->job);
    r->fences.owner = r;
    r->fences.done = talk_fence_done;
    return MPI_SUCCESS;
}

static void explain_placement(const struct run *r)
{
    for (int h = 0; h < r->host_count; h++) {
        struct strbuf text;
        strbuf_init(&text);
        job_describe_ranks(&r->job, h, &text);
        dprintf(STDERR_FILENO, "host %s: %s, %s\n", r->links[h].host,
                text.text,
                r->links[h].is_local ? "this machine" : "through ssh");
        strbuf_fini(&text);
    }
}

static void run(struct run *r)
{
    struct strbuf error;
    strbuf_init(&error);
    loop_start_timer(&r->loop, &r->patience, HELLO_MSEC);
    loop_start_timer(&r->loop, &r->pulse, PULSE_MSEC);
    if (r->options->timeout_seconds)
        loop_start_timer(&r->loop, &r->timeout,
                         r->options->timeout_seconds * 1000);
    if (start_links(r, &error) != MPI_SUCCESS)
        run_fail(r, EXIT_LAUNCH, &error);
    else if (r->options->explain)
        explain_placement(r);
    loop_run(&r->loop);
}

static void clean_up(struct run *r)
{
    for (int h = 0; h < r->host_count; h++)
        link_fini(&r->links[h]);
    input_stop(&r->input);
    output_fini(&r->output);
    fences_fini(&r->fences);
    signals_close(&r->signals);
    loop_fini(&r->loop);
    free(r->links);
    free(r->has_ended);
    free(r->report.ranks);
    job_fini(&r->job);
}

static void print_report(const struct run *r)
{
    struct strbuf text;
    strbuf_init(&text);
    report_print(&r->report, r->options->report, &text);
    dprintf(STDERR_FILENO, "%s", text.text);
    strbuf_fini(&text);
}

int run_job(struct run *r, const struct options *o)
{
    struct strbuf error;
    *r = (struct run){ .options = o };
    strbuf_init(&error);
    if (plan_job(&r->job, o, environ, &error) != MPI_SUCCESS) {
        dprintf(STDERR_FILENO, "mpirun: %s\n", error.text);
        strbuf_fini(&error);
        return EXIT_LAUNCH;
    }
    if (prepare(r) != MPI_SUCCESS)
        return EXIT_LAUNCH;
    run(r);
    check_agents(r);
    if (o->report != REPORT_NONE)
        print_report(r);
    if (r->verdict.is_given && r->verdict.sentence.bytes > 0)
        dprintf(STDERR_FILENO, "mpirun: %s.\n", r->verdict.sentence.text);
    int exit_code = r->verdict.is_given ? r->verdict.exit_code : r->death_code;
    if (r->verdict.is_given)
        strbuf_fini(&r->verdict.sentence);
    clean_up(r);
    return exit_code;
}
