/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message on its way between two users' buffers, without a copy.
 *
 * It goes in chunks: ranges of the packed message that are registered, granted
 * by the receiver (when the sender writes) and let go on their own. So the
 * next chunk is registered while the device moves the one before, and a
 * message may be longer than what can be pinned. A chunk goes in pieces: one
 * get or put each, between some runs here and one run there.
 *
 * The side that reads or writes has its chunks in a ring, first come first
 * gone; the one that is written to gives each a slot, by which the sender
 * names it. A move belongs to one request, which must not end while pieces are
 * under way.
 */
#ifndef P2P_MOVE_H
#define P2P_MOVE_H

#include "runtime/base/completion.h"
#include "runtime/p2p/layout.h"
#include "transport/transport.h"

struct p2p;
struct p2p_request;

enum {
    MOVE_CHUNKS = 4,  /* of a message at a time */
    MOVE_PIECES = 16  /* of a message under way at a time */
};

struct chunk {
    struct completion completion; /* of each piece */
    struct p2p_request *request;
    struct region *region;   /* of this rank's part; NULL: none of its own */
    uint64_t offset;         /* in the packed message */
    uint64_t bytes;
    uint64_t posted;         /* of these */
    struct cursor here;
    struct cursor there;
    struct layout remote;    /* the peer's part */
    uint64_t remote_key;
    unsigned pieces;         /* under way */
    uint16_t slot;           /* its name at the receiver */
    bool is_granted;         /* to the sender, which has not answered */
    bool is_by_packets;      /* no device can help */
    bool has_failed;         /* a piece of it has */
};

struct move {
    struct move *next_free;
    struct layout local;
    struct layout remote;    /* of the whole message, when it is read */
    uint64_t remote_key;
    struct chunk chunks[MOVE_CHUNKS];
    unsigned first;          /* of the ring */
    unsigned count;
    uint64_t planned;        /* bytes in chunks so far */
    uint64_t moved;          /* bytes that are there */
    unsigned pieces;         /* under way, of all chunks */
    int64_t lead;            /* its part of the endpoint's */
    int err;                 /* why reading failed */
    bool is_by_packets;      /* no device can help with any chunk */
    bool is_waiting;         /* its request is in a backlog */
    bool is_aborted;         /* it ends with err as soon as it can */
    struct datatype_block blocks[LAYOUT_BLOCKS_MAX]; /* of the peer */
};

/* Give r a move from the pool; out of memory ends the job. */
void move_create(struct p2p_request *r);

/* Take it away, with all that is registered. Nothing is under way. */
void move_destroy(struct p2p_request *r);

/* Free the pool. */
void move_close_pool(struct p2p *p2p);

/* The length of the chunk that begins at `offset` of r's message. */
uint64_t move_cut(const struct p2p_request *r, uint64_t offset);

/* Register all of r's message, with what lies between its blocks, as
 * r->region. Errors as transport_ops.retain_region */
int move_register_whole(struct p2p_request *r, enum region_use use);

/*
 * Register a chunk's part of r's buffer: all when it is not contiguous.
 * Errors   as transport_ops.retain_region
 */
int move_register(struct p2p_request *r, struct chunk *c, enum region_use use);

/* Let go of what was registered for the chunk alone. */
void move_release(struct p2p_request *r, struct chunk *c);

/* The chunk at the end of the ring, empty but for its cursor here; NULL when
 * the ring is full. */
struct chunk *move_append(struct p2p_request *r, uint64_t offset,
                          uint64_t bytes);

/* Set where the peer has the chunk, `skip` bytes into that layout. */
void move_set_remote(struct chunk *c, const struct layout *remote,
                     uint64_t skip, uint64_t key);

static inline struct chunk *move_chunk(struct move *m, unsigned i)
{
    return &m->chunks[(m->first + i) % MOVE_CHUNKS];
}

static inline bool chunk_is_over(const struct chunk *c)
{
    return c->posted == c->bytes && c->pieces == 0;
}

/*
 * Post pieces by the transport's get or put. POST_DONE: all are posted;
 * POST_PENDING: too many are under way; completions call request_advance.
 */
enum post move_post(struct p2p_request *r, struct chunk *c,
                    enum post (*post)(struct endpoint *,
                                      const struct transfer *));

#endif
