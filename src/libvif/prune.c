/* SPDX-License-Identifier: Apache-2.0 */
/* The public function of prune: does it on this host, or has vifd do it. */
#include "prune/prune.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/stop.h"
#include "libvif/remote.h"

DEFINE_AUTO(auto_leftovers, struct vif_leftovers *, vif_leftovers_free);
#define auto_leftovers __attribute__((cleanup(auto_leftovers_fn)))

int vif_host_prune(struct vif_host *host, const struct vif_prune_options *options,
                   struct vif_leftovers **ret_leftovers, struct vif_error *err)
{
    auto_leftovers struct vif_leftovers *list = calloc(1, sizeof *list);
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, &host->retries};
    struct vif_prune_options own = {0};
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_prune(host->remote, &own, ret_leftovers, err);
    if (!list)
        return error_memory(err);
    ovsdb_client_stop_by(host->db, own.stop_fd);
    r = prune(&engine, &own, host_policy(host), host_deadline(host, own.timeout_ms), list, err);
    ovsdb_client_stop_by(host->db, STOP_NEVER);
    if (r < 0)
        return r;
    *ret_leftovers = take_ptr(list);
    return 0;
}
