/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The environment a program asks about: time, versions, names, and the end of
 * the job (MPI 5.0, chapters 9 and 11).
 */
#include "runtime/api/api.h"

#include <stdio.h>
#include <string.h>

#include "runtime/api/check.h"
#include "runtime/base/clock.h"
#include "runtime/base/process.h"

PROFILE(MPI_Wtime);
double MPI_Wtime(void)
{
    return (double)clock_nsec() * 1e-9;
}

PROFILE(MPI_Wtick);
double MPI_Wtick(void)
{
    struct timespec resolution;
    clock_getres(CLOCK_MONOTONIC, &resolution);
    return (double)resolution.tv_sec + (double)resolution.tv_nsec * 1e-9;
}

PROFILE(MPI_Get_version);
int MPI_Get_version(int *version, int *subversion)
{
    *version = MPI_VERSION;
    *subversion = MPI_SUBVERSION;
    return MPI_SUCCESS;
}

PROFILE(MPI_Abi_get_version);
int MPI_Abi_get_version(int *abi_major, int *abi_minor)
{
    *abi_major = MPI_ABI_VERSION;
    *abi_minor = MPI_ABI_SUBVERSION;
    return MPI_SUCCESS;
}

PROFILE(MPI_Get_library_version);
int MPI_Get_library_version(char *version, int *resultlen)
{
    *resultlen = snprintf(version, MPI_MAX_LIBRARY_VERSION_STRING,
                          "Baton " BATON_VERSION);
    return MPI_SUCCESS;
}

PROFILE(MPI_Get_processor_name);
int MPI_Get_processor_name(char *name, int *resultlen)
{
    LIBRARY_LOCKED;
    int err = check_initialized();
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Get_processor_name");
    snprintf(name, MPI_MAX_PROCESSOR_NAME, "%s", library.process->host);
    *resultlen = (int)strlen(name);
    return MPI_SUCCESS;
}

PROFILE(MPI_Get_address);
int MPI_Get_address(const void *location, MPI_Aint *address)
{
    *address = (MPI_Aint)location;
    return MPI_SUCCESS;
}

PROFILE(MPI_Aint_add);
MPI_Aint MPI_Aint_add(MPI_Aint base, MPI_Aint disp)
{
    return base + disp;
}

PROFILE(MPI_Aint_diff);
MPI_Aint MPI_Aint_diff(MPI_Aint addr1, MPI_Aint addr2)
{
    return addr1 - addr2;
}

PROFILE(MPI_Abort);
int MPI_Abort(MPI_Comm comm, int errorcode)
{
    LIBRARY_LOCKED;
    (void)comm; /* the whole job ends, as the standard allows */
    if (!library.process)
        return api_raise(NULL, MPI_ERR_OTHER, "MPI_Abort");
    char sentence[128];
    snprintf(sentence, sizeof sentence, "called MPI_Abort with code %d",
             errorcode);
    process_abort(library.process, errorcode, sentence);
}
