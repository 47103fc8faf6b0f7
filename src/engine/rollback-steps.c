/* SPDX-License-Identifier: Apache-2.0 */
/* What takes back the database steps of a job: ports and bridges that were added go, what was changed
 * gets its old value, what was moved goes back, and what was deleted is made again from the copies the
 * commit took.  revert.c, which sends it, stands on it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "engine/rollback-rows.h"

/* ---- what is there now ---- */

/* All that the steps of the jobs have to do with. */
struct wanted {
    struct names bridges, ports, qos;
};

static void want_step(const struct step *step, struct wanted *wanted)
{
    if (STEP_IS_LINK(step->kind))
        return;
    if (step->bridge)
        names_add(&wanted->bridges, step->name);
    if (step->old_port)
        names_add(&wanted->bridges, step->old_port->bridge);
    if (!step->port)
        return;
    names_add(&wanted->bridges, step->port->bridge);
    names_add(&wanted->ports, step->port->name);
    names_add(&wanted->qos, step->port->qos_id);
}

static void want_copies(const struct vswitch_copies *copies, struct wanted *wanted)
{
    for (size_t i = 0; vswitch_copies_bridge(copies, i); i++)
        names_add(&wanted->bridges, vswitch_copies_bridge(copies, i));
    for (size_t i = 0; vswitch_copies_port(copies, i); i++)
        names_add(&wanted->ports, vswitch_copies_port(copies, i));
}

static size_t count_copies(const struct vswitch_copies *copies)
{
    size_t bridges = 0, ports = 0;

    while (vswitch_copies_bridge(copies, bridges))
        bridges++;
    while (vswitch_copies_port(copies, ports))
        ports++;
    return bridges + ports;
}

static const struct job *meant(const struct rollback *rollback, size_t i)
{
    const struct job *job = &rollback->batch->jobs[rollback->first + i];

    return rollback->is_meant(rollback->batch, job) ? job : NULL;
}

static size_t room_of(const struct rollback *rollback)
{
    size_t room = 1;

    for (size_t i = 0; i < rollback->n; i++) {
        const struct job *job = meant(rollback, i);

        if (job)
            room += 3 * job->plan.n + (job->copies ? count_copies(job->copies) : 0);
    }
    return room;
}

static int read_wanted(struct rollback *rollback, struct wanted *wanted, struct vif_error *err)
{
    struct ovsdb_client *db = rollback->batch->engine->db;
    int64_t until = rollback->until;
    struct vswitch_query query;
    int r;

    for (size_t i = 0; i < rollback->n; i++) {
        const struct job *job = meant(rollback, i);

        for (size_t s = 0; job && s < job->plan.n; s++)
            want_step(&job->plan.steps[s], wanted);
        if (job && job->copies)
            want_copies(job->copies, wanted);
    }
    names_unique(&wanted->bridges);
    names_unique(&wanted->ports);
    names_unique(&wanted->qos);
    query = (struct vswitch_query){
        .bridges = wanted->bridges.items,
        .n_bridges = wanted->bridges.n,
        .ports = wanted->ports.items,
        .n_ports = wanted->ports.n,
        .qos_ids = wanted->qos.items,
        .n_qos_ids = wanted->qos.n,
    };
    r = vswitch_read(db, &query, until, &rollback->now, err);
    if (r < 0)
        return r;
    return vswitch_locate(db, &rollback->now, wanted->bridges.items, wanted->bridges.n, until, err);
}

int rollback_observe(struct rollback *rollback, struct vif_error *err)
{
    size_t room = room_of(rollback);
    auto_free const char **bridges = calloc(room, sizeof *bridges);
    auto_free const char **ports = calloc(room, sizeof *ports);
    auto_free const char **qos = calloc(room, sizeof *qos);
    struct wanted wanted = {{bridges, 0}, {ports, 0}, {qos, 0}};

    if (!bridges || !ports || !qos)
        return error_memory(err);
    return read_wanted(rollback, &wanted, err);
}

/* ---- the steps ---- */

/* Whether the row was there before the transaction, which left it because of 'keep_qos'. */
static bool was_stale(const struct job *job, const char *uuid)
{
    for (size_t s = 0; s < job->plan.n; s++)
        if (job->plan.steps[s].kind == STEP_QOS_DELETE &&
            strcmp(job->plan.steps[s].name, uuid) == 0)
            return true;
    return false;
}

static void remove_qos(struct rollback *rollback, size_t owner, const struct step *step,
                       const struct vswitch_port *port)
{
    const struct job *job = &rollback->batch->jobs[owner];
    const struct vswitch *db = &rollback->now;
    const char *id = step->port->qos_id;
    const struct vswitch_qos *qos = id[0] && !rollback->keep_qos ? vswitch_find_qos(db, id) : NULL;

    for (; qos && qos < db->qos + db->n_qos && strcmp(qos->id, id) == 0; qos++)
        if ((!step->qos_uuid || strcmp(step->qos_uuid, qos->uuid) != 0) &&
            !was_stale(job, qos->uuid))
            vswitch_txn_qos_delete(rollback->txn, owner, qos->uuid, port);
}

/* The port as it was added: with the mark it was given, or without one. */
static void remove_port(struct rollback *rollback, size_t owner, const struct step *step)
{
    const struct vswitch_port *port = vswitch_find_port(&rollback->now, step->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&rollback->now, step->name);
    const char *mark = interface ? strmap_get(&interface->external_ids, "iface-id") : NULL;
    const char *given = strmap_get(&step->port->ids, "iface-id");

    if (!port || !port->bridge[0] || !interface ||
        strcmp(mark ? mark : "", given ? given : "") != 0)
        return;
    vswitch_txn_port_delete(rollback->txn, owner, port, interface, mark);
    remove_qos(rollback, owner, step, port);
}

static void remove_bridge(struct rollback *rollback, size_t owner, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&rollback->now, step->name);

    /* Whoever came onto it meanwhile keeps it. */
    if (bridge && bridge->counted &&
        bridge->n_ports <= 1 + vswitch_txn_ports_leaving(rollback->txn, step->name))
        vswitch_txn_bridge_delete(rollback->txn, owner, bridge);
}

/* What gives a map its old values: those of the keys in 'touched' that 'was' has are set, the others
 * go. */
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

static int restore_maps(const struct step *step, struct vif_map *ids, struct vif_map *drop_ids,
                        struct vif_map *options, struct vif_map *drop_options)
{
    const struct vswitch_interface *was = step->old_interface;
    int r = restore_keys(&step->set_ids, &was->external_ids, ids, drop_ids);

    if (r == 0)
        r = restore_keys(&step->drop_ids, &was->external_ids, ids, drop_ids);
    if (r == 0)
        r = restore_keys(&step->set_options, &was->options, options, drop_options);
    return r < 0 ? r : restore_keys(&step->drop_options, &was->options, options, drop_options);
}

static int restore_interface(struct rollback *rollback, size_t owner, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&rollback->now, step->name);
    struct vif_map ids = {0}, drop_ids = {0}, options = {0}, drop_options = {0};
    struct vswitch_interface_change change = {
        .type = step->set_type ? was->type : NULL,
        .set_ids = &ids,
        .drop_ids = &drop_ids,
        .set_options = &options,
        .drop_options = &drop_options,
        .set_mtu_request = step->set_mtu_request,
        .mtu_request = was->mtu_request,
        .set_ofport_request = step->clear_ofport_request,
        .ofport_request = was->ofport_request,
    };
    int r = restore_maps(step, &ids, &drop_ids, &options, &drop_options);

    if (r == 0 && now)
        vswitch_txn_interface_set(rollback->txn, owner, now, &change);
    strmap_done(&ids);
    strmap_done(&drop_ids);
    strmap_done(&options);
    strmap_done(&drop_options);
    return r;
}

/* Takes back the request for another OpenFlow port number, if that was as far as it got. */
static void end_reopening(struct rollback *rollback, size_t owner, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&rollback->now, step->name);
    struct vswitch_interface_change change = {
        .whoever = true,
        .set_ofport_request = true,
        .ofport_request = plan_is_reopen_request(was->ofport_request) ? 0 : was->ofport_request,
    };

    if (now && now->ofport_request != was->ofport_request &&
        plan_is_reopen_request(now->ofport_request))
        vswitch_txn_interface_set(rollback->txn, owner, now, &change);
}

/* A bridge that is to be made again comes before the ports that go back to it. */
static void move_back(struct rollback *rollback, size_t owner, const struct step *step)
{
    struct job *job = &rollback->batch->jobs[owner];
    const char *bridge = step->old_port->bridge;
    const struct vswitch_port *port = vswitch_find_port(&rollback->now, step->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&rollback->now, step->name);
    bool made_again = false;

    for (size_t i = 0; job->copies && vswitch_copies_bridge(job->copies, i); i++)
        made_again |= strcmp(vswitch_copies_bridge(job->copies, i), bridge) == 0;
    if (port && strcmp(port->bridge, bridge) == 0)
        return;
    if (port && port->bridge[0] && interface &&
        (made_again || vswitch_find_bridge(&rollback->now, bridge)))
        vswitch_txn_port_move(rollback->txn, owner, port, interface, bridge);
    else
        job_note(job, step->name, " could not be put back: someone else acted meanwhile");
}

static int rollback_step(struct rollback *rollback, size_t owner, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&rollback->now, step->name);

    switch (step->kind) {
    case STEP_PORT_ADD:
        remove_port(rollback, owner, step);
        break;
    case STEP_OVS_BRIDGE_ADD:
        remove_bridge(rollback, owner, step);
        break;
    case STEP_INTERFACE_SET:
        return restore_interface(rollback, owner, step);
    case STEP_PORT_MOVE:
        move_back(rollback, owner, step);
        break;
    case STEP_PORT_REOPEN:
        end_reopening(rollback, owner, step);
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        if (bridge)
            vswitch_txn_bridge_set_datapath(rollback->txn, owner, bridge,
                                            step->old_bridge->datapath_type);
        break;
    default: /* steps on links; deletions, which the copies take back */
        break;
    }
    return 0;
}

/* First what was deleted, then the steps of all jobs, newest first; bridges last, when it is known which
 * ports leave them. */
int rollback_build(struct rollback *rollback)
{
    for (size_t i = 0; i < rollback->n; i++) {
        struct job *job = &rollback->batch->jobs[rollback->first + i];
        const char *lost = NULL;

        if (meant(rollback, i) && job->copies)
            lost = vswitch_txn_restore(rollback->txn, rollback->first + i, job->copies);
        if (lost)
            job_note(job, lost, " could not be put back: its bridge is gone");
    }
    for (int bridges = 0; bridges < 2; bridges++)
        for (size_t i = 0; i < rollback->n; i++) {
            const struct job *job = meant(rollback, i);

            for (size_t s = job ? job->plan.n : 0; s > 0; s--) {
                const struct step *step = &job->plan.steps[s - 1];

                if ((step->kind == STEP_OVS_BRIDGE_ADD) == bridges &&
                    rollback_step(rollback, rollback->first + i, step) < 0)
                    return -ENOMEM;
            }
        }
    return 0;
}
