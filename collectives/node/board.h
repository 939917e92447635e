/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A board: shared memory in which the ranks of a communicator, all on one
 * node, show each other data.
 *
 * Operations consist of steps, which all ranks count alike. In a step each
 * rank enters once: it writes the number of the step, with data if it has any,
 * to a place that only it writes. Whoever needs the data of a rank waits until
 * that rank has entered. A place is used again BOARD_PLACES steps later, and
 * before it is its owner waits until all ranks have entered the step after the
 * one it was used in, so that they are done with it.
 *
 *   header | lines of rank 0 | ... | areas of rank 0 | ... | halls of rank 0 ...
 *
 *   line   | number, bytes | processor | data of at most 48 bytes |   a cache line
 *   area   longer data, on pages that the owner is the first to touch
 *   hall   still longer data: two of each rank, used by turns
 *
 * Data in a hall may be shown piece by piece: the bytes in the line grow, and
 * a flag in it says that there are more to come.
 *
 * One writer for each line and area, no lock and no atomic read-modify-write
 * but where a rank waits for room. What orders memory is explained at the
 * functions in board.c. A rank that dies in the middle is noticed by the others
 * as any death is (runtime/p2p/failure.c), and ends their waiting; the board is
 * not used again, since all later collectives of the communicator fail.
 *
 * Caller holds the library lock.
 */
#ifndef NODE_BOARD_H
#define NODE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/platform.h"

struct doorbell;
struct mpi_comm;

enum {
    BOARD_PLACES = 4,          /* steps that a rank may run ahead, plus one */
    BOARD_AREA_BYTES = 64 << 10,
    BOARD_INLINE_BYTES = 48,   /* what a line leaves, aligned to 16 */
    BOARD_HALLS = 2
};

struct board_line {
    /* number | bytes << 32 | are there more to come? << 63 */
    _Alignas(CACHE_LINE) _Atomic uint64_t entry;
    _Atomic uint32_t cpu; /* that its owner entered on, where ranks share them */
    uint32_t unused;
    unsigned char data[BOARD_INLINE_BYTES];
};

_Static_assert(sizeof(struct board_line) == CACHE_LINE, "one line");

/* One rank's view. */
struct board {
    struct mpi_comm *comm;
    struct progress *progress;
    struct board_header *header;
    struct board_line *lines;  /* BOARD_PLACES of each rank */
    unsigned char *areas;      /* as many */
    unsigned char *halls;      /* BOARD_HALLS of each rank */
    size_t hall_bytes;         /* of each; 0: none */
    uint64_t offset;           /* in the node segment */
    size_t bytes;
    int rank, size;
    uint32_t number;           /* of the running step */
    uint32_t known;            /* the latest that all ranks are known to have
                                  entered */
    int tag;                   /* of the running operation */
    unsigned failures_seen;    /* of the rank's, see progress.h */
    bool has_own_core;         /* this rank */
    bool has_own_cores;        /* each of the ranks; agreed on */
    bool is_pair;              /* two ranks with own cores that can read each
                                  other's memory */
    bool is_ahead;             /* has shown data without waiting for others, as
                                  before */
    int last_root;             /* of those that do so */
    uint32_t probed;           /* the last number in another rank's probe */
    int distance_nsec;         /* to read what another core has written */
    struct doorbell *bells[];  /* by rank */
};

/* Bytes that a board of so many ranks takes in the node segment. */
size_t board_bytes(int size);

/*
 * Map the board that was reserved at this offset of the node segment.
 * Errors   MPI_ERR_NO_MEM
 */
int board_open(struct mpi_comm *comm, uint64_t offset, struct board **out);

/* The last rank to close it gives its memory back. */
void board_close(struct board *b);

/*
 * Begin an operation: takes the communicator's next tag.
 * Errors   why the communicator's collectives fail
 */
int board_begin(struct board *b);

/*
 * Begin the next step; *place is where to write `bytes`, at most b->hall_bytes,
 * that will be shown to the others. Waits while the place is in use.
 * Errors   why the communicator's collectives fail
 */
int board_next(struct board *b, size_t bytes, void **place);

/* Where ranks share cores: let the others of this rank's have their turn. */
void board_give_way(struct board *b) COLD;

/* An operation begins in which the root waits for nobody. */
static inline void board_note_root(struct board *b, int root)
{
    b->is_ahead = !b->has_own_cores && root == b->rank &&
                  b->last_root == root;
    b->last_root = root;
}

/* Show the others the first bytes of what is longer than BOARD_AREA_BYTES, with
 * more to come; the last to be shown enters the step. */
void board_show_some(struct board *b, size_t bytes, int audience);

/* Copy to a place from board_next, past the caches where that is faster for the
 * readers. */
void board_write(const struct board *b, void *to, const void *from,
                 size_t bytes);

/* Whom an entry is for: the one rank that waits for it, or one of these.
 * FOR_NONE: others look for it only when they wait for all. */
enum { FOR_ALL = -1, FOR_NONE = -2 };

/* Enter the step with the bytes that board_next was told of. */
void board_enter(struct board *b, size_t bytes, int audience);

/* Wait until a rank, or all ranks, have entered the step. Errors: as
 * board_next */
int board_await(struct board *b, int rank);
int board_await_all(struct board *b);

/* Wait until a rank has shown so many bytes, or all that it has. */
int board_await_bytes(struct board *b, int rank, size_t bytes);

/* The data of a rank that has entered the step, *bytes of it so far: valid
 * until this rank enters the next one. */
const void *board_data(const struct board *b, int rank, size_t *bytes);

#endif
