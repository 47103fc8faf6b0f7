/* SPDX-License-Identifier: Apache-2.0 */
/* What vifd tells of a whole host: the handles that are made of its answers say the same again. */
#include "remote-session.h"

#define REPLY(json) "{\"parameters\":" json "}"

#define LIST                                                                                       \
    "{\"vifs\":[{\"id\":\"" ID(                                                                    \
        1) "\",\"iface_id\":\"a \xc3\xa4\",\"type\":\"VIFBridge\","                                \
           "\"instance\":\"\",\"bridge\":\"br-int\",\"port\":\"qvo1\",\"device\":\"qvo1\","        \
           "\"address\":\"\",\"state\":\"failed\",\"ofport\":7,\"error\":\"no\\u000away\"},"       \
           "{\"id\":\"\",\"iface_id\":\"\",\"type\":\"\",\"instance\":\"\",\"bridge\":\"\","       \
           "\"port\":\"\","                                                                        \
           "\"device\":\"tap1\",\"address\":\"\",\"state\":\"unconnected\"}]}"

static void list(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.List", "\"parameters\":{\"instance\":\"i\\\"\",\"bridge\":\"br-int\","
                                    "\"state\":\"failed\",\"timeout_ms\":5000}}"),
        SAY(REPLY(LIST)),
        EXPECT_WITH("io.vifd.List", "\"parameters\":{}}"),
        SAY("{\"parameters\":{\"vifs\":[]}}"),
        GONE,
        END,
    };
    const struct vif_list_options options = {.size = sizeof options,
                                             .instance = "i\"",
                                             .bridge = "br-int",
                                             .state = VIF_STATE_FAILED,
                                             .timeout_ms = 5000};
    struct vif_report *vifs = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_list(s.host, &options, &vifs, &s.err), 0);
    assert_string_equal(vif_report_json(vifs), LIST);
    assert_int_equal(vif_report_vif(vifs, 1)->ofport, 0);
    assert_string_equal(vif_report_vif(vifs, 1)->error, "");
    vif_report_free(vifs);
    assert_int_equal(vif_host_list(s.host, NULL, &vifs, &s.err), 0);
    assert_int_equal(vif_report_count(vifs), 0);
    vif_report_free(vifs);
    end(&s);
}

#define STALE                                                                                      \
    "{\"stale\":[{\"kind\":\"tap\",\"name\":\"tap1\",\"id\":\"" ID(                                \
        1) "\",\"instance\":\"\",\"bridge\":\"\",\"reason\":\"it is young\",\"state\":\"kept\","   \
           "\"young\":true,\"age\":17},{\"kind\":\"port\",\"name\":\"x\",\"id\":\"\","             \
           "\"instance\":\"\","                                                                    \
           "\"bridge\":\"br-int\",\"reason\":\"no "                                                \
           "guest\",\"state\":\"planned\",\"steps\":[\"a\",\"b\"]},"                               \
           "{\"kind\":\"qos\",\"name\":\"y\",\"id\":\"\",\"instance\":\"\",\"bridge\":\"\","       \
           "\"reason\":"                                                                           \
           "\"no port\",\"state\":\"failed\",\"age\":0,\"error\":{\"kind\":\"Conflict\",\"text\":" \
           "\"no\"}}],\"transaction\":[\"Open_vSwitch\"]}"

static void prune(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Prune",
                    "\"parameters\":{\"match\":\"tap*\",\"remove\":true,\"dry_run\":true,"
                    "\"grace_ms\":-1,\"timeout_ms\":-1,\"wait\":\"none\"}}"),
        SAY(REPLY(STALE)),
        EXPECT_WITH("io.vifd.Prune", "\"parameters\":{}}"),
        SAY("{\"parameters\":{\"stale\":[]}}"),
        GONE,
        END,
    };
    const struct vif_prune_options options = {.size = sizeof options,
                                              .match = "tap*",
                                              .remove = 1,
                                              .dry_run = 1,
                                              .grace_ms = VIF_GRACE_NONE,
                                              .timeout_ms = VIF_TIMEOUT_NEVER,
                                              .wait = VIF_WAIT_NONE};
    struct vif_report *stale = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_prune(s.host, &options, &stale, &s.err), 0);
    assert_string_equal(vif_report_json(stale), STALE);
    assert_int_equal(vif_report_stale(stale, 0)->young, 1);
    assert_int_equal(vif_report_stale(stale, 0)->age, 17);
    assert_int_equal(vif_report_stale(stale, 1)->age, -1);
    assert_string_equal(vif_report_stale(stale, 1)->steps, "a\nb\n");
    assert_int_equal(vif_report_stale(stale, 2)->error->kind, VIF_ERROR_CONFLICT);
    assert_int_equal(vif_report_status(stale), 3);
    vif_report_free(stale);
    assert_int_equal(vif_host_prune(s.host, NULL, &stale, &s.err), 0);
    assert_int_equal(vif_report_count(stale), 0);
    assert_null(vif_report_transaction(stale));
    vif_report_free(stale);
    end(&s);
}

#define FINDINGS                                                                                   \
    "{\"findings\":[{\"check\":\"kernel\",\"level\":\"ok\",\"text\":\"6.1\",\"advice\":\"\"},"     \
    "{\"check\":\"ovsdb\",\"level\":\"fail\",\"text\":\"it is not there\",\"advice\":"             \
    "\"start it\"}]}"

static void doctor(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT_WITH("io.vifd.Doctor", "\"parameters\":{\"timeout_ms\":7}}"),
        SAY(REPLY(FINDINGS)), GONE, END};
    const struct vif_doctor_options options = {.size = sizeof options, .timeout_ms = 7};
    struct vif_report *findings = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_doctor(s.host, &options, &findings, &s.err), 0);
    assert_string_equal(vif_report_json(findings), FINDINGS);
    assert_int_equal(vif_report_finding(findings, 1)->level, VIF_FINDING_FAIL);
    assert_int_equal(vif_report_status(findings), 3);
    vif_report_free(findings);
    end(&s);
}

static void host_info(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.HostInfo",
                    "\"parameters\":{\"vif_types\":[\"VIFBridge\",\"VIFVHostUser\"],\"versions\":"
                    "[]}}"),
        SAY("{\"parameters\":{\"host_info\":{\"versioned_object.name\":\"HostInfo\",\"b\":[1]}}}"),
        EXPECT_WITH("io.vifd.HostInfo", "\"parameters\":{}}"),
        SAY("{\"error\":\"io.vifd.InvalidInput\",\"parameters\":{\"text\":\"there is none\"}}"),
        GONE,
        END,
    };
    static const char *const types[] = {"VIFBridge", "VIFVHostUser", NULL};
    static const char *const none[] = {NULL};
    const struct vif_info_options options = {
        .size = sizeof options, .vif_types = types, .versions = none};
    char *text = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_info(s.host, &options, &text, &s.err), 0);
    assert_string_equal(text,
                        "{\n  \"versioned_object.name\": \"HostInfo\",\n  \"b\": [\n    1\n  ]"
                        "\n}");
    vif_string_free(text);
    assert_int_equal(vif_host_info(s.host, NULL, &text, &s.err), -EINVAL);
    assert_words(&s, VIF_ERROR_INVALID, "there is none");
    end(&s);
}

#define DRAWN(n)                                                                                   \
    "{\"id\":\"" ID(n) "\",\"type\":\"VIFBridge\",\"instance\":\"\",\"address\":\"\",\"state\":"   \
                       "\"plugged\",\"first\":0}"
#define LOST                                                                                       \
    "{\"id\":\"\",\"type\":\"\",\"instance\":\"\",\"address\":\"\",\"state\":\"\",\"error\":{"     \
    "\"kind\":\"NotFound\",\"text\":\"nothing is called x\"}}"
#define PART(vif)                                                                                  \
    "{\"kind\":\"tap\",\"name\":\"tap1 \xc3\xa4\"," vif "\"state\":\"up\",\"missing\":false,"      \
    "\"attributes\":{\"mtu\":1500,\"alias\":\"a \\\"b\\\"\"}}"
#define END_PARTS                                                                                  \
    "{\"kind\":\"bridge\",\"name\":\"br-int\",\"state\":\"\",\"missing\":true,\"attributes\":{}}]" \
    ","                                                                                            \
    "\"edges\":[{\"from\":0,\"to\":1,\"kind\":\"member\",\"missing\":true}]}"
#define DRAWING "{\"vifs\":[" DRAWN(1) "," LOST "],\"parts\":[" PART("\"vif\":0,") "," END_PARTS

static void show_a_host(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Show", "\"parameters\":{\"timeout_ms\":-1}}"),
        SAY(REPLY(DRAWING)),
        EXPECT_WITH("io.vifd.Show", "\"parameters\":{\"ids\":[\"a\",\"b\"]}}"),
        SAY(REPLY(DRAWING)),
        GONE,
        END,
    };
    static const char *const ids[] = {"a", "b", NULL};
    const struct vif_show_options options = {.size = sizeof options, .timeout_ms = -1},
                                  some = {.size = sizeof some, .ids = ids};
    struct vif_report *drawing = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vif_host_show(s.host, NULL, &options, &drawing, &s.err), 0);
    assert_string_equal(vif_report_json(drawing), DRAWING);
    assert_non_null(strstr(vif_report_dot(drawing), "n0 -> n1"));
    assert_int_equal(vif_report_status(drawing), 3);
    assert_int_equal(vif_report_error(drawing, 0)->kind, VIF_ERROR_NOT_FOUND);
    assert_null(vif_report_error(drawing, 1));
    vif_report_free(drawing);
    assert_int_equal(vif_host_show(s.host, NULL, &some, &drawing, &s.err), 0);
    assert_string_equal(vif_report_json(drawing), DRAWING);
    vif_report_free(drawing);
    end(&s);
}

/* A document that does not decode stays here, and what stands behind it moves up. */
static void show_documents(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("io.vifd.Show", "\"sources\":[\"in: /0\",\"in: /1\",\"in: /2\",\"in\"],"
                                    "\"ids\":[\"x\"]}}"),
        SAY("{\"parameters\":{\"vifs\":[" DRAWN(1) "," DRAWN(2) "," DRAWN(3) "," DRAWN(
            4) "," LOST
               "],\"parts\":[" PART("\"vif\":3,") "," PART("\"vif\":2,") "," PART(
                   "\"vif\":4,") "," END_PARTS "}"),
        GONE,
        END,
    };
    static const char *const ids[] = {"x", NULL};
    const struct vif_show_options options = {.size = sizeof options, .ids = ids};
    static const char *const in_order[] = {
        "{\"vifs\":[", ID(1),        ID(2),        ID(3),         "{\"id\":\"" ID(9),
        "\"error\":",  ID(4),        "\"error\":", "\"parts\":[", "\"vif\":4,",
        "\"vif\":2,",  "\"vif\":5,", "\"edges\":",
    };
    const char *text;
    struct vif_report *drawing = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    add_vifs(&s, "{\"vif\":{\"id\":\"" ID(9) "\"}}");
    add_vifs(&s, VIF(4));
    assert_int_equal(vif_host_show(s.host, s.batch, &options, &drawing, &s.err), 0);
    assert_int_equal(vif_report_count(drawing), 6);
    assert_int_equal(vif_report_error(drawing, 0)->kind, VIF_ERROR_INVALID);
    assert_int_equal(vif_report_error(drawing, 1)->kind, VIF_ERROR_NOT_FOUND);
    assert_null(vif_report_error(drawing, 2));
    text = vif_report_json(drawing);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        text = strstr(text, in_order[i]);
        if (!text)
            fail_msg("%s", in_order[i]);
    }
    vif_report_free(drawing);
    end(&s);
}

static int list_it(struct session *s)
{
    struct vif_report *vifs = NULL;

    return vif_host_list(s->host, NULL, &vifs, &s->err);
}

static int prune_it(struct session *s)
{
    const struct vif_prune_options options = {.size = sizeof options, .remove = 1};
    struct vif_report *stale = NULL;

    return vif_host_prune(s->host, &options, &stale, &s->err);
}

static int examine_it(struct session *s)
{
    struct vif_report *findings = NULL;

    return vif_host_doctor(s->host, NULL, &findings, &s->err);
}

static int inform(struct session *s)
{
    char *text = NULL;

    return vif_host_info(s->host, NULL, &text, &s->err);
}

static int measure_it(struct session *s)
{
    char *text = NULL;

    return vif_host_metrics(s->host, &text, &s->err);
}

static int draw_it(struct session *s)
{
    struct vif_report *drawing = NULL;

    return vif_host_show(s->host, NULL, NULL, &drawing, &s->err);
}

static int draw_vifs(struct session *s)
{
    struct vif_report *drawing = NULL;

    return vif_host_show(s->host, s->batch, NULL, &drawing, &s->err);
}

#define V(more)                                                                                    \
    "{\"vifs\":[{\"id\":\"\",\"type\":\"\",\"instance\":\"\",\"address\":\"\"," more "}]"
#define P(more) "\"parts\":[{\"kind\":\"tap\",\"name\":\"\"," more "}]"

/* Answers that are not as agreed: none becomes a handle. */
static void bad_answers(void **state)
{
    static const struct {
        int (*call)(struct session *s);
        const char *reply, *words;
    } rows[] = {
        {list_it, "{}", "/vifs: missing"},
        {list_it, "{\"vifs\":{}}", "/vifs: expected a list"},
        {list_it, "{\"vifs\":[{\"id\":\"\"}]}", "/vifs/0/iface_id: missing"},
        {list_it, "{\"vifs\":[{\"id\":7}]}", "/vifs/0/id: expected a text, got 7"},
        {prune_it, "{\"stale\":null}", "/stale: expected a list"},
        {prune_it,
         "{\"stale\":[{\"kind\":\"tap\",\"name\":\"\",\"id\":\"\",\"instance\":\"\",\"bridge\":"
         "\"\",\"reason\":\"\",\"state\":\"failed\"}]}",
         "state and error contradict each other; it may have done the work"},
        {prune_it,
         "{\"stale\":[{\"kind\":\"tap\",\"name\":\"\",\"id\":\"\",\"instance\":\"\",\"bridge\":"
         "\"\",\"reason\":\"\",\"state\":\"found\",\"age\":9223372036854775807}]}",
         "/stale/0/age: expected an integer"},
        {examine_it, "{\"findings\":[7]}", "/findings/0: expected an object"},
        {examine_it,
         "{\"findings\":[{\"check\":\"\",\"level\":\"great\",\"text\":\"\",\"advice\":\"\"}]}",
         "/findings/0/level: expected a known word"},
        {inform, "{\"host_info\":[]}", "/host_info: expected an object"},
        {measure_it, "{\"metrics\":{}}", "/metrics: expected a text"},
        {draw_it, "{\"vifs\":[],\"parts\":[]}", "/edges: missing"},
        {draw_it, V("\"state\":\"\",\"first\":0") ",\"parts\":[],\"edges\":[]}",
         "a VIF begins at a part that does not exist"},
        {draw_it, V("\"state\":\" up\"") ",\"parts\":[],\"edges\":[]}",
         "/vifs/0/state: expected a known word"},
        {draw_it,
         "{\"vifs\":[]," P(
             "\"vif\":0,\"state\":\"\",\"missing\":false,\"attributes\":{}") ",\"edges\":[]}",
         "a part belongs to a VIF that does not exist"},
        {draw_it,
         "{\"vifs\":[]," P(
             "\"state\":\"up\\\"];\",\"missing\":false,\"attributes\":{}") ",\"edges\":[]}",
         "/parts/0/state: expected a word"},
        {draw_it,
         "{\"vifs\":[]," P(
             "\"state\":\"\",\"missing\":false,\"attributes\":{\"\\\"\":1}") ",\"edges\":[]}",
         "expected a word as name"},
        {draw_it,
         "{\"vifs\":[],\"parts\":[],\"edges\":[{\"from\":0,\"to\":0,\"kind\":\"\",\"missing\":"
         "false}]}",
         "an edge ends at a part that does not exist"},
        {draw_vifs, "{\"vifs\":[],\"parts\":[],\"edges\":[]}",
         "another number of VIFs than was sent"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reply[1024];
        const struct fake_action script[] = {SERVE(reply), END};
        struct session s;

        (void)snprintf(reply, sizeof reply, "{\"parameters\":%s}", rows[i].reply);
        begin(&s, script);
        assert_int_equal(rows[i].call(&s), -EPROTO);
        assert_words(&s, VIF_ERROR_SYSTEM, rows[i].words);
        vif_batch_free(s.batch);
        vif_host_close(s.host);
        fake_server_kill(&s.server);
        fake_server_remove(&s.server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list),        cmocka_unit_test(prune),
        cmocka_unit_test(doctor),      cmocka_unit_test(host_info),
        cmocka_unit_test(show_a_host), cmocka_unit_test(show_documents),
        cmocka_unit_test(bad_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
