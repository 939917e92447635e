/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Predefined datatypes by what they must hold: by class and size (MPI 5.0,
 * 19.1.5), and pairs of a value and an index (6.9.4).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"

static const struct {
    int typeclass;
    MPI_Datatype type;
} sized[] = {
    { MPI_TYPECLASS_INTEGER, MPI_INTEGER1 },
    { MPI_TYPECLASS_INTEGER, MPI_INTEGER2 },
    { MPI_TYPECLASS_INTEGER, MPI_INTEGER4 },
    { MPI_TYPECLASS_INTEGER, MPI_INTEGER8 },
    { MPI_TYPECLASS_INTEGER, MPI_INTEGER16 },
    { MPI_TYPECLASS_REAL, MPI_REAL2 },
    { MPI_TYPECLASS_REAL, MPI_REAL4 },
    { MPI_TYPECLASS_REAL, MPI_REAL8 },
    { MPI_TYPECLASS_REAL, MPI_REAL16 },
    { MPI_TYPECLASS_COMPLEX, MPI_COMPLEX4 },
    { MPI_TYPECLASS_COMPLEX, MPI_COMPLEX8 },
    { MPI_TYPECLASS_COMPLEX, MPI_COMPLEX16 },
    { MPI_TYPECLASS_COMPLEX, MPI_COMPLEX32 },
};

static int match_size(int typeclass, int size, MPI_Datatype *out)
{
    if (typeclass != MPI_TYPECLASS_INTEGER && typeclass != MPI_TYPECLASS_REAL &&
        typeclass != MPI_TYPECLASS_COMPLEX)
        return error_make(MPI_ERR_ARG, "%d is not a class of datatypes",
                          typeclass);
    for (size_t i = 0; i < ARRAY_COUNT(sized); i++) {
        const struct mpi_datatype *t = datatype_find(sized[i].type);
        if (sized[i].typeclass == typeclass && t && t->is_supported &&
            t->size == (size_t)size) {
            *out = sized[i].type;
            return MPI_SUCCESS;
        }
    }
    return error_make(MPI_ERR_ARG, "no datatype of this class has %d bytes",
                      size);
}

PROFILE(MPI_Type_match_size);
int MPI_Type_match_size(int typeclass, int size, MPI_Datatype *datatype)
{
    LIBRARY_LOCKED;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(datatype, "datatype");
    if (err == MPI_SUCCESS)
        err = match_size(typeclass, size, datatype);
    return api_result(NULL, err, "MPI_Type_match_size");
}

static const struct {
    MPI_Datatype value, index, pair;
} pairs[] = {
    { MPI_FLOAT, MPI_INT, MPI_FLOAT_INT },
    { MPI_DOUBLE, MPI_INT, MPI_DOUBLE_INT },
    { MPI_LONG, MPI_INT, MPI_LONG_INT },
    { MPI_INT, MPI_INT, MPI_2INT },
    { MPI_SHORT, MPI_INT, MPI_SHORT_INT },
    { MPI_LONG_DOUBLE, MPI_INT, MPI_LONG_DOUBLE_INT },
    { MPI_REAL, MPI_REAL, MPI_2REAL },
    { MPI_DOUBLE_PRECISION, MPI_DOUBLE_PRECISION, MPI_2DOUBLE_PRECISION },
    { MPI_INTEGER, MPI_INTEGER, MPI_2INTEGER },
};

PROFILE(MPI_Type_get_value_index);
int MPI_Type_get_value_index(MPI_Datatype value_type, MPI_Datatype index_type,
                             MPI_Datatype *pair_type)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *value, *index;
    int err = check_any_type(value_type, &value);
    if (err == MPI_SUCCESS)
        err = check_any_type(index_type, &index);
    if (err == MPI_SUCCESS)
        err = check_pointer(pair_type, "pair_type");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Type_get_value_index");
    *pair_type = MPI_DATATYPE_NULL;
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++)
        if (pairs[i].value == value_type && pairs[i].index == index_type)
            *pair_type = pairs[i].pair;
    return MPI_SUCCESS;
}
