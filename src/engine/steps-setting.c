/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on links that are done one after the other. */
#include <errno.h>
#include <sys/socket.h>

#include "base/text.h"
#include "engine/steps.h"
#include "kernel/devlink.h"
#include "kernel/sysfs.h"

static int apply_sysctl(const struct engine *engine, const struct item *item, struct undo *ret,
                        struct vif_error *err)
{
    const struct step *step = item->step;
    int r = sysctl_set(step->name, step->which, step->value, err);

    (void)engine;
    if (r == -ENOENT)
        return -ENODEV; /* its link is gone */
    ret->which = step->which;
    ret->value = step->old_value;
    return r < 0 ? r : !step->before; /* a link that this call made goes with it */
}

static int undo_sysctl(const struct engine *engine, struct undo *undo)
{
    int r = sysctl_set(undo->name, undo->which, undo->value, NULL);

    (void)engine;
    return r < 0 ? r : 0;
}

const struct step_type step_sysctl = {
    .left = " is left changed",
    .apply = apply_sysctl,
    .undo = undo_sysctl,
};

static int move_addresses(const struct engine *engine, const char *from, const char *to,
                          const struct address_list *list, struct vif_error *err)
{
    const char *names[2] = {from, to};
    struct link_info info[2];
    int r = link_get_many(engine->nl, names, 2, info, err);

    if (r < 0)
        return r;
    if (!info[0].ifindex || !info[1].ifindex)
        return error_set(err, VIF_ERROR_KERNEL, "%s is gone", info[0].ifindex ? to : from);
    r = address_move(engine->nl, info[0].ifindex, info[1].ifindex, list, err);
    return r < 0 ? r : 0;
}

/* Moves what is there now, which the undo keeps: what was observed may be old. */
static int apply_move(const struct engine *engine, const struct item *item, struct undo *ret,
                      struct vif_error *err)
{
    const char *name = item->step->name, *master = item->step->link->master;
    struct link_info info;
    int r = link_get_many(engine->nl, &name, 1, &info, err);

    if (r == 0)
        r = address_read(engine->nl, info.ifindex, &ret->addresses, err);
    if (r == 0)
        r = move_addresses(engine, name, master, &ret->addresses, err);
    if (r < 0)
        address_list_done(&ret->addresses);
    text_copy(ret->other, sizeof ret->other, master);
    return r;
}

static int undo_move(const struct engine *engine, struct undo *undo)
{
    return move_addresses(engine, undo->other, undo->name, &undo->addresses, NULL);
}

const struct step_type step_address_move = {
    .left = " is left changed",
    .left_other = " is left with its addresses",
    .apply = apply_move,
    .undo = undo_move,
};

static int apply_tc_offload(const struct engine *engine, const struct item *item, struct undo *ret,
                            struct vif_error *err)
{
    (void)engine;
    (void)ret;
    return ethtool_set_tc_offload(item->step->name, true, err);
}

static int undo_tc_offload(const struct engine *engine, struct undo *undo)
{
    int r = ethtool_set_tc_offload(undo->name, false, NULL);

    (void)engine;
    return r < 0 ? r : 0;
}

const struct step_type step_tc_offload = {
    .left = " is left changed",
    .apply = apply_tc_offload,
    .undo = undo_tc_offload,
};

static int apply_rules(const struct engine *engine, const struct item *item, struct undo *ret,
                       struct vif_error *err)
{
    (void)ret;
    return engine_rules(engine, item->step->rules, false, err);
}

/* What the rules were is not known.  They are the last step of a bridge that has no port in the
 * database, so nothing that fails comes after them, except in an external plugin. */
const struct step_type step_rules = {
    .left = " is left with its new rules",
    .apply = apply_rules,
};
