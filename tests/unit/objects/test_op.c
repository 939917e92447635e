/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every predefined reduction on every type it takes, against a reference that
 * works on wide numbers one element at a time. Operands are small whole
 * numbers, so that all results are exact; buffers are misaligned on purpose.
 */
#include "runtime/objects/op.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"
#include "runtime/objects/half.h"
#include "runtime/objects/op_kernels.h"
#include "runtime/objects/type_create.h"
#include "tests/support/suite.h"

enum { COUNT = 67 };

static void setup(void)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    ck_assert_int_eq(op_init_predefined(), MPI_SUCCESS);
}

static void teardown(void)
{
    op_fini_predefined();
    datatype_fini_predefined();
}

/* One number inside an element: where it is and how it is stored. */
struct number {
    size_t at;
    enum element is;
};

/* Read and write any representation as a wide number. */
#define EACH_NUMBER(DO)                                                        \
    DO(ELEMENT_I8, int8_t)                                                     \
    DO(ELEMENT_I16, int16_t)                                                   \
    DO(ELEMENT_I32, int32_t)                                                   \
    DO(ELEMENT_I64, int64_t)                                                   \
    DO(ELEMENT_I128, INT128)                                                   \
    DO(ELEMENT_U8, uint8_t)                                                    \
    DO(ELEMENT_U16, uint16_t)                                                  \
    DO(ELEMENT_U32, uint32_t)                                                  \
    DO(ELEMENT_U64, uint64_t)                                                  \
    DO(ELEMENT_F32, float)                                                     \
    DO(ELEMENT_F64, double)                                                    \
    DO(ELEMENT_FLONG, long double)                                             \
    DO(ELEMENT_F128, FLOAT128)

static int read_number(const char *element, struct number n)
{
#define READ(is_, type)                                                        \
    case is_: {                                                                \
        type value;                                                            \
        memcpy(&value, element + n.at, sizeof value);                          \
        return (int)value;                                                     \
    }
    switch (n.is) {
        EACH_NUMBER(READ)
    case ELEMENT_F16: {
        uint16_t half;
        memcpy(&half, element + n.at, sizeof half);
        return (int)half_to_float(half);
    }
    default:
        ck_abort_msg("not a number");
    }
}

static void write_number(char *element, struct number n, int wide)
{
#define WRITE(is_, type)                                                       \
    case is_: {                                                                \
        type value = (type)wide;                                               \
        memcpy(element + n.at, &value, sizeof value);                          \
        break;                                                                 \
    }
    switch (n.is) {
        EACH_NUMBER(WRITE)
    case ELEMENT_F16: {
        const uint16_t half = half_of_float((float)wide);
        memcpy(element + n.at, &half, sizeof half);
        break;
    }
    default:
        ck_abort_msg("not a number");
    }
}

/* The one or two numbers of an element. */
static int numbers_of(enum element e, struct number n[2])
{
    static const struct { struct number n[2]; } twos[ELEMENTS] = {
        [ELEMENT_C16] = {{{0, ELEMENT_F16}, {2, ELEMENT_F16}}},
        [ELEMENT_C32] = {{{0, ELEMENT_F32}, {4, ELEMENT_F32}}},
        [ELEMENT_C64] = {{{0, ELEMENT_F64}, {8, ELEMENT_F64}}},
        [ELEMENT_CLONG] = {{{0, ELEMENT_FLONG},
                            {sizeof(long double), ELEMENT_FLONG}}},
        [ELEMENT_C128] = {{{0, ELEMENT_F128}, {16, ELEMENT_F128}}},
        [ELEMENT_F32_INT] = {{{0, ELEMENT_F32}, {4, ELEMENT_I32}}},
        [ELEMENT_F64_INT] = {{{0, ELEMENT_F64}, {8, ELEMENT_I32}}},
        [ELEMENT_LONG_INT] = {{{0, ELEMENT_I64}, {8, ELEMENT_I32}}},
        [ELEMENT_INT_INT] = {{{0, ELEMENT_I32}, {4, ELEMENT_I32}}},
        [ELEMENT_SHORT_INT] = {{{0, ELEMENT_I16}, {4, ELEMENT_I32}}},
        [ELEMENT_FLONG_INT] = {{{0, ELEMENT_FLONG},
                                {sizeof(long double), ELEMENT_I32}}},
        [ELEMENT_F32_F32] = {{{0, ELEMENT_F32}, {4, ELEMENT_F32}}},
        [ELEMENT_F64_F64] = {{{0, ELEMENT_F64}, {8, ELEMENT_F64}}},
    };
    if (twos[e].n[0].is == ELEMENT_NONE) {
        n[0] = (struct number){0, e};
        return 1;
    }
    memcpy(n, twos[e].n, sizeof twos[e].n);
    return 2;
}

static int one(enum op_code code, int a, int b)
{
    switch (code) {
    case OP_SUM:
        return a + b;
    case OP_PROD:
        return a * b;
    case OP_MIN:
        return a < b ? a : b;
    case OP_MAX:
        return a > b ? a : b;
    case OP_BAND:
        return a & b;
    case OP_BOR:
        return a | b;
    case OP_BXOR:
        return a ^ b;
    case OP_LAND:
        return a && b;
    case OP_LOR:
        return a || b;
    case OP_LXOR:
        return !a != !b;
    default:
        ck_abort_msg("not an operation on numbers");
    }
}

/* The result of a op b for elements of two numbers. */
static void two(enum op_code code, const int a[2], const int b[2], int r[2])
{
    bool is_better = code == OP_MINLOC ? a[0] < b[0] : a[0] > b[0];
    switch (code) {
    case OP_SUM:
        r[0] = a[0] + b[0];
        r[1] = a[1] + b[1];
        break;
    case OP_PROD:
        r[0] = a[0] * b[0] - a[1] * b[1];
        r[1] = a[0] * b[1] + a[1] * b[0];
        break;
    default:
        memcpy(r, is_better ? a : b, 2 * sizeof(int));
        if (a[0] == b[0])
            r[1] = a[1] < b[1] ? a[1] : b[1];
    }
}

static int low_of(enum element e)
{
    return e == ELEMENT_U8 || e == ELEMENT_U16 || e == ELEMENT_U32 ||
                   e == ELEMENT_U64
               ? 0
               : -9;
}

static void check_element(const struct mpi_op *op, enum element e,
                          const char *in, const char *before,
                          const char *after)
{
    struct number n[2];
    int count = numbers_of(e, n);
    int a[2] = {0}, b[2] = {0}, expected[2] = {0};
    for (int i = 0; i < count; i++) {
        a[i] = read_number(in, n[i]);
        b[i] = read_number(before, n[i]);
    }
    if (count == 1)
        expected[0] = one(op->code, a[0], b[0]);
    else
        two(op->code, a, b, expected);
    for (int i = 0; i < count; i++)
        ck_assert_msg(read_number(after, n[i]) == expected[i],
                      "%s on element %d: %d,%d with %d,%d gave %d", op->name,
                      (int)e, a[0], a[1], b[0], b[1],
                      read_number(after, n[i]));
}

static void fill(char *buffer, const struct mpi_datatype *t, int count)
{
    struct number n[2];
    int numbers = numbers_of(t->element, n);
    memset(buffer, 0x5a, (size_t)(count * t->extent) + 1);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < numbers; k++)
            write_number(buffer + i * t->extent, n[k],
                         low_of(t->element) + rand() % 10);
    }
}

static void check(const struct mpi_op *op, const struct mpi_datatype *t,
                  size_t shift)
{
    size_t bytes = COUNT * (size_t)t->extent;
    char *in = malloc(bytes + 1 + shift), *inout = malloc(bytes + 1 + shift);
    char *before = malloc(bytes + 1);
    fill(in + shift, t, COUNT);
    fill(before, t, COUNT);
    memcpy(inout + shift, before, bytes + 1);
    op_reduce(op, in + shift, inout + shift, COUNT, t);
    for (int i = 0; i < COUNT; i++)
        check_element(op, t->element, in + shift + i * t->extent,
                      before + i * t->extent, inout + shift + i * t->extent);
    ck_assert_int_eq(inout[shift + bytes], 0x5a);
    free(in);
    free(inout);
    free(before);
}

START_TEST(every_op_on_every_type_agrees_with_the_reference)
{
    int checked = 0;
    for (uintptr_t h = 0x21; h <= 0x3d; h++) {
        const struct mpi_op *op = op_find((MPI_Op)h);
        for (uintptr_t d = 0x200; op && d < 0x300; d++) {
            const struct mpi_datatype *t = datatype_find((MPI_Datatype)d);
            if (!t || op_check(op, t) != MPI_SUCCESS)
                continue;
            check(op, t, 0);
            check(op, t, 1);
            checked++;
        }
    }
    ck_assert_int_gt(checked, 300);
}
END_TEST

/* A half as its definition has it. */
static double half_value(unsigned half)
{
    const int exponent = (int)(half >> 10 & 31), fraction = half & 1023;
    double size = exponent ? 1024 + fraction : fraction;
    for (int i = exponent ? exponent : 1; i < 25; i++)
        size /= 2;
    for (int i = 25; i < exponent; i++)
        size *= 2;
    return half & 0x8000 ? -size : size;
}

/* The float after, or before, a positive one. */
static float next_to(float f, int step)
{
    return half_from_bits(half_bits_of(f) + (uint32_t)step);
}

START_TEST(each_half_is_the_number_it_stands_for)
{
    for (unsigned half = 0; half < 0x10000; half++) {
        if ((half & 0x7c00) == 0x7c00)
            continue;
        const float f = half_to_float((uint16_t)half);
        ck_assert(f == half_value(half));
        ck_assert(!signbit(f) == !(half & 0x8000));
        ck_assert_uint_eq(half_of_float(f), half);
    }
    ck_assert(isinf(half_to_float(0x7c00)) && isnan(half_to_float(0x7c01)));
    ck_assert_uint_eq(half_of_float(-INFINITY), 0xfc00);
    ck_assert_uint_gt(half_of_float(NAN) & 0x7fff, 0x7c00);
}
END_TEST

/* Between two neighbours, in all of the range: the nearer, in the middle the
 * even one. */
START_TEST(halves_are_rounded_to_the_nearest)
{
    for (unsigned half = 0; half < 0x7bff; half++) {
        const float low = half_to_float((uint16_t)half);
        const float middle = (low + half_to_float((uint16_t)(half + 1))) / 2;
        ck_assert_uint_eq(half_of_float(middle), half + half % 2);
        ck_assert_uint_eq(half_of_float(next_to(middle, -1)), half);
        ck_assert_uint_eq(half_of_float(next_to(middle, 1)), half + 1);
    }
    ck_assert_uint_eq(half_of_float(65519.99f), 0x7bff);
    ck_assert_uint_eq(half_of_float(65520), 0x7c00);
    ck_assert_uint_eq(half_of_float(1e-40f), 0);
}
END_TEST

START_TEST(integer_sum_wraps)
{
    int a = INT_MAX, b = 1;
    op_reduce(op_find(MPI_SUM), &a, &b, 1, datatype_find(MPI_INT));
    ck_assert_int_eq(b, INT_MIN);
    uint16_t c = 0xffff, d = 0xffff;
    op_reduce(op_find(MPI_PROD), &c, &d, 1, datatype_find(MPI_UINT16_T));
    ck_assert_uint_eq(d, 1);
}
END_TEST

START_TEST(logical_takes_any_nonzero_for_true)
{
    unsigned char a[] = {2, 0, 255}, b[] = {4, 0, 0};
    op_reduce(op_find(MPI_LAND), a, b, 3, datatype_find(MPI_C_BOOL));
    ck_assert(b[0] == 1 && b[1] == 0 && b[2] == 0);
}
END_TEST

START_TEST(gap_of_a_pair_is_left_alone)
{
    char a[16] = {0}, b[16];
    memset(b, 0x77, sizeof b);
    double value = 1e300;
    memcpy(b, &value, sizeof value);
    op_reduce(op_find(MPI_MINLOC), a, b, 1, datatype_find(MPI_DOUBLE_INT));
    for (int i = 12; i < 16; i++)
        ck_assert_int_eq(b[i], 0x77);
    ck_assert_int_eq(b[0], 0);
}
END_TEST

static MPI_Datatype seen;
static int calls;

static void subtract(void *in, void *inout, int *len, MPI_Datatype *type)
{
    for (int i = 0; i < *len; i++)
        ((int *)inout)[i] = ((int *)in)[i] - ((int *)inout)[i];
    seen = *type;
    calls++;
}

static void subtract_c(void *in, void *inout, MPI_Count *len,
                       MPI_Datatype *type)
{
    int n = (int)*len;
    subtract(in, inout, &n, type);
}

START_TEST(user_function_sees_the_public_handle)
{
    for (int large = 0; large < 2; large++) {
        struct mpi_op *op;
        int in[] = {10, 20}, inout[] = {1, 2};
        ck_assert_int_eq(op_create(false, &op), MPI_SUCCESS);
        if (large)
            op->user_c = subtract_c;
        else
            op->user = subtract;
        const struct mpi_datatype *t = datatype_find(MPI_INT);
        ck_assert_int_eq(op_check(op, t), MPI_SUCCESS);
        op_reduce(op, in, inout, 2, t);
        ck_assert(inout[0] == 9 && inout[1] == 18);
        ck_assert(seen == MPI_INT);
        op_release(op);
    }
    ck_assert_int_eq(calls, 2);
}
END_TEST

static MPI_Count counted;

static void count_elements(void *in, void *inout, int *len,
                           MPI_Datatype *type)
{
    counted += *len;
    calls++;
}

START_TEST(user_function_gets_large_counts_in_parts)
{
    struct mpi_op *op;
    char a, b;
    ck_assert_int_eq(op_create(true, &op), MPI_SUCCESS);
    op->user = count_elements;
    calls = 0;
    op_reduce(op, &a, &b, (MPI_Count)INT_MAX + 5, datatype_find(MPI_CHAR));
    ck_assert_int_eq(counted, (MPI_Count)INT_MAX + 5);
    ck_assert_int_eq(calls, 2);
    op_release(op);
}
END_TEST

static void refused_with(MPI_Op op, MPI_Datatype type, const char *sentence)
{
    int err = op_check(op_find(op), datatype_find(type));
    ck_assert_int_eq(error_class_of(err), MPI_ERR_OP);
    ck_assert_str_eq(error_sentence(err), sentence);
}

START_TEST(refusals_say_what_does_not_fit)
{
    refused_with(MPI_SUM, MPI_CHAR, "MPI_SUM is not defined for MPI_CHAR");
    refused_with(MPI_MINLOC, MPI_DOUBLE,
                 "MPI_MINLOC is not defined for MPI_DOUBLE");
    refused_with(MPI_REPLACE, MPI_INT,
                 "MPI_REPLACE is for one-sided communication only");
    struct mpi_datatype *t;
    ck_assert_int_eq(type_dup(datatype_find(MPI_INT), &t), MPI_SUCCESS);
    ck_assert_int_eq(error_class_of(op_check(op_find(MPI_SUM), t)),
                     MPI_ERR_OP);
    datatype_release(t);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("op");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_op_on_every_type_agrees_with_the_reference);
    tcase_add_test(t, each_half_is_the_number_it_stands_for);
    tcase_add_test(t, halves_are_rounded_to_the_nearest);
    tcase_add_test(t, integer_sum_wraps);
    tcase_add_test(t, logical_takes_any_nonzero_for_true);
    tcase_add_test(t, gap_of_a_pair_is_left_alone);
    tcase_add_test(t, user_function_sees_the_public_handle);
    tcase_add_test(t, user_function_gets_large_counts_in_parts);
    tcase_add_test(t, refusals_say_what_does_not_fit);
    return suite_run("op", t);
}
