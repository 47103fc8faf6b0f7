/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a call from its message to the queue: its operation is found, its parameters are read,
 * its caller is checked.  Introspection and metrics are answered at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "vifd/daemon.h"

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

static const struct op *const own_ops[] = {&get_info, &get_interface_description, NULL};

static const struct {
    const char *name, *text;
    const struct op *const *ops;
} interfaces[] = {
    {VARLINK_SERVICE, service_text, own_ops},
    {VIFD_INTERFACE, vifd_interface_text, ops},
};
#define N_INTERFACES (sizeof interfaces / sizeof interfaces[0])

/* N_INTERFACES: there is none of this name. */
static size_t find_interface(const char *name)
{
    size_t i = 0;

    while (i < N_INTERFACES && strcmp(interfaces[i].name, name) != 0)
        i++;
    return i;
}

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

static void answer_metrics(struct daemon *daemon, struct text *reply)
{
    struct text metrics = {0};

    audit_write_metrics(daemon, METRICS_OPENMETRICS, &metrics);
    reply->failed |= metrics.failed;
    if (!metrics.failed)
        record_write(op_metrics.reply, &(struct reply){.text = metrics.data}, reply);
    text_done(&metrics);
}

static void answer_now(struct request *request)
{
    const char *name;
    struct text reply = {0};

    if (request->op == &op_metrics) {
        answer_metrics(request->daemon, &reply);
    } else if (request->op == &get_info) {
        answer_info(&reply);
    } else {
        memcpy(&name, &request->parameters, sizeof name);
        if (find_interface(name) == N_INTERFACES) {
            request_refuse(request, VARLINK_INTERFACE_NOT_FOUND, "interface", name);
            return;
        }
        text_add(&reply, "{\"description\":");
        text_add_json(&reply, interfaces[find_interface(name)].text);
        text_add(&reply, "}");
    }
    request_answer(request, reply.failed ? NULL : reply.data);
    text_done(&reply);
}

/* ---- every call ---- */

/* Whether there is its method; if not, the request has been answered. */
static bool find_op(struct request *request)
{
    const char *method = request->call.method;
    char interface[LIMIT_VARLINK_NAME + 1];
    size_t n = 0, i;

    (void)varlink_is_member(method, &n);
    (void)snprintf(interface, sizeof interface, "%.*s", (int)n, method);
    i = find_interface(interface);
    if (i == N_INTERFACES) {
        request_refuse(request, VARLINK_INTERFACE_NOT_FOUND, "interface", interface);
        return false;
    }
    for (const struct op *const *op = interfaces[i].ops; *op && !request->op; op++)
        if (strcmp((*op)->name, method + n + 1) == 0)
            request->op = *op;
    if (!request->op)
        request_refuse(request, VARLINK_METHOD_NOT_FOUND, "method", method);
    return request->op != NULL;
}

/* Whether the caller may; if not, the request has been answered. */
static bool is_allowed(struct peer *peer, struct request *request)
{
    struct vif_error why = {0};

    if (access_check(&peer->daemon->rules, &peer->caller, request_changes(request), &why) == 0)
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
    if (!find_op(request))
        return;
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
    struct request *request = calloc(1, sizeof *request);
    int r;

    if (!request)
        return error_memory(err);
    r = varlink_call_read(text, n, &request->call, err);
    if (r < 0) {
        free(request);
        return r;
    }
    request->daemon = peer->daemon;
    request->arrived = now_usec();
    request->caller = peer->caller;
    request->caller.groups = NULL;
    request->peer = peer;
    request->call.more = request->call.more && !request->call.oneway;
    peer->request = request;
    begin(peer, request);
    return 0;
}
