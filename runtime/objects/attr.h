/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attributes: values that a user hangs on communicators, datatypes and
 * windows under a key (keyval), with functions called when the object is
 * copied and when the value goes (MPI 5.0, 7.7).
 *
 * A keyval is a number above what the standard reserves. It lives until the
 * user has freed it and no object has a value for it.
 */
#ifndef OBJECTS_ATTR_H
#define OBJECTS_ATTR_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

/* Of one object, the last set first. */
struct attr;

/* The functions of a keyval; which of the three is told by its kind. The
 * predefined ones are the numbers 0 and 1, not functions. */
union attr_copy {
    MPI_Comm_copy_attr_function *comm;
    MPI_Type_copy_attr_function *type;
    MPI_Win_copy_attr_function *win;
};

union attr_delete {
    MPI_Comm_delete_attr_function *comm;
    MPI_Type_delete_attr_function *type;
    MPI_Win_delete_attr_function *win;
};

struct keyval {
    struct object object;
    enum kind of;    /* KIND_COMM, KIND_DATATYPE */
    bool is_freed;   /* by the user */
    union attr_copy copy;
    union attr_delete remove;
    void *extra_state;
};

/* A keyval for objects of kind; the caller sets the functions. Errors:
 * MPI_ERR_NO_MEM */
int keyval_create(enum kind of, void *extra_state, struct keyval **out);

/* The number the user has of it. */
int keyval_number(const struct keyval *k);

/* The keyval for objects of kind that has this number, or NULL; also one that
 * the user has freed. */
struct keyval *keyval_find(int number, enum kind of);

/* The user gives it up. */
void keyval_free(struct keyval *k);

/* The value under k; false when there is none. */
bool attr_get(struct attr *const *list, const struct keyval *k, void **value);

/*
 * The functions below call those of the keyvals; `handle` is the object's,
 * which they are given. Errors: what a function returned, as a code of
 * MPI_ERR_OTHER unless it is a known code; MPI_ERR_NO_MEM.
 */

/* Set, after deleting a former value. */
int attr_set(struct attr **list, struct keyval *k, void *value, void *handle);

/* Delete the value under k; none is MPI_SUCCESS. */
int attr_delete(struct attr **list, struct keyval *k, void *handle);

/* Delete all, the last set first; stops at the first error. */
int attr_delete_all(struct attr **list, void *handle);

/* Give *to what of from is copied; on error it is left empty. */
int attr_copy_all(struct attr *const *from, void *from_handle,
                  struct attr **to);

#endif
