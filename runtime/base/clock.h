/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time: CLOCK_MONOTONIC in nanoseconds. Never goes back; not comparable
 * between hosts. About 20 ns a call through the vDSO.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_nsec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
