/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what a committed transaction did for VIFs that ovs-vswitchd then could not make: ports
 * that were added go, what was changed gets its old value.  Looks at the database anew, since others
 * may have acted meanwhile, and is guarded like every transaction. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ovsdb/vswitch-txn.h"
#include "wiring/run.h"

static bool is_reverted(const struct run *run)
{
    return run->state == RUN_FAILED && run->db_changed && run->error.kind == VIF_ERROR_SWITCH;
}

struct reverter {
    struct batch *batch;
    struct observed now;
    struct vswitch_txn *txn;
};

static void remove_qos(struct reverter *reverter, size_t owner, const struct step *step,
                       const struct vswitch_port *port)
{
    const struct vswitch *db = &reverter->now.db;
    const char *id = step->port->qos_id;
    const struct vswitch_qos *qos = id[0] ? vswitch_find_qos(db, id) : NULL;

    for (; qos && qos < db->qos + db->n_qos && strcmp(qos->id, id) == 0; qos++)
        if (!step->qos_uuid || strcmp(step->qos_uuid, qos->uuid) != 0)
            vswitch_txn_qos_delete(reverter->txn, owner, qos->uuid, port);
}

static void remove_port(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_port *port = vswitch_find_port(&reverter->now.db, step->name);
    const struct vswitch_interface *interface =
        vswitch_find_interface(&reverter->now.db, step->name);
    const char *mark = interface ? strmap_get(&interface->external_ids, "iface-id") : NULL;

    if (!port || !interface || !mark || strcmp(mark, step->port->owner) != 0)
        return;
    vswitch_txn_port_delete(reverter->txn, owner, port, interface, mark);
    remove_qos(reverter, owner, step, port);
}

/* Ports that this transaction takes off the bridge, over all reverted runs. */
static size_t ports_leaving(const struct reverter *reverter, const char *bridge)
{
    size_t n = 0;

    for (size_t i = 0; i < reverter->batch->n; i++) {
        const struct run *run = &reverter->batch->runs[i];

        for (size_t s = 0; is_reverted(run) && s < run->plan.n; s++)
            n += run->plan.steps[s].kind == STEP_PORT_ADD &&
                 strcmp(run->plan.steps[s].port->bridge, bridge) == 0;
    }
    return n;
}

static void remove_bridge(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&reverter->now.db, step->name);

    if (bridge && bridge->counted && bridge->n_ports <= 1 + ports_leaving(reverter, step->name))
        vswitch_txn_bridge_delete(reverter->txn, owner, bridge);
}

/* The old values of what was set; keys that were not there go. */
static int restore_interface(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&reverter->now.db, step->name);
    struct strmap set = {0}, drop = {0};
    struct vswitch_interface_change change = {
        .type = step->set_type ? was->type : NULL,
        .set_ids = &set,
        .drop_ids = &drop,
        .set_mtu_request = step->set_mtu_request,
        .mtu_request = was->mtu_request,
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < step->set_ids.n; i++) {
        const char *key = step->set_ids.entries[i].key;
        const char *old = strmap_get(&was->external_ids, key);

        r = old ? strmap_set(&set, key, old) : strmap_set(&drop, key, "");
    }
    if (r == 0 && now)
        vswitch_txn_interface_set(reverter->txn, owner, now, &change);
    strmap_done(&set);
    strmap_done(&drop);
    return r;
}

static int revert_step(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch *db = &reverter->now.db;

    switch (step->kind) {
    case STEP_PORT_ADD:
        remove_port(reverter, owner, step);
        break;
    case STEP_OVS_BRIDGE_ADD:
        remove_bridge(reverter, owner, step);
        break;
    case STEP_INTERFACE_SET:
        return restore_interface(reverter, owner, step);
    case STEP_PORT_MOVE:
        if (vswitch_find_port(db, step->name) && vswitch_find_bridge(db, step->old_port->bridge))
            vswitch_txn_port_move(reverter->txn, owner, vswitch_find_port(db, step->name),
                                  step->old_port->bridge);
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        if (vswitch_find_bridge(db, step->name))
            vswitch_txn_bridge_set_datapath(reverter->txn, owner,
                                            vswitch_find_bridge(db, step->name),
                                            step->old_bridge->datapath_type);
        break;
    default: /* steps on links, and deletions, which are never followed by a failure to settle */
        break;
    }
    return 0;
}

static int observe_again(struct reverter *reverter, struct vif_error *err)
{
    struct batch *batch = reverter->batch;
    auto_free const struct wiring **wirings = calloc(batch->n, sizeof *wirings);
    auto_free const char **bridges = NULL;
    size_t n = 0, n_bridges = 0;
    int r;

    if (!wirings)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        if (is_reverted(&batch->runs[i]))
            wirings[n++] = batch->runs[i].wiring;
    r = observe(batch->engine->nl, batch->engine->db, wirings, n, WIRING_PRESENT, batch->until,
                &reverter->now, err);
    if (r < 0)
        return r;
    bridges = calloc(reverter->now.db.n_bridges + 1, sizeof *bridges);
    if (!bridges)
        return error_memory(err);
    for (size_t i = 0; i < reverter->now.db.n_bridges; i++)
        bridges[n_bridges++] = reverter->now.db.bridges[i].name;
    return vswitch_locate(batch->engine->db, &reverter->now.db, bridges, n_bridges, batch->until,
                          err);
}

static int revert_database(struct reverter *reverter, struct vif_error *err)
{
    struct batch *batch = reverter->batch;
    struct vswitch_commit commit;
    int r = observe_again(reverter, err);

    if (r < 0)
        return r;
    reverter->txn = vswitch_txn_new(&reverter->now.db);
    if (!reverter->txn)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = batch->runs[i].plan.n; is_reverted(&batch->runs[i]) && s > 0; s--)
            if (revert_step(reverter, i, &batch->runs[i].plan.steps[s - 1]) < 0)
                return error_memory(err);
    if (vswitch_txn_empty(reverter->txn))
        return 0;
    return vswitch_txn_commit(reverter->txn, batch->engine->db, false, batch->until, &commit, err);
}

void revert_failed(struct batch *batch)
{
    struct reverter reverter = {.batch = batch};
    struct vif_error err = {0};
    bool any = false;
    int r;

    for (size_t i = 0; i < batch->n; i++)
        any |= is_reverted(&batch->runs[i]);
    if (!any)
        return;
    r = revert_database(&reverter, &err);
    vswitch_txn_free(reverter.txn);
    observed_done(&reverter.now);
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (!is_reverted(run))
            continue;
        if (r < 0)
            run_say_left(run, "its rows are left in the database: ", err.text);
        links_undo(batch, run);
        run->db_changed = r < 0;
    }
}
