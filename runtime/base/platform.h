/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What differs between machines and compilers, in one place.
 *
 * This is the only file with #if on features and the only one that may use
 * compiler extensions directly; everything else uses the names below.
 */
#ifndef BASE_PLATFORM_H
#define BASE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define CACHE_LINE 64

/* 0 by configure --disable-argument-checks: then the compiler drops the checks
 * of arguments' values. */
#if !defined(BATON_ARGUMENT_CHECKS)
#define BATON_ARGUMENT_CHECKS 1
#endif

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NO_INLINE     __attribute__((noinline))
#define COLD          __attribute__((cold, noinline))
#define HOT           __attribute__((hot))
/* A function of loops that is compiled twice, for machines with wider vectors
 * too; which one runs is chosen when the program starts. Not with sanitizers,
 * whose own start comes after that. Multiplication and addition stay apart, so
 * both give the same bits. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) &&          \
    !defined(__clang__) && defined(__OPTIMIZE__) &&                            \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VECTOR_LOOPS __attribute__((target_clones("avx2", "default")))
#else
#define VECTOR_LOOPS
#endif
/* Before a variable: its function calls end(&variable) as it returns. */
#define ON_RETURN(end) __attribute__((cleanup(end)))
#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))

/* The struct that holds the given member at the given address. */
#define CONTAINER_OF(ptr, type, member)                                        \
    ((type *)((char *)(ptr) - offsetof(type, member)))

/* What holds Fortran's INTEGER*16 and REAL*16. */
#define INT128 __int128
#if defined(__aarch64__)
#define FLOAT128 long double
#else
#define FLOAT128 __float128
#endif

#define IS_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* align is a power of two. */
static inline size_t align_up(size_t value, size_t align)
{
    return (value + align - 1) & ~(align - 1);
}

/* *out += a * b; true when that does not fit, *out is then undefined. */
static inline bool add_product_overflows(int64_t *out, int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ||
           __builtin_add_overflow(*out, product, out);
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

/* Nothing behind this is begun on a guess at a branch in front of it. */
static inline void speculation_barrier(void)
{
#if defined(__SSE2__)
    _mm_lfence();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#endif
}

/*
 * Copy to memory that another core will read and this one will not: past the
 * caches where the machine can. `to` is aligned to a cache line. Ordered before
 * all later stores.
 */
static inline void copy_streaming(void *to, const void *from, size_t bytes)
{
    size_t done = 0;
#if defined(__SSE2__)
    for (; done + CACHE_LINE <= bytes; done += CACHE_LINE)
        for (size_t i = done; i < done + CACHE_LINE; i += sizeof(__m128i))
            _mm_stream_si128(
                (__m128i *)(void *)((char *)to + i),
                _mm_loadu_si128((const __m128i *)(const void *)
                                    ((const char *)from + i)));
    _mm_sfence();
#endif
    memcpy((char *)to + done, (const char *)from + done, bytes - done);
}

#endif
