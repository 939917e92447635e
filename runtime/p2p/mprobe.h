/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matched probe: a message that was found is taken out of the queue, so that
 * only who has it can receive it (MPI 5.0, 3.8.2). Caller holds the library
 * lock.
 */
#ifndef P2P_MPROBE_H
#define P2P_MPROBE_H

#include "runtime/p2p/p2p.h"

struct arrival;

/* What stands behind MPI_Message. */
struct mpi_message {
    struct object object;
    struct arrival *arrival;
    struct mpi_comm *comm; /* one reference */
};

static inline struct mpi_message *message_find(MPI_Message handle)
{
    return (struct mpi_message *)handle_find(handle, KIND_MESSAGE);
}

/*
 * As p2p_iprobe, and take what was found: *out has a handle. For a peer of
 * MPI_PROC_NULL *out is NULL.
 * Errors   as p2p_iprobe, MPI_ERR_NO_MEM
 */
int p2p_improbe(const struct message *m, bool *is_found, struct envelope *found,
                struct mpi_message **out);

/* Wait for such a message. Errors: as p2p_improbe. */
int p2p_mprobe(const struct message *m, struct envelope *found,
               struct mpi_message **out);

/*
 * Receive a message into m's buffer; the rest of m is not read. The message is
 * gone afterwards.
 * Errors   MPI_ERR_NO_MEM, and the message stays
 */
int p2p_mrecv_start(struct mpi_message *message, const struct message *m,
                    struct mpi_request **out);

#endif
