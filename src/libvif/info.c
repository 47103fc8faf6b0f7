/* SPDX-License-Identifier: Apache-2.0 */
/* Texts about the library and vifd: the VIFs its plugins take, vifd's metrics, the schema of the
 * input. */
#include <string.h>

#include "libvif/report.h"

static const struct record_field info_fields[] = {
    {RECORD_FIELD(struct vif_info_options, vif_types, TEXTS), .optional = true},
    {RECORD_FIELD(struct vif_info_options, versions, TEXTS), .optional = true},
};
static const struct record_table info_table = {
    RECORD_TABLE(NULL, info_fields, struct vif_info_options)};
static const struct record_field info_reply_fields[] = {
    {.name = "host_info", .type = RECORD_PAGE, .offset = offsetof(struct reply, text)},
};
static const struct record_table info_reply_table = {
    RECORD_TABLE(NULL, info_reply_fields, struct reply)};
static const struct record_field metrics_reply_fields[] = {
    {.name = "metrics", .type = RECORD_TEXT, .offset = offsetof(struct reply, text)},
};
static const struct record_table metrics_reply_table = {
    RECORD_TABLE(NULL, metrics_reply_fields, struct reply)};
static const struct record_table no_parameters = {.size = 0};

static int run_info(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct vif_info_options *options = call->parameters;
    auto_free const struct vif_plugin **plugins = NULL;
    auto_free char *text = NULL;
    size_t n = 0;
    int r = plugin_list(host->plugins, &plugins, &n, err);

    if (r == 0)
        r = host_info_text(plugins, n, options->vif_types, options->versions, &text, err);
    if (r < 0)
        return error_prefix(err, r, "host info");
    call->report->reply.text = pool_text(&call->report->pool, text);
    return call->report->reply.text ? 0 : error_memory(err);
}

static int run_metrics(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    (void)host;
    (void)call;
    return error_set(err, VIF_ERROR_UNSUPPORTED,
                     "metrics are only available through vifd (set 'connect')");
}

const struct op op_host_info = {
    .name = "HostInfo",
    .verb = "host-info",
    .parameters = &info_table,
    .reply = &info_reply_table,
    .options_size = sizeof(struct vif_info_options),
    .run = run_info,
};

const struct op op_metrics = {
    .name = "GetMetrics",
    .verb = "metrics",
    .parameters = &no_parameters,
    .reply = &metrics_reply_table,
    .on_daemon = true,
    .run = run_metrics,
};

static int call_for_text(struct vif_host *host, const struct op *op, const void *options,
                         char **ret_text, struct vif_error *err)
{
    auto_report struct vif_report *report = NULL;
    char *text;
    int r;

    if (!ret_text)
        return error_set(err, VIF_ERROR_INVALID, "%s: a place for the text is missing (NULL)",
                         op->name);
    r = op_call(host, op, NULL, options, &report, err);
    if (r < 0)
        return r;
    text = strdup(report->reply.text);
    if (!text)
        return error_memory(err);
    *ret_text = text;
    return 0;
}

int vif_host_info(struct vif_host *host, const struct vif_info_options *options, char **ret_text,
                  struct vif_error *err)
{
    return call_for_text(host, &op_host_info, options, ret_text, err);
}

int vif_host_metrics(struct vif_host *host, char **ret_text, struct vif_error *err)
{
    return call_for_text(host, &op_metrics, NULL, ret_text, err);
}

int vif_schema(const char *type, char **ret_text, struct vif_error *err)
{
    const struct record_table *table = NULL;
    char *text;
    int r;

    if (!ret_text)
        return error_set(err, VIF_ERROR_INVALID, "schema: a place for the text is missing (NULL)");
    if (type && strcmp(type, "result") == 0)
        table = &result_table;
    for (size_t i = 0; type && ops[i]; i++)
        if (strcmp(type, ops[i]->verb) == 0)
            table = ops[i]->reply;
    if (table) {
        text = record_schema(table);
        if (!text)
            return error_memory(err);
        *ret_text = text;
        return 0;
    }
    r = schema_text(type, ret_text, err);
    return r < 0 ? error_prefix(err, r, "schema") : 0;
}
