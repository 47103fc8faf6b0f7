/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that were read: freeing and look-up. */
#include "ovsdb/vswitch.h"

#include "ovsdb/vswitch-tables.h"

#include <stdlib.h>
#include <string.h>

void vswitch_done(struct vswitch *vs)
{
    rows_free(&vswitch_bridge_table, vs->bridges, vs->n_bridges);
    rows_free(&vswitch_port_table, vs->ports, vs->n_ports);
    rows_free(&vswitch_interface_table, vs->interfaces, vs->n_interfaces);
    rows_free(&vswitch_qos_table, vs->qos, vs->n_qos);
    row_done(&vswitch_root_table, vs);
    *vs = (struct vswitch){0};
}

/* Every row begins with the text it is sorted by. */
static int by_key(const void *key, const void *row)
{
    return strcmp(key, row);
}

static const void *find(const void *rows, size_t n, size_t size, const char *key)
{
    return n ? bsearch(key, rows, n, size, by_key) : NULL;
}

_Static_assert(offsetof(struct vswitch_bridge, name) == 0, "sorted by name");
_Static_assert(offsetof(struct vswitch_port, name) == 0, "sorted by name");
_Static_assert(offsetof(struct vswitch_interface, name) == 0, "sorted by name");

const struct vswitch_bridge *vswitch_find_bridge(const struct vswitch *vs, const char *name)
{
    return find(vs->bridges, vs->n_bridges, sizeof *vs->bridges, name);
}

const struct vswitch_port *vswitch_find_port(const struct vswitch *vs, const char *name)
{
    return find(vs->ports, vs->n_ports, sizeof *vs->ports, name);
}

const struct vswitch_interface *vswitch_find_interface(const struct vswitch *vs, const char *name)
{
    return find(vs->interfaces, vs->n_interfaces, sizeof *vs->interfaces, name);
}

const struct vswitch_qos *vswitch_find_qos(const struct vswitch *vs, const char *id)
{
    size_t low = 0, high = vs->n_qos;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(vs->qos[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < vs->n_qos && strcmp(vs->qos[low].id, id) == 0 ? &vs->qos[low] : NULL;
}
