/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a Fortran layer tells the C library of its compiler (MPI 5.0, 20.4.1):
 * the sizes of the default kinds, which optional types there are, and how
 * .TRUE. and .FALSE. look. Told once and for good; may be told before MPI_Init.
 */
#include "runtime/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/objects/info.h"

enum { LOGICAL_MAX = 16, SIZES = 5 }; /* sizes 1, 2, 4, 8, 16 */

/* NULL until it is told. */
static struct mpi_info *facts;

static struct {
    int size; /* 0: not told */
    unsigned char value[2][LOGICAL_MAX]; /* false, true */
} logical;

#define NONE MPI_DATATYPE_NULL

/* A default kind of that many bytes is like this type. */
static const struct sized {
    const char *key;
    MPI_Datatype type;
    MPI_Datatype like[SIZES];
} sized[] = {
    { "mpi_logical_size", MPI_LOGICAL,
      { MPI_LOGICAL1, MPI_LOGICAL2, MPI_LOGICAL4, MPI_LOGICAL8,
        MPI_LOGICAL16 } },
    { "mpi_integer_size", MPI_INTEGER,
      { MPI_INTEGER1, MPI_INTEGER2, MPI_INTEGER4, MPI_INTEGER8,
        MPI_INTEGER16 } },
    { "mpi_integer_size", MPI_2INTEGER, { NONE, NONE, MPI_2INT, NONE, NONE } },
    { "mpi_real_size", MPI_REAL,
      { NONE, NONE, MPI_REAL4, MPI_REAL8, MPI_REAL16 } },
    { "mpi_real_size", MPI_COMPLEX,
      { NONE, NONE, MPI_COMPLEX8, MPI_COMPLEX16, MPI_COMPLEX32 } },
    { "mpi_real_size", MPI_2REAL,
      { NONE, NONE, MPI_2REAL, MPI_2DOUBLE_PRECISION, NONE } },
    { "mpi_double_precision_size", MPI_DOUBLE_PRECISION,
      { NONE, NONE, MPI_REAL4, MPI_REAL8, MPI_REAL16 } },
    { "mpi_double_precision_size", MPI_DOUBLE_COMPLEX,
      { NONE, NONE, MPI_COMPLEX8, MPI_COMPLEX16, MPI_COMPLEX32 } },
    { "mpi_double_precision_size", MPI_2DOUBLE_PRECISION,
      { NONE, NONE, MPI_2REAL, MPI_2DOUBLE_PRECISION, NONE } },
};

static const struct {
    const char *key;
    MPI_Datatype type;
} optional[] = {
    { "mpi_logical1_supported", MPI_LOGICAL1 },
    { "mpi_logical2_supported", MPI_LOGICAL2 },
    { "mpi_logical4_supported", MPI_LOGICAL4 },
    { "mpi_logical8_supported", MPI_LOGICAL8 },
    { "mpi_logical16_supported", MPI_LOGICAL16 },
    { "mpi_integer1_supported", MPI_INTEGER1 },
    { "mpi_integer2_supported", MPI_INTEGER2 },
    { "mpi_integer4_supported", MPI_INTEGER4 },
    { "mpi_integer8_supported", MPI_INTEGER8 },
    { "mpi_integer16_supported", MPI_INTEGER16 },
    { "mpi_real2_supported", MPI_REAL2 },
    { "mpi_real4_supported", MPI_REAL4 },
    { "mpi_real8_supported", MPI_REAL8 },
    { "mpi_real16_supported", MPI_REAL16 },
    { "mpi_complex4_supported", MPI_COMPLEX4 },
    { "mpi_complex8_supported", MPI_COMPLEX8 },
    { "mpi_complex16_supported", MPI_COMPLEX16 },
    { "mpi_complex32_supported", MPI_COMPLEX32 },
    { "mpi_double_complex_supported", MPI_DOUBLE_COMPLEX },
};

/* 0 to 4 for 1, 2, 4, 8, 16 bytes; -1 for any other size. */
static int size_index(int bytes)
{
    for (int i = 0; i < SIZES; i++)
        if (bytes == 1 << i)
            return i;
    return -1;
}

static int check_facts(const struct mpi_info *info)
{
    for (size_t i = 0; i < ARRAY_COUNT(sized); i++) {
        const char *text = info_get(info, sized[i].key);
        if (text && size_index(atoi(text)) < 0)
            return error_make(MPI_ERR_INFO_VALUE, "%s is '%s', which is not 1, "
                              "2, 4, 8 or 16", sized[i].key, text);
    }
    for (size_t i = 0; i < ARRAY_COUNT(optional); i++) {
        const char *text = info_get(info, optional[i].key);
        if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return error_make(MPI_ERR_INFO_VALUE, "%s is '%s', which is "
                              "neither true nor false", optional[i].key, text);
    }
    return MPI_SUCCESS;
}

/* The sizes come first: they look at what types are, not at what is left. */
static void apply_facts(const struct mpi_info *info)
{
    for (size_t i = 0; i < ARRAY_COUNT(sized); i++) {
        const char *text = info_get(info, sized[i].key);
        if (text)
            datatype_make_like(sized[i].type,
                               sized[i].like[size_index(atoi(text))]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(optional); i++) {
        const char *text = info_get(info, optional[i].key);
        if (text && strcmp(text, "false") == 0)
            datatype_make_like(optional[i].type, NONE);
    }
}

PROFILE(MPI_Abi_set_fortran_info);
int MPI_Abi_set_fortran_info(MPI_Info info)
{
    LIBRARY_LOCKED_ALWAYS;
    struct mpi_info *told;
    int err = objects_open();
    if (err == MPI_SUCCESS)
        err = check_info(info, &told);
    if (err == MPI_SUCCESS && facts)
        err = error_make(MPI_ERR_ABI, "the facts about Fortran were set "
                         "before");
    if (err == MPI_SUCCESS)
        err = check_facts(told);
    if (err == MPI_SUCCESS)
        err = info_dup(told, &facts);
    if (err == MPI_SUCCESS)
        apply_facts(facts);
    return api_result_anytime(err, "MPI_Abi_set_fortran_info");
}

PROFILE(MPI_Abi_get_fortran_info);
int MPI_Abi_get_fortran_info(MPI_Info *info)
{
    LIBRARY_LOCKED_ALWAYS;
    struct mpi_info *copy;
    int err = check_pointer(info, "info");
    if (err == MPI_SUCCESS && !facts) {
        *info = MPI_INFO_NULL;
    } else if (err == MPI_SUCCESS) {
        err = info_dup(facts, &copy);
        if (err == MPI_SUCCESS)
            err = info_give(copy, info);
    }
    return api_result_anytime(err, "MPI_Abi_get_fortran_info");
}

static int check_booleans(int size, const void *is_true, const void *is_false)
{
    int err = check_pointer(is_true, "logical_true");
    if (err == MPI_SUCCESS)
        err = check_pointer(is_false, "logical_false");
    if (err == MPI_SUCCESS && size_index(size) < 0)
        err = error_make(MPI_ERR_ARG, "logical_size is %d, which is not 1, 2, "
                         "4, 8 or 16", size);
    return err;
}

PROFILE(MPI_Abi_set_fortran_booleans);
int MPI_Abi_set_fortran_booleans(int logical_size, void *logical_true,
                                 void *logical_false)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check_booleans(logical_size, logical_true, logical_false);
    if (err == MPI_SUCCESS && logical.size > 0)
        err = error_make(MPI_ERR_ABI, "the logical values were set before");
    if (err == MPI_SUCCESS) {
        memcpy(logical.value[0], logical_false, (size_t)logical_size);
        memcpy(logical.value[1], logical_true, (size_t)logical_size);
        logical.size = logical_size;
    }
    return api_result_anytime(err, "MPI_Abi_set_fortran_booleans");
}

PROFILE(MPI_Abi_get_fortran_booleans);
int MPI_Abi_get_fortran_booleans(int logical_size, void *logical_true,
                                 void *logical_false, int *is_set)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check_booleans(logical_size, logical_true, logical_false);
    if (err == MPI_SUCCESS)
        err = check_pointer(is_set, "is_set");
    if (err == MPI_SUCCESS) {
        *is_set = logical.size == logical_size;
        if (*is_set) {
            memcpy(logical_false, logical.value[0], (size_t)logical_size);
            memcpy(logical_true, logical.value[1], (size_t)logical_size);
        }
    }
    return api_result_anytime(err, "MPI_Abi_get_fortran_booleans");
}
