/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Constructors with counts of type MPI_Count, beyond what an int can hold: the
 * types have the bounds and sizes that follow from them, older functions say
 * MPI_UNDEFINED, and data move over distances of more than 4 GiB.
 *
 * ranks: 1 2
 */
#include <sys/mman.h>

#include "../check.h"

#define BIG ((MPI_Count)3 << 31)

/* The type's lower bound, extent and size; it is freed. */
static void is(MPI_Datatype type, MPI_Count lb, MPI_Count extent,
               MPI_Count size)
{
    MPI_Count got_lb, got_extent, got_size;
    MPI_Aint at, length;
    int small;
    MPI_Type_get_extent_c(type, &got_lb, &got_extent);
    MPI_Type_size_c(type, &got_size);
    CHECK(got_lb == lb && got_extent == extent && got_size == size);
    MPI_Type_get_extent_x(type, &got_lb, &got_extent);
    MPI_Type_size_x(type, &got_size);
    CHECK(got_lb == lb && got_extent == extent && got_size == size);
    MPI_Type_get_extent(type, &at, &length);
    CHECK(at == lb && length == extent);
    MPI_Type_size(type, &small);
    CHECK(small == (size > 0x7fffffff ? MPI_UNDEFINED : (int)size));
    MPI_Type_free(&type);
}

static void regular(void)
{
    MPI_Datatype t;
    MPI_Type_contiguous_c(BIG, MPI_CHAR, &t);
    is(t, 0, BIG, BIG);
    MPI_Type_vector_c(BIG, 2, 3, MPI_INT, &t);
    is(t, 0, 12 * (BIG - 1) + 8, 8 * BIG);
    MPI_Type_vector_c(2, BIG, 2 * BIG, MPI_INT, &t);
    is(t, 0, 12 * BIG, 8 * BIG);
    MPI_Type_create_hvector_c(3, 1, BIG, MPI_SHORT, &t);
    is(t, 0, 2 * BIG + 2, 6);
    MPI_Type_create_hvector_c(2, 1, -BIG, MPI_SHORT, &t);
    is(t, -BIG, BIG + 2, 4);
    MPI_Type_create_resized_c(MPI_INT, -BIG, 2 * BIG, &t);
    MPI_Count lb, extent;
    MPI_Type_get_true_extent_c(t, &lb, &extent);
    CHECK(lb == 0 && extent == 4);
    MPI_Type_get_true_extent_x(t, &lb, &extent);
    CHECK(lb == 0 && extent == 4);
    is(t, -BIG, 2 * BIG, 4);
}

static void irregular(void)
{
    const MPI_Count lengths[] = { 2, BIG }, at[] = { BIG, 4 * BIG };
    const MPI_Datatype types[] = { MPI_INT, MPI_CHAR };
    MPI_Datatype t;
    MPI_Type_indexed_c(2, lengths, at, MPI_INT, &t);
    is(t, 4 * BIG, 4 * (5 * BIG) - 4 * BIG, 4 * (BIG + 2));
    MPI_Type_create_hindexed_c(2, lengths, at, MPI_SHORT, &t);
    is(t, BIG, 5 * BIG, 2 * (BIG + 2));
    MPI_Type_create_indexed_block_c(2, 3, at, MPI_SHORT, &t);
    is(t, 2 * BIG, 2 * (4 * BIG + 3) - 2 * BIG, 12);
    MPI_Type_create_hindexed_block_c(2, BIG, at, MPI_CHAR, &t);
    is(t, BIG, 4 * BIG, 2 * BIG);
    MPI_Type_create_struct_c(2, lengths, at, types, &t);
    is(t, BIG, 4 * BIG, BIG + 8); /* BIG is a multiple of int's alignment */
}

static void arrays(void)
{
    const MPI_Count sizes[] = { 4, BIG }, part[] = { 2, BIG / 2 },
                    at[] = { 1, 7 };
    const int distribution = MPI_DISTRIBUTE_BLOCK, ranks = 4,
              argument = MPI_DISTRIBUTE_DFLT_DARG;
    MPI_Datatype t;
    MPI_Count lb, extent;
    MPI_Type_create_subarray_c(2, sizes, part, at, MPI_ORDER_C, MPI_SHORT, &t);
    MPI_Type_get_true_extent_c(t, &lb, &extent);
    CHECK(lb == 2 * (BIG + 7) && extent == 2 * (BIG + BIG / 2));
    is(t, 0, 8 * BIG, 2 * BIG);
    MPI_Type_create_darray_c(ranks, 2, 1, &sizes[1], &distribution, &argument,
                             &ranks, MPI_ORDER_C, MPI_INT, &t);
    MPI_Type_get_true_extent_c(t, &lb, &extent);
    CHECK(lb == 2 * BIG && extent == BIG);
    is(t, 0, 4 * BIG, BIG);
}

/* One int in every quarter of the room, 2 GiB and a half apart. */
static void far_apart(int rank, int size)
{
    enum { PLACES = 4 };
    const MPI_Count step = (MPI_Count)5 << 29;
    const size_t bytes = (size_t)step * PLACES;
    char *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int numbers[PLACES], from = (rank + size - 1) % size;
    MPI_Datatype far;
    MPI_Request request;
    CHECK(room != MAP_FAILED);
    MPI_Type_create_hvector_c(PLACES, 1, step, MPI_INT, &far);
    MPI_Type_commit(&far);
    for (int i = 0; i < PLACES; i++)
        *(int *)(room + i * step) = 10 * rank + i;
    MPI_Isend_c(room, 1, far, (rank + 1) % size, 0, MPI_COMM_WORLD, &request);
    MPI_Recv(numbers, PLACES, MPI_INT, from, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    for (int i = 0; i < PLACES; i++)
        CHECK(numbers[i] == 10 * from + i);
    MPI_Isend_c(numbers, PLACES, MPI_INT, from, 1, MPI_COMM_WORLD, &request);
    MPI_Recv_c(room + 64, 1, far, (rank + 1) % size, 1, MPI_COMM_WORLD,
               MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    for (int i = 0; i < PLACES; i++)
        CHECK(*(int *)(room + i * step + 64) == 10 * rank + i);
    MPI_Type_free(&far);
    munmap(room, bytes);
}

static void packed(void)
{
    const MPI_Count sizes[] = { 6, 5 }, part[] = { 3, 2 }, at[] = { 2, 1 };
    int whole[30], back[30] = { 0 };
    char room[64];
    MPI_Datatype t;
    MPI_Count bytes, position = 0, end;
    for (int i = 0; i < 30; i++)
        whole[i] = i;
    MPI_Type_create_subarray_c(2, sizes, part, at, MPI_ORDER_C, MPI_INT, &t);
    MPI_Type_commit(&t);
    MPI_Pack_size_c(1, t, MPI_COMM_WORLD, &bytes);
    CHECK(bytes >= 24 && bytes <= (MPI_Count)sizeof room);
    MPI_Pack_c(whole, 1, t, room, sizeof room, &position, MPI_COMM_WORLD);
    CHECK(position == 24);
    end = position;
    position = 0;
    MPI_Unpack_c(room, end, &position, back, 1, t, MPI_COMM_WORLD);
    CHECK(position == end);
    for (int i = 0; i < 30; i++) {
        int is_part = i / 5 >= 2 && i / 5 < 5 && i % 5 >= 1 && i % 5 < 3;
        CHECK(back[i] == (is_part ? i : 0));
    }
    MPI_Pack_size_c(BIG, t, MPI_COMM_WORLD, &bytes);
    CHECK(bytes >= 24 * BIG);
    MPI_Type_free(&t);
}

static void elements(void)
{
    MPI_Status status;
    MPI_Count n;
    int small;
    MPI_Status_set_elements_c(&status, MPI_INT, BIG);
    MPI_Get_elements_x(&status, MPI_INT, &n);
    CHECK(n == BIG);
    MPI_Status_set_elements_x(&status, MPI_SHORT, BIG + 1);
    MPI_Get_elements_c(&status, MPI_SHORT, &n);
    CHECK(n == BIG + 1);
    MPI_Get_elements(&status, MPI_SHORT, &small);
    CHECK(small == MPI_UNDEFINED);
}

int main(void)
{
    int rank, size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    regular();
    irregular();
    arrays();
    packed();
    elements();
    far_apart(rank, size);
    MPI_Finalize();
    return 0;
}
