/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * external32: the bytes are those that the standard names, what was packed
 * comes back, and numbers that do not fit are refused.
 *
 * ranks: 1
 */
#include <stddef.h>

#include "../check.h"

static void expect(const void *data, int count, MPI_Datatype type,
                   const unsigned char *bytes, MPI_Aint size)
{
    unsigned char out[64], back[64];
    MPI_Aint needed = 0, position = 0;
    MPI_Count local;
    MPI_Pack_external_size("external32", count, type, &needed);
    CHECK(needed == size);
    MPI_Pack_external("external32", data, count, type, out, sizeof out,
                      &position);
    CHECK(position == size && memcmp(out, bytes, (size_t)size) == 0);
    memset(back, 0, sizeof back);
    position = 0;
    MPI_Unpack_external("external32", out, size, &position, back, count, type);
    MPI_Type_size_c(type, &local);
    CHECK(position == size);
    MPI_Aint zero, extent;
    MPI_Type_get_extent(type, &zero, &extent);
    if (extent == local) /* without gaps */
        CHECK(memcmp(back, data, (size_t)(local * count)) == 0);
}

#define BYTES(...) (const unsigned char[]){ __VA_ARGS__ }

static void numbers(void)
{
    expect(&(int){ 0x01020304 }, 1, MPI_INT, BYTES(1, 2, 3, 4), 4);
    expect((short[]){ 1, -2 }, 2, MPI_SHORT, BYTES(0, 1, 0xff, 0xfe), 4);
    expect(&(long){ -2 }, 1, MPI_LONG, BYTES(0xff, 0xff, 0xff, 0xfe), 4);
    expect(&(unsigned long){ 0xfffffffeul }, 1, MPI_UNSIGNED_LONG,
           BYTES(0xff, 0xff, 0xff, 0xfe), 4);
    expect(&(long long){ 1 }, 1, MPI_LONG_LONG, BYTES(0, 0, 0, 0, 0, 0, 0, 1),
           8);
    expect(&(double){ 1.0 }, 1, MPI_DOUBLE,
           BYTES(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), 8);
    expect((float[]){ 1.0f, -2.0f }, 1, MPI_C_FLOAT_COMPLEX,
           BYTES(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0), 8);
    expect(&(wchar_t){ 0x41 }, 1, MPI_WCHAR, BYTES(0, 0x41), 2);
    expect("ab", 2, MPI_CHAR, BYTES('a', 'b'), 2);
}

static void long_doubles(void)
{
    const long double out = -1.5L;
    long double in = 0;
    unsigned char bytes[16];
    MPI_Aint position = 0;
    MPI_Pack_external("external32", &out, 1, MPI_LONG_DOUBLE, bytes,
                      sizeof bytes, &position);
    CHECK(position == 16 && bytes[0] == 0xbf && bytes[1] == 0xff &&
          bytes[2] == 0x80 && bytes[3] == 0 && bytes[15] == 0);
    position = 0;
    MPI_Unpack_external("external32", bytes, sizeof bytes, &position, &in, 1,
                        MPI_LONG_DOUBLE);
    CHECK(in == out);
}

struct record {
    char tag;
    double value;
    long number;
    int pair[2];
};

static void derived(void)
{
    const struct record out[3] = { { 'x', 1.5, -7, { 1, 2 } },
                                   { 'y', 2.5, 8, { 3, 4 } },
                                   { 'z', -3.5, 9, { 5, 6 } } };
    struct record in[3] = { { 0, 0, 0, { 0, 0 } } };
    const int lengths[4] = { 1, 1, 1, 2 };
    const MPI_Aint offsets[4] = { offsetof(struct record, tag),
                                  offsetof(struct record, value),
                                  offsetof(struct record, number),
                                  offsetof(struct record, pair) };
    const MPI_Datatype types[4] = { MPI_CHAR, MPI_DOUBLE, MPI_LONG, MPI_INT };
    MPI_Datatype whole, type;
    unsigned char bytes[128];
    MPI_Count size, position = 0;
    MPI_Type_create_struct(4, lengths, offsets, types, &whole);
    MPI_Type_create_resized(whole, 0, sizeof(struct record), &type);
    MPI_Type_commit(&type);
    MPI_Pack_external_size_c("external32", 3, type, &size);
    CHECK(size == 3 * (1 + 8 + 4 + 8));
    MPI_Pack_external_c("external32", out, 3, type, bytes, sizeof bytes,
                        &position);
    CHECK(position == size && bytes[0] == 'x' && bytes[21] == 'y');
    position = 0;
    MPI_Unpack_external_c("external32", bytes, size, &position, in, 3, type);
    CHECK(position == size);
    for (int i = 0; i < 3; i++)
        CHECK(in[i].tag == out[i].tag && in[i].value == out[i].value &&
              in[i].number == out[i].number &&
              in[i].pair[0] == out[i].pair[0] &&
              in[i].pair[1] == out[i].pair[1]);
    MPI_Type_free(&type);
    MPI_Type_free(&whole);
}

/* More than what is converted at a time. */
static void many(void)
{
    enum { N = 30000 };
    static double out[2 * N], in[2 * N];
    static unsigned char bytes[8 * N];
    MPI_Datatype every_other;
    MPI_Aint position = 0;
    for (int i = 0; i < 2 * N; i++)
        out[i] = i * 0.5;
    MPI_Type_create_resized(MPI_DOUBLE, 0, 2 * sizeof(double), &every_other);
    MPI_Type_commit(&every_other);
    MPI_Pack_external("external32", out, N, every_other, bytes, sizeof bytes,
                      &position);
    CHECK(position == sizeof bytes);
    position = 0;
    MPI_Unpack_external("external32", bytes, sizeof bytes, &position, in, N,
                        every_other);
    for (int i = 0; i < 2 * N; i++)
        CHECK(in[i] == (i % 2 ? 0 : out[i]));
    MPI_Type_free(&every_other);
}

static void errors(void)
{
    unsigned char bytes[8];
    MPI_Aint position = 0;
    const long large = 1l << 40;
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Pack_external("external32", &large, 1, MPI_LONG, bytes, 8,
                                  &position), MPI_ERR_CONVERSION);
    CHECK_ERROR(MPI_Pack_external("native", &large, 1, MPI_INT, bytes, 8,
                                  &position), MPI_ERR_UNSUPPORTED_DATAREP);
    CHECK_ERROR(MPI_Pack_external("external32", &large, 3, MPI_INT, bytes, 8,
                                  &position), MPI_ERR_TRUNCATE);
    CHECK_ERROR(MPI_Pack_external("external32", &large, -1, MPI_INT, bytes, 8,
                                  &position), MPI_ERR_COUNT);
    CHECK(position == 0);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    numbers();
    long_doubles();
    derived();
    many();
    errors();
    MPI_Finalize();
    return 0;
}
