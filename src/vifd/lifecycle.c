/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's lifecycle: start, from the configuration to the open socket; reload; and
 * shutdown, which answers every call that was started. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/parse.h"
#include "libvif/host.h"
#include "vifd/daemon.h"
#include "vifd/privilege.h"

#define STOP_POLL_MS 20

/* ---- the service manager ---- */

/* Sends 'state' ("READY=1") to $NOTIFY_SOCKET, if set, as sd_notify(3) does: in the abstract name
 * space if it begins with '@'.  Failures are ignored. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    auto_close int fd = -1;

    if (n < 2 || n > sizeof name.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(name.sun_path, path, n);
    if (path[0] == '@')
        name.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
}

/* The interval of WATCHDOG=1 in milliseconds; 0: never. */
static uint64_t watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t value, who;

    if (!usec || parse_int(usec, 1, INT64_MAX, &value) < 0)
        return 0;
    if (pid && (parse_int(pid, 1, INT32_MAX, &who) < 0 || who != getpid()))
        return 0;
    return value / 2000 > 0 ? (uint64_t)value / 2000 : 1; /* twice as often as required */
}

/* ---- configuration ---- */

static void debug_line(void *data, const char *line)
{
    struct daemon *daemon = data;

    log_say(&daemon->log, LOG_LEVEL_DEBUG, "%s", line);
}

static struct vif_host_options host_options(struct daemon *daemon)
{
    return (struct vif_host_options){
        .size = sizeof(struct vif_host_options),
        .config_file = daemon->settings.config_file,
        .ovsdb = daemon->settings.ovsdb,
        .log = daemon->settings.verbose ? debug_line : NULL,
        .log_data = daemon,
        .enforce_policy = 1,
    };
}

/* Reads it into the daemon, which stays unchanged on an error; '*ret' has what only the start
 * needs. */
static int read_configuration(struct daemon *daemon, struct config *ret, struct vif_error *err)
{
    struct vif_host_options options = host_options(daemon);
    struct access_rules rules = {0};
    struct vif_host *host = NULL;
    int r = config_read(daemon->settings.config_file, ret, err);

    if (r == 0)
        r = access_rules_load(ret, &rules, err);
    if (r == 0) /* what a worker could not open is better known now */
        r = vif_host_open(&options, &host, err);
    vif_host_close(host);
    if (r < 0) {
        access_rules_done(&rules);
        return r;
    }
    access_rules_done(&daemon->rules);
    daemon->rules = rules;
    daemon->timeout_ms = ret->timeout_ms;
    audit_configure(daemon, ret);
    server_limit(&daemon->server, ret->daemon.max_connections);
    return 0;
}

static void reload(struct daemon *daemon)
{
    struct config config = {0};
    struct vif_error err = {0};
    char state[64];

    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_usec());
    notify(state);
    if (read_configuration(daemon, &config, &err) < 0) {
        daemon_log(daemon, "reload failed, the configuration is unchanged: %s", err.text);
    } else {
        worker_pool_renew(&daemon->changers);
        worker_pool_renew(&daemon->readers);
    }
    config_done(&config);
    notify("READY=1");
}

/* ---- shutdown ---- */

static void close_handle(uv_handle_t *handle, void *data)
{
    (void)data;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_all(struct daemon *daemon)
{
    struct peer *peer;

    while ((peer = TAILQ_FIRST(&daemon->server.peers)))
        peer_close(peer);
    mailbox_close(&daemon->mailbox);
    uv_walk(&daemon->loop, close_handle, NULL);
}

/* Whether there is nothing left to wait for.  Reads leave nothing half done, and may hang on a
 * database that does not answer. */
static bool is_done(struct daemon *daemon)
{
    int64_t since = deadline_now() - daemon->stop_since;
    bool changers, readers;

    if (since > LIMIT_STOP_MS && !daemon->stop_sent) {
        daemon->stop_sent = true;
        (void)eventfd_write(daemon->stop_fd, 1);
    }
    if (!daemon->n_jobs[true] && !daemon->n_jobs[false]) {
        changers = worker_pool_stop(&daemon->changers);
        readers = worker_pool_stop(&daemon->readers);
        return changers && readers;
    }
    daemon->abandoned = daemon->n_jobs[true] ? daemon->stop_sent && !daemon->n_open
                                             : since > LIMIT_STOP_MS + LIMIT_FLUSH_MS;
    return daemon->abandoned;
}

static void poll_stopped(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;

    if (!is_done(daemon))
        return;
    if (!daemon->stop_flush)
        daemon->stop_flush = deadline_after(LIMIT_FLUSH_MS);
    if (!TAILQ_EMPTY(&daemon->server.peers) && deadline_left(daemon->stop_flush) != 0)
        return;
    if (daemon->abandoned)
        uv_stop(&daemon->loop);
    else
        close_all(daemon);
}

static void stop(struct daemon *daemon)
{
    if (daemon->stop_since)
        return;
    notify("STOPPING=1");
    daemon->stop_since = deadline_now();
    (void)uv_timer_stop(&daemon->watchdog);
    server_stop(&daemon->server);
    daemon_interrupt(daemon);
    (void)uv_timer_start(&daemon->stop_timer, poll_stopped, 0, STOP_POLL_MS);
}

/* ---- start ---- */

static void caught(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;

    if (number == SIGHUP)
        reload(daemon);
    else
        stop(daemon);
}

static void is_alive(uv_timer_t *timer)
{
    (void)timer;
    notify("WATCHDOG=1");
}

static int open_handles(struct daemon *daemon)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    uint64_t ms = watchdog_ms();
    int r = 0;

    for (size_t i = 0; i < 3 && r == 0; i++) {
        r = uv_signal_init(&daemon->loop, &daemon->signals[i]);
        daemon->signals[i].data = daemon;
        if (r == 0)
            r = uv_signal_start(&daemon->signals[i], caught, numbers[i]);
    }
    (void)uv_timer_init(&daemon->loop, &daemon->expiry);
    (void)uv_timer_init(&daemon->loop, &daemon->stop_timer);
    (void)uv_timer_init(&daemon->loop, &daemon->watchdog);
    (void)uv_timer_init(&daemon->loop, &daemon->textfile_timer);
    daemon->expiry.data = daemon->stop_timer.data = daemon->textfile_timer.data = daemon;
    if (r == 0 && ms)
        r = uv_timer_start(&daemon->watchdog, is_alive, ms, ms);
    return r;
}

static int open_loop(struct daemon *daemon)
{
    struct vif_host_options options = host_options(daemon);
    int r = uv_loop_init(&daemon->loop);

    worker_pool_init(&daemon->changers, &daemon->mailbox, &options, LIMIT_CHANGERS);
    worker_pool_init(&daemon->readers, &daemon->mailbox, &options, LIMIT_READERS);
    metrics_init(&daemon->metrics);
    if (r == 0)
        r = mailbox_init(&daemon->mailbox, &daemon->loop);
    return r < 0 ? r : open_handles(daemon);
}

/* After everything that only root can do. */
static int drop_privileges(struct daemon *daemon, struct vif_error *err)
{
    struct privilege_user user;
    struct vif_error why = {0};
    int r;

    if (geteuid() != 0 && daemon->settings.user)
        return error_set(err, VIF_ERROR_PERMISSION, "--user: only root can become another user");
    if (geteuid() != 0)
        return privilege_drop(NULL, err);
    r = privilege_find_user(daemon->settings.user, &user, err);
    if (r < 0)
        return r;
    if (privilege_hand_over_file(VIF_LOCK_FILE, &user, &why) < 0)
        daemon_log(daemon, "locks are not shared with vifctl: %s", why.text);
    return privilege_drop(&user, err);
}

int daemon_open(struct daemon *daemon, const struct settings *settings, struct vif_error *err)
{
    struct config config = {0};
    const char *path;
    int r;

    *daemon = (struct daemon){.settings = *settings, .stop_fd = -1};
    TAILQ_INIT(&daemon->changes.waiting);
    TAILQ_INIT(&daemon->reads.waiting);
    (void)signal(SIGPIPE, SIG_IGN);
    log_sink_open(&daemon->log, STDERR_FILENO, getenv("JOURNAL_STREAM"), LOG_JOURNAL,
                  settings->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
    daemon->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (daemon->stop_fd < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "eventfd");
    r = open_loop(daemon);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, -r, "event loop");
    r = read_configuration(daemon, &config, err);
    path = settings->socket ? settings->socket : config.daemon.socket;
    if (r == 0)
        r = server_open(&daemon->server, daemon, path, config.daemon.socket_mode,
                        daemon->rules.socket_group, err);
    if (r == 0)
        r = drop_privileges(daemon, err);
    config_done(&config);
    return r;
}

bool daemon_run(struct daemon *daemon)
{
    log_say(&daemon->log, LOG_LEVEL_INFO, "vifd %s is ready", vif_version());
    notify("READY=1");
    (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
    audit_write_metrics_file(daemon);
    if (daemon->abandoned)
        return false;
    (void)uv_loop_close(&daemon->loop);
    id_set_done(&daemon->busy);
    id_set_done(&daemon->being_read);
    access_rules_done(&daemon->rules);
    cleanup_close(&daemon->stop_fd);
    return true;
}
