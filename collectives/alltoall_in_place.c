/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall within one buffer. In round r, ranks i and j with i + j = r (modulo
 * P) swap their blocks; each receives into one block of scratch memory and
 * copies it over the one it has sent. Every pair meets exactly once. Blocks
 * may differ, but those of a pair are alike.
 *
 * Cost     P rounds of n bytes each way, each followed by a copy of n bytes
 */
#include "collectives/algorithms.h"

bool alltoall_in_place_suits(const struct coll_args *a)
{
    return a->send.address == MPI_IN_PLACE;
}

static size_t largest_block(const struct coll_args *a)
{
    size_t most = 0;
    for (int r = 0; r < coll_size(a); r++) {
        const size_t bytes = span_bytes(coll_recv_block(a, r));
        if (bytes > most)
            most = bytes;
    }
    return most;
}

int alltoall_in_place(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    void *memory = schedule_scratch(s, largest_block(a));
    if (!memory)
        return MPI_ERR_NO_MEM;
    for (int r = 0; r < size; r++) {
        const int partner = (r - rank + size) % size;
        const struct span theirs = coll_recv_block(a, partner);
        if (partner == rank || span_bytes(theirs) == 0)
            continue;
        const struct span arrived = span_packed(memory, span_bytes(theirs));
        schedule_recv(s, arrived, partner);
        schedule_send(s, theirs, partner);
        schedule_end_round(s);
        schedule_copy(s, theirs, arrived);
    }
    return MPI_SUCCESS;
}
