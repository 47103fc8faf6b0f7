/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, and connections that cannot be made. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "fake-server.h"
#include "rpc/stream.h"

#define FIFTY   "/234567890/234567890/234567890/234567890/234567890"
#define HUNDRED FIFTY FIFTY

static void addresses_that_are_good(void **state)
{
    static const char *const good[] = {
        "unix:/run/openvswitch/db.sock",
        "unix:" HUNDRED "1234567", /* 107 bytes */
        "tcp:127.0.0.1:6640",
        "tcp:[::1]:6640",
        "tcp:[fe80::ffff:192.168.255.1]:1",
        "tcp:255.255.255.255:65535",
    };
    struct vif_error err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(stream_check_address(good[i], &err), 0);
    assert_int_equal(err.kind, VIF_ERROR_NONE);
}

static void addresses_that_are_bad(void **state)
{
    static const struct {
        const char *address;
        const char *words;
    } bad[] = {
        {"", "expected unix:PATH, tcp:IP:PORT or tcp:[IPv6]:PORT"},
        {"/run/db.sock", "expected unix:PATH"},
        {"punix:/run/db.sock", "expected unix:PATH"},
        {"unix:", "has to begin with '/'"},
        {"unix:db.sock", "has to begin with '/'"},
        {"unix:" HUNDRED "12345678", "at most 107 bytes"},
        {"tcp:", "expected tcp:IP:PORT"},
        {"tcp::6640", "expected tcp:IP:PORT"},
        {"tcp:127.0.0.1", "expected tcp:IP:PORT"},
        {"tcp:127.0.0.1:", "the port is not a number"},
        {"tcp:127.0.0.1:0", "the port is not a number"},
        {"tcp:127.0.0.1:65536", "the port is not a number"},
        {"tcp:127.0.0.1:6640x", "the port is not a number"},
        {"tcp:127.0.0.1.5:6640", "is not an IP address"},
        {"tcp:localhost:6640", "is not an IP address"},
        {"tcp:a-name-that-is-much-longer-than-any-address-can-ever-be.example:1",
         "is not an IP address"},
        {"tcp:::1:6640", "has to be in brackets"},
        {"tcp:2001:db8::1:6640", "has to be in brackets"},
        {"tcp:[::1]", "expected tcp:IP:PORT"},
        {"tcp:[::1:6640", "expected tcp:IP:PORT"},
        {"tcp:[]:6640", "is not an IP address"},
        {"tcp:[127.0.0.1]:6640", "is not an IP address"},
        {"ssl:127.0.0.1:6640", "ssl: is not supported yet, use unix: or tcp:"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vif_error err = {0};
        struct stream *stream = NULL;

        assert_int_equal(stream_check_address(bad[i].address, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_CONFIG);
        assert_non_null(strstr(err.text, bad[i].words));
        assert_int_equal(stream_open(bad[i].address, 0, 0, &stream, NULL), -EINVAL);
        assert_null(stream);
    }
}

static void assert_cannot_open(const char *address, int r, enum vif_error_kind kind,
                               const char *words)
{
    struct vif_error err = {0};
    struct stream *stream = NULL;

    assert_int_equal(stream_open(address, 0, deadline_after(1000), &stream, &err), r);
    assert_null(stream);
    assert_int_equal(err.kind, kind);
    assert_string_equal(err.text, words);
}

static void nobody_listens(void **state)
{
    static const struct fake_action nothing[] = {END};
    struct fake_server server;
    char words[256];

    (void)state;
    assert_cannot_open("unix:/nowhere/db.sock", -ENOENT, VIF_ERROR_OVSDB_UNREACHABLE,
                       "unix:/nowhere/db.sock: No such file or directory");
    for (enum fake_family family = FAKE_UNIX; family <= FAKE_TCP6; family++) {
        fake_server_start(&server, family, nothing);
        fake_server_stop(&server);
        (void)snprintf(words, sizeof words, "%s: Connection refused", server.address);
        assert_cannot_open(server.address, -ECONNREFUSED, VIF_ERROR_OVSDB_UNREACHABLE, words);
        fake_server_remove(&server);
    }
}

static void no_permission(void **state)
{
    static const struct fake_action nothing[] = {END};
    struct fake_server server;
    char words[256];
    uid_t uid = geteuid();

    (void)state;
    fake_server_start(&server, FAKE_UNIX, nothing);
    fake_server_stop(&server);
    (void)snprintf(words, sizeof words, "%s: Permission denied", server.address);
    assert_int_equal(chmod(server.directory, 0), 0);
    if (uid == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_cannot_open(server.address, -EACCES, VIF_ERROR_PERMISSION, words);
    assert_int_equal(seteuid(uid), 0);
    assert_int_equal(chmod(server.directory, 0700), 0);
    fake_server_remove(&server);
}

/* The backlog of a unix socket is full: connect() would answer EAGAIN at once. */
static void server_too_busy_to_accept(void **state)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    char directory[] = "/tmp/test-stream-XXXXXX", address[128];
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_stream struct stream *first = NULL, *second = NULL;
    struct vif_error err = {0};
    int64_t start;

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(local.sun_path, sizeof local.sun_path, "%s/s", directory);
    (void)snprintf(address, sizeof address, "unix:%s", local.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&local, sizeof local), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(stream_open(address, 0, deadline_after(1000), &first, &err), 0);
    start = deadline_now();
    assert_int_equal(stream_open(address, 0, deadline_after(50), &second, &err), -ETIMEDOUT);
    assert_int_equal(err.kind, VIF_ERROR_TIMEOUT);
    assert_in_range(deadline_now() - start, 40, 5000);
    assert_int_equal(stream_open(address, 0, 0, &second, &err), -ETIMEDOUT);
    assert_int_equal(close(accept(listener, NULL, NULL)), 0);
    assert_int_equal(stream_open(address, 0, DEADLINE_NEVER, &second, &err), 0);
    (void)close(listener);
    (void)unlink(local.sun_path);
    (void)rmdir(directory);
}

static int send_all(struct stream *stream, const char *bytes, size_t n, int64_t until)
{
    while (n > 0) {
        ssize_t sent = stream_send(stream, bytes, n, NULL);
        int r = sent < 0 ? (int)sent : 0;

        if (sent == 0)
            r = stream_wait(stream, true, until, NULL);
        if (r < 0)
            return r;
        bytes += sent;
        n -= (size_t)sent;
    }
    return 0;
}

static ssize_t receive(struct stream *stream, int64_t until, struct vif_error *err)
{
    int r = stream_wait(stream, false, until, err);

    return r < 0 ? r : stream_receive(stream, err);
}

/* The client writes more than the sockets hold while the server sleeps, and reads what comes. */
static void bytes_go_both_ways(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, SLEEP(30), EXPECT("m"), SEND("yes"), SLEEP(80), END,
    };

    (void)state;
    for (enum fake_family family = FAKE_UNIX; family <= FAKE_TCP6; family++) {
        size_t n = (size_t)2 << 20;
        auto_free char *text = malloc(n);
        auto_stream struct stream *stream = NULL;
        struct fake_server server;
        struct vif_error err = {0};
        int64_t until = deadline_after(15000);

        assert_non_null(text);
        memset(text, ' ', n);
        (void)strcpy(text, "{\"method\":\"m\",\"id\":1,\"params\":[]");
        text[strlen(text)] = ' ';
        text[n - 1] = '}';
        fake_server_start(&server, family, script);
        assert_int_equal(stream_open(server.address, 0, until, &stream, &err), 0);
        assert_string_equal(stream->address, server.address);
        assert_int_equal(send_all(stream, text, n, until), 0);
        assert_int_equal(receive(stream, until, &err), 3);
        assert_memory_equal(stream->in.data, "yes", 3);
        stream_input_consume(&stream->in, 3);
        assert_int_equal(receive(stream, deadline_after(10), &err), -ETIMEDOUT);
        assert_int_equal(receive(stream, until, &err), -ECONNRESET);
        assert_int_equal(err.kind, VIF_ERROR_OVSDB_UNREACHABLE);
        assert_non_null(strstr(err.text, "the server closed the connection"));
        fake_server_stop(&server);
        fake_server_remove(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_are_good),
        cmocka_unit_test(addresses_that_are_bad),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(no_permission),
        cmocka_unit_test(server_too_busy_to_accept),
        cmocka_unit_test(bytes_go_both_ways),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
