/* SPDX-License-Identifier: Apache-2.0 */
/* What a host's calls cost: for -v, and for a daemon's metrics. */
#include "libvif/host.h"

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
