/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Intercommunicators: messages go to ranks of the other group, copies, splits,
 * subsets and merges agree on both sides, and what an intercommunicator cannot
 * do is refused.
 *
 * ranks: 2 3 5
 */
#include "../check.h"

static int rank, size, is_odd;

/* Every rank of one side sends to every rank of the other. */
static void talk(MPI_Comm inter)
{
    int own, remote, flag;
    MPI_Status s;
    MPI_Comm_rank(inter, &own);
    MPI_Comm_remote_size(inter, &remote);
    MPI_Comm_test_inter(inter, &flag);
    CHECK(flag);
    MPI_Request sends[8];
    for (int r = 0; r < remote; r++)
        MPI_Isend(&rank, 1, MPI_INT, r, own, inter, &sends[r]);
    for (int r = 0; r < remote; r++) {
        int value;
        MPI_Recv(&value, 1, MPI_INT, r, MPI_ANY_TAG, inter, &s);
        CHECK(s.MPI_SOURCE == r && s.MPI_TAG == r && value != rank);
    }
    MPI_Waitall(remote, sends, MPI_STATUSES_IGNORE);
}

/* The world rank behind a rank of the other side. */
static int world_of(MPI_Comm inter, int r)
{
    MPI_Group world, remote;
    int found;
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Comm_remote_group(inter, &remote);
    MPI_Group_translate_ranks(remote, 1, &r, world, &found);
    MPI_Group_free(&world);
    MPI_Group_free(&remote);
    return found;
}

static void merge(MPI_Comm inter, int high)
{
    MPI_Comm both;
    int own, n, flag, sum;
    MPI_Intercomm_merge(inter, high, &both);
    MPI_Comm_rank(both, &own);
    MPI_Comm_size(both, &n);
    MPI_Comm_test_inter(both, &flag);
    CHECK(!flag && n == size);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, both);
    CHECK(sum == size * (size - 1) / 2);
    if (high == is_odd)
        CHECK(is_odd ? own >= (size + 1) / 2 : own < (size + 1) / 2);
    MPI_Comm_free(&both);
}

static void copies(MPI_Comm inter)
{
    MPI_Comm copy, part;
    MPI_Group local, first;
    int result, zero = 0;
    MPI_Comm_dup(inter, &copy);
    MPI_Comm_compare(inter, copy, &result);
    CHECK(result == MPI_CONGRUENT);
    MPI_Comm_compare(inter, inter, &result);
    CHECK(result == MPI_IDENT);
    MPI_Comm_compare(inter, MPI_COMM_WORLD, &result);
    CHECK(result == MPI_UNEQUAL);
    talk(copy);
    /* The first of each side. */
    MPI_Comm_group(copy, &local);
    MPI_Group_incl(local, 1, &zero, &first);
    MPI_Comm_create(copy, first, &part);
    if (rank < 2) {
        talk(part);
        CHECK(world_of(part, 0) == 1 - rank);
        MPI_Comm_free(&part);
    }
    CHECK(part == MPI_COMM_NULL);
    MPI_Group_free(&local);
    MPI_Group_free(&first);
    /* The first of each side, and the rest of each side. */
    MPI_Comm_split(copy, rank < 2, -rank, &part);
    if (rank < 2 || size > 3) {
        talk(part);
        CHECK(rank >= 2 || world_of(part, 0) == 1 - rank);
        MPI_Comm_free(&part);
    } else {
        CHECK(part == MPI_COMM_NULL); /* the other side has no such rank */
    }
    MPI_Comm_free(&copy);
}

static void refusals(MPI_Comm inter, MPI_Comm local)
{
    int n, value = 0;
    MPI_Comm made;
    CHECK_ERROR(MPI_Send(&value, 1, MPI_INT, 7, 0, inter), MPI_ERR_RANK);
    CHECK_ERROR(MPI_Comm_remote_size(local, &n), MPI_ERR_COMM);
    CHECK_ERROR(MPI_Intercomm_merge(local, 0, &made), MPI_ERR_COMM);
    CHECK_ERROR(MPI_Intercomm_create(local, 77, MPI_COMM_WORLD, 0, 0, &made),
                MPI_ERR_RANK);
    CHECK_ERROR(MPI_Intercomm_create(inter, 0, MPI_COMM_WORLD, 0, 0, &made),
                MPI_ERR_COMM);
    CHECK_ERROR(MPI_Cart_create(inter, 0, NULL, NULL, 0, &made), MPI_ERR_COMM);
}

int main(void)
{
    MPI_Comm local, inter;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    is_odd = rank % 2;
    MPI_Comm_split(MPI_COMM_WORLD, is_odd, rank, &local);
    MPI_Intercomm_create(local, 0, MPI_COMM_WORLD, !is_odd, 5, &inter);
    int own, expected;
    MPI_Comm_size(inter, &own);
    MPI_Comm_size(local, &expected);
    CHECK(own == expected && world_of(inter, 0) == !is_odd);
    talk(inter);
    merge(inter, is_odd);
    merge(inter, !is_odd);
    merge(inter, 0);
    copies(inter);
    refusals(inter, local);
    MPI_Comm_free(&local);
    talk(inter);
    MPI_Comm_free(&inter);
    MPI_Finalize();
    return 0;
}
