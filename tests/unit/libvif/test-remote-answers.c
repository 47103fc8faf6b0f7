/* SPDX-License-Identifier: Apache-2.0 */
/* What a host makes of the errors of vifd, and one host for many calls. */
#include "remote-session.h"

#include <inttypes.h>

static void errors_by_name(void **state)
{
    static const struct {
        const char *reply, *words;
        enum vif_error_kind kind;
        int fault;
    } rows[] = {
        {"{\"error\":\"io.vifd.DatabaseUnreachable\",\"parameters\":{\"text\":\"unix:/x: no\\n"
         "more\"}}",
         "unix:/x: no more", VIF_ERROR_OVSDB_UNREACHABLE, -ENOTCONN},
        {"{\"error\":\"io.vifd.TimedOut\",\"parameters\":{\"text\":\"late\",\"results\":[]}}",
         "late", VIF_ERROR_TIMEOUT, -ETIMEDOUT},
        {"{\"error\":\"io.vifd.OutOfMemory\",\"parameters\":{\"text\":\"out of memory\"}}",
         "out of memory", VIF_ERROR_NO_MEMORY, -ENOMEM},
        {"{\"error\":\"io.vifd.FromTheFuture\",\"parameters\":{\"text\":\"who knows\"}}",
         "who knows", VIF_ERROR_SYSTEM, -EIO},
        {"{\"error\":\"io.vifd.None\",\"parameters\":{\"text\":\"none\"}}", "none",
         VIF_ERROR_SYSTEM, -EIO},
        {"{\"error\":\"org.varlink.service.PermissionDenied\"}",
         "vifd does not allow this user to call Plug", VIF_ERROR_PERMISSION, -EPERM},
        {"{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":"
         "\"wait\"}}",
         "vifd does not support the parameter wait of Plug", VIF_ERROR_UNSUPPORTED, -EOPNOTSUPP},
        {"{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\"Plug\"}}",
         "vifd does not support Plug: MethodNotFound", VIF_ERROR_UNSUPPORTED, -EOPNOTSUPP},
        {"{\"error\":\"com.example.Oops\"}", "unexpected reply from vifd to Plug: com.example.Oops",
         VIF_ERROR_SYSTEM, -EPROTO},
        {"{\"error\":\"io.vifd.Conflict\"}", "unexpected reply from vifd to Plug: /text: missing",
         VIF_ERROR_SYSTEM, -EPROTO},
        {"{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"text\":\"x\",\"results\":[{}]}}",
         "unexpected reply from vifd to Plug: /results/0/index: missing", VIF_ERROR_SYSTEM,
         -EPROTO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fake_action script[] = {ACCEPT, EXPECT("io.vifd.Plug"), SAY(rows[i].reply),
                                             GONE, END};
        struct vif_report *report = NULL;
        struct session s;

        begin(&s, script);
        assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), rows[i].fault);
        assert_null(report);
        assert_words(&s, rows[i].kind, rows[i].words);
        end(&s);
    }
}

/* The error leaves the connection, and so does an answer; one that ended between two calls is made
 * again. */
static void one_host_for_many_calls(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY("{\"error\":\"io.vifd.TimedOut\",\"parameters\":{\"text\":\"late\"}}"),
        EXPECT("io.vifd.Unplug"),
        SAY(ALL),
        CLOSE,
        ACCEPT,
        EXPECT("io.vifd.Check"),
        SAY(ALL),
        SAY("{}"), /* which nobody asked for */
        ACCEPT,
        EXPECT("io.vifd.Repair"),
        SAY("rubbish"),
        ACCEPT,
        EXPECT("io.vifd.GetMetrics"),
        SAY("{\"parameters\":{\"metrics\":\"a\\nb\\n# EOF\\n\"}}"),
        UNLISTEN,
        CLOSE,
        END,
    };
    struct vif_report *report = NULL;
    char *text = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), -ETIMEDOUT);
    assert_int_equal(vif_host_unplug(s.host, s.batch, NULL, &report, &s.err), 0);
    vif_report_free(report);
    (void)usleep(50000);
    assert_int_equal(vif_host_check(s.host, s.batch, NULL, &report, &s.err), 0);
    vif_report_free(report);
    (void)usleep(50000);
    assert_int_equal(vif_host_repair(s.host, s.batch, NULL, &report, &s.err), -EPROTO);
    assert_int_equal(vif_host_metrics(s.host, &text, &s.err), 0);
    assert_string_equal(text, "a\nb\n# EOF\n");
    vif_string_free(text);
    (void)usleep(50000);
    assert_int_equal(vif_host_metrics(s.host, &text, &s.err), -ECONNREFUSED);
    assert_words(&s, VIF_ERROR_DAEMON_UNREACHABLE, "vifd cannot be reached: unix:/tmp/fake-server");
    end(&s);
}

static void nobody_there(void **state)
{
    const struct vif_host_options options = {
        .size = sizeof options, .connect = "/nonexistent/io.vifd", .config_file = "/nonexistent"};
    const struct vif_host_options relative = {.size = sizeof relative, .connect = "io.vifd"};
    struct session s = {0};
    char *text = NULL;

    (void)state;
    assert_int_equal(vif_host_open(&options, &s.host, &s.err), -ENOENT);
    assert_words(&s, VIF_ERROR_DAEMON_UNREACHABLE,
                 "vifd cannot be reached: unix:/nonexistent/io.vifd: No such file or directory");
    assert_int_equal(vif_error_kind_status(s.err.kind), 4);
    assert_int_equal(vif_host_open(&relative, &s.host, &s.err), -EINVAL);
    assert_words(&s, VIF_ERROR_CONFIG, "has to begin with '/'");
    assert_null(s.host);
    assert_int_equal(vif_host_open(NULL, &s.host, &s.err), 0);
    assert_int_equal(vif_host_metrics(s.host, &text, &s.err), -EOPNOTSUPP);
    assert_words(&s, VIF_ERROR_UNSUPPORTED, "metrics are only available through vifd");
    vif_host_close(s.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_by_name),
        cmocka_unit_test(one_host_for_many_calls),
        cmocka_unit_test(nobody_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
