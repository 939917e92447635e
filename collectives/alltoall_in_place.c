/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall within one buffer. In round r, ranks i and j with i + j = r (modulo
 * P) swap their blocks; each receives into one block of scratch memory and
 * copies it over the one it has sent. Every pair meets exactly once.
 *
 * Cost     P rounds of n bytes each way, each followed by a copy of n bytes
 */
#include "collectives/algorithms.h"

bool alltoall_in_place_suits(const struct coll_args *a)
{
    return a->send.address == MPI_IN_PLACE;
}

int alltoall_in_place(struct schedule *s, const struct coll_args *a)
{
    const int size = a->comm->size;
    const int rank = a->comm->rank;
    const size_t block = span_bytes(a->recv);
    void *memory = schedule_scratch(s, block);
    if (!memory)
        return MPI_ERR_NO_MEM;
    const struct span arrived = span_packed(memory, block);
    for (int r = 0; r < size; r++) {
        int partner = (r - rank + size) % size;
        if (partner == rank)
            continue;
        struct span theirs = span_at(a->recv, partner * a->recv.count,
                                     a->recv.count);
        schedule_recv(s, arrived, partner);
        schedule_send(s, theirs, partner);
        schedule_end_round(s);
        schedule_copy(s, theirs, arrived);
    }
    return MPI_SUCCESS;
}
