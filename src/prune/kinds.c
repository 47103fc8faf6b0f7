/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of leftovers, each with what it takes to be one, and the verdict.  The search for their
 * forms is in leftover-rows.c and leftover-links.c; pruning a host stands on all of them. */
#include "prune/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prune/find.h"

/* A port's rows outlive its device whenever a guest starts anew, and os-vif writes them before the
 * guest has a device at all: so ports have to be old, and their guest not there.  Links and QoS rows
 * are made within a plug that takes a moment; there a second look does where no age is known. */
#define PORT_NEEDS (STALE_NEEDS_GUEST | STALE_NEEDS_AGE)

static const struct stale_rule rules[] = {
    [STALE_PORT] = {"port", "its network device is gone", PORT_NEEDS},
    [STALE_HYBRID_PORT] = {"hybrid-port", "its veth is gone", PORT_NEEDS},
    [STALE_REPRESENTOR_PORT] = {"representor-port", "its representor is gone", PORT_NEEDS},
    [STALE_DPDK_PORT] = {"dpdk-representor-port", "ovs-vswitchd cannot open its DPDK device",
                         PORT_NEEDS},
    [STALE_VHOST_USER_PORT] = {"vhost-user-port", "its socket is not there",
                               PORT_NEEDS | STALE_NEEDS_ALL},
    [STALE_PATCH_PORT] = {"patch-port", "the other end of the patch does not exist", PORT_NEEDS},
    [STALE_PER_PORT_BRIDGE] = {"per-port-bridge", "no tap is behind it", PORT_NEEDS},
    [STALE_LIBVIRT_PORT] = {"libvirt-port", "its network device is gone", PORT_NEEDS | STALE_NEVER},
    [STALE_QOS] = {"qos", "no port refers to it", 0},
    [STALE_HYBRID_BRIDGE] = {"hybrid-bridge", "no port and no guest is behind it", 0},
    [STALE_HYBRID_VETH] = {"hybrid-veth", "it is no port of Open vSwitch and on no bridge", 0},
    [STALE_HYBRID_LINKS] = {"hybrid-links", "there is no port, and no guest on the bridge", 0},
    [STALE_TAP] = {"tap", "it is no port, and no process has it open", 0},
};

const struct stale_rule *stale_rule(enum stale_kind kind)
{
    return &rules[kind];
}

struct stale *finder_add(struct finder *finder, enum stale_kind kind, const char *name)
{
    struct stale *item;

    if (finder->n == finder->room) {
        size_t room = finder->room ? 2 * finder->room : 16;
        struct stale *items = reallocarray(finder->items, room, sizeof *items);

        if (!items) {
            finder->failed = true;
            return NULL;
        }
        finder->items = items;
        finder->room = room;
    }
    item = &finder->items[finder->n++];
    *item = (struct stale){.kind = kind,
                           .name = name,
                           .bridge = "",
                           .absent_link = "",
                           .absent_port = "",
                           .socket = "",
                           .age_ms = -1,
                           .ovn_ms = -1};
    return item;
}

bool name_has_id(const char *name, const char *prefix, size_t length, const char **ret_part)
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

static int by_kind_and_name(const void *a, const void *b)
{
    const struct stale *left = a, *right = b;
    int c = (left->kind > right->kind) - (left->kind < right->kind);

    return c ? c : strcmp(left->name, right->name);
}

int stale_find(const struct snapshot *snapshot, const struct vswitch_marks *marks,
               struct stale **ret, size_t *ret_n, struct vif_error *err)
{
    struct finder finder = {.snapshot = snapshot, .marks = marks};

    find_ports(&finder);
    find_own_bridges(&finder);
    find_qos(&finder);
    find_hybrids(&finder);
    find_taps(&finder);
    if (finder.failed) {
        free(finder.items);
        return error_memory(err);
    }
    if (finder.n)
        qsort(finder.items, finder.n, sizeof *finder.items, by_kind_and_name);
    *ret = finder.items;
    *ret_n = finder.n;
    return 0;
}

static bool needs_guest(const struct stale *leftover)
{
    return (rules[leftover->kind].needs & STALE_NEEDS_GUEST) && leftover->instance[0];
}

enum stale_decision stale_decide(const struct stale *leftover, int64_t grace_ms, struct text *words)
{
    const struct stale_rule *rule = &rules[leftover->kind];
    int64_t youngest = leftover->age_ms;

    if ((needs_guest(leftover) && leftover->guest_runs) || leftover->socket_there)
        return STALE_IN_USE;
    text_add(words, "%s", rule->why);
    if (needs_guest(leftover) && leftover->guest_known)
        text_add(words, ", and instance %s does not run here", leftover->instance);
    if (rule->needs & STALE_NEVER) {
        text_add(words, "; not removed: libvirt made it");
        return STALE_KEPT;
    }
    if (needs_guest(leftover) && !leftover->guest_known) {
        text_add(words, "; not removed: whether instance %s runs cannot be told",
                 leftover->instance);
        return STALE_KEPT;
    }
    if (leftover->age_ms < 0 && grace_ms > 0 && (rule->needs & STALE_NEEDS_AGE)) {
        text_add(words, "; not removed: its age is not known");
        return STALE_KEPT;
    }
    /* OVN made it real a moment ago: whoever wanted that may still be at work. */
    if (leftover->ovn_ms >= 0 && leftover->ovn_ms < youngest)
        youngest = leftover->ovn_ms;
    if (youngest >= 0 && youngest < grace_ms) {
        text_add(words, "; not removed: %lld s old, younger than the grace period",
                 (long long)(youngest / 1000));
        return STALE_YOUNG;
    }
    return STALE_REMOVABLE;
}

void stale_identity(const struct stale *leftover, struct text *text)
{
    text_add(text, "%s %s", rules[leftover->kind].word, leftover->name);
    if (leftover->port)
        text_add(text, " %s on %s", leftover->port->uuid, leftover->port->bridge_uuid);
    if (leftover->interface)
        text_add(text, " %s", leftover->interface->uuid);
    if (leftover->own_bridge)
        text_add(text, " %s", leftover->own_bridge->uuid);
    if (leftover->tap_port)
        text_add(text, " %s", leftover->tap_port->uuid);
    if (leftover->qos)
        text_add(text, " %s", leftover->qos->uuid);
    for (size_t i = 0; i < STALE_LINKS && leftover->links[i]; i++)
        text_add(text, " %s %d", leftover->links[i]->name, leftover->links[i]->ifindex);
}
