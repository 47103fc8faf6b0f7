/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all kinds of steps. */
#include "engine/steps.h"

static const struct step_type *const types[] = {
    [STEP_LINK_DELETE] = &step_link_delete,
    [STEP_BRIDGE_CREATE] = &step_bridge_create,
    [STEP_SYSCTL] = &step_sysctl,
    [STEP_VLAN_CREATE] = &step_vlan_create,
    [STEP_VETH_CREATE] = &step_veth_create,
    [STEP_TAP_CREATE] = &step_tap_create,
    [STEP_LINK_SET] = &step_link_set,
    [STEP_ADDRESS_MOVE] = &step_address_move,
    [STEP_TC_OFFLOAD] = &step_tc_offload,
    [STEP_RULES] = &step_rules,
    [STEP_OVS_BRIDGE_ADD] = &step_ovs_bridge_add,
    [STEP_OVS_BRIDGE_DATAPATH] = &step_ovs_bridge_datapath,
    [STEP_OVS_BRIDGE_DELETE] = &step_ovs_bridge_delete,
    [STEP_PORT_ADD] = &step_port_add,
    [STEP_PORT_MOVE] = &step_port_move,
    [STEP_PORT_DELETE] = &step_port_delete,
    [STEP_INTERFACE_SET] = &step_interface_set,
    [STEP_QOS_DELETE] = &step_qos_delete,
    [STEP_PORT_REOPEN] = &step_port_reopen,
};

const struct step_type *step_type(enum step_kind kind)
{
    return types[kind];
}
