/* SPDX-License-Identifier: Apache-2.0 */
/* Byte streams to a server: unix:PATH, tcp:IP:PORT, tcp:[IPv6]:PORT.  Non-blocking underneath;
 * every call waits at most until the deadline it is given, or until the stream is stopped: by a
 * descriptor that becomes readable (base/deadline.h).  A stream that was stopped is as good as
 * before. */
#ifndef RPC_STREAM_H
#define RPC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"

/* What was received and not consumed yet: data[start..end).  Zero-initialise. */
struct stream_input {
    char *data;
    size_t start, end, room;
    size_t scanned; /* bytes of it in which a reader found no end of its message */
};

/* The first group may be set at any time. */
struct stream {
    int stop;                 /* a descriptor that stops it; STOP_NEVER: none */
    struct tick tick;         /* called every TICK_MS while it waits */
    enum vif_error_kind lost; /* the kind of error when its peer is gone: OVSDB_UNREACHABLE */

    int fd;
    struct stream_input in;
    char address[];
};

/* Checks the form of 'address' without connecting.  0, or -EINVAL (kind CONFIG) with a message. */
int stream_check_address(const char *address, struct vif_error *err);

/* Connects; 'stop' ends that, and what waits later.  Kind OVSDB_UNREACHABLE with the address and
 * the system's words ("unix:/run/x: No such file or directory") when it cannot: -ENOENT,
 * -ECONNREFUSED, -EACCES (kind PERMISSION) ...; -ETIMEDOUT (kind TIMEOUT) past 'until'; -EINTR
 * (kind INTERRUPTED) when it is stopped; -EINVAL for a malformed address. */
int stream_open(const char *address, int stop, int64_t until, struct stream **ret_stream,
                struct vif_error *err);
void stream_close(struct stream *stream);
DEFINE_AUTO(auto_stream, struct stream *, stream_close);
#define auto_stream __attribute__((cleanup(auto_stream_fn)))

/* Sends what goes without waiting; returns the number of bytes, which may be 0.  -ECONNRESET when
 * its peer is gone. */
ssize_t stream_send(struct stream *stream, const char *bytes, size_t n, struct vif_error *err);

/* Receives into 'in' what is there without waiting; returns the number of bytes, which may be
 * 0.  -ECONNRESET as above, also when the peer has closed; -ENOMEM. */
ssize_t stream_receive(struct stream *stream, struct vif_error *err);

/* Makes room behind the input; false without memory. */
bool stream_input_make_room(struct stream_input *in);

/* Drops the first 'n' bytes.  An empty buffer keeps little memory: connections are long-lived. */
void stream_input_consume(struct stream_input *in, size_t n);

/* Waits until there may be something to read or, if 'write' is set, room to write.  0;
 * -ETIMEDOUT; -EINTR when it is stopped and there is neither. */
int stream_wait(struct stream *stream, bool write, int64_t until, struct vif_error *err);

/* The process that listens at the other end of a unix socket; 0 when that is not known (another
 * kind of stream, a process of another PID namespace). */
pid_t stream_peer(const struct stream *stream);

#endif
