/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The contract between the protocols and whatever moves bytes.
 *
 * A transport lives like this. open finds the hardware or says why it cannot.
 * card gives the bytes by which peers find this rank; they go to all through
 * the launcher's exchange. Then, per peer and on first use: reach tells from
 * the peer's card whether this transport can talk to it, connect makes an
 * endpoint. An endpoint accepts posts at once; a connection that is still
 * coming up answers POST_BUSY. poll moves everything on: it delivers packets,
 * calls completions and advances connections.
 *
 * Packets of one endpoint arrive in the order in which they were sent, exactly
 * once. get and put have no order relative to packets.
 *
 * Posts never block, allocate on the data path, or deliver packets; all of
 * that happens in poll. A post that cannot be taken now answers POST_BUSY and
 * has done nothing. Caller holds the library lock in every call.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/completion.h"
#include "runtime/base/list.h"
#include "runtime/base/strbuf.h"
#include "transport/packet.h"

struct process;
struct transport;

enum post {
    POST_DONE,    /* finished; the buffers are the caller's again */
    POST_PENDING, /* taken; the completion will be called from poll */
    POST_BUSY,    /* nothing happened; try again after a poll */
    POST_FAILED   /* nothing happened and never will; see endpoint.error */
};

/* A way to one peer. Transports embed it in their own struct. */
struct endpoint {
    struct transport *transport;
    int world;            /* the peer's rank in the job */
    int error;            /* why posts fail, else MPI_SUCCESS */
    bool can_get;         /* get works with this peer */
    bool can_put;         /* put does */
    bool shares_moves;    /* the processor that posts a get or put does all
                             its work, so each side should post some */
    unsigned slices_max;  /* that one get or put takes, at most SLICES_MAX */
    unsigned runs_max;    /* and at the peer, where it may have several */
    /*
     * Send a header of two words and fewer than short_limit bytes of payload.
     * Always POST_DONE: short_limit is 0 from a post that answered BUSY to the
     * next that did not (so it is 0 while there is a backlog), and where a
     * transport has no such short way.
     */
    size_t short_limit;
    enum post (*send_short)(struct endpoint *ep, uint64_t word0, uint64_t word1,
                            const void *payload, size_t payload_bytes);
    struct list backlog;  /* posts that answered BUSY, see backlog.h */
    struct list backlog_link; /* in the list of endpoints with a backlog */
    int64_t lead;         /* bytes under way that are got, less those that the
                             peer puts, where moves are shared */
};

/* What memory is registered for. */
enum region_use {
    REGION_LOCAL,   /* this rank moves to and from it */
    REGION_EXPOSED, /* and a peer that is told its key reads from it */
    REGION_TARGET   /* or writes into it */
};

/* Memory that the transport can move from and to. */
struct region {
    uint64_t key; /* what the peer needs to name it */
};

struct packet_out {
    const void *header; /* begins with a struct packet; at most 56 bytes */
    size_t header_bytes;
    const void *payload; /* may be NULL when payload_bytes is 0 */
    size_t payload_bytes;
};

enum { SLICES_MAX = 16 };

/* A run of bytes in a rank's memory. */
struct slice {
    void *address;
    size_t bytes; /* not 0 */
};

/* One RDMA read or write between this rank's slices, in their order, and a run
 * of bytes at the peer; or several where the endpoint takes them. */
struct transfer {
    const struct slice *slices; /* the caller's again when the post returns */
    unsigned slice_count;
    size_t bytes;               /* of all slices */
    struct region *region;      /* holds all slices */
    uint64_t remote_address;    /* of the run at the peer, of the first */
    const struct slice *runs;   /* of run_count, if that is not 0: all of them */
    unsigned run_count;
    uint64_t remote_key;        /* region.key at the peer */
    bool is_mutual;             /* the peer reads from here meanwhile, so it has
                                   no time to help */
    struct completion *completion; /* may be shared by several posts */
};

struct transport_ops {
    const char *name;
    bool is_loopback; /* nothing arrives unless this rank has connected */
    bool is_silent;   /* what arrives rings no doorbell (progress.h) */
    bool gets_at_once; /* a get is over when it returns, and needs no key */
    size_t scatter_bytes; /* transport.scatter_bytes, unless the user sets it */

    /*
     * Make the transport for this rank. On failure *out stays unset and why
     * gets one phrase for the user: what is missing and how to get it.
     */
    int (*open)(struct process *process, const struct packet_table *packets,
                struct transport **out, struct strbuf *why);
    void (*close)(struct transport *t);

    /* Append this rank's business card, at most a few hundred bytes. */
    int (*card)(struct transport *t, struct strbuf *out);

    /* Can the rank with this card be reached? If not, why gets the reason. */
    bool (*reach)(struct transport *t, int world, const void *card,
                  size_t card_bytes, struct strbuf *why);

    /* Make the endpoint; t keeps and frees it. Does not wait for the peer. */
    int (*connect)(struct transport *t, int world, const void *card,
                   size_t card_bytes, struct endpoint **out);

    /*
     * Send header and payload as one packet of at most max_packet_bytes, by
     * copy: on POST_DONE both are the caller's again. Never POST_PENDING.
     */
    enum post (*send)(struct endpoint *ep, const struct packet_out *packet);

    /* Read from the peer's memory, only where ep->can_get, or write into it,
     * only where ep->can_put. When put has completed, the bytes are there
     * before any packet that is sent from then on. Large messages travel as
     * packets elsewhere, and after POST_FAILED or a completion with an error,
     * for which packets may still go. NULL when the transport has no such
     * means for any peer. */
    enum post (*get)(struct endpoint *ep, const struct transfer *get);
    enum post (*put)(struct endpoint *ep, const struct transfer *put);

    /* Register for get and put between this rank and the endpoint's peer, at
     * either side. A region is retained until released; from then on the peer
     * may be refused, and other ranks may be at any time. May close the short
     * way, as a post does (short_limit). NULL together with get. */
    int (*retain_region)(struct endpoint *ep, void *address, size_t bytes,
                         enum region_use use, struct region **out);
    void (*release_region)(struct transport *t, struct region *region);

    /* Move things on without blocking; returns the number of events. A
     * progress function, whose argument is the transport. */
    int (*poll)(void *transport);

    /* Append one line for --explain on what carries messages to this peer,
     * such as "verbs: rxe0 port 1, GID 1 ::ffff:192.0.2.1, MTU 4096". */
    void (*explain)(struct endpoint *ep, struct strbuf *out);
};

/* What every transport has; transports embed it in their own struct. */
struct transport {
    const struct transport_ops *ops;
    struct process *process;
    const struct packet_table *packets;
    size_t max_packet_bytes; /* header and payload of one send */
    size_t eager_bytes;      /* messages above this go by rendezvous */
    size_t scatter_bytes;    /* smallest blocks that are not packed; set by
                                transports_open */
};

static inline void endpoint_init(struct endpoint *ep, struct transport *t,
                                 int world)
{
    *ep = (struct endpoint){ .transport = t, .world = world,
                             .can_get = t->ops->get != NULL,
                             .can_put = t->ops->put != NULL,
                             .slices_max = 1, .runs_max = 1 };
    list_init(&ep->backlog);
    list_init(&ep->backlog_link);
}

/* Send unless earlier packets are still waiting, which must go first. */
static inline enum post endpoint_send(struct endpoint *ep,
                                      const struct packet_out *packet)
{
    if (UNLIKELY(!list_is_empty(&ep->backlog)))
        return POST_BUSY;
    return ep->transport->ops->send(ep, packet);
}

/* The transports, by name. */
extern const struct transport_ops self_transport;
extern const struct transport_ops shm_transport;
extern const struct transport_ops verbs_transport;

#endif
