/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for links: steps with the differences they are against.  A link that belongs to another
 * VIF or cannot be changed is a conflict. */
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

/* ---- the kinds ---- */

const struct link_kind *link_kind(enum vif_link_kind kind)
{
    static const struct link_kind *const kinds[] = {
        [VIF_LINK_TAP] = &link_kind_tap,       [VIF_LINK_VETH] = &link_kind_veth,
        [VIF_LINK_BRIDGE] = &link_kind_bridge, [VIF_LINK_VLAN] = &link_kind_vlan,
        [VIF_LINK_DEVICE] = &link_kind_device,
    };

    return kinds[kind];
}

const struct link_info *plan_link(const struct planner *planner, const char *name)
{
    return observed_link(planner->observed, name);
}

bool link_is_up(const struct link_info *info)
{
    return (info->flags & IFF_UP) != 0;
}

const char *link_words(const struct link_info *info)
{
    if (info->tap)
        return "tap";
    return info->kind[0] ? info->kind : "physical device";
}

/* ---- differences ---- */

/* A tap may also be a veth. */
static const char *word_of(const struct vif_wiring_link *link, const struct link_info *info)
{
    return link->kind == VIF_LINK_TAP && info && !info->tap ? info->kind
                                                            : link_kind(link->kind)->word;
}

void link_differs(struct planner *planner, const struct vif_wiring_link *link,
                  const struct link_info *info, const char *attribute, const char *is,
                  const char *should)
{
    diff_add(planner->differences, '~', word_of(link, info), info ? info->name : link->name,
             attribute, is, should);
}

void link_differs_number(struct planner *planner, const struct vif_wiring_link *link,
                         const struct link_info *info, const char *attribute, int64_t is,
                         int64_t should)
{
    diff_add_number(planner->differences, '~', word_of(link, info), info->name, attribute, is,
                    should);
}

static void record_change(struct planner *planner, const struct vif_wiring_link *link,
                          const struct link_info *info, const struct link_change *change,
                          const char *master)
{
    if (change->mtu)
        link_differs_number(planner, link, info, "mtu", info->mtu, change->mtu);
    if (change->set_master) {
        const char *is = observed_name(planner->observed, info->master);

        link_differs(planner, link, info, "master", info->master && !is[0] ? "unknown" : is,
                     master);
    }
    for (size_t i = 0; change->bridge && i < BRIDGE_ATTRIBUTES; i++) {
        uint32_t is = attribute_of_bridge(&info->bridge, i);
        uint32_t should = attribute_of_bridge(change->bridge, i);

        if (is != should)
            link_differs_number(planner, link, info, bridge_attributes[i].name, is, should);
    }
    if (change->set_promisc)
        link_differs(planner, link, info, "promiscuous", "off", "on");
    if (change->set_up && !link_is_up(info))
        link_differs(planner, link, info, "state", "down", "up");
}

/* ---- steps ---- */

struct step *link_step(struct planner *planner, enum step_kind kind,
                       const struct vif_wiring_link *link, const struct link_info *before)
{
    struct step *step = plan_add(planner, kind, before ? before->name : link->name);

    step->link = link;
    step->before = before;
    return step;
}

/* What gives a new link its attributes is not a difference of its own. */
int link_step_create(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_kind *kind = link_kind(link->kind);
    char names[2 * LIMIT_IFNAME];

    if (planner->differences) {
        (void)snprintf(names, sizeof names, "%s%s%s", link->name, link->veth.peer[0] ? "/" : "",
                       link->veth.peer);
        diff_add_part(planner->differences, '+', kind->word, names,
                      link->vlan.parent[0] ? "of %s" : "%s", link->vlan.parent);
    }
    (void)link_step(planner, kind->create, link, NULL);
    return 0;
}

int link_step_delete(struct planner *planner, const struct vif_wiring_link *link,
                     const struct link_info *info)
{
    const char *peer = observed_name(planner->observed, info->peer);
    bool pair = strcmp(info->kind, "veth") == 0;

    diff_add_part(planner->differences, '-', word_of(link, info), info->name,
                  pair ? "peer %s" : "%s",
                  !pair     ? ""
                  : peer[0] ? peer
                            : "elsewhere");
    (void)link_step(planner, STEP_LINK_DELETE, link, info);
    return 0;
}

struct step *link_step_set(struct planner *planner, const struct vif_wiring_link *link,
                           const struct link_info *info, const struct link_change *change,
                           const char *master)
{
    struct step *step;

    if (!change->set_up && !change->set_down && !change->set_promisc && !change->mtu &&
        !change->set_master && !change->bridge)
        return NULL;
    if (info && planner->differences)
        record_change(planner, link, info, change, master);
    step = link_step(planner, STEP_LINK_SET, link, info);
    step->change = *change;
    step->master = master;
    return step;
}

/* ---- checks ---- */

int link_check_kind(const struct planner *planner, const struct vif_wiring_link *link,
                    const struct link_info *info, const char *consequence)
{
    const char *kind = link_kind(link->kind)->kernel;

    if (!info || strcmp(info->kind, kind) == 0)
        return 0;
    return plan_conflict(planner, "%s is a %s, not a %s: %s", info->name, link_words(info), kind,
                         consequence);
}

uint32_t link_mtu_change(const struct vif_wiring_link *link, const struct link_info *info)
{
    return link->mtu && link->mtu != info->mtu ? link->mtu : 0;
}

/* The kernel's datapath is such a master itself; one of unknown kind is left alone. */
bool link_has_wrong_master(const struct planner *planner, const struct link_info *info,
                           const char *name)
{
    const struct vif_wiring *wiring = planner->wiring;

    if (!info->master || !info->slave_kind[0] || strcmp(info->slave_kind, "openvswitch") == 0)
        return false;
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].create && strcmp(wiring->ports[i].link, name) == 0)
            return true;
    return false;
}

/* A link of its kind goes; one of another kind is not ours. */
int link_absent(struct planner *planner, const struct vif_wiring_link *link,
                const struct link_info *info)
{
    int r = link_check_kind(planner, link, info, "not removed");

    if (r < 0)
        return link->unplug_only ? 0 : r;
    return info ? link_step_delete(planner, link, info) : 0;
}

/* ---- any link ---- */

void plan_show_link(const struct observed *observed, const struct vif_wiring_link *link,
                    struct differences *differences)
{
    const struct link_info *info = observed_link(observed, link->name);

    if (info && link_kind(link->kind)->show)
        link_kind(link->kind)->show(link, info, differences);
}

/* A link with the alias of another VIF, or that has this name only besides its own, is not ours. */
static int check_alias(const struct planner *planner, const struct link_info *info)
{
    if (info && info->altname)
        return plan_conflict(planner, "%s is an alternative name of another device", info->name);
    if (info && wiring_alias_is_foreign(planner->wiring, info->alias))
        return plan_conflict(planner, "%s belongs to another VIF (%s)", info->name, info->alias);
    return 0;
}

int plan_link_present(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info;
    int r;

    if (link->unplug_only)
        return 0;
    info = plan_link(planner, link->name);
    r = check_alias(planner, info);
    if (r == 0 && link->veth.peer[0])
        r = check_alias(planner, plan_link(planner, link->veth.peer));
    if (r == 0 && link->device.rename_from[0])
        r = check_alias(planner, plan_link(planner, link->device.rename_from));
    return r < 0 ? r : link_kind(link->kind)->present(planner, link, info);
}

int plan_link_absent(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    int r = link->only_by_alias ? 0 : check_alias(planner, info);

    if (r == 0 && link->veth.peer[0])
        r = check_alias(planner, plan_link(planner, link->veth.peer));
    if (r < 0 || link->on_unplug == VIF_ON_UNPLUG_KEEP)
        return r;
    return link_kind(link->kind)->absent(planner, link, info);
}