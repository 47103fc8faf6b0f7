/* SPDX-License-Identifier: Apache-2.0 */
/* Checking wirings against a policy.  The representor that a plugin found for a VF is checked by
 * the VF; everything else by its name, for every plugin.  The host, which knows whether a policy is
 * to be enforced, and the engine stand on this. */
#include "state/policy.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The names nova, Neutron and os-vif give. */
#define BRIDGES            "br-int tbr-*"
#define LINUX_BRIDGES      "qbr* brq*"
#define INTERFACES         "tap* nic* vhu* qvb* qvo*"
#define SOCKET_DIRECTORIES "/var/run/openvswitch /run/openvswitch /var/lib/vhost_sockets"
#define DEVICES            "*"

void policy_init(struct policy *policy)
{
    *policy = (struct policy){
        .bridges.otherwise = BRIDGES,
        .linux_bridges.otherwise = LINUX_BRIDGES,
        .interfaces.otherwise = INTERFACES,
        .socket_directories.otherwise = SOCKET_DIRECTORIES,
        .devices.otherwise = DEVICES,
    };
}

void policy_done(struct policy *policy)
{
    words_done(&policy->bridges);
    words_done(&policy->linux_bridges);
    words_done(&policy->interfaces);
    words_done(&policy->socket_directories);
    words_done(&policy->devices);
}

bool policy_normalise(const char *path, char *ret_path, size_t size)
{
    size_t n = 0;

    if (path[0] != '/')
        return false;
    for (const char *p = path; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return false;
    while (*path) {
        size_t length;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0)
            return false;
        if (length && (length != 1 || path[0] != '.')) {
            if (n + 1 + length >= size)
                return false;
            ret_path[n++] = '/';
            memcpy(ret_path + n, path, length);
            n += length;
        }
        path += length;
    }
    if (n == 0 && size > 1)
        ret_path[n++] = '/';
    ret_path[n] = '\0';
    return true;
}

static int refuse(struct vif_error *err, const char *what, const char *name, const char *option)
{
    return error_set(err, VIF_ERROR_PERMISSION, "%s %.100s is not allowed ([vifd] %s)", what, name,
                     option);
}

/* "" means none. */
static int check_bridge(const struct policy *policy, const char *name, struct vif_error *err)
{
    if (!name[0] || words_match(&policy->bridges, name) ||
        name_has_id(name, "pb", DEVICE_ID_LENGTH))
        return 0;
    return refuse(err, "bridge", name, "allowed_bridges");
}

static int check_linux_bridge(const struct policy *policy, const char *name, struct vif_error *err)
{
    if (!name[0] || words_match(&policy->linux_bridges, name) ||
        name_has_id(name, "qbr", DEVICE_ID_LENGTH))
        return 0;
    return refuse(err, "Linux bridge", name, "allowed_linux_bridges");
}

static bool is_representor(const struct vif_wiring *wiring, const char *name)
{
    for (size_t i = 0; i < wiring->n_vfs; i++)
        if (wiring->vfs[i].representor[0] && strcmp(wiring->vfs[i].representor, name) == 0)
            return true;
    return false;
}

/* 'what' is "interface" or "port". */
static int check_name(const struct policy *policy, const struct vif_wiring *wiring,
                      const char *what, const char *name, struct vif_error *err)
{
    static const char *const prefixes[] = {"qvb", "qvo", "vhu", "vfr"};

    if (!name[0] || is_representor(wiring, name))
        return 0;
    /* A switch that took such a name would make a file of it. */
    if (strchr(name, '/'))
        return refuse(err, what, name, "allowed_interfaces");
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (name_has_id(name, prefixes[i], DEVICE_ID_LENGTH))
            return 0;
    if (words_match(&policy->interfaces, name))
        return 0;
    return refuse(err, what, name, "allowed_interfaces");
}

static int check_patch(const struct policy *policy, const struct vif_wiring *wiring,
                       const char *name, struct vif_error *err)
{
    if (name_has_id(name, "pbp", PATCH_ID_LENGTH) || name_has_id(name, "ibp", PATCH_ID_LENGTH))
        return 0;
    return check_name(policy, wiring, "port", name, err);
}

/* A device that is there anyway: the host's own, unless it is known to be a VF's or meant for this.
 */
static int check_device(const struct policy *policy, const struct vif_wiring *wiring,
                        const struct vif_wiring_link *link, struct vif_error *err)
{
    bool flat = link->master[0] && policy->flat_interface[0] &&
                strcmp(link->name, policy->flat_interface) == 0;

    if (flat && !link->device.rename_from[0] && link->on_unplug == VIF_ON_UNPLUG_KEEP)
        return 0;
    /* An uplink only gets its offload switched on. */
    for (size_t i = 0; link->device.enable_tc_offload && i < wiring->n_vfs; i++)
        if (strcmp(wiring->vfs[i].uplink, link->name) == 0 && link->shared && !link->master[0] &&
            !link->device.rename_from[0] && link->on_unplug == VIF_ON_UNPLUG_KEEP)
            return 0;
    return check_name(policy, wiring, "interface", link->name, err);
}

static int check_vlan(const struct policy *policy, const struct vif_wiring *wiring,
                      const struct vif_wiring_link *link, struct vif_error *err)
{
    char own[VIF_DEVICE_NAME_SIZE];
    int r = 0;

    (void)snprintf(own, sizeof own, "vlan%u", (unsigned)link->vlan.id);
    if (!policy->vlan_interface[0] || strcmp(link->vlan.parent, policy->vlan_interface) != 0)
        r = check_name(policy, wiring, "interface", link->vlan.parent, err);
    if (r == 0 && (!link->vlan.parent[0] || strcmp(link->name, own) != 0))
        r = check_name(policy, wiring, "interface", link->name, err);
    return r;
}

static int check_link(const struct policy *policy, const struct vif_wiring *wiring,
                      const struct vif_wiring_link *link, struct vif_error *err)
{
    int r;

    if (link->kind == VIF_LINK_BRIDGE)
        r = check_linux_bridge(policy, link->name, err);
    else if (link->kind == VIF_LINK_VLAN)
        r = check_vlan(policy, wiring, link, err);
    else if (link->kind == VIF_LINK_DEVICE)
        r = check_device(policy, wiring, link, err);
    else
        r = check_name(policy, wiring, "interface", link->name, err);
    if (r == 0)
        r = check_name(policy, wiring, "interface", link->device.rename_from, err);
    if (r == 0)
        r = check_name(policy, wiring, "interface", link->veth.peer, err);
    return r < 0 ? r : check_linux_bridge(policy, link->master, err);
}

/* What a port of DPDK's own is bound to; a whole NIC, too, could be said there. */
static int check_devargs(const struct vif_wiring *wiring, const char *devargs,
                         struct vif_error *err)
{
    for (size_t i = 0; i < wiring->n_vfs; i++)
        if (wiring->vfs[i].devargs[0] && strcmp(wiring->vfs[i].devargs, devargs) == 0)
            return 0;
    return error_set(err, VIF_ERROR_PERMISSION,
                     "DPDK device %.100s is not a VF that was found ([vifd] allowed_devices)",
                     devargs);
}

static int check_option(const struct policy *policy, const struct vif_wiring *wiring,
                        const struct vif_map_entry *option, struct vif_error *err)
{
    if (strcmp(option->key, "peer") == 0)
        return check_patch(policy, wiring, option->value, err);
    if (strcmp(option->key, "dpdk-devargs") == 0)
        return check_devargs(wiring, option->value, err);
    if (strcmp(option->key, "vhost-server-path") == 0 || strchr(option->value, '/'))
        return policy_check_socket(policy, option->value, err);
    return 0;
}

/* A tunnel, say, would lead out of the host. */
static bool is_type_allowed(const char *type)
{
    static const char *const types[] = {"",      "system", "internal",      "tap",
                                        "patch", "dpdk",   "dpdkvhostuser", "dpdkvhostuserclient"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static int check_port(const struct policy *policy, const struct vif_wiring *wiring,
                      const struct vif_wiring_port *port, struct vif_error *err)
{
    int r = check_bridge(policy, port->bridge, err);

    if (r == 0)
        r = check_bridge(policy, port->other_bridge, err);
    if (r == 0 && !is_type_allowed(port->type))
        r = error_set(err, VIF_ERROR_PERMISSION, "port %.64s: type %.31s is not allowed",
                      port->name, port->type);
    if (r == 0)
        r = strcmp(port->type, "patch") == 0 ? check_patch(policy, wiring, port->name, err)
                                             : check_name(policy, wiring, "port", port->name, err);
    if (r == 0)
        r = check_name(policy, wiring, "interface", port->link, err);
    for (size_t i = 0; r == 0 && i < port->options.n; i++)
        r = check_option(policy, wiring, &port->options.entries[i], err);
    return r;
}

int policy_check_socket(const struct policy *policy, const char *path, struct vif_error *err)
{
    const char *at = words_text(&policy->socket_directories), *word;
    char normal[PATH_MAX];
    size_t n;

    if (policy_normalise(path, normal, sizeof normal)) {
        size_t directory = (size_t)(strrchr(normal, '/') - normal);

        while (words_next(&at, &word, &n))
            if (n == directory && normal[n + 1] && memcmp(word, normal, n) == 0)
                return 0;
    }
    return error_set(
        err, VIF_ERROR_PERMISSION,
        "socket %.200s is not in an allowed directory ([vifd] allowed_socket_directories)", path);
}

int policy_check(const struct policy *policy, const struct vif_wiring *wiring,
                 struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_vfs; i++)
        if (!words_match(&policy->devices, wiring->vfs[i].pci))
            r = refuse(err, "device", wiring->vfs[i].pci, "allowed_devices");
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = check_bridge(policy, wiring->bridges[i].name, err);
    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = check_link(policy, wiring, &wiring->links[i], err);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = check_port(policy, wiring, &wiring->ports[i], err);
    for (size_t i = 0; r == 0 && i < wiring->n_rules; i++)
        r = check_linux_bridge(policy, wiring->rules[i].bridge, err);
    return r;
}

int policy_check_found(const struct policy *policy, const struct vif_wiring *wiring,
                       const struct observed *observed, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++) {
        const char *name = wiring->ports[i].name;
        const struct vswitch_port *there = name[0] ? vswitch_find_port(&observed->db, name) : NULL;

        if (there && check_bridge(policy, there->bridge, NULL) < 0)
            r = error_set(err, VIF_ERROR_PERMISSION,
                          "port %.64s is on bridge %s, which is not allowed ([vifd] "
                          "allowed_bridges)",
                          name, there->bridge);
    }
    return r;
}
