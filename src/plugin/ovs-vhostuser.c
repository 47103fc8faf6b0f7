/* SPDX-License-Identifier: Apache-2.0 */
/* VIFVHostUser: a vhost-user port of OVS-DPDK.  In mode client the guest connects to a socket of
 * ovs-vswitchd's; in mode server ovs-vswitchd connects to the guest's. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "plugin/ovs.h"

#define TYPE_CLIENT "dpdkvhostuser"
#define TYPE_SERVER "dpdkvhostuserclient"
#define SERVER_PATH "vhost-server-path"

static int check_path(const struct ovs_describer *d, const char *path)
{
    const size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
    const char *slash;
    struct stat st;
    char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];

    if (!path)
        return plugin_missing(d->call, "path");
    if (path[0] != '/')
        return plugin_fail(d->call, VIF_ERROR_INVALID, "path",
                           path[0] ? "\"%.100s\" is not an absolute path" : "is empty%.0s", path);
    if (strlen(path) > most)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "path",
                           "has %zu bytes, a socket's can have at most %zu", strlen(path), most);
    slash = strrchr(path, '/');
    (void)snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path),
                   path);
    if (stat(directory, &st) < 0 || !S_ISDIR(st.st_mode))
        wiring_warn(d->call->wiring, "%s: directory %s does not exist yet", d->id, directory);
    return 0;
}

static int add_mode(struct ovs_describer *d, struct vif_wiring_port *port)
{
    const char *mode = view_string(d->call->vif, "mode");
    const char *path = view_string(d->call->vif, "path");
    int r;

    if (!mode)
        return plugin_missing(d->call, "mode");
    if (strcmp(mode, "client") == 0) {
        (void)snprintf(port->type, sizeof port->type, TYPE_CLIENT);
        (void)snprintf(port->other_type, sizeof port->other_type, TYPE_SERVER);
        ovs_map_set(d, &port->drop_options, SERVER_PATH, "");
        return 0;
    }
    r = check_path(d, path);
    if (r == 0)
        ovs_map_set(d, &port->options, SERVER_PATH, path);
    return r;
}

int ovs_describe_vhostuser(struct ovs_describer *d)
{
    char name[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_port *port;
    int r = ovs_refuse_create_tap(d);

    if (r < 0)
        return r;
    ovs_device_name(d, "vhu", name);
    d->call->api->set_name(d->call->wiring, name);
    ovs_add_network_bridge(d, "netdev");
    port = ovs_add_port(d, name, d->bridge, true);
    /* Either program may have made it in either mode. */
    (void)snprintf(port->type, sizeof port->type, TYPE_SERVER);
    (void)snprintf(port->other_type, sizeof port->other_type, TYPE_CLIENT);
    if (d->unplug)
        return 0;
    r = add_mode(d, port);
    if (r < 0)
        return r;
    port->mtu_request = ovs_mtu(d);
    ovs_complete_port(d, port);
    return 0;
}
