/* SPDX-License-Identifier: Apache-2.0 */
/* Listens on a socket of systemd's, or on one of our own, which accepts no connection before it has
 * its mode. Connections are limited in all and for each user. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "vifd/daemon.h"

#define BACKLOG          128
#define FIRST_FD         3 /* sd_listen_fds(3) */
#define COMPLAINTS_APART ((int64_t)100000)

const char *server_listen_fds(void)
{
    const char *pid = getenv("LISTEN_PID");
    int64_t value;

    return pid && parse_int(pid, 1, INT32_MAX, &value) == 0 && value == getpid()
               ? getenv("LISTEN_FDS")
               : NULL;
}

/* The socket passed by systemd; -1: none. */
static int passed_socket(struct vif_error *err)
{
    const char *fds = server_listen_fds();
    struct sockaddr_un name = {0};
    socklen_t n = sizeof name;

    if (!fds)
        return -1;
    if (strcmp(fds, "1") != 0)
        return error_set(err, VIF_ERROR_CONFIG, "LISTEN_FDS is %s: expected one socket", fds);
    if (getsockname(FIRST_FD, (struct sockaddr *)&name, &n) < 0 || name.sun_family != AF_UNIX ||
        fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) < 0)
        return error_set(err, VIF_ERROR_CONFIG,
                         "the descriptor passed by LISTEN_FDS is not a unix socket");
    return FIRST_FD;
}

/* A socket whose process has ended refuses connections; any other is in use. */
static int remove_stale(const struct sockaddr_un *name, struct vif_error *err)
{
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat file;

    if (lstat(name->sun_path, &file) < 0)
        return 0;
    if (!S_ISSOCK(file.st_mode))
        return error_set(err, VIF_ERROR_SYSTEM, "%s exists and is not a socket", name->sun_path);
    if (fd < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "socket");
    if (connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 || errno != ECONNREFUSED)
        return error_set(err, VIF_ERROR_SYSTEM, "%s: another process is listening on it",
                         name->sun_path);
    (void)unlink(name->sun_path);
    return 0;
}

static int make_socket(const char *path, mode_t mode, gid_t group, struct vif_error *err)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before;
    int r;

    if (fd < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "socket");
    if (strlen(path) >= sizeof name.sun_path)
        return error_set(err, VIF_ERROR_INVALID, "%s: a path of a socket has at most %zu bytes",
                         path, sizeof name.sun_path - 1);
    memcpy(name.sun_path, path, strlen(path) + 1);
    r = remove_stale(&name, err);
    if (r < 0)
        return r;
    before = umask(0777);
    r = bind(fd, (struct sockaddr *)&name, sizeof name);
    (void)umask(before);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "%s", path);
    if ((group != (gid_t)-1 && lchown(path, (uid_t)-1, group) < 0) || chmod(path, mode) < 0)
        r = error_sys(err, VIF_ERROR_SYSTEM, errno, "%s", path);
    if (r < 0) {
        (void)unlink(path);
        return r;
    }
    return take_fd(&fd);
}

static void came(uv_stream_t *stream, int status)
{
    struct server *server = stream->data;
    int r = status < 0 ? status : peer_accept(server->daemon, stream);

    /* EMFILE: libuv has closed the connection with the descriptor it keeps for that. */
    if (r == UV_EMFILE || r == UV_ENFILE || r == UV_ENOMEM)
        server_complain(server, "cannot accept a connection: %s", uv_strerror(r));
}

int server_open(struct server *server, struct daemon *daemon, const char *path, mode_t mode,
                gid_t group, struct vif_error *err)
{
    int fd, r;

    server->daemon = daemon;
    TAILQ_INIT(&server->peers);
    fd = passed_socket(err);
    if (fd < -1)
        return fd;
    if (fd < 0) {
        fd = make_socket(path, mode, group, err);
        if (fd < 0)
            return fd;
        (void)snprintf(server->path, sizeof server->path, "%s", path);
    }
    (void)uv_pipe_init(&daemon->loop, &server->listener, 0);
    server->listener.data = server;
    server->listening = true;
    r = uv_pipe_open(&server->listener, fd);
    if (r == 0)
        r = uv_listen((uv_stream_t *)&server->listener, BACKLOG, came);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, -r, "%s", path);
    return 0;
}

void server_limit(struct server *server, unsigned max_peers)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        if (limit.rlim_max < max_peers + (rlim_t)RESERVED_FDS)
            max_peers = limit.rlim_max > (rlim_t)2 * RESERVED_FDS
                            ? (unsigned)(limit.rlim_max - RESERVED_FDS)
                            : (unsigned)limit.rlim_max / 2;
    }
    server->max_peers = max_peers;
}

void server_stop(struct server *server)
{
    struct peer *peer, *next;

    if (server->listening)
        uv_close((uv_handle_t *)&server->listener, NULL);
    server->listening = false;
    if (server->path[0])
        (void)unlink(server->path);
    server->path[0] = '\0';
    for (peer = TAILQ_FIRST(&server->peers); peer; peer = next) {
        next = TAILQ_NEXT(peer, link);
        peer_finish(peer);
    }
}

/* Closes those whose other end is closed, which the loop has not noticed yet. */
static void drop_gone(struct server *server, const struct peer *but)
{
    struct peer *peer, *next;

    for (peer = TAILQ_FIRST(&server->peers); peer; peer = next) {
        next = TAILQ_NEXT(peer, link);
        if (peer != but && !peer->request && peer_is_gone(peer))
            peer_close(peer);
    }
}

int server_admit(struct server *server, const struct peer *peer, struct vif_error *err)
{
    unsigned part = server->max_peers / LIMIT_USER_PART;
    uid_t uid = peer->caller.uid;

    for (bool again = false;; again = true) {
        const struct peer *other;
        unsigned n = 0; /* of this user; root has no such limit */

        TAILQ_FOREACH(other, &server->peers, link)
        n += uid && other->caller.uid == uid;
        if (server->n_peers <= server->max_peers && n <= (part ? part : 1))
            return 0;
        if (!again)
            drop_gone(server, peer);
        else if (server->n_peers > server->max_peers)
            return error_set(err, VIF_ERROR_PERMISSION, "more than %u connections",
                             server->max_peers);
        else
            return error_set(err, VIF_ERROR_PERMISSION, "more than %u connections of one user",
                             part);
    }
}

void server_complain(struct server *server, const char *format, ...)
{
    int64_t now = now_usec();
    char line[VIF_ERROR_TEXT_MAX];
    va_list ap;

    if (server->complained && now - server->complained < COMPLAINTS_APART) {
        server->suppressed++;
        return;
    }
    va_start(ap, format);
    (void)vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (server->suppressed)
        daemon_log(server->daemon, "%s (%u similar messages suppressed)", line, server->suppressed);
    else
        daemon_log(server->daemon, "%s", line);
    server->complained = now;
    server->suppressed = 0;
}
