/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank ends and verdicts: pure, so that each sentence can be tested.
 */
#include "launcher/verdict.h"

#include <string.h>
#include <sys/wait.h>

#include "runtime/base/status.h"

void rank_end_pack(const struct rank_end *e, struct strbuf *body)
{
    wire_put_u32(body, (uint32_t)e->rank);
    wire_put_u32(body, (uint32_t)e->wait_status);
    wire_put_u32(body, e->is_connected);
    wire_put_u32(body, e->is_finalized);
    wire_put_u32(body, e->state);
    wire_put_u32(body, (uint32_t)e->abort_code);
    wire_put_text(body, e->phrase);
    wire_put_text(body, e->last_words);
}

bool rank_end_unpack(struct rank_end *e, struct wire_reader *body)
{
    e->rank = (int)wire_get_u32(body);
    e->wait_status = (int)wire_get_u32(body);
    e->is_connected = wire_get_u32(body) != 0;
    e->is_finalized = wire_get_u32(body) != 0;
    e->state = wire_get_u32(body);
    e->abort_code = (int)wire_get_u32(body);
    e->phrase = wire_get_text(body);
    e->last_words = wire_get_text(body);
    return !body->is_bad;
}

/* It became a rank of an MPI job and never left it. */
static bool left_unfinished(const struct rank_end *e)
{
    if (e->state == STATUS_FINALIZED)
        return false;
    return e->state == STATUS_INITIALIZED ||
           (e->is_connected && !e->is_finalized);
}

bool rank_end_is_failure(const struct rank_end *e)
{
    return e->wait_status != 0 || e->state == STATUS_ABORTED ||
           left_unfinished(e);
}

int rank_end_exit_code(const struct rank_end *e)
{
    int code = WIFSIGNALED(e->wait_status)
                   ? EXIT_SIGNAL + WTERMSIG(e->wait_status)
                   : WEXITSTATUS(e->wait_status);
    if (e->state == STATUS_ABORTED)
        code = e->abort_code & 0xff;
    return code ? code : 1;
}

static bool is_mpi_program(const struct rank_end *e)
{
    return e->is_connected || e->state != STATUS_EMPTY;
}

void rank_end_describe(const struct rank_end *e, const char *host,
                       struct strbuf *out)
{
    strbuf_printf(out, "rank %d on %s ", e->rank, host);
    if (e->state == STATUS_ABORTED) {
        if (e->last_words[0])
            strbuf_printf(out, "ended the job with code %d: %s", e->abort_code,
                          e->last_words);
        else
            strbuf_printf(out, "called MPI_Abort with code %d", e->abort_code);
        return;
    }
    if (WIFSIGNALED(e->wait_status))
        strbuf_printf(out, "was killed by signal %d (%s)",
                      WTERMSIG(e->wait_status),
                      strsignal(WTERMSIG(e->wait_status)));
    else
        strbuf_printf(out, "exited with code %d", WEXITSTATUS(e->wait_status));
    if (WIFEXITED(e->wait_status) && left_unfinished(e))
        strbuf_puts(out, " without calling MPI_Finalize");
    else if (is_mpi_program(e))
        strbuf_printf(out, " %s", e->phrase);
}

bool verdict_give(struct verdict *v, int exit_code, const struct strbuf *text)
{
    if (v->is_given)
        return false;
    v->is_given = true;
    v->exit_code = exit_code;
    strbuf_init(&v->sentence);
    strbuf_add(&v->sentence, text->text, text->bytes);
    return true;
}

void verdict_add_others(struct strbuf *text, int others)
{
    if (others == 1)
        strbuf_puts(text, "; the other rank was stopped");
    else if (others > 1)
        strbuf_printf(text, "; the other %d ranks were stopped", others);
}
