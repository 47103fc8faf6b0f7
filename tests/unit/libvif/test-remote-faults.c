/* SPDX-License-Identifier: Apache-2.0 */
/* A vifd that goes away, is late or says what it should not. */
#include "remote-session.h"

#include "client/client.h"
#include "failing-alloc.h"
#include "libvif/host.h"

#define START "{\"id\":\"\",\"name\":\"\",\"bridge\":\"\",\"changed\":false,"

/* Answers that are not as agreed: none becomes a report. */
static void bad_results(void **state)
{
    static const struct {
        const char *parameters, *words;
    } rows[] = {
        {"[]", "a reply is not a varlink message: \"parameters\""},
        {"{}", "/results: missing"},
        {"{\"results\":[]}", "nothing about some of the VIFs"},
        {"{\"results\":{}}", "/results: expected a list, got {}"},
        {"{\"results\":[[]]}", "/results/0: expected an object, got []"},
        {"{\"results\":[{}]}", "/results/0/index: missing"},
        {"{\"results\":[" START "\"index\":-1,\"state\":\"plugged\"}]}",
         "/results/0/index: expected an index, got -1"},
        {"{\"results\":[" START "\"index\":3,\"state\":\"plugged\"}]}",
         "a result of a VIF that was not sent"},
        {"{\"results\":[" START "\"index\":0,\"state\":\"PLUGGED\"}]}",
         "/results/0/state: expected a known word, got \"PLUGGED\""},
        {"{\"results\":[" START "\"index\":0,\"state\":\"a b\"}]}",
         "/results/0/state: expected a known word, got \"a b\""},
        {"{\"results\":[" START "\"index\":0,\"state\":\"failed\"}]}",
         "state and error contradict each other"},
        {"{\"results\":[" START
         "\"index\":0,\"state\":\"plugged\",\"error\":{\"kind\":\"Conflict\","
         "\"text\":\"\"}}]}",
         "state and error contradict each other"},
        {"{\"results\":[" START
         "\"index\":0,\"state\":\"failed\",\"error\":{\"kind\":\"Conflict\"}}]}",
         "/results/0/error/text: missing"},
        {"{\"results\":[" START "\"index\":0,\"state\":\"failed\",\"error\":\"Conflict\"}]}",
         "/results/0/error: expected an object"},
        {"{\"results\":[" START "\"index\":0,\"state\":\"planned\",\"steps\":\"a\"}]}",
         "/results/0/steps: expected a list of texts"},
        {"{\"results\":[" START "\"index\":0,\"state\":\"drifted\",\"differences\":[{\"sign\":\"\","
         "\"part\":\"\"}]}]}",
         "/results/0/differences/0/sign: expected a sign"},
        {"{\"results\":[" START
         "\"index\":0,\"state\":\"drifted\",\"differences\":[{\"sign\":\"~\"}]}"
         "]}",
         "/results/0/differences/0/part: missing"},
        {"{\"results\":[],\"transaction\":{}}", "/transaction: expected a list"},
        {"{\"results\":[],\"progress\":{\"stage\":\"links\",\"done\":-1,\"total\":1}}",
         "/progress/done: expected an index"},
        {"{\"results\":[" START "\"index\":0,\"state\":\"plugged\",\"ofport\":1e3}]}",
         "/results/0/ofport: expected an integer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reply[1024];
        const struct fake_action script[] = {SERVE(reply), END};
        struct vif_report *report = NULL;
        struct session s;

        (void)snprintf(reply, sizeof reply, "{\"parameters\":%s}", rows[i].parameters);
        begin(&s, script);
        if (vif_host_check(s.host, s.batch, NULL, &report, &s.err) != -EPROTO)
            fail_msg("%s", reply);
        assert_null(report);
        assert_words(&s, VIF_ERROR_SYSTEM, rows[i].words);
        assert_null(strstr(s.err.text, "a check shows")); /* it was one */
        vif_batch_free(s.batch);
        vif_host_close(s.host);
        fake_server_kill(&s.server);
        fake_server_remove(&s.server);
    }
}

/* What can have been done whatever the answer was, is said so; of calls that change nothing,
 * not. */
static void the_answer_is_lost(void **state)
{
    static const struct fake_action closes[] = {ACCEPT,
                                                EXPECT("io.vifd.Plug"),
                                                CLOSE,
                                                ACCEPT,
                                                EXPECT("io.vifd.Check"),
                                                CLOSE,
                                                ACCEPT,
                                                EXPECT("io.vifd.Unplug"),
                                                SEND("{\"parameters\":"),
                                                CLOSE,
                                                END};
    static const struct fake_action garbage[] = {ACCEPT, EXPECT("io.vifd.Plug"), SAY("rubbish"),
                                                 GONE, END};
    const struct vif_call_options dry = {.size = sizeof dry, .dry_run = 1};
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s, closes);
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), -ECONNRESET);
    assert_words(&s, VIF_ERROR_DAEMON_UNREACHABLE,
                 "vifd's reply was lost; it may have done the work, which a check shows: "
                 "unix:/tmp/fake");
    assert_int_equal(vif_host_check(s.host, s.batch, NULL, &report, &s.err), -ECONNRESET);
    assert_words(&s, VIF_ERROR_DAEMON_UNREACHABLE,
                 "vifd closed the connection without a reply: unix:/tmp/");
    assert_int_equal(vif_host_unplug(s.host, s.batch, &dry, &report, &s.err), -ECONNRESET);
    assert_words(&s, VIF_ERROR_DAEMON_UNREACHABLE, "vifd closed the connection without a reply");
    end(&s);
    begin(&s, garbage);
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), -EPROTO);
    assert_words(&s, VIF_ERROR_SYSTEM, "which a check shows");
    end(&s);
    assert_null(report);
}

/* Readable once a result was told. */
static int stop_pipe[2];

static void stop_when_told(void *data, const struct vif_result *result)
{
    if (result->state == VIF_STATE_PLUGGED)
        assert_int_equal(write(stop_pipe[1], "x", 1), 1);
    ++*(size_t *)data;
}

#define ONE_MORE "{\"parameters\":{\"results\":[" PLUGGED(1, 2) "]},\"continues\":true}"

/* Results that have come count; the other VIFs say that nothing is known of them. */
static void half_an_answer(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        CLOSE,
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        SAY("rubbish"),
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        SAY("{}"),
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        SAY(ONE_MORE), /* nothing was wrong with the one before */
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        GONE,
        END,
    };
    static const struct {
        enum vif_error_kind kind;
        const char *words;
    } rows[] = {
        {VIF_ERROR_DAEMON_UNREACHABLE,
         ": vifd's reply was lost; it may have done the work, which a check shows: "},
        {VIF_ERROR_SYSTEM, "a reply is not a varlink message"},
        {VIF_ERROR_SYSTEM, "unexpected reply from vifd to Plug: /results: missing"},
        {VIF_ERROR_SYSTEM, "unexpected reply from vifd to Plug: two results of one VIF"},
        {VIF_ERROR_TIMEOUT,
         ": vifd did not reply in time; it may still do the work, which a check shows"},
    };
    size_t told = 0;
    struct vif_call_options options = {
        .size = sizeof options, .result = count_result, .data = &told};
    struct session s;

    (void)state;
    begin(&s, script);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vif_report *report = NULL;
        const struct vif_result *result;

        if (i == 4) {
            s.host->client->answer_ms = 300;
            options.timeout_ms = 1;
        }
        told = 0;
        assert_int_equal(vif_host_plug(s.host, s.batch, &options, &report, &s.err), 0);
        assert_int_equal(told, 3);
        assert_int_equal(vif_report_result(report, 1)->state, VIF_STATE_PLUGGED);
        result = vif_report_result(report, 2);
        assert_int_equal(result->state, VIF_STATE_FAILED);
        assert_int_equal(result->changed, 1);
        assert_string_equal(result->id, ID(3));
        s.err = *result->error;
        assert_words(&s, rows[i].kind, rows[i].words);
        assert_memory_equal(result->error->text, "plug " ID(3), strlen("plug " ID(3)));
        vif_report_free(report);
    }
    end(&s);
}

/* Who is stopped hears no more of vifd, which goes on; what it told before that stands. */
static void interrupted(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY(ONE_MORE),
        GONE,
        ACCEPT,
        EXPECT("io.vifd.Unplug"),
        SAY("{\"error\":\"io.vifd.Interrupted\",\"parameters\":{\"text\":\"vifd is stopping\"}}"),
        GONE,
        END};
    size_t told = 0;
    struct vif_call_options options = {
        .size = sizeof options, .result = stop_when_told, .data = &told};
    struct vif_report *report = NULL;
    struct session s;
    char byte;

    (void)state;
    begin(&s, script);
    assert_int_equal(pipe(stop_pipe), 0);
    options.stop_fd = stop_pipe[0];
    assert_int_equal(vif_host_plug(s.host, s.batch, &options, &report, &s.err), 0);
    assert_int_equal(told, 3);
    assert_int_equal(vif_report_result(report, 1)->state, VIF_STATE_PLUGGED);
    s.err = *vif_report_result(report, 0)->error;
    assert_words(
        &s, VIF_ERROR_INTERRUPTED,
        "plug " ID(1) ": interrupted: vifd completes what it has begun, which a check shows");
    assert_int_equal(vif_report_result(report, 0)->changed, 1);
    vif_report_free(report);
    /* The descriptor is readable now: nothing is even asked. */
    assert_int_equal(vif_host_plug(s.host, s.batch, &options, &report, &s.err), 0);
    s.err = *vif_report_result(report, 1)->error;
    assert_words(&s, VIF_ERROR_INTERRUPTED, "plug " ID(2) ": interrupted: nothing was changed");
    assert_int_equal(vif_report_result(report, 1)->changed, 0);
    vif_report_free(report);
    assert_int_equal(read(stop_pipe[0], &byte, 1), 1);
    /* vifd's own word is an error of the call like any other. */
    assert_int_equal(vif_host_unplug(s.host, s.batch, &options, &report, &s.err), -EINTR);
    assert_words(&s, VIF_ERROR_INTERRUPTED, "vifd is stopping");
    (void)close(stop_pipe[0]);
    (void)close(stop_pipe[1]);
    end(&s);
}

/* Not asked for: a vifd that sends it is not one of ours. */
static void more_than_was_asked_for(void **state)
{
    static const struct fake_action script[] = {ACCEPT, EXPECT("io.vifd.Plug"), SAY(ONE_MORE), GONE,
                                                END};
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), -EPROTO);
    assert_words(&s, VIF_ERROR_SYSTEM, "unexpected reply from vifd to Plug: several replies");
    end(&s);
}

/* ---- without memory ---- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_results),
        cmocka_unit_test(the_answer_is_lost),
        cmocka_unit_test(half_an_answer),
        cmocka_unit_test(interrupted),
        cmocka_unit_test(more_than_was_asked_for),
    };

    failing_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
