/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Partitioned communication (MPI 5.0, chapter 4).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/p2p_call.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/p2p/partitioned.h"

static int check_partitions(int partitions, const struct p2p_call *c)
{
    if (partitions < 0)
        return error_make(MPI_ERR_ARG, "%d partitions are too few",
                          partitions);
    if (c->peer == MPI_ANY_SOURCE || c->tag == MPI_ANY_TAG)
        return error_make(c->peer == MPI_ANY_SOURCE ? MPI_ERR_RANK
                                                    : MPI_ERR_TAG,
                          "partitioned receives take no wildcard");
    return MPI_SUCCESS;
}

/* The buffer holds that many times what m has. */
static int check_whole(int partitions, const struct message *m)
{
    int64_t bytes = 0;
    if (add_product_overflows(&bytes, m->count, (int64_t)m->type->size) ||
        add_product_overflows(&bytes, bytes, partitions))
        return error_make(MPI_ERR_COUNT, "%d partitions of %lld elements are "
                          "more than 2^63 bytes", partitions,
                          (long long)m->count);
    return MPI_SUCCESS;
}

/* The two directions. */
typedef int check_call(const struct p2p_call *c, struct message *m);
typedef int create(const struct message *m, int partitions,
                   struct mpi_request **out);

struct partitioned_call {
    struct p2p_call data; /* of one partition */
    int partitions;
    MPI_Info info;
    const char *function;
};

static int init(const struct partitioned_call *c, check_call *check,
                create *make, MPI_Request *request)
{
    struct message m = { .comm = NULL };
    struct mpi_info *hints;
    struct mpi_request *r = NULL;
    int err = check(&c->data, &m);
    if (err == MPI_SUCCESS)
        err = check_partitions(c->partitions, &c->data);
    if (err == MPI_SUCCESS)
        err = check_whole(c->partitions, &m);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(c->info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = make(&m, c->partitions, &r);
    return p2p_call_result(&m, err, r, request, c->function);
}

PROFILE(MPI_Psend_init);
int MPI_Psend_init(const void *buf, int partitions, MPI_Count count,
                   MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                   MPI_Info info, MPI_Request *request)
{
    LIBRARY_LOCKED;
    const struct partitioned_call c = {
        { buf, count, datatype, dest, tag, comm }, partitions, info,
        "MPI_Psend_init" };
    return init(&c, p2p_call_send, partitioned_send_init, request);
}

PROFILE(MPI_Precv_init);
int MPI_Precv_init(void *buf, int partitions, MPI_Count count,
                   MPI_Datatype datatype, int source, int tag, MPI_Comm comm,
                   MPI_Info info, MPI_Request *request)
{
    LIBRARY_LOCKED;
    const struct partitioned_call c = {
        { buf, count, datatype, source, tag, comm }, partitions, info,
        "MPI_Precv_init" };
    return init(&c, p2p_call_recv, partitioned_recv_init, request);
}

/* A partitioned send that was started. */
static int check_send(MPI_Request request, struct mpi_request **out)
{
    int err = check_request(request, out);
    if (err == MPI_SUCCESS && !partitioned_is_send(*out))
        err = error_make(MPI_ERR_REQUEST, "the request is not a partitioned "
                         "send");
    if (err == MPI_SUCCESS && (*out)->is_inactive)
        err = error_make(MPI_ERR_REQUEST, "the request is not started");
    return err;
}

static int check_partition(int partition, int count)
{
    if (partition >= 0 && partition < count)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_ARG, "partition %d is not one of the %d",
                      partition, count);
}

/* Mark one partition of a checked send. */
static int ready(struct mpi_request *r, int partition)
{
    int err = check_partition(partition, partitioned_count(r));
    return err == MPI_SUCCESS ? partitioned_ready(r, partition) : err;
}

PROFILE(MPI_Pready);
int MPI_Pready(int partition, MPI_Request request)
{
    LIBRARY_LOCKED;
    struct mpi_request *r = NULL;
    int err = check_send(request, &r);
    if (err == MPI_SUCCESS)
        err = ready(r, partition);
    return api_result(r ? r->comm : NULL, err, "MPI_Pready");
}

PROFILE(MPI_Pready_range);
int MPI_Pready_range(int partition_low, int partition_high,
                     MPI_Request request)
{
    LIBRARY_LOCKED;
    struct mpi_request *r = NULL;
    int err = check_send(request, &r);
    for (int i = partition_low; i <= partition_high && err == MPI_SUCCESS; i++)
        err = ready(r, i);
    return api_result(r ? r->comm : NULL, err, "MPI_Pready_range");
}

PROFILE(MPI_Pready_list);
int MPI_Pready_list(int length, const int array_of_partitions[],
                    MPI_Request request)
{
    LIBRARY_LOCKED;
    struct mpi_request *r = NULL;
    int err = check_send(request, &r);
    if (err == MPI_SUCCESS)
        err = check_count(length);
    if (err == MPI_SUCCESS && length > 0)
        err = check_pointer(array_of_partitions, "array_of_partitions");
    for (int i = 0; i < length && err == MPI_SUCCESS; i++)
        err = ready(r, array_of_partitions[i]);
    return api_result(r ? r->comm : NULL, err, "MPI_Pready_list");
}

PROFILE(MPI_Parrived);
int MPI_Parrived(MPI_Request request, int partition, int *flag)
{
    LIBRARY_LOCKED;
    struct mpi_request *r = NULL;
    int err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS && request == MPI_REQUEST_NULL) {
        *flag = 1;
        return MPI_SUCCESS;
    }
    if (err == MPI_SUCCESS)
        err = check_request(request, &r);
    if (err == MPI_SUCCESS && !partitioned_is_receive(r))
        err = error_make(MPI_ERR_REQUEST, "the request is not a partitioned "
                         "receive");
    if (err == MPI_SUCCESS)
        err = check_partition(partition, partitioned_count(r));
    if (err == MPI_SUCCESS) {
        *flag = partitioned_has_arrived(r, partition);
        if (!*flag)
            progress_round(&library.process->progress);
        *flag = *flag || partitioned_has_arrived(r, partition);
    }
    return api_result(r ? r->comm : NULL, err, "MPI_Parrived");
}
