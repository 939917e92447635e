/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Constructors and packing against a naive type map: random nested types are
 * built twice, by the constructors and as a plain list of byte offsets, then
 * every window is packed and unpacked both ways.
 */
#include "runtime/objects/pack.h"

#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include "runtime/base/platform.h"
#include "runtime/objects/signature.h"
#include "runtime/objects/type_create.h"
#include "tests/support/suite.h"

enum { ROOM = 4096, MIDDLE = ROOM / 2, MAP = 512 };

/* The type map in bytes, in pack order. */
struct map {
    int bytes;
    int at[MAP];
    bool is_end[MAP]; /* of a basic element */
    int lb, ub, align;
    bool is_marked; /* bounds were given by resized */
    bool is_empty;  /* no bounds yet */
};

struct both {
    struct mpi_datatype *type;
    struct map map;
};

static unsigned seed;

static int dice(int low, int high)
{
    seed = seed * 1664525u + 1013904223u;
    return low + (int)((seed >> 8) % (unsigned)(high - low + 1));
}

static void map_init(struct map *m)
{
    *m = (struct map){.align = 1, .is_empty = true};
}

static void map_bounds(struct map *m, const struct map *old, int at)
{
    if (m->is_empty || (old->is_marked && !m->is_marked)) {
        m->lb = at + old->lb;
        m->ub = at + old->ub;
        m->is_marked = old->is_marked;
        m->is_empty = false;
    } else if (old->is_marked == m->is_marked) {
        m->lb = at + old->lb < m->lb ? at + old->lb : m->lb;
        m->ub = at + old->ub > m->ub ? at + old->ub : m->ub;
    }
    m->align = old->align > m->align ? old->align : m->align;
}

static void map_add(struct map *m, const struct map *old, int at)
{
    map_bounds(m, old, at);
    for (int i = 0; i < old->bytes; i++) {
        m->is_end[m->bytes] = old->is_end[i];
        m->at[m->bytes++] = at + old->at[i];
    }
}

static void map_finish(struct map *m)
{
    while (!m->is_marked && (m->ub - m->lb) % m->align != 0)
        m->ub++;
}

static int extent(const struct both *b)
{
    return b->map.ub - b->map.lb;
}

static struct both basic(void)
{
    /* Pairs: where and how large is the hole, and bytes of the first. */
    static const struct {
        MPI_Datatype type;
        int at, bytes, hole, align, split;
    } kinds[] = {{MPI_CHAR, 0, 1, 0, 1, 0},
                 {MPI_SHORT, 0, 2, 0, 2, 0},
                 {MPI_INT, 0, 4, 0, 4, 0},
                 {MPI_DOUBLE, 0, 8, 0, 8, 0},
                 {MPI_SHORT_INT, 2, 8, 2, 4, 2},
                 {MPI_DOUBLE_INT, 12, 16, 4, 8, 8},
                 {MPI_LONG_DOUBLE, 0, 16, 0, 16, 0}};
    int k = dice(0, (int)ARRAY_COUNT(kinds) - 1);
    struct both b = {.type = datatype_find(kinds[k].type)};
    map_init(&b.map);
    for (int i = 0; i < kinds[k].bytes; i++) {
        if (i < kinds[k].at || i >= kinds[k].at + kinds[k].hole)
            b.map.at[b.map.bytes++] = i;
    }
    b.map.is_end[b.map.bytes - 1] = true;
    if (kinds[k].hole > 0)
        b.map.is_end[kinds[k].split - 1] = true;
    b.map.ub = kinds[k].bytes;
    b.map.align = kinds[k].align;
    b.map.is_empty = false;
    datatype_retain(b.type);
    return b;
}

static struct both make_regular(const struct both *old)
{
    struct both b;
    struct piece p = {.type = old->type,
                      .count = dice(0, 3),
                      .length = dice(0, 3),
                      .offset = dice(0, 1) ? dice(-20, 20) : 0,
                      .stride = dice(0, 1) ? dice(-3, 5) * extent(old)
                                           : dice(-40, 60)};
    ck_assert_int_eq(type_regular(&p, &b.type), MPI_SUCCESS);
    map_init(&b.map);
    for (int i = 0; i < p.count; i++) {
        for (int j = 0; j < p.length; j++)
            map_add(&b.map, &old->map,
                    (int)(p.offset + i * p.stride) + j * extent(old));
    }
    map_finish(&b.map);
    return b;
}

static struct both make_lots(const struct both *old, const struct both *other)
{
    MPI_Count lengths[4], offsets[4];
    struct mpi_datatype *types[4];
    struct both b;
    struct lots l = {.count = dice(0, 4), .lengths = lengths,
                     .offsets = offsets, .unit = dice(1, 8), .types = types};
    map_init(&b.map);
    for (int i = 0; i < l.count; i++) {
        const struct both *from = dice(0, 2) ? old : other;
        types[i] = from->type;
        lengths[i] = dice(0, 2);
        offsets[i] = dice(-8, 16);
        for (int j = 0; j < lengths[i]; j++)
            map_add(&b.map, &from->map,
                    (int)(offsets[i] * l.unit) + j * extent(from));
    }
    map_finish(&b.map);
    ck_assert_int_eq(type_lots(&l, &b.type), MPI_SUCCESS);
    return b;
}

static struct both make_resized(const struct both *old)
{
    struct both b = {.map = old->map};
    b.map.lb = dice(-10, 10);
    b.map.ub = b.map.lb + dice(0, 40);
    b.map.is_marked = true;
    b.map.is_empty = false;
    ck_assert_int_eq(type_resized(old->type, b.map.lb, extent(&b), &b.type),
                     MPI_SUCCESS);
    return b;
}

static struct both make(int depth)
{
    if (depth == 0)
        return basic();
    struct both old = make(depth - 1), other = basic(), b;
    int choice = dice(0, 9);
    if (choice < 4)
        b = make_regular(&old);
    else if (choice < 8)
        b = make_lots(&old, &other);
    else
        b = make_resized(&old);
    if (b.map.bytes == 0 || b.map.bytes > 60 || extent(&b) > 200) {
        /* Too dull or too large to test every window of. */
        datatype_release(b.type);
        datatype_release(other.type);
        return old;
    }
    datatype_release(old.type);
    datatype_release(other.type);
    return b;
}

static void check_bounds(const struct both *b)
{
    int low = b->map.at[0], high = b->map.at[0] + 1;
    for (int i = 0; i < b->map.bytes; i++) {
        low = b->map.at[i] < low ? b->map.at[i] : low;
        high = b->map.at[i] >= high ? b->map.at[i] + 1 : high;
    }
    ck_assert_int_eq(b->type->size, b->map.bytes);
    ck_assert_int_eq(b->type->lb, b->map.lb);
    ck_assert_int_eq(b->type->extent, extent(b));
    ck_assert_int_eq(b->type->true_lb, low);
    ck_assert_int_eq(b->type->true_extent, high - low);
}

static void check_window(const struct both *b, int offset, int bytes)
{
    static unsigned char user[ROOM], expected[ROOM];
    unsigned char *packed = malloc((size_t)bytes + 1);
    for (int i = 0; i < ROOM; i++)
        user[i] = expected[i] = (unsigned char)(i * 7 + i / 256);
    pack_bytes(packed, user + MIDDLE, b->type, (size_t)offset, (size_t)bytes);
    for (int i = 0; i < bytes; i++) {
        int at = offset + i;
        int place = MIDDLE + at / b->map.bytes * extent(b) +
                    b->map.at[at % b->map.bytes];
        ck_assert_uint_eq(packed[i], user[place]);
    }
    for (int i = 0; i < bytes; i++) {
        int at = offset + i;
        packed[i] = (unsigned char)(i + 100);
        expected[MIDDLE + at / b->map.bytes * extent(b) +
                 b->map.at[at % b->map.bytes]] = packed[i];
    }
    unpack_bytes(user + MIDDLE, packed, b->type, (size_t)offset, (size_t)bytes);
    ck_assert_mem_eq(user, expected, ROOM);
    free(packed);
}

/* Basic elements in every prefix of three elements. */
static void check_elements(const struct both *b)
{
    MPI_Count elements = 0;
    for (int i = 0; i < 3 * b->map.bytes; i++) {
        bool is_end = b->map.is_end[i % b->map.bytes];
        elements += is_end;
        ck_assert_int_eq(
            signature_elements(b->type->signature, (uint64_t)i + 1),
            is_end ? elements : MPI_UNDEFINED);
    }
}

static void check_type(int depth)
{
    struct both b = make(depth);
    check_bounds(&b);
    check_elements(&b);
    int total = 3 * b.map.bytes;
    for (int offset = 0; offset <= total; offset++) {
        for (int bytes = 0; bytes <= total - offset; bytes++)
            check_window(&b, offset, bytes);
    }
    datatype_release(b.type);
}

START_TEST(every_window_is_that_of_the_naive_map)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    for (int i = 0; i < 12; i++) {
        seed = (unsigned)(_i * 1000 + i);
        check_type(i % 4);
    }
    datatype_fini_predefined();
}
END_TEST

START_TEST(vector_of_any_count_is_one_entry)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    struct piece p = {.type = datatype_find(MPI_DOUBLE), .count = 1 << 30,
                      .length = 2, .stride = 64};
    struct mpi_datatype *t;
    ck_assert_int_eq(type_regular(&p, &t), MPI_SUCCESS);
    ck_assert_uint_eq(t->block_count, 1);
    ck_assert_uint_eq(t->size, (size_t)16 << 30);
    datatype_release(t);
    datatype_fini_predefined();
}
END_TEST

START_TEST(dense_vector_is_contiguous)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    struct piece p = {.type = datatype_find(MPI_INT), .count = 10,
                      .length = 3, .stride = 12};
    struct mpi_datatype *t;
    ck_assert_int_eq(type_regular(&p, &t), MPI_SUCCESS);
    ck_assert(t->is_contiguous);
    ck_assert_uint_eq(t->blocks[0].bytes, 120);
    datatype_release(t);
    datatype_fini_predefined();
}
END_TEST

/* Elements of a 4 x 5 x 6 array of int, 2 x 3 x 2 of them from (1, 2, 3) on. */
static void check_subarray(int order)
{
    const MPI_Count sizes[] = {4, 5, 6}, part[] = {2, 3, 2}, at[] = {1, 2, 3};
    const struct subarray s = {3, sizes, part, at, order,
                               datatype_find(MPI_INT)};
    int array[120], packed[12], n = 0;
    struct mpi_datatype *t;
    for (int i = 0; i < 120; i++)
        array[i] = i;
    ck_assert_int_eq(type_subarray(&s, &t), MPI_SUCCESS);
    ck_assert_int_eq(t->extent, sizeof array);
    ck_assert_uint_eq(t->size, sizeof packed);
    pack_bytes(packed, array, t, 0, sizeof packed);
    for (int a = 0; a < 2; a++) {
        for (int j = 2; j < 5; j++) {
            for (int b = 0; b < 2; b++) {
                int c = (1 + a) * 30 + j * 6 + 3 + b;
                int fortran = (1 + b) + j * 4 + (3 + a) * 20;
                ck_assert_int_eq(packed[n++],
                                 order == MPI_ORDER_C ? c : fortran);
            }
        }
    }
    datatype_release(t);
}

START_TEST(subarray_is_dense_in_its_order)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    check_subarray(MPI_ORDER_C);
    check_subarray(MPI_ORDER_FORTRAN);
    datatype_fini_predefined();
}
END_TEST

enum { BLOCKS = 200, SPAN = 8192, PAGE = 4096 };

/* Blocks of 1 to 80 bytes in rising order, the last of which ends where the
 * span does; how many bytes they hold. */
static size_t make_many(struct mpi_datatype **out, int *at)
{
    MPI_Count lengths[BLOCKS], offsets[BLOCKS];
    struct mpi_datatype *types[BLOCKS];
    struct lots l = { .count = BLOCKS, .lengths = lengths, .offsets = offsets,
                      .unit = 1, .types = types };
    size_t bytes = 0;
    MPI_Count next = SPAN;
    for (int i = BLOCKS; i-- > 0; next = offsets[i] - dice(1, 3)) {
        lengths[i] = i % 16 == 0 ? dice(60, 80) : dice(1, 32);
        offsets[i] = next - lengths[i];
        types[i] = datatype_find(MPI_BYTE);
    }
    ck_assert_int_ge(next, 0);
    for (int i = 0; i < BLOCKS; i++)
        for (MPI_Count k = 0; k < lengths[i]; k++)
            at[bytes++] = (int)(offsets[i] + k);
    ck_assert_int_eq(type_lots(&l, out), MPI_SUCCESS);
    return bytes;
}

/* Nothing beyond the window is read or written. */
START_TEST(many_blocks_keep_within_the_window)
{
    static int at[SPAN];
    static char packed[SPAN + 1], back[SPAN];
    struct mpi_datatype *t;
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    seed = 7;
    const size_t bytes = make_many(&t, at);
    char *user = mmap(NULL, SPAN + PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(user, MAP_FAILED);
    ck_assert_int_eq(mprotect(user + SPAN, PAGE, PROT_NONE), 0);
    ck_assert_ptr_nonnull(t->places);
    for (int i = 0; i < SPAN; i++)
        user[i] = (char)dice(0, 255);
    for (size_t from = 0; from < bytes; from += 37) {
        const size_t n = bytes - from - (size_t)dice(0, (int)(bytes - from));
        packed[n] = 'x';
        pack_bytes(packed, user, t, from, n);
        memset(back, 0, sizeof back);
        unpack_bytes(back, packed, t, from, n);
        ck_assert_int_eq(packed[n], 'x');
        for (size_t i = 0; i < n; i++) {
            ck_assert_int_eq(packed[i], user[at[from + i]]);
            ck_assert_int_eq(back[at[from + i]], packed[i]);
        }
    }
    munmap(user, SPAN + PAGE);
    datatype_release(t);
    datatype_fini_predefined();
}
END_TEST

START_TEST(too_large_a_type_is_refused)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    struct piece p = {.type = datatype_find(MPI_INT), .count = INT64_MAX / 2,
                      .length = 3, .stride = 12};
    struct mpi_datatype *t = NULL;
    ck_assert_int_eq(type_regular(&p, &t) % 16384, MPI_ERR_COUNT);
    p = (struct piece){.type = p.type, .count = 2, .length = 1,
                       .offset = INT64_MIN, .stride = INT64_MAX};
    ck_assert_int_eq(type_regular(&p, &t) % 16384, MPI_ERR_COUNT);
    ck_assert_ptr_null(t);
    datatype_fini_predefined();
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("pack");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_window_is_that_of_the_naive_map, 0, 8);
    tcase_add_test(t, vector_of_any_count_is_one_entry);
    tcase_add_test(t, dense_vector_is_contiguous);
    tcase_add_test(t, subarray_is_dense_in_its_order);
    tcase_add_test(t, many_blocks_keep_within_the_window);
    tcase_add_test(t, too_large_a_type_is_refused);
    return suite_run("pack", t);
}
