/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loops of the predefined reductions, one for each operation and machine
 * representation.
 */
#ifndef OBJECTS_OP_KERNELS_H
#define OBJECTS_OP_KERNELS_H

#include <stddef.h>

#include "runtime/objects/op.h"

/* How an element of a predefined type is represented. */
enum element {
    ELEMENT_NONE, /* no reductions */
    ELEMENT_I8,
    ELEMENT_I16,
    ELEMENT_I32,
    ELEMENT_I64,
    ELEMENT_I128,
    ELEMENT_U8,
    ELEMENT_U16,
    ELEMENT_U32,
    ELEMENT_U64,
    ELEMENT_F16, /* half precision, see half.h */
    ELEMENT_F32,
    ELEMENT_F64,
    ELEMENT_FLONG, /* long double */
    ELEMENT_F128,
    ELEMENT_C16,
    ELEMENT_C32,   /* complex numbers of two F32 */
    ELEMENT_C64,
    ELEMENT_CLONG,
    ELEMENT_C128,
    ELEMENT_F32_INT, /* a value and its index, see struct of that name */
    ELEMENT_F64_INT,
    ELEMENT_LONG_INT,
    ELEMENT_INT_INT,
    ELEMENT_SHORT_INT,
    ELEMENT_FLONG_INT,
    ELEMENT_F32_F32,
    ELEMENT_F64_F64,
    ELEMENTS
};

/* The types of MINLOC and MAXLOC as they lie in memory. */
struct f32_int { float value; int index; };
struct f64_int { double value; int index; };
struct long_int { long value; int index; };
struct int_int { int value; int index; };
struct short_int { short value; int index; };
struct flong_int { long double value; int index; };
struct f32_f32 { float value; float index; };
struct f64_f64 { double value; double index; };

/* inout[i] = in[i] op inout[i]; any alignment, no overlap. */
typedef void op_kernel(const void *in, void *inout, size_t count);

/* NULL where no predefined type allows it. */
extern op_kernel *const op_kernels[OP_CODES][ELEMENTS];

#endif
