/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun's half of wire.h: each frame of an agent is unpacked, checked and
 * turned into a step of the job.
 */
#define LOG_MODULE "mpirun"
#include <mpi.h>
#include <unistd.h>

#include "launcher/mpirun.h"
#include "runtime/base/log.h"
#include "runtime/base/node_segment.h"
#include "runtime/base/status.h"

static void send_word(struct link *k, enum frame_type type, uint32_t word)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, word);
    channel_send(&k->channel, type, &body);
    strbuf_fini(&body);
}

void talk_to_all(struct run *r, enum frame_type type, const uint32_t *word)
{
    for (int h = 0; h < r->host_count; h++)
        if (word)
            send_word(&r->links[h], type, *word);
        else
            channel_send(&r->links[h].channel, type, NULL);
}

void talk_send_job(struct run *r)
{
    for (int h = 0; h < r->host_count; h++) {
        struct strbuf body;
        strbuf_init(&body);
        job_pack(&r->job, h, &body);
        channel_send(&r->links[h].channel, FRAME_JOB, &body);
        strbuf_fini(&body);
    }
}

void talk_output_taken(struct output *o, int host, size_t bytes)
{
    struct run *r = CONTAINER_OF(o, struct run, output);
    send_word(&r->links[host], FRAME_OUTPUT_TAKEN, (uint32_t)bytes);
    if (r->state == JOB_OVER && output_is_empty(o))
        loop_stop(&r->loop);
}

void talk_fence_done(void *owner, int host, uint32_t id,
                     const struct strbuf *blob)
{
    struct run *r = owner;
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, id);
    wire_put_text(&body, "");
    wire_put_bytes(&body, blob->text, blob->bytes);
    channel_send(&r->links[host].channel, FRAME_FENCE, &body);
    strbuf_fini(&body);
}

static void hello(struct run *r, struct link *k, struct wire_reader *body)
{
    uint32_t version = wire_get_u32(body);
    const char *release = wire_get_text(body);
    if (version != WIRE_VERSION || body->is_bad) {
        struct strbuf text;
        strbuf_init(&text);
        strbuf_printf(&text, "host %s has another version of Baton (%s, this "
                      "is %s); install the same there", k->host,
                      body->is_bad ? "unknown" : release, BATON_VERSION);
        run_fail(r, EXIT_LAUNCH, &text);
        return;
    }
    k->has_said_hello = true;
    strbuf_clear(&k->err_text); /* banners of a login that worked */
    if (++r->hello_count == r->host_count)
        run_event(r, EVENT_HELLO);
}

static bool is_rank_of(const struct run *r, const struct link *k, int rank)
{
    return rank >= 0 && rank < r->job.rank_count &&
           r->job.rank_host[rank] == k->index;
}

static void start_failed(struct run *r, struct link *k,
                         struct wire_reader *body)
{
    struct strbuf text;
    uint32_t rank = wire_get_u32(body);
    int exit_code = (int)wire_get_u32(body);
    strbuf_init(&text);
    strbuf_printf(&text, "cannot start rank %u on %s: %s", rank, k->host,
                  wire_get_text(body));
    run_fail(r, exit_code, &text);
}

static void output(struct run *r, struct link *k, struct wire_reader *body)
{
    struct chunk c = { .host = k->index };
    c.rank = (int)wire_get_u32(body);
    c.stream = (int)wire_get_u32(body);
    c.data = wire_get_bytes(body, &c.bytes);
    if (!body->is_bad && is_rank_of(r, k, c.rank))
        output_put(&r->output, &c);
}

/* A rank that ends without MPI_Init leaves those that called it waiting for
 * ever. */
static void check_skipped(struct run *r)
{
    if (!r->has_connected || r->skipped_rank < 0)
        return;
    struct strbuf text;
    strbuf_init(&text);
    strbuf_printf(&text, "rank %d on %s ended without calling MPI_Init, which "
                  "other ranks called", r->skipped_rank,
                  r->job.hosts.item[r->job.rank_host[r->skipped_rank]]);
    verdict_add_others(&text, r->job.rank_count - r->ended_count);
    run_fail(r, 1, &text);
}

/* After -timeout, what each rank was doing when it was stopped. */
static void say_where(const struct rank_end *e, const char *host)
{
    if (e->state == STATUS_EMPTY)
        dprintf(STDERR_FILENO, "mpirun: rank %d on %s was running\n", e->rank,
                host);
    else
        dprintf(STDERR_FILENO, "mpirun: rank %d on %s was %s\n", e->rank, host,
                e->phrase);
}

/* Can the job go on without this rank, and is it to? The others must have
 * come out of MPI_Init. */
static bool can_go_on(const struct run *r, const struct rank_end *e)
{
    return r->options->keep_going && r->state == JOB_RUNNING &&
           e->state == STATUS_INITIALIZED && r->death_count < NODE_DEATHS_MAX;
}

static void outlive(struct run *r, const struct rank_end *e, const char *host)
{
    struct strbuf text, body;
    strbuf_init(&text);
    rank_end_describe(e, host, &text);
    dprintf(STDERR_FILENO, "mpirun: %s; the job goes on.\n", text.text);
    strbuf_fini(&text);
    if (r->death_count++ == 0)
        r->death_code = rank_end_exit_code(e);
    strbuf_init(&body);
    wire_put_u32(&body, (uint32_t)e->rank);
    wire_put_u32(&body, (uint32_t)e->wait_status);
    for (int h = 0; h < r->host_count; h++)
        channel_send(&r->links[h].channel, FRAME_DEATH, &body);
    strbuf_fini(&body);
}

static void rank_ended(struct run *r, struct link *k, struct wire_reader *body,
                       bool has_aborted)
{
    struct rank_end end;
    if (!rank_end_unpack(&end, body) || !is_rank_of(r, k, end.rank))
        return;
    if (!has_aborted && !r->has_ended[end.rank]) {
        r->has_ended[end.rank] = true;
        r->ended_count++;
    }
    if (r->is_late && !has_aborted)
        say_where(&end, k->host);
    if (rank_end_is_failure(&end) && can_go_on(r, &end)) {
        outlive(r, &end, k->host);
    } else if (rank_end_is_failure(&end)) {
        struct strbuf text;
        int running = r->job.rank_count - r->ended_count - has_aborted;
        strbuf_init(&text);
        rank_end_describe(&end, k->host, &text);
        verdict_add_others(&text, running);
        run_fail(r, rank_end_exit_code(&end), &text);
    } else if (!end.is_connected) {
        r->skipped_rank = end.rank;
        check_skipped(r);
    }
}

static void counters(struct run *r, struct link *k, struct wire_reader *body)
{
    struct counters c;
    int rank;
    if (report_unpack(&rank, &c, body) && is_rank_of(r, k, rank))
        r->report.ranks[rank] = c;
}

static void modex_ask(struct run *r, struct wire_reader *body)
{
    struct wire_reader copy = *body;
    uint32_t id = wire_get_u32(&copy);
    uint32_t asking = wire_get_u32(&copy);
    uint32_t rank = wire_get_u32(&copy);
    if (copy.is_bad || asking >= (uint32_t)r->host_count ||
        rank >= (uint32_t)r->job.rank_count)
        return;
    struct strbuf text;
    strbuf_init(&text);
    wire_put_u32(&text, id);
    wire_put_u32(&text, asking);
    wire_put_u32(&text, rank);
    channel_send(&r->links[r->job.rank_host[rank]].channel, FRAME_MODEX_ASK,
                 &text);
    strbuf_fini(&text);
}

static void modex_answer(struct run *r, struct wire_reader *body)
{
    struct strbuf text;
    size_t bytes;
    strbuf_init(&text);
    wire_put_u32(&text, wire_get_u32(body));
    uint32_t asking = wire_get_u32(body);
    wire_put_u32(&text, asking);
    wire_put_u32(&text, wire_get_u32(body));
    const char *data = wire_get_bytes(body, &bytes);
    wire_put_bytes(&text, data, bytes);
    if (!body->is_bad && asking < (uint32_t)r->host_count)
        channel_send(&r->links[asking].channel, FRAME_MODEX_ANSWER, &text);
    strbuf_fini(&text);
}

static void fence(struct run *r, struct link *k, struct wire_reader *body)
{
    struct contribution c = { .host = k->index };
    c.id = wire_get_u32(body);
    c.key = wire_get_text(body);
    c.blob = wire_get_bytes(body, &c.bytes);
    if (!body->is_bad)
        fences_add(&r->fences, &c);
}

void talk_frame(struct link *k, uint32_t type, struct wire_reader *body)
{
    struct run *r = k->owner;
    switch (type) {
    case FRAME_HELLO:
        hello(r, k, body);
        break;
    case FRAME_HEARTBEAT:
        break;
    case FRAME_STARTED:
        k->has_started = true;
        if (++r->started_count == r->host_count)
            run_event(r, EVENT_STARTED);
        break;
    case FRAME_START_FAILED:
        start_failed(r, k, body);
        break;
    case FRAME_OUTPUT:
        output(r, k, body);
        break;
    case FRAME_STDIN_TAKEN:
        input_add_credit(&r->input, wire_get_u32(body));
        break;
    case FRAME_RANK_ENDED:
        rank_ended(r, k, body, false);
        break;
    case FRAME_ABORTED:
        rank_ended(r, k, body, true);
        break;
    case FRAME_CONNECTED:
        r->has_connected = true;
        check_skipped(r);
        break;
    case FRAME_EXPLAIN:
        dprintf(STDERR_FILENO, "%s", wire_get_text(body));
        break;
    case FRAME_COUNTERS:
        counters(r, k, body);
        break;
    case FRAME_DONE:
        k->is_done = true;
        run_check_hosts(r);
        break;
    case FRAME_FENCE:
        fence(r, k, body);
        break;
    case FRAME_MODEX_ASK:
        modex_ask(r, body);
        break;
    case FRAME_MODEX_ANSWER:
        modex_answer(r, body);
        break;
    default:
        log_warn("unknown frame %u from %s", (unsigned)type, k->host);
    }
}
