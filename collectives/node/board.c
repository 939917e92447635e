/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entering, waiting and the memory of a board.
 *
 * Numbers are compared by their difference, so they may wrap. A rank's line
 * for a step holds that step's number, or that of BOARD_PLACES steps earlier,
 * or later: then the rank has entered it as well.
 */
#include "collectives/node/board.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/process.h"
#include "runtime/objects/comm.h"
#include "runtime/p2p/p2p.h"

enum { PAGE = 4096 };

/* A hall has room for this, or for less where so many ranks share a board that
 * their halls would take more than this together; more ranks have none. */
enum { HALL_BYTES = 1 << 20, HALLS_BYTES = 64 << 20, HALL_RANKS = 256 };

static const uint64_t MORE = (uint64_t)1 << 63;

/* A line that one rank writes and one on another core reads, to see how long
 * that takes. */
struct probe {
    _Alignas(CACHE_LINE) _Atomic uint32_t number;
};

enum { PROBES = PAGE / CACHE_LINE - 1 };

struct board_header {
    _Atomic uint32_t waiters; /* ranks that wait for room */
    _Atomic uint32_t closed;  /* ranks that have closed the board */
    _Atomic uint32_t is_far;  /* long data goes past the caches */
    struct probe probes[PROBES]; /* of the first ranks */
};

_Static_assert(sizeof(struct board_header) <= PAGE, "one page");

static size_t lines_bytes(int size)
{
    return align_up((size_t)size * BOARD_PLACES * sizeof(struct board_line),
                    PAGE);
}

static size_t areas_bytes(int size)
{
    return (size_t)size * BOARD_PLACES * BOARD_AREA_BYTES;
}

static size_t hall_bytes(int size)
{
    const size_t share = HALLS_BYTES / BOARD_HALLS / (size_t)size;
    if (size > HALL_RANKS)
        return 0;
    return share < HALL_BYTES ? share / PAGE * PAGE : HALL_BYTES;
}

size_t board_bytes(int size)
{
    return PAGE + lines_bytes(size) + areas_bytes(size) +
           (size_t)size * BOARD_HALLS * hall_bytes(size);
}

int board_open(struct mpi_comm *comm, uint64_t offset, struct board **out)
{
    struct process *process = p2p_process(comm->p2p);
    const size_t count = (size_t)comm->size;
    struct board *b = calloc(1, sizeof *b + count * sizeof(b->bells[0]));
    if (!b)
        return MPI_ERR_NO_MEM;
    void *memory;
    b->bytes = board_bytes(comm->size);
    int err = node_segment_map(&process->node, offset, b->bytes, &memory);
    if (err != MPI_SUCCESS) {
        free(b);
        return err;
    }
    b->comm = comm;
    b->progress = &process->progress;
    b->offset = offset;
    b->header = memory;
    b->lines = (struct board_line *)((char *)memory + PAGE);
    b->areas = (unsigned char *)memory + PAGE + lines_bytes(comm->size);
    b->halls = b->areas + areas_bytes(comm->size);
    b->hall_bytes = hall_bytes(comm->size);
    b->rank = comm->rank;
    b->size = comm->size;
    b->last_root = -1;
    b->has_own_core = process->has_own_core;
    for (int i = 0, local; i < comm->size; i++)
        if (process_is_local(process, comm->worlds[i], &local))
            b->bells[i] =
                &node_segment_status(&process->node, (uint32_t)local)->bell;
    *out = b;
    return MPI_SUCCESS;
}

void board_close(struct board *b)
{
    const struct process *process = p2p_process(b->comm->p2p);
    /* Acquire and release: nobody touches it after the last one's drop. */
    const bool is_last =
        atomic_fetch_add_explicit(&b->header->closed, 1,
                                  memory_order_acq_rel) + 1 ==
        (uint32_t)b->size;
    node_segment_unmap(b->header, b->bytes);
    if (is_last)
        node_segment_drop(&process->node, b->offset, b->bytes);
    free(b);
}

static inline struct board_line *line_of(const struct board *b, int rank,
                                         uint32_t number)
{
    return &b->lines[rank * BOARD_PLACES + (int)(number % BOARD_PLACES)];
}

static NO_INLINE void *hall_of(const struct board *b, int rank)
{
    const size_t hall = (size_t)rank * BOARD_HALLS + b->number % BOARD_HALLS;
    return b->halls + hall * b->hall_bytes;
}

static inline void *place_of(const struct board *b, int rank, size_t bytes)
{
    if (bytes <= BOARD_INLINE_BYTES)
        return line_of(b, rank, b->number)->data;
    if (UNLIKELY(bytes > BOARD_AREA_BYTES))
        return hall_of(b, rank);
    const size_t place = (size_t)rank * BOARD_PLACES +
                         b->number % BOARD_PLACES;
    return b->areas + place * BOARD_AREA_BYTES;
}

/* ---- waiting ---- */

/* Ranks from..end of which it is not known that they have entered a step, with
 * so many bytes or all they have. */
struct awaited {
    struct progress_await base;
    const struct board *board;
    uint32_t number;
    int from, end;
    size_t bytes;
};

static inline size_t bytes_of(uint64_t entry)
{
    return (size_t)((entry & ~MORE) >> 32);
}

static inline bool has_entered(uint64_t entry, uint32_t number)
{
    return (int32_t)((uint32_t)entry - number) >= 0;
}

/*
 * Have all of them? The acquire loads pair with the release store in `enter`:
 * who sees the number sees the data written before it, and knows that the rank
 * has read all that it wanted of earlier steps.
 */
static bool have_entered(struct awaited *a)
{
    for (; a->from < a->end; a->from++) {
        const struct board_line *line = line_of(a->board, a->from, a->number);
        uint64_t entry = atomic_load_explicit(&line->entry,
                                              memory_order_acquire);
        if (!has_entered(entry, a->number))
            return false;
        if (UNLIKELY(entry & MORE) && bytes_of(entry) < a->bytes)
            return false;
    }
    return true;
}

/* Something has failed at this rank or at another: does it concern us? */
static COLD int look_for_failure(struct board *b)
{
    b->failures_seen = b->progress->failures;
    int err = comm_collective_error(b->comm, b->tag);
    if (err != MPI_SUCCESS)
        p2p_fail_collectives(b->comm, b->tag, err);
    return err;
}

static bool has_come(struct progress_await *base)
{
    return have_entered(CONTAINER_OF(base, struct awaited, base));
}

/* Were all that are missing on other processors than this one when they last
 * used that line? */
static bool are_elsewhere(const struct awaited *a)
{
    const uint32_t here = (uint32_t)sched_getcpu();
    for (int i = a->from; i < a->end; i++) {
        const struct board_line *line = line_of(a->board, i, a->number);
        if (atomic_load_explicit(&line->cpu, memory_order_relaxed) == here &&
            !has_entered(atomic_load_explicit(&line->entry,
                                              memory_order_relaxed),
                         a->number))
            return false;
    }
    return true;
}

/*
 * How often to look before a round of progress, which costs more. Where ranks
 * share cores the round yields: at once to one that is waited for; else after
 * about the time of a switch, since those on the other cores are as far as we
 * are, and two switches are dearer than to wait for them.
 */
static unsigned looks_of(const struct board *b, const struct awaited *a)
{
    enum { OWN_CORE_LOOKS = 16, SHARED_CORE_LOOKS = 40 };
    if (b->has_own_core)
        return OWN_CORE_LOOKS;
    return are_elsewhere(a) ? SHARED_CORE_LOOKS : 0;
}

static bool look(const struct board *b, struct awaited *a)
{
    for (unsigned looks = looks_of(b, a); looks > 0; looks--) {
        if (have_entered(a)) {
            progress_came(b->progress);
            return true;
        }
        cpu_relax();
    }
    return false;
}

static int await(struct board *b, struct awaited *a)
{
    int err = MPI_SUCCESS;
    a->base.has_come = has_come;
    progress_await_add(b->progress, &a->base);
    while (err == MPI_SUCCESS && !a->base.is_over && !look(b, a)) {
        progress_round_for(b->progress, &a->base.is_over);
        if (UNLIKELY(b->failures_seen != b->progress->failures))
            err = look_for_failure(b);
    }
    progress_await_remove(b->progress, &a->base);
    return err;
}

/* Wake who sleeps. Nothing stands between the write that they wait for and the
 * look at their bells: see doorbell.h. */
static void ring_all(const struct board *b)
{
    for (int i = 0; i < b->size; i++)
        if (i != b->rank)
            doorbell_ring(b->bells[i]);
}

int board_await(struct board *b, int rank)
{
    return board_await_bytes(b, rank, 0);
}

int board_await_bytes(struct board *b, int rank, size_t bytes)
{
    struct awaited a = { .board = b, .number = b->number, .from = rank,
                         .end = rank + 1, .bytes = bytes };
    return have_entered(&a) ? MPI_SUCCESS : await(b, &a);
}

/*
 * Whoever sees that all have entered wakes the others, for they may be asleep
 * with that same question. Of those that all fall asleep the last to look is
 * wrong about none: each had entered before its own barrier (doorbell_arm),
 * hence before the last one's.
 */
int board_await_all(struct board *b)
{
    struct awaited a = { .board = b, .number = b->number, .end = b->size };
    int err = have_entered(&a) ? MPI_SUCCESS : await(b, &a);
    if (err == MPI_SUCCESS) {
        b->known = b->number;
        ring_all(b);
    }
    return err;
}

void board_give_way(struct board *b)
{
    b->is_ahead = false;
    progress_yield(b->progress);
}

/* Wait until all have entered the step that frees our place. */
static COLD int await_room(struct board *b, uint32_t number)
{
    struct awaited a = { .board = b, .number = number, .end = b->size };
    int err = MPI_SUCCESS;
    if (!have_entered(&a)) {
        atomic_fetch_add_explicit(&b->header->waiters, 1,
                                  memory_order_relaxed);
        err = await(b, &a);
        atomic_fetch_sub_explicit(&b->header->waiters, 1,
                                  memory_order_relaxed);
    }
    if (err == MPI_SUCCESS)
        b->known = number;
    return err;
}

/* ---- steps ---- */

int board_begin(struct board *b)
{
    b->tag = b->comm->collective_tag;
    b->comm->collective_tag = (b->tag + 1) % COLLECTIVE_TAGS;
    b->failures_seen = b->progress->failures;
    return LIKELY(b->comm->collective_error == MPI_SUCCESS)
               ? MPI_SUCCESS
               : look_for_failure(b);
}

/*
 * What lies dirty in the cache of a core far away is dear to fetch, so long
 * data is then written past the caches (docs/shm.md has the figures, under Long
 * packets). How far the others are shows when a line is read that one of them
 * has just written. A rank that is always the first learns nothing, so one that
 * finds them far decides for all, until one of these finds them near.
 */
enum { FAR_NSEC = 80, STREAMING_BYTES = 1024, LEARN_STEPS = 4,
       PROBE_BYTES = 32 << 10 };

static bool is_said_to_be_far(const struct board *b)
{
    return atomic_load_explicit(&b->header->is_far, memory_order_relaxed);
}

static void note_distance(struct board *b, uint64_t nsec)
{
    enum { LIMIT = 1000, WEIGHT = 4 };
    const bool was_far = b->distance_nsec >= FAR_NSEC;
    if (nsec > LIMIT)
        return;
    b->distance_nsec += ((int)nsec - b->distance_nsec) / WEIGHT;
    const bool is_far = b->distance_nsec >= FAR_NSEC;
    if (is_far ? !is_said_to_be_far(b) : was_far)
        atomic_store_explicit(&b->header->is_far, is_far,
                              memory_order_relaxed);
}

/* With a core for each rank: by the next rank's line in this step. */
static NO_INLINE void learn_distance(struct board *b)
{
    const struct board_line *line =
        line_of(b, b->rank + 1 < b->size ? b->rank + 1 : 0, b->number);
    const uint64_t start = clock_nsec();
    const uint64_t entry = atomic_load_explicit(&line->entry,
                                                memory_order_acquire);
    const uint64_t nsec = clock_nsec() - start;
    if ((uint32_t)entry == b->number)
        note_distance(b, nsec);
}

/* Where ranks share cores another one of this core may have read that line
 * already: by a line of its own, of a rank half of them away. */
static NO_INLINE void probe_distance(struct board *b)
{
    struct probe *probes = b->header->probes;
    const int other = (b->rank + b->size / 2) % b->size;
    if (b->rank < PROBES)
        atomic_store_explicit(&probes[b->rank].number, b->number,
                              memory_order_relaxed);
    if (other >= PROBES)
        return;
    const uint64_t start = clock_nsec();
    const uint32_t number = atomic_load_explicit(&probes[other].number,
                                                 memory_order_acquire);
    const uint64_t nsec = clock_nsec() - start;
    if (number != b->probed)
        note_distance(b, nsec);
    b->probed = number;
}

void board_write(const struct board *b, void *to, const void *from,
                 size_t bytes)
{
    if (bytes < STREAMING_BYTES || !is_said_to_be_far(b)) {
        memcpy(to, from, bytes);
        return;
    }
    const size_t unaligned = -(uintptr_t)to % CACHE_LINE;
    memcpy(to, from, unaligned);
    copy_streaming((char *)to + unaligned, (const char *)from + unaligned,
                   bytes - unaligned);
}

int board_next(struct board *b, size_t bytes, void **place)
{
    const uint32_t places = LIKELY(bytes <= BOARD_AREA_BYTES) ? BOARD_PLACES
                                                              : BOARD_HALLS;
    const uint32_t needed = ++b->number - (places - 1);
    if (UNLIKELY((int32_t)(b->known - needed) < 0)) {
        int err = await_room(b, needed);
        if (err != MPI_SUCCESS)
            return err;
    }
    if (b->has_own_cores && b->number % LEARN_STEPS == 0)
        learn_distance(b);
    else if (bytes > PROBE_BYTES && !b->has_own_cores)
        probe_distance(b);
    *place = place_of(b, b->rank, bytes);
    return MPI_SUCCESS;
}

/* The release store keeps the data before the number, and all reads of earlier
 * steps too. */
static inline void enter(struct board *b, size_t bytes, uint64_t more)
{
    struct board_line *line = line_of(b, b->rank, b->number);
    if (!b->has_own_core)
        atomic_store_explicit(&line->cpu, (uint32_t)sched_getcpu(),
                              memory_order_relaxed);
    atomic_store_explicit(&line->entry,
                          b->number | (uint64_t)bytes << 32 | more,
                          memory_order_release);
}

/* Who waits for room counts itself before it falls asleep, so that it is seen
 * here or sees our entry: the argument of doorbell.h again. */
static inline bool has_waiters(const struct board *b)
{
    atomic_signal_fence(memory_order_seq_cst);
    return UNLIKELY(atomic_load_explicit(&b->header->waiters,
                                         memory_order_relaxed) != 0);
}

static inline void wake(const struct board *b, int audience)
{
    if (audience == FOR_ALL || has_waiters(b))
        ring_all(b);
    else if (audience != FOR_NONE)
        doorbell_ring(b->bells[audience]);
}

void board_enter(struct board *b, size_t bytes, int audience)
{
    enter(b, bytes, 0);
    wake(b, audience);
}

void board_show_some(struct board *b, size_t bytes, int audience)
{
    enter(b, bytes, MORE);
    wake(b, audience);
}

const void *board_data(const struct board *b, int rank, size_t *bytes)
{
    const uint64_t entry =
        atomic_load_explicit(&line_of(b, rank, b->number)->entry,
                             memory_order_relaxed);
    *bytes = bytes_of(entry);
    return UNLIKELY(entry & MORE) ? hall_of(b, rank)
                                  : place_of(b, rank, *bytes);
}
