/* SPDX-License-Identifier: Apache-2.0 */
/* The data of a wiring: making parts and freeing them, the names of parts that only the host knows,
 * and how attributes are written.  Plugins stand on it. */
#include "state/wiring.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/observe.h"

void wiring_done(struct vif_wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_ports; i++) {
        strmap_done(&wiring->ports[i].ids);
        strmap_done(&wiring->ports[i].options);
        strmap_done(&wiring->ports[i].drop_ids);
        strmap_done(&wiring->ports[i].drop_options);
    }
    for (size_t i = 0; i < wiring->n_rules; i++)
        free(wiring->rules[i].interfaces);
    free(wiring->rules);
    free(wiring->expected);
    free(wiring->qos);
    free(wiring->vfs);
    text_done(&wiring->warnings);
    free(wiring->links);
    free(wiring->bridges);
    free(wiring->ports);
    *wiring = (struct vif_wiring){0};
}

/* The array 'items' with room for one more, zeroed; NULL when out of memory. */
static void *grow(void *items, size_t n, size_t size)
{
    char *bigger = reallocarray(items, n + 1, size);

    if (bigger)
        memset(bigger + n * size, 0, size);
    return bigger;
}

/* A new element of an array, zeroed; NULL when out of memory. */
#define add_to(items, n)                                                                           \
    ({                                                                                             \
        void *bigger_ = grow((items), (n), sizeof *(items));                                       \
                                                                                                   \
        if (bigger_)                                                                               \
            (items) = bigger_;                                                                     \
        bigger_ ? &(items)[(n)++] : NULL;                                                          \
    })

#define set_name(to, name) text_copy((to), sizeof(to), (name))

struct vif_wiring_link *wiring_add_link(struct vif_wiring *wiring, enum vif_link_kind kind,
                                        const char *name)
{
    struct vif_wiring_link *link = add_to(wiring->links, wiring->n_links);

    if (!link)
        return NULL;
    set_name(link->name, name);
    link->kind = kind;
    link->tap.owner = (uid_t)-1;
    link->tap.group = (gid_t)-1;
    return link;
}

struct vif_wiring_bridge *wiring_add_bridge(struct vif_wiring *wiring, const char *name)
{
    struct vif_wiring_bridge *bridge = add_to(wiring->bridges, wiring->n_bridges);

    if (!bridge)
        return NULL;
    set_name(bridge->name, name);
    bridge->on_unplug = VIF_ON_UNPLUG_KEEP;
    return bridge;
}

struct vif_wiring_port *wiring_add_port(struct vif_wiring *wiring, const char *name,
                                        const char *bridge)
{
    struct vif_wiring_port *port = add_to(wiring->ports, wiring->n_ports);

    if (!port)
        return NULL;
    set_name(port->name, name);
    set_name(port->bridge, bridge);
    return port;
}

struct vif_wiring_rules *wiring_add_rules(struct vif_wiring *wiring, const char *bridge)
{
    struct vif_wiring_rules *rules = add_to(wiring->rules, wiring->n_rules);

    if (rules)
        set_name(rules->bridge, bridge);
    return rules;
}

int wiring_rules_interface(struct vif_wiring_rules *rules, const char *interface)
{
    char(*name)[VIF_DEVICE_NAME_SIZE] = add_to(rules->interfaces, rules->n_interfaces);

    if (!name)
        return -ENOMEM;
    set_name(*name, interface);
    return 0;
}

int wiring_expect(struct vif_wiring *wiring, enum wiring_sort sort, const char *name, int ifindex,
                  const char *uuid, size_t n_ports)
{
    struct wiring_expected *item = add_to(wiring->expected, wiring->n_expected);

    if (!item)
        return -ENOMEM;
    item->sort = sort;
    set_name(item->name, name);
    item->ifindex = ifindex;
    set_name(item->uuid, uuid);
    item->n_ports = n_ports;
    return 0;
}

int wiring_add_qos(struct vif_wiring *wiring, const char *uuid, const char *id)
{
    struct wiring_qos *row = add_to(wiring->qos, wiring->n_qos);

    if (!row)
        return -ENOMEM;
    set_name(row->uuid, uuid);
    set_name(row->id, id);
    return 0;
}

struct wiring_vf *wiring_add_vf(struct vif_wiring *wiring, const char *pci)
{
    struct wiring_vf *vf = add_to(wiring->vfs, wiring->n_vfs);

    if (vf)
        set_name(vf->pci, pci);
    return vf;
}

void wiring_warn(struct vif_wiring *wiring, const char *format, ...)
{
    char line[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    text_add(&wiring->warnings, "%s\n", line);
}

#define ALIAS_PREFIX "vif "
#define ALIAS_WAS    " was "

void wiring_alias_renamed(const struct vif_wiring *wiring, const char *old_name,
                          char ret_alias[LINK_ALIAS_MAX])
{
    (void)snprintf(ret_alias, LINK_ALIAS_MAX, ALIAS_PREFIX "%s" ALIAS_WAS "%s", wiring->vif_id,
                   old_name);
}

bool wiring_old_name(const struct vif_wiring *wiring, const char *alias,
                     char ret_name[LIMIT_IFNAME])
{
    char start[LINK_ALIAS_MAX];
    size_t n;

    wiring_alias_renamed(wiring, "", start);
    n = strlen(start);
    if (strncmp(alias, start, n) != 0 || ifname_fault(alias + n))
        return false;
    (void)snprintf(ret_name, LIMIT_IFNAME, "%s", alias + n);
    return true;
}

void wiring_alias(const struct vif_wiring *wiring, char ret_alias[LINK_ALIAS_MAX])
{
    (void)snprintf(ret_alias, LINK_ALIAS_MAX, ALIAS_PREFIX "%s", wiring->vif_id);
}

bool wiring_alias_is_foreign(const struct vif_wiring *wiring, const char *alias)
{
    char uuid[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];
    size_t n = strlen(ALIAS_PREFIX);

    if (strncmp(alias, ALIAS_PREFIX, n) != 0)
        return false;
    alias += n;
    n = strcspn(alias, " "); /* "was" and an old name may follow */
    if (n >= sizeof id)
        return false;
    (void)snprintf(id, sizeof id, "%.*s", (int)n, alias);
    return parse_uuid(id, uuid) == 0 && strcmp(uuid, wiring->vif_id) != 0;
}

/* --- names that only the host knows: that of the representor of a removed VF is lost, but its port
 * still carries the iface-id --- */

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

/* --- attributes --- */

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
