/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the counters are called. One table for --report, JSON and performance
 * variables; a counter without a row does not pass the tests.
 */
#include "runtime/base/counter.h"

#define ROW(which, name, unit, kind, help)                                     \
    [COUNTER_##which] = { name, unit, kind, help }

const struct counter_info counter_table[COUNTER_COUNT] = {
    ROW(EAGER_MESSAGES, "eager_messages", "messages", COUNTS_UP,
        "Messages sent whole with their first packet."),
    ROW(RENDEZVOUS_MESSAGES, "rendezvous_messages", "messages", COUNTS_UP,
        "Messages offered first and fetched by the receiver."),
    ROW(UNEXPECTED_MESSAGES, "unexpected_messages", "messages", COUNTS_UP,
        "Messages that came before their receive was posted."),
    ROW(COPIED_OUT_BYTES, "copied_eager_out_bytes", "bytes", COUNTS_UP,
        "Copied by the processor from the user's buffer into eager packets."),
    ROW(COPIED_IN_BYTES, "copied_eager_in_bytes", "bytes", COUNTS_UP,
        "Copied by the processor from eager packets into the user's buffer."),
    ROW(COPIED_BOUNCE_BYTES, "copied_bounce_bytes", "bytes", COUNTS_UP,
        "Copied by the processor for large messages that had to go as packets, "
        "at either end."),
    ROW(COPIED_UNEXPECTED_BYTES, "copied_unexpected_bytes", "bytes", COUNTS_UP,
        "Copied by the processor to set messages aside until their receive "
        "was posted."),
    ROW(PACKED_BYTES, "copied_packing_bytes", "bytes", COUNTS_UP,
        "Copied by the processor to or from the packed form of a "
        "non-contiguous type."),
    ROW(COPIED_LOCAL_BYTES, "copied_local_bytes", "bytes", COUNTS_UP,
        "Copied by the processor within the rank: messages to itself, and its "
        "own part of a collective."),
    ROW(REDUCED_BYTES, "reduced_bytes", "bytes", COUNTS_UP,
        "Combined by the processor in reductions."),
    ROW(CMA_BYTES, "cma_bytes", "bytes", COUNTS_UP,
        "Moved by the kernel from process to process, received here."),
    ROW(RDMA_READ_BYTES, "rdma_read_bytes", "bytes", COUNTS_UP,
        "Moved by the device straight into the user's buffer here."),
    ROW(RDMA_WRITE_BYTES, "rdma_write_bytes", "bytes", COUNTS_UP,
        "Moved by the device from the user's buffer here straight into the "
        "receiver's."),
    ROW(REGISTRATIONS, "registrations", "regions", COUNTS_UP,
        "Memory regions registered with the device."),
    ROW(REGISTRATION_HITS, "registration_hits", "regions", COUNTS_UP,
        "Regions found in the registration cache."),
    ROW(REGISTRATIONS_EVICTED, "registrations_evicted", "regions", COUNTS_UP,
        "Regions given up for want of room."),
    ROW(REGISTRATIONS_INVALID, "registrations_invalidated", "regions",
        COUNTS_UP, "Regions given up because their memory left the process."),
    ROW(REGISTRATIONS_WRONG, "registrations_wrong", "regions", COUNTS_UP,
        "Regions found with other pages by BATON_REGCACHE=verify."),
    ROW(WINDOWS, "windows", "windows", COUNTS_UP,
        "Memory windows bound, by which one peer could reach memory for one "
        "transfer."),
    ROW(PINNED_BYTES, "pinned_bytes", "bytes", IS_LEVEL,
        "Memory pinned for the device now: of messages, and for packets."),
    ROW(PINNED_PEAK_BYTES, "pinned_peak_bytes", "bytes", IS_PEAK,
        "The most of pinned_bytes at any time."),
    ROW(HOT_PACKETS, "hot_packets", "packets", COUNTS_UP,
        "Packets that came by a ring for hot peers (verbs)."),
    ROW(HOT_PROMOTIONS, "hot_promotions", "peers", COUNTS_UP,
        "Peers that were lent such a ring."),
    ROW(HOT_DEMOTIONS, "hot_demotions", "peers", COUNTS_UP,
        "Peers that were asked for it back."),
};

void counters_add(struct counters *sum, const struct counters *of_rank)
{
    for (int i = 0; i < COUNTER_COUNT; i++)
        sum->value[i] += of_rank->value[i];
}
