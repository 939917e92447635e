/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * N ranks in one process. The communicators are filled by hand, so that this
 * links below the layer that makes them.
 */
#include "tests/support/fake_job.h"

#include <check.h>

static void keep(struct mpi_comm *c)
{
    (void)c; /* belongs to the job, not to its references */
}

void fake_job_init(struct fake_job *job, int count,
                   const struct fake_options *options)
{
    ck_assert_int_le(count, FAKE_JOB_MAX);
    *job = (struct fake_job){ .count = count };
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    job->network = fake_network_create(count, options);
    for (int i = 0; i < count; i++) {
        job->worlds[i] = i;
        struct process *process = fake_network_process(job->network, i);
        ck_assert_int_eq(p2p_open(process, &fake_only, 1, &job->p2p[i]),
                         MPI_SUCCESS);
        job->comm[i] = (struct mpi_comm){
            .object = { .kind = KIND_COMM, .references = 1 },
            .p2p = job->p2p[i], .rank = i, .size = count,
            .peer_count = count,
            .worlds = job->worlds, .destroy = keep,
        };
        ck_assert_int_eq(p2p_open_context(job->p2p[i], &job->comm[i]),
                         MPI_SUCCESS);
    }
}

void fake_job_fini(struct fake_job *job)
{
    fake_network_settle(job->network);
    ck_assert_uint_eq(fake_network_under_way(job->network), 0);
    ck_assert_uint_eq(fake_network_regions(job->network), 0);
    for (int i = 0; i < job->count; i++) {
        p2p_close_context(job->p2p[i], &job->comm[i]);
        p2p_close(job->p2p[i]);
    }
    fake_network_free(job->network);
    datatype_fini_predefined();
}

static bool all_complete(struct mpi_request *const *requests, int count)
{
    for (int i = 0; i < count; i++)
        if (requests[i] && !requests[i]->is_complete)
            return false;
    return true;
}

void fake_job_until(struct fake_job *job, struct mpi_request *const *requests,
                    int count)
{
    for (long round = 0; !all_complete(requests, count); round++) {
        ck_assert_msg(round < 10000000, "the requests never complete");
        for (int i = 0; i < job->count; i++)
            progress_poll(&fake_network_process(job->network, i)->progress);
    }
}
