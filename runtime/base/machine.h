/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where on its node this process runs: the only client of hwloc in a rank.
 *
 * A resource is named as hwloc names its type ("Package", "L3Cache", "Core"),
 * and its instances are numbered in hwloc's logical order, which is the same in
 * all processes of a node. A process is on an instance when all cores that it
 * may run on belong to it.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

struct machine;

/* Look at the node; takes some milliseconds. Errors: MPI_ERR_OTHER */
int machine_open(struct machine **out);
void machine_close(struct machine *m);

enum {
    MACHINE_LEVELS = 16,
    MACHINE_NOWHERE = -1, /* on no single instance, or there is no such type */
    MACHINE_NAME_MAX = 32
};

/* The instance of the named type that we are on, or MACHINE_NOWHERE. */
int machine_instance(struct machine *m, const char *name);

/* The same for each level of the machine, from the whole to the smallest;
 * MACHINE_NOWHERE below the last level. */
void machine_path(struct machine *m, int path[MACHINE_LEVELS]);

/* Name of the type of a level, or NULL when there is no such level. The text
 * lasts until the next call. */
const char *machine_level_name(struct machine *m, int level);

/* How near something is to the cores that this process may run on. */
enum nearness { NEARNESS_FAR, NEARNESS_UNKNOWN, NEARNESS_NEAR };

/*
 * The nearness of what has the cores in `path`, a mask as Linux writes it for
 * devices (/sys/.../local_cpus). NEAR: all of ours are among them; UNKNOWN:
 * some, or there is no such file.
 */
enum nearness machine_nearness(const struct machine *m, const char *path);

#endif
