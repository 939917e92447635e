/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A user's function may itself get, set and delete attributes of the object,
 * so nothing of a list is held across a call of one.
 */
#include "runtime/objects/attr.h"

#include <stdlib.h>

#include "runtime/base/error.h"
#include "runtime/objects/error_text.h"

/* Numbers up to 16384 are the standard's. */
enum { KEYVAL_BASE = 16384 };

struct attr {
    struct attr *next;
    struct keyval *keyval; /* one reference */
    void *value;
};

int keyval_create(enum kind of, void *extra_state, struct keyval **out)
{
    struct keyval *k = calloc(1, sizeof *k);
    if (!k)
        return MPI_ERR_NO_MEM;
    k->object = (struct object){ .kind = KIND_KEYVAL, .references = 1 };
    k->of = of;
    k->extra_state = extra_state;
    int err = handle_add(&k->object);
    if (err != MPI_SUCCESS) {
        free(k);
        return err;
    }
    *out = k;
    return MPI_SUCCESS;
}

int keyval_number(const struct keyval *k)
{
    return (int)k->object.handle + KEYVAL_BASE;
}

struct keyval *keyval_find(int number, enum kind of)
{
    if (number < KEYVAL_BASE)
        return NULL;
    struct keyval *k = (struct keyval *)handle_find(
        (void *)(uintptr_t)(number - KEYVAL_BASE), KIND_KEYVAL);
    return k && k->of == of ? k : NULL;
}

static void keyval_release(struct keyval *k)
{
    if (--k->object.references > 0)
        return;
    handle_remove(&k->object);
    free(k);
}

void keyval_free(struct keyval *k)
{
    k->is_freed = true;
    keyval_release(k);
}

static struct attr **find(struct attr **list, const struct keyval *k)
{
    while (*list && (*list)->keyval != k)
        list = &(*list)->next;
    return list;
}

bool attr_get(struct attr *const *list, const struct keyval *k, void **value)
{
    const struct attr *a = *list;
    while (a && a->keyval != k)
        a = a->next;
    if (!a)
        return false;
    *value = a->value;
    return true;
}

/* A user may return anything that is not MPI_SUCCESS. */
static int result(int code, const char *what, const struct keyval *k)
{
    if (code == MPI_SUCCESS || error_text(code))
        return code;
    return error_make(MPI_ERR_OTHER, "the %s function of keyval %d returned %d",
                      what, keyval_number(k), code);
}

static int call_delete(const struct keyval *k, void *handle, void *value)
{
    const int number = keyval_number(k);
    if (!k->remove.comm)
        return MPI_SUCCESS;
    int code = MPI_SUCCESS;
    if (k->of == KIND_COMM)
        code = k->remove.comm(handle, number, value, k->extra_state);
    else if (k->of == KIND_DATATYPE)
        code = k->remove.type(handle, number, value, k->extra_state);
    else
        code = k->remove.win(handle, number, value, k->extra_state);
    return result(code, "delete", k);
}

static int call_copy(const struct keyval *k, void *handle, void *value,
                     void **copy, int *flag)
{
    const int number = keyval_number(k);
    *flag = k->copy.comm == MPI_COMM_DUP_FN;
    *copy = value;
    if (!k->copy.comm || *flag)
        return MPI_SUCCESS;
    int code = MPI_SUCCESS;
    if (k->of == KIND_COMM)
        code = k->copy.comm(handle, number, k->extra_state, value, copy, flag);
    else if (k->of == KIND_DATATYPE)
        code = k->copy.type(handle, number, k->extra_state, value, copy, flag);
    else
        code = k->copy.win(handle, number, k->extra_state, value, copy, flag);
    return result(code, "copy", k);
}

static int add(struct attr **place, struct keyval *k, void *value)
{
    struct attr *a = malloc(sizeof *a);
    if (!a)
        return MPI_ERR_NO_MEM;
    *a = (struct attr){ .next = *place, .keyval = k, .value = value };
    k->object.references++;
    *place = a;
    return MPI_SUCCESS;
}

static void drop(struct attr **place)
{
    struct attr *a = *place;
    *place = a->next;
    keyval_release(a->keyval);
    free(a);
}

int attr_set(struct attr **list, struct keyval *k, void *value, void *handle)
{
    const struct attr *old = *find(list, k);
    if (!old)
        return add(list, k, value);
    int err = call_delete(k, handle, old->value);
    if (err != MPI_SUCCESS)
        return err;
    struct attr *still = *find(list, k);
    if (!still)
        return add(list, k, value);
    still->value = value;
    return MPI_SUCCESS;
}

int attr_delete(struct attr **list, struct keyval *k, void *handle)
{
    const struct attr *a = *find(list, k);
    if (!a)
        return MPI_SUCCESS;
    k->object.references++; /* the function may free the keyval */
    int err = call_delete(k, handle, a->value);
    struct attr **place = find(list, k);
    if (err == MPI_SUCCESS && *place)
        drop(place);
    keyval_release(k);
    return err;
}

int attr_delete_all(struct attr **list, void *handle)
{
    int err = MPI_SUCCESS;
    while (*list && err == MPI_SUCCESS)
        err = attr_delete(list, (*list)->keyval, handle);
    return err;
}

int attr_copy_all(struct attr *const *from, void *from_handle,
                  struct attr **to)
{
    int err = MPI_SUCCESS;
    struct attr **end = to;
    for (struct attr *a = *from; a && err == MPI_SUCCESS; a = a->next) {
        int flag;
        void *copy;
        err = call_copy(a->keyval, from_handle, a->value, &copy, &flag);
        if (err == MPI_SUCCESS && flag) {
            err = add(end, a->keyval, copy);
            if (err == MPI_SUCCESS)
                end = &(*end)->next;
        }
    }
    while (err != MPI_SUCCESS && *to)
        drop(to);
    return err;
}
