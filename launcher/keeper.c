/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's descendants are the keeper's too (child subreaper), so when the
 * agent is gone they become its children. If the keeper itself is killed, the
 * agent gets SIGTERM and cleans up on its own.
 */
#define LOG_MODULE "keeper"
#include "launcher/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/process.h"
#include "runtime/base/log.h"

/* Leave ending to the agent: it hears of mpirun's end by the link. */
static void ignore_signals(void)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2,
                                   SIGPIPE };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        signal(numbers[i], SIG_IGN);
}

static int wait_for(pid_t agent)
{
    int status = 0;
    for (;;) {
        pid_t pid = waitpid(-1, &status, 0);
        if (pid == agent || (pid < 0 && errno != EINTR))
            return status;
    }
}

void keeper_start(int in, int out)
{
    pid_t keeper = getpid();
    process_adopt_orphans();
    pid_t agent = fork();
    if (agent == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != keeper)
            _exit(EXIT_FAILURE);
        return;
    }
    if (agent < 0) {
        log_warn("no process for a keeper: %m");
        return;
    }
    close(in);
    close(out);
    ignore_signals();
    int status = wait_for(agent);
    process_kill_descendants();
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}
