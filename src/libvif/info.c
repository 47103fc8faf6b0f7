/* SPDX-License-Identifier: Apache-2.0 */
/* What the library tells about itself: the VIFs its plugins take, and the schema of its input. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "libvif/remote.h"
#include "model/host-info.h"
#include "model/schema.h"

int vif_host_info(struct vif_host *host, const struct vif_info_options *options, char **ret_text,
                  struct vif_error *err)
{
    struct vif_info_options own = {0};
    auto_free const struct vif_plugin **plugins = NULL;
    size_t n = 0;
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_host_info(host->remote, &own, ret_text, err);
    r = plugin_list(host->plugins, &plugins, &n, err);
    if (r == 0)
        r = host_info_text(plugins, n, own.vif_types, own.versions, ret_text, err);
    return r < 0 ? error_prefix(err, r, "host info") : 0;
}

int vif_host_metrics(struct vif_host *host, char **ret_text, struct vif_error *err)
{
    if (host->remote)
        return remote_metrics(host->remote, ret_text, err);
    return error_set(err, VIF_ERROR_UNSUPPORTED,
                     "metrics: they are vifd's, and this host was opened "
                     "without it");
}

int vif_schema(const char *type, char **ret_text, struct vif_error *err)
{
    int r = schema_text(type, ret_text, err);

    return r < 0 ? error_prefix(err, r, "schema") : 0;
}

void vif_free(char *text)
{
    free(text);
}
