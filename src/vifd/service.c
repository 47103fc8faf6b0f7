/* SPDX-License-Identifier: Apache-2.0 */
/* The table of methods, and the way of a call from its message to the queue it waits in: the method is
 * found, its parameters are taken, its caller is judged.  Introspection is answered at once. */
#include "vifd/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "vifd/daemon.h"
#include "vifd/interface.h"
#include "vifd/read-methods.h"
#include "json/json-build.h"
#include "json/json-text.h"

static const char service_text[] =
    "# What every varlink service offers: what it is, and what can be called.\n"
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

static int finish_json(json_t *json, char **ret_text, struct vif_error *err)
{
    *ret_text = json_finish(json);
    return *ret_text ? 0 : error_memory(err);
}

static int get_info(struct request *request, struct vif_host *host, char **ret_text,
                    struct vif_error *err)
{
    json_t *names = json_array(), *info = json_object();

    (void)request;
    (void)host;
    for (size_t i = 0; i < N_INTERFACES; i++)
        names = json_and(names, json_string(interfaces[i].name));
    info = json_with(info, "vendor", json_string("vifd"));
    info = json_with(info, "product", json_string("vifd"));
    info = json_with(info, "version", json_string(vif_version()));
    info = json_with(info, "url", json_string("https://varlink.org/"));
    return finish_json(json_with(info, "interfaces", names), ret_text, err);
}

static int get_description(struct request *request, struct vif_host *host, char **ret_text,
                           struct vif_error *err)
{
    (void)host;
    for (size_t i = 0; i < N_INTERFACES; i++)
        if (strcmp(interfaces[i].name, request->params.interface) == 0)
            return finish_json(json_pair("description", json_string(interfaces[i].text)), ret_text,
                               err);
    return 0;
}

static int get_metrics(struct request *request, struct vif_host *host, char **ret_text,
                       struct vif_error *err)
{
    struct text metrics = {0}, text = {0};

    (void)host;
    metrics_export_write(request->daemon, METRICS_OPENMETRICS, &metrics);
    text_add(&text, "{\"metrics\":");
    if (!metrics.failed)
        text_add_json_bytes(&text, metrics.data, metrics.n);
    text_add(&text, "}");
    text.failed |= metrics.failed;
    text_done(&metrics);
    *ret_text = text_take(&text);
    return *ret_text ? 0 : error_memory(err);
}

static const struct method methods[] = {
    {.name = VARLINK_SERVICE ".GetInfo", .read = get_info, .on_loop = true},
    {.name = VARLINK_SERVICE ".GetInterfaceDescription",
     .read = get_description,
     .on_loop = true,
     .allowed = PARAM(INTERFACE),
     .needed = PARAM(INTERFACE)},
    {.name = VIFD_INTERFACE ".Plug",
     .call = vif_host_plug,
     .changes = true,
     .allowed = PARAM(VIFS) | PARAM(SOURCES) | PARAM(WAIT) | PARAM(ON_TIMEOUT) | PARAM(TIMEOUT_MS) |
                PARAM(DRY_RUN),
     .needed = PARAM(VIFS)},
    {.name = VIFD_INTERFACE ".Unplug",
     .call = vif_host_unplug,
     .changes = true,
     .allowed = PARAM(VIFS) | PARAM(SOURCES) | PARAM(WAIT) | PARAM(TIMEOUT_MS) | PARAM(DRY_RUN),
     .needed = PARAM(VIFS)},
    {.name = VIFD_INTERFACE ".Check",
     .call = vif_host_check,
     .allowed = PARAM(VIFS) | PARAM(SOURCES) | PARAM(WAIT) | PARAM(TIMEOUT_MS),
     .needed = PARAM(VIFS)},
    {.name = VIFD_INTERFACE ".Repair",
     .call = vif_host_repair,
     .changes = true,
     .allowed = PARAM(VIFS) | PARAM(SOURCES) | PARAM(WAIT) | PARAM(ON_TIMEOUT) | PARAM(TIMEOUT_MS) |
                PARAM(DRY_RUN),
     .needed = PARAM(VIFS)},
    {.name = VIFD_INTERFACE ".List",
     .read = read_list,
     .allowed = PARAM(INSTANCE) | PARAM(BRIDGE) | PARAM(STATE) | PARAM(TIMEOUT_MS)},
    {.name = VIFD_INTERFACE ".Show",
     .read = read_show,
     .allowed = PARAM(VIFS) | PARAM(SOURCES) | PARAM(IDS) | PARAM(TIMEOUT_MS)},
    {.name = VIFD_INTERFACE ".Prune",
     .read = read_prune,
     .changes = true,
     .allowed = PARAM(MATCH) | PARAM(REMOVE) | PARAM(DRY_RUN) | PARAM(GRACE_MS) |
                PARAM(TIMEOUT_MS) | PARAM(WAIT)},
    {.name = VIFD_INTERFACE ".HostInfo",
     .read = read_host_info,
     .allowed = PARAM(VIF_TYPES) | PARAM(VERSIONS)},
    {.name = VIFD_INTERFACE ".Doctor", .read = read_doctor, .allowed = PARAM(TIMEOUT_MS)},
    {.name = VIFD_INTERFACE ".GetMetrics", .read = get_metrics, .on_loop = true},
};

static const struct method *find_method(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
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

static void answer_now(struct request *request)
{
    struct vif_error err = {0};
    char *text = NULL;

    if (request->method->read(request, NULL, &text, &err) < 0)
        request_fail(request, &err);
    else if (!text)
        request_refuse(request, VARLINK_INTERFACE_NOT_FOUND, "interface",
                       request->params.interface);
    else
        request_answer(request, text);
    free(text);
}

/* Whether the caller may; he is told when he may not. */
static bool is_allowed(struct peer *peer, struct request *request)
{
    struct vif_error why = {0};

    if (access_check(&peer->daemon->rules, &peer->identity, request_changes(request), &why) == 0)
        return true;
    if (request->method->on_loop)
        request_refuse(request, VARLINK_PERMISSION_DENIED, NULL, NULL);
    else
        request_fail(request, &why);
    return false;
}

/* A call without a timeout has the configured one; what that is may be asked for only here. */
static void set_deadline(struct request *request)
{
    int64_t ms = request->params.timeout_ms;

    request->until =
        deadline_after(ms == VIF_TIMEOUT_CONFIGURED ? request->daemon->timeout_ms : ms);
}

static void begin(struct peer *peer, struct request *request)
{
    const char *bad = NULL;
    struct vif_error err = {0};
    int r;

    request->method = find_method(request->call.method);
    if (!request->method) {
        refuse_unknown(request);
        return;
    }
    if (request->call.upgrade) {
        request_refuse(request, VARLINK_INVALID_PARAMETER, "parameter", "upgrade");
        return;
    }
    r = params_read(request->call.parameters, request->method->allowed, request->method->needed,
                    &request->params, &bad);
    if (r == -EINVAL) {
        request_refuse(request, VARLINK_INVALID_PARAMETER, "parameter", bad);
        return;
    }
    if (r == 0 && params_n_vifs(&request->params) > LIMIT_VIFS)
        r = error_set(&err, VIF_ERROR_INVALID, "more than %d VIFs in one call", LIMIT_VIFS);
    else if (r < 0 || request_read_ids(request) < 0)
        r = error_memory(&err);
    if (r < 0) {
        request_fail(request, &err);
        return;
    }
    set_deadline(request);
    if (!is_allowed(peer, request))
        return;
    if (request->method->on_loop)
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
