/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which RDMA device, port and GID this rank uses, and what they can do.
 *
 * The choice is made once, before anything is opened for good, and never
 * changes; for a second rail (rail.h) another one follows. The GID leads to an
 * IP address; librdmacm is bound to that address, so that it finds the same
 * device again.
 */
#ifndef VERBS_DEVICE_H
#define VERBS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <infiniband/verbs.h>
#include <netinet/in.h>

#include "runtime/base/machine.h"
#include "runtime/base/strbuf.h"

enum { ADDRESS_TEXT = 80 };

struct device {
    char name[64];
    uint8_t port;
    int gid_index;
    uint32_t gid_type;          /* enum ibv_gid_type */
    union ibv_gid gid;
    char gid_text[ADDRESS_TEXT];
    struct sockaddr_in6 address; /* IPv4 or IPv6; the port is 0 */
    char address_text[ADDRESS_TEXT];
    uint8_t link_layer;         /* IBV_LINK_LAYER_* */
    unsigned mtu_bytes;
    unsigned rate;              /* of the port, in 100 Mbit/s; 0: not known */
    size_t max_message_bytes;
    struct ibv_device_attr limits;
    bool is_software;           /* our processors do its work */
    enum nearness nearness;     /* to our cores; UNKNOWN where it is alone */
};

/*
 * Choose by the settings device and gid_index: of the active ports the one
 * with the best GID; RoCE v2 over IPv4 and InfiniBand stand above RoCE v2 over
 * IPv6, link-local addresses below. Of equal ones that of the device nearest to
 * our cores, then the first. why gets one phrase on failure.
 *
 * With `first` choose another one beside it: a port on the same kind of fabric
 * with as good a GID and at least half the rate. why stays empty when there is
 * no other port to look at.
 * Errors   MPI_ERR_OTHER
 */
int device_choose(struct device *device, const struct device *first,
                  struct strbuf *why);

/* "RoCE v2", "RoCE v1" or "InfiniBand". */
const char *device_gid_type_name(uint32_t gid_type);

/* Append its name, port, GID and nearness, as --explain tells them. */
void device_explain(const struct device *device, struct strbuf *out);

/* Where a peer listens, as seen from this device: an address of the same
 * family, of 4 or 16 bytes, and a port in network order. */
struct sockaddr_in6 device_peer_address(const struct device *device,
                                        const uint8_t address[16],
                                        uint16_t port);

/* Does the kernel know a way from the device's address to there? why gets the
 * reason if not. */
bool device_has_route(const struct device *device,
                      const struct sockaddr_in6 *to, struct strbuf *why);

/* The address as text, without the port. */
void address_print(const struct sockaddr_in6 *address, char text[ADDRESS_TEXT]);

/* Its length as the socket calls want it; works for both families. */
socklen_t address_bytes(const struct sockaddr_in6 *address);

#endif
