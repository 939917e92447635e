/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report. The table names what moved bytes and leaves out what did
 * nothing; the JSON has every counter by its name, for programs.
 *
 * Zero-copy is the share of the message bytes received that no processor
 * copied on the way: those that the device or the kernel put into the user's
 * buffer, of these and those that came in packets.
 */
#include "launcher/report.h"

#include <inttypes.h>
#include <string.h>

bool report_parse_form(const char *text, enum report_form *form)
{
    static const struct { const char *name; enum report_form form; } known[] = {
        { "", REPORT_JOB },      { "job", REPORT_JOB },
        { "rank", REPORT_RANK }, { "json", REPORT_JSON },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(text, known[i].name) == 0) {
            *form = known[i].form;
            return true;
        }
    return false;
}

void report_pack(int rank, const struct counters *c, struct strbuf *body)
{
    wire_put_u32(body, (uint32_t)rank);
    wire_put_bytes(body, c, sizeof *c);
}

bool report_unpack(int *rank, struct counters *c, struct wire_reader *body)
{
    size_t bytes;
    *rank = (int)wire_get_u32(body);
    const char *data = wire_get_bytes(body, &bytes);
    if (body->is_bad || bytes != sizeof *c)
        return false;
    memcpy(c, data, sizeof *c);
    return true;
}

/* ---- the table ---- */

/* A line of the table: a heading and the counters that belong to it. */
struct line {
    const char *heading;
    struct {
        enum counter which;
        const char *label;
    } part[8];
};

static const struct line lines[] = {
    { "messages sent", {
        { COUNTER_EAGER_MESSAGES, "eager" },
        { COUNTER_RENDEZVOUS_MESSAGES, "rendezvous" } } },
    { "moved without a copy", {
        { COUNTER_RDMA_READ_BYTES, "by the device" },
        { COUNTER_RDMA_WRITE_BYTES, "written by the device" },
        { COUNTER_CMA_BYTES, "by the kernel" } } },
    { "copied by processors", {
        { COUNTER_COPIED_OUT_BYTES, "into eager packets" },
        { COUNTER_COPIED_IN_BYTES, "out of them" },
        { COUNTER_COPIED_UNEXPECTED_BYTES, "unexpected" },
        { COUNTER_COPIED_BOUNCE_BYTES, "large, in packets" },
        { COUNTER_PACKED_BYTES, "packing" },
        { COUNTER_COPIED_LOCAL_BYTES, "within a rank" } } },
    { "combined by processors", { { COUNTER_REDUCED_BYTES, "reductions" } } },
    { "memory registered", {
        { COUNTER_REGISTRATIONS, "made" },
        { COUNTER_REGISTRATION_HITS, "found again" },
        { COUNTER_REGISTRATIONS_EVICTED, "evicted" },
        { COUNTER_REGISTRATIONS_INVALID, "invalidated" },
        { COUNTER_REGISTRATIONS_WRONG, "WRONG" },
        { COUNTER_WINDOWS, "shown by windows" } } },
    { "of it pinned", {
        { COUNTER_PINNED_PEAK_BYTES, "at peak" },
        { COUNTER_PINNED_BYTES, "at the end" } } },
};

static void print_amount(uint64_t amount, const char *unit, struct strbuf *out)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    if (strcmp(unit, "bytes") != 0) {
        strbuf_printf(out, "%" PRIu64, amount);
        return;
    }
    double scaled = (double)amount;
    size_t i = 0;
    for (; scaled >= 1024 && i + 1 < sizeof units / sizeof units[0]; i++)
        scaled /= 1024;
    strbuf_printf(out, i == 0 ? "%.0f %s" : "%.1f %s", scaled, units[i]);
}

static void print_line(const struct line *line, const struct counters *c,
                       struct strbuf *out)
{
    bool has_any = false;
    for (size_t i = 0; i < sizeof line->part / sizeof line->part[0] &&
                       line->part[i].label; i++) {
        enum counter which = line->part[i].which;
        if (c->value[which] == 0)
            continue;
        if (has_any)
            strbuf_puts(out, ", ");
        else
            strbuf_printf(out, "  %-24s", line->heading);
        has_any = true;
        print_amount(c->value[which], counter_table[which].unit, out);
        strbuf_printf(out, " %s", line->part[i].label);
    }
    if (has_any)
        strbuf_puts(out, "\n");
}

static void print_zero_copy(const struct counters *c, struct strbuf *out)
{
    uint64_t moved = c->value[COUNTER_RDMA_READ_BYTES] +
                     c->value[COUNTER_RDMA_WRITE_BYTES] +
                     c->value[COUNTER_CMA_BYTES];
    /* Bounced bytes are counted at both ends of a message. */
    uint64_t copied = c->value[COUNTER_COPIED_IN_BYTES] +
                      c->value[COUNTER_COPIED_BOUNCE_BYTES] / 2;
    if (moved + copied == 0)
        return;
    strbuf_printf(out, "  %-24s%.1f %% of ", "zero-copy",
                  100.0 * (double)moved / (double)(moved + copied));
    print_amount(moved + copied, "bytes", out);
    strbuf_puts(out, " received\n");
}

static void print_table(const struct counters *c, struct strbuf *out)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        print_line(&lines[i], c, out);
}

/* ---- JSON ---- */

static void print_json(const struct counters *c, struct strbuf *out)
{
    for (int i = 0; i < COUNTER_COUNT; i++)
        strbuf_printf(out, "%s\"%s\":%" PRIu64, i ? "," : "{",
                      counter_table[i].name, c->value[i]);
    strbuf_puts(out, "}");
}

void report_print(const struct report *r, enum report_form form,
                  struct strbuf *out)
{
    struct counters sum = { { 0 } };
    for (int i = 0; i < r->count; i++)
        counters_add(&sum, &r->ranks[i]);
    if (form == REPORT_JSON) {
        strbuf_puts(out, "{\"job\":");
        print_json(&sum, out);
        strbuf_puts(out, ",\"ranks\":[");
        for (int i = 0; i < r->count; i++) {
            strbuf_puts(out, i ? "," : "");
            print_json(&r->ranks[i], out);
        }
        strbuf_puts(out, "]}\n");
        return;
    }
    for (int i = 0; i < r->count && form == REPORT_RANK; i++) {
        strbuf_printf(out, "rank %d\n", i);
        print_table(&r->ranks[i], out);
    }
    strbuf_printf(out, "all %d ranks\n", r->count);
    print_table(&sum, out);
    print_zero_copy(&sum, out);
}
