/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What functions on sessions share.
 */
#ifndef API_SESSION_CALL_H
#define API_SESSION_CALL_H

#include "runtime/api/api.h"
#include "runtime/objects/session.h"

int check_session(MPI_Session handle, struct session **out);

/* As api_result with the session's error handler; session may be NULL. */
int session_raise(struct session *s, int err, const char *function) COLD;

static inline int session_result(struct session *s, int err,
                                 const char *function)
{
    return LIKELY(err == MPI_SUCCESS) ? err : session_raise(s, err, function);
}

#endif
