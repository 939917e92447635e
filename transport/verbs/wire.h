/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What two ranks tell each other to connect: the business card, which all get
 * through the launcher, and the private data of librdmacm's messages.
 *
 * The nonce is drawn at random by each listener and known from its card only.
 * A request must carry it, so a stray connection of another job that meets a
 * reused port is turned away.
 */
#ifndef VERBS_WIRE_H
#define VERBS_WIRE_H

#include <stdint.h>

enum {
    WIRE_MAGIC = 0x42540003,    /* and version */
    PRIVATE_DATA_REQUEST = 56   /* bytes that fit in librdmacm's request */
};

struct card {
    uint32_t magic;
    uint16_t family;     /* AF_INET or AF_INET6 */
    uint16_t port;       /* network order */
    uint8_t address[16]; /* 4 used for AF_INET */
    uint8_t gid[16];
    uint64_t nonce;
    uint32_t link_layer; /* IBV_LINK_LAYER_* */
    uint32_t packet_bytes;
};

/* Follows the card of a rank with a second rail; its GID is of the same kind
 * as the first one's. */
struct rail_card {
    uint16_t port;       /* network order */
    uint16_t unused;
    uint8_t address[16]; /* as in the card */
};

/* With a request and with its acceptance. */
struct hello {
    uint32_t magic;
    int32_t world;         /* the speaker */
    uint64_t nonce;        /* of the listener */
    uint32_t credits;      /* that the speaker grants */
    uint32_t packet_bytes; /* its receive slots */
    uint16_t rail;         /* which one this connection is for: 0 or 1 */
    uint16_t has_track;    /* rail 0: large messages may go by rail 1, too */
    uint32_t unused;
};

enum refusal_reason {
    REFUSAL_DUPLICATE, /* "my own request to you goes first" */
    REFUSAL_STRANGER,  /* wrong magic, nonce, rank or slot size */
    REFUSAL_RESOURCES, /* the listener cannot pin or post any more */
    REFUSAL_CLOSING
};

struct refusal {
    uint32_t magic;
    uint32_t reason;
};

_Static_assert(sizeof(struct card) + sizeof(struct rail_card) <= 200,
               "cards go to every rank");
_Static_assert(sizeof(struct hello) <= PRIVATE_DATA_REQUEST,
               "it rides on the request");

#endif
