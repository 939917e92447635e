/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loops of pack_words.h. They are unrolled by hand because compilers join
 * stores within a round, but do not unroll at -O2; distances are copied to
 * variables, so that they are not read again in each round.
 */
#include "runtime/objects/pack_words.h"

#include <string.h>

#include "runtime/base/platform.h"

static ALWAYS_INLINE void move(char *restrict to, const char *restrict from)
{
    memcpy(to, from, WORD);
}

void words_pack(char *restrict packed, const char *restrict user,
                ptrdiff_t stride, size_t count)
{
    for (; count >= 4; count -= 4) {
        move(packed, user);
        move(packed + WORD, user + stride);
        move(packed + 2 * WORD, user + 2 * stride);
        move(packed + 3 * WORD, user + 3 * stride);
        user += 4 * stride;
        packed += 4 * WORD;
    }
    for (; count > 0; count--) {
        move(packed, user);
        user += stride;
        packed += WORD;
    }
}

void words_unpack(char *restrict user, const char *restrict packed,
                  ptrdiff_t stride, size_t count)
{
    for (; count >= 4; count -= 4) {
        move(user, packed);
        move(user + stride, packed + WORD);
        move(user + 2 * stride, packed + 2 * WORD);
        move(user + 3 * stride, packed + 3 * WORD);
        user += 4 * stride;
        packed += 4 * WORD;
    }
    for (; count > 0; count--) {
        move(user, packed);
        user += stride;
        packed += WORD;
    }
}

/* One row; `n` is known to the compiler, so there is one loop for each number
 * of words. */
static ALWAYS_INLINE void pack_row(size_t n, char *restrict packed,
                                   const char *restrict user,
                                   const struct word_row *row)
{
    move(packed, user + row->offset[0]);
    move(packed + WORD, user + row->offset[1]);
    if (n > 2)
        move(packed + 2 * WORD, user + row->offset[2]);
    if (n > 3)
        move(packed + 3 * WORD, user + row->offset[3]);
}

/* Two rows a round fill whole stores of 16 bytes when n is odd, too. */
static ALWAYS_INLINE void pack_rows_of(size_t n, char *restrict packed,
                                       const char *restrict user,
                                       const struct word_row *in, size_t count)
{
    const struct word_row row = *in;
    for (; count >= 2; count -= 2) {
        pack_row(n, packed, user, &row);
        pack_row(n, packed + n * WORD, user + row.extent, &row);
        user += 2 * row.extent;
        packed += 2 * n * WORD;
    }
    if (count > 0)
        pack_row(n, packed, user, &row);
}

void rows_pack(char *restrict packed, const char *restrict user,
               const struct word_row *row, size_t count)
{
    if (row->words == 2)
        pack_rows_of(2, packed, user, row, count);
    else if (row->words == 3)
        pack_rows_of(3, packed, user, row, count);
    else
        pack_rows_of(4, packed, user, row, count);
}

static ALWAYS_INLINE void unpack_rows_of(size_t n, char *restrict user,
                                         const char *restrict packed,
                                         const struct word_row *row,
                                         size_t count)
{
    const ptrdiff_t a = row->offset[0], b = row->offset[1],
                    c = row->offset[2], d = row->offset[3],
                    extent = row->extent;
    for (; count > 0; count--) {
        move(user + a, packed);
        move(user + b, packed + WORD);
        if (n > 2)
            move(user + c, packed + 2 * WORD);
        if (n > 3)
            move(user + d, packed + 3 * WORD);
        user += extent;
        packed += n * WORD;
    }
}

void rows_unpack(char *restrict user, const char *restrict packed,
                 const struct word_row *row, size_t count)
{
    if (row->words == 2)
        unpack_rows_of(2, user, packed, row, count);
    else if (row->words == 3)
        unpack_rows_of(3, user, packed, row, count);
    else
        unpack_rows_of(4, user, packed, row, count);
}
