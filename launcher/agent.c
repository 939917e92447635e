/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * baton-agent: started by mpirun on each host, by fork or through ssh, with
 * the link on its stdin and stdout.
 */
#define LOG_MODULE "agent"
#include "launcher/agent.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/keeper.h"
#include "launcher/process.h"
#include "launcher/verdict.h"
#include "runtime/base/log.h"

extern char **environ;

static void send_u32(struct agent *a, enum frame_type type, uint32_t value)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, value);
    channel_send(&a->channel, type, &body);
    strbuf_fini(&body);
}

/* ---- from the PMIx server ---- */

static void on_connected(void *owner, int world)
{
    struct agent *a = owner;
    struct agent_rank *r = ranks_find(a, world);
    if (r) {
        r->is_connected = true;
        send_u32(a, FRAME_CONNECTED, (uint32_t)world);
    }
}

static void on_finalized(void *owner, int world)
{
    struct agent_rank *r = ranks_find(owner, world);
    if (r)
        r->is_finalized = true;
}

static void on_aborted(void *owner, int world, int code, const char *sentence)
{
    struct agent *a = owner;
    struct agent_rank *r = ranks_find(a, world);
    if (!r)
        return;
    struct status_page *page =
        node_segment_status(&a->segment, (uint32_t)(r - a->ranks));
    /* A PMIx client that is not ours has not written its page. */
    if (page->state != STATUS_ABORTED) {
        page->state = STATUS_ABORTED;
        page->exit_code = code;
        snprintf(page->last_words, sizeof page->last_words, "%s", sentence);
    }
    struct strbuf body;
    strbuf_init(&body);
    ranks_pack_end(a, r, 0, &body);
    channel_send(&a->channel, FRAME_ABORTED, &body);
    strbuf_fini(&body);
}

static void on_fence(void *owner, uint32_t id, const char *key,
                     const struct strbuf *blob)
{
    struct agent *a = owner;
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, id);
    wire_put_text(&body, key);
    wire_put_bytes(&body, blob->text, blob->bytes);
    channel_send(&a->channel, FRAME_FENCE, &body);
    strbuf_fini(&body);
}

static void on_ask(void *owner, uint32_t id, int rank)
{
    struct agent *a = owner;
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, id);
    wire_put_u32(&body, (uint32_t)a->host);
    wire_put_u32(&body, (uint32_t)rank);
    channel_send(&a->channel, FRAME_MODEX_ASK, &body);
    strbuf_fini(&body);
}

static void on_answer(void *owner, uint32_t id, int host, uint32_t status,
                      const struct strbuf *blob)
{
    struct agent *a = owner;
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, id);
    wire_put_u32(&body, (uint32_t)host);
    wire_put_u32(&body, status);
    wire_put_bytes(&body, blob->text, blob->bytes);
    channel_send(&a->channel, FRAME_MODEX_ANSWER, &body);
    strbuf_fini(&body);
}

/* ---- the job ---- */

static void on_streams_end(struct stdio *s)
{
    ranks_check_done(CONTAINER_OF(s, struct agent, stdio));
}

static int choose_binding(struct agent *a, struct strbuf *error)
{
    hwloc_topology_t topology;
    hwloc_cpuset_t allowed = hwloc_bitmap_alloc();
    hwloc_topology_init(&topology);
    int err = MPI_ERR_OTHER;
    if (hwloc_topology_load(topology) == 0) {
        if (hwloc_get_cpubind(topology, allowed, HWLOC_CPUBIND_THREAD) != 0)
            hwloc_bitmap_copy(allowed,
                              hwloc_topology_get_allowed_cpuset(topology));
        err = binding_choose(&a->binding, topology, allowed, a->job.bind,
                             a->rank_count, error);
    } else {
        strbuf_puts(error, "hwloc cannot read this machine's topology");
    }
    hwloc_topology_destroy(topology);
    hwloc_bitmap_free(allowed);
    return err;
}

static void explain_binding(struct agent *a)
{
    struct strbuf text;
    strbuf_init(&text);
    for (int i = 0; i < a->rank_count; i++) {
        strbuf_printf(&text, "rank %d on %s: ", a->ranks[i].world,
                      a->job.hosts.item[a->host]);
        binding_describe(&a->binding, i, &text);
        strbuf_puts(&text, "\n");
    }
    struct strbuf body;
    strbuf_init(&body);
    wire_put_text(&body, text.text);
    channel_send(&a->channel, FRAME_EXPLAIN, &body);
    strbuf_fini(&body);
    strbuf_fini(&text);
}

static void make_ranks(struct agent *a)
{
    int count = job_local_count(&a->job, a->host);
    a->ranks = must_alloc((size_t)count, sizeof *a->ranks);
    for (int r = 0; r < a->job.rank_count; r++)
        if (a->job.rank_host[r] == a->host) {
            struct agent_rank *rank = &a->ranks[a->rank_count++];
            rank->world = r;
            rank->out.rank = r;
            rank->out.number = STDOUT_FILENO;
            rank->err.rank = r;
            rank->err.number = STDERR_FILENO;
        }
}

static int prepare(struct agent *a, struct strbuf *error)
{
    static const struct pmix_events events = {
        .connected = on_connected, .finalized = on_finalized,
        .aborted = on_aborted, .fence = on_fence, .ask = on_ask,
        .answer = on_answer,
    };
    struct pmix_events bound = events;
    bound.owner = a;
    int err = choose_binding(a, error);
    if (err != MPI_SUCCESS)
        return err;
    if (a->job.explain)
        explain_binding(a);
    err = node_segment_create(&a->segment, (uint32_t)a->rank_count);
    if (err != MPI_SUCCESS)
        strbuf_puts(error, "no shared memory for the ranks");
    if (err == MPI_SUCCESS) {
        err = pmix_server_open(&a->pmix, &a->loop, &a->job, a->host, &bound);
        if (err != MPI_SUCCESS)
            strbuf_puts(error, "the PMIx server does not start");
    }
    return err;
}

static void start_job(struct agent *a, struct wire_reader *body)
{
    struct strbuf error;
    strbuf_init(&error);
    if (a->rank_count > 0 ||
        job_unpack(&a->job, &a->host, body) != MPI_SUCCESS) {
        log_error("mpirun sent something else than a job");
        loop_stop(&a->loop);
        return;
    }
    char name[288];
    snprintf(name, sizeof name, "agent@%s", a->job.hosts.item[a->host]);
    log_set_name(name);
    make_ranks(a);
    if (prepare(a, &error) == MPI_SUCCESS) {
        ranks_start(a);
    } else {
        struct strbuf failed;
        strbuf_init(&failed);
        wire_put_u32(&failed, (uint32_t)a->ranks[0].world);
        wire_put_u32(&failed, EXIT_LAUNCH);
        wire_put_text(&failed, error.text);
        channel_send(&a->channel, FRAME_START_FAILED, &failed);
        ranks_check_done(a);
        strbuf_fini(&failed);
    }
    strbuf_fini(&error);
}

/* ---- from mpirun ---- */

static void end_ranks(struct agent *a, int grace_msec)
{
    ranks_signal(a, SIGTERM);
    ranks_signal(a, SIGCONT);
    loop_start_timer(&a->loop, &a->kill, grace_msec);
}

static void kill_ranks(struct timer *t)
{
    ranks_signal(CONTAINER_OF(t, struct agent, kill), SIGKILL);
}

static void fence_done(struct agent *a, struct wire_reader *body)
{
    uint32_t id = wire_get_u32(body);
    wire_get_text(body);
    size_t bytes;
    const char *data = wire_get_bytes(body, &bytes);
    if (a->pmix && !body->is_bad)
        pmix_server_fence_done(a->pmix, id, data, bytes);
}

static void modex_asked(struct agent *a, struct wire_reader *body)
{
    uint32_t id = wire_get_u32(body);
    int host = (int)wire_get_u32(body);
    int rank = (int)wire_get_u32(body);
    if (a->pmix && !body->is_bad)
        pmix_server_ask(a->pmix, id, host, rank);
}

static void modex_answered(struct agent *a, struct wire_reader *body)
{
    uint32_t id = wire_get_u32(body);
    wire_get_u32(body);
    uint32_t status = wire_get_u32(body);
    size_t bytes;
    const char *data = wire_get_bytes(body, &bytes);
    if (a->pmix && !body->is_bad)
        pmix_server_answer(a->pmix, id, status, data, bytes);
}

static void tell_of_death(struct agent *a, struct wire_reader *body)
{
    int world = (int)wire_get_u32(body);
    int wait_status = (int)wire_get_u32(body);
    if (a->segment.pages && !body->is_bad)
        node_segment_add_death(&a->segment, world, wait_status);
}

static void on_frame(struct channel *c, uint32_t type,
                     struct wire_reader *body)
{
    struct agent *a = CONTAINER_OF(c, struct agent, channel);
    size_t bytes;
    const char *data;
    switch (type) {
    case FRAME_JOB:
        start_job(a, body);
        break;
    case FRAME_STDIN:
        data = wire_get_bytes(body, &bytes);
        stdio_put_stdin(&a->stdio, data, bytes);
        break;
    case FRAME_OUTPUT_TAKEN:
        stdio_add_credit(&a->stdio, wire_get_u32(body));
        break;
    case FRAME_SIGNAL:
        ranks_signal(a, (int)wire_get_u32(body));
        break;
    case FRAME_KILL:
        end_ranks(a, (int)wire_get_u32(body));
        break;
    case FRAME_FENCE:
        fence_done(a, body);
        break;
    case FRAME_MODEX_ASK:
        modex_asked(a, body);
        break;
    case FRAME_MODEX_ANSWER:
        modex_answered(a, body);
        break;
    case FRAME_BYE:
        loop_stop(&a->loop);
        break;
    case FRAME_DEATH:
        tell_of_death(a, body);
        break;
    default:
        log_error("unknown frame %u from mpirun", (unsigned)type);
        loop_stop(&a->loop);
    }
}

static void on_closed(struct channel *c, const char *why)
{
    struct agent *a = CONTAINER_OF(c, struct agent, channel);
    if (why)
        log_error("link to mpirun: %s", why);
    loop_stop(&a->loop);
}

/* ---- the agent's life ---- */

static void on_signal(struct signals *s, int number)
{
    struct agent *a = CONTAINER_OF(s, struct agent, signals);
    if (number == SIGCHLD)
        ranks_reap(a);
    else
        loop_stop(&a->loop);
}

static void beat(struct timer *t)
{
    struct agent *a = CONTAINER_OF(t, struct agent, heartbeat);
    channel_send(&a->channel, FRAME_HEARTBEAT, NULL);
    loop_start_timer(&a->loop, t, WIRE_HEARTBEAT_MSEC);
}

static void say_hello(struct agent *a)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, WIRE_VERSION);
    wire_put_text(&body, BATON_VERSION);
    channel_send_magic(&a->channel);
    channel_send(&a->channel, FRAME_HELLO, &body);
    strbuf_fini(&body);
    beat(&a->heartbeat);
}

/* Keep the link to ourselves: whatever else writes to stdout reaches stderr,
 * which mpirun shows. */
static void take_link(int *in, int *out)
{
    *in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    *out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    close(null);
}

/* Another launcher's PMIx, as when mpirun runs inside a rank, is not ours. */
static void forget_other_launchers(void)
{
    struct strings names = { 0 };
    for (char **item = environ; *item; item++)
        if (strncmp(*item, "PMIX_", 5) == 0 || strncmp(*item, "PMI_", 4) == 0)
            strings_addf(&names, "%.*s", (int)strcspn(*item, "="), *item);
    for (size_t i = 0; i < names.count; i++)
        unsetenv(names.item[i]);
    strings_fini(&names);
}

static void clean_up(struct agent *a)
{
    process_kill_descendants();
    stdio_fini(&a->stdio);
    if (a->pmix)
        pmix_server_close(a->pmix);
    if (a->segment.pages)
        node_segment_close(&a->segment);
    binding_fini(&a->binding);
    signals_close(&a->signals);
    channel_close(&a->channel);
    job_fini(&a->job);
    free(a->ranks);
    loop_fini(&a->loop);
}

int main(int argc, char **argv)
{
    static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
    struct agent a = { .channel = { .on_frame = on_frame,
                                    .on_closed = on_closed },
                       .signals = { .on_signal = on_signal } };
    int in, out;
    if (isatty(STDIN_FILENO) || argc > 1) {
        fputs("baton-agent is started by mpirun, not by hand\n", stderr);
        return EXIT_LAUNCH;
    }
    log_set_name("agent");
    take_link(&in, &out);
    forget_other_launchers();
    keeper_start(in, out);
    process_adopt_orphans();
    if (loop_init(&a.loop) != MPI_SUCCESS ||
        signals_open(&a.signals, &a.loop, numbers,
                     (int)ARRAY_COUNT(numbers)) != MPI_SUCCESS)
        return EXIT_LAUNCH;
    timer_init(&a.heartbeat, beat);
    timer_init(&a.kill, kill_ranks);
    channel_open(&a.channel, &a.loop, in, out);
    stdio_init(&a.stdio, &a.loop, &a.channel);
    a.stdio.on_streams_end = on_streams_end;
    say_hello(&a);
    loop_run(&a.loop);
    clean_up(&a);
    return 0;
}
