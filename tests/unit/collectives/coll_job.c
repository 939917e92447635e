/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operations are launched at all ranks and then progress together, as
 * nonblocking ones do: the ranks share one thread.
 */
#include "tests/unit/collectives/coll_job.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "collectives/schedule.h"
#include "collectives/schedule_pool.h"
#include "runtime/base/config.h"
#include "runtime/objects/flatten.h"
#include "runtime/objects/pack.h"
#include "runtime/objects/type_create.h"

enum { PATTERN = 0xee, SEGMENT_BYTES = 1000 /* several of the messages here */ };

struct buffer buffer_make(MPI_Count count, struct mpi_datatype *type)
{
    MPI_Aint low;
    struct buffer b = { .bytes = span_footprint(count, type, &low) };
    b.memory = malloc(b.bytes + 1);
    b.wanted = malloc(b.bytes + 1);
    memset(b.memory, PATTERN, b.bytes);
    memset(b.wanted, PATTERN, b.bytes);
    b.span = (struct span){ b.memory - low, count, type };
    return b;
}

static void write_elements(const struct buffer *b, unsigned char *memory,
                           MPI_Count first, struct span packed)
{
    struct span at = span_at(b->span, first, packed.count);
    at.address = (char *)at.address + (memory - b->memory);
    unpack_bytes(at.address, packed.address, at.type, 0,
                 (size_t)at.count * at.type->size);
}

void buffer_want(struct buffer *b, MPI_Count first, const void *packed,
                 MPI_Count count)
{
    write_elements(b, b->wanted, first,
                   (struct span){ (void *)(uintptr_t)packed, count, NULL });
}

void buffer_put(struct buffer *b, MPI_Count first, const void *packed,
                MPI_Count count)
{
    write_elements(b, b->memory, first,
                   (struct span){ (void *)(uintptr_t)packed, count, NULL });
    buffer_want(b, first, packed, count);
}

bool buffer_is_right(const struct buffer *b)
{
    return memcmp(b->memory, b->wanted, b->bytes) == 0;
}

void buffer_free(struct buffer *b)
{
    free(b->memory);
    free(b->wanted);
}

void coll_job_init(struct fake_job *job, int count,
                   const struct fake_options *options)
{
    settings.coll_node_ranks = options ? 1 + (count + (int)options->seed) % 4 : 0;
    settings.coll_segment_bytes = SEGMENT_BYTES;
    fake_job_init(job, count, options);
    ck_assert_int_eq(op_init_predefined(), MPI_SUCCESS);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(schedule_pool_retain(p2p_process(job->p2p[i])),
                         MPI_SUCCESS);
}

void coll_job_fini(struct fake_job *job)
{
    for (int i = 0; i < job->count; i++)
        free(job->comm[i].places);
    for (int i = 0; i < job->count; i++)
        schedule_pool_release(p2p_process(job->p2p[i]));
    op_fini_predefined();
    fake_job_fini(job);
}

void coll_job_run(struct fake_job *job, const struct algorithm *algorithm,
                  const struct coll_args *args, int *errors)
{
    struct mpi_request *requests[FAKE_JOB_MAX];
    for (int i = 0; i < job->count; i++) {
        struct schedule *s;
        ck_assert_int_eq(coll_build(&args[i], algorithm, &s), MPI_SUCCESS);
        schedule_launch(s);
        requests[i] = &s->request;
    }
    fake_job_until(job, requests, job->count);
    for (int i = 0; i < job->count; i++)
        errors[i] = request_finish(requests[i], MPI_STATUS_IGNORE);
}

static struct mpi_datatype *make_pair(MPI_Aint offset, MPI_Aint stride,
                                      MPI_Aint extent)
{
    const struct piece piece = {
        .type = datatype_find(MPI_INT), .offset = offset, .count = 2,
        .length = 1, .stride = stride,
    };
    struct mpi_datatype *regular, *type;
    ck_assert_int_eq(type_regular(&piece, &regular), MPI_SUCCESS);
    ck_assert_int_eq(type_resized(regular, 0, extent, &type), MPI_SUCCESS);
    datatype_release(regular);
    return type;
}

struct mpi_datatype *make_dense_type(void)
{
    return make_pair(0, 4, 8);
}

struct mpi_datatype *make_spread_type(void)
{
    return make_pair(4, 12, 28);
}
