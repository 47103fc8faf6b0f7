/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted database server as its test sees it.  It runs in a child process, so that neither its
 * memory nor its failures mix with the test's; fake_server_stop() turns an exit status other than 0
 * into a failure of the test. */
#include "fake-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-play.h"

int fake_listen(struct fake_server *server)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr *address = (struct sockaddr *)&local;
    socklen_t size = sizeof local;
    int on = 1, fd;

    if (server->family == FAKE_UNIX) {
        (void)snprintf(local.sun_path, sizeof local.sun_path, "%s/db.sock", server->directory);
        (void)unlink(local.sun_path);
    } else if (server->family == FAKE_TCP) {
        address = (struct sockaddr *)&v4;
        size = sizeof v4;
        v4.sin_port = htons((uint16_t)server->port);
    } else {
        address = (struct sockaddr *)&v6;
        size = sizeof v6;
        v6.sin6_port = htons((uint16_t)server->port);
    }
    fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (server->family != FAKE_UNIX)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address, size) < 0 || listen(fd, 16) < 0 || getsockname(fd, address, &size) < 0) {
        (void)close(fd);
        return -1;
    }
    if (server->family == FAKE_TCP)
        server->port = ntohs(v4.sin_port);
    else if (server->family == FAKE_TCP6)
        server->port = ntohs(v6.sin6_port);
    return fd;
}

void fake_server_again(struct fake_server *server, const struct fake_action *script)
{
    server->listener = fake_listen(server);
    if (server->family == FAKE_UNIX)
        (void)snprintf(server->address, sizeof server->address, "unix:%s/db.sock",
                       server->directory);
    else
        (void)snprintf(server->address, sizeof server->address, "tcp:%s:%d",
                       server->family == FAKE_TCP ? "127.0.0.1" : "[::1]", server->port);
    assert_true(server->listener >= 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0)
        fake_play(server, script);
    (void)close(server->listener);
    server->listener = -1;
}

void fake_server_start(struct fake_server *server, enum fake_family family,
                       const struct fake_action *script)
{
    *server = (struct fake_server){.family = family, .listener = -1};
    if (family == FAKE_UNIX) {
        (void)strcpy(server->directory, "/tmp/fake-server-XXXXXX");
        assert_non_null(mkdtemp(server->directory));
    }
    fake_server_again(server, script);
}

void fake_server_stop(struct fake_server *server)
{
    int status = -1;

    assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

void fake_server_kill(struct fake_server *server)
{
    (void)kill(server->pid, SIGKILL);
    assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
}

void fake_server_remove(struct fake_server *server)
{
    char path[64];

    if (!server->directory[0])
        return;
    (void)snprintf(path, sizeof path, "%s/db.sock", server->directory);
    (void)unlink(path);
    (void)rmdir(server->directory);
}
