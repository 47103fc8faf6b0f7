/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that VIFs depend on, each by the name under which /proc shows it. */
#include "state/host-facts.h"

#include "kernel/process.h"

struct host_process host_find_process(enum host_program program)
{
    struct host_process process = {0};

    switch (program) {
    case HOST_VSWITCHD:
        process.error = process_find("ovs-vswitchd", &process.pid);
        break;
    case HOST_OVN_CONTROLLER:
        process.error = process_find("ovn-controller", &process.pid);
        break;
    case HOST_ML2_AGENT:
        process.error = process_find_program("neutron-openvswitch-agent", &process.pid);
        break;
    }
    return process;
}
