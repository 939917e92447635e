/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Error_class and MPI_Error_string (MPI 5.0, 9.4). Both work at any time.
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/error_text.h"

static int no_error_code(int code)
{
    return error_make(MPI_ERR_ARG, "%d is not an error code", code);
}

PROFILE(MPI_Error_class);
int MPI_Error_class(int errorcode, int *errorclass)
{
    int err = check_pointer(errorclass, "errorclass");
    if (err == MPI_SUCCESS && !error_text(errorcode))
        err = no_error_code(errorcode);
    if (err == MPI_SUCCESS)
        *errorclass = error_class_of(errorcode);
    return api_result(NULL, err, "MPI_Error_class");
}

PROFILE(MPI_Error_string);
int MPI_Error_string(int errorcode, char *string, int *resultlen)
{
    const char *text = error_text(errorcode);
    int err = check_pointer(string, "string");
    if (err == MPI_SUCCESS)
        err = check_pointer(resultlen, "resultlen");
    if (err == MPI_SUCCESS && !text)
        err = no_error_code(errorcode);
    if (err == MPI_SUCCESS) {
        size_t length = strnlen(text, MPI_MAX_ERROR_STRING - 1);
        memcpy(string, text, length);
        string[length] = '\0';
        *resultlen = (int)length;
    }
    return api_result(NULL, err, "MPI_Error_string");
}
