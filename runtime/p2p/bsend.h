/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered sends: the message is copied into memory that the user gave, and
 * goes out from there (MPI 5.0, 3.6). The buffer of a communicator is used
 * before that of its session, which is used before that of the process.
 * Caller holds the library lock.
 */
#ifndef P2P_BSEND_H
#define P2P_BSEND_H

#include "runtime/p2p/p2p.h"

struct bsend_buffer;

/*
 * Use bytes of memory from now on, or memory of ours when memory is
 * MPI_BUFFER_AUTOMATIC.
 * Errors   MPI_ERR_BUFFER when *place has a buffer, MPI_ERR_NO_MEM
 */
int bsend_attach(struct bsend_buffer **place, void *memory, MPI_Count bytes);

/* Wait until all messages in the buffer have gone; NULL has none. */
void bsend_flush(struct bsend_buffer *b, struct progress *progress);

/* bsend_flush as a request. Errors: MPI_ERR_NO_MEM */
int bsend_flush_start(struct bsend_buffer *b, struct progress *progress,
                      struct mpi_request **out);

/* Flush and give up the buffer; *memory and *bytes are what bsend_attach was
 * given, NULL and 0 when there is none. */
void bsend_detach(struct bsend_buffer **place, struct progress *progress,
                  void **memory, MPI_Count *bytes);

/*
 * Send m from a buffer; *out is complete.
 * Errors   MPI_ERR_BUFFER when there is no buffer or no room in it
 */
int bsend_start(const struct message *m, struct mpi_request **out);

#endif
