/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Point-to-point messages of one rank: the functions that everything above
 * calls.
 *
 * start functions return at once with a request; send and recv are the
 * blocking forms, which need none when the message goes out by copy. A peer of
 * MPI_PROC_NULL completes at once. Arguments were checked by the caller.
 * Errors of the operation itself end in the request; what is returned here is
 * failure to start. Caller holds the library lock.
 */
#ifndef P2P_P2P_H
#define P2P_P2P_H

#include <stdbool.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/objects/comm.h"
#include "runtime/objects/datatype.h"
#include "runtime/objects/request.h"

struct lock;
struct p2p;
struct process;
struct transport_ops;

enum send_mode {
    SEND_STANDARD,
    SEND_SYNCHRONOUS /* complete only when the receive has matched */
};

/* One message; args may live on the stack of the caller. */
struct message {
    void *buffer; /* read by sends, written by receives */
    MPI_Count count;
    struct mpi_datatype *type;
    int peer;     /* rank in comm, MPI_ANY_SOURCE, MPI_PROC_NULL */
    int tag;
    struct mpi_comm *comm;
    enum channel channel;
    enum send_mode mode;
};

/* What a probe found. */
struct envelope {
    int source; /* rank in comm */
    int tag;
    uint64_t bytes;
};

/*
 * Make the engine of a rank and open the given transports, in order of
 * preference (collective over the job).
 * Errors   MPI_ERR_NO_MEM; as transports_open
 */
int p2p_open(struct process *process, const struct transport_ops *const *ops,
             unsigned count, struct p2p **out);

/* Close it; a barrier over the job has passed, nothing is pending. */
void p2p_close(struct p2p *p2p);

/*
 * From now on threads share the rank under this lock; NULL: no longer. The
 * ways that assume one thread close. Caller holds the lock, and nobody waits.
 */
void p2p_share(struct p2p *p2p, struct lock *lock);

/* Progress until no post of this rank waits for its transport any more. */
void p2p_flush(struct p2p *p2p);

struct process *p2p_process(const struct p2p *p2p);

/*
 * Give comm the match queues of its context. Messages of peers that were
 * faster are in them already.
 * Errors   MPI_ERR_NO_MEM
 */
int p2p_open_context(struct p2p *p2p, struct mpi_comm *comm);

/* Give the queues up; nothing is pending in them. */
void p2p_close_context(struct p2p *p2p, struct mpi_comm *comm);

int p2p_send_start(const struct message *m, struct mpi_request **out);
int p2p_recv_start(const struct message *m, struct mpi_request **out);

int p2p_send(const struct message *m);
int p2p_recv(const struct message *m, MPI_Status *status);

/*
 * Take a receive back that no message has met yet: it is then complete, as
 * cancelled. Nothing happens to any other request.
 */
void p2p_cancel_recv(struct mpi_request *r);

/*
 * Try to take back a receive or a send: it is complete, as cancelled, at once
 * or when the receiver's answer has come, if no receive and message had met;
 * else it completes as if nothing had been tried. A send that went by copy is
 * complete before anybody could cancel it.
 */
void p2p_cancel(struct mpi_request *r);

/* Can p2p_read read the memory of this rank of comm? */
bool p2p_can_read(struct mpi_comm *comm, int rank);

/*
 * Read from an address of such a rank, which reads from here meanwhile.
 * Errors   MPI_ERR_OTHER: it cannot be read there, or is gone
 */
int p2p_read(struct mpi_comm *comm, int rank, void *to, uint64_t from,
             size_t bytes);

/*
 * The collective operation of comm with this tag has failed here: it and those
 * after it fail from now on (comm_collective_error), and the other ranks are
 * told, as far as they can be reached and do not know.
 */
void p2p_fail_collectives(struct mpi_comm *comm, int tag, int err);

/*
 * Has a message arrived that m (peer, tag, comm, channel) would receive? One
 * round of progress when not.
 * Errors   why the way to m's peer was lost
 */
int p2p_iprobe(const struct message *m, bool *is_found, struct envelope *found);

/* Wait for such a message. Errors: as p2p_iprobe. */
int p2p_probe(const struct message *m, struct envelope *found);

#endif
