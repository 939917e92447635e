/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a split makes of the answers of all ranks; a pure function.
 */
#ifndef COMM_SPLIT_H
#define COMM_SPLIT_H

struct answer {
    int color;
    int key;
};

/*
 * The ranks whose color is that of answers[rank], ordered by key and then by
 * rank, go to members; returns how many. members has room for count.
 */
int split_members(const struct answer *answers, int count, int rank,
                  int *members);

#endif
