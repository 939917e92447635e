/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verbs transport of one rank and its connections.
 *
 * One completion queue and one shared receive queue serve all peers; each peer
 * has an RC queue pair, made on first use by connect.c. Nothing here is shared
 * between threads: the caller of the transport holds the library lock.
 *
 *   post.c     puts packets on a queue pair, and retires what was posted
 *   rdma.c     reads and writes between the users' memories
 *   rail.c     the second device, which carries part of large ones
 *   track.c    a peer's queue pair there: how it comes up, and its end
 *   stripe.c   what is moved there
 *   poll.c     takes completions, delivers packets, returns credits
 *   receive.c  the shared receive queue and its slots
 *   hotring.c  rings that hot peers write into
 *   known.h    headers that need not travel again
 *   connect.c  how a connection comes up: the state machine over librdmacm
 *   probe.c    is the host of a silent peer there?
 *   connection.c  its state, and its end in failure
 *   events.c   the listener, the events of librdmacm and the device
 *   qp.c       queue pairs, and finding the connection of a queue pair
 *   memory.c   registration for reads, through the cache
 *   window.c   memory windows, which show a registration to one peer
 *   device.c   which device, port and GID
 */
#ifndef VERBS_VERBS_H
#define VERBS_VERBS_H

#include <rdma/rdma_cma.h>

#include "runtime/base/strbuf.h"
#include "transport/regcache.h"
#include "transport/transport.h"
#include "transport/verbs/device.h"
#include "transport/verbs/hotring.h"
#include "transport/verbs/known.h"
#include "transport/verbs/memory.h"
#include "transport/verbs/receive.h"

struct memwatch;
struct rail;
struct track;
struct windows;

enum {
    SEND_QUEUE = 64,     /* work requests of one queue pair, a power of two */
    SEND_RESERVE = 2,    /* of these kept for credits and the farewell */
    SIGNAL_EVERY = 16,   /* unsignalled sends between two signalled ones */
    SEND_SLOTS = 64,     /* packets above the inline limit, all peers */
    RAILS = 2,           /* at most: a region's key holds two of a device */
    MOVES = 128,         /* gets and puts under way, all peers */
    MOVES_PER_PEER = 16, /* reads, and writes, on the wire at once, at most */
    RUNS_MAX = 8,        /* at the peer, of one get or put: a request each */
    POLL_BATCH = 16
};

/* What librdmacm has done about a peer so far; see connect.c. */
enum connection_state {
    CONNECTION_IDLE,      /* nothing yet */
    CONNECTION_ADDRESS,   /* we ask for the peer's address */
    CONNECTION_ROUTE,     /* we ask for the route */
    CONNECTION_REQUESTED, /* our request is on its way */
    CONNECTION_AWAITED,   /* the peer prefers its own request, to come yet */
    CONNECTION_ACCEPTED,  /* we took the peer's request; it must confirm */
    CONNECTION_READY,     /* posts go through */
    CONNECTION_LEFT,      /* the peer said farewell */
    CONNECTION_BROKEN,    /* a post failed; poll will clear up */
    CONNECTION_FAILED     /* cleared up; endpoint.error says why */
};

/* What a signalled work request stands for until its completion. */
struct sent {
    void *object;     /* a send_slot, rdma_move or window, or NULL */
    uint8_t kind;     /* enum sent_kind */
    uint8_t covers;   /* work requests that it retires: the unsignalled ones
                         before it, and itself */
    uint8_t requests; /* of these, the move's */
};

enum sent_kind { SENT_INLINE, SENT_SLOT, SENT_MOVE, SENT_WINDOW };

struct send_slot {
    struct send_slot *next_free;
    char *data;
};

enum direction { DIRECTION_GET, DIRECTION_PUT, DIRECTIONS };

/* By which the devices of one rail know the memory; 0: not at all. */
struct rdma_keys {
    uint32_t local;
    uint32_t remote;
};

/* How far a move has come in a list of slices: the first byte that is not
 * requested. */
struct spot {
    unsigned slice;
    size_t inside;
};

/* One get or put on its way, or the part of it that goes by one rail. Owned by
 * the verbs transport; on one of the lists of its connection, or of its track,
 * from post to completion. */
struct rdma_move {
    struct list link;
    struct completion *completion;
    struct slice slices[SLICES_MAX];
    struct slice runs[RUNS_MAX];
    struct spot here;  /* in the slices */
    struct spot there; /* in the runs */
    struct rdma_keys keys[RAILS];
    size_t left;       /* bytes not requested yet */
    size_t bytes;
    size_t start;      /* of these, in the slices and in the runs */
    unsigned requests; /* on the wire */
    enum direction direction;
    bool must_flush;   /* see stripe.h */
    struct rdma_move *whole; /* who has the completion: itself, or the other
                                part */
    unsigned parts;    /* of a whole: those that are not finished, */
    int err;           /* and what became of the others */
};

/* The gets, or the puts, of one connection. */
struct lane {
    struct list waiting;   /* not completely requested */
    unsigned requests;     /* on the wire */
    unsigned requests_max; /* what both devices allow; 0: none can be */
};

/* What is free again and the peer has not been told of. */
struct owed {
    uint32_t packets; /* receive slots */
    uint32_t slots;   /* of the ring that we lend */
};

/* How often a queue pair had answered when it was last looked at, and since
 * when (clock_nsec; 0: never looked at) it has been so. */
struct silence {
    uint32_t answers;
    uint64_t since;
};

struct connection {
    struct endpoint base;
    enum connection_state state;
    bool has_said_farewell;   /* our farewell is posted */
    bool has_farewell;        /* the peer's has arrived */
    bool has_receives;        /* its receive slots are posted */
    struct rdma_cm_id *id;    /* with its queue pair, or NULL */
    uint32_t qp_number;
    struct list link;         /* in verbs.pending or verbs.broken */
    uint64_t deadline;        /* of verbs.patience_nsec, while pending */
    uint64_t probe_at;        /* when to ask whether the host is there */
    struct rdma_cm_id *probe; /* asking that, or NULL; see probe.c */

    struct sockaddr_in6 address; /* where the peer listens */
    uint64_t nonce;              /* the peer's */

    unsigned credits;         /* packets the peer has room for */
    struct owed owed;
    uint32_t posted;          /* work requests ever, booked ones included */
    uint32_t retired;
    unsigned unsignalled;     /* of these, since the last signalled one */
    bool must_signal;         /* the connection ends: nothing follows */
    uint32_t signals;         /* signalled ones ever */
    uint32_t signals_taken;   /* of these completed */
    struct silence silence;
    struct sent sent[SEND_QUEUE]; /* those between the two */

    struct known known_out;   /* headers that the peer keeps of our packets, */
    struct known known_in;    /* and we of its */
    uint32_t small_packets;   /* to our receive queue, without a ring */
    uint16_t sends_out;       /* packets to the peer's receive queue so far */
    uint16_t sends_in;        /* and from the peer to ours */
    struct ring_out out;      /* the ring we may write */
    struct ring_in in;        /* the ring we poll */

    struct lane lanes[DIRECTIONS];
    struct list moves_posted; /* completely requested */

    bool is_asker;            /* the connection came up by our request */
    bool has_track;           /* both sides have a second rail */
    struct track *track;      /* the way there, or NULL */
};

/* What is rare, and then to be done at each poll. */
enum chores { CHORE_BROKEN = 1, CHORE_RAIL = 2, CHORE_WINDOWS = 4 };

struct verbs {
    struct transport base;
    struct device device;
    struct ibv_context *context; /* librdmacm's; not ours to close */
    struct ibv_pd *pd;
    struct ibv_cq *cq;
    struct receive receive;
    unsigned inline_bytes;
    unsigned credits;            /* that each peer gets from us */

    struct hot hot;

    struct memory_pool send_pool;
    struct send_slot *send_free;
    struct send_slot send_slots[SEND_SLOTS];
    struct list moves_free;
    struct rdma_move moves[MOVES];

    struct rdma_event_channel *events;
    struct rdma_cm_id *listener;
    uint64_t nonce;              /* in our card, proves who was meant */
    struct connection **connections; /* by rank in the job */
    int connection_count;        /* with a share in the queues */
    struct connection **by_qp;   /* see qp.c */
    unsigned by_qp_size;
    struct list pending;         /* connections with a deadline */
    struct list broken;
    unsigned chores;             /* enum chores */
    struct rail *rail;           /* the second, or NULL */
    struct strbuf no_rail;       /* why there is none, if that can be told */
    uint64_t patience_nsec;      /* time spent waiting for events, see events.c */
    uint64_t looked_at;          /* clock_nsec of the last look for them */
    uint64_t silence_at;         /* when to look for silent queue pairs again */
    int events_countdown;        /* polls until librdmacm is asked again */
    bool is_closing;

    struct regcache *regcache;   /* of memory kept for reuse */
    struct regcache *exposures;  /* what peers may read; NULL: the same */
    struct windows *windows;     /* by which peers may read; NULL: by none */
    struct memwatch *memwatch;   /* NULL: nothing is kept for reuse */
};

static inline struct verbs *verbs_of(const struct connection *c)
{
    return CONTAINER_OF(c->base.transport, struct verbs, base);
}

#endif
