/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a call from its message to the queue: its operation is found, its parameters are read,
 * its caller is checked.  Introspection and metrics are answered at once. */
#include "vifd/service.h"

#include <errno.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "vifd/daemon.h"
#include "vifd/interface.h"

static const char service_text[] =
    "# Every varlink service describes itself and its methods.\n"
    "interface org.varlink.service\n"
    "\n"
    "method GetInfo() -> (\n"
    "  vendor: string,\n"
    "  product: string,\n"
    "  version: string,\n"
    "  url: string,\n"
    "  interfaces: []string\n"
    ")\n"
    "\n"
    "method GetInterfaceDescription(interface: string) -> (description: string)\n"
    "\n"
    "error InterfaceNotFound (interface: string)\n"
    "error MethodNotFound (method: string)\n"
    "error MethodNotImplemented (method: string)\n"
    "error InvalidParameter (parameter: string)\n"
    "error PermissionDenied ()\n"
    "error ExpectedMore ()\n";

static const struct {
    const char *name, *text;
} interfaces[] = {
    {VARLINK_SERVICE, service_text},
    {VIFD_INTERFACE, vifd_interface_text},
};
#define N_INTERFACES (sizeof interfaces / sizeof interfaces[0])

/* ---- what the loop answers itself ---- */

struct get_description {
    const char *interface;
};
static const struct record_field description_fields[] = {
    {RECORD_FIELD(struct get_description, interface, STRING)},
};
static const struct record_table description_parameters = {
    RECORD_TABLE(NULL, description_fields, struct get_description)};
static const struct record_table no_parameters = {.size = 0};

static const struct op get_info = {
    .name = "GetInfo", .parameters = &no_parameters, .on_daemon = true};
static const struct op get_interface_description = {
    .name = "GetInterfaceDescription", .parameters = &description_parameters, .on_daemon = true};

static void answer_info(struct text *reply)
{
    text_add(reply,
             "{\"vendor\":\"vifd\",\"product\":\"vifd\",\"version\":\"%s\","
             "\"url\":\"https://varlink.org/\",\"interfaces\":[",
             vif_version());
    for (size_t i = 0; i < N_INTERFACES; i++)
        text_add(reply, "%s\"%s\"", i ? "," : "", interfaces[i].name);
    text_add(reply, "]}");
}

static void answer_description(const char *interface, struct text *reply)
{
    for (size_t i = 0; i < N_INTERFACES; i++) {
        if (strcmp(interfaces[i].name, interface) != 0)
            continue;
        text_add(reply, "{\"description\":");
        text_add_json(reply, interfaces[i].text);
        text_add(reply, "}");
    }
}

static void answer_metrics(struct daemon *daemon, struct text *reply)
{
    struct text metrics = {0};

    metrics_export_write(daemon, METRICS_OPENMETRICS, &metrics);
    reply->failed |= metrics.failed;
    if (!metrics.failed)
        record_write(op_metrics.reply, &(struct reply){.text = metrics.data}, reply);
    text_done(&metrics);
}

static void answer_now(struct request *request)
{
    const char *interface = NULL;
    struct text reply = {0};

    if (request->op == &op_metrics) {
        answer_metrics(request->daemon, &reply);
    } else if (request->op == &get_info) {
        answer_info(&reply);
    } else {
        memcpy(&interface, &request->parameters, sizeof interface);
        answer_description(interface, &reply);
    }
    if (interface && !reply.n && !reply.failed)
        request_refuse(request, VARLINK_INTERFACE_NOT_FOUND, "interface", interface);
    else
        request_answer(request, reply.failed ? NULL : reply.data);
    text_done(&reply);
}

/* ---- every call ---- */

static const struct op *find_op(const char *method)
{
    static const struct op *const own[] = {&get_info, &get_interface_description, NULL};
    const struct op *const *rows = NULL;
    size_t n = 0;

    (void)varlink_is_member(method, &n);
    if (n == strlen(VIFD_INTERFACE) && strncmp(method, VIFD_INTERFACE, n) == 0)
        rows = ops;
    else if (n == strlen(VARLINK_SERVICE) && strncmp(method, VARLINK_SERVICE, n) == 0)
        rows = own;
    while (rows && *rows && strcmp((*rows)->name, method + n + 1) != 0)
        rows++;
    return rows ? *rows : NULL;
}

static void refuse_unknown(struct request *request)
{
    const char *name = request->call.method;
    char interface[LIMIT_VARLINK_NAME + 1];
    size_t n = 0;

    (void)varlink_is_member(name, &n);
    (void)snprintf(interface, sizeof interface, "%.*s", (int)n, name);
    for (size_t i = 0; i < N_INTERFACES; i++)
        if (strcmp(interfaces[i].name, interface) == 0) {
            request_refuse(request, VARLINK_METHOD_NOT_FOUND, "method", name);
            return;
        }
    request_refuse(request, VARLINK_INTERFACE_NOT_FOUND, "interface", interface);
}

/* Whether the caller may; if not, the request has been answered. */
static bool is_allowed(struct peer *peer, struct request *request)
{
    struct vif_error why = {0};

    if (access_check(&peer->daemon->rules, &peer->identity, request_changes(request), &why) == 0)
        return true;
    if (request->op->on_daemon)
        request_refuse(request, VARLINK_PERMISSION_DENIED, NULL, NULL);
    else
        request_fail(request, &why);
    return false;
}

/* A call without a timeout has the configured one; the caller's may be asked for only here. */
static void set_deadline(struct request *request)
{
    const struct op *op = request->op;
    int64_t ms = 0;

    if (op->timeout)
        memcpy(&ms, (const char *)&request->parameters + op->timeout, sizeof ms);
    if (ms == VIF_TIMEOUT_CONFIGURED)
        ms = op->timeout_ms ? op->timeout_ms : request->daemon->timeout_ms;
    request->until = deadline_after(ms);
}

/* Reads the parameters; when it returns false, the request has been answered. */
static bool read_parameters(struct request *request)
{
    const struct op_documents *documents;
    const char *bad = NULL;
    struct vif_error err = {0};
    size_t n = 0;
    int r = record_read_parameters(request->op->parameters, request->call.parameters,
                                   &request->pool, &request->parameters, &bad);

    documents = request_documents(request);
    while (r == 0 && documents && documents->sources && documents->sources[n])
        n++;
    if (r == 0 && n && n != json_array_size(documents->vifs.list)) {
        r = -EINVAL;
        bad = "sources";
    }
    if (r == -EINVAL) {
        request_refuse(request, VARLINK_INVALID_PARAMETER, "parameter", bad);
        return false;
    }
    if (r == 0 && documents && json_array_size(documents->vifs.list) > LIMIT_VIFS)
        r = error_set(&err, VIF_ERROR_INVALID, "more than %d VIFs in one call", LIMIT_VIFS);
    else if (r < 0 || request_read_ids(request) < 0)
        r = error_memory(&err);
    if (r < 0)
        request_fail(request, &err);
    return r == 0;
}

static void begin(struct peer *peer, struct request *request)
{
    request->op = find_op(request->call.method);
    if (!request->op) {
        refuse_unknown(request);
        return;
    }
    if (request->call.upgrade) {
        request_refuse(request, VARLINK_INVALID_PARAMETER, "parameter", "upgrade");
        return;
    }
    if (!read_parameters(request))
        return;
    set_deadline(request);
    if (!is_allowed(peer, request))
        return;
    if (request->op->on_daemon)
        answer_now(request);
    else
        daemon_begin(request);
}

int service_call(struct peer *peer, const char *text, size_t n, struct vif_error *err)
{
    struct varlink_call call = {0};
    struct request *request;
    int r = varlink_call_read(text, n, &call, err);

    if (r < 0)
        return r;
    request = request_new(peer->daemon, &call);
    if (!request) {
        varlink_call_done(&call);
        return error_memory(err);
    }
    request->caller = peer->caller;
    request->peer = peer;
    request->call.more = request->call.more && !request->call.oneway;
    peer->request = request;
    begin(peer, request);
    return 0;
}
