/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Half precision (IEEE 754 binary16), which not every compiler has as a type,
 * by integers and floats, without branches: the loops of the reductions become
 * vector code.
 */
#ifndef OBJECTS_HALF_H
#define OBJECTS_HALF_H

#include <stdint.h>
#include <string.h>

static inline float half_from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline uint32_t half_bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/*
 *   half    s eeeee mmmmmmmmmm      exponents count from 15,
 *   float   s eeeeeeee mmmmm...     from 127: 112 more
 *
 * A subnormal half is put behind the exponent of 2^-14, whose worth is then
 * taken away again: exact, and no subnormal float, which a program may have
 * told its processor to take for zero.
 */
static inline float half_to_float(uint16_t half)
{
    enum { SHIFT = 13, SMALLEST = 113 << 23, REBIAS = 112 << 23 };
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t size = (uint32_t)(half & 0x7fff) << SHIFT;
    const uint32_t is_special = -(uint32_t)(size >= 0x7c00u << SHIFT);
    const uint32_t is_small = -(uint32_t)(size < 0x0400u << SHIFT);
    const uint32_t normal = size + REBIAS + (is_special & REBIAS);
    const uint32_t small = half_bits_of(half_from_bits(size + SMALLEST) -
                                        half_from_bits(SMALLEST));
    return half_from_bits(sign | (is_small & small) | (~is_small & normal));
}

/*
 * The nearest half, of two the even one. What is too long is cut by adding a
 * number so great that the sum's last bit is the half's last bit: the
 * processor rounds.
 */
static inline uint16_t half_of_float(float f)
{
    enum { SHIFT = 13, SMALLEST = 113 << 23, TOO_LARGE = 143 << 23,
           REBIAS = 112 << 23, NOT_A_NUMBER = 0x7e00, INFINITE = 0x7c00 };
    const uint32_t bits = half_bits_of(f);
    const uint32_t size = bits & 0x7fffffff;
    /* Below 2^-14 the last bit is worth 2^-24, that of floats from 1/2 on. */
    const uint32_t half = 126u << 23;
    const uint32_t small =
        half_bits_of(half_from_bits(size) + half_from_bits(half)) - half;
    const uint32_t normal =
        (size - REBIAS + 0xfff + (size >> SHIFT & 1)) >> SHIFT;
    const uint32_t is_small = -(uint32_t)(size < SMALLEST);
    const uint32_t is_large = -(uint32_t)(size >= TOO_LARGE);
    const uint32_t is_nan = -(uint32_t)(size > 0x7f800000);
    uint32_t result = (is_small & small) | (~is_small & normal);
    result = (is_large & INFINITE) | (~is_large & result);
    result = (is_nan & NOT_A_NUMBER) | (~is_nan & result);
    return (uint16_t)(result | (bits >> 16 & 0x8000));
}

#endif
