/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what a committed transaction did for VIFs that ovs-vswitchd then could not make, or that
 * did not become real in time: ports that were added go, what was changed gets its old value.  Looks at
 * the database anew, since others may have acted meanwhile, and is guarded like every transaction. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/text.h"
#include "ovsdb/vswitch-txn.h"
#include "wiring/run.h"

/* Attempts at a transaction that finds the database changed each time. */
#define ATTEMPTS 5

struct reverter {
    struct batch *batch;
    size_t first, n; /* the runs this attempt is about */
    int64_t until;
    bool keep_qos; /* a QoS row of ours is referred to by someone else */
    struct observed now;
    struct vswitch_txn *txn;
};

/* Rows that were changed by a transaction whose answer was lost cannot be told from others. */
static bool is_reverted(const struct batch *batch, const struct run *run)
{
    if (run->state != RUN_FAILED || run->answer_lost || !run->plan.n)
        return false;
    if (run->timed_out)
        return batch->undo_on_timeout && run->changed;
    return run->db_changed && run->error.kind == VIF_ERROR_SWITCH;
}

static void remove_qos(struct reverter *reverter, size_t owner, const struct step *step,
                       const struct vswitch_port *port)
{
    const struct vswitch *db = &reverter->now.db;
    const char *id = step->port->qos_id;
    const struct vswitch_qos *qos = id[0] && !reverter->keep_qos ? vswitch_find_qos(db, id) : NULL;

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

    if (!port || !port->bridge[0] || !interface || !mark || strcmp(mark, step->port->owner) != 0)
        return;
    vswitch_txn_port_delete(reverter->txn, owner, port, interface, mark);
    remove_qos(reverter, owner, step, port);
}

static void remove_bridge(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&reverter->now.db, step->name);

    /* Whoever came onto it meanwhile keeps it. */
    if (bridge && bridge->counted &&
        bridge->n_ports <= 1 + vswitch_txn_ports_leaving(reverter->txn, step->name))
        vswitch_txn_bridge_delete(reverter->txn, owner, bridge);
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

static int restore_interface(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&reverter->now.db, step->name);
    struct vif_map ids = {0}, drop_ids = {0}, options = {0}, drop_options = {0};
    struct vswitch_interface_change change = {
        .type = step->set_type ? was->type : NULL,
        .set_ids = &ids,
        .drop_ids = &drop_ids,
        .set_options = &options,
        .drop_options = &drop_options,
        .set_mtu_request = step->set_mtu_request,
        .mtu_request = was->mtu_request,
    };
    int r = restore_maps(step, &ids, &drop_ids, &options, &drop_options);

    if (r == 0 && now)
        vswitch_txn_interface_set(reverter->txn, owner, now, &change);
    strmap_done(&ids);
    strmap_done(&drop_ids);
    strmap_done(&options);
    strmap_done(&drop_options);
    return r;
}

static void move_back(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch *db = &reverter->now.db;
    const struct vswitch_port *port = vswitch_find_port(db, step->name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, step->name);

    if (port && port->bridge[0] && interface && vswitch_find_bridge(db, step->old_port->bridge))
        vswitch_txn_port_move(reverter->txn, owner, port, interface, step->old_port->bridge);
}

/* Takes back the asking for another OpenFlow port number, when there was no time to do so before. */
static void restore_ofport_request(struct reverter *reverter, size_t owner, const struct step *step)
{
    const struct vswitch_interface *was = step->old_interface;
    const struct vswitch_interface *now = vswitch_find_interface(&reverter->now.db, step->name);
    struct vswitch_interface_change change = {
        .set_ofport_request = true,
        .ofport_request = plan_is_reopen_request(was->ofport_request) ? 0 : was->ofport_request,
    };

    if (now && plan_is_reopen_request(now->ofport_request))
        vswitch_txn_interface_set(reverter->txn, owner, now, &change);
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
        move_back(reverter, owner, step);
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        if (vswitch_find_bridge(db, step->name))
            vswitch_txn_bridge_set_datapath(reverter->txn, owner,
                                            vswitch_find_bridge(db, step->name),
                                            step->old_bridge->datapath_type);
        break;
    case STEP_PORT_REOPEN:
        restore_ofport_request(reverter, owner, step);
        break;
    default: /* steps on links, and deletions, which are not brought back */
        break;
    }
    return 0;
}

static int observe_again(struct reverter *reverter, struct vif_error *err)
{
    struct batch *batch = reverter->batch;
    auto_free const struct vif_wiring **wirings = calloc(reverter->n, sizeof *wirings);
    auto_free const char **bridges = NULL;
    size_t n = 0, n_bridges = 0;
    int r;

    if (!wirings)
        return error_memory(err);
    for (size_t i = 0; i < reverter->n; i++)
        if (is_reverted(batch, &batch->runs[reverter->first + i]))
            wirings[n++] = batch->runs[reverter->first + i].wiring;
    r = observe(batch->engine, wirings, n, VIF_GOAL_PLUG, reverter->until, &reverter->now, err);
    if (r < 0)
        return r;
    bridges = calloc(reverter->now.db.n_bridges + 1, sizeof *bridges);
    if (!bridges)
        return error_memory(err);
    for (size_t i = 0; i < reverter->now.db.n_bridges; i++)
        bridges[n_bridges++] = reverter->now.db.bridges[i].name;
    return vswitch_locate(batch->engine->db, &reverter->now.db, bridges, n_bridges, reverter->until,
                          err);
}

/* The steps of all runs, newest first; bridges last, when it is known which ports leave them. */
static int build(struct reverter *reverter)
{
    for (int bridges = 0; bridges < 2; bridges++)
        for (size_t i = reverter->first; i < reverter->first + reverter->n; i++) {
            const struct run *run = &reverter->batch->runs[i];

            for (size_t s = run->plan.n; is_reverted(reverter->batch, run) && s > 0; s--) {
                const struct step *step = &run->plan.steps[s - 1];

                if ((step->kind == STEP_OVS_BRIDGE_ADD) == bridges &&
                    revert_step(reverter, i, step) < 0)
                    return -ENOMEM;
            }
        }
    return 0;
}

static int attempt(struct reverter *reverter, struct vswitch_commit *ret, struct vif_error *err)
{
    int r;

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED};
    r = observe_again(reverter, err);
    if (r < 0)
        return r;
    reverter->txn = vswitch_txn_new(&reverter->now.db);
    if (!reverter->txn || build(reverter) < 0)
        return error_memory(err);
    if (vswitch_txn_empty(reverter->txn))
        return 0;
    return vswitch_txn_commit(reverter->txn, reverter->batch->engine->db, false, reverter->until,
                              ret, err);
}

/* Takes back the rows of the runs from 'first' on, 'n' of them.  1 when all is taken back of a run of
 * its own but its QoS row, which someone else has come to refer to (ovn-controller takes any of type
 * linux-noop for its tunnels). */
static int revert_rows(struct batch *batch, size_t first, size_t n, int64_t until,
                       struct vif_error *err)
{
    bool keep_qos = false;
    int r = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct reverter reverter = {batch, first, n, until, keep_qos, {0}, NULL};
        struct vswitch_commit commit;

        r = attempt(&reverter, &commit, err);
        vswitch_txn_free(reverter.txn);
        observed_done(&reverter.now);
        if (commit.outcome == VSWITCH_REFUSED && commit.integrity && n == 1 && !keep_qos)
            keep_qos = true;
        else if (r == 0 || (commit.outcome != VSWITCH_STALE && commit.outcome != VSWITCH_LOST))
            break;
    }
    return r == 0 && keep_qos ? 1 : r;
}

/* What was taken away to make room is not brought back; a link says so itself. */
static void say_not_brought_back(struct run *run)
{
    for (size_t i = 0; i < run->plan.n; i++) {
        const struct step *step = &run->plan.steps[i];
        struct text words = {0};

        if (step->kind != STEP_PORT_DELETE && step->kind != STEP_OVS_BRIDGE_DELETE &&
            step->kind != STEP_QOS_DELETE && step->kind != STEP_RULES)
            continue;
        step_words(step, &words);
        run_say_left(run, "not taken back: ", words.data ? words.data : step->name);
        text_done(&words);
    }
}

/* Rows that stay keep their links: the next plug or unplug then finds a whole thing. */
static void end_revert(struct batch *batch, struct run *run, int r, const struct vif_error *err)
{
    if (r < 0) {
        run_say_left(run, "what was plugged of it is left: ", err->text);
        links_forget(run);
    } else if (run->timed_out) {
        run_say_left(run, "undone", "");
        say_not_brought_back(run);
    }
    if (r > 0)
        run_say_left(run, "its QoS row is left, another port refers to it", "");
    links_undo(batch, run);
    run->db_changed = run->timed_out = false;
}

/* For those that are left as they are. */
static void say_left(const struct batch *batch, struct run *run)
{
    if (run->state != RUN_FAILED)
        return;
    if (run->timed_out && batch->undo_on_timeout && run->answer_lost)
        run_say_left(run, "left as plugged, since what this call did of it is not all known", "");
    else if (run->timed_out)
        run_say_left(run, "left as plugged", "");
    else if (run->db_changed && run->answer_lost && run->n_undo)
        run_say_left(run, "what was plugged of it is left", "");
    else
        return;
    run->timed_out = false;
    links_forget(run);
}

void revert_failed(struct batch *batch)
{
    int64_t until = deadline_after(LIMIT_UNDO_MS);
    struct vif_error err = {0};
    size_t n = 0;
    int r = 0;

    if (until < batch->until)
        until = batch->until;
    for (size_t i = 0; i < batch->n; i++) {
        if (is_reverted(batch, &batch->runs[i]))
            n++;
        else
            say_left(batch, &batch->runs[i]);
    }
    if (n)
        r = revert_rows(batch, 0, batch->n, until, &err);
    for (size_t i = 0; i < batch->n; i++) {
        if (!is_reverted(batch, &batch->runs[i]))
            continue;
        if (n > 1 && r < 0) { /* one of them is in the way of the others */
            struct vif_error own = {0};

            end_revert(batch, &batch->runs[i], revert_rows(batch, i, 1, until, &own), &own);
        } else {
            end_revert(batch, &batch->runs[i], r, &err);
        }
    }
}
