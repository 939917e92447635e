/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collectives of a job inside one process: buffers that notice any byte
 * written where none belongs, and one operation run at all ranks.
 */
#ifndef UNIT_COLLECTIVES_COLL_JOB_H
#define UNIT_COLLECTIVES_COLL_JOB_H

#include "collectives/coll.h"
#include "tests/support/fake_job.h"

/* Memory for a span, every byte of it known. */
struct buffer {
    struct span span;
    unsigned char *memory;
    unsigned char *wanted; /* what it must hold in the end */
    size_t bytes;
};

/* Space for count elements, filled with a pattern and wanted to stay so. */
struct buffer buffer_make(MPI_Count count, struct mpi_datatype *type);

/* Write packed data into elements from `first` on, as input. */
void buffer_put(struct buffer *b, MPI_Count first, const void *packed,
                MPI_Count count);

/* Elements from `first` on must hold this in the end. */
void buffer_want(struct buffer *b, MPI_Count first, const void *packed,
                 MPI_Count count);

/* Does memory hold what is wanted, gaps included? */
bool buffer_is_right(const struct buffer *b);

void buffer_free(struct buffer *b);

/* A job of `count` ranks with what collectives need; one to four of them, by
 * count and seed, count as a node. */
void coll_job_init(struct fake_job *job, int count,
                   const struct fake_options *options);
void coll_job_fini(struct fake_job *job);

/* Run args[i] at rank i by the given algorithm; errors[i] is what came out. */
void coll_job_run(struct fake_job *job, const struct algorithm *algorithm,
                  const struct coll_args *args, int *errors);

/* A pair of ints without gaps; and one with gaps before, between and after. */
struct mpi_datatype *make_dense_type(void);
struct mpi_datatype *make_spread_type(void);

#endif
