/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Control variables (MPI 5.0, 15.3.6): the settings of runtime/base/config.c,
 * under the names of their environment variables. They are read when MPI
 * begins, so they can be written until then.
 */
#include "runtime/api/tool.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/config.h"
#include "runtime/base/list.h"

struct cvar_handle {
    struct list link;
    struct config_setting setting;
};

static struct list handles = LIST_INIT(handles);

static struct cvar_handle *find(MPI_T_cvar_handle handle)
{
    LIST_FOR_EACH(node, &handles)
        if (CONTAINER_OF(node, struct cvar_handle, link) ==
            (struct cvar_handle *)handle)
            return (struct cvar_handle *)handle;
    return NULL;
}

static MPI_Datatype type_of(enum config_kind kind)
{
    switch (kind) {
    case CONFIG_BYTES:
        return MPI_UNSIGNED_LONG;
    case CONFIG_STRING:
        return MPI_CHAR;
    default:
        return MPI_INT;
    }
}

_Static_assert(sizeof(size_t) == sizeof(unsigned long), "see type_of");

/* Have the settings been read? */
static bool is_late(void)
{
    return library.process || library.is_finalized;
}

PROFILE(MPI_T_cvar_get_num);
int MPI_T_cvar_get_num(int *num_cvar)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err == MPI_SUCCESS)
        tool_give(config_count(), num_cvar);
    return err;
}

/* Who first asks when MPI has begun learns that nothing can be set any more.
 * The same is told from then on, as the standard wants. */
static int scope_to_tell(void)
{
    static int told;
    if (!told)
        told = is_late() ? MPI_T_SCOPE_READONLY : MPI_T_SCOPE_ALL;
    return told;
}

PROFILE(MPI_T_cvar_get_info);
int MPI_T_cvar_get_info(int cvar_index, char *name, int *name_len,
                        int *verbosity, MPI_Datatype *datatype,
                        MPI_T_enum *enumtype, char *desc, int *desc_len,
                        int *bind, int *scope)
{
    LIBRARY_LOCKED_ALWAYS;
    struct config_setting s;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!config_get(cvar_index, &s))
        return MPI_T_ERR_INVALID_INDEX;
    tool_give_string(s.name, name, name_len);
    tool_give_string(s.help, desc, desc_len);
    tool_give(MPI_T_VERBOSITY_USER_BASIC, verbosity);
    tool_give(MPI_T_BIND_NO_OBJECT, bind);
    tool_give(scope_to_tell(), scope);
    if (datatype)
        *datatype = type_of(s.kind);
    if (enumtype)
        *enumtype = s.kind == CONFIG_BOOL ? tool_enum_handle(&tool_switch)
                                          : MPI_T_ENUM_NULL;
    return MPI_SUCCESS;
}

PROFILE(MPI_T_cvar_get_index);
int MPI_T_cvar_get_index(const char *name, int *cvar_index)
{
    LIBRARY_LOCKED_ALWAYS;
    struct config_setting s;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!name || !cvar_index)
        return MPI_T_ERR_INVALID;
    for (int i = 0; config_get(i, &s); i++)
        if (strcmp(s.name, name) == 0) {
            *cvar_index = i;
            return MPI_SUCCESS;
        }
    return MPI_T_ERR_INVALID_NAME;
}

PROFILE(MPI_T_cvar_handle_alloc);
int MPI_T_cvar_handle_alloc(int cvar_index, void *obj_handle,
                            MPI_T_cvar_handle *handle, int *count)
{
    LIBRARY_LOCKED_ALWAYS;
    struct config_setting s;
    (void)obj_handle; /* none is bound to an object */
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!config_get(cvar_index, &s))
        return MPI_T_ERR_INVALID_INDEX;
    if (!handle)
        return MPI_T_ERR_INVALID;
    struct cvar_handle *h = malloc(sizeof *h);
    if (!h)
        return MPI_T_ERR_OUT_OF_HANDLES;
    h->setting = s;
    list_append(&handles, &h->link);
    *handle = (MPI_T_cvar_handle)h;
    tool_give(s.kind == CONFIG_STRING ? CONFIG_STRING_MAX : 1, count);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_cvar_handle_free);
int MPI_T_cvar_handle_free(MPI_T_cvar_handle *handle)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    struct cvar_handle *h = handle ? find(*handle) : NULL;
    if (!h)
        return MPI_T_ERR_INVALID_HANDLE;
    list_remove(&h->link);
    free(h);
    *handle = MPI_T_CVAR_HANDLE_NULL;
    return MPI_SUCCESS;
}

/* May the value of handle be moved from or to buf? */
static int check_access(MPI_T_cvar_handle handle, const void *buf,
                        const struct cvar_handle **out)
{
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    *out = find(handle);
    if (!*out)
        return MPI_T_ERR_INVALID_HANDLE;
    return buf ? MPI_SUCCESS : MPI_T_ERR_INVALID;
}

/* A text that is longer than what handle_alloc promised is cut. */
static void read_value(const struct config_setting *s, void *buf)
{
    switch (s->kind) {
    case CONFIG_BOOL:
        *(int *)buf = *(const bool *)s->value;
        break;
    case CONFIG_INT:
        *(int *)buf = *(const int *)s->value;
        break;
    case CONFIG_BYTES:
        *(unsigned long *)buf = *(const size_t *)s->value;
        break;
    case CONFIG_STRING: {
        int length = CONFIG_STRING_MAX;
        tool_give_string(*(const char *const *)s->value, buf, &length);
        break;
    }
    }
}

PROFILE(MPI_T_cvar_read);
int MPI_T_cvar_read(MPI_T_cvar_handle handle, void *buf)
{
    LIBRARY_LOCKED_ALWAYS;
    const struct cvar_handle *h;
    int err = check_access(handle, buf, &h);
    if (err != MPI_SUCCESS)
        return err;
    read_value(&h->setting, buf);
    return MPI_SUCCESS;
}

static int write_value(const struct config_setting *s, const void *buf)
{
    int err;
    if (s->kind == CONFIG_BOOL) {
        const int number = *(const int *)buf;
        const bool value = number;
        if (number != 0 && number != 1)
            return MPI_T_ERR_INVALID;
        err = config_set(s, &value);
    } else {
        if (s->kind == CONFIG_STRING && !memchr(buf, '\0', CONFIG_STRING_MAX))
            return MPI_T_ERR_INVALID;
        err = config_set(s, buf);
    }
    return err == MPI_SUCCESS ? MPI_SUCCESS : MPI_T_ERR_MEMORY;
}

PROFILE(MPI_T_cvar_write);
int MPI_T_cvar_write(MPI_T_cvar_handle handle, const void *buf)
{
    LIBRARY_LOCKED_ALWAYS;
    const struct cvar_handle *h;
    int err = check_access(handle, buf, &h);
    if (err != MPI_SUCCESS)
        return err;
    if (is_late())
        return MPI_T_ERR_CVAR_SET_NOT_NOW;
    return write_value(&h->setting, buf);
}
