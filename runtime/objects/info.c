/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Infos are short, so a key is searched for from the first to the last.
 */
#include "runtime/objects/info.h"

#include <stdlib.h>
#include <string.h>

static struct mpi_info environment;

int info_init_predefined(void)
{
    environment.object = (struct object){ .kind = KIND_INFO, .references = 1 };
    return handle_add_predefined(&environment.object,
                                 (uintptr_t)MPI_INFO_ENV);
}

int info_create(struct mpi_info **out)
{
    struct mpi_info *info = calloc(1, sizeof *info);
    if (!info)
        return MPI_ERR_NO_MEM;
    info->object = (struct object){ .kind = KIND_INFO, .references = 1 };
    *out = info;
    return MPI_SUCCESS;
}

int info_dup(const struct mpi_info *from, struct mpi_info **out)
{
    struct mpi_info *info;
    int err = info_create(&info);
    for (size_t i = 0; from && i < from->count && err == MPI_SUCCESS; i++)
        err = info_set(info, from->pairs[i].key, from->pairs[i].value);
    if (err == MPI_SUCCESS)
        *out = info;
    return err;
}

static void pair_fini(struct info_pair *pair)
{
    free(pair->key);
    free(pair->value);
}

void info_destroy(struct mpi_info *info)
{
    if (!info)
        return;
    handle_remove(&info->object);
    for (size_t i = 0; i < info->count; i++)
        pair_fini(&info->pairs[i]);
    free(info->pairs);
    free(info);
}

int info_give(struct mpi_info *info, MPI_Info *out)
{
    int err = handle_add(&info->object);
    if (err == MPI_SUCCESS)
        *out = (MPI_Info)info->object.handle;
    else
        info_destroy(info);
    return err;
}

static struct info_pair *find(const struct mpi_info *info, const char *key)
{
    for (size_t i = 0; info && i < info->count; i++)
        if (strcmp(info->pairs[i].key, key) == 0)
            return &info->pairs[i];
    return NULL;
}

static bool grow(struct mpi_info *info)
{
    if (info->count < info->capacity)
        return true;
    size_t capacity = info->capacity ? 2 * info->capacity : 8;
    struct info_pair *pairs = realloc(info->pairs, capacity * sizeof *pairs);
    if (!pairs)
        return false;
    info->pairs = pairs;
    info->capacity = capacity;
    return true;
}

int info_set(struct mpi_info *info, const char *key, const char *value)
{
    struct info_pair *known = find(info, key);
    struct info_pair made = { known ? NULL : strdup(key), strdup(value) };
    if (!made.value || (!known && (!made.key || !grow(info)))) {
        pair_fini(&made);
        return MPI_ERR_NO_MEM;
    }
    if (known) {
        free(known->value);
        known->value = made.value;
    } else {
        info->pairs[info->count++] = made;
    }
    return MPI_SUCCESS;
}

const char *info_get(const struct mpi_info *info, const char *key)
{
    const struct info_pair *pair = find(info, key);
    return pair ? pair->value : NULL;
}

bool info_remove(struct mpi_info *info, const char *key)
{
    struct info_pair *pair = find(info, key);
    if (!pair)
        return false;
    pair_fini(pair);
    size_t after = info->count - (size_t)(pair - info->pairs) - 1;
    memmove(pair, pair + 1, after * sizeof *pair);
    info->count--;
    return true;
}
