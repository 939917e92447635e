/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Of which basic elements a datatype's data are, in order: for
 * MPI_Get_elements, which counts them in a message that ends inside an element.
 *
 * A tree: a leaf is one basic element, other nodes are parts, each some number
 * of times a lower node. Nodes are constant and shared by reference, so a type
 * of a million structs has one part.
 */
#ifndef OBJECTS_SIGNATURE_H
#define OBJECTS_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include <mpi.h>

struct signature;

struct signature_part {
    MPI_Count count;
    struct signature *of;
};

struct signature {
    int references;
    uint64_t bytes;     /* of data */
    MPI_Count elements; /* basic ones */
    size_t part_count;  /* 0: a basic element, or nothing */
    struct signature_part *parts;
};

/*
 * A node of parts; takes over the array, which is of malloc, and the references
 * in it. An only part of count 1 is given back itself.
 * Errors   MPI_ERR_NO_MEM; the array stays the caller's
 */
int signature_create(struct signature_part *parts, size_t part_count,
                     struct signature **out);

void signature_retain(struct signature *s);
void signature_release(struct signature *s);

/* Basic elements in the first `bytes` bytes of repeated s, or MPI_UNDEFINED
 * when they end inside one. */
MPI_Count signature_elements(const struct signature *s, uint64_t bytes);

/* Bytes of the first `elements` basic elements of repeated s. */
uint64_t signature_bytes(const struct signature *s, MPI_Count elements);

#endif
