/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network of tests. A packet under way is a malloc'ed copy in its pair's
 * queue, so that a sanitizer catches whoever keeps a pointer into it. Delays
 * count polls of the receiver.
 */
#include "tests/support/fake_transport.h"

#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "tests/support/fake_process.h"

struct parcel {
    struct list link;
    unsigned delay;
    size_t bytes;
    struct packet packet[]; /* bytes long */
};

/* A get or put that will end in a poll. */
struct late {
    struct list link;
    struct transfer transfer;
    struct slice slices[SLICES_MAX];
    struct slice runs[SLICES_MAX];
    bool is_put;
    int peer;
};

/* From one rank to one other. */
struct lane {
    struct list parcels;
    unsigned count;
    unsigned busy;
    bool is_held;
    bool is_reported; /* error, to the layer above */
    int error;
};

struct fake_rank {
    struct process process;
    struct fake_network *net;
    struct transport transport;
    struct endpoint *endpoints;
    struct list late;
};

struct fake_network {
    struct fake_options options;
    int count;
    size_t regions;
    uint64_t random;
    struct fake_rank *ranks;
    struct lane *lanes; /* from * count + to */
};

static struct fake_rank *rank_of(struct transport *t)
{
    return CONTAINER_OF(t, struct fake_rank, transport);
}

static struct lane *lane_of(const struct fake_network *net, int from, int to)
{
    return &net->lanes[from * net->count + to];
}

/* xorshift; below `limit`. */
static unsigned draw(struct fake_network *net, unsigned limit)
{
    net->random ^= net->random << 13;
    net->random ^= net->random >> 7;
    net->random ^= net->random << 17;
    return (unsigned)((net->random >> 16) % limit);
}

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct fake_network *fake_network_create(int count,
                                         const struct fake_options *options)
{
    struct fake_network *net = must(calloc(1, sizeof *net));
    if (options)
        net->options = *options;
    if (!net->options.max_packet_bytes)
        net->options.max_packet_bytes = 4096;
    if (!net->options.eager_bytes)
        net->options.eager_bytes = net->options.max_packet_bytes - 128;
    net->random = net->options.seed * 2654435761u + 88172645463325252u;
    net->count = count;
    net->ranks = must(calloc((size_t)count, sizeof *net->ranks));
    net->lanes = must(calloc((size_t)count * (size_t)count,
                             sizeof *net->lanes));
    for (int i = 0; i < count; i++) {
        fake_process_init(&net->ranks[i].process, i, count);
        net->ranks[i].net = net;
        net->ranks[i].endpoints =
            must(calloc((size_t)count, sizeof(struct endpoint)));
        list_init(&net->ranks[i].late);
    }
    for (int i = 0; i < count * count; i++)
        list_init(&net->lanes[i].parcels);
    return net;
}

void fake_network_free(struct fake_network *net)
{
    for (int i = 0; i < net->count * net->count; i++)
        LIST_FOR_EACH(node, &net->lanes[i].parcels)
            free(CONTAINER_OF(node, struct parcel, link));
    for (int i = 0; i < net->count; i++) {
        LIST_FOR_EACH(node, &net->ranks[i].late)
            free(CONTAINER_OF(node, struct late, link));
        free(net->ranks[i].endpoints);
        fake_process_fini(&net->ranks[i].process);
    }
    free(net->ranks);
    free(net->lanes);
    free(net);
}

struct process *fake_network_process(struct fake_network *net, int world)
{
    return &net->ranks[world].process;
}

void fake_network_hold(struct fake_network *net, int from, int to)
{
    lane_of(net, from, to)->is_held = true;
}

void fake_network_release(struct fake_network *net, int from, int to)
{
    lane_of(net, from, to)->is_held = false;
}

void fake_network_busy(struct fake_network *net, int from, int to,
                       unsigned count)
{
    lane_of(net, from, to)->busy = count;
}

void fake_network_fail(struct fake_network *net, int from, int to, int error)
{
    lane_of(net, from, to)->error = error;
}

size_t fake_network_under_way(const struct fake_network *net)
{
    size_t sum = 0;
    for (int i = 0; i < net->count * net->count; i++)
        sum += net->lanes[i].count;
    return sum;
}

size_t fake_network_regions(const struct fake_network *net)
{
    return net->regions;
}

/* Is there anything that further polls would bring? */
static bool is_moving(const struct fake_network *net)
{
    for (int i = 0; i < net->count * net->count; i++)
        if (net->lanes[i].count && !net->lanes[i].is_held)
            return true;
    for (int i = 0; i < net->count; i++)
        if (!list_is_empty(&net->ranks[i].late))
            return true;
    return false;
}

void fake_network_settle(struct fake_network *net)
{
    int events;
    do {
        events = 0;
        for (int i = 0; i < net->count; i++)
            events += progress_poll(&net->ranks[i].process.progress);
    } while (events || is_moving(net));
}

/* ---- the contract ---- */

static int fake_open(struct process *process,
                     const struct packet_table *packets,
                     struct transport **out, struct strbuf *why)
{
    struct fake_rank *rank = CONTAINER_OF(process, struct fake_rank, process);
    const struct fake_options *options = &rank->net->options;
    rank->transport = (struct transport){
        .ops = &fake_transport, .process = process, .packets = packets,
        .max_packet_bytes = options->max_packet_bytes,
        .eager_bytes = options->eager_bytes,
    };
    *out = &rank->transport;
    return MPI_SUCCESS;
}

static void fake_close(struct transport *t)
{
    /* The network keeps everything, so that tests can still look at it. */
}

static int fake_card(struct transport *t, struct strbuf *out)
{
    strbuf_puts(out, "fake");
    return MPI_SUCCESS;
}

static bool fake_reach(struct transport *t, int world, const void *card,
                       size_t card_bytes, struct strbuf *why)
{
    return true;
}

static int fake_connect(struct transport *t, int world, const void *card,
                        size_t card_bytes, struct endpoint **out)
{
    struct fake_rank *rank = rank_of(t);
    *out = &rank->endpoints[world];
    endpoint_init(*out, t, world);
    (*out)->can_get = !rank->net->options.no_get;
    (*out)->can_put = !rank->net->options.no_put;
    (*out)->slices_max = 3;
    (*out)->runs_max = 2;
    return MPI_SUCCESS;
}

/* The fate of a post before it is tried: POST_DONE lets it pass. */
static enum post judge(struct endpoint *ep)
{
    struct fake_rank *rank = rank_of(ep->transport);
    struct fake_network *net = rank->net;
    struct lane *lane = lane_of(net, rank->process.world, ep->world);
    if (lane->error) {
        ep->error = lane->error;
        return POST_FAILED;
    }
    if (lane->busy) {
        lane->busy--;
        return POST_BUSY;
    }
    return draw(net, 100) < net->options.busy_percent ? POST_BUSY : POST_DONE;
}

static enum post fake_send(struct endpoint *ep, const struct packet_out *packet)
{
    struct fake_rank *rank = rank_of(ep->transport);
    struct fake_network *net = rank->net;
    struct lane *lane = lane_of(net, rank->process.world, ep->world);
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    if (bytes > net->options.max_packet_bytes ||
        packet->header_bytes < sizeof(struct packet))
        abort();
    enum post fate = judge(ep);
    if (fate != POST_DONE)
        return fate;
    if (net->options.capacity && lane->count >= net->options.capacity)
        return POST_BUSY;
    struct parcel *parcel = must(malloc(sizeof *parcel + bytes));
    parcel->delay = net->options.delay ? draw(net, net->options.delay + 1) : 0;
    parcel->bytes = bytes;
    char *to = (char *)parcel->packet;
    memcpy(to, packet->header, packet->header_bytes);
    if (packet->payload_bytes)
        memcpy(to + packet->header_bytes, packet->payload,
               packet->payload_bytes);
    list_append(&lane->parcels, &parcel->link);
    lane->count++;
    return POST_DONE;
}

/* The byte at `offset` of slices. */
static char *byte_of(const struct slice *slices, unsigned count, size_t offset)
{
    for (unsigned i = 0; i < count; i++) {
        if (offset < slices[i].bytes)
            return (char *)slices[i].address + offset;
        offset -= slices[i].bytes;
    }
    abort();
}

static void copy(struct fake_rank *rank, const struct transfer *t, bool is_put)
{
    const struct slice only = { (void *)(uintptr_t)t->remote_address,
                                t->bytes };
    const struct slice *runs = t->run_count ? t->runs : &only;
    unsigned run_count = t->run_count ? t->run_count : 1;
    for (size_t i = 0; i < t->bytes; i++) {
        char *here = byte_of(t->slices, t->slice_count, i);
        char *there = byte_of(runs, run_count, i);
        if (is_put)
            *there = *here;
        else
            *here = *there;
    }
    counter_add(rank->process.counters, COUNTER_CMA_BYTES, t->bytes);
}

static enum post move(struct endpoint *ep, const struct transfer *t,
                      bool is_put)
{
    struct fake_rank *rank = rank_of(ep->transport);
    if (!t->region || t->slice_count > ep->slices_max ||
        t->run_count > ep->runs_max)
        abort();
    enum post fate = judge(ep);
    if (fate != POST_DONE)
        return fate;
    if (draw(rank->net, 100) < rank->net->options.failed_gets) {
        if (!is_put)
            memset(t->slices[0].address, 0xee, t->slices[0].bytes / 2);
        ep->error = MPI_ERR_OTHER;
        return POST_FAILED;
    }
    if (!rank->net->options.late_get) {
        copy(rank, t, is_put);
        return POST_DONE;
    }
    struct late *late = must(malloc(sizeof *late));
    late->transfer = *t;
    memcpy(late->slices, t->slices, t->slice_count * sizeof *t->slices);
    late->transfer.slices = late->slices;
    for (unsigned i = 0; i < t->run_count; i++)
        late->runs[i] = t->runs[i];
    late->transfer.runs = late->runs;
    late->is_put = is_put;
    late->peer = ep->world;
    list_append(&rank->late, &late->link);
    return POST_PENDING;
}

static enum post fake_get(struct endpoint *ep, const struct transfer *get)
{
    if (!ep->can_get)
        abort();
    return move(ep, get, false);
}

static enum post fake_put(struct endpoint *ep, const struct transfer *put)
{
    if (!ep->can_put)
        abort();
    return move(ep, put, true);
}

static int fake_retain_region(struct endpoint *ep, void *address, size_t bytes,
                              enum region_use use, struct region **out)
{
    *out = must(calloc(1, sizeof **out));
    rank_of(ep->transport)->net->regions++;
    return MPI_SUCCESS;
}

static void fake_release_region(struct transport *t, struct region *region)
{
    rank_of(t)->net->regions--;
    free(region);
}

/* Deliver what has waited long enough; a late packet holds back its pair. */
static int deliver_lane(struct fake_rank *rank, int from)
{
    struct lane *lane = lane_of(rank->net, from, rank->process.world);
    unsigned arrived = lane->count;
    int events = 0;
    for (; arrived > 0 && !lane->is_held; arrived--, events++) {
        struct parcel *parcel =
            CONTAINER_OF(list_first(&lane->parcels), struct parcel, link);
        if (parcel->delay > 0) {
            parcel->delay--;
            break;
        }
        list_remove(&parcel->link);
        lane->count--;
        packet_deliver(rank->transport.packets, from, parcel->packet,
                       parcel->bytes);
        free(parcel);
    }
    return events;
}

static int finish_late(struct fake_rank *rank)
{
    int events = 0;
    struct list *first;
    while (!draw(rank->net, 2) && (first = list_first(&rank->late))) {
        struct late *late = CONTAINER_OF(first, struct late, link);
        struct completion *completion = late->transfer.completion;
        int err = lane_of(rank->net, rank->process.world, late->peer)->error;
        if (!err)
            copy(rank, &late->transfer, late->is_put);
        list_remove(&late->link);
        free(late);
        completion->done(completion, err ? err : MPI_SUCCESS);
        events++;
    }
    return events;
}

/* Tell the layer above, once, that posts to a peer fail. */
static int report_failures(struct fake_rank *rank)
{
    const struct packet_table *packets = rank->transport.packets;
    int events = 0;
    for (int to = 0; to < rank->net->count; to++) {
        struct lane *lane = lane_of(rank->net, rank->process.world, to);
        if (!lane->error || lane->is_reported || !packets->peer_failed)
            continue;
        lane->is_reported = true;
        packets->peer_failed(packets->arg, to, lane->error);
        events++;
    }
    return events;
}

static int fake_poll(void *transport)
{
    struct fake_rank *rank = rank_of(transport);
    struct fake_network *net = rank->net;
    int events = finish_late(rank) + report_failures(rank);
    int first = net->options.delay ? (int)draw(net, (unsigned)net->count) : 0;
    for (int i = 0; i < net->count; i++)
        events += deliver_lane(rank, (first + i) % net->count);
    return events;
}

static void fake_explain(struct endpoint *ep, struct strbuf *out)
{
    strbuf_puts(out, "fake: a queue in this process");
}

const struct transport_ops fake_transport = {
    .name = "fake",
    .scatter_bytes = 4 << 10,
    .open = fake_open,
    .close = fake_close,
    .card = fake_card,
    .reach = fake_reach,
    .connect = fake_connect,
    .send = fake_send,
    .get = fake_get,
    .put = fake_put,
    .retain_region = fake_retain_region,
    .release_region = fake_release_region,
    .poll = fake_poll,
    .explain = fake_explain,
};

const struct transport_ops *const fake_only = &fake_transport;
