/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a rank learns who it is and exchanges start-up data: the client of PMIx,
 * with psets.
 *
 * Under mpirun, srun --mpi=pmix, prterun or Open MPI's mpirun the rank is a
 * PMIx client. Without any launcher it is rank 0 of 1. When the surroundings
 * say there are several ranks but give no PMIx server, boot_open stops with a
 * sentence that says which command works.
 */
#ifndef BASE_BOOT_H
#define BASE_BOOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct boot;

struct boot_identity {
    int world;
    int world_count;
    int local;
    int local_count;
    int *local_worlds;    /* local_count entries, ascending; owned by boot */
    char host[256];
    char job[256];        /* name of the job, unique on this node */
    bool has_server;      /* false: a lone process without PMIx */
};

/*
 * Find the launcher and fill identity. Collective over the job (PMIx_Init).
 * Errors   MPI_ERR_OTHER
 */
int boot_open(struct boot **out, const struct boot_identity **identity);

/* Leave the job in an orderly way; ends with PMIx_Finalize. */
void boot_close(struct boot *b);

/* The number of the node on which `world` runs, -1 when the launcher does not
 * tell. Equal for ranks of one node; another process may number otherwise. No
 * messages; asked for once and kept. */
int boot_node(struct boot *b, int world);

/* Publish bytes under key for all ranks; visible after boot_exchange. */
int boot_put(struct boot *b, const char *key, const void *data, size_t bytes);

/* Make all that was put visible to all; a barrier over the job. */
int boot_exchange(struct boot *b);

/*
 * What `world` put under key. *data is malloc'ed and the caller's.
 * Errors   MPI_ERR_OTHER: nothing under that key
 */
int boot_get(struct boot *b, int world, const char *key, void **data,
             size_t *bytes);

/* A barrier over the job without data. */
int boot_barrier(struct boot *b);

/*
 * The same without waiting: *is_done becomes true, from another thread, when
 * all have come. It may be left alone before that.
 */
int boot_barrier_start(struct boot *b, atomic_bool *is_done);

/* Ask the launcher to end the job; returns when it was told. */
void boot_abort(struct boot *b, int code, const char *sentence);

#endif
