/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins from elsewhere for test-plugin-load.c, one for each SAMPLE: a good one, one of another
 * interface, one without the symbol.  They link to nothing of libvif. */
#include <vif/plugin.h>

#define SAMPLE_GOOD      1
#define SAMPLE_INTERFACE 2
#define SAMPLE_NOTHING   3

#if SAMPLE == SAMPLE_NOTHING

extern const int not_a_plugin;
const int not_a_plugin = 1;

#else

static int describe(const struct vif_describe *call)
{
    const char *name = call->api->string(call->vif, "vif_name");
    const char *colour = call->api->option(call, "colour");

    if (!name)
        return call->api->fail(call, VIF_ERROR_INVALID, "vif_name", "missing");
    if (!colour)
        return -1; /* a failure without words */
    call->api->set_name(call->wiring, colour);
    call->api->warn(call, "%s is %s", name, colour);
    if (call->api->add_link(call->wiring, VIF_LINK_TAP, "a/b"))
        return call->api->fail(call, VIF_ERROR_SYSTEM, NULL, "such a name is taken");
    return call->api->add_link(call->wiring, VIF_LINK_TAP, name)
               ? 0
               : call->api->fail(call, VIF_ERROR_NO_MEMORY, NULL, "no memory");
}

static const struct vif_plugin_type types[] = {
    {"VIFGeneric", "1.0", "1.0", NULL},
    {NULL, NULL, NULL, NULL},
};

extern const struct vif_plugin vif_plugin;
const struct vif_plugin vif_plugin = {
    .interface = SAMPLE == SAMPLE_INTERFACE ? VIF_PLUGIN_INTERFACE + 1 : VIF_PLUGIN_INTERFACE,
    .name = "sample",
    .types = types,
    .describe = describe,
};

#endif
