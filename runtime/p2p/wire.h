/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every packet that point-to-point sends, drawn.
 *
 * A message goes one of four ways:
 *
 *   eager                 rendezvous by read      by write, or by packets
 *   sender   receiver     sender   receiver       sender   receiver
 *     |-EAGER-->|           |--RTS---->|            |--RTS---->|
 *     |         |           |<..read...|            |<--CTS----| ...
 *     |         |           |<--FIN----|            |..write..>| or
 *                                                   |--DATA--->| ...
 *                                                   |--DONE--->|
 *
 * RTS offers a message: to be read, where the sender could register it, or to
 * be written. The receiver chooses. Each CTS grants a range of the message (a
 * chunk) and says where it shall be written, or asks for it in packets; DONE
 * answers it. When reading fails, the receiver goes on with CTS. A synchronous
 * eager message is answered by FIN when it has matched. Requests are named by
 * their handle, which the owner looks up, so a stale or damaged name is
 * recognised.
 *
 * A sender that waits for FIN or CTS may send CANCEL. If no receive has met
 * the message, the receiver drops it and answers FIN with FIN_CANCELLED; else
 * it says nothing, for its other answer is on the way or will come.
 *
 * Where memory that is to be read or written is not one run of bytes, its
 * layout (layout.h) follows the header of RTS or CTS.
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
    PACKET_DONE,
    PACKET_FIN,
    PACKET_CANCEL,
    PACKET_HUSH
};

enum packet_flags {
    RTS_READABLE = 1, /* the receiver may read the message */
    RTS_WRITES = 2,   /* the sender can write it */
    CTS_WRITABLE = 1, /* the sender shall write the chunk */
    FIN_CANCELLED = 1 /* nobody will receive the message */
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
    uint64_t address; /* of the message at the sender, or of its layout */
    uint64_t key;
    uint64_t bytes;   /* of the whole message */
    uint32_t request; /* the sender's, to name in CTS and FIN */
    uint32_t block_count; /* of the layout that follows; 0: none */
};

/* packet.word is the sender's request. */
struct cts_header {
    struct packet packet;
    uint64_t total;   /* bytes that the receiver has room for */
    uint64_t offset;  /* of the chunk */
    uint64_t bytes;
    uint64_t address; /* of the chunk at the receiver, or of the layout of the
                         whole message */
    uint64_t key;
    uint32_t request; /* the receiver's, to name in DATA and DONE */
    uint16_t slot;    /* of the chunk, to name in DONE */
    uint16_t block_count;
};

/* packet.word is the receiver's request. */
struct done_header {
    struct packet packet;
    uint64_t bytes;   /* that were written, 0 when they went by DATA */
    uint32_t slot;
    uint32_t unused;
};

/* packet.word is the receiver's request; then a piece of the packed message. */
struct data_header {
    struct packet packet;
    uint64_t offset; /* of the piece in the packed message */
};

/* FIN: a bare packet; word is the sender's request. */

/* HUSH: a bare packet; word is 1 when the sender of messages shall wait for
 * their receives from now on, 0 when it need not any more. */

/* CANCEL. packet.word is the sender's request. */
struct cancel_header {
    struct packet packet;
    uint32_t context; /* as in match_header */
    uint32_t unused;
};

_Static_assert(offsetof(struct match_header, source) ==
               offsetof(struct match_header, context) + 4, "compared as one");
_Static_assert(sizeof(struct match_header) == 16, "an 8-byte message and its "
               "header fit half a cache line");
_Static_assert(sizeof(struct rts_header) == 48, "RTS goes inline everywhere");
_Static_assert(sizeof(struct cts_header) == 56, "longest of all headers");
_Static_assert(sizeof(struct done_header) == 24, "layout is the same for all");
_Static_assert(sizeof(struct data_header) == 16, "payload stays aligned");

#endif
