/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts whose work vifd does: what is asked of it, and what becomes of its answers. */
#include "remote-session.h"

#include <inttypes.h>

static void a_call_and_its_report(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Plug", "\"parameters\":{\"vifs\":[" VIF(1) "," VIF(2) "," VIF(
                                        3) "],"
                                           "\"sources\":[\"in: /0\",\"in: /1\",\"in: /2\"]}}"),
        SAY(ALL),
        GONE,
        END,
    };
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), 0);
    assert_int_equal(vif_report_count(report), 3);
    assert_string_equal(
        vif_report_json(report),
        "{\"results\":[{\"index\":0,\"id\":\"" ID(
            1) "\",\"name\":\"tap1\",\"bridge\":\"br-int\",\"state\":"
               "\"plugged\",\"changed\":true,\"ofport\":1},{\"index\":1,\"id\":\"" ID(
                   2) "\",\"name\":\"tap2\","
                      "\"bridge\":\"br-int\",\"state\":\"plugged\","
                      "\"changed\":true,\"ofport\":2},{\"index\":2,\"id\":\"" ID(
                          3) "\",\"name\":\"tap3\",\"bridge\":\"br-int\","
                             "\"state\":\"plugged\",\"changed\":true,"
                             "\"ofport\":3}]}");
    assert_int_equal(vif_report_status(report), 0);
    vif_report_free(report);
    end(&s);
}

static void options_of_calls(void **state)
{
    static const struct {
        const char *method;
        int (*call)(struct vif_host *, const struct vif_batch *, const struct vif_call_options *,
                    struct vif_report **, struct vif_error *);
        struct vif_call_options options;
        const char *words;
    } rows[] = {
        {"io.vifd.Plug",
         vif_host_plug,
         {.wait = VIF_WAIT_OVN, .timeout_ms = -1, .dry_run = 1, .on_timeout = VIF_ON_TIMEOUT_UNDO},
         "],\"wait\":\"ovn\",\"on_timeout\":\"undo\",\"timeout_ms\":-1,\"dry_run\":true}}"},
        {"io.vifd.Unplug",
         vif_host_unplug,
         {.wait = VIF_WAIT_NONE, .timeout_ms = 2500, .on_timeout = VIF_ON_TIMEOUT_UNDO},
         "],\"wait\":\"none\",\"timeout_ms\":2500}}"},
        {"io.vifd.Check",
         vif_host_check,
         {.wait = VIF_WAIT_NONE, .dry_run = 1, .on_timeout = VIF_ON_TIMEOUT_UNDO},
         "],\"wait\":\"none\"}}"},
        {"io.vifd.Repair",
         vif_host_repair,
         {.wait = VIF_WAIT_ML2, .on_timeout = VIF_ON_TIMEOUT_UNDO},
         "],\"wait\":\"ml2\",\"on_timeout\":\"undo\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fake_action script[] = {ACCEPT, EXPECT_WITH(rows[i].method, rows[i].words),
                                             SAY(ALL), GONE, END};
        struct vif_call_options options = rows[i].options;
        struct vif_report *report = NULL;
        struct session s;

        begin(&s, script);
        options.size = sizeof options;
        assert_int_equal(rows[i].call(s.host, s.batch, &options, &report, &s.err), 0);
        vif_report_free(report);
        end(&s);
    }
}

static void all_of_a_result(void **state)
{
    static const char results[] = "[{\"index\":0,\"id\":\"" ID(
        1) "\",\"name\":\"tap1\",\"bridge\":\"br-int\",\"state\":\"planned\","
           "\"changed\":true,\"steps\":[\"make it\",\"set it\"],\"warnings\":[\"look\"]},"
           "{\"index\":1,\"id\":\"" ID(
               2) "\",\"name\":\"\",\"bridge\":\"\",\"state\":\"drifted\",\"changed\":false,"
                  "\"differences\":[{\"sign\":\"~\",\"part\":\"tap "
                  "tap2\",\"attribute\":\"mtu\",\"is\":"
                  "\"1400\",\"should\":\"1500\"},{\"sign\":\"!\",\"part\":\"port x\"}]},"
                  "{\"index\":2,\"id\":\"" ID(
                      3) "\",\"name\":\"\",\"bridge\":\"\",\"state\":\"failed\",\"changed\":true,"
                         "\"error\":{\"kind\":\"Conflict\",\"text\":\"port \xc3\xa4 is not "
                         "ours\"}}]";
    struct vif_report *report = NULL;
    struct session s;
    char reply[2048] = "{\"parameters\":{\"results\":", *at = reply + strlen(reply);
    char expected[2048];

    (void)state;
    for (const char *p = results; *p; p++) { /* the same with something new in each */
        *at++ = *p;
        if (*p == '{' && strncmp(p, "{\"index\"", 8) == 0)
            at += sprintf(at, "\"new\":null,");
    }
    (void)strcpy(at, ",\"transaction\":[{\"op\":\"comment\",\"comment\":\"a\\\"b\"}]}}");
    {
        const struct fake_action script[] = {ACCEPT, EXPECT("io.vifd.Plug"), SAY_SPLIT(reply), GONE,
                                             END};

        begin(&s, script);
    }
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), 0);
    (void)snprintf(expected, sizeof expected,
                   "{\"results\":%s,\"transaction\":[{\"op\":\"comment\",\"comment\":\"a\\\"b\"}]}",
                   results);
    assert_string_equal(vif_report_json(report), expected);
    assert_string_equal(vif_report_result(report, 0)->steps, "make it\nset it\n");
    assert_string_equal(vif_report_result(report, 0)->warnings, "look\n");
    assert_null(vif_report_result(report, 1)->steps);
    assert_string_equal(vif_result_difference(vif_report_result(report, 1), 1)->is, "");
    assert_int_equal(vif_report_result(report, 2)->error->kind, VIF_ERROR_CONFLICT);
    assert_int_equal(vif_report_status(report), 3);
    vif_report_free(report);
    end(&s);
}

/* VIFs that do not decode do not travel, and are told in their place. */
static void bad_documents_stay_here(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Unplug",
                    "\"vifs\":[" VIF(1) "," VIF(2) "," VIF(3) "," VIF(
                        4) "],"
                           "\"sources\":[\"in: /0\",\"in: /1\",\"in: /2\",\"last\"]}}"),
        SAY("{\"parameters\":{\"results\":[" PLUGGED(3, 4) "," PLUGGED(2, 3) "," PLUGGED(
            1, 2) "," PLUGGED(0, 1) "]}}"),
        GONE,
        END,
    };
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    add_vifs(&s, "{\"vif\":{\"id\":\"" ID(9) "\"}}");
    assert_int_equal(vif_batch_add(s.batch, "last", VIF(4), strlen(VIF(4)), &s.err), 0);
    assert_int_equal(vif_host_unplug(s.host, s.batch, NULL, &report, &s.err), 0);
    assert_int_equal(vif_report_count(report), 5);
    assert_string_equal(vif_report_result(report, 2)->id, ID(3));
    assert_string_equal(vif_report_result(report, 3)->id, ID(9));
    assert_non_null(strstr(vif_report_result(report, 3)->error->text, "in: /vif/type: missing"));
    assert_string_equal(vif_report_result(report, 4)->id, ID(4));
    vif_report_free(report);
    end(&s);
}

static void nothing_to_send(void **state)
{
    static const struct fake_action script[] = {ACCEPT, GONE, END};
    struct vif_report *report = NULL;
    struct vif_report *drawing = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    vif_batch_free(s.batch);
    assert_int_equal(vif_batch_new(&s.batch, &s.err), 0);
    add_vifs(&s, "{\"vif\":{\"id\":\"" ID(9) "\"}}");
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), 0);
    assert_int_equal(vif_report_status(report), 2);
    vif_report_free(report);
    assert_int_equal(vif_host_show(s.host, s.batch, NULL, &drawing, &s.err), 0);
    assert_int_equal(vif_report_count(drawing), 1);
    assert_non_null(strstr(vif_report_json(drawing), "{\"vifs\":[{\"id\":\"" ID(9) "\","));
    assert_null(vif_report_error(drawing, 1));
    assert_int_equal(vif_report_status(drawing), 2);
    vif_report_free(drawing);
    end(&s);
}

struct heard {
    char words[512];
    const struct vif_result *results[4];
};

static void hear_progress(void *data, const struct vif_progress *progress)
{
    struct heard *heard = data;
    size_t n = strlen(heard->words);

    (void)snprintf(heard->words + n, sizeof heard->words - n, "%s %zu/%zu;",
                   vif_stage_name(progress->stage), progress->done, progress->total);
}

static void hear_result(void *data, const struct vif_result *result)
{
    struct heard *heard = data;
    size_t n = strlen(heard->words);

    heard->results[result->index] = result;
    (void)snprintf(heard->words + n, sizeof heard->words - n, "%zu %s;", result->index,
                   vif_state_name(result->state));
}

static void results_as_they_come(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Plug", "},\"more\":true}"),
        SAY("{\"parameters\":{\"results\":[],\"progress\":{\"stage\":\"links\",\"done\":1,"
            "\"total\":3}},"
            "\"continues\":true}"),
        SAY("{\"parameters\":{\"results\":[" PLUGGED(
            1, 2) "],\"progress\":{\"stage\":\"dancing\","
                  "\"done\":1,\"total\":3}},\"continues\":true}"),
        SAY("{\"parameters\":{\"results\":[],\"progress\":{\"stage\":\"wait\",\"done\":0,"
            "\"total\":2}},\"continues\":true}"),
        SLEEP(350), /* told again meanwhile */
        SAY("{\"parameters\":{\"results\":[" PLUGGED(0, 1) "," PLUGGED(2, 3) "]}}"),
        GONE,
        END,
    };
    struct vif_call_options options = {
        .size = sizeof options, .progress = hear_progress, .result = hear_result};
    struct vif_report *report = NULL;
    struct heard heard = {0};
    struct session s;

    (void)state;
    begin(&s, script);
    add_vifs(&s, "{}");
    options.data = &heard;
    assert_int_equal(vif_host_plug(s.host, s.batch, &options, &report, &s.err), 0);
    assert_string_equal(heard.words, "3 failed;links 1/3;1 plugged;wait 0/2;wait 0/2;0 plugged;"
                                     "2 plugged;finished 4/4;");
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(heard.results[i], vif_report_result(report, i));
    assert_string_equal(vif_report_result(report, 2)->name, "tap3");
    vif_report_free(report);
    end(&s);
}

#define FAILED(i, n)                                                                               \
    "{\"index\":" #i ",\"id\":\"" ID(                                                              \
        n) "\",\"name\":\"\",\"bridge\":\"\",\"state\":\"failed\","                                \
           "\"changed\":false,\"error\":{\"kind\":\"Conflict\",\"text\":\"not ours " #n "\"}}"

/* None of them came to it: an error for those who look no further, with a result of each. */
static void an_error_with_results(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("io.vifd.Plug"),
        SAY("{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"text\":\"not ours "
            "1\",\"results\":[" FAILED(0, 1) "," FAILED(1, 2) "," FAILED(2, 3) "]}}"),
        EXPECT("io.vifd.Plug"), /* with 'more', those that were told may be there again, or not */
        SAY("{\"parameters\":{\"results\":[" FAILED(1, 2) "]},\"continues\":true}"),
        SAY("{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"text\":\"not ours "
            "1\",\"results\":[" FAILED(1, 2) "," FAILED(2, 3) "]}}"),
        GONE,
        END,
    };
    struct vif_call_options options = {.size = sizeof options, .result = hear_result};
    struct vif_report *report = NULL;
    struct heard heard = {0};
    struct session s;

    (void)state;
    begin(&s, script);
    options.data = &heard;
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), 0);
    assert_int_equal(vif_report_status(report), 3);
    assert_string_equal(vif_report_result(report, 2)->error->text, "not ours 3");
    vif_report_free(report);
    assert_int_equal(vif_host_plug(s.host, s.batch, &options, &report, &s.err), 0);
    assert_string_equal(heard.words, "1 failed;2 failed;0 failed;");
    assert_string_equal(vif_report_result(report, 0)->error->text, "plug " ID(1) ": not ours 1");
    assert_string_equal(vif_report_result(report, 0)->id, ID(1));
    vif_report_free(report);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_and_its_report), cmocka_unit_test(options_of_calls),
        cmocka_unit_test(all_of_a_result),       cmocka_unit_test(bad_documents_stay_here),
        cmocka_unit_test(nothing_to_send),       cmocka_unit_test(results_as_they_come),
        cmocka_unit_test(an_error_with_results),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
