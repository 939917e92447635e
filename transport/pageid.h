/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which pages of the machine stand behind a range of addresses: a number that
 * changes when one of them does. For verifying the registration cache; reads
 * /proc, so it is slow, and the kernel shows page numbers to root alone.
 */
#ifndef TRANSPORT_PAGEID_H
#define TRANSPORT_PAGEID_H

#include <stdbool.h>
#include <stdint.h>

/* Of the pages in [start, end), all of them touched or pinned; 0 when the
 * kernel does not tell. */
uint64_t pageid_of(uintptr_t start, uintptr_t end);

#endif
