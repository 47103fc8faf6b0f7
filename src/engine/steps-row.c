/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on rows of the database: what each adds to the transaction, and what undoes it.  Deleted
 * rows are made again from the copies that the commit took. */
#include <errno.h>
#include <string.h>

#include "engine/steps.h"

/* VLAN 4095 is reserved, so nothing else is on it: tag and trunk of a port that is not to be
 * reached yet. */
#define DEAD_VLAN 4095

/* ---- bridges ---- */

static void commit_bridge_add(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    const char *type = step->bridge->datapath_type;

    vswitch_txn_bridge_add(txn, owner, step->name, type[0] ? type : "system");
}

/* A bridge that others put a port on meanwhile stays. */
static int revert_bridge_add(struct rollback *rollback, struct job *job, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&rollback->now, step->name);

    if (bridge && bridge->counted &&
        bridge->n_ports <= 1 + vswitch_txn_ports_leaving(rollback->txn, step->name))
        vswitch_txn_bridge_delete(rollback->txn, job->index, bridge);
    return 0;
}

const struct step_type step_ovs_bridge_add = {
    .left = " is left behind",
    .commit = commit_bridge_add,
    .revert = revert_bridge_add,
};

static void commit_datapath(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_bridge_set_datapath(txn, owner, step->old_bridge, step->bridge->datapath_type);
}

static int revert_datapath(struct rollback *rollback, struct job *job, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&rollback->now, step->name);

    if (bridge)
        vswitch_txn_bridge_set_datapath(rollback->txn, job->index, bridge,
                                        step->old_bridge->datapath_type);
    return 0;
}

const struct step_type step_ovs_bridge_datapath = {
    .left = " is left changed",
    .commit = commit_datapath,
    .revert = revert_datapath,
};

static void commit_bridge_delete(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_bridge_delete(txn, owner, step->old_bridge);
}

const struct step_type step_ovs_bridge_delete = {
    .left = " is removed",
    .commit = commit_bridge_delete,
};

/* ---- ports ---- */

static void commit_port_add(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    const struct vif_wiring_port *port = step->port;
    struct vswitch_new_port row = {
        .name = port->name,
        .type = port->type,
        .external_ids = &port->ids,
        .options = &port->options,
        .mtu_request = port->mtu_request,
        .tag = port->isolate || port->dead_tag ? DEAD_VLAN : 0,
        .vlan_mode = port->isolate ? "trunk" : NULL,
        .trunk = port->isolate ? DEAD_VLAN : 0,
        .qos_type = port->qos_type[0] ? port->qos_type : NULL,
        .qos_id = port->qos_id,
        .qos_uuid = step->qos_uuid,
    };

    vswitch_txn_port_add(txn, owner, port->bridge, &row);
}

/* Whether the row was there before the transaction, which left it because of 'keep_qos'. */
static bool was_stale(const struct job *job, const char *uuid)
{
    FOR_EACH_STEP(step, job)
        if (step->kind == STEP_QOS_DELETE && strcmp(step->name, uuid) == 0)
            return true;
    return false;
}

/* The port as it was added, with the iface-id it was given or without one, and its QoS rows. */
static int revert_port_add(struct rollback *rollback, struct job *job, const struct step *step)
{
    const struct vswitch *db = &rollback->now;
    const struct vswitch_port *port = vswitch_find_port(db, step->name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, step->name);
    const char *mark = interface ? strmap_get(&interface->external_ids, "iface-id") : NULL;
    const char *given = strmap_get(&step->port->ids, "iface-id"), *id = step->port->qos_id;
    const struct vswitch_qos *qos;

    if (!port || !port->bridge[0] || !interface ||
        strcmp(mark ? mark : "", given ? given : "") != 0)
        return 0;
    vswitch_txn_port_delete(rollback->txn, job->index, port, interface, mark);
    qos = id[0] && !rollback->keep_qos ? vswitch_find_qos(db, id) : NULL;
    for (; qos && qos < db->qos + db->n_qos && strcmp(qos->id, id) == 0; qos++)
        if ((!step->qos_uuid || strcmp(step->qos_uuid, qos->uuid) != 0) &&
            !was_stale(job, qos->uuid))
            vswitch_txn_qos_delete(rollback->txn, job->index, qos->uuid, port);
    return 0;
}

const struct step_type step_port_add = {
    .left = " is left behind",
    .commit = commit_port_add,
    .revert = revert_port_add,
};

static void commit_port_move(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_port_move(txn, owner, step->old_port, step->old_interface, step->port->bridge);
}

/* A bridge that is to be made again comes before the ports that go back to it. */
static int revert_port_move(struct rollback *rollback, struct job *job, const struct step *step)
{
    const char *bridge = step->old_port->bridge;
    const struct vswitch_port *port = vswitch_find_port(&rollback->now, step->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&rollback->now, step->name);
    bool made_again = false;

    for (size_t i = 0; job->copies && vswitch_copies_bridge(job->copies, i); i++)
        made_again |= strcmp(vswitch_copies_bridge(job->copies, i), bridge) == 0;
    if (port && strcmp(port->bridge, bridge) == 0)
        return 0;
    if (port && port->bridge[0] && interface &&
        (made_again || vswitch_find_bridge(&rollback->now, bridge)))
        vswitch_txn_port_move(rollback->txn, job->index, port, interface, bridge);
    else
        job_note(job, step->name, " could not be put back: another program changed it meanwhile");
    return 0;
}

const struct step_type step_port_move = {
    .left = " is left changed",
    .commit = commit_port_move,
    .revert = revert_port_move,
};

static void commit_port_delete(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_port_delete(txn, owner, step->old_port, step->old_interface,
                            strmap_get(&step->old_interface->external_ids, "iface-id"));
}

const struct step_type step_port_delete = {
    .left = " is removed",
    .commit = commit_port_delete,
};

static void commit_qos_delete(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_qos_delete(txn, owner, step->name, step->old_port);
}

const struct step_type step_qos_delete = {.commit = commit_qos_delete};

/* ---- interfaces ---- */

static void commit_interface_set(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    vswitch_txn_interface_set(txn, owner, step->old_interface, &step->row_change);
}

/* What gives a map its old values: those of the keys in 'touched' that 'was' has are set, the
 * others go. */
static int restore_keys(const struct vif_map *touched, const struct vif_map *was,
                        struct vif_map *set, struct vif_map *drop)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < touched->n; i++) {
        const char *key = touched->entries[i].key;
        const char *old = strmap_get(was, key);

        r = old ? strmap_set(set, key, old) : strmap_set(drop, key, "");
    }
    return r;
}

static int revert_interface_set(struct rollback *rollback, struct job *job, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&rollback->now, step->name);
    const struct vswitch_interface_change *done = &step->row_change;
    struct vswitch_interface_change change = {
        .type = done->type ? was->type : NULL,
        .set_mtu_request = done->set_mtu_request,
        .mtu_request = was->mtu_request,
        .set_ofport_request = done->set_ofport_request,
        .ofport_request = was->ofport_request,
    };
    int r = restore_keys(&done->set_ids, &was->external_ids, &change.set_ids, &change.drop_ids);

    if (r == 0)
        r = restore_keys(&done->drop_ids, &was->external_ids, &change.set_ids, &change.drop_ids);
    if (r == 0)
        r = restore_keys(&done->set_options, &was->options, &change.set_options,
                         &change.drop_options);
    if (r == 0)
        r = restore_keys(&done->drop_options, &was->options, &change.set_options,
                         &change.drop_options);
    if (r == 0 && now)
        vswitch_txn_interface_set(rollback->txn, job->index, now, &change);
    vswitch_interface_change_done(&change);
    return r;
}

const struct step_type step_interface_set = {
    .left = " is left changed",
    .commit = commit_interface_set,
    .revert = revert_interface_set,
};

/* Withdraws the request for another OpenFlow port number, if that was as far as it got. */
static int revert_reopen(struct rollback *rollback, struct job *job, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&rollback->now, step->name);
    struct vswitch_interface_change change = {
        .any_owner = true,
        .set_ofport_request = true,
        .ofport_request = plan_is_reopen_request(was->ofport_request) ? 0 : was->ofport_request,
    };

    if (now && now->ofport_request != was->ofport_request &&
        plan_is_reopen_request(now->ofport_request))
        vswitch_txn_interface_set(rollback->txn, job->index, now, &change);
    return 0;
}

/* Asked for after the transaction; see reopen.c. */
const struct step_type step_port_reopen = {
    .left = " is left changed",
    .revert = revert_reopen,
};
