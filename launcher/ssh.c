/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting agents: here by fork, elsewhere by the user's own ssh. The carrier
 * runs in a session of its own, so that a ^C at mpirun's terminal reaches the
 * ranks through mpirun and does not cut the links, and ssh cannot ask for a
 * password there.
 */
#define LOG_MODULE "ssh"
#include "launcher/link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/hosts.h"
#include "launcher/lines.h"
#include "launcher/process.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"

enum { LINGER_MSEC = 1000, ERR_LIMIT = 4096 };

static const char agent_name[] = "baton-agent";

/* The agent stands beside mpirun, or in PREFIX/bin. */
static void find_agent(const struct link_options *o, bool is_local,
                       char *path, size_t room)
{
    if (o->prefix && !is_local) {
        snprintf(path, room, "%s/bin/%s", o->prefix, agent_name);
        return;
    }
    char self[4096] = "";
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = length > 0 ? strrchr(self, '/') : NULL;
    int folder = slash ? (int)(slash - self) : 0;
    snprintf(path, room, "%.*s/%s", folder, self, agent_name);
}

/* Append path as one word of the remote shell. */
static void quote(struct strbuf *out, const char *path)
{
    strbuf_puts(out, "'");
    for (; *path; path++)
        if (*path == '\'')
            strbuf_puts(out, "'\\''");
        else
            strbuf_add(out, path, 1);
    strbuf_puts(out, "'");
}

/* Options that only OpenSSH knows are given to ssh alone, not to another
 * command of -ssh. */
static bool is_openssh(const char *program)
{
    const char *slash = strrchr(program, '/');
    return strcmp(slash ? slash + 1 : program, "ssh") == 0;
}

static void make_command(const struct link *k, const struct link_options *o,
                         struct strings *argv)
{
    static const char *const ssh_options[] = {
        "-T", "-x", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10",
        "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
    };
    char agent[4200];
    find_agent(o, k->is_local, agent, sizeof agent);
    if (k->is_local) {
        strings_add(argv, agent);
        return;
    }
    strings_add_words(argv, o->ssh);
    if (is_openssh(argv->item[0]))
        for (size_t i = 0; i < ARRAY_COUNT(ssh_options); i++)
            strings_add(argv, ssh_options[i]);
    struct strbuf command;
    strbuf_init(&command);
    strbuf_puts(&command, "exec ");
    quote(&command, agent);
    strings_add(argv, k->host);
    strings_add(argv, command.text);
    strbuf_fini(&command);
}

/* ---- the end of a link ---- */

static void check_gone(struct link *k)
{
    bool is_known = k->pid == 0 && !k->err_is_open;
    if (k->is_gone || k->channel.is_open ||
        (!is_known && timer_is_running(&k->linger)))
        return;
    k->is_gone = true;
    loop_stop_timer(&k->linger);
    k->on_gone(k);
}

static void linger_over(struct timer *t)
{
    check_gone(CONTAINER_OF(t, struct link, linger));
}

static void on_closed(struct channel *c, const char *why)
{
    struct link *k = CONTAINER_OF(c, struct link, channel);
    if (why)
        strbuf_printf(&k->err_text, "%s\n", why);
    loop_start_timer(k->loop, &k->linger, LINGER_MSEC);
    check_gone(k);
}

void link_reap(struct link *k)
{
    if (k->pid > 0 && waitpid(k->pid, &k->wait_status, WNOHANG) == k->pid) {
        k->pid = 0;
        check_gone(k);
    }
}

void link_cut(struct link *k)
{
    if (k->pid > 0)
        kill(k->pid, k->is_local ? SIGKILL : SIGTERM);
    channel_close(&k->channel);
    if (!k->is_gone) {
        k->is_gone = true;
        k->on_gone(k);
    }
}

/* ---- stderr of ssh and of the agent ---- */

/* After hello, show each line at once with the host's name before it. */
static void show_err(struct link *k)
{
    size_t bytes = k->err_is_open ? lines_whole_bytes(&k->err_text)
                                  : k->err_text.bytes;
    struct strbuf text;
    char tag[300];
    bool at_start = true;
    snprintf(tag, sizeof tag, "%s: ", k->host);
    strbuf_init(&text);
    lines_tag(&text, tag, k->err_text.text, bytes, &at_start);
    strbuf_drop(&k->err_text, bytes);
    ssize_t written = write(STDERR_FILENO, text.text, text.bytes);
    (void)written; /* there is nowhere left to report to */
    strbuf_fini(&text);
}

static void err_ready(struct watch *w, uint32_t events)
{
    struct link *k = CONTAINER_OF(w, struct link, err);
    char buffer[ERR_LIMIT];
    ssize_t count = read(w->fd, buffer, sizeof buffer);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count > 0) {
        strbuf_add(&k->err_text, buffer, (size_t)count);
        if (k->err_text.bytes > 2 * ERR_LIMIT)
            strbuf_drop(&k->err_text, k->err_text.bytes - ERR_LIMIT);
    } else {
        loop_watch(k->loop, &k->err, 0);
        close(w->fd);
        k->err_is_open = false;
    }
    if (k->has_said_hello)
        show_err(k);
    check_gone(k);
}

/* The lines of stderr as one: "a; b". */
static void add_err_text(const struct link *k, struct strbuf *out)
{
    const char *separator = "";
    char *copy = must_copy(k->err_text.text);
    char *rest = copy;
    for (char *line; (line = strsep(&rest, "\r\n")) != NULL;) {
        if (!*line)
            continue;
        strbuf_printf(out, "%s%s", separator, line);
        separator = "; ";
    }
    free(copy);
    if (!*separator)
        strbuf_puts(out, "it gave no reason");
}

void link_describe_end(const struct link *k, struct strbuf *out)
{
    bool has_code = k->pid == 0 && WIFEXITED(k->wait_status);
    int code = has_code ? WEXITSTATUS(k->wait_status) : -1;
    if (k->is_local) {
        strbuf_printf(out, "the agent on %s ended", k->host);
        if (code >= 0)
            strbuf_printf(out, " with code %d", code);
    } else if (k->has_said_hello) {
        strbuf_printf(out, "the connection to host %s was closed", k->host);
    } else if (code == 127 || code == 126) {
        strbuf_printf(out, "cannot start the agent on host %s: ", k->host);
        add_err_text(k, out);
        strbuf_puts(out, "; Baton must be installed there at the same path, "
                         "or at one named by -prefix");
        return;
    } else {
        strbuf_printf(out, "cannot reach host %s: ", k->host);
        add_err_text(k, out);
        strbuf_printf(out, "; check the name, and that `ssh %s true` works "
                      "without a password", k->host);
        return;
    }
    if (k->err_text.bytes > 0) {
        strbuf_puts(out, ": ");
        add_err_text(k, out);
    }
}

/* ---- start ---- */

static void channel_frame(struct channel *c, uint32_t type,
                          struct wire_reader *body)
{
    struct link *k = CONTAINER_OF(c, struct link, channel);
    k->heard_nsec = clock_nsec();
    k->on_frame(k, type, body);
}

static int open_pipes(int to[2], int from[2], int err[2])
{
    to[0] = to[1] = from[0] = from[1] = err[0] = err[1] = -1;
    return pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC) ||
           pipe2(err, O_CLOEXEC);
}

int link_start(struct link *k, struct loop *l, const struct link_options *o,
               struct strbuf *error)
{
    int to[2], from[2], err[2];
    k->loop = l;
    k->is_local = host_is_here(k->host);
    k->heard_nsec = clock_nsec();
    strbuf_init(&k->err_text);
    timer_init(&k->linger, linger_over);
    if (open_pipes(to, from, err)) {
        strbuf_printf(error, "cannot open pipes to host %s: %s", k->host,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    struct strings argv = { 0 };
    make_command(k, o, &argv);
    struct process_spec spec = { .argv = argv.item, .in = to[0],
                                 .out = from[1], .err = err[1],
                                 .kept_fd = -1, .flags = PROCESS_SESSION };
    int exit_code;
    int rc = process_start(&spec, &k->pid, error, &exit_code);
    strings_fini(&argv);
    close(to[0]);
    close(from[1]);
    close(err[1]);
    k->channel.on_frame = channel_frame;
    k->channel.on_closed = on_closed;
    k->channel.must_find_magic = true;
    channel_open(&k->channel, l, from[0], to[1]);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    watch_init(&k->err, err[0], err_ready);
    k->err_is_open = true;
    loop_watch(l, &k->err, EPOLLIN);
    return rc;
}

void link_fini(struct link *k)
{
    if (!k->loop)
        return;
    channel_close(&k->channel);
    if (k->err_is_open) {
        loop_watch(k->loop, &k->err, 0);
        close(k->err.fd);
    }
    strbuf_fini(&k->err_text);
    loop_stop_timer(&k->linger);
}
