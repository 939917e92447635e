/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Performance variables (MPI 5.0, 15.3.7): the counters of
 * runtime/base/counter.h, the copy ledger among them.
 *
 * The counters run always and know nothing of tools. A handle remembers where
 * its variable stood when it was started, so each session has values of its
 * own: what has grown while the handle ran. Levels and peaks are read as they
 * are.
 */
#include "runtime/api/tool.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/counter.h"
#include "runtime/base/list.h"
#include "runtime/base/process.h"

struct pvar_session {
    struct list link;
    struct list handles;
};

struct pvar_handle {
    struct list link;
    int index;
    bool is_running;
    uint64_t start; /* what the counter was when it was started */
    uint64_t sum;   /* of earlier runs */
};

static struct list sessions = LIST_INIT(sessions);

static struct pvar_session *find_session(MPI_T_pvar_session session)
{
    LIST_FOR_EACH(node, &sessions)
        if (CONTAINER_OF(node, struct pvar_session, link) ==
            (struct pvar_session *)session)
            return (struct pvar_session *)session;
    return NULL;
}

static struct pvar_handle *find_handle(struct pvar_session *s,
                                       MPI_T_pvar_handle handle)
{
    LIST_FOR_EACH(node, &s->handles)
        if (CONTAINER_OF(node, struct pvar_handle, link) ==
            (struct pvar_handle *)handle)
            return (struct pvar_handle *)handle;
    return NULL;
}

static bool counts_up(int index)
{
    return counter_table[index].kind == COUNTS_UP;
}

/* MPI counts nothing before it begins and after it has ended. */
static uint64_t counter_now(int index)
{
    return library.process ? library.process->counters->value[index] : 0;
}

static uint64_t value_of(const struct pvar_handle *h)
{
    uint64_t now = counter_now(h->index);
    if (!counts_up(h->index))
        return now;
    if (!h->is_running || now < h->start)
        return h->sum;
    return h->sum + (now - h->start);
}

static void set_value(struct pvar_handle *h, uint64_t value)
{
    h->sum = value;
    h->start = counter_now(h->index);
}

static int class_of(int index)
{
    switch (counter_table[index].kind) {
    case IS_LEVEL:
        return MPI_T_PVAR_CLASS_LEVEL;
    case IS_PEAK:
        return MPI_T_PVAR_CLASS_HIGHWATERMARK;
    default:
        return MPI_T_PVAR_CLASS_COUNTER;
    }
}

PROFILE(MPI_T_pvar_get_num);
int MPI_T_pvar_get_num(int *num_pvar)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err == MPI_SUCCESS)
        tool_give(COUNTER_COUNT, num_pvar);
    return err;
}

PROFILE(MPI_T_pvar_get_info);
int MPI_T_pvar_get_info(int pvar_index, char *name, int *name_len,
                        int *verbosity, int *var_class, MPI_Datatype *datatype,
                        MPI_T_enum *enumtype, char *desc, int *desc_len,
                        int *bind, int *readonly, int *continuous, int *atomic)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (pvar_index < 0 || pvar_index >= COUNTER_COUNT)
        return MPI_T_ERR_INVALID_INDEX;
    tool_give_string(counter_table[pvar_index].name, name, name_len);
    tool_give_string(counter_table[pvar_index].help, desc, desc_len);
    tool_give(MPI_T_VERBOSITY_USER_BASIC, verbosity);
    tool_give(class_of(pvar_index), var_class);
    tool_give(MPI_T_BIND_NO_OBJECT, bind);
    tool_give(!counts_up(pvar_index), readonly);
    tool_give(!counts_up(pvar_index), continuous);
    tool_give(counts_up(pvar_index), atomic);
    if (datatype)
        *datatype = MPI_UNSIGNED_LONG_LONG;
    if (enumtype)
        *enumtype = MPI_T_ENUM_NULL;
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_get_index);
int MPI_T_pvar_get_index(const char *name, int var_class, int *pvar_index)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!name || !pvar_index)
        return MPI_T_ERR_INVALID;
    for (int i = 0; i < COUNTER_COUNT; i++)
        if (strcmp(counter_table[i].name, name) == 0 &&
            class_of(i) == var_class) {
            *pvar_index = i;
            return MPI_SUCCESS;
        }
    return MPI_T_ERR_INVALID_NAME;
}

PROFILE(MPI_T_pvar_session_create);
int MPI_T_pvar_session_create(MPI_T_pvar_session *pe_session)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    struct pvar_session *s = malloc(sizeof *s);
    if (!s)
        return MPI_T_ERR_OUT_OF_SESSIONS;
    list_init(&s->handles);
    list_append(&sessions, &s->link);
    *pe_session = (MPI_T_pvar_session)s;
    return MPI_SUCCESS;
}

static void free_handle(struct pvar_handle *h)
{
    list_remove(&h->link);
    free(h);
}

PROFILE(MPI_T_pvar_session_free);
int MPI_T_pvar_session_free(MPI_T_pvar_session *pe_session)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    struct pvar_session *s = pe_session ? find_session(*pe_session) : NULL;
    if (!s)
        return MPI_T_ERR_INVALID_SESSION;
    LIST_FOR_EACH(node, &s->handles)
        free_handle(CONTAINER_OF(node, struct pvar_handle, link));
    list_remove(&s->link);
    free(s);
    *pe_session = MPI_T_PVAR_SESSION_NULL;
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_handle_alloc);
int MPI_T_pvar_handle_alloc(MPI_T_pvar_session pe_session, int pvar_index,
                            void *obj_handle, MPI_T_pvar_handle *handle,
                            int *count)
{
    LIBRARY_LOCKED_ALWAYS;
    struct pvar_session *s = find_session(pe_session);
    (void)obj_handle; /* none is bound to an object */
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!s)
        return MPI_T_ERR_INVALID_SESSION;
    if (pvar_index < 0 || pvar_index >= COUNTER_COUNT)
        return MPI_T_ERR_INVALID_INDEX;
    struct pvar_handle *h = calloc(1, sizeof *h);
    if (!h)
        return MPI_T_ERR_OUT_OF_HANDLES;
    h->index = pvar_index;
    list_append(&s->handles, &h->link);
    *handle = (MPI_T_pvar_handle)h;
    tool_give(1, count);
    return MPI_SUCCESS;
}

/* What to do with a handle; MPI_SUCCESS or why not. */
typedef int (*handle_action)(struct pvar_handle *h, void *data);

/* Do it for the handle, or for those of all that are of a kind it can be done
 * for. */
static int act(MPI_T_pvar_session session, MPI_T_pvar_handle handle,
               handle_action action, void *data)
{
    struct pvar_session *s = find_session(session);
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!s)
        return MPI_T_ERR_INVALID_SESSION;
    if (handle != MPI_T_PVAR_ALL_HANDLES) {
        struct pvar_handle *h = find_handle(s, handle);
        return h ? action(h, data) : MPI_T_ERR_INVALID_HANDLE;
    }
    LIST_FOR_EACH(node, &s->handles) {
        struct pvar_handle *h = CONTAINER_OF(node, struct pvar_handle, link);
        if (counts_up(h->index))
            action(h, data);
    }
    return MPI_SUCCESS;
}

/* As act, for what concerns one handle only. */
static int act_on_one(MPI_T_pvar_session session, MPI_T_pvar_handle handle,
                      handle_action action, void *data)
{
    int err = tool_check();
    if (err == MPI_SUCCESS && handle == MPI_T_PVAR_ALL_HANDLES)
        err = MPI_T_ERR_INVALID_HANDLE;
    return err == MPI_SUCCESS ? act(session, handle, action, data) : err;
}

static int end_handle(struct pvar_handle *h, void *unused)
{
    (void)unused;
    free_handle(h);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_handle_free);
int MPI_T_pvar_handle_free(MPI_T_pvar_session pe_session,
                           MPI_T_pvar_handle *handle)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = act_on_one(pe_session, *handle, end_handle, NULL);
    if (err == MPI_SUCCESS)
        *handle = MPI_T_PVAR_HANDLE_NULL;
    return err;
}

static int start(struct pvar_handle *h, void *unused)
{
    (void)unused;
    if (!counts_up(h->index))
        return MPI_T_ERR_PVAR_NO_STARTSTOP;
    if (!h->is_running)
        h->start = counter_now(h->index);
    h->is_running = true;
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_start);
int MPI_T_pvar_start(MPI_T_pvar_session pe_session, MPI_T_pvar_handle handle)
{
    LIBRARY_LOCKED_ALWAYS;
    return act(pe_session, handle, start, NULL);
}

static int stop(struct pvar_handle *h, void *unused)
{
    (void)unused;
    if (!counts_up(h->index))
        return MPI_T_ERR_PVAR_NO_STARTSTOP;
    h->sum = value_of(h);
    h->is_running = false;
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_stop);
int MPI_T_pvar_stop(MPI_T_pvar_session pe_session, MPI_T_pvar_handle handle)
{
    LIBRARY_LOCKED_ALWAYS;
    return act(pe_session, handle, stop, NULL);
}

static int read_value(struct pvar_handle *h, void *buf)
{
    *(unsigned long long *)buf = value_of(h);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_read);
int MPI_T_pvar_read(MPI_T_pvar_session pe_session, MPI_T_pvar_handle handle,
                    void *buf)
{
    LIBRARY_LOCKED_ALWAYS;
    return act_on_one(pe_session, handle, read_value, buf);
}

static int write_value(struct pvar_handle *h, void *value)
{
    if (!counts_up(h->index))
        return MPI_T_ERR_PVAR_NO_WRITE;
    set_value(h, *(unsigned long long *)value);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_write);
int MPI_T_pvar_write(MPI_T_pvar_session pe_session, MPI_T_pvar_handle handle,
                     const void *buf)
{
    LIBRARY_LOCKED_ALWAYS;
    unsigned long long value;
    memcpy(&value, buf, sizeof value);
    return act_on_one(pe_session, handle, write_value, &value);
}

PROFILE(MPI_T_pvar_reset);
int MPI_T_pvar_reset(MPI_T_pvar_session pe_session, MPI_T_pvar_handle handle)
{
    LIBRARY_LOCKED_ALWAYS;
    unsigned long long zero = 0;
    return act(pe_session, handle, write_value, &zero);
}

static int read_and_reset(struct pvar_handle *h, void *buf)
{
    if (!counts_up(h->index))
        return MPI_T_ERR_PVAR_NO_WRITE;
    read_value(h, buf);
    set_value(h, 0);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_pvar_readreset);
int MPI_T_pvar_readreset(MPI_T_pvar_session pe_session,
                         MPI_T_pvar_handle handle, void *buf)
{
    LIBRARY_LOCKED_ALWAYS;
    return act_on_one(pe_session, handle, read_and_reset, buf);
}
