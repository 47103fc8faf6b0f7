/* SPDX-License-Identifier: Apache-2.0 */
/* How attributes of links and rows are called and written: as ip-link(8) and the columns of the
 * database spell them.  Check, dry run and graph share this. */
#ifndef STATE_ATTRIBUTES_H
#define STATE_ATTRIBUTES_H

#include <stddef.h>
#include <vif/plugin.h>

#include "base/parse.h"

/* The attributes of a Linux bridge, each a uint32_t in struct vif_bridge_attributes. */
#define BRIDGE_ATTRIBUTES 4
extern const struct bridge_attribute {
    const char *name;
    size_t offset;
} bridge_attributes[BRIDGE_ATTRIBUTES];

uint32_t attribute_of_bridge(const struct vif_bridge_attributes *bridge, size_t i);

/* The type of a datapath or an interface: "" stands for system. */
const char *attribute_type(const char *type);

/* Writes "fa:16:3e:00:00:01". */
void attribute_address(const uint8_t address[6], char ret_text[MAC_TEXT_SIZE]);

#endif
