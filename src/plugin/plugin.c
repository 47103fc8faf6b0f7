/* SPDX-License-Identifier: Apache-2.0 */
/* The table of plugins.  The host looks VIFs' plugins up here. */
#include "plugin/plugin.h"

#include <string.h>

static const struct plugin *const plugins[] = {
    &plugin_ovs,
};

const struct plugin *plugin_find(const char *name)
{
    for (size_t i = 0; i < sizeof plugins / sizeof plugins[0]; i++)
        if (strcmp(plugins[i]->name, name) == 0)
            return plugins[i];
    return NULL;
}
