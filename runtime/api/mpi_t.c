/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Beginning and end of the tool information interface, and the names of values
 * (MPI 5.0, 15.3). It works before MPI_Init and after MPI_Finalize.
 */
#include "runtime/api/tool.h"

#include <stdio.h>
#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/config.h"

static int users; /* that have initialized it and not finalized */

static const char *const no_yes[] = { "no", "yes" };

const struct tool_enum tool_switch = { "switch", 2, no_yes };

int tool_check(void)
{
    return users > 0 ? MPI_SUCCESS : MPI_T_ERR_NOT_INITIALIZED;
}

void tool_give_string(const char *text, char *buffer, int *length)
{
    if (!length)
        return;
    if (buffer && *length > 0)
        snprintf(buffer, (size_t)*length, "%s", text);
    *length = (int)strlen(text) + 1;
}

PROFILE(MPI_T_init_thread);
int MPI_T_init_thread(int required, int *provided)
{
    LIBRARY_LOCKED_ALWAYS;
    (void)required; /* every level is safe here, at any level of MPI's own */
    if (config_ensure() != MPI_SUCCESS)
        return MPI_T_ERR_CANNOT_INIT;
    users++;
    tool_give(MPI_THREAD_MULTIPLE, provided);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_finalize);
int MPI_T_finalize(void)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err == MPI_SUCCESS)
        users--;
    return err;
}

static const struct tool_enum *find_enum(MPI_T_enum handle)
{
    return handle == tool_enum_handle(&tool_switch) ? &tool_switch : NULL;
}

static int check_enum(MPI_T_enum enumtype, const struct tool_enum **out)
{
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    *out = find_enum(enumtype);
    return *out ? MPI_SUCCESS : MPI_T_ERR_INVALID_HANDLE;
}

PROFILE(MPI_T_enum_get_info);
int MPI_T_enum_get_info(MPI_T_enum enumtype, int *num, char *name,
                        int *name_len)
{
    LIBRARY_LOCKED_ALWAYS;
    const struct tool_enum *e;
    int err = check_enum(enumtype, &e);
    if (err != MPI_SUCCESS)
        return err;
    tool_give(e->count, num);
    tool_give_string(e->name, name, name_len);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_enum_get_item);
int MPI_T_enum_get_item(MPI_T_enum enumtype, int indx, int *value, char *name,
                        int *name_len)
{
    LIBRARY_LOCKED_ALWAYS;
    const struct tool_enum *e;
    int err = check_enum(enumtype, &e);
    if (err != MPI_SUCCESS)
        return err;
    if (indx < 0 || indx >= e->count)
        return MPI_T_ERR_INVALID_ITEM;
    tool_give(indx, value);
    tool_give_string(e->items[indx], name, name_len);
    return MPI_SUCCESS;
}
