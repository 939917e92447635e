/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Pack, MPI_Unpack and MPI_Pack_size (MPI 5.0, 5.2). A packed buffer holds
 * the data alone, as a message does.
 */
#include "runtime/api/api.h"

#include <limits.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/pack.h"

enum direction { PACK, UNPACK };

/* The arguments of packing and unpacking: typed data on the one side, bytes
 * from the position on the other. The position is an int or a large one. */
struct pack_call {
    enum direction direction;
    const void *data;
    MPI_Count count;
    MPI_Datatype datatype;
    const void *packed;
    MPI_Count packed_bytes;
    MPI_Comm comm;
    int *position;
    MPI_Count *large_position;
};

/* Check that all fits; *bytes of type go to or from position on. */
static int prepare(const struct pack_call *c, MPI_Count position,
                   struct mpi_datatype **type, MPI_Count *bytes)
{
    int err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = check_committed(c->datatype, type);
    if (err == MPI_SUCCESS)
        err = check_buffer(c->data, c->count, *type);
    if (err == MPI_SUCCESS && (position < 0 || c->packed_bytes < 0))
        err = error_make(MPI_ERR_ARG, "position %lld or size %lld is negative",
                         (long long)position, (long long)c->packed_bytes);
    if (err != MPI_SUCCESS)
        return err;
    *bytes = 0;
    if (add_product_overflows(bytes, c->count, (int64_t)(*type)->size) ||
        *bytes > c->packed_bytes - position)
        return error_make(MPI_ERR_TRUNCATE,
                          "%lld elements of %zu bytes do not fit between "
                          "position %lld and size %lld of the packed buffer",
                          (long long)c->count, (*type)->size,
                          (long long)position, (long long)c->packed_bytes);
    return *bytes > 0 ? check_pointer(c->packed, "the packed buffer")
                      : MPI_SUCCESS;
}

/* Move the data, and the position behind it. */
static int move(const struct pack_call *c)
{
    struct mpi_datatype *type;
    MPI_Count bytes;
    int err = check_pointer(c->position ? (void *)c->position
                                        : (void *)c->large_position,
                            "position");
    if (err != MPI_SUCCESS)
        return err;
    const MPI_Count position = c->position ? *c->position : *c->large_position;
    err = prepare(c, position, &type, &bytes);
    if (err != MPI_SUCCESS)
        return err;
    char *packed = (char *)(uintptr_t)c->packed + position;
    if (c->direction == PACK)
        pack_bytes(packed, c->data, type, 0, (size_t)bytes);
    else
        unpack_bytes((void *)(uintptr_t)c->data, packed, type, 0,
                     (size_t)bytes);
    if (c->position)
        *c->position += (int)bytes;
    else
        *c->large_position += bytes;
    return MPI_SUCCESS;
}

static int pack_call(const struct pack_call *c, const char *function)
{
    struct mpi_comm *comm = NULL;
    int err = check_comm(c->comm, &comm);
    if (err == MPI_SUCCESS)
        err = move(c);
    return api_result(comm, err, function);
}

PROFILE(MPI_Pack);
int MPI_Pack(const void *inbuf, int incount, MPI_Datatype datatype,
             void *outbuf, int outsize, int *position, MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return pack_call(&(struct pack_call){PACK, inbuf, incount, datatype, outbuf,
                                         outsize, comm, .position = position},
                     "MPI_Pack");
}

PROFILE(MPI_Pack_c);
int MPI_Pack_c(const void *inbuf, MPI_Count incount, MPI_Datatype datatype,
               void *outbuf, MPI_Count outsize, MPI_Count *position,
               MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return pack_call(&(struct pack_call){PACK, inbuf, incount, datatype, outbuf,
                                         outsize, comm,
                                         .large_position = position},
                     "MPI_Pack_c");
}

PROFILE(MPI_Unpack);
int MPI_Unpack(const void *inbuf, int insize, int *position, void *outbuf,
               int outcount, MPI_Datatype datatype, MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return pack_call(&(struct pack_call){UNPACK, outbuf, outcount, datatype,
                                         inbuf, insize, comm,
                                         .position = position},
                     "MPI_Unpack");
}

PROFILE(MPI_Unpack_c);
int MPI_Unpack_c(const void *inbuf, MPI_Count insize, MPI_Count *position,
                 void *outbuf, MPI_Count outcount, MPI_Datatype datatype,
                 MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return pack_call(&(struct pack_call){UNPACK, outbuf, outcount, datatype,
                                         inbuf, insize, comm,
                                         .large_position = position},
                     "MPI_Unpack_c");
}

/* What count elements need when packed, at most `limit`. */
static int pack_size(MPI_Count count, MPI_Datatype datatype, MPI_Count limit,
                     MPI_Count *size)
{
    struct mpi_datatype *type;
    int err = check_count(count);
    if (err == MPI_SUCCESS)
        err = check_committed(datatype, &type);
    if (err != MPI_SUCCESS)
        return err;
    *size = 0;
    if (add_product_overflows(size, count, (int64_t)type->size) ||
        *size > limit)
        return error_make(MPI_ERR_COUNT,
                          "%lld elements of %zu bytes are more than the "
                          "result can say",
                          (long long)count, type->size);
    return MPI_SUCCESS;
}

PROFILE(MPI_Pack_size);
int MPI_Pack_size(int incount, MPI_Datatype datatype, MPI_Comm comm, int *size)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    MPI_Count bytes;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        err = pack_size(incount, datatype, INT_MAX, &bytes);
    if (err == MPI_SUCCESS)
        *size = (int)bytes;
    return api_result(c, err, "MPI_Pack_size");
}

PROFILE(MPI_Pack_size_c);
int MPI_Pack_size_c(MPI_Count incount, MPI_Datatype datatype, MPI_Comm comm,
                    MPI_Count *size)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    MPI_Count bytes;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        err = pack_size(incount, datatype, INT64_MAX, &bytes);
    if (err == MPI_SUCCESS)
        *size = bytes;
    return api_result(c, err, "MPI_Pack_size_c");
}
