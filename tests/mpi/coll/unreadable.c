/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collectives of ranks that read each other's memory, until one of them is no
 * longer allowed to: what is long then goes another way, and arrives.
 *
 * ranks: 2 3
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "blocks.h"

enum { COUNT = 16 << 10, BEFORE = 8, ROUNDS = 24 };

static int rank, size;
static int *a, *b;

/* From now on process_vm_readv fails in this process. */
static void forbid_reading(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof rules / sizeof rules[0], rules };
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void check_blocks(int tag)
{
    for (int from = 0; from < size; from++)
        check_block(b + from * COUNT, COUNT, from, tag);
}

static void all(int round)
{
    const int root = round % size;
    fill_block(a, COUNT, rank, round);
    MPI_Allgather(a, COUNT, MPI_INT, b, COUNT, MPI_INT, MPI_COMM_WORLD);
    check_blocks(round);
    for (int to = 0; to < size; to++)
        fill_block(a + to * COUNT, COUNT, rank, round + to);
    MPI_Alltoall(a, COUNT, MPI_INT, b, COUNT, MPI_INT, MPI_COMM_WORLD);
    check_blocks(round + rank);
    MPI_Bcast(a, COUNT, MPI_INT, root, MPI_COMM_WORLD);
    check_block(a, COUNT, root, round);
}

int main(void)
{
    begin(&rank, &size);
    a = make_blocks(size, COUNT);
    b = make_blocks(size, COUNT);
    for (int round = 0; round < ROUNDS; round++) {
        if (round == BEFORE && rank == 1)
            forbid_reading();
        all(round);
    }
    free(a);
    free(b);
    MPI_Finalize();
    return 0;
}
