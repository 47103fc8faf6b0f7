/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the names of a wiring that only knows its port's owner: the name of a
 * removed VF's representor is lost, but its port still carries the iface-id. */
#include <stdio.h>
#include <string.h>

#include "state/observe.h"

static void name_links(struct vif_wiring *wiring, const char *name)
{
    bool known = false;

    for (size_t i = 0; i < wiring->n_links; i++)
        if (strcmp(wiring->links[i].name, name) == 0) {
            wiring->links[i].only_by_alias = false; /* the port says so, too */
            known = true;
        }
    for (size_t i = 0; !known && i < wiring->n_links; i++)
        if (!wiring->links[i].name[0])
            (void)snprintf(wiring->links[i].name, LIMIT_IFNAME, "%.15s", name);
    if (!wiring->name[0])
        (void)snprintf(wiring->name, sizeof wiring->name, "%.15s", name);
}

int wiring_resolve(const struct engine *engine, struct vif_wiring *wiring, int64_t until,
                   struct vif_error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < wiring->n_ports; i++) {
        struct vif_wiring_port *port = &wiring->ports[i];
        int r;

        if (port->name[0] || !port->owner[0])
            continue;
        r = vswitch_find_by_owner(engine->db, port->owner, until, port->name, err);
        if (r < 0)
            return r;
        if (!port->name[0] || ifname_fault(port->name))
            continue;
        (void)snprintf(port->link, sizeof port->link, "%.15s", port->name);
        uuid_v5(WIRING_QOS_NAMESPACE, port->name, port->qos_id);
        name_links(wiring, port->name);
    }
    for (size_t i = 0; i < wiring->n_links; i++) /* what was not found is not there */
        if (wiring->links[i].name[0])
            wiring->links[kept++] = wiring->links[i];
    wiring->n_links = kept;
    return 0;
}

static struct vif_wiring_port *port_behind(struct vif_wiring *wiring, const char *link)
{
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].create && strcmp(wiring->ports[i].link, link) == 0)
            return &wiring->ports[i];
    return NULL;
}

int wiring_replace_old_name(struct vif_wiring *wiring, const struct observed *observed,
                            struct vif_error *err)
{
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];
        const struct link_info *info = observed_link(observed, link->name);
        struct vif_wiring_port port, *port_now = port_behind(wiring, link->name), *added;
        char old_name[LIMIT_IFNAME];

        if (link->kind != VIF_LINK_DEVICE || !info || !port_now ||
            vswitch_find_port(&observed->db, port_now->name) ||
            !wiring_old_name(wiring, info->alias, old_name))
            continue;
        port = *port_now; /* adding one moves the others */
        added = wiring_add_port(wiring, old_name, port.bridge);
        if (!added)
            return error_memory(err);
        memcpy(added->owner, port.owner, sizeof added->owner);
        added->replaced = true;
        wiring->replaces = true;
        uuid_v5(WIRING_QOS_NAMESPACE, old_name, added->qos_id);
        return 1;
    }
    return 0;
}
