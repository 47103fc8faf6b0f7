/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are told to end early: what waits for a database ends then, but for what has to be known,
 * and the connection is as good as before. */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "ovsdb-session.h"
#include "rpc/stream.h"

#define MANY 60000

/* Long enough for a scripted server to come to its point on a busy machine. */
#define SOON_MS 1500 /* long enough for what comes before it on a machine that is busy */

/* A descriptor that is readable from now on. */
static int stopped_at_once(void)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    (void)close(fds[1]);
    return fds[0];
}

/* One that is readable some milliseconds later. */
static int stopped_soon(pid_t *ret_child)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    *ret_child = fork();
    assert_true(*ret_child >= 0);
    if (*ret_child == 0) {
        deadline_sleep(SOON_MS, DEADLINE_NEVER);
        _exit(0); /* closes its end, the last one */
    }
    (void)close(fds[1]);
    return fds[0];
}

static void a_sleep_ends(void **state)
{
    int64_t start = deadline_now();
    int stop = stopped_at_once();

    (void)state;
    assert_true(stop_asked(stop) && stop_asked(stop));
    assert_false(stop_asked(STOP_NEVER));
    stop_sleep(stop, 10000, DEADLINE_NEVER);
    assert_true(deadline_now() - start < 5000);
    start = deadline_now();
    stop_sleep(STOP_NEVER, 30, DEADLINE_NEVER);
    stop_sleep(stop, 10000, start); /* a deadline that has passed */
    assert_in_range(deadline_now() - start, 28, 5000);
    (void)close(stop);
    assert_false(stop_asked(stop)); /* no such descriptor: nobody stops it */
}

static void a_read_ends_and_the_connection_stays(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("transact"),
        ANSWER("[{\"n\":1}]"),
        EXPECT("transact"),
        SLEEP(2 * SOON_MS),
        ANSWER("[{\"n\":2}]"),
        EXPECT("transact"),
        ANSWER("[{\"n\":3}]"),
        GONE,
        END,
    };
    struct session s;
    pid_t child;
    int stop;

    (void)state;
    begin(&s, script);
    assert_int_equal(transact(&s, false, "[{\"n\":1}]"), 0);
    stop = stopped_soon(&child);
    ovsdb_client_stop_by(s.client, stop);
    assert_int_equal(transact(&s, false, ""), -EINTR);
    assert_int_equal(s.err.kind, VIF_ERROR_INTERRUPTED);
    assert_string_equal(s.err.text, "interrupted");
    ovsdb_client_stop_by(s.client, STOP_NEVER);
    assert_int_equal(transact(&s, false, "[{\"n\":3}]"), 0);
    assert_counts(&s, 3, 0, 1);
    end(&s);
    (void)close(stop);
}

static void what_a_write_did_is_waited_for(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("transact"), SLEEP(100), ANSWER("[{\"count\":1}]"), GONE, END,
    };
    struct session s;
    int stop = stopped_at_once();

    (void)state;
    begin(&s, script);
    ovsdb_client_stop_by(s.client, stop);
    assert_int_equal(transact(&s, true, "[{\"count\":1}]"), 0);
    assert_int_equal(transact(&s, false, ""), -EINTR);
    end(&s);
    (void)close(stop);
}

/* What was not sent whole is carried out by nobody: then it need not be waited for. */
static void a_write_that_cannot_be_sent_ends(void **state)
{
    static const struct fake_action script[] = {ACCEPT, SLEEP(2 * SOON_MS), GONE, END};
    auto_operations struct ovsdb_operations operations = {.n = MANY};
    auto_json json_t *results = NULL;
    struct session s;
    pid_t child;
    int stop = stopped_soon(&child);

    (void)state;
    for (int i = 0; i < MANY; i++)
        text_add(&operations.text, "%s{\"op\":\"mutate\"}", i ? "," : "");
    begin(&s, script);
    ovsdb_client_stop_by(s.client, stop);
    assert_int_equal(ovsdb_client_transact(s.client, &operations, true, s.until, &results, &s.err),
                     -EINTR);
    assert_int_equal(s.err.kind, VIF_ERROR_INTERRUPTED);
    assert_counts(&s, 0, 0, 1);
    end(&s);
    (void)close(stop);
    ovsdb_operations_done(&operations);
    /* Freed pages that stay would be copied one by one after the next fork: half a second. */
    (void)malloc_trim(0);
}

static void a_wait_for_the_switch_ends(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor"),
        ANSWER("{\"Open_vSwitch\":{\"u\":{\"new\":{\"cur_cfg\":7}}}}"),
        EXPECT("monitor_cancel"),
        ANSWER("{}"),
        EXPECT("transact"),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;
    int64_t reached = 0;
    pid_t child;
    int stop;

    (void)state;
    begin(&s, script);
    stop = stopped_soon(&child);
    ovsdb_client_stop_by(s.client, stop);
    assert_int_equal(ovsdb_client_wait_cfg(s.client, 8, s.until, &reached, &s.err), -EINTR);
    assert_int_equal(s.err.kind, VIF_ERROR_INTERRUPTED);
    assert_int_equal(reached, 7);
    ovsdb_client_stop_by(s.client, STOP_NEVER);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    end(&s);
    (void)close(stop);
}

/* A server whose backlog is full: the connect blocks. */
static void a_connect_ends(void **state)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    char directory[] = "/tmp/test-stop-XXXXXX", address[128];
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_stream struct stream *first = NULL, *second = NULL;
    struct vif_error err = {0};
    pid_t child;
    int stop = stopped_soon(&child);

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(local.sun_path, sizeof local.sun_path, "%s/s", directory);
    (void)snprintf(address, sizeof address, "unix:%s", local.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&local, sizeof local), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(stream_open(address, STOP_NEVER, deadline_after(1000), &first, &err), 0);
    assert_int_equal(stream_open(address, stop, DEADLINE_NEVER, &second, &err), -EINTR);
    assert_int_equal(err.kind, VIF_ERROR_INTERRUPTED);
    assert_null(second);
    (void)close(listener);
    (void)close(stop);
    (void)unlink(local.sun_path);
    (void)rmdir(directory);
}

static void waiting_to_connect_again_ends(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("transact"), ANSWER("[{}]"), UNLISTEN, CLOSE, SLEEP(2 * SOON_MS), END,
    };
    struct session s;
    pid_t child;
    int stop;

    (void)state;
    begin(&s, script);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    deadline_sleep(30, DEADLINE_NEVER);
    stop = stopped_soon(&child);
    ovsdb_client_stop_by(s.client, stop);
    assert_int_equal(transact(&s, false, ""), -EINTR);
    end(&s);
    (void)close(stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sleep_ends),
        cmocka_unit_test(a_read_ends_and_the_connection_stays),
        cmocka_unit_test(what_a_write_did_is_waited_for),
        cmocka_unit_test(a_write_that_cannot_be_sent_ends),
        cmocka_unit_test(a_wait_for_the_switch_ends),
        cmocka_unit_test(a_connect_ends),
        cmocka_unit_test(waiting_to_connect_again_ends),
    };

    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
