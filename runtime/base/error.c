/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of the last sentences. The slot of sentence k is k % ERROR_SENTENCES
 * and remembers k, so that a stale code is recognised.
 */
#include "runtime/base/error.h"

#include <pthread.h>
#include <stdio.h>

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

const char *error_sentence(int code)
{
    int k = code / ERROR_CODE_STEP;
    if (k <= 0 || ring[k % ERROR_SENTENCES].sequence != k)
        return NULL;
    return ring[k % ERROR_SENTENCES].text;
}
