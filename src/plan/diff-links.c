/* SPDX-License-Identifier: Apache-2.0 */
/* What is different about links, from the plan's steps on them.  A link that is missing or remade is
 * said once: the steps that give a new link its attributes say nothing of their own. */
#include <stdio.h>
#include <string.h>

#include "plan/diff-internal.h"

/* "tap tap1", by what there is, and where there is nothing by what is wanted. */
static void part_of_link(const struct vif_wiring_link *link, const struct link_info *info,
                         const char *name, char ret_part[DRIFT_PART_MAX])
{
    static const char *const kinds[] = {
        [VIF_LINK_TAP] = "tap",   [VIF_LINK_VETH] = "veth",     [VIF_LINK_BRIDGE] = "Linux bridge",
        [VIF_LINK_VLAN] = "VLAN", [VIF_LINK_DEVICE] = "device",
    };
    const char *kind = kinds[link->kind];

    if (link->kind == VIF_LINK_TAP && info && !info->tap)
        kind = info->kind;
    drift_part(ret_part, kind, name);
}

static void add_missing(struct drift *drift, const struct vif_wiring_link *link)
{
    char part[DRIFT_PART_MAX], names[2 * LIMIT_IFNAME], more[LIMIT_IFNAME + 4] = "";

    (void)snprintf(names, sizeof names, "%s%s%s", link->name, link->peer[0] ? "/" : "", link->peer);
    if (link->kind == VIF_LINK_VLAN)
        (void)snprintf(more, sizeof more, "of %s", link->parent);
    part_of_link(link, NULL, names, part);
    drift_add(drift, '+', part, "", "", more);
}

static void add_in_the_way(struct drifter *drifter, const struct step *step)
{
    const struct link_info *info = step->before;
    const char *peer = observed_name(drifter->observed, info->peer);
    char part[DRIFT_PART_MAX], more[LIMIT_IFNAME + 8] = "";

    part_of_link(step->link, info, step->name, part);
    if (peer[0])
        (void)snprintf(more, sizeof more, "peer %s", peer);
    else if (strcmp(info->kind, "veth") == 0)
        (void)snprintf(more, sizeof more, "peer elsewhere");
    drift_add(drifter->drift, '-', part, "", more, "");
}

static void add_bridge_attributes(struct drift *drift, const char *part,
                                  const struct vif_bridge_attributes *is,
                                  const struct vif_bridge_attributes *should)
{
    const struct {
        const char *name;
        uint32_t is, should;
    } rows[] = {
        {"ageing time", is->ageing_time, should->ageing_time},
        {"forward delay", is->forward_delay, should->forward_delay},
        {"stp", is->stp_state, should->stp_state},
        {"multicast snooping", is->mcast_snooping, should->mcast_snooping},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].is != rows[i].should)
            drift_add_number(drift, part, rows[i].name, rows[i].is, rows[i].should, false);
}

/* A link is set down only so that it can be renamed. */
static void add_changes(struct drifter *drifter, const struct step *step)
{
    const struct link_change *change = &step->change;
    const struct link_info *before = step->before;
    struct drift *drift = drifter->drift;
    char part[DRIFT_PART_MAX];

    if (!before)
        return;
    part_of_link(step->link, before, step->name, part);
    if (step->new_name[0])
        drift_add(drift, '~', part, "name", before->name, step->new_name);
    if (change->mtu)
        drift_add_number(drift, part, "mtu", before->mtu, change->mtu, false);
    if (change->set_master) {
        const char *master = observed_name(drifter->observed, before->master);

        drift_add(drift, '~', part, "master", before->master && !master[0] ? "unknown" : master,
                  step->master);
    }
    if (change->bridge)
        add_bridge_attributes(drift, part, &before->bridge, change->bridge);
    if (change->set_promisc)
        drift_add(drift, '~', part, "promiscuous", "off", "on");
    if (change->set_up && !(before->flags & IFF_UP))
        drift_add(drift, '~', part, "state", "down", "up");
}

static void add_addresses(struct drift *drift, const struct step *step)
{
    const struct address_list *list = step->addresses;
    char part[DRIFT_PART_MAX], words[ADDRESS_TEXT_SIZE], should[LIMIT_IFNAME + 4];

    part_of_link(step->link, NULL, step->name, part);
    (void)snprintf(should, sizeof should, "on %s", step->link->master);
    for (size_t i = 0; i < list->n_addresses; i++) {
        address_format(&list->addresses[i], words);
        drift_add(drift, '~', part, "address", words, should);
    }
    for (size_t i = 0; i < list->n_routes; i++) {
        route_format(&list->routes[i], words);
        drift_add(drift, '~', part, "route", words, should);
    }
}

void drift_link_step(struct drifter *drifter, const struct step *step)
{
    struct drift *drift = drifter->drift;
    char part[DRIFT_PART_MAX];

    switch (step->kind) {
    case STEP_LINK_DELETE:
        add_in_the_way(drifter, step);
        break;
    case STEP_BRIDGE_CREATE:
    case STEP_VLAN_CREATE:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
        add_missing(drift, step->link);
        break;
    case STEP_SYSCTL:
        part_of_link(step->link, NULL, step->name, part);
        if (step->before)
            drift_add_number(drift, part, sysctl_word(step->which), step->old_value, step->value,
                             false);
        break;
    case STEP_ADDRESS_MOVE:
        add_addresses(drift, step);
        break;
    case STEP_TC_OFFLOAD:
        part_of_link(step->link, NULL, step->name, part);
        drift_add(drift, '~', part, "hw-tc-offload", "off", "on");
        break;
    case STEP_RULES:
        drift_part(part, "forwarding rules of", step->name);
        drift_add(drift, '+', part, "", "", "");
        break;
    default:
        add_changes(drifter, step);
        break;
    }
}

static void format_address(const uint8_t *a, char ret_text[18])
{
    (void)snprintf(ret_text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                   a[5]);
}

void drift_shown_link(struct drifter *drifter, const struct vif_wiring_link *link)
{
    const struct link_info *info = observed_link(drifter->observed, link->name);
    char part[DRIFT_PART_MAX], is[18], should[18];

    if (link->kind != VIF_LINK_TAP || !link->create || !info || !info->tap)
        return;
    part_of_link(link, info, link->name, part);
    if (info->multi_queue != (link->multi_queue != 0))
        drift_add(drifter->drift, ' ', part, "multi-queue", info->multi_queue ? "on" : "off",
                  link->multi_queue ? "on" : "off");
    if (!link->has_address || memcmp(info->address, link->address, sizeof link->address) == 0)
        return;
    format_address(info->address, is);
    format_address(link->address, should);
    drift_add(drifter->drift, ' ', part, "address", is, should);
}
