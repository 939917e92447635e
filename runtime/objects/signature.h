/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Of which basic elements a datatype's data are, in order: for
 * MPI_Get_elements, which counts them in a message that ends inside an element,
 * and for external32, which writes each in a form of its own.
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

/* How a basic element is written in external32 (MPI 5.0, 14.5.2). */
enum external_form {
    EXTERNAL_PLAIN,    /* as here, in big-endian order */
    EXTERNAL_SIGNED,   /* an integer of 8 bytes in 4 */
    EXTERNAL_UNSIGNED,
    EXTERNAL_WIDE,     /* a character of 4 bytes in 2 */
    EXTERNAL_QUAD      /* a long double as IEEE binary128 */
};

struct signature {
    int references;
    enum external_form form; /* of a basic element */
    uint8_t unit;            /* bytes of each number in it: a complex has two */
    uint64_t bytes;     /* of data */
    uint64_t external_bytes;
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
