/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that all ranks of one node share.
 *
 *   offset 0          header, one page: also the ranks of the job that died
 *   4096 * (1 + i)    status page of the rank with local rank i
 *   area              the shared-memory transport's, grown by the ranks
 *   parts             of some ranks each, made and given up as they need them
 *
 * The node agent creates it as a memfd and its ranks inherit the descriptor
 * (setting BATON_NODE_SEGMENT_FD), so nothing is left behind by a crash. Under
 * a foreign launcher the ranks share a named object that is unlinked as soon
 * as all have attached.
 */
#ifndef BASE_NODE_SEGMENT_H
#define BASE_NODE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"

struct node_segment {
    int fd;
    uint32_t local_count;            /* ranks on this node */
    unsigned char *pages;            /* header and status pages, mapped */
    void *area;                      /* NULL until node_segment_map_area */
    size_t area_bytes;
};

/*
 * Create the segment for local_count ranks (agent, or the only rank of a job).
 * Errors   MPI_ERR_NO_MEM
 */
int node_segment_create(struct node_segment *s, uint32_t local_count);

/*
 * Map the segment behind fd, which the caller inherited; s owns fd afterwards.
 * Errors   MPI_ERR_OTHER: not a segment of this version, or of another size
 */
int node_segment_attach(struct node_segment *s, int fd, uint32_t local_count);

/*
 * Open or create the segment under a name that all ranks of the node agree on
 * ("/baton-..."); for foreign launchers.
 * Errors   MPI_ERR_NO_MEM, MPI_ERR_OTHER
 */
int node_segment_open_named(struct node_segment *s, const char *name,
                            uint32_t local_count);

/* Remove the name; harmless when it is gone already. */
void node_segment_unlink(const char *name);

/*
 * Make the area at least `bytes` long and map it. All ranks of a node ask for
 * the same size; memory is zero and takes no space until touched.
 * Errors   MPI_ERR_NO_MEM
 */
int node_segment_map_area(struct node_segment *s, size_t bytes);

/*
 * Reserve a part of `bytes` behind the area, for the ranks that are then told
 * its offset; all ranks have mapped the area. It is zero and takes no memory
 * until touched.
 * Errors   MPI_ERR_NO_MEM
 */
int node_segment_reserve(struct node_segment *s, size_t bytes,
                         uint64_t *offset);

/* Map a reserved part. Errors: MPI_ERR_NO_MEM */
int node_segment_map(const struct node_segment *s, uint64_t offset,
                     size_t bytes, void **out);

/* Unmap a part. */
void node_segment_unmap(void *part, size_t bytes);

/* Give a part's memory back; nobody has it mapped any more. */
void node_segment_drop(const struct node_segment *s, uint64_t offset,
                       size_t bytes);

/* ---- ranks of the job, on whatever node, that died while it goes on ---- */

enum { NODE_DEATHS_MAX = 500 };

struct node_death {
    int32_t world;
    int32_t wait_status; /* as of waitpid */
};

/* Add one and wake all (agent). There is room for NODE_DEATHS_MAX. */
void node_segment_add_death(struct node_segment *s, int world,
                            int wait_status);

/* How many there are; they stay and keep their order. */
uint32_t node_segment_death_count(const struct node_segment *s);

const struct node_death *node_segment_death(const struct node_segment *s,
                                            uint32_t i);

/* This rank can be reached by the barrier of a doorbell. */
void node_segment_note_reachable(struct node_segment *s);

/* May the ranks of this node sleep? When all of them can be reached. */
bool node_segment_can_sleep(const struct node_segment *s);

/* Unmap and close. */
void node_segment_close(struct node_segment *s);

/* The status page of a local rank, 0 .. local_count-1. */
static inline struct status_page *
node_segment_status(const struct node_segment *s, uint32_t local)
{
    return (struct status_page *)(s->pages +
                                  (size_t)STATUS_PAGE_BYTES * (1 + local));
}

#endif
