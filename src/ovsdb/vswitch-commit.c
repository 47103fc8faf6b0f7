/* SPDX-License-Identifier: Apache-2.0 */
/* Sending the transaction that vswitch-txn.c built, and reading from the results whose operation was
 * refused, or that the database is not what it was when it was looked at. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/txn-internal.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-txn.h"
#include "json/json-text.h"

/* All operations in their order, with the owner of each. */
struct sheet {
    json_t *operations;
    size_t *owners;
    size_t n;
};

static void sheet_done(struct sheet *sheet)
{
    json_decref(sheet->operations);
    free(sheet->owners);
}

static bool put(struct sheet *sheet, size_t owner, json_t *operation)
{
    size_t *owners = reallocarray(sheet->owners, sheet->n + 1, sizeof *owners);

    sheet->operations = value_append(sheet->operations, operation);
    if (owners)
        sheet->owners = owners;
    if (!owners || !sheet->operations)
        return false;
    owners[sheet->n++] = owner;
    return true;
}

static bool put_list(struct sheet *sheet, const struct txn_operations *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!put(sheet, list->owners[i], json_incref(json_array_get(list->operations, i))))
            return false;
    return true;
}

/* {"op":"mutate", "mutations":[[column, "insert"|"delete", set]...]} of one row. */
static json_t *mutate_set(json_t *operation, const char *column, json_t *insert, json_t *remove)
{
    json_t *mutations = json_array();

    if (remove)
        mutations =
            value_append(mutations, value_clause(column, "delete", value_set(json_incref(remove))));
    if (insert)
        mutations =
            value_append(mutations, value_clause(column, "insert", value_set(json_incref(insert))));
    return value_member(operation, "mutations", mutations);
}

/* Ports are taken off only where they were seen: one guard for all that leave this bridge. */
static bool put_bridge_guard(struct sheet *sheet, const struct txn_bridge *bridge)
{
    json_t *operation;

    if (!bridge->remove)
        return true;
    operation = value_op("wait", "Bridge", value_clause("_uuid", "==", value_uuid(bridge->uuid)));
    operation = value_and(
        operation, value_clause("ports", "includes", value_set(json_incref(bridge->remove))));
    operation = value_member(operation, "timeout", json_integer(0));
    operation = value_member(operation, "columns", value_append(json_array(), json_string("name")));
    operation = value_member(operation, "until", json_string("=="));
    operation = value_member(
        operation, "rows",
        value_append(json_array(), value_member(json_object(), "name", json_string(bridge->name))));
    return put(sheet, VSWITCH_NO_OWNER, operation);
}

static bool put_bridge(struct sheet *sheet, const struct txn_bridge *bridge)
{
    json_t *reference;

    if (!bridge->insert && !bridge->remove)
        return true;
    reference = bridge->named[0] ? value_named_uuid(bridge->named) : value_uuid(bridge->uuid);
    return put(sheet, VSWITCH_NO_OWNER,
               mutate_set(value_op("mutate", "Bridge", value_clause("_uuid", "==", reference)),
                          "ports", bridge->insert, bridge->remove));
}

static json_t *root_op(const char *op, const struct vswitch_txn *txn)
{
    return value_op(op, "Open_vSwitch",
                    value_clause("_uuid", "==", value_uuid(txn->vs->root_uuid)));
}

void vswitch_txn_guard_cfg(struct vswitch_txn *txn)
{
    txn->guard_cfg = true;
}

static bool put_cfg_guard(struct sheet *sheet, const struct vswitch_txn *txn)
{
    json_t *row = value_member(json_object(), "next_cfg", json_integer(txn->vs->next_cfg));
    json_t *operation = value_member(root_op("wait", txn), "timeout", json_integer(0));

    operation =
        value_member(operation, "columns", value_append(json_array(), json_string("next_cfg")));
    operation = value_member(operation, "until", json_string("=="));
    return put(sheet, VSWITCH_NO_OWNER,
               value_member(operation, "rows", value_append(json_array(), row)));
}

static bool put_settle(struct sheet *sheet, const struct vswitch_txn *txn)
{
    json_t *raise = value_clause("next_cfg", "+=", json_integer(1));
    json_t *mutate =
        value_member(root_op("mutate", txn), "mutations", value_append(json_array(), raise));
    json_t *select = value_member(root_op("select", txn), "columns",
                                  value_append(json_array(), json_string("next_cfg")));
    bool first = put(sheet, VSWITCH_NO_OWNER, mutate);

    if (!first) {
        json_decref(select);
        return false;
    }
    return put(sheet, VSWITCH_NO_OWNER, select);
}

/* False when memory is gone. */
static bool assemble(const struct vswitch_txn *txn, bool settle, struct sheet *sheet)
{
    sheet->operations = json_array();
    if (txn->failed || !put_list(sheet, &txn->lists[TXN_GUARD]))
        return false;
    if (txn->guard_cfg && !put_cfg_guard(sheet, txn))
        return false;
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (!put_bridge_guard(sheet, &txn->bridges[i]))
            return false;
    if (!put_list(sheet, &txn->lists[TXN_INSERT]) || !put_list(sheet, &txn->lists[TXN_CHANGE]))
        return false;
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (!put_bridge(sheet, &txn->bridges[i]))
            return false;
    if (txn->insert_bridges || txn->delete_bridges)
        if (!put(sheet, VSWITCH_NO_OWNER,
                 mutate_set(root_op("mutate", txn), "bridges", txn->insert_bridges,
                            txn->delete_bridges)))
            return false;
    if (!put_list(sheet, &txn->lists[TXN_DELETE]))
        return false;
    return !settle || put_settle(sheet, txn);
}

char *vswitch_txn_json(struct vswitch_txn *txn, bool settle)
{
    struct sheet sheet = {0};
    char *text = NULL;

    if (assemble(txn, settle, &sheet))
        text = json_dumps(sheet.operations, JSON_COMPACT);
    sheet_done(&sheet);
    return text;
}

static bool is_wait(const struct sheet *sheet, size_t i)
{
    const char *op = json_string_value(json_object_get(json_array_get(sheet->operations, i), "op"));

    return op && strcmp(op, "wait") == 0;
}

/* The first error among the results, if any, decides what became of the whole. */
static int judge(const struct sheet *sheet, const json_t *results, struct vswitch_commit *ret,
                 struct vif_error *err)
{
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *error = json_string_value(json_object_get(result, "error"));
        const char *details = json_string_value(json_object_get(result, "details"));

        if (!error)
            continue;
        /* Unique indexes and references are checked at commit, behind all operations. */
        ret->integrity = i >= sheet->n && strcmp(error, "referential integrity violation") == 0;
        if ((i < sheet->n && is_wait(sheet, i) && strcmp(error, "timed out") == 0) ||
            (i >= sheet->n && strcmp(error, "constraint violation") == 0 && details &&
             strstr(details, "index")))
            ret->outcome = VSWITCH_STALE;
        else
            ret->outcome = VSWITCH_REFUSED;
        ret->owner = i < sheet->n ? sheet->owners[i] : VSWITCH_NO_OWNER;
        return error_set(err, VIF_ERROR_OVSDB, "the database refuses the transaction: %s%s%s",
                         error, details ? ": " : "", details ? details : "");
    }
    if (json_array_size(results) < sheet->n) {
        ret->outcome = VSWITCH_UNKNOWN;
        return error_set(err, VIF_ERROR_OVSDB, "the answer has %zu results instead of %zu",
                         json_array_size(results), sheet->n);
    }
    ret->outcome = VSWITCH_DONE;
    return 0;
}

static int read_next_cfg(const struct sheet *sheet, const json_t *results, int64_t *ret,
                         struct vif_error *err)
{
    const json_t *rows = json_object_get(json_array_get(results, sheet->n - 1), "rows");
    const json_t *value = json_object_get(json_array_get(rows, 0), "next_cfg");

    if (!json_is_integer(value))
        return error_set(err, VIF_ERROR_OVSDB, "the Open_vSwitch row is gone");
    *ret = json_integer_value(value);
    return 0;
}

static int send(const struct sheet *sheet, struct ovsdb_client *client, bool settle, int64_t until,
                struct vswitch_commit *ret, struct vif_error *err)
{
    auto_json json_t *results = NULL;
    uint64_t before = ovsdb_client_counts(client)->writes;
    int r = ovsdb_client_transact(client, sheet->operations, true, until, &results, err);
    bool sent = ovsdb_client_counts(client)->writes != before;

    if (r == -EREMOTEIO)
        ret->outcome = VSWITCH_REFUSED;
    else if (r == -ECONNRESET && sent)
        ret->outcome = VSWITCH_LOST;
    else if (r < 0 && sent)
        ret->outcome = VSWITCH_UNKNOWN;
    ret->whole = r == -EREMOTEIO;
    if (r < 0)
        return r;
    r = judge(sheet, results, ret, err);
    if (r == 0 && settle)
        r = read_next_cfg(sheet, results, &ret->next_cfg, err);
    return r;
}

int vswitch_txn_commit(struct vswitch_txn *txn, struct ovsdb_client *client, bool settle,
                       int64_t until, struct vswitch_commit *ret, struct vif_error *err)
{
    struct sheet sheet = {0};
    int r;

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED, .owner = VSWITCH_NO_OWNER};
    r = assemble(txn, settle, &sheet) ? send(&sheet, client, settle, until, ret, err)
                                      : error_memory(err);
    sheet_done(&sheet);
    return r;
}
