/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log. A line is formatted into one buffer and written by one write(2), so
 * that lines of several ranks on one terminal do not mix.
 */
#include "runtime/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum log_level log_level = LOG_WARN;

static char name[288] = "?";

static const char *const level_names[] = { "error", "warn", "info", "debug",
                                           "trace" };

void log_set_name(const char *new_name)
{
    snprintf(name, sizeof name, "%s", new_name);
}

const char *log_get_name(void)
{
    return name;
}

bool log_parse_level(const char *text, enum log_level *level)
{
    for (size_t i = 0; i < ARRAY_COUNT(level_names); i++)
        if (strcmp(text, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

void log_print(enum log_level level, const char *module, const char *format,
               ...)
{
    int saved_errno = errno; /* format may hold %m */
    char line[2048];
    size_t room = sizeof line - 1;
    int used = snprintf(line, room, "baton[%s] %s: %s%s", name, module,
                        level == LOG_ERROR ? "error: " : "",
                        level == LOG_WARN ? "warning: " : "");
    va_list args;
    va_start(args, format);
    errno = saved_errno;
    int more = vsnprintf(line + used, room - (size_t)used, format, args);
    va_end(args);
    size_t length = (size_t)used + (more > 0 ? (size_t)more : 0);
    if (length >= room)
        length = room - 1;
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; /* there is nowhere left to report to */
    errno = saved_errno;
}
