/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of names, and the formats of values that more than one output has. */
#include "state/attributes.h"

#include <stdio.h>

const struct bridge_attribute bridge_attributes[BRIDGE_ATTRIBUTES] = {
    {"ageing_time", offsetof(struct vif_bridge_attributes, ageing_time)},
    {"forward_delay", offsetof(struct vif_bridge_attributes, forward_delay)},
    {"stp_state", offsetof(struct vif_bridge_attributes, stp_state)},
    {"mcast_snooping", offsetof(struct vif_bridge_attributes, mcast_snooping)},
};

uint32_t attribute_of_bridge(const struct vif_bridge_attributes *bridge, size_t i)
{
    return *(const uint32_t *)((const char *)bridge + bridge_attributes[i].offset);
}

const char *attribute_type(const char *type)
{
    return type[0] ? type : "system";
}

void attribute_address(const uint8_t address[6], char ret_text[MAC_TEXT_SIZE])
{
    const uint8_t *a = address;

    (void)snprintf(ret_text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3],
                   a[4], a[5]);
}
