/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin turns a VIF into a wiring.  It changes nothing and asks nobody. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "model/model.h"
#include "plugin/options.h"
#include "wiring/wiring.h"

struct plugin_options {
    struct ovs_options ovs;
};

struct plugin {
    const char *name; /* what VIFs say in their field 'plugin' */

    /* Describes the VIF of 'request' in the zeroed '*ret'; the caller ends it with wiring_done(),
     * also after an error.  What plug needs and unplug does not may be missing for WIRING_ABSENT.
     *
     * Kinds of error: INVALID (a field is missing or has no sense, with its path), NO_PROFILE,
     * UNSUPPORTED (a type of VIF the plugin does not know); -ENOMEM. */
    int (*describe)(const struct plugin_options *options, const struct vif_request *request,
                    enum wiring_goal goal, struct wiring *ret, struct vif_error *err);
};

/* The plugin called 'name', or NULL. */
const struct plugin *plugin_find(const char *name);

extern const struct plugin plugin_ovs;

#endif
