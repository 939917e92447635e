/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast of long messages down a pipelined chain: cut into segments, which
 * every rank passes to the next while the following one arrives.
 *
 * Cost     P - 2 + n / segment rounds; each rank but the last sends n bytes,
 *          each but the root receives n: the least possible
 * Source   van de Geijn, Watts 1997, doi:10.1002/(SICI)1096-9128(199704)9:4
 *          <255::AID-CPE250>3.0.CO;2-2
 */
#include "collectives/algorithms.h"
#include "collectives/packed.h"
#include "collectives/tree.h"

/* Long enough to be read by the peer in place, short against a message that
 * is worth a pipeline. */
enum { SEGMENT_BYTES = 128 * 1024 };

int bcast_chain(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    struct packed p;
    int err = packed_begin(s, a->recv, node == 0, &p);
    if (err != MPI_SUCCESS)
        return err;
    const size_t segments = (p.bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
    for (size_t i = 0; i <= segments; i++) {
        if (node > 0 && i < segments)
            schedule_recv(s, packed_at(&p, i * SEGMENT_BYTES, SEGMENT_BYTES),
                          tree_rank(node - 1, a->root, size));
        if (node + 1 < size && i > 0)
            schedule_send(s, packed_at(&p, (i - 1) * SEGMENT_BYTES,
                                       SEGMENT_BYTES),
                          tree_rank(node + 1, a->root, size));
        schedule_end_round(s);
    }
    if (node > 0)
        packed_end(s, a->recv, &p);
    return MPI_SUCCESS;
}
