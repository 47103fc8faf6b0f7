/* SPDX-License-Identifier: Apache-2.0 */
/* Debug lines.  The library never prints: it hands each line to the program's function, if any. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

struct log {
    void (*line)(void *data, const char *line); /* NULL: no logging */
    void *data;
};

void log_debug(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
