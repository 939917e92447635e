/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of hosts. A name may hold what ssh takes (user@host), but not begin
 * with a dash: ssh would take it for an option.
 */
#include "launcher/hosts.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/strings.h"

void hosts_add(struct host_list *list, const char *name, int slots)
{
    for (int i = 0; i < list->count; i++) {
        struct host_entry *e = &list->entry[i];
        if (strcmp(e->name, name) == 0) {
            e->slots = (e->slots ? e->slots : 1) + (slots ? slots : 1);
            return;
        }
    }
    struct host_entry *grown = must_alloc((size_t)list->count + 1,
                                          sizeof *grown);
    if (list->entry)
        memcpy(grown, list->entry, (size_t)list->count * sizeof *grown);
    free(list->entry);
    list->entry = grown;
    grown[list->count++] = (struct host_entry){ .name = must_copy(name),
                                                .slots = slots };
}

void hosts_fini(struct host_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->entry[i].name);
    free(list->entry);
    *list = (struct host_list){ 0 };
}

static bool is_name(const char *name, size_t length)
{
    if (length == 0 || length > 255 || name[0] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("._-@", name[i]))
            return false;
    return true;
}

/* A whole number of slots, 1 or more, in `length` characters; else 0. */
static int parse_slots(const char *text, size_t length)
{
    int slots = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || slots > 1 << 20)
            return 0;
        slots = slots * 10 + (text[i] - '0');
    }
    return slots;
}

/* Add "a" or "a:2", given by its length; false when it is neither. */
static bool add_item(struct host_list *list, const char *item, size_t length)
{
    const char *colon = memchr(item, ':', length);
    size_t name_length = colon ? (size_t)(colon - item) : length;
    int slots = 0;
    if (colon) {
        slots = parse_slots(colon + 1, length - name_length - 1);
        if (slots == 0)
            return false;
    }
    if (!is_name(item, name_length))
        return false;
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)name_length, item);
    hosts_add(list, name, slots);
    return true;
}

int hosts_add_list(struct host_list *list, const char *text,
                   struct strbuf *error)
{
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (!add_item(list, at, length)) {
            strbuf_printf(error, "-host %s: expected hosts as a,b or a:2,b:2, "
                          "not `%.*s`", text, (int)length, at);
            return MPI_ERR_ARG;
        }
        at += length;
        if (*at == '\0')
            return MPI_SUCCESS;
    }
}

/* One line of a host file; true when it is empty or a host. */
static bool add_line(struct host_list *list, char *line)
{
    line[strcspn(line, "#\n")] = '\0';
    char *rest = line;
    char *item = strtok_r(line, " \t\r", &rest);
    if (!item)
        return true;
    char *number = strtok_r(NULL, " \t\r", &rest);
    if (!number)
        return add_item(list, item, strlen(item));
    static const char key[] = "slots=";
    int slots = strncmp(number, key, sizeof key - 1) == 0
                    ? parse_slots(number + sizeof key - 1,
                                  strlen(number + sizeof key - 1))
                    : 0;
    char *more = strtok_r(NULL, " \t\r", &rest);
    if (slots == 0 || !is_name(item, strlen(item)) ||
        (more && strncmp(more, "max_slots=", 10) != 0))
        return false;
    hosts_add(list, item, slots);
    return true;
}

int hosts_add_file(struct host_list *list, const char *path,
                   struct strbuf *error)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        strbuf_printf(error, "-hostfile %s: %s", path, strerror(errno));
        return MPI_ERR_ARG;
    }
    int err = MPI_SUCCESS;
    int before = list->count;
    char *line = NULL;
    size_t room = 0;
    for (int number = 1; getline(&line, &room, file) > 0; number++)
        if (!add_line(list, line)) {
            strbuf_printf(error, "-hostfile %s, line %d: expected a host as "
                          "`a`, `a:2` or `a slots=2`", path, number);
            err = MPI_ERR_ARG;
            break;
        }
    free(line);
    fclose(file);
    if (err == MPI_SUCCESS && list->count == before && before == 0) {
        strbuf_printf(error, "-hostfile %s: names no host", path);
        err = MPI_ERR_ARG;
    }
    return err;
}

/* Walks over "4(x3),2": the number for the next host. */
static int next_tasks(const char **at, int *left, int *tasks)
{
    if (!*at)
        return 0;
    if (*left == 0 && **at) {
        char *end;
        *tasks = (int)strtol(*at, &end, 10);
        *left = 1;
        if (strncmp(end, "(x", 2) == 0) {
            *left = (int)strtol(end + 2, &end, 10);
            end += *end == ')';
        }
        *at = end + (*end == ',');
    }
    if (*left > 0)
        (*left)--;
    return *tasks > 0 ? *tasks : 0;
}

/* One element of the node list, "x" or "n[1-3,07]", into plain names. */
static bool expand(struct strings *names, const char *text, size_t length)
{
    const char *open = memchr(text, '[', length);
    if (!open) {
        if (!is_name(text, length))
            return false;
        strings_addf(names, "%.*s", (int)length, text);
        return true;
    }
    int stem = (int)(open - text);
    const char *close = memchr(open, ']', length - (size_t)stem);
    if (!close || !is_name(text, (size_t)stem))
        return false;
    for (const char *at = open + 1; at < close; at++) {
        char *end;
        int width = (int)strspn(at, "0123456789");
        long first = strtol(at, &end, 10);
        long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
        if (width == 0 || last < first || last - first > 1 << 20 ||
            (*end != ',' && *end != ']'))
            return false;
        for (long i = first; i <= last; i++)
            strings_addf(names, "%.*s%0*ld%.*s", stem, text, width, i,
                         (int)(length - (size_t)(close + 1 - text)), close + 1);
        at = end;
    }
    return true;
}

int hosts_add_slurm(struct host_list *list, const char *nodes,
                    const char *tasks, struct strbuf *error)
{
    struct strings names = { 0 };
    const char *at = nodes;
    bool is_good = *at != '\0';
    while (is_good && *at) {
        size_t length = 0;
        for (int depth = 0; at[length] && (at[length] != ',' || depth);
             length++)
            depth += (at[length] == '[') - (at[length] == ']');
        is_good = expand(&names, at, length);
        at += length + (at[length] == ',');
    }
    int left = 0;
    int current = 0;
    for (size_t i = 0; is_good && i < names.count; i++)
        hosts_add(list, names.item[i], next_tasks(&tasks, &left, &current));
    strings_fini(&names);
    if (is_good)
        return MPI_SUCCESS;
    strbuf_printf(error, "SLURM_JOB_NODELIST=%s is not understood; name the "
                  "hosts with -host", nodes);
    return MPI_ERR_ARG;
}

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    if (!a || !b || a->sa_family != b->sa_family)
        return false;
    if (a->sa_family == AF_INET)
        return memcmp(&((const struct sockaddr_in *)a)->sin_addr,
                      &((const struct sockaddr_in *)b)->sin_addr,
                      sizeof(struct in_addr)) == 0;
    return a->sa_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                  &((const struct sockaddr_in6 *)b)->sin6_addr,
                  sizeof(struct in6_addr)) == 0;
}

/* Whether an interface of this machine has one of the name's addresses. */
static bool has_own_address(const char *name)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    struct ifaddrs *own = NULL;
    bool is_own = false;
    if (getaddrinfo(name, NULL, &hints, &found) == 0 && getifaddrs(&own) == 0)
        for (struct addrinfo *a = found; a; a = a->ai_next)
            for (struct ifaddrs *i = own; i; i = i->ifa_next)
                is_own = is_own || is_same_address(a->ai_addr, i->ifa_addr);
    if (found)
        freeaddrinfo(found);
    if (own)
        freeifaddrs(own);
    return is_own;
}

bool host_is_here(const char *name)
{
    char own[256] = "";
    gethostname(own, sizeof own - 1);
    if (strchr(name, '@'))
        return false;
    return strcmp(name, "localhost") == 0 || strcmp(name, own) == 0 ||
           has_own_address(name);
}
