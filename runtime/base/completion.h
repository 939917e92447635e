/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A completion: how a lower layer tells an upper one that a post has ended.
 *
 * The upper layer embeds it in what it posted and finds that again with
 * CONTAINER_OF. Called exactly once per POST_PENDING, from inside a poll.
 */
#ifndef BASE_COMPLETION_H
#define BASE_COMPLETION_H

struct completion {
    /* err is MPI_SUCCESS or an error code. The callee may free what it is
     * embedded in and may post again. */
    void (*done)(struct completion *c, int err);
};

#endif
