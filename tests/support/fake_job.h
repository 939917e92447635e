/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job inside one process: N ranks over the fake network, each with its p2p
 * engine and a communicator over all of them. For tests of p2p, collectives
 * and communicators. The test polls the ranks, see fake_job_until.
 */
#ifndef SUPPORT_FAKE_JOB_H
#define SUPPORT_FAKE_JOB_H

#include "runtime/objects/comm.h"
#include "runtime/objects/request.h"
#include "runtime/p2p/p2p.h"
#include "tests/support/fake_transport.h"

enum { FAKE_JOB_MAX = 17 };

struct fake_job {
    int count;
    struct fake_network *network;
    struct p2p *p2p[FAKE_JOB_MAX];
    struct mpi_comm comm[FAKE_JOB_MAX]; /* rank i's view, context 0 */
    int worlds[FAKE_JOB_MAX];
};

/* options as for fake_network_create. Predefined datatypes are ready. */
void fake_job_init(struct fake_job *job, int count,
                   const struct fake_options *options);

/* Fails the test when regions or packets are left. */
void fake_job_fini(struct fake_job *job);

/* Poll all ranks in turn until each of the requests is complete; fails the
 * test after a great many fruitless rounds. NULL entries are skipped. */
void fake_job_until(struct fake_job *job, struct mpi_request *const *requests,
                    int count);

#endif
