/* SPDX-License-Identifier: Apache-2.0 */
/* What is different about links, from the plan's steps on them.  A link that is missing or remade is
 * said once: the steps that give a new link its attributes say nothing of their own. */
#include <stdio.h>
#include <string.h>

#include "plan/diff-internal.h"

/* "tap tap1", by what there is, and where there is nothing by what is wanted. */
static void part_of_link(const struct vif_wiring_link *link, const struct link_info *info,
                         const char *name, char ret_part[DIFF_PART_MAX])
{
    static const char *const kinds[] = {
        [VIF_LINK_TAP] = "tap",   [VIF_LINK_VETH] = "veth",     [VIF_LINK_BRIDGE] = "Linux bridge",
        [VIF_LINK_VLAN] = "VLAN", [VIF_LINK_DEVICE] = "device",
    };
    const char *kind = kinds[link->kind];

    if (link->kind == VIF_LINK_TAP && info && !info->tap)
        kind = info->kind;
    diff_part(ret_part, kind, name);
}

static void add_missing(struct differences *differences, const struct vif_wiring_link *link)
{
    char part[DIFF_PART_MAX], names[2 * LIMIT_IFNAME], more[LIMIT_IFNAME + 4] = "";

    (void)snprintf(names, sizeof names, "%s%s%s", link->name, link->peer[0] ? "/" : "", link->peer);
    if (link->kind == VIF_LINK_VLAN)
        (void)snprintf(more, sizeof more, "of %s", link->parent);
    part_of_link(link, NULL, names, part);
    diff_add(differences, '+', part, "", "", more);
}

static void add_in_the_way(struct differ *differ, const struct step *step)
{
    const struct link_info *info = step->before;
    const char *peer = observed_name(differ->observed, info->peer);
    char part[DIFF_PART_MAX], more[LIMIT_IFNAME + 8] = "";

    part_of_link(step->link, info, step->name, part);
    if (peer[0])
        (void)snprintf(more, sizeof more, "peer %s", peer);
    else if (strcmp(info->kind, "veth") == 0)
        (void)snprintf(more, sizeof more, "peer elsewhere");
    diff_add(differ->differences, '-', part, "", more, "");
}

static void add_bridge_attributes(struct differences *differences, const char *part,
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
            diff_add_number(differences, part, rows[i].name, rows[i].is, rows[i].should, false);
}

/* A link is set down only so that it can be renamed. */
static void add_changes(struct differ *differ, const struct step *step)
{
    const struct link_change *change = &step->change;
    const struct link_info *before = step->before;
    struct differences *differences = differ->differences;
    char part[DIFF_PART_MAX];

    if (!before)
        return;
    part_of_link(step->link, before, step->name, part);
    if (step->new_name[0])
        diff_add(differences, '~', part, "name", before->name, step->new_name);
    if (change->mtu)
        diff_add_number(differences, part, "mtu", before->mtu, change->mtu, false);
    if (change->set_master) {
        const char *master = observed_name(differ->observed, before->master);

        diff_add(differences, '~', part, "master",
                 before->master && !master[0] ? "unknown" : master, step->master);
    }
    if (change->bridge)
        add_bridge_attributes(differences, part, &before->bridge, change->bridge);
    if (change->set_promisc)
        diff_add(differences, '~', part, "promiscuous", "off", "on");
    if (change->set_up && !(before->flags & IFF_UP))
        diff_add(differences, '~', part, "state", "down", "up");
}

static void add_addresses(struct differences *differences, const struct step *step)
{
    const struct address_list *list = step->addresses;
    char part[DIFF_PART_MAX], words[ADDRESS_TEXT_SIZE], should[LIMIT_IFNAME + 4];

    part_of_link(step->link, NULL, step->name, part);
    (void)snprintf(should, sizeof should, "on %s", step->link->master);
    for (size_t i = 0; i < list->n_addresses; i++) {
        address_format(&list->addresses[i], words);
        diff_add(differences, '~', part, "address", words, should);
    }
    for (size_t i = 0; i < list->n_routes; i++) {
        route_format(&list->routes[i], words);
        diff_add(differences, '~', part, "route", words, should);
    }
}

void diff_link_step(struct differ *differ, const struct step *step)
{
    struct differences *differences = differ->differences;
    char part[DIFF_PART_MAX];

    switch (step->kind) {
    case STEP_LINK_DELETE:
        add_in_the_way(differ, step);
        break;
    case STEP_BRIDGE_CREATE:
    case STEP_VLAN_CREATE:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
        add_missing(differences, step->link);
        break;
    case STEP_SYSCTL:
        part_of_link(step->link, NULL, step->name, part);
        if (step->before)
            diff_add_number(differences, part, sysctl_word(step->which), step->old_value,
                            step->value, false);
        break;
    case STEP_ADDRESS_MOVE:
        add_addresses(differences, step);
        break;
    case STEP_TC_OFFLOAD:
        part_of_link(step->link, NULL, step->name, part);
        diff_add(differences, '~', part, "hw-tc-offload", "off", "on");
        break;
    case STEP_RULES:
        diff_part(part, "forwarding rules of", step->name);
        diff_add(differences, '+', part, "", "", "");
        break;
    default:
        add_changes(differ, step);
        break;
    }
}

static void format_address(const uint8_t *a, char ret_text[18])
{
    (void)snprintf(ret_text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                   a[5]);
}

void diff_shown_link(struct differ *differ, const struct vif_wiring_link *link)
{
    const struct link_info *info = observed_link(differ->observed, link->name);
    char part[DIFF_PART_MAX], is[18], should[18];

    if (link->kind != VIF_LINK_TAP || !link->create || !info || !info->tap)
        return;
    part_of_link(link, info, link->name, part);
    if (info->multi_queue != (link->multi_queue != 0))
        diff_add(differ->differences, ' ', part, "multi-queue", info->multi_queue ? "on" : "off",
                 link->multi_queue ? "on" : "off");
    if (!link->has_address || memcmp(info->address, link->address, sizeof link->address) == 0)
        return;
    format_address(info->address, is);
    format_address(link->address, should);
    diff_add(differ->differences, ' ', part, "address", is, should);
}
