/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arguments of a send or receive as the user gave them, and their checks,
 * for all forms but the plain ones of mpi_send.c and mpi_recv.c, which have
 * their own inline.
 */
#ifndef API_P2P_CALL_H
#define API_P2P_CALL_H

#include "runtime/p2p/p2p.h"

struct p2p_call {
    const void *buf;
    MPI_Count count;
    MPI_Datatype datatype;
    int peer;
    int tag;
    MPI_Comm comm;
};

/* Check and convert; m->comm is set as soon as it is known. Errors: the
 * classes of the arguments. */
int p2p_call_send(const struct p2p_call *c, struct message *m);
int p2p_call_recv(const struct p2p_call *c, struct message *m);

/* Only what a probe has: peer, tag and comm. */
int p2p_call_probe(const struct p2p_call *c, struct message *m);

/* The end of a function that starts something: give the user a handle of r
 * when err is MPI_SUCCESS, then api_result. */
int p2p_call_result(const struct message *m, int err, struct mpi_request *r,
                    MPI_Request *request, const char *function);

#endif
