/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every collective in all its six forms: blocking, nonblocking and persistent,
 * each with int and with large counts; within a group and between two.
 */
#ifndef COLL_FORMS_H
#define COLL_FORMS_H

#include "blocks.h"

enum form { BLOCKING, BLOCKING_C, STARTED, STARTED_C, PERSISTENT, PERSISTENT_C,
            FORMS };

/* Where and how operations are tried now. */
struct place {
    MPI_Comm comm;
    int rank, size;   /* in our group */
    int peers;        /* ranks whose data comes to us: the other group's where
                         there are two */
    int is_inter;
    enum form form;
    int in_place;
    int scale;        /* ints in an unit of data */
    const char *name; /* of the communicator */
};

enum { MANY = 40 /* ranks; with more, fewer sizes and roots are tried */ };

/* From one root to try to the next. */
static inline int root_step(const struct place *p)
{
    return p->size + p->peers > MANY ? 23 : 1;
}

#define UNPACK(...) __VA_ARGS__

/*
 * Call MPI_Xyz (MPI_Ixyz, MPI_Xyz_init) in the form that p says; args and
 * large_args are lists in parentheses. A persistent one runs twice; prepare(p)
 * comes before each run.
 */
#define EACH_FORM(p, prepare, Xyz, xyz, args, large_args)                      \
    do {                                                                       \
        MPI_Request request = MPI_REQUEST_NULL;                                \
        prepare;                                                               \
        switch ((p)->form) {                                                   \
        case BLOCKING:                                                         \
            MPI_##Xyz(UNPACK args);                                            \
            break;                                                             \
        case BLOCKING_C:                                                       \
            MPI_##Xyz##_c(UNPACK large_args);                                  \
            break;                                                             \
        case STARTED:                                                          \
            MPI_I##xyz(UNPACK args, &request);                                 \
            break;                                                             \
        case STARTED_C:                                                        \
            MPI_I##xyz##_c(UNPACK large_args, &request);                       \
            break;                                                             \
        case PERSISTENT:                                                       \
            MPI_##Xyz##_init(UNPACK args, MPI_INFO_NULL, &request);            \
            break;                                                             \
        default:                                                               \
            MPI_##Xyz##_init_c(UNPACK large_args, MPI_INFO_NULL, &request);    \
            break;                                                             \
        }                                                                      \
        if ((p)->form >= PERSISTENT) {                                         \
            MPI_Start(&request);                                               \
            MPI_Wait(&request, MPI_STATUS_IGNORE);                             \
            CHECK(request != MPI_REQUEST_NULL);                                \
            prepare;                                                           \
            MPI_Start(&request);                                               \
            MPI_Wait(&request, MPI_STATUS_IGNORE);                             \
            MPI_Request_free(&request);                                        \
        }                                                                      \
        MPI_Wait(&request, MPI_STATUS_IGNORE);                                 \
        CHECK(request == MPI_REQUEST_NULL);                                    \
    } while (0)

static inline struct place place_of(MPI_Comm comm, const char *name)
{
    struct place p = { .comm = comm, .name = name };
    MPI_Comm_rank(comm, &p.rank);
    MPI_Comm_size(comm, &p.size);
    MPI_Comm_test_inter(comm, &p.is_inter);
    p.peers = p.size;
    if (p.is_inter)
        MPI_Comm_remote_size(comm, &p.peers);
    return p;
}

static inline void try_forms(struct place p, void (*each)(struct place *p))
{
    static const int scales[] = { 1, 40, 6000 };
    for (int i = 0; i < (p.size + p.peers > MANY ? 1 : 3); i++)
        for (int form = 0; form < FORMS; form++)
            for (int in_place = 0; in_place < (p.is_inter ? 1 : 2);
                 in_place++) {
                p.scale = scales[i];
                p.form = (enum form)form;
                p.in_place = in_place;
                each(&p);
            }
}

/* Two groups of unequal size; the first `low` ranks of the world are one. */
static inline void try_two_groups(int rank, int size, int low,
                                  void (*each)(struct place *p))
{
    MPI_Comm half, both;
    if (low < 1 || low >= size)
        return;
    MPI_Comm_split(MPI_COMM_WORLD, rank < low, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, rank < low ? low : 0, 9,
                         &both);
    try_forms(place_of(both, "two groups"), each);
    MPI_Comm_free(&both);
    MPI_Comm_free(&half);
}

/* On the world, on its ranks turned round, and between two groups. */
static inline void try_places(void (*each)(struct place *p))
{
    int rank, size;
    MPI_Comm turned;
    begin(&rank, &size);
    try_forms(place_of(MPI_COMM_WORLD, "world"), each);
    MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &turned);
    try_forms(place_of(turned, "turned"), each);
    MPI_Comm_free(&turned);
    try_two_groups(rank, size, size / 2, each);
    try_two_groups(rank, size, 1, each);
}

#endif
