/* SPDX-License-Identifier: Apache-2.0 */
/* The host: libvif's main handle, which puts configuration, plugins, kernel and database together,
 * or is a connection to vifd. */
#include "libvif/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "client/client.h"
#include "libvif/op.h"

#define OVSDB_LOCAL "unix:/run/openvswitch/db.sock"
#define OVSDB_TCP   "tcp:127.0.0.1:6640"

const char *vif_version(void)
{
    return VIF_VERSION;
}

void vif_host_close(struct vif_host *host)
{
    if (!host)
        return;
    plugin_registry_free(host->plugins);
    nft_close(host->nft);
    netlink_close(host->nl);
    ovsdb_client_free(host->db);
    client_close(host->client);
    config_done(&host->config);
    free(host);
}

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);

static int open_database(struct vif_host *host, const char *address, struct vif_error *err)
{
    const char *addresses[2] = {OVSDB_LOCAL, OVSDB_TCP};
    size_t n = 2;

    if (!address && host->config.ovsdb_connection[0])
        address = host->config.ovsdb_connection;
    if (address) {
        addresses[0] = address;
        n = 1;
    }
    return ovsdb_client_new(addresses, n, &host->log, &host->db, err);
}

int vif_host_open(const struct vif_host_options *options, struct vif_host **ret_host,
                  struct vif_error *err)
{
    struct vif_host_options own = {0};
    __attribute__((cleanup(auto_host_fn))) struct vif_host *host = NULL;
    int r = options_copy(options, sizeof own, &own, sizeof own, "struct vif_host_options", err);

    if (r < 0)
        return r;
    if (!ret_host)
        return error_set(err, VIF_ERROR_INVALID, "host: a handle is missing (NULL)");
    host = calloc(1, sizeof *host);
    if (!host)
        return error_memory(err);
    host->log = (struct log){own.log, own.log_data};
    if (own.connect) {
        r = client_open(own.connect, &host->log, &host->client, err);
        if (r == 0)
            *ret_host = take_ptr(host);
        return r;
    }
    host->enforce_policy = own.enforce_policy != 0;
    r = config_read(own.config_file, &host->config, err);
    if (r == 0)
        r = open_database(host, own.ovsdb, err);
    if (r == 0)
        r = plugin_registry_new(&host->config.plugins, &host->plugins, err);
    if (r == 0)
        r = netlink_open(NETLINK_ROUTE, &host->log, &host->nl, err);
    if (r < 0)
        return r;
    *ret_host = take_ptr(host);
    return 0;
}

const struct policy *host_policy(const struct vif_host *host)
{
    return host->enforce_policy ? &host->config.policy : NULL;
}

/* A socket counts whether its wiring has it or not: in mode client it is not ours to name. */
static int check_policy(const struct vif_host *host, const struct vif_object *vif,
                        const struct vif_wiring *wiring, struct vif_error *err)
{
    const struct policy *policy = host_policy(host);
    const char *path = view_string(vif, "path");
    int r = policy ? policy_check(policy, wiring, err) : 0;

    return r == 0 && policy && path ? policy_check_socket(policy, path, err) : r;
}

int host_describe(const struct vif_host *host, const struct vif_input *request, enum vif_goal goal,
                  struct vif_wiring *ret, struct vif_error *err)
{
    const char *name = view_string(&request->vif, "plugin");
    const struct vif_plugin *plugin;
    int r;

    if (!name)
        return error_set(err, VIF_ERROR_INVALID, "%s/plugin: missing", request->where);
    r = plugin_find(host->plugins, name, &plugin, err);
    if (r < 0)
        return error_prefix(err, r, "%s/plugin", request->where);
    r = plugin_describe(plugin, &host->config.plugins, request, goal, ret, err);
    return r < 0 ? r : check_policy(host, &request->vif, ret, err);
}

int64_t host_deadline(const struct vif_host *host, int64_t timeout_ms)
{
    return deadline_after(timeout_ms == VIF_TIMEOUT_CONFIGURED ? host->config.timeout_ms
                                                               : timeout_ms);
}

void host_log_counts(const struct vif_host *host, size_t n)
{
    const struct ovsdb_counts *db = ovsdb_client_counts(host->db);
    const struct netlink_counts *nl = netlink_counts(host->nl);

    log_debug(&host->log,
              "%zu VIFs: %llu database requests (%llu with writes), %llu netlink sends (%llu "
              "reads, %llu changes)",
              n, (unsigned long long)db->requests, (unsigned long long)db->writes,
              (unsigned long long)nl->sends, (unsigned long long)nl->reads,
              (unsigned long long)nl->changes);
}

struct host_counts host_counts(const struct vif_host *host)
{
    return (struct host_counts){.retries = host->retries,
                                .connects = ovsdb_client_counts(host->db)->connects};
}
