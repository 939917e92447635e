/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions (MPI 5.0, 11.3). All sessions and the world model share one
 * instance; it stays open from the first session to the program's end, because
 * ranks open and close theirs at different times.
 */
#include "runtime/api/session_call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "runtime/api/check.h"
#include "runtime/api/errhandler_call.h"
#include "runtime/api/info_env.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/errhandler.h"
#include "runtime/p2p/bsend.h"
#include "runtime/p2p/p2p.h"

int check_session(MPI_Session handle, struct session **out)
{
    *out = session_find(handle);
    if (*out)
        return MPI_SUCCESS;
    if (handle == MPI_SESSION_NULL)
        return error_make(MPI_ERR_SESSION, "MPI_SESSION_NULL is not a session");
    return error_make(MPI_ERR_SESSION, "handle 0x%llx is not a session",
                      (unsigned long long)(uintptr_t)handle);
}

int session_raise(struct session *s, int err, const char *function)
{
    if (!s || !library.process)
        return api_raise_anytime(err, function);
    error_name_function(err, function);
    const struct mpi_errhandler *handler = s->errhandler;
    if (handler->of == KIND_SESSION) {
        MPI_Session handle = (MPI_Session)s->object.handle;
        int code = err;
        handler->user.session(&handle, &code, NULL);
    } else if (handler->object.handle != (uintptr_t)MPI_ERRORS_RETURN) {
        api_die(err, function);
    }
    return err;
}

/* What the user may ask back: the level in use. */
static int make_info(const struct mpi_info *asked, struct mpi_info **out)
{
    const char *kinds = info_get(asked, "mpi_memory_alloc_kinds");
    int err = info_create(out);
    if (err == MPI_SUCCESS)
        err = info_set(*out, "thread_level",
                       thread_level_name(library.thread_level));
    if (err == MPI_SUCCESS && kinds)
        err = info_set(*out, "mpi_memory_alloc_kinds", "mpi,system");
    return err;
}

/* The first session decides, unless MPI_Init has. Who does not say what he
 * wants gets the level with which parts of a program need not know of each
 * other, as sessions are for. */
static void choose_thread_level(const struct mpi_info *asked)
{
    static const int levels[] = { MPI_THREAD_SINGLE, MPI_THREAD_FUNNELED,
                                  MPI_THREAD_SERIALIZED };
    const char *name = info_get(asked, "thread_level");
    int level = MPI_THREAD_MULTIPLE;
    if (library.is_initialized || library.sessions > 0)
        return;
    for (size_t i = 0; name && i < ARRAY_COUNT(levels); i++)
        if (strcmp(name, thread_level_name(levels[i])) == 0)
            level = levels[i];
    library_set_level(level);
}

static int open_session(const struct mpi_info *asked,
                        struct mpi_errhandler *handler, MPI_Session *out)
{
    struct mpi_info *info = NULL;
    struct session *s;
    instance_open("MPI_Session_init");
    instance_close_at_exit();
    choose_thread_level(asked);
    int err = make_info(asked, &info);
    if (err == MPI_SUCCESS)
        err = session_create(handler, info, &s);
    if (err != MPI_SUCCESS) {
        info_destroy(info);
        return err;
    }
    library.sessions++;
    library.had_sessions = true;
    *out = (MPI_Session)s->object.handle;
    return MPI_SUCCESS;
}

PROFILE(MPI_Session_init);
int MPI_Session_init(MPI_Info info, MPI_Errhandler errhandler,
                     MPI_Session *session)
{
    LIBRARY_LOCKED_ALWAYS;
    struct mpi_info *asked;
    struct mpi_errhandler *handler;
    int err = check_info_or_null(info, &asked);
    if (err == MPI_SUCCESS)
        err = objects_open();
    if (err == MPI_SUCCESS)
        err = check_errhandler(errhandler, KIND_SESSION, &handler);
    if (err == MPI_SUCCESS)
        err = check_pointer(session, "session");
    if (err == MPI_SUCCESS)
        err = open_session(asked, handler, session);
    return api_result_anytime(err, "MPI_Session_init");
}

PROFILE(MPI_Session_finalize);
int MPI_Session_finalize(MPI_Session *session)
{
    LIBRARY_LOCKED_ALWAYS;
    struct session *s = NULL;
    int err = check_pointer(session, "session");
    if (err == MPI_SUCCESS)
        err = check_session(*session, &s);
    if (err != MPI_SUCCESS)
        return session_raise(s, err, "MPI_Session_finalize");
    void *memory;
    MPI_Count bytes;
    bsend_detach(&s->buffer, &library.process->progress, &memory, &bytes);
    p2p_flush(library.p2p);
    handle_remove(&s->object);
    session_release(s);
    library.sessions--;
    *session = MPI_SESSION_NULL;
    return MPI_SUCCESS;
}

PROFILE(MPI_Session_get_info);
int MPI_Session_get_info(MPI_Session session, MPI_Info *info_used)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct mpi_info *copy;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_pointer(info_used, "info_used");
    if (err == MPI_SUCCESS)
        err = info_dup(s->info, &copy);
    if (err == MPI_SUCCESS)
        err = info_give(copy, info_used);
    return session_result(s, err, "MPI_Session_get_info");
}

PROFILE(MPI_Session_toint);
int MPI_Session_toint(MPI_Session session)
{
    return (int)(uintptr_t)session;
}

PROFILE(MPI_Session_fromint);
MPI_Session MPI_Session_fromint(int session)
{
    return (MPI_Session)(uintptr_t)(unsigned)session;
}
