/* SPDX-License-Identifier: Apache-2.0 */
/* The defaults of the plugins' options, which are os-vif's. */
#include "plugin/options.h"

#include <stdlib.h>

#include "base/strmap.h"

void plugin_options_init(struct plugin_options *options)
{
    *options = (struct plugin_options){
        .ovs =
            {
                .network_device_mtu = 1500,
                .default_qos_type = "linux-noop",
                .tap_owner = NOBODY,
                .tap_group = NOBODY,
                .hw_tc_offload = TC_OFFLOAD_IGNORE,
            },
        .linux_bridge =
            {
                .network_device_mtu = 1500,
                .iptables_drop_action = "DROP",
            },
    };
}

void plugin_options_done(struct plugin_options *options)
{
    free(options->linux_bridge.forward_interfaces);
    strmap_done(&options->elsewhere);
    plugin_options_init(options);
}
