/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that forks between messages: the parent's go on, from and into
 * the same buffers, while the child has its own copy of them and goes away
 * without MPI.
 *
 * ranks: 2 4
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "replaced.h"

enum { ROUNDS = 12 };

/* The child writes to its copy, which nobody else may see. */
static pid_t start_child(unsigned char *at)
{
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        memset(at, 0x77, BLOCK);
        _exit(at[BLOCK - 1] == 0x77 ? 0 : 1);
    }
    return pid;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    unsigned char *at = map_block(NULL, 0);
    for (int round = 0; round < ROUNDS; round++) {
        int status;
        pass(at, 2 * round);
        pid_t pid = start_child(at);
        pass(at, 2 * round + 1);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    munmap(at, BLOCK);
    MPI_Finalize();
    return 0;
}
