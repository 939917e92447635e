/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error classes and codes that the user adds (MPI 5.0, 9.5). Their numbers are
 * above all of ours, so one number line serves classes and codes.
 */
#ifndef OBJECTS_ERROR_USER_H
#define OBJECTS_ERROR_USER_H

#include <stdbool.h>

/* The first such number; error_make's codes stay below. */
enum { ERROR_USER_FIRST = 1 << 30 };

/*
 * Add a code of the given class; a new class is a code of its own class, for
 * which error_class is 0.
 * Errors   MPI_ERR_NO_MEM
 */
int error_user_add(int error_class, int *code);

/* Is this a live code, or class, that was added? */
bool error_user_is_known(int code);

/* The class of a live added code. */
int error_user_class(int code);

/* The text of a live added code, "" until it is set. */
const char *error_user_text(int code);

/* Set or, with "", remove the text. Errors: MPI_ERR_NO_MEM */
int error_user_set_text(int code, const char *text);

/* Take an added code back; false while codes of that class exist. */
bool error_user_remove(int code);

/* The value of the attribute MPI_LASTUSEDCODE. */
int error_user_last(void);

#endif
