/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Alloc_mem and MPI_Free_mem (MPI 5.0, 9.2), MPI_Pcontrol (15.2.4).
 */
#include "runtime/api/api.h"

#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"

/* What the info asks for, at least a cache line. */
static size_t alignment_of(const struct mpi_info *hints)
{
    const char *text = info_get(hints, "mpi_minimum_memory_alignment");
    const long asked = text ? strtol(text, NULL, 10) : 0;
    size_t align = CACHE_LINE;
    while (asked > 0 && align < (size_t)asked && align < (size_t)1 << 30)
        align *= 2;
    return align;
}

PROFILE(MPI_Alloc_mem);
int MPI_Alloc_mem(MPI_Aint size, MPI_Info info, void *baseptr)
{
    LIBRARY_LOCKED;
    struct mpi_info *hints;
    int err = check_initialized();
    if (err == MPI_SUCCESS && size < 0)
        err = error_make(MPI_ERR_ARG, "size %lld is negative", (long long)size);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(baseptr, "baseptr");
    void *memory = NULL;
    if (err == MPI_SUCCESS &&
        posix_memalign(&memory, alignment_of(hints), (size_t)size + 1) != 0)
        err = error_make(MPI_ERR_NO_MEM, "out of memory for %lld bytes",
                         (long long)size);
    if (err == MPI_SUCCESS)
        *(void **)baseptr = memory;
    return api_result(NULL, err, "MPI_Alloc_mem");
}

PROFILE(MPI_Free_mem);
int MPI_Free_mem(void *base)
{
    LIBRARY_LOCKED;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        free(base);
    return api_result(NULL, err, "MPI_Free_mem");
}

/* For profiling tools, which replace it. */
PROFILE(MPI_Pcontrol);
int MPI_Pcontrol(const int level, ...)
{
    (void)level;
    return MPI_SUCCESS;
}
