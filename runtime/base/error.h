/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Errors as values: an MPI error class, or a code that carries a sentence too.
 *
 * A code is class + 16384 * k (the ABI keeps all classes below 16384), where k
 * picks one of the last ERROR_SENTENCES sentences. MPI_Error_class gives the
 * class, MPI_Error_string the sentence while it is kept and the text of the
 * class afterwards. Thread-safe.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

#include "runtime/base/platform.h"

enum {
    ERROR_SENTENCES = 64,
    ERROR_CODE_STEP = 16384,
    ERROR_SEQUENCES = 65536 /* k is below: codes from 2^30 on are the user's */
};

/*
 * Keep a sentence that says what was wrong, where, and what to do; return the
 * code for it. error_class is an MPI error class other than MPI_SUCCESS.
 */
int error_make(int error_class, const char *format, ...) PRINTF_LIKE(2, 3) COLD;

/* Put "function: " before the sentence of a code, if it has one that does not
 * begin so. */
void error_name_function(int code, const char *function) COLD;

/* The class of a code or of a class; identity on MPI_SUCCESS. */
static inline int error_class_of(int code)
{
    return code % ERROR_CODE_STEP;
}

/* The sentence of a code, or NULL for a plain class or a forgotten sentence.
 * Valid until ERROR_SENTENCES further errors were made. */
const char *error_sentence(int code);

#endif
