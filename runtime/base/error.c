/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of the last sentences. The slot of sentence k is k % ERROR_SENTENCES
 * and remembers k, so that a stale code is recognised.
 */
#include "runtime/base/error.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct {
    int sequence;
    char text[512]; /* MPI_MAX_ERROR_STRING */
} ring[ERROR_SENTENCES];

static int last_sequence;
static pthread_mutex_t ring_lock = PTHREAD_MUTEX_INITIALIZER;

int error_make(int error_class, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&ring_lock);
    int k = last_sequence < ERROR_SEQUENCES - 1 ? last_sequence + 1 : 1;
    last_sequence = k;
    ring[k % ERROR_SENTENCES].sequence = k;
    vsnprintf(ring[k % ERROR_SENTENCES].text, sizeof ring[0].text, format,
              args);
    pthread_mutex_unlock(&ring_lock);
    va_end(args);
    return error_class_of(error_class) + ERROR_CODE_STEP * k;
}

void error_name_function(int code, const char *function)
{
    char old[sizeof ring[0].text];
    const size_t length = strlen(function);
    pthread_mutex_lock(&ring_lock);
    char *text = (char *)(uintptr_t)error_sentence(code);
    if (text && strncmp(text, function, length) != 0) {
        memcpy(old, text, sizeof old);
        snprintf(text, sizeof old, "%s: %.*s", function,
                 (int)(sizeof old - length - 3), old);
    }
    pthread_mutex_unlock(&ring_lock);
}

const char *error_sentence(int code)
{
    int k = code / ERROR_CODE_STEP;
    if (k <= 0 || ring[k % ERROR_SENTENCES].sequence != k)
        return NULL;
    return ring[k % ERROR_SENTENCES].text;
}
