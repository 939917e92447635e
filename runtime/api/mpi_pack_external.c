/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Pack_external, MPI_Unpack_external and MPI_Pack_external_size: data in
 * the form external32 (MPI 5.0, 5.3), the only one that has a name.
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/external.h"

enum direction { PACK, UNPACK };

struct external_call {
    enum direction direction;
    const char *datarep;
    const void *data;
    MPI_Count count;
    MPI_Datatype datatype;
    const void *packed;
    MPI_Count packed_bytes;
};

static int check_datarep(const char *datarep)
{
    int err = check_pointer(datarep, "datarep");
    if (err == MPI_SUCCESS && strcmp(datarep, "external32") != 0)
        err = error_make(MPI_ERR_UNSUPPORTED_DATAREP, "datarep is '%s', which "
                         "is not external32", datarep);
    return err;
}

/* What count elements need. */
static int size_of(const char *datarep, MPI_Count count, MPI_Datatype datatype,
                   MPI_Count *size)
{
    struct mpi_datatype *type;
    int err = check_datarep(datarep);
    if (err == MPI_SUCCESS)
        err = check_count(count);
    if (err == MPI_SUCCESS)
        err = check_committed(datatype, &type);
    *size = 0;
    if (err == MPI_SUCCESS &&
        add_product_overflows(size, count, (int64_t)external_size(type)))
        err = error_make(MPI_ERR_COUNT, "%lld elements of %zu bytes are more "
                         "than the result can say", (long long)count,
                         external_size(type));
    return err;
}

static int move(const struct external_call *c, MPI_Count *position)
{
    MPI_Count bytes;
    int err = check_pointer(position, "position");
    if (err == MPI_SUCCESS)
        err = size_of(c->datarep, c->count, c->datatype, &bytes);
    if (err != MPI_SUCCESS)
        return err;
    struct mpi_datatype *type = datatype_find(c->datatype);
    if (*position < 0 || bytes > c->packed_bytes - *position)
        return error_make(MPI_ERR_TRUNCATE, "%lld bytes of external32 do not "
                          "fit between position %lld and size %lld of the "
                          "packed buffer", (long long)bytes,
                          (long long)*position, (long long)c->packed_bytes);
    err = check_buffer(c->data, c->count, type);
    if (err == MPI_SUCCESS && bytes > 0)
        err = check_pointer(c->packed, "the packed buffer");
    if (err != MPI_SUCCESS)
        return err;
    char *packed = (char *)(uintptr_t)c->packed + *position;
    err = c->direction == PACK
              ? external_pack(packed, c->data, type, c->count)
              : external_unpack((void *)(uintptr_t)c->data, packed, type,
                                c->count);
    if (err == MPI_SUCCESS)
        *position += bytes;
    return err;
}

/* The forms whose position is an MPI_Aint. */
static int move_small(const struct external_call *c, MPI_Aint *position,
                      const char *function)
{
    MPI_Count large = position ? *position : 0;
    int err = move(c, position ? &large : NULL);
    if (err == MPI_SUCCESS)
        *position = (MPI_Aint)large;
    return api_result(NULL, err, function);
}

PROFILE(MPI_Pack_external);
int MPI_Pack_external(const char *datarep, const void *inbuf, int incount,
                      MPI_Datatype datatype, void *outbuf, MPI_Aint outsize,
                      MPI_Aint *position)
{
    LIBRARY_LOCKED;
    return move_small(&(struct external_call){ PACK, datarep, inbuf, incount,
                                               datatype, outbuf, outsize },
                      position, "MPI_Pack_external");
}

PROFILE(MPI_Pack_external_c);
int MPI_Pack_external_c(const char *datarep, const void *inbuf,
                        MPI_Count incount, MPI_Datatype datatype, void *outbuf,
                        MPI_Count outsize, MPI_Count *position)
{
    LIBRARY_LOCKED;
    int err = move(&(struct external_call){ PACK, datarep, inbuf, incount,
                                            datatype, outbuf, outsize },
                   position);
    return api_result(NULL, err, "MPI_Pack_external_c");
}

PROFILE(MPI_Unpack_external);
int MPI_Unpack_external(const char datarep[], const void *inbuf,
                        MPI_Aint insize, MPI_Aint *position, void *outbuf,
                        int outcount, MPI_Datatype datatype)
{
    LIBRARY_LOCKED;
    return move_small(&(struct external_call){ UNPACK, datarep, outbuf,
                                               outcount, datatype, inbuf,
                                               insize },
                      position, "MPI_Unpack_external");
}

PROFILE(MPI_Unpack_external_c);
int MPI_Unpack_external_c(const char datarep[], const void *inbuf,
                          MPI_Count insize, MPI_Count *position, void *outbuf,
                          MPI_Count outcount, MPI_Datatype datatype)
{
    LIBRARY_LOCKED;
    int err = move(&(struct external_call){ UNPACK, datarep, outbuf, outcount,
                                            datatype, inbuf, insize },
                   position);
    return api_result(NULL, err, "MPI_Unpack_external_c");
}

_Static_assert(sizeof(MPI_Aint) == sizeof(MPI_Count) &&
               sizeof(MPI_Count) == sizeof(int64_t), "one result for both");

/* For both forms: size is of either type. */
static int give_size(const char *datarep, MPI_Count count,
                     MPI_Datatype datatype, int64_t *size,
                     const char *function)
{
    MPI_Count bytes;
    int err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        err = size_of(datarep, count, datatype, &bytes);
    if (err == MPI_SUCCESS)
        *size = bytes;
    return api_result(NULL, err, function);
}

PROFILE(MPI_Pack_external_size);
int MPI_Pack_external_size(const char *datarep, int incount,
                           MPI_Datatype datatype, MPI_Aint *size)
{
    LIBRARY_LOCKED;
    return give_size(datarep, incount, datatype, size,
                     "MPI_Pack_external_size");
}

PROFILE(MPI_Pack_external_size_c);
int MPI_Pack_external_size_c(const char *datarep, MPI_Count incount,
                             MPI_Datatype datatype, MPI_Count *size)
{
    LIBRARY_LOCKED;
    return give_size(datarep, incount, datatype, size,
                     "MPI_Pack_external_size_c");
}
