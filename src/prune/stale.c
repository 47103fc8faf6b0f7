/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of stale items, each with what it takes to be one, and the decision.  find-rows.c and
 * find-links.c look for their forms. */
#include "prune/stale.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A port's rows outlive its device whenever a guest restarts, and os-vif writes them before the
 * guest has a device at all: so ports must be old and their guest must not run.  Links and QoS
 * rows are made within a plug, which takes a moment; there a second look is enough if no age is
 * known. */
#define PORT_NEEDS (STALE_NEEDS_GUEST | STALE_NEEDS_AGE)

const struct stale_rule stale_rules[STALE_N_RULES] = {
    [STALE_RULE_PORT] = {"port", PORT_NEEDS, "its network device is gone", "", NULL, 0},
    [STALE_RULE_HYBRID_PORT] = {"hybrid-port", PORT_NEEDS, "its veth is gone", "", "qvo",
                                STALE_PART("qvo")},
    [STALE_RULE_REPRESENTOR_PORT] = {"representor-port", PORT_NEEDS, "its representor is gone", "",
                                     NULL, 0},
    [STALE_RULE_DPDK_PORT] = {"dpdk-representor-port", PORT_NEEDS,
                              "ovs-vswitchd cannot open its DPDK device", "dpdk", "vfr",
                              STALE_PART("vfr")},
    [STALE_RULE_VHOST_USER_PORT] = {"vhost-user-port", PORT_NEEDS | STALE_NEEDS_ALL,
                                    "its socket does not exist", "dpdkvhostuser", "vhu",
                                    STALE_PART("vhu")},
    [STALE_RULE_PATCH_PORT] = {"patch-port", PORT_NEEDS,
                               "the other end of the patch does not exist", "patch", "ibp",
                               UUID_TEXT_SIZE - 1},
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
    }
    free(list->items);
    list->items = NULL;
    list->n = list->room = 0;
}

bool stale_name_has_id(const char *name, const char *prefix, size_t length, const char **ret_part)
{
    const char *part = name + strlen(prefix);

    if (strncmp(name, prefix, strlen(prefix)) != 0 || strlen(part) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? part[i] != '-' : !strchr("0123456789abcdef", part[i]))
            return false;
    }
    if (ret_part)
        *ret_part = part;
    return true;
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
