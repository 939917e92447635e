/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hints that a communicator keeps: those of the standard, which all default to
 * false.
 */
#include <string.h>

#include "runtime/base/platform.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/info.h"

static const char *const known[] = {
    "mpi_assert_no_any_tag",
    "mpi_assert_no_any_source",
    "mpi_assert_exact_length",
    "mpi_assert_allow_overtaking",
};

int comm_add_hints(struct mpi_comm *c, const struct mpi_info *info)
{
    int err = MPI_SUCCESS;
    for (size_t i = 0; i < ARRAY_COUNT(known) && err == MPI_SUCCESS; i++) {
        const char *value = info_get(info, known[i]);
        if (!value || (strcmp(value, "true") != 0 &&
                       strcmp(value, "false") != 0))
            continue;
        if (!c->info)
            err = info_create(&c->info);
        if (err == MPI_SUCCESS)
            err = info_set(c->info, known[i], value);
    }
    return err;
}

int comm_hints(const struct mpi_comm *c, struct mpi_info **out)
{
    struct mpi_info *info;
    int err = info_create(&info);
    if (err != MPI_SUCCESS)
        return err;
    for (size_t i = 0; i < ARRAY_COUNT(known) && err == MPI_SUCCESS; i++) {
        const char *value = info_get(c->info, known[i]);
        err = info_set(info, known[i], value ? value : "false");
    }
    if (err != MPI_SUCCESS)
        info_destroy(info);
    else
        *out = info;
    return err;
}
