/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins are handed: options, and a table of functions; and calling them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strmap.h"
#include "plugin/plugin.h"

void plugin_options_init(struct plugin_options *options)
{
    *options = (struct plugin_options){
        .ovs = {.network_device_mtu = 1500,
                .default_qos_type = "linux-noop",
                .tap_owner = NOBODY,
                .tap_group = NOBODY,
                .hw_tc_offload = TC_OFFLOAD_IGNORE},
        .linux_bridge = {.network_device_mtu = 1500, .iptables_drop_action = "DROP"},
    };
}

void plugin_options_done(struct plugin_options *options)
{
    free(options->linux_bridge.forward_interfaces);
    strmap_done(&options->elsewhere);
    plugin_options_init(options);
}

const struct plugin_options *plugin_options_of(const struct vif_describe *call)
{
    return ((const struct plugin_call *)call)->options;
}

int plugin_fail(const struct vif_describe *call, enum vif_error_kind kind, const char *path,
                const char *format, ...)
{
    char where[JSON_PATH_TEXT_MAX], words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    view_where(call->vif, path, where);
    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    return error_set(call->err, kind == VIF_ERROR_NONE ? VIF_ERROR_SYSTEM : kind, "%s: %s", where,
                     words);
}

int plugin_missing(const struct vif_describe *call, const char *path)
{
    return plugin_fail(call, VIF_ERROR_INVALID, path, "missing");
}

static int api_boolean(const struct vif_object *object, const char *path, int otherwise)
{
    return view_bool(object, path, otherwise != 0);
}

static const char *api_option(const struct vif_describe *call, const char *name)
{
    const struct plugin_call *own = (const struct plugin_call *)call;
    char key[128];

    (void)snprintf(key, sizeof key, "%s/%s", own->plugin_name, name);
    return strmap_get(&own->options->elsewhere, key);
}

static void api_set_name(struct vif_wiring *wiring, const char *name)
{
    (void)snprintf(wiring->name, sizeof wiring->name, "%s", name);
}

/* An external plugin may forget to check; ours need not check again. */
static struct vif_wiring_link *api_add_link(struct vif_wiring *wiring, enum vif_link_kind kind,
                                            const char *name)
{
    return ifname_fault(name) ? NULL : wiring_add_link(wiring, kind, name);
}

static struct vif_wiring_bridge *api_add_bridge(struct vif_wiring *wiring, const char *name)
{
    return ifname_fault(name) ? NULL : wiring_add_bridge(wiring, name);
}

static struct vif_wiring_rules *api_add_rules(struct vif_wiring *wiring, const char *bridge)
{
    return ifname_fault(bridge) ? NULL : wiring_add_rules(wiring, bridge);
}

static struct vif_wiring_port *api_add_port(struct vif_wiring *wiring, const char *name,
                                            const char *bridge)
{
    if (strlen(name) >= VIF_PORT_NAME_SIZE || ifname_fault(bridge))
        return NULL;
    return wiring_add_port(wiring, name, bridge);
}

static __attribute__((format(printf, 2, 3))) void api_warn(const struct vif_describe *call,
                                                           const char *format, ...)
{
    char words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    wiring_warn(call->wiring, "%s", words);
}

static const struct vif_plugin_api api = {
    .size = sizeof api,
    .object_class = view_class,
    .string = view_string,
    .boolean = api_boolean,
    .integer = view_int,
    .option = api_option,
    .set_name = api_set_name,
    .add_link = api_add_link,
    .add_bridge = api_add_bridge,
    .add_port = api_add_port,
    .add_rules = api_add_rules,
    .add_rules_interface = wiring_rules_interface,
    .map_set = strmap_set,
    .fail = plugin_fail,
    .warn = api_warn,
};

int plugin_describe(const struct vif_plugin *plugin, const struct plugin_options *options,
                    const struct vif_input *input, enum vif_goal goal, struct vif_wiring *ret,
                    struct vif_error *err)
{
    struct vif_error own = {0};
    struct plugin_call call = {
        .describe = {.api = &api, .goal = goal, .vif = &input->vif, .wiring = ret, .err = &own},
        .options = options,
        .plugin_name = plugin->name,
    };
    int r;

    if (input->instance.object)
        call.describe.instance = &input->instance;
    memcpy(ret->vif_id, view_string(&input->vif, "id"), sizeof ret->vif_id);
    r = plugin->describe(&call.describe);
    if (r >= 0)
        return 0;
    if (own.kind == VIF_ERROR_NONE)
        (void)error_set(&own, VIF_ERROR_SYSTEM, "plugin %s failed without a reason", plugin->name);
    if (err)
        *err = own;
    return r;
}
