/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Data with gaps go from rank to rank: typed on both sides, packed on one
 * side, and into a shorter buffer. Lengths are such that every protocol is
 * used; gaps of the receiver stay as they were.
 *
 * ranks: 1 2 3
 * timeout: 120
 */
#include <stdlib.h>

#include "kinds.h"

struct memory {
    char *all, *buffer;
    size_t bytes;
};

/* Memory for count elements; what is not of data is checked too. */
static struct memory memory_for(MPI_Datatype type, int count)
{
    MPI_Aint lb, extent, true_lb, true_extent;
    MPI_Type_get_extent(type, &lb, &extent);
    MPI_Type_get_true_extent(type, &true_lb, &true_extent);
    MPI_Aint below = true_lb < 0 ? -true_lb : 0;
    MPI_Aint end = (count - 1) * extent + true_lb + true_extent;
    struct memory m = {.bytes = (size_t)(below + end) + 16};
    m.all = malloc(m.bytes);
    CHECK(m.all != NULL);
    memset(m.all, 0xee, m.bytes);
    m.buffer = m.all + below;
    return m;
}

static void fill(struct memory *m, int rank)
{
    for (size_t i = 0; i < m->bytes; i++)
        m->all[i] = (char)(i * 31 + i / 251 + (size_t)rank * 7);
}

/* What must be in memory when `bytes` packed bytes of rank's data arrived. */
static struct memory expected(MPI_Datatype type, int count, int rank)
{
    struct memory from = memory_for(type, count), to = memory_for(type, count);
    int size, position = 0;
    fill(&from, rank);
    MPI_Pack_size(count, type, MPI_COMM_SELF, &size);
    char *packed = malloc((size_t)size);
    MPI_Pack(from.buffer, count, type, packed, size, &position, MPI_COMM_SELF);
    CHECK(position == size);
    position = 0;
    MPI_Unpack(packed, size, &position, to.buffer, count, type, MPI_COMM_SELF);
    CHECK(position == size);
    free(packed);
    free(from.all);
    return to;
}

static int rank, size, left, right;

static void check(const struct memory *got, MPI_Datatype type, int count)
{
    struct memory want = expected(type, count, left);
    CHECK(memcmp(got->all, want.all, want.bytes) == 0);
    free(want.all);
}

/* Both sides typed; the receiver could take one element more. */
static void typed(MPI_Datatype type, int count)
{
    struct memory from = memory_for(type, count);
    struct memory to = memory_for(type, count + 1);
    MPI_Request request;
    MPI_Status status;
    int n;
    fill(&from, rank);
    MPI_Irecv(to.buffer, count + 1, type, left, 5, MPI_COMM_WORLD, &request);
    MPI_Send(from.buffer, count, type, right, 5, MPI_COMM_WORLD);
    MPI_Wait(&request, &status);
    MPI_Get_count(&status, type, &n);
    CHECK(n == count);
    check(&to, type, count);
    free(from.all);
    free(to.all);
}

/* The receiver gets bytes and unpacks them itself. */
static void to_packed(MPI_Datatype type, int count)
{
    struct memory from = memory_for(type, count), to = memory_for(type, count);
    MPI_Request request;
    int bytes, position = 0;
    fill(&from, rank);
    MPI_Pack_size(count, type, MPI_COMM_WORLD, &bytes);
    char *packed = malloc((size_t)bytes);
    MPI_Isend(from.buffer, count, type, right, 6, MPI_COMM_WORLD, &request);
    MPI_Recv(packed, bytes, MPI_PACKED, left, 6, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Unpack(packed, bytes, &position, to.buffer, count, type,
               MPI_COMM_WORLD);
    check(&to, type, count);
    free(packed);
    free(from.all);
    free(to.all);
}

/* The sender packs itself and sends bytes. */
static void from_packed(MPI_Datatype type, int count)
{
    struct memory from = memory_for(type, count), to = memory_for(type, count);
    int bytes, position = 0;
    fill(&from, rank);
    MPI_Pack_size(count, type, MPI_COMM_WORLD, &bytes);
    char *packed = malloc((size_t)bytes);
    MPI_Pack(from.buffer, count, type, packed, bytes, &position,
             MPI_COMM_WORLD);
    MPI_Sendrecv(packed, position, MPI_PACKED, right, 7, to.buffer, count,
                 type, left, 7, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    check(&to, type, count);
    free(packed);
    free(from.all);
    free(to.all);
}

/* The type is freed while its message is on the way. */
static void freed_early(int kind, int count)
{
    MPI_Datatype type = kind_type(kind), same = kind_type(kind);
    struct memory from = memory_for(type, count), to = memory_for(type, count);
    MPI_Request requests[2];
    fill(&from, rank);
    MPI_Irecv(to.buffer, count, type, left, 8, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(from.buffer, count, type, right, 8, MPI_COMM_WORLD,
              &requests[1]);
    MPI_Type_free(&type);
    CHECK(type == MPI_DATATYPE_NULL);
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    check(&to, same, count);
    MPI_Type_free(&same);
    free(from.all);
    free(to.all);
}

int main(void)
{
    static const int counts[] = {1, 37, 1000};
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    left = (rank + size - 1) % size;
    right = (rank + 1) % size;
    for (int kind = 0; kind < KINDS; kind++) {
        MPI_Datatype type = kind_type(kind);
        for (int i = 0; i < 3; i++) {
            typed(type, counts[i]);
            to_packed(type, counts[i]);
            from_packed(type, counts[i]);
            freed_early(kind, counts[i]);
        }
        MPI_Type_free(&type);
    }
    MPI_Finalize();
    return 0;
}
