/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: one line per event on stderr, "baton[rank@host] module: text".
 *
 * Each .c file that logs defines LOG_MODULE before including this header.
 * Text is lower case, ranks in decimal, queue pairs in hex. Who first knows
 * the cause of a failure logs it, once; callers pass the error code up.
 * trace is compiled in by --enable-debug only. All calls are thread-safe (one
 * write(2) per line).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "runtime/base/platform.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE };

/* Lines above this level are dropped; set from the setting `log`. */
extern enum log_level log_level;

/* Name this process in every line: "3@node1", "mpirun", "agent@node1". */
void log_set_name(const char *name);
const char *log_get_name(void);

/* Turn "error", "warn", "info", "debug" or "trace" into a level; false when
 * the text is none of these. */
bool log_parse_level(const char *text, enum log_level *level);

void log_print(enum log_level level, const char *module, const char *format,
               ...) PRINTF_LIKE(3, 4);

#define log_at(level, ...)                                                     \
    do {                                                                       \
        if ((level) <= log_level)                                              \
            log_print(level, LOG_MODULE, __VA_ARGS__);                         \
    } while (0)

#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

#ifdef BATON_TRACE
#define log_trace(...) log_at(LOG_TRACE, __VA_ARGS__)
#else
#define log_trace(...) ((void)0)
#endif

#endif
