/* SPDX-License-Identifier: Apache-2.0 */
/* Filling struct vif_error (<vif/error.h> has the table of kinds), and debug lines. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <vif/error.h>

/* Sets 'err' (may be NULL) to 'kind' and the formatted message; returns the kind's negative
 * errno. */
int error_set(struct vif_error *err, enum vif_error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets 'err' from the positive 'errnum': the message, ": " and the system's message.  The kind is
 * PERMISSION, NO_MEMORY or TIMEOUT if the errno says so, else 'kind'.  Returns -errnum. */
int error_sys(struct vif_error *err, enum vif_error_kind kind, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Sets 'err' to "out of memory".  Returns -ENOMEM. */
int error_memory(struct vif_error *err);

/* The kind with the varlink name 'name'; false if there is none. */
bool error_kind_of_name(const char *name, enum vif_error_kind *ret);

/* Prefixes the text of 'err' with the formatted message and ": "; returns 'r' unchanged. */
int error_prefix(struct vif_error *err, int r, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For static analysis of callers: these return a negative number. */
#define ERROR_NEGATIVE(call)                                                                       \
    ({                                                                                             \
        int negative_ = (call);                                                                    \
        if (negative_ >= 0)                                                                        \
            __builtin_unreachable();                                                               \
        negative_;                                                                                 \
    })
#define error_set(...)    ERROR_NEGATIVE((error_set)(__VA_ARGS__))
#define error_memory(err) ERROR_NEGATIVE((error_memory)(err))

/* ---- debug lines ---- */

struct log {
    void (*line)(void *data, const char *line); /* NULL: no logging */
    void *data;
};

/* The library never prints: it hands each line to the program's function, if any. */
void log_debug(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
