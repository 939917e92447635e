/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of options, their handlers and the loop over the arguments. A
 * handler gets the option's argument (NULL when it takes none) and returns
 * NULL, or what it expected instead.
 */
#include "launcher/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <mpi.h>

struct parser {
    struct options *options;
    struct section *section;
};

struct option {
    const char *names;    /* separated by blanks */
    const char *argument; /* NULL: takes none; "[=...]": only after a '=' */
    const char *(*take)(struct parser *p, const char *text);
    const char *help;
};

static bool parse_number(const char *text, int least, int *value)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < least || number > 1 << 24)
        return false;
    *value = (int)number;
    return true;
}

static void replace(char **field, const char *text)
{
    free(*field);
    *field = must_copy(text);
}

static const char *take_count(struct parser *p, const char *text)
{
    return parse_number(text, 1, &p->section->count)
               ? NULL : "a number of ranks, 1 or more";
}

static const char *take_host(struct parser *p, const char *text)
{
    strings_add(&p->section->hosts, text);
    return NULL;
}

static const char *take_hostfile(struct parser *p, const char *text)
{
    replace(&p->section->hostfile, text);
    return NULL;
}

static const char *take_ppn(struct parser *p, const char *text)
{
    return parse_number(text, 1, &p->options->ppn)
               ? NULL : "a number of ranks per host, 1 or more";
}

static const char *take_export(struct parser *p, const char *text)
{
    if (text[0] == '\0' || text[0] == '=')
        return "NAME or NAME=VALUE";
    strings_add(&p->section->exports, text);
    return NULL;
}

static const char *take_pset(struct parser *p, const char *text)
{
    bool is_free = strncasecmp(text, "mpi://", 6) != 0;
    if (text[0] == '\0' || !is_free || strpbrk(text, ", \t\n") ||
        strlen(text) >= MPI_MAX_PSET_NAME_LEN)
        return "a name without blanks and commas, not one of mpi://";
    strings_add(&p->section->psets, text);
    return NULL;
}

static const char *take_wdir(struct parser *p, const char *text)
{
    replace(&p->section->wdir, text);
    return NULL;
}

static const char *take_bind(struct parser *p, const char *text)
{
    static const struct { const char *name; enum bind_to bind; } known[] = {
        { "none", BIND_NONE },     { "core", BIND_CORE },
        { "socket", BIND_SOCKET }, { "numa", BIND_NUMA },
    };
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (strcmp(text, known[i].name) == 0) {
            p->options->bind = known[i].bind;
            return NULL;
        }
    return "core, socket, numa or none";
}

static const char *take_map(struct parser *p, const char *text)
{
    if (strcmp(text, "slot") == 0)
        p->options->map = MAP_SLOT;
    else if (strcmp(text, "node") == 0)
        p->options->map = MAP_NODE;
    else
        return "slot or node";
    return NULL;
}

static const char *take_timeout(struct parser *p, const char *text)
{
    return parse_number(text, 1, &p->options->timeout_seconds)
               ? NULL : "a number of seconds, 1 or more";
}

static const char *take_ssh(struct parser *p, const char *text)
{
    if (text[strspn(text, " \t")] == '\0')
        return "a command such as \"ssh -p 2222\"";
    replace(&p->options->ssh, text);
    return NULL;
}

static const char *take_prefix(struct parser *p, const char *text)
{
    if (text[0] != '/')
        return "an absolute path";
    replace(&p->options->prefix, text);
    return NULL;
}

static const char *take_tag_output(struct parser *p, const char *text)
{
    p->options->tag_output = true;
    return NULL;
}

static const char *take_oversubscribe(struct parser *p, const char *text)
{
    p->options->oversubscribe = true;
    return NULL;
}

static const char *take_keep_going(struct parser *p, const char *text)
{
    p->options->keep_going = true;
    return NULL;
}

static const char *take_explain(struct parser *p, const char *text)
{
    p->options->explain = true;
    return NULL;
}

static const char *take_report(struct parser *p, const char *text)
{
    return report_parse_form(text, &p->options->report)
               ? NULL : "job, rank or json";
}

static const char *take_help(struct parser *p, const char *text)
{
    p->options->action = ACTION_HELP;
    return NULL;
}

static const char *take_help_vars(struct parser *p, const char *text)
{
    p->options->action = ACTION_HELP_VARS;
    return NULL;
}

static const char *take_version(struct parser *p, const char *text)
{
    p->options->action = ACTION_VERSION;
    return NULL;
}

static const struct option table[] = {
    { "n np c", "N", take_count, "Start N ranks of the program." },
    { "host hosts H", "LIST", take_host,
      "Hosts, as a,b or a:2,b:2 (ranks a host may hold)." },
    { "hostfile machinefile f", "FILE", take_hostfile,
      "Hosts from a file: a line each, `a`, `a:2` or `a slots=2`." },
    { "ppn npernode", "N", take_ppn, "At most N ranks on each host." },
    { "map-by", "HOW", take_map,
      "slot: fill one host after the other (default); node: in turn." },
    { "oversubscribe", NULL, take_oversubscribe,
      "Allow more ranks than the hosts have slots." },
    { "bind-to", "WHAT", take_bind,
      "Tie each rank to a core, socket, numa node, or to none." },
    { "x", "NAME[=VALUE]", take_export,
      "Set NAME for the ranks, or hand on mpirun's." },
    { "pset", "NAME", take_pset,
      "Name a process set that this program's ranks belong to." },
    { "wdir wd", "DIR", take_wdir, "Start the ranks in DIR." },
    { "tag-output", NULL, take_tag_output,
      "Begin each line of output with [rank]." },
    { "timeout", "S", take_timeout,
      "End the job after S seconds, with exit code 124." },
    { "keep-going disable-auto-cleanup", NULL, take_keep_going,
      "Let the others go on when a rank dies; they are told." },
    { "ssh", "CMD", take_ssh, "Command that reaches a host (BATON_SSH)." },
    { "prefix", "DIR", take_prefix,
      "Where Baton is installed on the hosts, if not as here." },
    { "explain", NULL, take_explain,
      "Print what was chosen (placement, binding, transports), and why." },
    { "report", "[=job|rank|json]", take_report,
      "Print what moved the job's bytes, at its end, on stderr." },
    { "help h", NULL, take_help, "Print this text." },
    { "help-vars", NULL, take_help_vars,
      "Print the settings (BATON_... variables)." },
    { "version V", NULL, take_version, "Print the version." },
};

static bool has_name(const struct option *option, const char *name)
{
    size_t length = strlen(name);
    const char *at = option->names;
    while (*at) {
        size_t here = strcspn(at, " ");
        if (here == length && strncmp(at, name, length) == 0)
            return true;
        at += here;
        at += strspn(at, " ");
    }
    return false;
}

static const struct option *find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (has_name(&table[i], name))
            return &table[i];
    return NULL;
}

static struct section *add_section(struct options *o)
{
    struct section *grown = must_alloc((size_t)o->section_count + 1,
                                       sizeof *grown);
    if (o->sections)
        memcpy(grown, o->sections,
               (size_t)o->section_count * sizeof *grown);
    free(o->sections);
    o->sections = grown;
    return &grown[o->section_count++];
}

/* One option at argv[*at]; leaves *at behind it. NULL argument: at the end. */
static int take_option(struct parser *p, char **argv, int *at,
                       struct strbuf *error)
{
    const char *word = argv[(*at)++];
    const char *name = word + (word[1] == '-' ? 2 : 1);
    char plain[64];
    size_t length = strcspn(name, "=");
    snprintf(plain, sizeof plain, "%.*s", (int)length, name);
    const struct option *option = find(plain);
    if (!option) {
        strbuf_printf(error, "%s: no such option; mpirun --help lists them",
                      word);
        return MPI_ERR_ARG;
    }
    const char *text = NULL;
    bool is_optional = option->argument && option->argument[0] == '[';
    if (is_optional)
        text = name[length] == '=' ? name + length + 1 : "";
    else if (option->argument)
        text = name[length] == '=' ? name + length + 1 : argv[*at];
    if (option->argument ? !text : name[length] == '=') {
        strbuf_printf(error, option->argument ? "%s: its argument %s is missing"
                                              : "%s: takes no argument",
                      word, option->argument);
        return MPI_ERR_ARG;
    }
    if (option->argument && !is_optional && name[length] != '=')
        (*at)++;
    const char *expected = option->take(p, text);
    if (expected) {
        strbuf_printf(error, "-%s %s: expected %s", plain, text, expected);
        return MPI_ERR_ARG;
    }
    return MPI_SUCCESS;
}

int options_parse(struct options *o, int argc, char **argv,
                  struct strbuf *error)
{
    *o = (struct options){ 0 };
    struct parser p = { .options = o, .section = add_section(o) };
    int at = 1;
    while (at < argc) {
        if (argv[at][0] == '-' && argv[at][1] != '\0') {
            int err = take_option(&p, argv, &at, error);
            if (err != MPI_SUCCESS)
                return err;
            if (o->action != ACTION_RUN)
                return MPI_SUCCESS;
            continue;
        }
        while (at < argc && strcmp(argv[at], ":") != 0)
            strings_add(&p.section->argv, argv[at++]);
        if (at == argc)
            break;
        if (p.section->argv.count == 0 || at + 1 == argc)
            break;
        at++;
        p.section = add_section(o);
    }
    for (int i = 0; i < o->section_count; i++)
        if (o->sections[i].argv.count == 0 || at < argc) {
            strbuf_puts(error, o->section_count == 1 && at == argc
                                   ? "no program is named; mpirun -n 2 PROGRAM"
                                   : "a program is missing beside `:`");
            return MPI_ERR_ARG;
        }
    return MPI_SUCCESS;
}

void options_fini(struct options *o)
{
    for (int i = 0; i < o->section_count; i++) {
        struct section *s = &o->sections[i];
        strings_fini(&s->argv);
        strings_fini(&s->exports);
        strings_fini(&s->psets);
        strings_fini(&s->hosts);
        free(s->wdir);
        free(s->hostfile);
    }
    free(o->sections);
    free(o->ssh);
    free(o->prefix);
    *o = (struct options){ 0 };
}

void options_print(FILE *out)
{
    fputs("Usage: mpirun [OPTION]... PROGRAM [ARG]... "
          "[: [OPTION]... PROGRAM [ARG]...]...\n"
          "Start a program as the ranks of one job, here or on other hosts "
          "through ssh.\n\n", out);
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        char left[80] = "";
        size_t used = 0;
        const char *at = table[i].names;
        while (*at) {
            size_t length = strcspn(at, " ");
            used += (size_t)snprintf(left + used, sizeof left - used, "%s-%.*s",
                                     used ? ", " : "", (int)length, at);
            at += length;
            at += strspn(at, " ");
        }
        if (table[i].argument)
            snprintf(left + used, sizeof left - used, "%s%s",
                     table[i].argument[0] == '[' ? "" : " ",
                     table[i].argument);
        fprintf(out, "  %-26s %s\n", left, table[i].help);
    }
    fputs("\nWithout -host and -hostfile the hosts are those of the Slurm "
          "allocation, or this\none. Exit code: that of the first rank that "
          "failed (128 + N for signal N), 124\nafter -timeout, 125 when the "
          "job could not be started or a host was lost, 126 or\n127 for a "
          "program that cannot be run or is not there.\n", out);
}
