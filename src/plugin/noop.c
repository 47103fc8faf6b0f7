/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin "noop": for VIFs that another program wires (a SmartNIC's own switch, VPP).  Takes any
 * VIF, and its wiring is empty. */
#include "plugin/plugin.h"

static int describe(const struct vif_describe *call)
{
    const char *name = view_string(call->vif, "vif_name");

    if (name)
        call->api->set_name(call->wiring, name);
    return 0;
}

static const struct vif_plugin_type types[] = {
    {"VIFVHostUser", "1.0", "1.0", NULL},
    {NULL, NULL, NULL, NULL},
};

const struct vif_plugin plugin_noop = {
    .interface = VIF_PLUGIN_INTERFACE,
    .name = "noop",
    .types = types,
    .describe = describe,
};
