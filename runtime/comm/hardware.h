/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splitting by what ranks share of the hardware (MPI 5.0, 7.4.2).
 */
#ifndef COMM_HARDWARE_H
#define COMM_HARDWARE_H

struct mpi_comm;

/* What the ranks of a part share. */
enum split_by {
    SPLIT_NONE,     /* this rank has no part */
    SPLIT_NODE,     /* memory */
    SPLIT_RESOURCE, /* the instance of a type of resource; a rank that is on no
                       single one has no part */
    SPLIT_LEVEL,    /* the highest level of the hardware, from nodes down to
                       cores, at which the ranks differ; no part when there is
                       none */
    SPLIT_ALL,      /* the communicator */
    SPLIT_SELF      /* nothing */
};

/*
 * Collective over parent; SPLIT_NONE goes with everything. name is that of the
 * resource. *out is NULL at a rank without a part.
 * Errors   as machine_open, comm_split
 */
int comm_split_hardware(struct mpi_comm *parent, enum split_by by,
                        const char *name, int key, struct mpi_comm **out);

#endif
