/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings: one table of everything a user can set.
 *
 * A setting `eager_bytes` is set by the environment variable
 * BATON_EAGER_BYTES. `mpirun --help-vars` prints the same table. Read once by
 * config_load, constant afterwards.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct settings {
    /* What a user sets. */
    const char *log;           /* least severe level that is printed */
    const char *transports;    /* comma-separated, in order of preference */
    bool explain;              /* print each automatic choice */
    const char *device;        /* verbs device[:port],..., "" = choose */
    int gid_index;             /* verbs GID, -1 = choose */
    const char *rendezvous;    /* read, write or auto */
    size_t rendezvous_chunk_bytes; /* registered at a time, 0 = all */
    size_t scatter_bytes;      /* smallest blocks not packed; 0: see there */
    size_t unexpected_bytes;   /* of messages kept that nobody receives */
    size_t verbs_eager_bytes;  /* largest packet sent by copy over verbs */
    int verbs_credits;         /* packets a peer may have under way to us */
    int verbs_hot_peers;       /* rings that a rank may lend */
    size_t shm_eager_bytes;    /* largest packet sent by copy in memory */
    size_t shm_ring_bytes;     /* payload ring of one pair and direction */
    bool shm_huge_pages;       /* ask the kernel for them */
    bool node_collectives;     /* through shared memory within a node */
    bool cma;                  /* use process_vm_readv within a node */
    const char *regcache;      /* keep, verify, strict or no */
    size_t regcache_bytes;     /* registered memory kept for reuse, 0 = auto */
    int connect_seconds;       /* time a connection may take to come up */
    int verbs_timeout;         /* RC local ack timeout, 4.096 us * 2^value */
    int verbs_retry_count;     /* RC transport retries */
    int verbs_answer_seconds;  /* without one, then a connection is lost */
    int verbs_reads;           /* reads on the wire at once, per peer */
    bool argument_checks;      /* wrong values of arguments are errors */
    const char *coll_algorithms; /* that must be taken, for tests */
    const char *coll_table;    /* file of choices, "" = the built-in ones */
    bool coll_reproducible;    /* reductions, wherever ranks are */
    size_t coll_segment_bytes; /* of a pipelined collective */
    const char *verbs_windows; /* yes, no or auto, where regcache is strict */
    const char *verbs_rails;   /* auto, or how many ports at most */
    int verbs_rail_seconds;    /* without an answer, then a rail is lost */
    int verbs_traffic_class;   /* of all packets, -1 = the system's */
    const char *verbs_pkey;    /* partition in hexadecimal, "" = the first */
    size_t verbs_receive_bytes; /* receive slots for all peers of a rank */
    const char *ssh;           /* command by which mpirun reaches hosts */
    int spin;                  /* idle polls before a waiting rank yields */
    int sleep_usec;            /* of yielding before it sleeps */
    bool errors_at_world;      /* where MPI-3.1 raised them */

    /* What the launcher or a test tells the ranks; not for users. */
    int coll_node_ranks;       /* ranks that collectives take for a node, in
                                  turn; 0 = ask the launcher */
    int node_segment_fd;       /* memfd of the node, -1 = none */
    const char *launcher_host; /* name of this host as mpirun knows it */
};

extern struct settings settings;

/*
 * Set every setting to its default, then read the environment. Errors name
 * the variable, its text and what was expected. An unknown BATON_ variable is
 * reported as a warning with the nearest known name.
 * Errors   MPI_ERR_ARG
 */
int config_load(void);

/* config_load, unless that was done: what a tool has set stays. */
int config_ensure(void);

/* ---- the same table for tools: what a user may set, numbered from 0 ---- */

enum config_kind { CONFIG_BOOL, CONFIG_INT, CONFIG_BYTES, CONFIG_STRING };

enum { CONFIG_STRING_MAX = 256 }; /* of a text that config_set takes */

struct config_setting {
    const char *name; /* of the environment variable */
    const char *help;
    enum config_kind kind;
    void *value;      /* bool, int, size_t or const char *, by kind */
};

int config_count(void);

/* False when there is no such setting. */
bool config_get(int index, struct config_setting *out);

/*
 * Set it from a bool, int, size_t or null-terminated string, by its kind; who
 * reads it later sees that.
 * Errors   MPI_ERR_NO_MEM
 */
int config_set(const struct config_setting *setting, const void *value);

/* Print the table: variable, default, help. */
void config_print(FILE *out);

/* Parse "64", "64k", "1M", "2G" into bytes; false if it is none of these. */
bool config_parse_bytes(const char *text, size_t *bytes);

/* The known variable name nearest to `name`, NULL when none is near. */
const char *config_nearest(const char *name);

#endif
