/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions of the database client: what it sends again and what it never sends twice. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ovsdb-session.h"

#define READ  "[\"Open_vSwitch\",{\"op\":\"select\"}]"
#define WRITE "[\"Open_vSwitch\",{\"op\":\"mutate\"}]"

static void transactions_share_a_connection(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("transact", READ),
        ANSWER("[{\"rows\":[]}]"),
        EXPECT_WITH("transact", WRITE),
        ECHO_ASK,
        SPLIT("[{\"count\":1}, null]"),
        EXPECT_WITH("transact", READ),
        ANSWER("[{\"error\":\"constraint violation\"}]"),
        GONE,
        END,
    };

    (void)state;
    for (enum fake_family family = FAKE_UNIX; family <= FAKE_TCP6; family++) {
        struct session s;

        begin_at(&s, family, script);
        assert_counts(&s, 0, 0, 0);
        assert_int_equal(transact(&s, false, "[{\"rows\":[]}]"), 0);
        assert_int_equal(transact(&s, true, "[{\"count\":1},null]"), 0);
        assert_int_equal(transact(&s, false, "[{\"error\":\"constraint violation\"}]"), 0);
        assert_counts(&s, 3, 1, 1);
        assert_non_null(strstr(s.lines, "ovsdb: transact, 1 operations, "));
        end(&s);
    }
}

static void refusals_are_told(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("transact"),
        REFUSE("{\"error\":\"unknown database\",\"details\":\"no database named X\"}"),
        EXPECT("transact"),
        ANSWER("[{}]"),
        EXPECT("transact"),
        ANSWER("{}"),
        GONE,
        ACCEPT,
        EXPECT("transact"),
        ANSWER("[]"),
        GONE,
        ACCEPT,
        EXPECT("transact"),
        SEND("garbage"),
        GONE,
        ACCEPT,
        EXPECT("transact"),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(transact(&s, true, ""), -EREMOTEIO);
    assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
    assert_string_equal(s.err.text, "ovsdb: unknown database: no database named X");
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    for (int i = 0; i < 3; i++) { /* each ends its connection */
        assert_int_equal(transact(&s, false, ""), -EPROTO);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
    }
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    end(&s);
}

static void read_is_sent_again(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("transact"),
        CLOSE,
        ACCEPT,
        EXPECT("transact"),
        SEND("{\"id\":1,"),
        CLOSE,
        ACCEPT,
        CLOSE,
        ACCEPT,
        EXPECT_WITH("transact", READ),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    assert_int_equal(ovsdb_client_counts(s.client)->connects, 4);
    end(&s);
}

/* The server may have committed: nobody but the caller can look. */
static void write_is_never_sent_twice(void **state)
{
    static const struct fake_action before[] = {
        ACCEPT,
        EXPECT("transact"),
        CLOSE,
        QUIET(150),
        ACCEPT,
        EXPECT_WITH("transact", READ),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    static const struct fake_action after[] = {
        ACCEPT,
        EXPECT("transact"),
        SEND("{\"id\":1,\"error\":null,\"result\":[{"),
        CLOSE,
        QUIET(150),
        ACCEPT,
        EXPECT_WITH("transact", READ),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    static const struct fake_action *const scripts[] = {before, after};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct session s;

        begin(&s, scripts[i]);
        assert_int_equal(transact(&s, true, ""), -ECONNRESET);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB_UNREACHABLE);
        deadline_sleep(300, s.until);
        assert_int_equal(transact(&s, false, "[{}]"), 0);
        assert_counts(&s, 2, 1, 2);
        end(&s);
    }
}

/* Half a request cannot have been carried out: it may go again. */
static void write_that_never_left_is_sent_again(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,           SLEEP(50), CUT(100), ACCEPT, EXPECT_WITH("transact", "xxxx"),
        ANSWER("[null]"), GONE,      END,
    };
    size_t n = (size_t)2 << 20;
    auto_free char *text = malloc(n);
    auto_operations struct ovsdb_operations operations = {.n = 1};
    auto_json json_t *results = NULL;
    struct session s;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    text_add_json_bytes(&operations.text, text, n);
    begin(&s, script);
    assert_int_equal(ovsdb_client_transact(s.client, &operations, true, s.until, &results, &s.err),
                     0);
    assert_counts(&s, 1, 1, 2);
    end(&s);
}

static size_t count(const char *text, const char *words)
{
    size_t n = 0;

    while ((text = strstr(text, words))) {
        n++;
        text += strlen(words);
    }
    return n;
}

/* Nothing is lost in a connection that ended while nobody looked, not even a write. */
static void server_restarts(void **state)
{
    static const struct fake_action once[] = {ACCEPT, EXPECT("transact"), ANSWER("[{}]"), CLOSE,
                                              END};
    static const struct fake_action twice[] = {
        ACCEPT, EXPECT("transact"), ANSWER("[{}]"), UNLISTEN, CLOSE, SLEEP(300), LISTEN,
        ACCEPT, EXPECT("transact"), ANSWER("[{}]"), END};

    (void)state;
    for (enum fake_family family = FAKE_UNIX; family <= FAKE_TCP; family++) {
        struct session s;

        begin_at(&s, family, once);
        assert_int_equal(transact(&s, true, "[{}]"), 0);
        fake_server_stop(&s.server);
        fake_server_again(&s.server, twice);
        assert_int_equal(transact(&s, true, "[{}]"), 0);
        deadline_sleep(50, s.until);
        assert_int_equal(transact(&s, true, "[{}]"), 0); /* found only after some tries */
        assert_counts(&s, 3, 3, 3);
        fake_server_stop(&s.server);
        s.until = deadline_after(250);
        s.lines[0] = '\0';
        assert_int_equal(transact(&s, false, ""), -ECONNREFUSED);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB_UNREACHABLE);
        assert_true(deadline_now() >= s.until);
        assert_true(deadline_now() < s.until + 2000);
        assert_in_range(count(s.lines, "connect to"), 3, 8);
        ovsdb_client_free(s.client);
        fake_server_remove(&s.server);
    }
}

static void deadline_passes(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("transact", WRITE),
        QUIET(80),
        EXPECT_WITH("transact", READ),
        ANSWER_BEFORE(1, "[{\"late\":1}]"),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    s.until = deadline_after(40);
    assert_int_equal(transact(&s, true, ""), -ETIMEDOUT);
    assert_int_equal(s.err.kind, VIF_ERROR_TIMEOUT);
    s.until = deadline_after(15000);
    deadline_sleep(150, s.until);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    assert_counts(&s, 2, 1, 1);
    end(&s);
}

static void addresses_are_tried_in_order(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("transact"), ANSWER("[{}]"), GONE, END,
    };
    const char *both[2] = {"unix:/nowhere/db.sock", NULL};
    struct session s;
    int64_t start;

    (void)state;
    begin(&s, script);
    ovsdb_client_free(s.client);
    both[1] = s.server.address;
    assert_int_equal(ovsdb_client_new(both, 2, NULL, &s.client, &s.err), 0);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    assert_counts(&s, 1, 0, 1);
    end(&s);
    assert_int_equal(ovsdb_client_new(both, 2, NULL, &s.client, &s.err), 0);
    start = deadline_now();
    assert_int_equal(transact(&s, false, ""), -ENOENT); /* at once: it never was there */
    assert_true(deadline_now() < start + 2000);
    assert_int_equal(s.err.kind, VIF_ERROR_OVSDB_UNREACHABLE);
    assert_non_null(strstr(s.err.text, "unix:/nowhere/db.sock: No such file or directory; unix:/"));
    ovsdb_client_free(s.client);
}

/* What keeps an ordinary user out is the local socket, not that nobody listens on TCP. */
static void permission_is_the_error_to_act_upon(void **state)
{
    static const struct fake_action nothing[] = {END};
    const char *both[2];
    struct session s;
    uid_t uid = geteuid();

    (void)state;
    begin(&s, nothing);
    ovsdb_client_free(s.client);
    fake_server_stop(&s.server);
    both[0] = s.server.address;
    both[1] = "unix:/nowhere/db.sock";
    assert_int_equal(ovsdb_client_new(both, 2, NULL, &s.client, &s.err), 0);
    assert_int_equal(chmod(s.server.directory, 0), 0);
    if (uid == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(transact(&s, false, ""), -EACCES);
    assert_int_equal(seteuid(uid), 0);
    assert_int_equal(s.err.kind, VIF_ERROR_PERMISSION);
    assert_int_equal(chmod(s.server.directory, 0700), 0);
    ovsdb_client_free(s.client);
    fake_server_remove(&s.server);
}

static void addresses_are_checked(void **state)
{
    const char *bad[] = {"unix:/run/db.sock", "ssl:127.0.0.1:6640"};
    struct ovsdb_client *client = NULL;
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(ovsdb_client_new(bad, 2, NULL, &client, &err), -EINVAL);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_int_equal(ovsdb_client_new(bad, 0, NULL, &client, &err), -EINVAL);
    assert_null(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transactions_share_a_connection),
        cmocka_unit_test(refusals_are_told),
        cmocka_unit_test(read_is_sent_again),
        cmocka_unit_test(write_is_never_sent_twice),
        cmocka_unit_test(write_that_never_left_is_sent_again),
        cmocka_unit_test(server_restarts),
        cmocka_unit_test(deadline_passes),
        cmocka_unit_test(addresses_are_tried_in_order),
        cmocka_unit_test(permission_is_the_error_to_act_upon),
        cmocka_unit_test(addresses_are_checked),
    };

    return cmocka_run_group_tests_name("ovsdb-client", tests, NULL, NULL);
}
