/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's log.  Callers choose some of its values (the name of a process, ids, errors that
 * quote them), so each form protects itself: the journal's gives the length of a value with a
 * newline, logfmt quotes and escapes.  A slow reader of the log never blocks the daemon. */
#include "vifd/log.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define IDENTIFIER "vifd"
#define WAIT_MS    50
#define CUT        " cut=true"
#define CUT_SIZE   (sizeof CUT - 1)

/* ---------------------------------------------------------------- the two forms */

/* How many bytes of a value fit into 'max', without cutting a character. */
static size_t length_of(const char *value, size_t max)
{
    size_t n = strnlen(value, max + 1);

    if (n <= max)
        return n;
    n = max - 3;
    for (int i = 0; i < 3 && ((unsigned char)value[n] & 0xc0) == 0x80; i++)
        n--;
    return n;
}

static bool is_bare(const char *value)
{
    for (const char *p = value; *p; p++)
        if (*p <= ' ' || *p >= 0x7f || *p == '"' || *p == '=' || *p == '\\')
            return false;
    return value[0] != '\0';
}

static void add_quoted(struct text *out, const char *value, size_t max)
{
    size_t n = length_of(value, max);

    if (!value[n] && is_bare(value)) {
        text_add_bytes(out, value, n);
        return;
    }
    text_add_json_bytes(out, value, n);
    if (value[n] && !out->failed) {
        out->n--; /* back before the closing quote */
        text_add(out, "...\"");
    }
}

/* A message of characters that all have to be escaped is six times as long. */
static void add_message(struct text *out, const char *message)
{
    size_t before = out->n;

    for (size_t max = LOG_VALUE_MAX; max >= LOG_VALUE_MAX / 8; max /= 2) {
        out->n = before;
        add_quoted(out, message, max);
        if (out->n - before <= LOG_VALUE_MAX + 2)
            break;
    }
}

/* "VIFD_UID" as "uid" */
static void add_key(struct text *out, const char *key)
{
    if (strncmp(key, "VIFD_", 5) == 0)
        key += 5;
    for (; *key; key++)
        text_add(out, "%c", *key >= 'A' && *key <= 'Z' ? *key - 'A' + 'a' : *key);
    text_add(out, "=");
}

void log_write_line(const struct log_event *event, const struct timespec *now, struct text *out)
{
    static const char *const levels[] = {
        [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_NOTICE] = "notice",
        [LOG_LEVEL_INFO] = "info",   [LOG_LEVEL_DEBUG] = "debug",
    };
    size_t start = out->n;
    struct tm tm = {0};
    char date[32];

    (void)gmtime_r(&now->tv_sec, &tm);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    text_add(out, "time=%s.%03ldZ level=%s msg=", date, now->tv_nsec / 1000000,
             levels[event->level]);
    add_message(out, event->message);
    for (size_t i = 0; i < event->n; i++) {
        const struct log_field *field = &event->fields[i];
        size_t before = out->n;

        text_add(out, " ");
        add_key(out, field->key);
        if (field->text)
            add_quoted(out, field->text, LOG_VALUE_MAX);
        else
            text_add(out, "%" PRId64, field->number);
        if (out->failed || out->n - start > LOG_LINE_MAX - CUT_SIZE - 1) {
            out->n = before;
            text_add(out, CUT);
            break;
        }
    }
    text_add(out, "\n");
}

/* "KEY=value\n", or where the value has a newline, the length between (systemd's "Native Journal
 * Protocol"). */
static void add_journal(struct text *out, const char *key, const char *value)
{
    size_t n = length_of(value, LOG_VALUE_MAX);
    const char *more = value[n] ? "..." : "";
    uint64_t size = htole64(n + strlen(more));

    text_add(out, "%s", key);
    if (memchr(value, '\n', n)) {
        text_add(out, "\n");
        text_add_bytes(out, (const char *)&size, sizeof size);
    } else {
        text_add(out, "=");
    }
    text_add_bytes(out, value, n);
    text_add(out, "%s\n", more);
}

void log_write_journal(const struct log_event *event, struct text *out)
{
    text_add(out, "SYSLOG_IDENTIFIER=" IDENTIFIER "\nPRIORITY=%d\n", (int)event->level);
    add_journal(out, "MESSAGE", event->message);
    for (size_t i = 0; i < event->n; i++) {
        const struct log_field *field = &event->fields[i];

        if (field->text)
            add_journal(out, field->key, field->text);
        else
            text_add(out, "%s=%" PRId64 "\n", field->key, field->number);
    }
}

/* ---------------------------------------------------------------- sending */

static bool is_stream(int fd, const char *stream)
{
    unsigned long long device, inode;
    struct stat st;
    char more;

    return stream && sscanf(stream, "%llu:%llu%c", &device, &inode, &more) == 2 && /* NOLINT */
           fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_sink_open(struct log_sink *ret, int fd, const char *stream, const char *journal,
                   enum log_level most)
{
    *ret = (struct log_sink){.fd = fd, .journal = -1, .most = most, .address.sun_family = AF_UNIX};
    if (!is_stream(fd, stream) || strlen(journal) >= sizeof ret->address.sun_path)
        return;
    memcpy(ret->address.sun_path, journal, strlen(journal) + 1);
    ret->journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static bool wait_for(int fd, int ms)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

    return poll(&pollfd, 1, ms) == 1;
}

static int send_message(struct log_sink *sink, struct msghdr *message)
{
    message->msg_name = &sink->address;
    message->msg_namelen = sizeof sink->address;
    return sendmsg(sink->journal, message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* An event too large for a datagram goes as a sealed file. */
static int send_file(struct log_sink *sink, const struct text *text)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    auto_close int fd = memfd_create("journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    union {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    if (fd < 0 || write(fd, text->data, text->n) != (ssize_t)text->n ||
        fcntl(fd, F_ADD_SEALS, seals) < 0)
        return -EIO;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return send_message(sink, &message);
}

/* 0; -EAGAIN if the journal does not read; another errno if it is not there. */
static int send_journal(struct log_sink *sink, const struct text *text, int wait_ms)
{
    struct iovec all = {.iov_base = text->data, .iov_len = text->n};
    struct msghdr message = {.msg_iov = &all, .msg_iovlen = 1};
    int r = send_message(sink, &message);

    if (r == -EAGAIN && wait_for(sink->journal, wait_ms))
        r = send_message(sink, &message);
    return r == -EMSGSIZE || r == -ENOBUFS ? send_file(sink, text) : r;
}

static int send_event(struct log_sink *sink, const struct log_event *event, int wait_ms)
{
    struct text text = {0};
    struct timespec now;
    int r = -ENOTCONN;

    if (sink->journal >= 0) {
        log_write_journal(event, &text);
        r = text.failed ? -ENOMEM : send_journal(sink, &text, wait_ms);
        text_done(&text);
    }
    /* While the journal is away, it will read stderr once it is back. */
    if (r == 0 || r == -EAGAIN)
        return r;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    log_write_line(event, &now, &text);
    r = -EAGAIN;
    /* On a pipe poll() means that there is room for a whole line. */
    if (!text.failed && wait_for(sink->fd, wait_ms))
        r = write(sink->fd, text.data, text.n) < 0 ? -errno : 0;
    text_done(&text);
    return r;
}

static void lose(struct log_sink *sink, unsigned n)
{
    (void)atomic_fetch_add(&sink->lost, n + 1);
    (void)atomic_fetch_add(&sink->lost_ever, 1);
}

void log_send(struct log_sink *sink, const struct log_event *event)
{
    unsigned lost;

    if (event->level > sink->most)
        return;
    lost = atomic_exchange(&sink->lost, 0);
    if (lost) {
        char words[64];
        const struct log_event report = {.level = LOG_LEVEL_WARNING, .message = words};

        (void)snprintf(words, sizeof words, "%u events of the log were lost", lost);
        if (send_event(sink, &report, 0) < 0) {
            lose(sink, lost);
            return;
        }
    }
    if (send_event(sink, event, WAIT_MS) < 0)
        lose(sink, 0);
}

void log_say(struct log_sink *sink, enum log_level level, const char *format, ...)
{
    char words[LOG_VALUE_MAX + 1];
    const struct log_event event = {.level = level, .message = words};
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    log_send(sink, &event);
}
