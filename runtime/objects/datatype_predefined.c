/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All predefined datatypes: how each is represented and which reductions take
 * it (MPI 5.0, 6.9.2 and 6.9.4). Sizes are those of this machine's C types; a
 * Fortran type has the size that its name or the default kind gives it.
 *
 * An optional type that the program's Fortran has not
 * (MPI_Abi_set_fortran_info) keeps its handle, so that a program can ask;
 * MPI_Type_size answers MPI_UNDEFINED.
 */
#include "runtime/objects/datatype.h"

#include "runtime/base/platform.h"
#include "runtime/objects/op.h"
#include "runtime/objects/op_kernels.h"
#include "runtime/objects/signature.h"

#define BIT(op) (1u << OP_##op)

/* The groups of types the standard allows reductions by. */
#define BITS            (BIT(BAND) | BIT(BOR) | BIT(BXOR))
#define LOGICAL         (BIT(LAND) | BIT(LOR) | BIT(LXOR))
#define COMPLEX         (BIT(SUM) | BIT(PROD))
#define FLOATING        (BIT(SUM) | BIT(PROD) | BIT(MIN) | BIT(MAX))
#define FORTRAN_INTEGER (FLOATING | BITS)
#define C_INTEGER       (FLOATING | BITS | LOGICAL)

/* The representation of an integer type by its width. */
#define SIGNED(type)                                                           \
    (sizeof(type) == 1   ? ELEMENT_I8                                          \
     : sizeof(type) == 2 ? ELEMENT_I16                                         \
     : sizeof(type) == 4 ? ELEMENT_I32                                         \
                         : ELEMENT_I64)
#define UNSIGNED(type) (SIGNED(type) - ELEMENT_I8 + ELEMENT_U8)

/* One line of the table. second is the offset of a pair's index, 0 for all
 * other types. */
struct row {
    MPI_Datatype handle;
    const char *name;
    size_t extent, align, first_bytes, second, second_bytes;
    enum element element;
    uint32_t ops;
};

#define TYPE(constant, type, representation, operations)                       \
    {.handle = constant, .name = #constant, .extent = sizeof(type),            \
     .align = _Alignof(type), .first_bytes = sizeof(type),                     \
     .element = representation, .ops = operations}

#define PAIR(constant, type, representation)                                   \
    {.handle = constant, .name = #constant, .extent = sizeof(struct type),     \
     .align = _Alignof(struct type),                                           \
     .first_bytes = sizeof(((struct type *)0)->value),                         \
     .second = offsetof(struct type, index),                                   \
     .second_bytes = sizeof(((struct type *)0)->index),                        \
     .element = ELEMENT_##representation, .ops = BIT(MINLOC) | BIT(MAXLOC)}

struct complex16 { uint16_t part[2]; };
struct complex128 { FLOAT128 part[2]; };

/* The standard has no logical operations for the first three, but MPICH takes
 * them for the C integers that they are. */
static const struct row rows[] = {
    TYPE(MPI_AINT, MPI_Aint, SIGNED(MPI_Aint), C_INTEGER),
    TYPE(MPI_COUNT, MPI_Count, SIGNED(MPI_Count), C_INTEGER),
    TYPE(MPI_OFFSET, MPI_Offset, SIGNED(MPI_Offset), C_INTEGER),
    TYPE(MPI_PACKED, char, ELEMENT_NONE, 0),
    TYPE(MPI_SHORT, short, SIGNED(short), C_INTEGER),
    TYPE(MPI_INT, int, SIGNED(int), C_INTEGER),
    TYPE(MPI_LONG, long, SIGNED(long), C_INTEGER),
    TYPE(MPI_LONG_LONG_INT, long long, SIGNED(long long), C_INTEGER),
    TYPE(MPI_UNSIGNED_SHORT, unsigned short, UNSIGNED(unsigned short),
         C_INTEGER),
    TYPE(MPI_UNSIGNED, unsigned int, UNSIGNED(unsigned int), C_INTEGER),
    TYPE(MPI_UNSIGNED_LONG, unsigned long, UNSIGNED(unsigned long), C_INTEGER),
    TYPE(MPI_UNSIGNED_LONG_LONG, unsigned long long,
         UNSIGNED(unsigned long long), C_INTEGER),
    TYPE(MPI_FLOAT, float, ELEMENT_F32, FLOATING),
    TYPE(MPI_C_COMPLEX, float _Complex, ELEMENT_C32, COMPLEX),
    TYPE(MPI_CXX_FLOAT_COMPLEX, float _Complex, ELEMENT_C32, COMPLEX),
    TYPE(MPI_DOUBLE, double, ELEMENT_F64, FLOATING),
    TYPE(MPI_C_DOUBLE_COMPLEX, double _Complex, ELEMENT_C64, COMPLEX),
    TYPE(MPI_CXX_DOUBLE_COMPLEX, double _Complex, ELEMENT_C64, COMPLEX),
    TYPE(MPI_LOGICAL, int32_t, SIGNED(int32_t), LOGICAL),
    TYPE(MPI_INTEGER, int32_t, SIGNED(int32_t), FORTRAN_INTEGER),
    TYPE(MPI_REAL, float, ELEMENT_F32, FLOATING),
    TYPE(MPI_COMPLEX, float _Complex, ELEMENT_C32, COMPLEX),
    TYPE(MPI_DOUBLE_PRECISION, double, ELEMENT_F64, FLOATING),
    TYPE(MPI_DOUBLE_COMPLEX, double _Complex, ELEMENT_C64, COMPLEX),
    TYPE(MPI_CHARACTER, char, ELEMENT_NONE, 0),
    TYPE(MPI_LONG_DOUBLE, long double, ELEMENT_FLONG, FLOATING),
    TYPE(MPI_C_LONG_DOUBLE_COMPLEX, long double _Complex, ELEMENT_CLONG,
         COMPLEX),
    TYPE(MPI_CXX_LONG_DOUBLE_COMPLEX, long double _Complex, ELEMENT_CLONG,
         COMPLEX),
    PAIR(MPI_FLOAT_INT, f32_int, F32_INT),
    PAIR(MPI_DOUBLE_INT, f64_int, F64_INT),
    PAIR(MPI_LONG_INT, long_int, LONG_INT),
    PAIR(MPI_2INT, int_int, INT_INT),
    PAIR(MPI_SHORT_INT, short_int, SHORT_INT),
    PAIR(MPI_LONG_DOUBLE_INT, flong_int, FLONG_INT),
    PAIR(MPI_2REAL, f32_f32, F32_F32),
    PAIR(MPI_2DOUBLE_PRECISION, f64_f64, F64_F64),
    PAIR(MPI_2INTEGER, int_int, INT_INT),
    TYPE(MPI_C_BOOL, _Bool, UNSIGNED(_Bool), LOGICAL),
    TYPE(MPI_CXX_BOOL, _Bool, UNSIGNED(_Bool), LOGICAL),
    TYPE(MPI_WCHAR, wchar_t, ELEMENT_NONE, 0),
    TYPE(MPI_INT8_T, int8_t, SIGNED(int8_t), C_INTEGER),
    TYPE(MPI_UINT8_T, uint8_t, UNSIGNED(uint8_t), C_INTEGER),
    TYPE(MPI_CHAR, char, ELEMENT_NONE, 0),
    TYPE(MPI_SIGNED_CHAR, signed char, SIGNED(signed char), C_INTEGER),
    TYPE(MPI_UNSIGNED_CHAR, unsigned char, UNSIGNED(unsigned char), C_INTEGER),
    TYPE(MPI_BYTE, uint8_t, UNSIGNED(uint8_t), BITS),
    TYPE(MPI_INT16_T, int16_t, SIGNED(int16_t), C_INTEGER),
    TYPE(MPI_UINT16_T, uint16_t, UNSIGNED(uint16_t), C_INTEGER),
    TYPE(MPI_INT32_T, int32_t, SIGNED(int32_t), C_INTEGER),
    TYPE(MPI_UINT32_T, uint32_t, UNSIGNED(uint32_t), C_INTEGER),
    TYPE(MPI_INT64_T, int64_t, SIGNED(int64_t), C_INTEGER),
    TYPE(MPI_UINT64_T, uint64_t, UNSIGNED(uint64_t), C_INTEGER),
    TYPE(MPI_LOGICAL1, int8_t, SIGNED(int8_t), LOGICAL),
    TYPE(MPI_INTEGER1, int8_t, SIGNED(int8_t), FORTRAN_INTEGER),
    TYPE(MPI_LOGICAL2, int16_t, SIGNED(int16_t), LOGICAL),
    TYPE(MPI_INTEGER2, int16_t, SIGNED(int16_t), FORTRAN_INTEGER),
    TYPE(MPI_REAL2, uint16_t, ELEMENT_F16, FLOATING),
    TYPE(MPI_LOGICAL4, int32_t, SIGNED(int32_t), LOGICAL),
    TYPE(MPI_INTEGER4, int32_t, SIGNED(int32_t), FORTRAN_INTEGER),
    TYPE(MPI_REAL4, float, ELEMENT_F32, FLOATING),
    TYPE(MPI_COMPLEX4, struct complex16, ELEMENT_C16, COMPLEX),
    TYPE(MPI_LOGICAL8, int64_t, SIGNED(int64_t), LOGICAL),
    TYPE(MPI_INTEGER8, int64_t, SIGNED(int64_t), FORTRAN_INTEGER),
    TYPE(MPI_REAL8, double, ELEMENT_F64, FLOATING),
    TYPE(MPI_COMPLEX8, float _Complex, ELEMENT_C32, COMPLEX),
    TYPE(MPI_LOGICAL16, INT128, ELEMENT_I128, LOGICAL),
    TYPE(MPI_INTEGER16, INT128, ELEMENT_I128, FORTRAN_INTEGER),
    TYPE(MPI_REAL16, FLOAT128, ELEMENT_F128, FLOATING),
    TYPE(MPI_COMPLEX16, double _Complex, ELEMENT_C64, COMPLEX),
    TYPE(MPI_COMPLEX32, struct complex128, ELEMENT_C128, COMPLEX),
};

static struct {
    struct mpi_datatype type;
    struct datatype_block blocks[2];
    struct signature signature;
    struct signature leaves[2];    /* of a pair */
    struct signature_part parts[2];
} predefined[ARRAY_COUNT(rows)];

/* The data of a pair are two blocks unless its index follows at once. */
static size_t set_blocks(struct datatype_block *blocks, const struct row *row)
{
    bool is_split = row->second > row->first_bytes;
    blocks[0] = (struct datatype_block){
        .bytes = row->first_bytes + (is_split ? 0 : row->second_bytes),
        .count = 1};
    blocks[1] = (struct datatype_block){.offset = (MPI_Aint)row->second,
                                        .bytes = row->second_bytes,
                                        .count = 1,
                                        .packed = row->first_bytes};
    return row->first_bytes == 0 ? 0 : 1 + is_split;
}

static enum external_form form_of(MPI_Datatype handle)
{
    if (handle == MPI_LONG || handle == MPI_LONG_INT)
        return EXTERNAL_SIGNED;
    if (handle == MPI_UNSIGNED_LONG)
        return EXTERNAL_UNSIGNED;
    if (handle == MPI_WCHAR)
        return EXTERNAL_WIDE;
    if (handle == MPI_LONG_DOUBLE || handle == MPI_LONG_DOUBLE_INT ||
        handle == MPI_C_LONG_DOUBLE_COMPLEX ||
        handle == MPI_CXX_LONG_DOUBLE_COMPLEX)
        return EXTERNAL_QUAD;
    return EXTERNAL_PLAIN;
}

/* A basic element; what is static keeps one reference for ever. */
static struct signature basic(size_t bytes, size_t unit,
                              enum external_form form)
{
    static const uint8_t external_unit[] = { [EXTERNAL_SIGNED] = 4,
                                             [EXTERNAL_UNSIGNED] = 4,
                                             [EXTERNAL_WIDE] = 2,
                                             [EXTERNAL_QUAD] = 16 };
    return (struct signature){
        .references = 1,
        .bytes = bytes,
        .external_bytes = form == EXTERNAL_PLAIN
                              ? bytes
                              : bytes / unit * external_unit[form],
        .elements = 1,
        .form = form,
        .unit = (uint8_t)unit,
    };
}

static bool is_complex(enum element element)
{
    return element == ELEMENT_C16 || element == ELEMENT_C32 ||
           element == ELEMENT_C64 || element == ELEMENT_C128 ||
           element == ELEMENT_CLONG;
}

/* A pair is two basic elements. */
static void set_signature(size_t i, const struct row *row)
{
    const enum external_form form = form_of(row->handle);
    struct signature *s = &predefined[i].signature;
    struct signature *leaves = predefined[i].leaves;
    struct signature_part *parts = predefined[i].parts;
    if (row->second_bytes == 0) {
        const size_t numbers = is_complex(row->element) ? 2 : 1;
        *s = basic(row->first_bytes, row->first_bytes / numbers, form);
        return;
    }
    leaves[0] = basic(row->first_bytes, row->first_bytes, form);
    leaves[1] = basic(row->second_bytes, row->second_bytes, EXTERNAL_PLAIN);
    parts[0] = (struct signature_part){1, &leaves[0]};
    parts[1] = (struct signature_part){1, &leaves[1]};
    *s = (struct signature){
        .references = 1,
        .bytes = row->first_bytes + row->second_bytes,
        .external_bytes = leaves[0].external_bytes + leaves[1].external_bytes,
        .elements = 2,
        .part_count = 2,
        .parts = parts,
    };
}

/* Make type i what the row says, under its own handle and name. */
static void represent(size_t i, const struct row *row)
{
    struct mpi_datatype *t = &predefined[i].type;
    size_t end = row->second > 0 ? row->second + row->second_bytes
                                 : row->first_bytes;
    *t = (struct mpi_datatype){
        .object = {.kind = KIND_DATATYPE,
                   .references = 1,
                   .handle = t->object.handle},
        .size = row->first_bytes + row->second_bytes,
        .extent = (MPI_Aint)row->extent,
        .true_extent = (MPI_Aint)end,
        .is_committed = row->extent > 0,
        .is_predefined = true,
        .is_supported = row->extent > 0,
        .element = (uint8_t)row->element,
        .ops = row->ops,
        .align = row->align,
        .basic = rows[i].handle,
        .signature = &predefined[i].signature,
        .name = rows[i].name,
        .blocks = predefined[i].blocks,
    };
    t->block_count = set_blocks(t->blocks, row);
    set_signature(i, row);
    t->is_contiguous = t->size == row->extent;
}

static int add(size_t i)
{
    represent(i, &rows[i]);
    return handle_add_predefined(&predefined[i].type.object,
                                 (uintptr_t)rows[i].handle);
}

static const struct row *find_row(MPI_Datatype handle)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].handle == handle)
            return &rows[i];
    return NULL;
}

void datatype_make_like(MPI_Datatype handle, MPI_Datatype other)
{
    static const struct row unsupported;
    const struct row *row = find_row(handle), *like = find_row(other);
    represent((size_t)(row - rows), like ? like : &unsupported);
}

int datatype_init_predefined(void)
{
    int err = MPI_SUCCESS;
    for (size_t i = 0; i < ARRAY_COUNT(rows) && err == MPI_SUCCESS; i++)
        err = add(i);
    return err;
}

void datatype_fini_predefined(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        handle_remove(&predefined[i].type.object);
}
