/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Process sets that the launcher has named, such as those of mpirun -pset.
 * The list only grows and a set keeps its number, as MPI 5.0, 11.3.2 wants.
 */
#ifndef BASE_PSETS_H
#define BASE_PSETS_H

#include <stdbool.h>

struct boot_identity;

struct pset {
    char *name;
    int *worlds; /* ranks in the job, ascending */
    int count;
    bool has_us;
};

struct psets {
    const struct boot_identity *us; /* NULL: nobody to ask */
    struct pset *set;
    int count;
};

/*
 * Ask the launcher and add the sets that are new. A launcher that knows none,
 * or cannot be asked, leaves the list as it is. Sets with processes of other
 * jobs are left out.
 * Cost     a question to the node's PMIx server, one more for each new set
 * Errors   MPI_ERR_NO_MEM
 */
int psets_ask(struct psets *p);

/* The set of that name, or NULL. */
const struct pset *psets_find(const struct psets *p, const char *name);

/* The nth of the sets with this rank in them, from 0, or NULL. */
const struct pset *psets_nth_of_us(const struct psets *p, int n);

void psets_fini(struct psets *p);

#endif
