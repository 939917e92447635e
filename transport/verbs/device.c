/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The choice of device, port and GID. Every candidate is looked at and graded;
 * what was passed over leaves its reason, so that a machine without a usable
 * port gets told about each one it has.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"

enum { GIDS_MAX = 256, DEFAULT_PARTITION = 0x7fff };

/* How much a GID is liked; 0 is not usable. */
enum grade { GRADE_NONE, GRADE_V1, GRADE_LINK_LOCAL, GRADE_IPV6, GRADE_BEST };

static const char advice[] =
    "without RDMA hardware, Soft-RoCE does: modprobe rdma_rxe; rdma link add "
    "rxe0 type rxe netdev INTERFACE";

const char *device_gid_type_name(uint32_t gid_type)
{
    switch (gid_type) {
    case IBV_GID_TYPE_ROCE_V2:
        return "RoCE v2";
    case IBV_GID_TYPE_ROCE_V1:
        return "RoCE v1";
    default:
        return "InfiniBand";
    }
}

socklen_t address_bytes(const struct sockaddr_in6 *address)
{
    return address->sin6_family == AF_INET ? sizeof(struct sockaddr_in)
                                           : sizeof(struct sockaddr_in6);
}

void address_print(const struct sockaddr_in6 *address, char text[ADDRESS_TEXT])
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    const void *bytes = address->sin6_family == AF_INET
                            ? (const void *)&in->sin_addr
                            : (const void *)&address->sin6_addr;
    if (!inet_ntop(address->sin6_family, bytes, text, ADDRESS_TEXT))
        text[0] = '\0';
}

static void set_ipv4(struct sockaddr_in6 *address, const void *bytes)
{
    struct sockaddr_in *in = (struct sockaddr_in *)address;
    memset(address, 0, sizeof *address);
    in->sin_family = AF_INET;
    memcpy(&in->sin_addr, bytes, 4);
}

static bool is_mapped_ipv4(const union ibv_gid *gid)
{
    return IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)gid->raw);
}

/* A RoCE GID is an IP address of its network interface. */
static void address_of_roce(struct device *d, uint32_t interface)
{
    if (is_mapped_ipv4(&d->gid)) {
        set_ipv4(&d->address, d->gid.raw + 12);
        return;
    }
    d->address = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
    memcpy(&d->address.sin6_addr, d->gid.raw, 16);
    if (IN6_IS_ADDR_LINKLOCAL(&d->address.sin6_addr))
        d->address.sin6_scope_id = interface;
}

/* Is this the IPoIB interface of the port? The last 16 of the 20 bytes of its
 * hardware address are the port's GID. */
static bool is_ipoib_of(const struct ifaddrs *entry, const union ibv_gid *gid)
{
    const struct sockaddr_ll *link = (const void *)entry->ifa_addr;
    return link && link->sll_family == AF_PACKET && link->sll_halen == 20 &&
           memcmp((const char *)link + offsetof(struct sockaddr_ll, sll_addr) +
                      4, gid->raw, 16) == 0;
}

static unsigned wanted_partition(void)
{
    return (unsigned)strtoul(settings.verbs_pkey, NULL, 16) & 0x7fff;
}

/* Is this network interface in the partition that the setting names? The
 * upper bit tells full members from limited ones. */
static bool is_in_partition(const char *interface)
{
    char path[64 + IF_NAMESIZE];
    unsigned key = 0;
    if (!settings.verbs_pkey[0])
        return true;
    snprintf(path, sizeof path, "/sys/class/net/%s/pkey", interface);
    FILE *file = fopen(path, "r");
    bool is_read = file && fscanf(file, "%x", &key) == 1;
    if (file)
        fclose(file);
    return is_read && (key & 0x7fff) == wanted_partition();
}

static bool address_of_ipoib(struct device *d)
{
    struct ifaddrs *all;
    const char *name = NULL;
    bool is_found = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (struct ifaddrs *i = all; i && !name; i = i->ifa_next)
        if (is_ipoib_of(i, &d->gid) && is_in_partition(i->ifa_name))
            name = i->ifa_name;
    for (struct ifaddrs *i = all; i && name && !is_found; i = i->ifa_next) {
        const struct sockaddr_in *in = (const void *)i->ifa_addr;
        if (!in || in->sin_family != AF_INET || strcmp(i->ifa_name, name) != 0)
            continue;
        set_ipv4(&d->address, &in->sin_addr);
        is_found = true;
    }
    freeifaddrs(all);
    return is_found;
}

/* Grade one GID and, when it is usable, note its address in d. */
static enum grade grade_gid(struct device *d, const struct ibv_gid_entry *entry)
{
    d->gid_index = (int)entry->gid_index;
    d->gid_type = entry->gid_type;
    d->gid = entry->gid;
    if (entry->gid_type == IBV_GID_TYPE_IB)
        return address_of_ipoib(d) ? GRADE_BEST : GRADE_NONE;
    if (settings.verbs_pkey[0] && wanted_partition() != DEFAULT_PARTITION)
        return GRADE_NONE; /* RoCE has the default partition alone */
    address_of_roce(d, entry->ndev_ifindex);
    if (entry->gid_type == IBV_GID_TYPE_ROCE_V1)
        return GRADE_V1;
    if (is_mapped_ipv4(&d->gid))
        return GRADE_BEST;
    return IN6_IS_ADDR_LINKLOCAL(&d->address.sin6_addr) ? GRADE_LINK_LOCAL
                                                        : GRADE_IPV6;
}

static void reject(struct strbuf *why, const struct device *d,
                   const char *reason)
{
    strbuf_printf(why, "%s%s port %u %s", why->bytes ? ", " : "", d->name,
                  d->port, reason);
}

/* Look at the GIDs of one active port; keep in best what is better. */
static enum grade choose_gid(struct ibv_context *context, struct device *d,
                             struct device *best, enum grade best_grade)
{
    struct ibv_gid_entry *entries = calloc(GIDS_MAX, sizeof *entries);
    if (!entries)
        return best_grade;
    ssize_t count = ibv_query_gid_table(context, entries, GIDS_MAX, 0);
    for (ssize_t i = 0; i < count; i++) {
        if (entries[i].port_num != d->port)
            continue;
        if (settings.gid_index >= 0 &&
            entries[i].gid_index != (uint32_t)settings.gid_index)
            continue;
        enum grade grade = grade_gid(d, &entries[i]);
        if (grade > best_grade ||
            (grade != GRADE_NONE && grade == best_grade &&
             d->nearness > best->nearness)) {
            *best = *d;
            best_grade = grade;
        }
    }
    free(entries);
    return best_grade;
}

static unsigned mtu_bytes(enum ibv_mtu mtu)
{
    return 128u << mtu;
}

static enum grade choose_port(struct ibv_context *context, struct device *d,
                              struct device *best, enum grade best_grade,
                              struct strbuf *why)
{
    struct ibv_port_attr port;
    if (ibv_query_port(context, d->port, &port) != 0) {
        reject(why, d, "does not exist");
        return best_grade;
    }
    if (port.state != IBV_PORT_ACTIVE) {
        strbuf_printf(why, "%s%s port %u is not active but %s",
                      why->bytes ? ", " : "", d->name, d->port,
                      ibv_port_state_str(port.state));
        return best_grade;
    }
    d->link_layer = port.link_layer;
    d->mtu_bytes = mtu_bytes(port.active_mtu);
    d->max_message_bytes = port.max_msg_sz;
    enum grade grade = choose_gid(context, d, best, best_grade);
    if (grade == GRADE_NONE && settings.gid_index >= 0)
        strbuf_printf(why, "%s%s port %u has no usable GID %d",
                      why->bytes ? ", " : "", d->name, d->port,
                      settings.gid_index);
    else if (grade == GRADE_NONE && settings.verbs_pkey[0])
        strbuf_printf(why, "%s%s port %u has no address in partition %s "
                      "(BATON_VERBS_PKEY)", why->bytes ? ", " : "", d->name,
                      d->port, settings.verbs_pkey);
    else if (grade == GRADE_NONE)
        reject(why, d, "has no GID with an IP address (is its network "
                       "interface up and configured?)");
    return grade;
}

/* settings.device is NAME or NAME:PORT. */
static bool is_wanted(const char *name, int *port)
{
    *port = 0;
    if (!settings.device[0])
        return true;
    size_t length = strcspn(settings.device, ":");
    if (strlen(name) != length || strncmp(name, settings.device, length) != 0)
        return false;
    if (settings.device[length] == ':')
        *port = atoi(settings.device + length + 1);
    return true;
}

/* The device's place; that of its network interface where it is made of
 * software. */
static enum nearness find_nearness(const struct machine *m, const char *name)
{
    char path[192], interface[IF_NAMESIZE] = "";
    snprintf(path, sizeof path, "/sys/class/infiniband/%s/parent", name);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%15s", interface) != 1)
            interface[0] = '\0';
        fclose(file);
        snprintf(path, sizeof path, "/sys/class/net/%s/device/../local_cpus",
                 interface);
        enum nearness nearness = machine_nearness(m, path);
        if (nearness != NEARNESS_UNKNOWN)
            return nearness;
        snprintf(path, sizeof path, "/sys/class/net/%s/device/local_cpus",
                 interface);
    } else {
        snprintf(path, sizeof path, "/sys/class/infiniband/%s/device/local_cpus",
                 name);
    }
    return machine_nearness(m, path);
}

static enum grade choose_on(struct ibv_device *found, const struct machine *m,
                            struct device *best, enum grade best_grade,
                            struct strbuf *why)
{
    struct device d = { .nearness = NEARNESS_UNKNOWN };
    int port;
    if (!is_wanted(ibv_get_device_name(found), &port))
        return best_grade;
    strncpy(d.name, ibv_get_device_name(found), sizeof d.name - 1);
    if (m)
        d.nearness = find_nearness(m, d.name);
    struct ibv_context *context = ibv_open_device(found);
    if (!context || ibv_query_device(context, &d.limits) != 0) {
        strbuf_printf(why, "%s%s cannot be opened: %s", why->bytes ? ", " : "",
                      d.name, strerror(errno));
    } else if (found->transport_type != IBV_TRANSPORT_IB) {
        strbuf_printf(why, "%s%s is neither InfiniBand nor RoCE",
                      why->bytes ? ", " : "", d.name);
    } else {
        int first = port ? port : 1;
        int last = port ? port : d.limits.phys_port_cnt;
        for (int p = first; p <= last; p++) {
            d.port = (uint8_t)p;
            best_grade = choose_port(context, &d, best, best_grade, why);
        }
    }
    if (context)
        ibv_close_device(context);
    return best_grade;
}

int device_choose(struct device *device, struct strbuf *why)
{
    int count = 0;
    struct ibv_device **list = ibv_get_device_list(&count);
    struct strbuf reasons;
    strbuf_init(&reasons);
    enum grade grade = GRADE_NONE;
    struct machine *m = NULL;
    if (count > 1 && machine_open(&m) != MPI_SUCCESS)
        m = NULL; /* then the first is as good as any */
    for (int i = 0; list && i < count; i++)
        grade = choose_on(list[i], m, device, grade, &reasons);
    if (m)
        machine_close(m);
    if (list)
        ibv_free_device_list(list);
    if (grade != GRADE_NONE) {
        inet_ntop(AF_INET6, device->gid.raw, device->gid_text, ADDRESS_TEXT);
        address_print(&device->address, device->address_text);
    } else if (reasons.bytes) {
        strbuf_puts(why, reasons.text);
    } else if (settings.device[0]) {
        strbuf_printf(why, "no RDMA device is called %s (BATON_DEVICE)",
                      settings.device);
    } else {
        strbuf_printf(why, "no RDMA device; %s", advice);
    }
    strbuf_fini(&reasons);
    return grade == GRADE_NONE ? MPI_ERR_OTHER : MPI_SUCCESS;
}
