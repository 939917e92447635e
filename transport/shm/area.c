/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses in the area, and announcing. Everything that two ranks write
 * starts on a page of its own, so that the first to touch it owns the memory.
 */
#include "transport/shm/area.h"

#include <mpi.h>

enum { PAGE = 4096, PAYLOAD_MIN = 4096 };

/* First page of the area. */
struct area_header {
    _Atomic uint64_t payload_bytes; /* 0 until the first rank has come */
};

static size_t mailbox_bytes(const struct area *a)
{
    const struct mailbox *box;
    size_t per_sender = sizeof box->from[0] + sizeof(_Atomic uint8_t);
    return align_up(sizeof *box + a->ranks * per_sender, PAGE);
}

static size_t ring_bytes(const struct area *a)
{
    return align_up(sizeof(struct ring_line) * RING_ALL_LINES, PAGE) +
           a->payload_bytes;
}

static size_t area_bytes(const struct area *a)
{
    return PAGE + a->ranks * mailbox_bytes(a) +
           (size_t)a->ranks * a->ranks * ring_bytes(a);
}

/* Power of two, so that counts of bytes wrap with the ring. */
static uint32_t round_payload(size_t bytes)
{
    uint32_t rounded = PAYLOAD_MIN;
    while (rounded < bytes && rounded < 1u << 30)
        rounded *= 2;
    return rounded;
}

/* The first rank writes the size of a ring, the others compare: rings laid
 * out differently in the same memory would overwrite each other. */
static bool agree(const struct area *a, struct strbuf *why)
{
    struct area_header *header = (struct area_header *)a->base;
    uint64_t expected = 0;
    if (atomic_compare_exchange_strong(&header->payload_bytes, &expected,
                                       a->payload_bytes) ||
        expected == a->payload_bytes)
        return true;
    strbuf_printf(why, "BATON_SHM_RING_BYTES is %u here and %u at another "
                  "rank of this node", (unsigned)a->payload_bytes,
                  (unsigned)expected);
    return false;
}

int area_open(struct area *a, struct process *process, size_t payload_bytes,
              struct strbuf *why)
{
    *a = (struct area){ .ranks = (uint32_t)process->local_count,
                        .payload_bytes = round_payload(payload_bytes) };
    int err = node_segment_map_area(&process->node, area_bytes(a));
    if (err != MPI_SUCCESS) {
        strbuf_printf(why, "cannot map %zu bytes of shared memory",
                      area_bytes(a));
        return err;
    }
    a->base = process->node.area;
    return agree(a, why) ? MPI_SUCCESS : MPI_ERR_OTHER;
}

struct mailbox *area_mailbox(const struct area *a, uint32_t of)
{
    return (struct mailbox *)(a->base + PAGE + of * mailbox_bytes(a));
}

static _Atomic uint8_t *flag_of(const struct area *a, uint32_t from,
                                uint32_t to)
{
    return (_Atomic uint8_t *)&area_mailbox(a, to)->from[a->ranks] + from;
}

void area_ring(const struct area *a, uint32_t from, uint32_t to,
               struct ring *ring)
{
    unsigned char *at = a->base + PAGE + a->ranks * mailbox_bytes(a) +
                        ((size_t)from * a->ranks + to) * ring_bytes(a);
    *ring = (struct ring){
        .lines = (struct ring_line *)at,
        .payload = at + ring_bytes(a) - a->payload_bytes,
        .taken = &area_mailbox(a, to)->from[from].taken,
        .payload_bytes = a->payload_bytes,
    };
}

void area_turn(const struct area *a, uint32_t here, uint32_t peer,
               struct ring_turn *turn)
{
    uint32_t low = here < peer ? here : peer;
    uint32_t high = here < peer ? peer : here;
    ring_turn_init(turn, area_mailbox(a, high)->from[low].turn, here == high);
}

/*
 * Any sender, once per receiver. The flag comes before the count: a receiver
 * that sees the new count (acquire) sees the flag, and one that does not yet
 * see it looks again at its next poll. A sender that dies between the two has
 * sent nothing.
 */
void area_announce(const struct area *a, uint32_t from, uint32_t to)
{
    atomic_store_explicit(flag_of(a, from, to), 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&area_mailbox(a, to)->announced, 1,
                              memory_order_release);
}

bool area_has_announced(const struct area *a, uint32_t from, uint32_t to)
{
    return atomic_load_explicit(flag_of(a, from, to), memory_order_relaxed);
}
