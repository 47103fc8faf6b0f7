/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of stale items, each with what it takes to be one, and the decision.  find-rows.c and
 * find-links.c look for their forms.  The wiring by which the engine removes one. */
#include "prune/stale.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

/* A port's rows outlive its device whenever a guest restarts, and os-vif writes them before the
 * guest has a device at all: so ports must be old and their guest must not run.  Links and QoS
 * rows are made within a plug, which takes a moment; there a second look is enough if no age is
 * known. */
#define PORT_NEEDS (STALE_NEEDS_GUEST | STALE_NEEDS_AGE)

const struct stale_rule stale_rules[STALE_N_RULES] = {
    [STALE_RULE_PORT] = {"port", PORT_NEEDS, "its network device is gone", "", NULL, 0},
    [STALE_RULE_HYBRID_PORT] = {"hybrid-port", PORT_NEEDS, "its veth is gone", "", "qvo",
                                DEVICE_ID_LENGTH},
    [STALE_RULE_REPRESENTOR_PORT] = {"representor-port", PORT_NEEDS, "its representor is gone", "",
                                     NULL, 0},
    [STALE_RULE_DPDK_PORT] = {"dpdk-representor-port", PORT_NEEDS,
                              "ovs-vswitchd cannot open its DPDK device", "dpdk", "vfr",
                              DEVICE_ID_LENGTH},
    [STALE_RULE_VHOST_USER_PORT] = {"vhost-user-port", PORT_NEEDS | STALE_NEEDS_ALL,
                                    "its socket does not exist", "dpdkvhostuser", "vhu",
                                    DEVICE_ID_LENGTH},
    [STALE_RULE_PATCH_PORT] = {"patch-port", PORT_NEEDS,
                               "the other end of the patch does not exist", "patch", "ibp",
                               PATCH_ID_LENGTH},
    [STALE_RULE_OWN_BRIDGE] = {"per-port-bridge", PORT_NEEDS, "no tap is behind it", NULL, NULL, 0},
    [STALE_RULE_LIBVIRT_PORT] = {"libvirt-port", PORT_NEEDS | STALE_NEVER,
                                 "its network device is gone", NULL, NULL, 0},
    [STALE_RULE_QOS] = {"qos", 0, "no port refers to it", NULL, NULL, 0},
    [STALE_RULE_HYBRID_BRIDGE] = {"hybrid-bridge", STALE_HYBRID,
                                  "no port and no guest is behind it", NULL, NULL, 0},
    [STALE_RULE_HYBRID_VETH] = {"hybrid-veth", STALE_HYBRID,
                                "it is not a port of Open vSwitch and on no bridge", NULL, NULL, 0},
    [STALE_RULE_HYBRID_LINKS] = {"hybrid-links", STALE_HYBRID,
                                 "they have no port, and no guest is on the bridge", NULL, NULL, 0},
    [STALE_RULE_TAP] = {"tap", 0, "it is not a port, and no process has it open", NULL, NULL, 0},
};

struct stale *stale_add(struct stale_list *list, enum stale_rule_index rule, const char *name)
{
    struct stale *item;

    if (!array_grow(list->items, list->n, list->room, 1)) {
        list->failed = true;
        return NULL;
    }
    item = &list->items[list->n++];
    *item = (struct stale){
        .rule = &stale_rules[rule],
        .name = name,
        .bridge = "",
        .absent_link = "",
        .absent_port = "",
        .socket = "",
        .age_ms = -1,
        .ovn_ms = -1,
    };
    return item;
}

void stale_list_done(struct stale_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->items[i].reason);
        free(list->items[i].steps);
        wiring_done(&list->items[i].wiring);
    }
    free(list->items);
    list->items = NULL;
    list->n = list->room = 0;
}

static int by_rule_and_name(const void *a, const void *b)
{
    const struct stale *left = a, *right = b;

    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    return strcmp(left->name, right->name);
}

int stale_find(struct stale_list *list, struct vif_error *err)
{
    stale_find_rows(list);
    stale_find_links(list);
    if (list->failed)
        return error_memory(err);
    if (list->n)
        qsort(list->items, list->n, sizeof *list->items, by_rule_and_name);
    return 0;
}

enum stale_decision stale_decide(const struct stale *item, int64_t grace_ms, struct text *words)
{
    unsigned needs = item->rule->needs;
    bool needs_guest = (needs & STALE_NEEDS_GUEST) && item->instance[0];
    int64_t youngest = item->age_ms;

    if ((needs_guest && item->guest_runs) || item->socket_exists)
        return STALE_IN_USE;
    text_add(words, "%s", item->rule->why);
    if (needs_guest && item->guest_known)
        text_add(words, ", and instance %s does not run here", item->instance);
    if (needs & STALE_NEVER) {
        text_add(words, "; not removed: libvirt made it");
        return STALE_KEPT;
    }
    if (needs_guest && !item->guest_known) {
        text_add(words, "; not removed: it is unknown whether instance %s runs", item->instance);
        return STALE_KEPT;
    }
    if (item->age_ms < 0 && grace_ms > 0 && (needs & STALE_NEEDS_AGE)) {
        text_add(words, "; not removed: its age is unknown");
        return STALE_KEPT;
    }
    /* OVN installed it a moment ago: the program that asked for it may still be at work. */
    if (item->ovn_ms >= 0 && item->ovn_ms < youngest)
        youngest = item->ovn_ms;
    if (youngest >= 0 && youngest < grace_ms) {
        text_add(words, "; not removed: %lld s old, younger than the grace period",
                 (long long)(youngest / 1000));
        return STALE_YOUNG;
    }
    return STALE_REMOVABLE;
}

size_t stale_rows(const struct stale *item, const char *ret_uuids[STALE_ROWS])
{
    size_t n = 0;

    if (item->port)
        ret_uuids[n++] = item->port->uuid;
    if (item->interface)
        ret_uuids[n++] = item->interface->uuid;
    if (item->own_bridge)
        ret_uuids[n++] = item->own_bridge->uuid;
    if (item->tap_port)
        ret_uuids[n++] = item->tap_port->uuid;
    if (item->qos)
        ret_uuids[n++] = item->qos->uuid;
    return n;
}

bool stale_is_same(const struct stale *item, const struct stale *other)
{
    const char *rows[STALE_ROWS], *other_rows[STALE_ROWS];
    size_t n = stale_rows(item, rows);

    if (by_rule_and_name(item, other) != 0 || n != stale_rows(other, other_rows))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i], other_rows[i]) != 0)
            return false;
    if (item->port &&
        (!other->port || strcmp(item->port->bridge_uuid, other->port->bridge_uuid) != 0))
        return false;
    for (size_t i = 0; i < STALE_LINKS; i++) {
        const struct link_info *link = item->links[i], *other_link = other->links[i];

        if (!link || !other_link)
            return !link && !other_link;
        if (strcmp(link->name, other_link->name) != 0 || link->ifindex != other_link->ifindex)
            return false;
    }
    return true;
}

/* --- a stale item as a wiring, so that the engine removes it like any other; it carries everything
 * the decision rests on, and what has changed since is left alone --- */

/* A port with its QoS rows, and that it is still that port. */
static int add_port(struct vif_wiring *wiring, const struct vswitch_port *row,
                    const struct vswitch_interface *interface)
{
    const char *iface_id = strmap_get(&interface->external_ids, "iface-id");
    struct vif_wiring_port *port = wiring_add_port(wiring, row->name, row->bridge);

    if (!port)
        return -ENOMEM;
    text_copy(port->owner, sizeof port->owner, iface_id ? iface_id : "");
    text_copy(port->type, sizeof port->type, interface->type);
    uuid_v5(WIRING_QOS_NAMESPACE, row->name, port->qos_id);
    return wiring_expect(wiring, WIRING_PORT, row->name, 0, row->uuid, 0);
}

static int add_own_bridge(const struct snapshot *snapshot, const struct stale *item,
                          struct vif_wiring *wiring)
{
    const char *name = item->own_bridge->name;
    struct vif_wiring_bridge *bridge = wiring_add_bridge(wiring, name);
    const struct vswitch_port *const *ports;
    size_t n = snapshot_ports_of(snapshot, name, &ports);
    int r = 0;

    if (!bridge)
        return -ENOMEM;
    bridge->on_unplug = VIF_ON_UNPLUG_REMOVE;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = wiring_expect(wiring, WIRING_PORT, ports[i]->name, 0, ports[i]->uuid, 0);
    if (r == 0)
        r = wiring_expect(wiring, WIRING_OVS_BRIDGE, name, 0, item->own_bridge->uuid, n);
    if (r == 0 && item->tap_port)
        r = add_port(wiring, item->tap_port,
                     vswitch_find_interface(&snapshot->db, item->tap_port->name));
    return r;
}

static int add_link(const struct link_info *info, const struct link_info *next,
                    struct vif_wiring *wiring)
{
    bool veth = strcmp(info->kind, "veth") == 0, bridge = strcmp(info->kind, "bridge") == 0;
    struct vif_wiring_link *link = wiring_add_link(wiring,
                                                   veth     ? VIF_LINK_VETH
                                                   : bridge ? VIF_LINK_BRIDGE
                                                            : VIF_LINK_TAP,
                                                   info->name);

    if (!link)
        return -ENOMEM;
    if (veth)
        text_copy(link->veth.peer, sizeof link->veth.peer, next->name);
    return 0;
}

/* A link that must have this index, 0: must not exist; and there must be no port of its name. */
static int expect_link(struct vif_wiring *wiring, const char *name, int ifindex)
{
    int r = wiring_expect(wiring, WIRING_LINK, name, ifindex, "", 0);

    return r < 0 ? r : wiring_expect(wiring, WIRING_PORT, name, 0, "", 0);
}

static int add_links(const struct stale *item, struct vif_wiring *wiring)
{
    static const char *const prefixes[] = {"qbr", "qvb", "qvo"};
    bool by_name = strncmp(item->name, "qbr", 3) == 0 || strncmp(item->name, "qvb", 3) == 0;
    bool peer = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < STALE_LINKS && item->links[i]; i++) {
        const struct link_info *info = item->links[i];

        if (!peer) /* the other end of a veth, which comes behind it, goes with it */
            r = add_link(info, i + 1 < STALE_LINKS ? item->links[i + 1] : NULL, wiring);
        peer = strcmp(info->kind, "veth") == 0;
        if (r == 0)
            r = expect_link(wiring, info->name, info->ifindex);
    }
    /* Links of a hybrid plug that did not exist must not exist now. */
    for (size_t i = 0; r == 0 && (item->rule->needs & STALE_HYBRID) && by_name && i < 3; i++) {
        char name[LIMIT_IFNAME];
        bool exists = false;

        (void)snprintf(name, sizeof name, "%s%.11s", prefixes[i], item->name + 3);
        for (size_t k = 0; k < STALE_LINKS && item->links[k]; k++)
            exists |= strcmp(item->links[k]->name, name) == 0;
        if (!exists)
            r = expect_link(wiring, name, 0);
    }
    return r;
}

int stale_wiring(const struct snapshot *snapshot, const struct stale *item, struct vif_wiring *ret,
                 struct vif_error *err)
{
    int r = 0;

    text_copy(ret->vif_id, sizeof ret->vif_id, item->id);
    text_copy(ret->name, sizeof ret->name, item->name);
    if (item->own_bridge)
        r = add_own_bridge(snapshot, item, ret);
    if (r == 0 && item->port)
        r = add_port(ret, item->port, item->interface);
    if (r == 0 && item->qos)
        r = wiring_add_qos(ret, item->qos->uuid, item->qos->id);
    if (r == 0)
        r = add_links(item, ret);
    if (r == 0 && item->absent_link[0])
        r = wiring_expect(ret, WIRING_LINK, item->absent_link, 0, "", 0);
    if (r == 0 && item->absent_port[0])
        r = wiring_expect(ret, WIRING_PORT, item->absent_port, 0, "", 0);
    return r < 0 ? error_memory(err) : 0;
}
