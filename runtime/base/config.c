/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of settings and its readers. To add a setting: a field in struct
 * settings, a row here, a use. Rows marked internal are set by mpirun for its
 * ranks and left out of the printed table.
 */
#define LOG_MODULE "config"
#include "runtime/base/config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/log.h"
#include "runtime/base/platform.h"

#define PREFIX "BATON_"

/* Short, for the table. */
#define BOOL   CONFIG_BOOL
#define INT    CONFIG_INT
#define BYTES  CONFIG_BYTES
#define STRING CONFIG_STRING
enum audience { USER, INTERNAL };

struct row {
    const char *variable;
    const char *def;
    enum config_kind kind;
    size_t offset;
    enum audience audience;
    const char *help;
};

#define AT(field) offsetof(struct settings, field)

struct settings settings;

static const struct row rows[] = {
    { "BATON_LOG", "warn", STRING, AT(log), USER,
      "Least severe log level printed: error, warn, info, debug, trace." },
    { "BATON_TRANSPORTS", "self,shm,verbs", STRING, AT(transports), USER,
      "Transports allowed, in order of preference. verbs,self forces RDMA "
      "within a node too." },
    { "BATON_EXPLAIN", "no", BOOL, AT(explain), USER,
      "Print what was chosen for each pair of ranks, and why." },
    { "BATON_DEVICE", "", STRING, AT(device), USER,
      "RDMA devices allowed, as NAME or NAME:PORT with commas between; empty "
      "allows all." },
    { "BATON_GID_INDEX", "-1", INT, AT(gid_index), USER,
      "Index of the port's GID to use; -1 chooses a RoCE v2 IPv4 one." },
    { "BATON_RENDEZVOUS", "auto", STRING, AT(rendezvous), USER,
      "Who moves a long message: read lets the receiver, write the sender; auto "
      "reads where that can be, and writes from scattered into contiguous "
      "memory and, within a host over Soft-RoCE, every second of several." },
    { "BATON_RENDEZVOUS_CHUNK_BYTES", "4M", BYTES, AT(rendezvous_chunk_bytes),
      USER, "Bytes of a long message that are registered at a time, while "
      "those before are moved; 0 registers all at once." },
    { "BATON_SCATTER_BYTES", "0", BYTES, AT(scatter_bytes), USER,
      "Non-contiguous messages whose blocks have at least this length, on "
      "average, are moved in place; others are packed. 0 takes 4k over RDMA "
      "and 64k within a node." },
    { "BATON_UNEXPECTED_BYTES", "1G", BYTES, AT(unexpected_bytes), USER,
      "Memory of a rank for messages that came before their receive. At half "
      "of it senders are asked to wait until their messages are received, at "
      "all of it the job ends." },
    { "BATON_VERBS_EAGER_BYTES", "8k", BYTES, AT(verbs_eager_bytes), USER,
      "Largest packet sent by copy over RDMA; longer messages use "
      "rendezvous." },
    { "BATON_VERBS_CREDITS", "32", INT, AT(verbs_credits), USER,
      "Packets that each peer may have under way to a rank over RDMA; each "
      "takes BATON_VERBS_EAGER_BYTES of pinned memory." },
    { "BATON_VERBS_HOT_PEERS", "8", INT, AT(verbs_hot_peers), USER,
      "Peers, at most 64, that may get a ring in a rank's memory for their "
      "small packets over RDMA; 0 leaves all to the receive queue." },
    { "BATON_SHM_EAGER_BYTES", "16k", BYTES, AT(shm_eager_bytes), USER,
      "Largest packet copied through shared memory; longer messages use a "
      "single copy between the processes." },
    { "BATON_SHM_RING_BYTES", "64k", BYTES, AT(shm_ring_bytes), USER,
      "Payload bytes of the shared-memory ring of one pair and direction." },
    { "BATON_SHM_HUGE_PAGES", "no", BOOL, AT(shm_huge_pages), USER,
      "Ask the kernel to give the node's shared memory in huge pages: fewer "
      "address translations, but memory is taken by 2 MiB and not by 4 KiB." },
    { "BATON_CMA", "yes", BOOL, AT(cma), USER,
      "Use cross-memory attach (process_vm_readv) for large messages within a "
      "node." },
    { "BATON_NODE_COLLECTIVES", "yes", BOOL, AT(node_collectives), USER,
      "Let short blocking collectives of ranks on one node go through shared "
      "memory; no sends messages." },
    { "BATON_REGCACHE", "keep", STRING, AT(regcache), USER,
      "Registered memory: keep it for reuse; verify looks at each reuse whether "
      "the pages are the same; strict lets peers read only during a transfer; "
      "no keeps nothing." },
    { "BATON_REGCACHE_BYTES", "0", BYTES, AT(regcache_bytes), USER,
      "Registered memory kept for reuse; 0 takes half of the memlock limit." },
    { "BATON_CONNECT_SECONDS", "20", INT, AT(connect_seconds), USER,
      "Time in which a connection to a peer must come up." },
    { "BATON_VERBS_TIMEOUT", "14", INT, AT(verbs_timeout), USER,
      "Acknowledge timeout of a queue pair: 4.096 us times 2 to this power." },
    { "BATON_VERBS_RETRY_COUNT", "7", INT, AT(verbs_retry_count), USER,
      "Times a queue pair repeats a packet before the peer counts as lost." },
    { "BATON_VERBS_ANSWER_SECONDS", "60", INT, AT(verbs_answer_seconds), USER,
      "Time after which a queue pair that has answered nothing counts as lost, "
      "if its device has not said so before." },
    { "BATON_VERBS_READS", "16", INT, AT(verbs_reads), USER,
      "RDMA reads that a rank has on the wire to one peer at most; fewer when "
      "one of the two devices takes fewer, and with 0 none are used." },
    { "BATON_VERBS_RAILS", "auto", STRING, AT(verbs_rails), USER,
      "Ports over which long messages are spread: 1 uses the nearest alone; 2 "
      "warns when a second cannot be used; auto uses it where it can." },
    { "BATON_VERBS_RAIL_SECONDS", "10", INT, AT(verbs_rail_seconds), USER,
      "The same for a second port, which is then no longer used." },
    { "BATON_VERBS_WINDOWS", "auto", STRING, AT(verbs_windows), USER,
      "With BATON_REGCACHE=strict, let a peer in by memory windows where the "
      "device has them; auto leaves out Soft-RoCE, which does not look at "
      "their bounds; no registers memory for each transfer." },
    { "BATON_VERBS_TRAFFIC_CLASS", "-1", INT, AT(verbs_traffic_class), USER,
      "Traffic class (type of service) of all RDMA packets, 0 to 255; the "
      "service level follows from it. -1 leaves it to the system." },
    { "BATON_VERBS_PKEY", "", STRING, AT(verbs_pkey), USER,
      "InfiniBand partition key in hexadecimal, such as 8001; empty takes that "
      "of the port's first IPoIB interface." },
    { "BATON_VERBS_RECEIVE_BYTES", "256M", BYTES, AT(verbs_receive_bytes), USER,
      "Pinned memory for packets from all peers of a rank; in jobs of so many "
      "ranks that it does not do, each peer gets fewer credits, at least 4." },
    { "BATON_SPIN", "-1", INT, AT(spin), USER,
      "Idle polls before a waiting rank yields its core; -1 chooses by ranks "
      "per core." },
    { "BATON_SLEEP_USEC", "-1", INT, AT(sleep_usec), USER,
      "Microseconds for which a waiting rank yields before it sleeps until a "
      "message wakes it; -1 chooses by ranks per core." },
    { "BATON_ARGUMENT_CHECKS", "yes", BOOL, AT(argument_checks), USER,
      "Find wrong values of arguments, such as a negative count; without, they "
      "are used as they are." },
    { "BATON_COLL_ALGORITHMS", "", STRING, AT(coll_algorithms), USER,
      "Algorithms that collectives must take where they can, as in "
      "allreduce:ring,bcast:chain." },
    { "BATON_COLL_TABLE", "", STRING, AT(coll_table), USER,
      "File that says which algorithm a collective takes by ranks, ranks per "
      "node and bytes; empty takes the built-in table." },
    { "BATON_COLL_REPRODUCIBLE", "no", BOOL, AT(coll_reproducible), USER,
      "Combine the operands of a reduction in an order that does not depend on "
      "which ranks share a node; the same at all ranks." },
    { "BATON_COLL_SEGMENT_BYTES", "128k", BYTES, AT(coll_segment_bytes), USER,
      "Segment of a pipelined collective; the same at all ranks." },
    { "BATON_ERRORS_AT_WORLD", "no", BOOL, AT(errors_at_world), USER,
      "raise at MPI_COMM_WORLD errors that belong to no communicator, or to "
      "one with the default error handler, as libraries before MPI-4.0 did" },
    { "BATON_SSH", "ssh", STRING, AT(ssh), USER,
      "Command by which mpirun reaches other hosts, such as ssh -p 2222." },
    { "BATON_COLL_NODE_RANKS", "0", INT, AT(coll_node_ranks), INTERNAL, "" },
    { "BATON_NODE_SEGMENT_FD", "-1", INT, AT(node_segment_fd), INTERNAL, "" },
    { "BATON_HOST", "", STRING, AT(launcher_host), INTERNAL, "" },
};

bool config_parse_bytes(const char *text, size_t *bytes)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    static const char suffixes[] = "kmgt";
    unsigned shift = 0;
    if (*end) {
        const char *suffix = strchr(suffixes, *end | 0x20);
        if (!suffix || end[1])
            return false;
        shift = 10 * (unsigned)(suffix - suffixes + 1);
    }
    if (errno || value > SIZE_MAX >> shift)
        return false;
    *bytes = (size_t)value << shift;
    return true;
}

static bool parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = { "1", "yes", "on", "true" };
    static const char *const no[] = { "0", "no", "off", "false" };
    for (size_t i = 0; i < ARRAY_COUNT(yes); i++)
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *value = strcmp(text, yes[i]) == 0;
            return true;
        }
    return false;
}

static bool parse_int(const char *text, int *value)
{
    char *end;
    errno = 0;
    long parsed = strtol(text, &end, 10);
    if (end == text || *end || errno || parsed < INT32_MIN ||
        parsed > INT32_MAX)
        return false;
    *value = (int)parsed;
    return true;
}

static bool parse(const struct row *row, const char *text)
{
    void *field = (char *)&settings + row->offset;
    switch (row->kind) {
    case CONFIG_BOOL:
        return parse_bool(text, field);
    case CONFIG_INT:
        return parse_int(text, field);
    case CONFIG_BYTES:
        return config_parse_bytes(text, field);
    case CONFIG_STRING:
        *(const char **)field = text;
        return true;
    }
    return false;
}

static const struct row *find(const char *variable)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (strcmp(rows[i].variable, variable) == 0)
            return &rows[i];
    return NULL;
}

/* Levenshtein distance, one row at a time; names longer than 63 are cut. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t columns = strlen(b) < 63 ? strlen(b) : 63;
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < gap ? change : gap;
        }
    }
    return row[columns];
}

const char *config_nearest(const char *name)
{
    const char *best = NULL;
    size_t best_distance = strlen(name) / 2;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        size_t d = distance(name, rows[i].variable);
        if (rows[i].audience == USER && d < best_distance) {
            best_distance = d;
            best = rows[i].variable;
        }
    }
    return best;
}

/* BATON_CC and BATON_CXX belong to the compiler wrappers, BATON_LAB to the
 * test lab. */
static bool is_of_tools(const char *name)
{
    static const char *const tools[] = { "BATON_CC", "BATON_CXX", "BATON_LAB" };
    for (size_t i = 0; i < ARRAY_COUNT(tools); i++)
        if (strncmp(name, tools[i], strlen(tools[i])) == 0)
            return true;
    return false;
}

static void warn_of_unknown(void)
{
    extern char **environ;
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, PREFIX, strlen(PREFIX)) != 0)
            continue;
        char name[64];
        size_t length = strcspn(*entry, "=");
        if (length >= sizeof name)
            length = sizeof name - 1;
        memcpy(name, *entry, length);
        name[length] = '\0';
        if (find(name) || is_of_tools(name))
            continue;
        const char *nearest = config_nearest(name);
        if (nearest)
            log_warn("unknown setting %s in the environment; did you mean %s?",
                     name, nearest);
        else
            log_warn("unknown setting %s in the environment; mpirun "
                     "--help-vars lists all", name);
    }
}

int config_load(void)
{
    static const char *const expected[] = { "yes or no", "a whole number",
                                            "a size such as 64k", "text" };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        parse(&rows[i], rows[i].def);
        const char *text = getenv(rows[i].variable);
        if (text && !parse(&rows[i], text)) {
            log_error("%s=%s in the environment: expected %s",
                      rows[i].variable, text, expected[rows[i].kind]);
            return MPI_ERR_ARG;
        }
    }
    if (!log_parse_level(settings.log, &log_level)) {
        log_error("BATON_LOG=%s in the environment: expected error, warn, "
                  "info, debug or trace", settings.log);
        return MPI_ERR_ARG;
    }
    /* mpirun has looked at the same environment, once for all its ranks. */
    if (!settings.launcher_host[0])
        warn_of_unknown();
    return MPI_SUCCESS;
}

int config_ensure(void)
{
    static bool is_loaded;
    int err = is_loaded ? MPI_SUCCESS : config_load();
    is_loaded = err == MPI_SUCCESS;
    return err;
}

int config_count(void)
{
    int count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        count += rows[i].audience == USER;
    return count;
}

bool config_get(int index, struct config_setting *out)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        if (row->audience != USER || index-- != 0)
            continue;
        *out = (struct config_setting){ row->variable, row->help, row->kind,
                                        (char *)&settings + row->offset };
        return true;
    }
    return false;
}

/* Texts are kept for good: there is no telling who still looks at one. */
static int set_text(const char **field, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        return MPI_ERR_NO_MEM;
    *field = copy;
    return MPI_SUCCESS;
}

int config_set(const struct config_setting *setting, const void *value)
{
    switch (setting->kind) {
    case CONFIG_BOOL:
        *(bool *)setting->value = *(const bool *)value;
        break;
    case CONFIG_INT:
        *(int *)setting->value = *(const int *)value;
        break;
    case CONFIG_BYTES:
        *(size_t *)setting->value = *(const size_t *)value;
        break;
    case CONFIG_STRING:
        return set_text(setting->value, value);
    }
    return MPI_SUCCESS;
}

void config_print(FILE *out)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].audience == USER)
            fprintf(out, "  %-24s default %s\n      %s\n", rows[i].variable,
                    rows[i].def[0] ? rows[i].def : "empty", rows[i].help);
}
