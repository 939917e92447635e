/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fork and exec. The agent has PMIx's threads, so the child does only what is
 * safe after fork; all memory it needs was made before. A close-on-exec pipe
 * carries the reason of a failing exec back.
 */
#define LOG_MODULE "process"
#include "launcher/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mpi.h>

#include "launcher/strings.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"

extern char **environ;

enum step { STEP_SETUP, STEP_WDIR, STEP_EXEC };

struct failure {
    enum step step;
    int error;
};

static void report(int fd, enum step step)
{
    struct failure f = { .step = step, .error = errno };
    ssize_t written = write(fd, &f, sizeof f);
    (void)written; /* the parent then sees an end of file and a dead child */
    _exit(EXIT_FAILURE);
}

/* Give descriptors 0, 1, 2 and kept_fd, close all others at exec. */
static void set_descriptors(const struct process_spec *spec)
{
    dup2(spec->in, STDIN_FILENO);
    dup2(spec->out, STDOUT_FILENO);
    dup2(spec->err, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    if (spec->kept_fd >= 0)
        fcntl(spec->kept_fd, F_SETFD, 0);
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGTTIN, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void enter_wdir(const struct process_spec *spec, int report_fd)
{
    if (!spec->wdir || chdir(spec->wdir) == 0)
        return;
    const char *home = environment_get(environ, "HOME");
    if ((spec->flags & PROCESS_MUST_HAVE_WDIR) || !home || chdir(home) != 0)
        report(report_fd, STEP_WDIR);
}

static void become(const struct process_spec *spec, pid_t parent,
                   int report_fd)
{
    if (spec->flags & PROCESS_SESSION)
        setsid();
    else
        setpgid(0, 0);
    if (spec->flags & PROCESS_DIES_WITH_US) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
    }
    set_descriptors(spec);
    if (spec->cpus && sched_setaffinity(0, sizeof *spec->cpus, spec->cpus) != 0)
        report(report_fd, STEP_SETUP);
    if (spec->env)
        environ = spec->env;
    enter_wdir(spec, report_fd);
    reset_signals();
    execvp(spec->argv[0], spec->argv);
    report(report_fd, STEP_EXEC);
}

static void explain(const struct process_spec *spec, const struct failure *f,
                    struct strbuf *error, int *exit_code)
{
    const char *program = spec->argv[0];
    *exit_code = f->error == ENOENT && f->step == STEP_EXEC ? 127 : 126;
    if (f->step == STEP_SETUP) {
        strbuf_printf(error, "cannot bind %s to its cores: %s", program,
                      strerror(f->error));
    } else if (f->step == STEP_WDIR) {
        strbuf_printf(error, "cannot start %s in directory %s: %s", program,
                      spec->wdir, strerror(f->error));
    } else if (f->error == ENOENT && !strchr(program, '/')) {
        strbuf_printf(error, "program %s is not in PATH: %s", program,
                      strerror(f->error));
        if (access(program, X_OK) == 0)
            strbuf_printf(error, "; did you mean ./%s?", program);
    } else {
        strbuf_printf(error, "cannot run program %s: %s", program,
                      strerror(f->error));
    }
}

int process_start(const struct process_spec *spec, pid_t *out,
                  struct strbuf *error, int *exit_code)
{
    int report_fds[2];
    pid_t parent = getpid();
    pid_t pid = -1;
    *exit_code = 126;
    if (pipe2(report_fds, O_CLOEXEC) == 0) {
        pid = fork();
        if (pid == 0)
            become(spec, parent, report_fds[1]);
        close(report_fds[1]);
        if (pid < 0)
            close(report_fds[0]);
    }
    if (pid < 0) {
        strbuf_printf(error, "cannot start a process for %s: %s",
                      spec->argv[0], strerror(errno));
        return MPI_ERR_OTHER;
    }
    struct failure f;
    ssize_t count;
    do {
        count = read(report_fds[0], &f, sizeof f);
    } while (count < 0 && errno == EINTR);
    close(report_fds[0]);
    if (count != sizeof f) {
        *out = pid;
        return MPI_SUCCESS;
    }
    waitpid(pid, NULL, 0);
    explain(spec, &f, error, exit_code);
    return MPI_ERR_OTHER;
}

/* SIGKILL to each process whose parent we are; returns how many. */
static int kill_children(void)
{
    int killed = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc)) != NULL) {
        char path[300];
        char line[512] = "";
        int parent = 0;
        int pid = atoi(entry->d_name);
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = pid > 0 ? fopen(path, "re") : NULL;
        if (!file)
            continue;
        /* "pid (name) state parent ...": the name may hold anything. */
        if (fgets(line, sizeof line, file)) {
            char *name_end = strrchr(line, ')');
            if (name_end)
                sscanf(name_end + 1, " %*c %d", &parent);
        }
        fclose(file);
        if (parent == (int)getpid() && kill(pid, SIGKILL) == 0)
            killed++;
    }
    if (proc)
        closedir(proc);
    return killed;
}

void process_kill_descendants(void)
{
    uint64_t give_up = clock_nsec() + 5000000000u;
    while (clock_nsec() < give_up) {
        kill_children();
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (pid < 0 && errno == ECHILD)
            return;
        struct timespec pause = { .tv_nsec = 2000000 };
        nanosleep(&pause, NULL);
    }
    log_warn("some processes did not end after SIGKILL");
}

void process_adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}
