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

/* The arguments of packing and unpacking: typed data on the one side, bytes
 * from *position on the other. */
struct pack_call {
    const void *data;
    MPI_Count count;
    MPI_Datatype datatype;
    const void *packed;
    MPI_Count packed_bytes;
    MPI_Count position;
    MPI_Comm comm;
};

/* Check that all fits; *bytes of type go to or from position on. */
static int prepare(const struct pack_call *c, struct mpi_comm **comm,
                   struct mpi_datatype **type, MPI_Count *bytes)
{
    int err = check_comm(c->comm, comm);
    if (err == MPI_SUCCESS)
        err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = check_committed(c->datatype, type);
    if (err == MPI_SUCCESS)
        err = check_buffer(c->data, c->count, *type);
    if (err == MPI_SUCCESS && (c->position < 0 || c->packed_bytes < 0))
        err = error_make(MPI_ERR_ARG, "position %lld or size %lld is negative",
                         (long long)c->position, (long long)c->packed_bytes);
    if (err != MPI_SUCCESS)
        return err;
    *bytes = 0;
    if (add_product_overflows(bytes, c->count, (int64_t)(*type)->size) ||
        *bytes > c->packed_bytes - c->position)
        return error_make(MPI_ERR_TRUNCATE,
                          "%lld elements of %zu bytes do not fit between "
                          "position %lld and size %lld of the packed buffer",
                          (long long)c->count, (*type)->size,
                          (long long)c->position, (long long)c->packed_bytes);
    return *bytes > 0 ? check_pointer(c->packed, "the packed buffer")
                      : MPI_SUCCESS;
}

/* Both set *bytes to how far the position moves. */
static int pack_call(const struct pack_call *c, MPI_Count *bytes,
                     const char *function)
{
    struct mpi_comm *comm = NULL;
    struct mpi_datatype *type;
    int err = prepare(c, &comm, &type, bytes);
    if (err == MPI_SUCCESS)
        pack_bytes((char *)(uintptr_t)c->packed + c->position, c->data, type, 0,
                   (size_t)*bytes);
    return api_result(comm, err, function);
}

static int unpack_call(const struct pack_call *c, MPI_Count *bytes,
                       const char *function)
{
    struct mpi_comm *comm = NULL;
    struct mpi_datatype *type;
    int err = prepare(c, &comm, &type, bytes);
    if (err == MPI_SUCCESS)
        unpack_bytes((void *)(uintptr_t)c->data,
                     (const char *)c->packed + c->position, type, 0,
                     (size_t)*bytes);
    return api_result(comm, err, function);
}

PROFILE(MPI_Pack);
int MPI_Pack(const void *inbuf, int incount, MPI_Datatype datatype,
             void *outbuf, int outsize, int *position, MPI_Comm comm)
{
    MPI_Count bytes;
    int err = check_pointer(position, "position");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Pack");
    err = pack_call(&(struct pack_call){inbuf, incount, datatype, outbuf,
                                        outsize, *position, comm},
                    &bytes, "MPI_Pack");
    if (err == MPI_SUCCESS)
        *position += (int)bytes;
    return err;
}

PROFILE(MPI_Pack_c);
int MPI_Pack_c(const void *inbuf, MPI_Count incount, MPI_Datatype datatype,
               void *outbuf, MPI_Count outsize, MPI_Count *position,
               MPI_Comm comm)
{
    MPI_Count bytes;
    int err = check_pointer(position, "position");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Pack_c");
    err = pack_call(&(struct pack_call){inbuf, incount, datatype, outbuf,
                                        outsize, *position, comm},
                    &bytes, "MPI_Pack_c");
    if (err == MPI_SUCCESS)
        *position += bytes;
    return err;
}

PROFILE(MPI_Unpack);
int MPI_Unpack(const void *inbuf, int insize, int *position, void *outbuf,
               int outcount, MPI_Datatype datatype, MPI_Comm comm)
{
    MPI_Count bytes;
    int err = check_pointer(position, "position");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Unpack");
    err = unpack_call(&(struct pack_call){outbuf, outcount, datatype, inbuf,
                                          insize, *position, comm},
                      &bytes, "MPI_Unpack");
    if (err == MPI_SUCCESS)
        *position += (int)bytes;
    return err;
}

PROFILE(MPI_Unpack_c);
int MPI_Unpack_c(const void *inbuf, MPI_Count insize, MPI_Count *position,
                 void *outbuf, MPI_Count outcount, MPI_Datatype datatype,
                 MPI_Comm comm)
{
    MPI_Count bytes;
    int err = check_pointer(position, "position");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Unpack_c");
    err = unpack_call(&(struct pack_call){outbuf, outcount, datatype, inbuf,
                                          insize, *position, comm},
                      &bytes, "MPI_Unpack_c");
    if (err == MPI_SUCCESS)
        *position += bytes;
    return err;
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
