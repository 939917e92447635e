/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loops of the predefined reductions. Each is one macro line that the
 * compiler turns into vector code; elements are moved by memcpy, because a
 * user's buffer may be misaligned and a Fortran LOGICAL holds any number.
 *
 * Sums, products and bits do not depend on the sign, so they are computed on
 * unsigned integers, where overflow is defined.
 */
#include "runtime/objects/op_kernels.h"

#include <stdint.h>
#include <string.h>

#include "runtime/base/platform.h"
#include "runtime/objects/half.h"

#define KERNEL(name, type, expression)                                         \
    VECTOR_LOOPS                                                               \
    static void name(const void *restrict in, void *restrict inout,            \
                     size_t count)                                             \
    {                                                                          \
        const char *restrict x = in;                                           \
        char *restrict y = inout;                                              \
        for (size_t i = 0; i < count; i++) {                                   \
            type a, b, r;                                                      \
            memcpy(&a, x + i * sizeof a, sizeof a);                            \
            memcpy(&b, y + i * sizeof b, sizeof b);                            \
            r = (type)(expression);                                            \
            memcpy(y + i * sizeof r, &r, sizeof r);                            \
        }                                                                      \
    }

/* What integers of one width share. 0u and 1u widen the small ones to
 * unsigned instead of int. */
#define WIDTH(suffix, type)                                                    \
    KERNEL(sum_##suffix, type, 0u + a + b)                                     \
    KERNEL(prod_##suffix, type, 1u * a * b)                                    \
    KERNEL(band_##suffix, type, a & b)                                         \
    KERNEL(bor_##suffix, type, a | b)                                          \
    KERNEL(bxor_##suffix, type, a ^ b)                                         \
    KERNEL(land_##suffix, type, (a != 0) & (b != 0))                           \
    KERNEL(lor_##suffix, type, (a != 0) | (b != 0))                            \
    KERNEL(lxor_##suffix, type, (a != 0) ^ (b != 0))

#define ORDER(suffix, type)                                                    \
    KERNEL(min_##suffix, type, a < b ? a : b)                                  \
    KERNEL(max_##suffix, type, a > b ? a : b)

#define FLOATING(suffix, type)                                                 \
    ORDER(suffix, type)                                                        \
    KERNEL(sum_##suffix, type, a + b)                                          \
    KERNEL(prod_##suffix, type, a * b)

WIDTH(8, uint8_t)
WIDTH(16, uint16_t)
WIDTH(32, uint32_t)
WIDTH(64, uint64_t)
WIDTH(128, unsigned INT128)
ORDER(i8, int8_t)
ORDER(i16, int16_t)
ORDER(i32, int32_t)
ORDER(i64, int64_t)
ORDER(i128, INT128)
ORDER(u8, uint8_t)
ORDER(u16, uint16_t)
ORDER(u32, uint32_t)
ORDER(u64, uint64_t)
FLOATING(f32, float)
FLOATING(f64, double)
FLOATING(flong, long double)
FLOATING(f128, FLOAT128)

/* In floats, which hold sums and products of two halves exactly enough to be
 * rounded a second time. */
#define F(half) half_to_float(half)
#define H(value) half_of_float(value)
KERNEL(sum_f16, uint16_t, H(F(a) + F(b)))
KERNEL(prod_f16, uint16_t, H(F(a) * F(b)))
KERNEL(min_f16, uint16_t, F(a) < F(b) ? a : b)
KERNEL(max_f16, uint16_t, F(a) > F(b) ? a : b)

/* A sum of complex numbers is one of their parts. Products by the four-term
 * rule of Fortran; C's own repairs infinities at the price of a call for each
 * element. */
#define COMPLEX(suffix, parts, part, real, imaginary)                          \
    static void sum_##suffix(const void *restrict in, void *restrict inout,    \
                             size_t count)                                     \
    {                                                                          \
        sum_##parts(in, inout, 2 * count);                                     \
    }                                                                          \
    VECTOR_LOOPS                                                               \
    static void prod_##suffix(const void *restrict in, void *restrict inout,   \
                              size_t count)                                    \
    {                                                                          \
        const char *restrict x = in;                                           \
        char *restrict y = inout;                                              \
        for (size_t i = 0; i < count; i++) {                                   \
            part a[2], b[2], r[2];                                             \
            memcpy(a, x + i * sizeof a, sizeof a);                             \
            memcpy(b, y + i * sizeof b, sizeof b);                             \
            r[0] = real;                                                       \
            r[1] = imaginary;                                                  \
            memcpy(y + i * sizeof r, r, sizeof r);                             \
        }                                                                      \
    }

#define PLAIN_COMPLEX(suffix, parts, part)                                     \
    COMPLEX(suffix, parts, part, a[0] * b[0] - a[1] * b[1],                    \
            a[0] * b[1] + a[1] * b[0])

COMPLEX(c16, f16, uint16_t, H(F(a[0]) * F(b[0]) - F(a[1]) * F(b[1])),
        H(F(a[0]) * F(b[1]) + F(a[1]) * F(b[0])))
PLAIN_COMPLEX(c32, f32, float)
PLAIN_COMPLEX(c64, f64, double)
PLAIN_COMPLEX(clong, flong, long double)
PLAIN_COMPLEX(c128, f128, FLOAT128)

/* The better value with its index; of equal values the lower index. What lies
 * between the two in the user's memory is left alone. */
#define PAIR_KERNEL(name, type, better)                                        \
    static void name(const void *restrict in, void *restrict inout,            \
                     size_t count)                                             \
    {                                                                          \
        const char *restrict x = in;                                           \
        char *restrict y = inout;                                              \
        for (size_t i = 0; i < count; i++) {                                   \
            struct type a, b;                                                  \
            memcpy(&a, x + i * sizeof a, sizeof a);                            \
            memcpy(&b, y + i * sizeof b, sizeof b);                            \
            if (a.value better b.value ||                                      \
                (a.value == b.value && a.index < b.index)) {                   \
                char *to = y + i * sizeof b;                                   \
                memcpy(to, &a.value, sizeof a.value);                          \
                memcpy(to + offsetof(struct type, index), &a.index,            \
                       sizeof a.index);                                        \
            }                                                                  \
        }                                                                      \
    }

#define PAIR(type)                                                             \
    PAIR_KERNEL(minloc_##type, type, <)                                        \
    PAIR_KERNEL(maxloc_##type, type, >)

PAIR(f32_int)
PAIR(f64_int)
PAIR(long_int)
PAIR(int_int)
PAIR(short_int)
PAIR(flong_int)
PAIR(f32_f32)
PAIR(f64_f64)

/* One row of the table. */
#define INTEGERS(name)                                                         \
    [ELEMENT_I8] = name##_8, [ELEMENT_U8] = name##_8,                          \
    [ELEMENT_I16] = name##_16, [ELEMENT_U16] = name##_16,                      \
    [ELEMENT_I32] = name##_32, [ELEMENT_U32] = name##_32,                      \
    [ELEMENT_I64] = name##_64, [ELEMENT_U64] = name##_64,                      \
    [ELEMENT_I128] = name##_128
#define ORDERED(name)                                                          \
    [ELEMENT_I8] = name##_i8, [ELEMENT_U8] = name##_u8,                        \
    [ELEMENT_I16] = name##_i16, [ELEMENT_U16] = name##_u16,                    \
    [ELEMENT_I32] = name##_i32, [ELEMENT_U32] = name##_u32,                    \
    [ELEMENT_I64] = name##_i64, [ELEMENT_U64] = name##_u64,                    \
    [ELEMENT_I128] = name##_i128
#define FLOATS(name)                                                           \
    [ELEMENT_F16] = name##_f16, [ELEMENT_F32] = name##_f32,                    \
    [ELEMENT_F64] = name##_f64,                                                \
    [ELEMENT_FLONG] = name##_flong, [ELEMENT_F128] = name##_f128
#define COMPLEXES(name)                                                        \
    [ELEMENT_C16] = name##_c16, [ELEMENT_C32] = name##_c32,                    \
    [ELEMENT_C64] = name##_c64,                                                \
    [ELEMENT_CLONG] = name##_clong, [ELEMENT_C128] = name##_c128
#define PAIRS(name)                                                            \
    [ELEMENT_F32_INT] = name##_f32_int,                                        \
    [ELEMENT_F64_INT] = name##_f64_int,                                        \
    [ELEMENT_LONG_INT] = name##_long_int,                                      \
    [ELEMENT_INT_INT] = name##_int_int,                                        \
    [ELEMENT_SHORT_INT] = name##_short_int,                                    \
    [ELEMENT_FLONG_INT] = name##_flong_int,                                    \
    [ELEMENT_F32_F32] = name##_f32_f32, [ELEMENT_F64_F64] = name##_f64_f64

op_kernel *const op_kernels[OP_CODES][ELEMENTS] = {
    [OP_SUM] = {INTEGERS(sum), FLOATS(sum), COMPLEXES(sum)},
    [OP_PROD] = {INTEGERS(prod), FLOATS(prod), COMPLEXES(prod)},
    [OP_MIN] = {ORDERED(min), FLOATS(min)},
    [OP_MAX] = {ORDERED(max), FLOATS(max)},
    [OP_BAND] = {INTEGERS(band)},
    [OP_BOR] = {INTEGERS(bor)},
    [OP_BXOR] = {INTEGERS(bxor)},
    [OP_LAND] = {INTEGERS(land)},
    [OP_LOR] = {INTEGERS(lor)},
    [OP_LXOR] = {INTEGERS(lxor)},
    [OP_MINLOC] = {PAIRS(minloc)},
    [OP_MAXLOC] = {PAIRS(maxloc)},
};
