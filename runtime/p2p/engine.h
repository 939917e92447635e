/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of runtime/p2p/ share: the engine of a rank, its requests,
 * and the messages that arrived before their receive.
 */
#ifndef P2P_ENGINE_H
#define P2P_ENGINE_H

#include <stdlib.h>
#include <string.h>

#include "runtime/base/config.h"
#include "runtime/base/process.h"
#include "runtime/p2p/match.h"
#include "runtime/p2p/move.h"
#include "runtime/p2p/p2p.h"
#include "runtime/p2p/wire.h"
#include "transport/transports.h"

struct p2p_request;
struct request_slab;

/* How far the direct receive is. */
enum direct_state {
    DIRECT_WAITS,
    DIRECT_TAKEN,     /* the message is in the user's buffer */
    DIRECT_LOST,      /* none will come */
    DIRECT_IS_REQUEST /* it has become one, which may run yet */
};

/*
 * The one receive that needs no request: a blocking one of the user's channel
 * that names its source and tag, when no message and no other receive is queued
 * in its context. What comes goes straight to the user's buffer. A message that
 * is not done with at once (rendezvous, truncation) makes a request of it after
 * all.
 */
struct direct_receive {
    uint64_t envelope;  /* as in match_header; DIRECT_NONE: none is waiting */
    uint32_t tag;
    int state;          /* enum direct_state, an int to wait for */
    const struct message *message;
    uint64_t bytes;     /* received, when taken */
    int error;          /* why none will come, when lost */
    struct mpi_request *request;
};

#define DIRECT_NONE UINT64_MAX

/* The setting: who moves a long message that either side could. */
enum rendezvous { RENDEZVOUS_AUTO, RENDEZVOUS_READ, RENDEZVOUS_WRITE };

struct p2p {
    struct direct_receive direct;
    struct process *process;
    struct counters *counters; /* of process */
    struct transports *transports;
    struct packet_table packets;
    struct endpoint **endpoints; /* by rank in the job, NULL = not used yet */
    struct match **matches;      /* by wire context, NULL = not used yet */
    uint32_t match_count;
    bool is_direct_allowed;      /* no peer was lost, and threads do not share
                                    the rank: see struct direct_receive */
    int *peer_errors;            /* by rank in the job: why the way there was
                                    lost; NULL while none was */
    int *losses;                 /* these ranks, in the order of their loss */
    int loss_count;
    uint32_t deaths_seen;        /* of those in the node segment */
    struct list comms;           /* those with an open context */
    bool has_failed_comm;        /* collectives of some fail */
    struct p2p_request *free_requests;
    struct request_slab *slabs;
    void *scratch;               /* where non-contiguous data is packed */
    size_t scratch_bytes;
    struct {                     /* what was packed there last, so that a post */
        const struct p2p_request *request; /* that is tried again finds it; */
        uint64_t offset;                   /* NULL: something else */
        size_t bytes;
    } packed;
    struct move *free_moves;
    enum rendezvous rendezvous;
    uint64_t unexpected_bytes;   /* of arrivals that are kept */
    bool *asked;                 /* by rank in the job: to wait for receives;
                                    NULL while none is */
    struct endpoint **hushed;    /* to ranks that asked us, which have none in
                                    endpoints; NULL while none has */
    bool has_warned_of_packets;  /* of buffers that cannot be registered */
};

/*
 * A request's way through the protocols; see the pictures in wire.h. The
 * states marked * have an action that may answer BUSY: the request then waits
 * in the endpoint's backlog and request_advance tries again.
 */
enum request_state {
    STATE_IDLE,
    SEND_EAGER,       /* * copy the message into the transport */
    SEND_RTS,         /* * offer the message */
    SEND_OFFERED,     /* FIN or CTS will come */
    SEND_CANCEL,      /* * ask the receiver to drop the message */
    SEND_GRANTED,     /* * write or copy the chunks that were granted */
    SEND_HUSH,        /* * ask a rank to wait for its messages' receives */
    RECV_POSTED,      /* a message will come */
    RECV_READ,        /* * read the message from the sender, chunk by chunk */
    RECV_FIN,         /* * tell the sender that it may have its buffer back */
    RECV_GRANT,       /* * let the sender write, or send, chunk by chunk */
    STATE_COUNT
};

/*
 * base.bytes are those of the message that will move. The order is for the
 * cache: a receive of a short message touches three lines, up to entry.order,
 * and a window of 64 receives leaves the first cache room for the messages.
 */
struct p2p_request {
    _Alignas(CACHE_LINE) struct mpi_request base;
    struct p2p *p2p;
    void *buffer;
    struct mpi_datatype *type;
    uint64_t capacity;          /* bytes the user's buffer holds */
    struct p2p_request *next_free;
    struct region *region;      /* of all the message, while it is registered */
    struct move *move;          /* on its way by rendezvous, else NULL */
    enum request_state state;
    int result;                 /* error to complete with */
    int world;                  /* the peer, once known */
    enum send_mode mode;
    struct match_entry entry;   /* of a posted receive */
    struct endpoint *ep;        /* to the peer, once needed */
    uint32_t peer_request;      /* the sender's (RECV_*) or receiver's */
    uint32_t wire_context;      /* sends */
    struct backlog_entry backlog;
};

_Static_assert(offsetof(struct p2p_request, entry.chains) == 3 * CACHE_LINE,
               "what receives need is in three lines");

enum { SLAB_REQUESTS = 64 };

/* Requests are made in slabs and never given back before p2p_close. */
struct request_slab {
    struct request_slab *next;
    struct p2p_request requests[SLAB_REQUESTS];
};

/* A message that came before its receive; its packet follows. */
struct arrival {
    struct match_entry entry;
    int world;
    size_t packet_bytes;
    _Alignas(8) unsigned char packet[];
};

static inline uint32_t wire_context(uint32_t context, enum channel channel)
{
    return context * CHANNELS + (uint32_t)channel;
}

/* The queues of a wire context, made on first use: a peer may be faster in
 * creating a communicator. NULL when memory is out. */
struct match *engine_make_match(struct p2p *p2p, uint32_t wire_context) COLD;

static inline struct match *engine_match(struct p2p *p2p, uint32_t wire_context)
{
    if (LIKELY(wire_context < p2p->match_count) &&
        LIKELY(p2p->matches[wire_context] != NULL))
        return p2p->matches[wire_context];
    return engine_make_match(p2p, wire_context);
}

/* The endpoint to a rank of the job. A rank that cannot be reached is lost:
 * what waits for its messages ends. Errors: as transports_endpoint. */
int engine_connect(struct p2p *p2p, int world, struct endpoint **out) COLD;

static inline int engine_endpoint(struct p2p *p2p, int world,
                                  struct endpoint **out)
{
    *out = p2p->endpoints[world];
    return LIKELY(*out != NULL) ? MPI_SUCCESS
                                : engine_connect(p2p, world, out);
}

/* Why receives from this rank of the job cannot end, or MPI_SUCCESS. */
static inline int engine_peer_error(const struct p2p *p2p, int world)
{
    return LIKELY(!p2p->peer_errors) ? MPI_SUCCESS : p2p->peer_errors[world];
}

/* The way to a peer is lost: end all that waits for its packets (failure.c). */
void engine_peer_failed(void *p2p, int world, int err);

/* Look for ranks of the job that died (failure.c); for progress.news. */
int engine_look_for_deaths(void *p2p);

/*
 * A receive from any source on comm is to be posted: an error that names a
 * rank of comm that was lost and that none was told of yet, or MPI_SUCCESS.
 */
int engine_untold_loss(struct mpi_comm *comm) COLD;

/* ---- notice.c ---- */

/* The tag that lets all operations fail, those that run included. */
static inline int collective_tag_of_all(const struct mpi_comm *comm)
{
    return (comm->collective_tag - COLLECTIVE_TAGS / 4) &
           (COLLECTIVE_TAGS - 1);
}

/* Let comm's collectives fail from this tag on. */
void engine_fail_collectives(struct mpi_comm *comm, int tag, int err) COLD;

/* comm is new: apply what came before it. */
void engine_take_notices(struct mpi_comm *comm);

/*
 * A message has come that no receive is posted for: take it if it is a notice,
 * or belongs to a collective that has failed.
 */
bool engine_disposes(struct p2p *p2p, int world,
                     const struct match_header *header) COLD;

/* A request for m in its first state, or NULL when memory is out. */
struct p2p_request *request_create(struct p2p *p2p, const struct message *m);

/* Fill the pool; false when memory is out. */
bool request_pool_grow(struct p2p *p2p);

/* Do what the request's state asks for until it waits for the peer or for the
 * transport, or is complete. Never fails: errors end in the request. */
void request_advance(struct p2p_request *r);

/* The first request_advance of a long send, without a look at its state. */
void request_offer(struct p2p_request *r);

/* An RTS has met its receive: choose by whom and how the message is moved. */
void request_take_offer(struct p2p_request *r, const struct rts_header *header);

/* The receiver grants a chunk; the sender answers one; a piece in a packet. */
void request_take_grant(struct p2p_request *r, const struct cts_header *header);
void request_take_done(struct p2p_request *r, const struct done_header *header);

/* End the request with err as soon as the device has let go of its buffer. */
void request_abort(struct p2p_request *r, int err);

/* End the request; error may be MPI_SUCCESS. */
void request_end(struct p2p_request *r, int error);

/* The request of this layer that base is, or NULL when it is another's. */
struct p2p_request *request_of(struct mpi_request *base);

/* The live request with rank `world` that this rank named, or NULL (logged)
 * when there is none. */
struct p2p_request *request_named(uint32_t name, int world);

/* Receives meet messages (deliver.c): header is the packet as it arrived,
 * valid during the call. */
void deliver_to(struct p2p_request *r, int world, const struct packet *packet,
                size_t bytes);

/*
 * Answer a message that nobody will receive, so that its sender's request does
 * not wait. err says why; MPI_SUCCESS: the sender cancelled it. comm may be
 * any.
 */
void deliver_refuse(struct mpi_comm *comm, int world, uint32_t request,
                    int err) COLD;

/* ---- unexpected.c ---- */

/* An arrival from this rank of the job is kept: see to the bound. */
void unexpected_press(struct p2p *p2p, int world) COLD;

/* So much is free again that nobody has to wait any more. */
void unexpected_relax(struct p2p *p2p) COLD;

/* Handler of PACKET_HUSH. */
void unexpected_on_packet(void *p2p, int world, const struct packet *packet,
                          size_t bytes);

static inline void arrival_keep(struct p2p *p2p, const struct arrival *a)
{
    p2p->unexpected_bytes += sizeof *a + a->packet_bytes;
    if (UNLIKELY(p2p->unexpected_bytes > settings.unexpected_bytes / 2))
        unexpected_press(p2p, a->world);
}

static inline void arrival_free(struct p2p *p2p, struct arrival *a)
{
    p2p->unexpected_bytes -= sizeof *a + a->packet_bytes;
    free(a);
    if (UNLIKELY(p2p->asked != NULL) &&
        p2p->unexpected_bytes < settings.unexpected_bytes / 4)
        unexpected_relax(p2p);
}

/* ---- cancel.c ---- */

/* Handler of PACKET_CANCEL. */
void cancel_on_packet(void *p2p, int world, const struct packet *packet,
                      size_t bytes);

/* The receiver's answer to what r offered is there: if r still waits to ask
 * for it to be dropped, it is as if it had not. */
static inline void cancel_withdraw(struct p2p_request *r)
{
    if (LIKELY(r->state != SEND_CANCEL))
        return;
    backlog_remove(r->ep, &r->backlog);
    r->state = SEND_OFFERED;
}

/* Fill the packet table with the handlers of deliver.c. */
void deliver_init(struct p2p *p2p);

/* Bytes of message in a packet that starts one. */
uint64_t deliver_message_bytes(const struct packet *packet, size_t bytes);

/*
 * The message, or piece of it, as one run of bytes: in place when the buffer is
 * contiguous, else packed into scratch. At most scratch_bytes when packed.
 */
const void *engine_flat(struct p2p_request *r, uint64_t offset, size_t bytes);

/* Source and context of a message in one word, as they lie in its header. */
static inline uint64_t match_envelope(const struct match_header *header)
{
    uint64_t envelope;
    memcpy(&envelope, &header->context, sizeof envelope);
    return envelope;
}

/* Where contiguous data of r starts. */
static inline void *engine_address(const struct p2p_request *r)
{
    return (char *)r->buffer + r->type->true_lb;
}

#endif
