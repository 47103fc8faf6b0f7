/* SPDX-License-Identifier: Apache-2.0 */
/* The database steps of a batch as ONE transaction.  A VIF whose part is refused is taken out and the
 * rest is sent again; where the server does not say whose part it was, the batch is halved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ovsdb/vswitch-txn.h"
#include "wiring/run.h"

/* Tag and trunk of a port nobody may reach yet: VLAN 4095 is reserved, so nothing else is on it. */
#define DEAD_VLAN 4095

static void add_port(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    const struct wiring_port *port = step->port;
    struct vswitch_new_port row = {
        .name = port->name,
        .type = port->type,
        .external_ids = &port->ids,
        .options = &port->options,
        .mtu_request = port->mtu_request,
        .tag = port->isolate ? DEAD_VLAN : 0,
        .vlan_mode = port->isolate ? "trunk" : NULL,
        .trunk = port->isolate ? DEAD_VLAN : 0,
        .qos_type = port->qos_type[0] ? port->qos_type : NULL,
        .qos_id = port->qos_id,
        .qos_uuid = step->qos_uuid,
    };

    vswitch_txn_port_add(txn, owner, port->bridge, &row);
}

static void set_interface(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    struct vswitch_interface_change change = {
        .type = step->set_type ? step->port->type : NULL,
        .set_ids = &step->set_ids,
        .set_options = &step->set_options,
        .drop_options = &step->drop_options,
        .set_mtu_request = step->set_mtu_request,
        .mtu_request = step->port->mtu_request,
    };

    vswitch_txn_interface_set(txn, owner, step->old_interface, &change);
}

static void add_step(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    switch (step->kind) {
    case STEP_OVS_BRIDGE_ADD:
        vswitch_txn_bridge_add(txn, owner, step->name,
                               step->bridge->datapath_type[0] ? step->bridge->datapath_type
                                                              : "system");
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        vswitch_txn_bridge_set_datapath(txn, owner, step->old_bridge, step->bridge->datapath_type);
        break;
    case STEP_OVS_BRIDGE_DELETE:
        vswitch_txn_bridge_delete(txn, owner, step->old_bridge);
        break;
    case STEP_PORT_ADD:
        add_port(txn, owner, step);
        break;
    case STEP_PORT_MOVE:
        vswitch_txn_port_move(txn, owner, step->old_port, step->port->bridge);
        break;
    case STEP_PORT_DELETE:
        vswitch_txn_port_delete(txn, owner, step->old_port, step->old_interface,
                                strmap_get(&step->old_interface->external_ids, "iface-id"));
        break;
    case STEP_INTERFACE_SET:
        set_interface(txn, owner, step);
        break;
    case STEP_QOS_DELETE:
        vswitch_txn_qos_delete(txn, owner, step->name, step->old_port);
        break;
    case STEP_LINK_DELETE:
    case STEP_BRIDGE_CREATE:
    case STEP_SYSCTL:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
    case STEP_LINK_SET:
    case STEP_PORT_REOPEN:
        break;
    }
}

/* Bridges first: a port needs its bridge in the books, whoever of the batch makes it. */
static struct vswitch_txn *build(struct batch *batch, const size_t *members, size_t n)
{
    struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);

    for (int bridges = 1; txn && bridges >= 0; bridges--)
        for (size_t i = 0; i < n; i++) {
            const struct plan *plan = &batch->runs[members[i]].plan;

            for (size_t s = 0; s < plan->n; s++)
                if ((plan->steps[s].kind == STEP_OVS_BRIDGE_ADD) == bridges)
                    add_step(txn, members[i], &plan->steps[s]);
        }
    return txn;
}

char *commit_json(struct batch *batch)
{
    auto_free size_t *members = calloc(batch->n + 1, sizeof *members);
    auto_vswitch_txn struct vswitch_txn *txn = NULL;
    size_t n = 0;

    if (!members)
        return NULL;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->runs[i].state != RUN_FAILED)
            members[n++] = i;
    txn = build(batch, members, n);
    if (!txn || vswitch_txn_empty(txn))
        return NULL;
    return vswitch_txn_json(txn, false);
}

static void fail(struct batch *batch, const size_t *members, size_t n, const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct run *run = &batch->runs[members[i]];

        run->error = *err;
        run->state = RUN_FAILED;
        links_undo(batch, run);
    }
}

/* The answer did not come in time: what became of the transaction is not known, so nothing may be
 * undone that it could stand on. */
static void fail_unknown(struct batch *batch, const size_t *members, size_t n,
                         struct vif_error *err)
{
    (void)error_prefix(
        err, 0, "whether the database carried out the transaction is not known, do it again");
    for (size_t i = 0; i < n; i++) {
        batch->runs[members[i]].error = *err;
        batch->runs[members[i]].state = RUN_FAILED;
        batch->runs[members[i]].n_undo = 0;
    }
}

static void set_state(struct batch *batch, const size_t *members, size_t n, enum run_state state,
                      bool changed)
{
    for (size_t i = 0; i < n; i++) {
        struct run *run = &batch->runs[members[i]];

        run->state = state;
        run->changed |= changed;
        run->db_changed |= changed;
    }
}

/* Sends the transaction of these members once.  Returns true when the members (all but 'ret_refused',
 * unless that is VSWITCH_NO_OWNER) are dealt with; false when one of them is refused. */
static bool try_members(struct batch *batch, const size_t *members, size_t n, bool settle,
                        int64_t *ret_cfg, size_t *ret_refused, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = build(batch, members, n);
    struct vswitch_commit commit = {.outcome = VSWITCH_FAILED, .owner = VSWITCH_NO_OWNER};
    int r = txn ? vswitch_txn_commit(txn, batch->engine->db, settle, batch->until, &commit, err)
                : error_memory(err);

    switch (commit.outcome) {
    case VSWITCH_DONE:
        set_state(batch, members, n, RUN_DONE, true);
        if (settle)
            *ret_cfg = commit.next_cfg;
        return true;
    case VSWITCH_STALE:
    case VSWITCH_LOST:
        log_debug(batch->engine->log, "look again: %s", err->text);
        set_state(batch, members, n, RUN_PENDING, commit.outcome == VSWITCH_LOST);
        return true;
    case VSWITCH_FAILED:
        if (r == -ETIMEDOUT)
            fail_unknown(batch, members, n, err);
        else
            fail(batch, members, n, err);
        return true;
    case VSWITCH_REFUSED:
        break;
    }
    *ret_refused = n == 1 ? members[0] : commit.owner;
    return false;
}

static void send_members(struct batch *batch, size_t *members, size_t n, bool settle,
                         int64_t *ret_cfg)
{
    while (n) {
        struct vif_error err = {0};
        size_t refused, kept = 0;

        if (try_members(batch, members, n, settle, ret_cfg, &refused, &err))
            return;
        if (refused == VSWITCH_NO_OWNER) {
            send_members(batch, members, n / 2, settle, ret_cfg);
            members += n / 2;
            n -= n / 2;
            continue;
        }
        fail(batch, &refused, 1, &err);
        for (size_t i = 0; i < n; i++)
            if (members[i] != refused)
                members[kept++] = members[i];
        n = kept;
    }
}

void commit_apply(struct batch *batch, bool settle, int64_t *ret_cfg)
{
    auto_free size_t *members = calloc(batch->n + 1, sizeof *members);
    struct vif_error err = {0};
    size_t n = 0;

    *ret_cfg = 0;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->runs[i].state != RUN_APPLIED)
            continue;
        if (!members) {
            (void)error_memory(&err);
            fail(batch, &i, 1, &err);
        } else if (run_has_db_steps(&batch->runs[i])) {
            members[n++] = i;
        } else {
            batch->runs[i].state = RUN_DONE;
        }
    }
    if (n)
        send_members(batch, members, n, settle, ret_cfg);
}

int commit_bump(struct batch *batch, int64_t *ret_cfg, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);
    struct vswitch_commit commit;
    int r;

    if (!txn)
        return error_memory(err);
    r = vswitch_txn_commit(txn, batch->engine->db, true, batch->until, &commit, err);
    if (r == 0)
        *ret_cfg = commit.next_cfg;
    return r;
}
