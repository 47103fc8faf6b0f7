/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins inside libvif: finding one by name, calling it through <vif/plugin.h>, and what those
 * that come with libvif use instead of the table of functions (they are the same functions). */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <vif/plugin.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "model/model.h"
#include "state/wiring.h"

/* ---- options, as os-vif names them; the host reads them from the configuration ---- */

#define QOS_TYPE_MAX    VIF_OVS_TYPE_SIZE
#define DIRECTORY_MAX   256
#define DROP_ACTION_MAX VIF_DEVICE_NAME_SIZE
#define NOBODY          UINT32_MAX /* no user, no group */

enum tc_offload {
    TC_OFFLOAD_IGNORE,
    TC_OFFLOAD_WARN,
    TC_OFFLOAD_ENABLE,
};

/* Group [os_vif_ovs], and what [vifd] adds. */
struct ovs_options {
    uint32_t network_device_mtu; /* of VIFs whose network has none; 0: links keep theirs */
    bool isolate_vif;
    bool per_port_bridge;
    char default_qos_type[QOS_TYPE_MAX];
    uint32_t tap_owner; /* uid or NOBODY: root only */
    uint32_t tap_group; /* gid or NOBODY */
    enum tc_offload hw_tc_offload;
};

/* Group [os_vif_linux_bridge]. */
struct linux_bridge_options {
    uint32_t network_device_mtu;
    bool use_ipv6;
    char iptables_drop_action[DROP_ACTION_MAX];
    char vlan_interface[VIF_DEVICE_NAME_SIZE]; /* "": the network's */
    char flat_interface[VIF_DEVICE_NAME_SIZE];
    char (*forward_interfaces)[VIF_DEVICE_NAME_SIZE]; /* NULL: all */
    size_t n_forward_interfaces;
};

struct plugin_options {
    struct ovs_options ovs;
    struct linux_bridge_options linux_bridge;
    char directory[DIRECTORY_MAX]; /* of external plugins; "": none */
    struct vif_map elsewhere;      /* "NAME/option": the groups [plugin NAME] */
};

/* os-vif's defaults. */
void plugin_options_init(struct plugin_options *options);
void plugin_options_done(struct plugin_options *options);

/* ---- finding and calling them ---- */

extern const struct vif_plugin plugin_linux_bridge, plugin_noop, plugin_ovs;

/* Plugins found so far, external ones with their shared objects. */
struct plugin_registry;

int plugin_registry_new(const struct plugin_options *options, struct plugin_registry **ret,
                        struct vif_error *err);
void plugin_registry_free(struct plugin_registry *registry);

/* The plugin called 'name': one of ours, else NAME.so of the plugin directory, which is loaded when
 * it is first needed.  -ENOENT (kind NO_PLUGIN) when there is none; kind CONFIG for a file that is
 * not a plugin, has another interface, or could be changed by others than root. */
int plugin_find(struct plugin_registry *registry, const char *name,
                const struct vif_plugin **ret_plugin, struct vif_error *err);

/* All plugins, ours and those of the plugin directory, in the order of their names.  One there that
 * cannot be loaded is an error as in plugin_find(); a directory there is not has none.  The caller
 * frees '*ret'; the plugins belong to the registry. */
int plugin_list(struct plugin_registry *registry, const struct vif_plugin ***ret, size_t *ret_n,
                struct vif_error *err);

/* One call of a plugin; 'describe' is what the plugin sees of it. */
struct plugin_call {
    struct vif_describe describe;
    const struct plugin_options *options;
    const char *plugin_name;
};

/* Calls plugin->describe() for the VIF of 'input'.  '*ret' (zeroed) belongs to the caller, who ends
 * it with wiring_done() also after an error. */
int plugin_describe(const struct vif_plugin *plugin, const struct plugin_options *options,
                    const struct vif_input *input, enum vif_goal goal, struct vif_wiring *ret,
                    struct vif_error *err);

/* The options of the call, for the plugins that come with libvif. */
const struct plugin_options *plugin_options_of(const struct vif_describe *call);

/* Fills call->err: the field at 'path' is at fault ("<where>: <words>"). */
int plugin_fail(const struct vif_describe *call, enum vif_error_kind kind, const char *path,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
int plugin_missing(const struct vif_describe *call, const char *path);

#endif
