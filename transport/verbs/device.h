/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which RDMA device, port and GID this rank uses, and what they can do.
 *
 * The choice is made once, before anything is opened for good, and never
 * changes. The GID leads to an IP address; librdmacm is bound to that address,
 * so that it finds the same device again.
 */
#ifndef VERBS_DEVICE_H
#define VERBS_DEVICE_H

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
    size_t max_message_bytes;
    struct ibv_device_attr limits;
    enum nearness nearness;     /* to our cores; UNKNOWN where it is alone */
};

/*
 * Choose by the settings device and gid_index: of the active ports the one
 * with the best GID; RoCE v2 over IPv4 and InfiniBand stand above RoCE v2 over
 * IPv6, link-local addresses below. Of equal ones that of the device nearest to
 * our cores, then the first. why gets one phrase on failure.
 * Errors   MPI_ERR_OTHER
 */
int device_choose(struct device *device, struct strbuf *why);

/* "RoCE v2", "RoCE v1" or "InfiniBand". */
const char *device_gid_type_name(uint32_t gid_type);

/* The address as text, without the port. */
void address_print(const struct sockaddr_in6 *address, char text[ADDRESS_TEXT]);

/* Its length as the socket calls want it; works for both families. */
socklen_t address_bytes(const struct sockaddr_in6 *address);

#endif
