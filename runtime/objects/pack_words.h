/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packing and unpacking words of 8 bytes, what most data with gaps is made of.
 * Two loads of a word become one store of 16 bytes where the packed side is
 * written, as compilers do with loops whose distances they know. No alignment
 * is asked for; the two sides do not overlap.
 */
#ifndef OBJECTS_PACK_WORDS_H
#define OBJECTS_PACK_WORDS_H

#include <stddef.h>

enum { WORD = 8, ROW_WORDS_MAX = 4 };

/* An element of a few words: where they lie, from its address on. */
struct word_row {
    size_t words; /* 2 .. ROW_WORDS_MAX */
    ptrdiff_t offset[ROW_WORDS_MAX];
    ptrdiff_t extent; /* from one element to the next */
};

/* `count` words that lie `stride` bytes apart in user. */
void words_pack(char *restrict packed, const char *restrict user,
                ptrdiff_t stride, size_t count);
void words_unpack(char *restrict user, const char *restrict packed,
                  ptrdiff_t stride, size_t count);

/* `count` elements of some words each. */
void rows_pack(char *restrict packed, const char *restrict user,
               const struct word_row *row, size_t count);
void rows_unpack(char *restrict user, const char *restrict packed,
                 const struct word_row *row, size_t count);

#endif
