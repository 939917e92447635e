/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The communicator object has no code of its own: runtime/comm/ makes it. Here
 * lies what is there before any is made.
 */
#include "runtime/objects/comm.h"

struct mpi_comm comm_none = { .object = { .kind = KIND_COMM } };
struct mpi_comm *comm_recent = &comm_none;
