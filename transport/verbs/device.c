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
#include <sys/socket.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "transport/transport.h"

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

struct sockaddr_in6 device_peer_address(const struct device *d,
                                        const uint8_t address[16],
                                        uint16_t port)
{
    struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = port };
    if (d->address.sin6_family == AF_INET) {
        set_ipv4(&to, address);
        ((struct sockaddr_in *)&to)->sin_port = port;
    } else {
        memcpy(&to.sin6_addr, address, 16);
        to.sin6_scope_id = d->address.sin6_scope_id;
    }
    return to;
}

/* Connecting a UDP socket asks the routing table and sends nothing. */
bool device_has_route(const struct device *d, const struct sockaddr_in6 *to,
                      struct strbuf *why)
{
    int fd = socket(to->sin6_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true; /* let librdmacm find out */
    bool has = bind(fd, (const struct sockaddr *)&d->address,
                    address_bytes(&d->address)) == 0 &&
               connect(fd, (const struct sockaddr *)to,
                       address_bytes(to)) == 0;
    if (!has) {
        char text[ADDRESS_TEXT];
        int error = errno;
        address_print(to, text);
        strbuf_printf(why, "no route from %s (%s) to %s: %s", d->address_text,
                      d->name, text, strerror(error));
    }
    close(fd);
    return has;
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

/* One search: what is looked for, and the best that was found so far. */
struct search {
    const struct device *first; /* look for another one beside it, or NULL */
    const struct machine *machine; /* NULL: all are equally near */
    struct device best;
    enum grade grade;           /* of best */
    struct strbuf reasons;      /* why others are passed over */
};

static void reject(struct search *s, const struct device *d,
                   const char *reason)
{
    strbuf_printf(&s->reasons, "%s%s port %u %s", s->reasons.bytes ? ", " : "",
                  d->name, d->port, reason);
}

/* Are the GIDs of one kind? Peers compare those of the first rail alone. */
static bool is_like(const struct device *d, const struct device *first)
{
    return d->gid_type == first->gid_type &&
           d->address.sin6_family == first->address.sin6_family;
}

/* Look at the GIDs of one active port, keep what is better than all before;
 * returns how good the best of them is. */
static enum grade choose_gid(struct ibv_context *context, struct device *d,
                             struct search *s)
{
    enum grade best = GRADE_NONE;
    bool has_one = !s->first;
    struct ibv_gid_entry *entries = calloc(GIDS_MAX, sizeof *entries);
    if (!entries)
        return GRADE_NONE;
    ssize_t count = ibv_query_gid_table(context, entries, GIDS_MAX, 0);
    for (ssize_t i = 0; i < count; i++) {
        if (entries[i].port_num != d->port)
            continue;
        if (settings.gid_index >= 0 &&
            entries[i].gid_index != (uint32_t)settings.gid_index)
            continue;
        enum grade grade = grade_gid(d, &entries[i]);
        if (grade > best)
            best = grade;
        if (grade == GRADE_NONE || (s->first && !is_like(d, s->first)))
            continue;
        has_one = true;
        if (grade > s->grade ||
            (grade == s->grade && d->nearness > s->best.nearness)) {
            s->best = *d;
            s->grade = grade;
        }
    }
    free(entries);
    if (best != GRADE_NONE && !has_one)
        reject(s, d, "has no GID of the same kind");
    return best;
}

static unsigned mtu_bytes(enum ibv_mtu mtu)
{
    return 128u << mtu;
}

/* Of one lane and of all of them, in 100 Mbit/s; 0: not known. */
static unsigned rate_of(const struct ibv_port_attr *port)
{
    static const struct { uint8_t code; unsigned value; }
        speeds[] = { { 1, 25 }, { 2, 50 }, { 4, 100 }, { 8, 100 },
                     { 16, 140 }, { 32, 250 }, { 64, 500 }, { 128, 1000 } },
        widths[] = { { 1, 1 }, { 2, 4 }, { 4, 8 }, { 8, 12 }, { 16, 2 } };
    unsigned speed = 0, width = 0;
    for (size_t i = 0; i < ARRAY_COUNT(speeds); i++)
        if (speeds[i].code == port->active_speed)
            speed = speeds[i].value;
    for (size_t i = 0; i < ARRAY_COUNT(widths); i++)
        if (widths[i].code == port->active_width)
            width = widths[i].value;
    return speed * width;
}

/* Can the port go beside the first one? */
static bool fits_beside(struct search *s, const struct device *d)
{
    if (d->link_layer != s->first->link_layer)
        reject(s, d, "is on another kind of fabric");
    else if (2 * d->rate < s->first->rate)
        reject(s, d, "has less than half the rate");
    else if (d->limits.max_sge < s->first->limits.max_sge &&
             d->limits.max_sge < SLICES_MAX)
        reject(s, d, "takes fewer slices");
    else
        return true;
    return false;
}

static void choose_port(struct ibv_context *context, struct device *d,
                        struct search *s)
{
    struct ibv_port_attr port;
    if (s->first && strcmp(d->name, s->first->name) == 0 &&
        d->port == s->first->port)
        return;
    if (ibv_query_port(context, d->port, &port) != 0) {
        reject(s, d, "does not exist");
        return;
    }
    if (port.state != IBV_PORT_ACTIVE) {
        strbuf_printf(&s->reasons, "%s%s port %u is not active but %s",
                      s->reasons.bytes ? ", " : "", d->name, d->port,
                      ibv_port_state_str(port.state));
        return;
    }
    d->link_layer = port.link_layer;
    d->mtu_bytes = mtu_bytes(port.active_mtu);
    d->rate = rate_of(&port);
    d->max_message_bytes = port.max_msg_sz;
    if (s->first && !fits_beside(s, d))
        return;
    enum grade grade = choose_gid(context, d, s);
    if (grade != GRADE_NONE)
        return;
    if (settings.gid_index >= 0)
        strbuf_printf(&s->reasons, "%s%s port %u has no usable GID %d",
                      s->reasons.bytes ? ", " : "", d->name, d->port,
                      settings.gid_index);
    else if (settings.verbs_pkey[0])
        strbuf_printf(&s->reasons, "%s%s port %u has no address in partition "
                      "%s (BATON_VERBS_PKEY)", s->reasons.bytes ? ", " : "",
                      d->name, d->port, settings.verbs_pkey);
    else
        reject(s, d, "has no GID with an IP address (is its network "
                     "interface up and configured?)");
}

/* Does settings.device, a list of NAME or NAME:PORT, allow the port, or some
 * port where that is 0? */
static bool is_wanted(const char *name, int port)
{
    const char *at = settings.device;
    if (!*at)
        return true;
    for (;;) {
        size_t length = strcspn(at, ":,");
        if (strlen(name) == length && strncmp(name, at, length) == 0 &&
            (port == 0 || at[length] != ':' || atoi(at + length + 1) == port))
            return true;
        at += strcspn(at, ",");
        if (!*at++)
            return false;
    }
}

/* Is the device made of software? Then its network interface is known. */
static bool find_interface(const char *name, char interface[IF_NAMESIZE])
{
    char path[192];
    snprintf(path, sizeof path, "/sys/class/infiniband/%s/parent", name);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    if (fscanf(file, "%15s", interface) != 1)
        interface[0] = '\0';
    fclose(file);
    return true;
}

/* The device's place; that of its network interface where it is made of
 * software. */
static enum nearness find_nearness(const struct machine *m,
                                   const struct device *d,
                                   const char *interface)
{
    char path[192];
    if (d->is_software) {
        snprintf(path, sizeof path, "/sys/class/net/%s/device/../local_cpus",
                 interface);
        enum nearness nearness = machine_nearness(m, path);
        if (nearness != NEARNESS_UNKNOWN)
            return nearness;
        snprintf(path, sizeof path, "/sys/class/net/%s/device/local_cpus",
                 interface);
    } else {
        snprintf(path, sizeof path, "/sys/class/infiniband/%s/device/local_cpus",
                 d->name);
    }
    return machine_nearness(m, path);
}

static void choose_on(struct ibv_device *found, struct search *s)
{
    struct device d = { .nearness = NEARNESS_UNKNOWN };
    char interface[IF_NAMESIZE];
    if (!is_wanted(ibv_get_device_name(found), 0))
        return;
    strncpy(d.name, ibv_get_device_name(found), sizeof d.name - 1);
    d.is_software = find_interface(d.name, interface);
    if (s->machine)
        d.nearness = find_nearness(s->machine, &d, interface);
    struct ibv_context *context = ibv_open_device(found);
    if (!context || ibv_query_device(context, &d.limits) != 0) {
        strbuf_printf(&s->reasons, "%s%s cannot be opened: %s",
                      s->reasons.bytes ? ", " : "", d.name, strerror(errno));
    } else if (found->transport_type != IBV_TRANSPORT_IB) {
        strbuf_printf(&s->reasons, "%s%s is neither InfiniBand nor RoCE",
                      s->reasons.bytes ? ", " : "", d.name);
    } else {
        for (int p = 1; p <= d.limits.phys_port_cnt; p++) {
            d.port = (uint8_t)p;
            if (is_wanted(d.name, p))
                choose_port(context, &d, s);
        }
    }
    if (context)
        ibv_close_device(context);
}

static void search_devices(struct search *s)
{
    int count = 0;
    struct machine *m = NULL;
    struct ibv_device **list = ibv_get_device_list(&count);
    const bool is_alone = s->first && count == 1 &&
                          s->first->limits.phys_port_cnt == 1;
    if (count > (s->first ? 2 : 1) && machine_open(&m) != MPI_SUCCESS)
        m = NULL; /* then the first is as good as any */
    s->machine = m;
    for (int i = 0; list && !is_alone && i < count; i++)
        choose_on(list[i], s);
    if (m)
        machine_close(m);
    if (list)
        ibv_free_device_list(list);
}

int device_choose(struct device *device, const struct device *first,
                  struct strbuf *why)
{
    struct search s = { .first = first, .grade = GRADE_NONE };
    strbuf_init(&s.reasons);
    search_devices(&s);
    if (s.grade != GRADE_NONE) {
        *device = s.best;
        inet_ntop(AF_INET6, device->gid.raw, device->gid_text, ADDRESS_TEXT);
        address_print(&device->address, device->address_text);
    } else if (s.reasons.bytes) {
        strbuf_puts(why, s.reasons.text);
    } else if (first) {
        /* no other port, or none that BATON_DEVICE allows */
    } else if (settings.device[0]) {
        strbuf_printf(why, "no RDMA device is called %s (BATON_DEVICE)",
                      settings.device);
    } else {
        strbuf_printf(why, "no RDMA device; %s", advice);
    }
    strbuf_fini(&s.reasons);
    return s.grade == GRADE_NONE ? MPI_ERR_OTHER : MPI_SUCCESS;
}

void device_explain(const struct device *d, struct strbuf *out)
{
    strbuf_printf(out, "%s port %u, GID %d %s (%s), MTU %u", d->name, d->port,
                  d->gid_index, d->gid_text, device_gid_type_name(d->gid_type),
                  d->mtu_bytes);
    if (d->nearness == NEARNESS_NEAR)
        strbuf_puts(out, ", near this rank's cores");
    else if (d->nearness == NEARNESS_FAR)
        strbuf_puts(out, ", far from this rank's cores");
}
