/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's log: events, each a message and fields, for the journal or as logfmt on stderr. */
#ifndef VIFD_LOG_H
#define VIFD_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>
#include <time.h>

#include "base/text.h"

/* The journal's native socket. */
#define LOG_JOURNAL "/run/systemd/journal/socket"

/* Longer messages and values are cut and end in "...". */
#define LOG_VALUE_MAX 2048
/* A line on stderr with its newline: a pipe takes it as one piece (PIPE_BUF), so that lines of
 * several writers never mix.  Fields that do not fit are left out, and the line ends in
 * cut=true. */
#define LOG_LINE_MAX 4096

/* syslog's numbers */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

struct log_field {
    const char *key;  /* a constant of the program, "VIFD_UID"; in logfmt "uid" */
    const char *text; /* any bytes but NUL; NULL: 'number' */
    int64_t number;
};

struct log_event {
    enum log_level level;
    const char *message;
    const struct log_field *fields;
    size_t n;
};

struct log_sink {
    int fd;              /* stderr; borrowed */
    int journal;         /* -1: stderr is not the journal's */
    enum log_level most; /* events above are dropped */
    struct sockaddr_un address;
    atomic_uint lost; /* events not read in time and not reported yet */
    atomic_ullong lost_ever;
};

/* Logs to 'fd', or to the journal at 'journal' if $JOURNAL_STREAM (systemd.exec(5)), given in
 * 'stream' and perhaps NULL, says that 'fd' is connected to it.  Never fails. */
void log_sink_open(struct log_sink *ret, int fd, const char *stream, const char *journal,
                   enum log_level most);

/* Sends one event.  From any thread.  Waits briefly for a slow reader; then the event is lost,
 * which a later one reports. */
void log_send(struct log_sink *sink, const struct log_event *event);

/* An event without fields. */
void log_say(struct log_sink *sink, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the event to 'out' as a line with its newline, or as a datagram.  No value can look like
 * another field or line in either. */
void log_write_line(const struct log_event *event, const struct timespec *now, struct text *out);
void log_write_journal(const struct log_event *event, struct text *out);

#endif
