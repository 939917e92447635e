/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What differs between machines and compilers, in one place.
 *
 * This is the only file with #if on features and the only one that may use
 * compiler extensions directly; everything else uses the names below.
 */
#ifndef BASE_PLATFORM_H
#define BASE_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE 64

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NO_INLINE     __attribute__((noinline))
#define COLD          __attribute__((cold, noinline))
#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))

/* The struct that holds the given member at the given address. */
#define CONTAINER_OF(ptr, type, member)                                        \
    ((type *)((char *)(ptr) - offsetof(type, member)))

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* align is a power of two. */
static inline size_t align_up(size_t value, size_t align)
{
    return (value + align - 1) & ~(align - 1);
}

/* Tell the core that this is a spin loop. */
static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#else
    __asm__ __volatile__("" ::: "memory");
#endif
}

#endif
