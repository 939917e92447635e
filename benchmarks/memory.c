/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private memory of a rank, kB: each rank starts, meets the others at barriers
 * and prints a line. Built with ONLY_PMIX it does no more than any PMIx client,
 * which is what benchmarks/memory subtracts.
 */
#include <stdio.h>
#include <stdlib.h>

#ifdef ONLY_PMIX
#include <pmix.h>
#else
#include <mpi.h>
#endif

/* Pages that this process alone has written. */
static long private_kb(void)
{
    char line[256];
    long kb = -1;
    FILE *f = fopen("/proc/self/smaps_rollup", "r");

    while (f && fgets(line, sizeof line, f))
        sscanf(line, "Private_Dirty: %ld kB", &kb);
    if (f)
        fclose(f);
    return kb;
}

#ifdef ONLY_PMIX
static int start_and_meet(void)
{
    pmix_proc_t me;

    return PMIx_Init(&me, NULL, 0) != PMIX_SUCCESS ||
           PMIx_Fence(NULL, 0, NULL, 0) != PMIX_SUCCESS;
}

static int end(void)
{
    return PMIx_Finalize(NULL, 0) != PMIX_SUCCESS;
}
#else
static int start_and_meet(void)
{
    MPI_Init(NULL, NULL);
    for (int i = 0; i < 10; i++)
        MPI_Barrier(MPI_COMM_WORLD);
    return 0;
}

static int end(void)
{
    return MPI_Finalize();
}
#endif

int main(void)
{
    int failed = start_and_meet();

    printf("private %ld\n", private_kb());
    fflush(stdout);
    return end() || failed;
}
