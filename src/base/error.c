/* SPDX-License-Identifier: Apache-2.0 */
/* The error object: a kind from the one table and a one-line message. It needs no heap, so it
 * works when out of memory. All layers use it. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct error_row {
    const char *name;
    const char *exception;
    int number;
    int status;
};

static const struct error_row rows[] = {
#define ERROR_ROW(kind, name, number, status, exception) {name, exception, number, status},
    VIF_ERROR_KINDS(ERROR_ROW)
#undef ERROR_ROW
};

static const struct error_row *row_of(enum vif_error_kind kind)
{
    if ((unsigned)kind >= sizeof rows / sizeof rows[0])
        kind = VIF_ERROR_SYSTEM;
    return &rows[kind];
}

const char *vif_error_kind_name(enum vif_error_kind kind)
{
    return row_of(kind)->name;
}

int vif_error_kind_status(enum vif_error_kind kind)
{
    return row_of(kind)->status;
}

const char *vif_error_kind_exception(enum vif_error_kind kind)
{
    return row_of(kind)->exception;
}

bool error_kind_of_name(const char *name, enum vif_error_kind *ret)
{
    for (size_t i = VIF_ERROR_NONE + 1; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *ret = (enum vif_error_kind)i;
            return true;
        }
    return false;
}

int(error_set)(struct vif_error *err, enum vif_error_kind kind, const char *format, ...)
{
    if (err) {
        va_list ap;

        va_start(ap, format);
        (void)vsnprintf(err->text, sizeof err->text, format, ap);
        va_end(ap);
        text_flatten(err->text); /* foreign texts are part of it, and it is one line */
        err->kind = kind;
    }
    return -row_of(kind)->number;
}

static enum vif_error_kind kind_of_errno(int errnum, enum vif_error_kind otherwise)
{
    switch (errnum) {
    case EPERM:
    case EACCES:
        return VIF_ERROR_PERMISSION;
    case ENOMEM:
        return VIF_ERROR_NO_MEMORY;
    case ETIMEDOUT:
        return VIF_ERROR_TIMEOUT;
    default:
        return otherwise;
    }
}

int error_sys(struct vif_error *err, enum vif_error_kind kind, int errnum, const char *format, ...)
{
    if (err) {
        char words[VIF_ERROR_TEXT_MAX];
        va_list ap;

        va_start(ap, format);
        (void)vsnprintf(words, sizeof words, format, ap);
        va_end(ap);
        (void)error_set(err, kind_of_errno(errnum, kind), "%s: %s", words, strerrordesc_np(errnum));
    }
    return -errnum;
}

int(error_memory)(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_NO_MEMORY, "out of memory");
}

int error_prefix(struct vif_error *err, int r, const char *format, ...)
{
    if (err) {
        char words[VIF_ERROR_TEXT_MAX];
        struct vif_error old = *err;
        va_list ap;

        va_start(ap, format);
        (void)vsnprintf(words, sizeof words, format, ap);
        va_end(ap);
        (void)error_set(err, old.kind, "%s: %s", words, old.text);
    }
    return r;
}

void log_debug(const struct log *log, const char *format, ...)
{
    char line[1024];
    va_list ap;

    if (!log || !log->line)
        return;
    va_start(ap, format);
    (void)vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    log->line(log->data, line);
}
