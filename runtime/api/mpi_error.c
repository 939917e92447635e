/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Texts and classes of errors, and those that the user adds (MPI 5.0, 9.4 and
 * 9.5). All work at any time.
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/error_text.h"
#include "runtime/objects/error_user.h"

static int no_error_code(int code)
{
    return error_make(MPI_ERR_ARG, "%d is not an error code", code);
}

PROFILE(MPI_Error_class);
int MPI_Error_class(int errorcode, int *errorclass)
{
    LIBRARY_LOCKED;
    int err = check_pointer(errorclass, "errorclass");
    if (err == MPI_SUCCESS && !error_text(errorcode))
        err = no_error_code(errorcode);
    if (err == MPI_SUCCESS)
        *errorclass = errorcode >= ERROR_USER_FIRST
                          ? error_user_class(errorcode)
                          : error_class_of(errorcode);
    return api_result_anytime(err, "MPI_Error_class");
}

PROFILE(MPI_Error_string);
int MPI_Error_string(int errorcode, char *string, int *resultlen)
{
    LIBRARY_LOCKED;
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
    return api_result_anytime(err, "MPI_Error_string");
}

PROFILE(MPI_Add_error_class);
int MPI_Add_error_class(int *errorclass)
{
    LIBRARY_LOCKED;
    int err = check_pointer(errorclass, "errorclass");
    if (err == MPI_SUCCESS)
        err = error_user_add(0, errorclass);
    return api_result_anytime(err, "MPI_Add_error_class");
}

/* A class, of the standard or added. */
static bool is_class(int number)
{
    if (error_user_is_known(number))
        return error_user_class(number) == number;
    return number >= 0 && number < ERROR_CODE_STEP && error_text(number);
}

PROFILE(MPI_Add_error_code);
int MPI_Add_error_code(int errorclass, int *errorcode)
{
    LIBRARY_LOCKED;
    int err = check_pointer(errorcode, "errorcode");
    if (err == MPI_SUCCESS && !is_class(errorclass))
        err = error_make(MPI_ERR_ARG, "%d is not an error class", errorclass);
    if (err == MPI_SUCCESS)
        err = error_user_add(errorclass, errorcode);
    return api_result_anytime(err, "MPI_Add_error_code");
}

static int check_added(int code)
{
    if (error_user_is_known(code))
        return MPI_SUCCESS;
    return error_make(MPI_ERR_ARG, "%d is not an error class or code that was "
                      "added", code);
}

PROFILE(MPI_Add_error_string);
int MPI_Add_error_string(int errorcode, const char *string)
{
    LIBRARY_LOCKED;
    int err = check_added(errorcode);
    if (err == MPI_SUCCESS)
        err = check_pointer(string, "string");
    if (err == MPI_SUCCESS)
        err = error_user_set_text(errorcode, string);
    return api_result_anytime(err, "MPI_Add_error_string");
}

PROFILE(MPI_Remove_error_class);
int MPI_Remove_error_class(int errorclass)
{
    LIBRARY_LOCKED;
    int err = check_added(errorclass);
    if (err == MPI_SUCCESS && error_user_class(errorclass) != errorclass)
        err = error_make(MPI_ERR_ARG, "%d is an error code, not a class",
                         errorclass);
    if (err == MPI_SUCCESS && !error_user_remove(errorclass))
        err = error_make(MPI_ERR_ARG, "class %d still has error codes",
                         errorclass);
    return api_result_anytime(err, "MPI_Remove_error_class");
}

PROFILE(MPI_Remove_error_code);
int MPI_Remove_error_code(int errorcode)
{
    LIBRARY_LOCKED;
    int err = check_added(errorcode);
    if (err == MPI_SUCCESS && error_user_class(errorcode) == errorcode)
        err = error_make(MPI_ERR_ARG, "%d is an error class, not a code",
                         errorcode);
    if (err == MPI_SUCCESS && *error_user_text(errorcode))
        err = error_make(MPI_ERR_ARG, "code %d still has its string",
                         errorcode);
    if (err == MPI_SUCCESS)
        error_user_remove(errorcode);
    return api_result_anytime(err, "MPI_Remove_error_code");
}

PROFILE(MPI_Remove_error_string);
int MPI_Remove_error_string(int errorcode)
{
    LIBRARY_LOCKED;
    int err = check_added(errorcode);
    if (err == MPI_SUCCESS && !*error_user_text(errorcode))
        err = error_make(MPI_ERR_ARG, "code %d has no string", errorcode);
    if (err == MPI_SUCCESS)
        err = error_user_set_text(errorcode, "");
    return api_result_anytime(err, "MPI_Remove_error_string");
}
