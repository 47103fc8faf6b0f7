/* SPDX-License-Identifier: Apache-2.0 */
/* A client without memory. */
#include "remote-session.h"

#include "client/client.h"
#include "failing-alloc.h"
#include "libvif/host.h"

static int keep_and_plug(struct session *s)
{
    struct vif_call_options options = {.size = sizeof options, .result = count_result};
    struct vif_report *report = NULL;
    size_t reported = 0;
    int r = vif_batch_add(s->batch, "in", VIF(1), strlen(VIF(1)), &s->err);

    options.data = &reported;
    if (r == 0)
        r = vif_host_plug(s->host, s->batch, &options, &report, &s->err);
    vif_report_free(report);
    return r;
}

static int list_vifs(struct session *s)
{
    struct vif_report *vifs = NULL;
    int r = vif_host_list(s->host, NULL, &vifs, &s->err);

    vif_report_free(vifs);
    return r;
}

static int prune(struct session *s)
{
    struct vif_report *stale = NULL;
    int r = vif_host_prune(s->host, NULL, &stale, &s->err);

    vif_report_free(stale);
    return r;
}

static int doctor(struct session *s)
{
    struct vif_report *findings = NULL;
    int r = vif_host_doctor(s->host, NULL, &findings, &s->err);

    vif_report_free(findings);
    return r;
}

static int host_info(struct session *s)
{
    char *text = NULL;
    int r = vif_host_info(s->host, NULL, &text, &s->err);

    vif_string_free(text);
    return r;
}

static int metrics(struct session *s)
{
    char *text = NULL;
    int r = vif_host_metrics(s->host, &text, &s->err);

    vif_string_free(text);
    return r;
}

static int show(struct session *s)
{
    struct vif_report *drawing = NULL;
    int r = vif_batch_add(s->batch, "in", "{}", 2, &s->err);

    if (r == 0)
        r = vif_batch_add(s->batch, "in", VIF(1), strlen(VIF(1)), &s->err);
    if (r == 0)
        r = vif_host_show(s->host, s->batch, NULL, &drawing, &s->err);
    vif_report_free(drawing);
    return r;
}

static void without_memory(void **state)
{
    static const struct {
        int (*call)(struct session *s);
        const char *parameters;
    } rows[] = {
        {keep_and_plug,
         "{\"results\":[{\"index\":0,\"id\":\"\",\"name\":\"\",\"bridge\":\"\",\"state\":"
         "\"drifted\","
         "\"changed\":true,\"steps\":[\"a\"],\"warnings\":[\"b\"],\"differences\":[{\"sign\":\"~\","
         "\"part\":\"c\"}]}],\"transaction\":[1],\"progress\":{\"stage\":\"links\",\"done\":1,"
         "\"total\":1}}"},
        {list_vifs, "{\"vifs\":[{\"id\":\"\",\"iface_id\":\"\",\"type\":\"\",\"instance\":\"\","
                    "\"bridge\":\"\","
                    "\"port\":\"\",\"device\":\"\",\"address\":\"\",\"state\":\"\"}]}"},
        {prune, "{\"stale\":[{\"kind\":\"\",\"name\":\"\",\"id\":\"\",\"instance\":\"\","
                "\"bridge\":\"\","
                "\"reason\":\"\",\"state\":\"failed\",\"error\":{\"kind\":\"\",\"text\":\"\"}}],"
                "\"transaction\":[1]}"},
        {doctor,
         "{\"findings\":[{\"check\":\"\",\"level\":\"ok\",\"text\":\"\",\"advice\":\"\"}]}"},
        {host_info, "{\"host_info\":{\"a\":1}}"},
        {metrics, "{\"metrics\":\"# EOF\"}"},
        {show,
         "{\"vifs\":[{\"id\":\"\",\"type\":\"\",\"instance\":\"\",\"address\":\"\",\"state\":\"\","
         "\"error\":{\"kind\":\"\",\"text\":\"\"}}],\"parts\":[{\"kind\":\"\",\"name\":\"\","
         "\"state\":\"\",\"missing\":false,\"attributes\":{\"a\":1}}],\"edges\":[{\"from\":0,"
         "\"to\":"
         "0,\"kind\":\"\",\"missing\":false}]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reply[1024];
        const struct fake_action script[] = {SERVE(reply), END};
        struct session s = {0};

        (void)snprintf(reply, sizeof reply, "{\"parameters\":%s}", rows[i].parameters);
        fake_server_start(&s.server, FAKE_UNIX, script);
        each_allocation_fails(n, 1) {
            int r;

            s.err = (struct vif_error){0};
            assert_int_equal(vif_batch_new(&s.batch, &s.err), 0);
            failing_alloc_set(n);
            s.host = NULL;
            r = open_host(&s);
            if (r == 0)
                r = rows[i].call(&s);
            failing_alloc_set(0);
            if (r < 0 && (r != -ENOMEM || s.err.kind != VIF_ERROR_NO_MEMORY))
                fail_msg("%zu, allocation %lu: %d, %s", i, n, r, s.err.text);
            assert_int_equal(s.err.kind, r ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
            vif_host_close(s.host);
            vif_batch_free(s.batch);
        }
        fake_server_kill(&s.server);
        fake_server_remove(&s.server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory),
    };

    failing_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
