/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Infos (MPI 5.0, chapter 10). All may be called at any time.
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/info_env.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/objects/info.h"

static int check_key(const char *key)
{
    if (!key || !*key)
        return error_make(MPI_ERR_INFO_KEY, "the key is %s",
                          key ? "empty" : "a null pointer");
    size_t length = strlen(key);
    if (length >= MPI_MAX_INFO_KEY)
        return error_make(MPI_ERR_INFO_KEY, "the key has %zu characters, more "
                          "than %d", length, MPI_MAX_INFO_KEY - 1);
    return MPI_SUCCESS;
}

static int check_value(const char *value)
{
    if (!value)
        return error_make(MPI_ERR_INFO_VALUE, "the value is a null pointer");
    size_t length = strlen(value);
    if (length >= MPI_MAX_INFO_VAL)
        return error_make(MPI_ERR_INFO_VALUE, "the value has %zu characters, "
                          "more than %d", length, MPI_MAX_INFO_VAL - 1);
    return MPI_SUCCESS;
}

/* An info that may be changed. */
static int check_own_info(MPI_Info handle, struct mpi_info **out)
{
    int err = check_info(handle, out);
    if (err == MPI_SUCCESS && handle == MPI_INFO_ENV)
        err = error_make(MPI_ERR_INFO, "MPI_INFO_ENV cannot be changed");
    return err;
}

static int give(int err, struct mpi_info *info, MPI_Info *out,
                const char *function)
{
    if (err == MPI_SUCCESS)
        err = info_give(info, out);
    return api_result_anytime(err, function);
}

PROFILE(MPI_Info_create);
int MPI_Info_create(MPI_Info *info)
{
    LIBRARY_LOCKED;
    struct mpi_info *i = NULL;
    int err = check_pointer(info, "info");
    if (err == MPI_SUCCESS)
        err = info_create(&i);
    return give(err, i, info, "MPI_Info_create");
}

PROFILE(MPI_Info_create_env);
int MPI_Info_create_env(int argc, char *argv[], MPI_Info *info)
{
    LIBRARY_LOCKED;
    struct mpi_info *i = NULL;
    int err = check_pointer(info, "info");
    if (err == MPI_SUCCESS)
        err = info_create(&i);
    if (err == MPI_SUCCESS) {
        err = info_env_fill(i, argc, argv);
        if (err != MPI_SUCCESS)
            info_destroy(i);
    }
    return give(err, i, info, "MPI_Info_create_env");
}

PROFILE(MPI_Info_dup);
int MPI_Info_dup(MPI_Info info, MPI_Info *newinfo)
{
    LIBRARY_LOCKED;
    struct mpi_info *i, *copy = NULL;
    int err = check_info(info, &i);
    if (err == MPI_SUCCESS)
        err = check_pointer(newinfo, "newinfo");
    if (err == MPI_SUCCESS)
        err = info_dup(i, &copy);
    return give(err, copy, newinfo, "MPI_Info_dup");
}

PROFILE(MPI_Info_free);
int MPI_Info_free(MPI_Info *info)
{
    LIBRARY_LOCKED;
    struct mpi_info *i;
    int err = check_pointer(info, "info");
    if (err == MPI_SUCCESS)
        err = check_own_info(*info, &i);
    if (err == MPI_SUCCESS) {
        info_destroy(i);
        *info = MPI_INFO_NULL;
    }
    return api_result_anytime(err, "MPI_Info_free");
}

PROFILE(MPI_Info_set);
int MPI_Info_set(MPI_Info info, const char *key, const char *value)
{
    LIBRARY_LOCKED;
    struct mpi_info *i;
    int err = check_own_info(info, &i);
    if (err == MPI_SUCCESS)
        err = check_key(key);
    if (err == MPI_SUCCESS)
        err = check_value(value);
    if (err == MPI_SUCCESS)
        err = info_set(i, key, value);
    return api_result_anytime(err, "MPI_Info_set");
}

PROFILE(MPI_Info_delete);
int MPI_Info_delete(MPI_Info info, const char *key)
{
    LIBRARY_LOCKED;
    struct mpi_info *i;
    int err = check_own_info(info, &i);
    if (err == MPI_SUCCESS)
        err = check_key(key);
    if (err == MPI_SUCCESS && !info_remove(i, key))
        err = error_make(MPI_ERR_INFO_NOKEY, "the info has no key '%s'", key);
    return api_result_anytime(err, "MPI_Info_delete");
}

/* What the functions that read a value begin with; *value is NULL when there
 * is none. */
static int look_up(MPI_Info info, const char *key, const int *flag,
                   const char **value)
{
    struct mpi_info *i;
    int err = check_info(info, &i);
    if (err == MPI_SUCCESS)
        err = check_key(key);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS)
        *value = info_get(i, key);
    return err;
}

/* At most room characters and the end. */
static void copy_out(char *out, const char *value, size_t room)
{
    size_t length = strnlen(value, room);
    memcpy(out, value, length);
    out[length] = '\0';
}

PROFILE(MPI_Info_get);
int MPI_Info_get(MPI_Info info, const char *key, int valuelen, char *value,
                 int *flag)
{
    LIBRARY_LOCKED;
    const char *found;
    int err = look_up(info, key, flag, &found);
    if (err == MPI_SUCCESS && valuelen < 0)
        err = error_make(MPI_ERR_ARG, "length %d is negative", valuelen);
    if (err == MPI_SUCCESS)
        err = check_pointer(value, "value");
    if (err == MPI_SUCCESS) {
        *flag = found != NULL;
        if (found)
            copy_out(value, found, (size_t)valuelen);
    }
    return api_result_anytime(err, "MPI_Info_get");
}

PROFILE(MPI_Info_get_valuelen);
int MPI_Info_get_valuelen(MPI_Info info, const char *key, int *valuelen,
                          int *flag)
{
    LIBRARY_LOCKED;
    const char *found;
    int err = look_up(info, key, flag, &found);
    if (err == MPI_SUCCESS)
        err = check_pointer(valuelen, "valuelen");
    if (err == MPI_SUCCESS) {
        *flag = found != NULL;
        if (found)
            *valuelen = (int)strlen(found);
    }
    return api_result_anytime(err, "MPI_Info_get_valuelen");
}

PROFILE(MPI_Info_get_string);
int MPI_Info_get_string(MPI_Info info, const char *key, int *buflen,
                        char *value, int *flag)
{
    LIBRARY_LOCKED;
    const char *found;
    int err = look_up(info, key, flag, &found);
    if (err == MPI_SUCCESS)
        err = check_pointer(buflen, "buflen");
    if (err == MPI_SUCCESS && *buflen < 0)
        err = error_make(MPI_ERR_ARG, "length %d is negative", *buflen);
    if (err == MPI_SUCCESS && *buflen > 0)
        err = check_pointer(value, "value");
    if (err == MPI_SUCCESS) {
        *flag = found != NULL;
        if (found && *buflen > 0)
            copy_out(value, found, (size_t)*buflen - 1);
        if (found)
            *buflen = (int)strlen(found) + 1;
    }
    return api_result_anytime(err, "MPI_Info_get_string");
}

PROFILE(MPI_Info_get_nkeys);
int MPI_Info_get_nkeys(MPI_Info info, int *nkeys)
{
    LIBRARY_LOCKED;
    struct mpi_info *i;
    int err = check_info(info, &i);
    if (err == MPI_SUCCESS)
        err = check_pointer(nkeys, "nkeys");
    if (err == MPI_SUCCESS)
        *nkeys = (int)i->count;
    return api_result_anytime(err, "MPI_Info_get_nkeys");
}

PROFILE(MPI_Info_get_nthkey);
int MPI_Info_get_nthkey(MPI_Info info, int n, char *key)
{
    LIBRARY_LOCKED;
    struct mpi_info *i;
    int err = check_info(info, &i);
    if (err == MPI_SUCCESS && (n < 0 || (size_t)n >= i->count))
        err = error_make(MPI_ERR_ARG, "there is no key %d, the info has %zu",
                         n, i->count);
    if (err == MPI_SUCCESS)
        err = check_pointer(key, "key");
    if (err == MPI_SUCCESS)
        copy_out(key, i->pairs[n].key, MPI_MAX_INFO_KEY - 1);
    return api_result_anytime(err, "MPI_Info_get_nthkey");
}

PROFILE(MPI_Info_toint);
int MPI_Info_toint(MPI_Info info)
{
    return (int)(uintptr_t)info;
}

PROFILE(MPI_Info_fromint);
MPI_Info MPI_Info_fromint(int info)
{
    return (MPI_Info)(uintptr_t)(unsigned)info;
}
