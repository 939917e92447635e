/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many elements were received: MPI_Get_count counts those of the datatype,
 * MPI_Get_elements the basic ones in them (MPI 5.0, 3.2.5 and 5.1.11).
 */
#include "runtime/api/api.h"

#include <limits.h>

#include "runtime/api/check.h"
#include "runtime/objects/request.h"
#include "runtime/objects/signature.h"

typedef MPI_Count counter(const struct mpi_datatype *t, uint64_t bytes);

/* MPI_UNDEFINED when the message ends inside an element. */
static MPI_Count whole(const struct mpi_datatype *t, uint64_t bytes)
{
    if (bytes == 0)
        return 0;
    if (t->size == 0 || bytes % t->size != 0)
        return MPI_UNDEFINED;
    return (MPI_Count)(bytes / t->size);
}

static MPI_Count basic(const struct mpi_datatype *t, uint64_t bytes)
{
    return signature_elements(t->signature, bytes);
}

/* Check and count; out is where the user wants the result. */
static int count_by(counter *count, const MPI_Status *status,
                    MPI_Datatype datatype, const void *out, MPI_Count *result)
{
    struct mpi_datatype *t;
    int err = check_committed(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_pointer(status, "status");
    if (err == MPI_SUCCESS)
        err = check_pointer(out, "count");
    if (err == MPI_SUCCESS)
        *result = count(t, status_bytes(status));
    return err;
}

/* What an int cannot say is MPI_UNDEFINED. */
static int to_int(MPI_Count n)
{
    return n > INT_MAX ? MPI_UNDEFINED : (int)n;
}

PROFILE(MPI_Get_count);
int MPI_Get_count(const MPI_Status *status, MPI_Datatype datatype, int *count)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = count_by(whole, status, datatype, count, &n);
    if (err == MPI_SUCCESS)
        *count = to_int(n);
    return api_result(NULL, err, "MPI_Get_count");
}

PROFILE(MPI_Get_count_c);
int MPI_Get_count_c(const MPI_Status *status, MPI_Datatype datatype,
                    MPI_Count *count)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = count_by(whole, status, datatype, count, &n);
    if (err == MPI_SUCCESS)
        *count = n;
    return api_result(NULL, err, "MPI_Get_count_c");
}

PROFILE(MPI_Get_elements);
int MPI_Get_elements(const MPI_Status *status, MPI_Datatype datatype,
                     int *count)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = count_by(basic, status, datatype, count, &n);
    if (err == MPI_SUCCESS)
        *count = to_int(n);
    return api_result(NULL, err, "MPI_Get_elements");
}

PROFILE(MPI_Get_elements_c);
int MPI_Get_elements_c(const MPI_Status *status, MPI_Datatype datatype,
                       MPI_Count *count)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = count_by(basic, status, datatype, count, &n);
    if (err == MPI_SUCCESS)
        *count = n;
    return api_result(NULL, err, "MPI_Get_elements_c");
}

PROFILE(MPI_Get_elements_x);
int MPI_Get_elements_x(const MPI_Status *status, MPI_Datatype datatype,
                       MPI_Count *count)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = count_by(basic, status, datatype, count, &n);
    if (err == MPI_SUCCESS)
        *count = n;
    return api_result(NULL, err, "MPI_Get_elements_x");
}
