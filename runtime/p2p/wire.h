/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every packet that point-to-point sends, drawn.
 *
 * A message goes one of three ways:
 *
 *   eager                 rendezvous by read      rendezvous by packets
 *   sender   receiver     sender   receiver       sender   receiver
 *     |-EAGER-->|           |--RTS---->|            |--RTS---->|
 *     |         |           |<..read...|            |<--CTS----|
 *     |         |           |<--FIN----|            |--DATA--->| ...
 *
 * Read is used when both buffers are contiguous and the transport can read the
 * peer's memory; when the read fails, the receiver goes on with CTS. A synchronous eager message is answered by FIN when it has
 * matched. Requests are named by their handle, which the owner looks up, so a
 * stale or damaged name is recognised.
 */
#ifndef P2P_WIRE_H
#define P2P_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "transport/packet.h"

enum packet_type {
    PACKET_EAGER = 1,
    PACKET_EAGER_SYNC,
    PACKET_RTS,
    PACKET_CTS,
    PACKET_DATA,
    PACKET_FIN
};

enum packet_flags {
    RTS_READABLE = 1 /* address and key may be read by the receiver */
};

/*
 * Head of what starts a message: all that matching needs.
 *   0        8         12       16
 *   | packet | context | source |     packet.word is the tag
 */
struct match_header {
    struct packet packet;
    uint32_t context; /* of the communicator, times CHANNELS, plus channel */
    int32_t source;   /* rank of the sender in the communicator */
};

/* EAGER: match_header, then the message. */

/* EAGER_SYNC: this, then the message. */
struct eager_sync_header {
    struct match_header match;
    uint32_t request; /* the sender's, to name in FIN */
    uint32_t unused;
};

struct rts_header {
    struct match_header match;
    uint64_t address; /* of the message at the sender */
    uint64_t key;
    uint64_t bytes;   /* of the whole message */
    uint32_t request; /* the sender's, to name in CTS and FIN */
    uint32_t unused;
};

/* packet.word is the sender's request. */
struct cts_header {
    struct packet packet;
    uint64_t bytes;   /* how many the receiver has room for */
    uint32_t request; /* the receiver's, to name in DATA */
    uint32_t unused;
};

/* packet.word is the receiver's request; then a piece of the packed message. */
struct data_header {
    struct packet packet;
    uint64_t offset; /* of the piece in the packed message */
};

/* FIN: a bare packet; word is the sender's request. */

_Static_assert(offsetof(struct match_header, source) ==
               offsetof(struct match_header, context) + 4, "compared as one");
_Static_assert(sizeof(struct match_header) == 16, "an 8-byte message and its "
               "header fit half a cache line");
_Static_assert(sizeof(struct rts_header) == 48, "RTS goes inline everywhere");
_Static_assert(sizeof(struct cts_header) == 24, "layout is the same for all");
_Static_assert(sizeof(struct data_header) == 16, "payload stays aligned");

#endif
