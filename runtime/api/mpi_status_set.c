/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading and writing the fields of a status (MPI 5.0, 3.2.5 and 13.3).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/request.h"
#include "runtime/objects/signature.h"

/* Each reads or writes one field. */
#define GETTER(name, field, argument)                                          \
    PROFILE(name);                                                             \
    int name(const MPI_Status *status, int *argument)                          \
    {                                                                          \
        int err_ = check_pointer(status, "status");                            \
        if (err_ == MPI_SUCCESS)                                               \
            err_ = check_pointer(argument, #argument);                         \
        if (err_ == MPI_SUCCESS)                                               \
            *argument = status->field;                                         \
        return api_result_anytime(err_, #name);                                \
    }

#define SETTER(name, field, argument)                                          \
    PROFILE(name);                                                             \
    int name(MPI_Status *status, int argument)                                 \
    {                                                                          \
        int err_ = check_pointer(status, "status");                            \
        if (err_ == MPI_SUCCESS)                                               \
            status->field = argument;                                          \
        return api_result_anytime(err_, #name);                                \
    }

GETTER(MPI_Status_get_source, MPI_SOURCE, source)
GETTER(MPI_Status_get_tag, MPI_TAG, tag)
GETTER(MPI_Status_get_error, MPI_ERROR, err)
SETTER(MPI_Status_set_source, MPI_SOURCE, source)
SETTER(MPI_Status_set_tag, MPI_TAG, tag)
SETTER(MPI_Status_set_error, MPI_ERROR, err)

PROFILE(MPI_Test_cancelled);
int MPI_Test_cancelled(const MPI_Status *status, int *flag)
{
    LIBRARY_LOCKED;
    int err = check_pointer(status, "status");
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS)
        *flag = status_is_cancelled(status);
    return api_result_anytime(err, "MPI_Test_cancelled");
}

PROFILE(MPI_Status_set_cancelled);
int MPI_Status_set_cancelled(MPI_Status *status, int flag)
{
    LIBRARY_LOCKED;
    int err = check_pointer(status, "status");
    if (err == MPI_SUCCESS)
        status_set_cancelled(status, flag != 0);
    return api_result_anytime(err, "MPI_Status_set_cancelled");
}

/* count basic elements of a datatype, as MPI_Get_elements would count them. */
static int set_elements(MPI_Status *status, MPI_Datatype datatype,
                        MPI_Count count, const char *function)
{
    struct mpi_datatype *t;
    int err = check_pointer(status, "status");
    if (err == MPI_SUCCESS)
        err = check_committed(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_count(count);
    if (err == MPI_SUCCESS)
        status_set_bytes(status, signature_bytes(t->signature, count));
    return api_result(NULL, err, function);
}

PROFILE(MPI_Status_set_elements);
int MPI_Status_set_elements(MPI_Status *status, MPI_Datatype datatype,
                            int count)
{
    LIBRARY_LOCKED;
    return set_elements(status, datatype, count, "MPI_Status_set_elements");
}

PROFILE(MPI_Status_set_elements_c);
int MPI_Status_set_elements_c(MPI_Status *status, MPI_Datatype datatype,
                              MPI_Count count)
{
    LIBRARY_LOCKED;
    return set_elements(status, datatype, count, "MPI_Status_set_elements_c");
}

PROFILE(MPI_Status_set_elements_x);
int MPI_Status_set_elements_x(MPI_Status *status, MPI_Datatype datatype,
                              MPI_Count count)
{
    LIBRARY_LOCKED;
    return set_elements(status, datatype, count, "MPI_Status_set_elements_x");
}
