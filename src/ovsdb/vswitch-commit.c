/* SPDX-License-Identifier: Apache-2.0 */
/* Sending the transaction that vswitch-txn.c built, and reading its outcome from the results. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "ovsdb/txn-internal.h"
#include "ovsdb/vswitch-txn.h"
#include "json/json-text.h"

/* All operations in their order. */
struct sheet {
    struct txn_list list;
    size_t n_guards; /* the first of them, each a "wait" */
};

static void sheet_done(struct sheet *sheet)
{
    txn_list_done(&sheet->list);
}
#define auto_sheet __attribute__((cleanup(sheet_done)))

/* Begins an operation of no single owner. */
static struct text *open_shared(struct sheet *sheet)
{
    return txn_list_open(&sheet->list, VSWITCH_NO_OWNER);
}

static void add_list(struct sheet *sheet, const struct txn_list *list)
{
    struct ovsdb_operations *all = &sheet->list.operations;
    size_t n = list->operations.n;

    if (list->operations.text.failed ||
        !array_grow(sheet->list.owners, all->n, sheet->list.room, n))
        all->text.failed = true;
    if (!n || all->text.failed)
        return;
    memcpy(sheet->list.owners + all->n, list->owners, n * sizeof *list->owners);
    value_write(&all->text, all->n ? ",%t" : "%t", &list->operations.text);
    all->n += n;
}

/* The end of a "mutate" of one row: references removed from a set, and inserted. */
static void write_mutations(struct text *out, const char *column, const struct txn_set *insert,
                            const struct txn_set *remove)
{
    value_write(out, ",'mutations':[");
    if (remove->n)
        value_write(out, "[%s,'delete',['set',[%t]]]", column, &remove->text);
    if (insert->n)
        value_write(out, remove->n ? ",[%s,'insert',['set',[%t]]]" : "[%s,'insert',['set',[%t]]]",
                    column, &insert->text);
    value_write(out, "]}");
}

void vswitch_txn_guard_cfg(struct vswitch_txn *txn)
{
    txn->guard_cfg = true;
}

static void add_guards(struct sheet *sheet, const struct vswitch_txn *txn)
{
    add_list(sheet, &txn->lists[TXN_GUARD]);
    if (txn->guard_cfg)
        value_write(open_shared(sheet), TXN_WAIT("Open_vSwitch", "", "'next_cfg'", "'next_cfg':%i"),
                    txn->vs->root_uuid, txn->vs->next_cfg);
    /* Ports are taken off only where they were seen: one guard for all that leave a bridge. */
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (txn->bridges[i].remove.n)
            value_write(
                open_shared(sheet),
                TXN_WAIT("Bridge", ",['ports','includes',['set',[%t]]]", "'name'", "'name':%s"),
                txn->bridges[i].uuid, &txn->bridges[i].remove.text, txn->bridges[i].name);
    sheet->n_guards = sheet->list.operations.n;
}

static void add_shared_rows(struct sheet *sheet, const struct vswitch_txn *txn)
{
    for (size_t i = 0; i < txn->n_bridges; i++) {
        const struct txn_bridge *bridge = &txn->bridges[i];
        struct text *out;

        if (!bridge->insert.n && !bridge->remove.n)
            continue;
        out = open_shared(sheet);
        value_write(out,
                    bridge->named[0]
                        ? "{'op':'mutate','table':'Bridge','where':[['_uuid','==',%n]]"
                        : "{'op':'mutate','table':'Bridge','where':[['_uuid','==',%u]]",
                    bridge->named[0] ? bridge->named : bridge->uuid);
        write_mutations(out, "ports", &bridge->insert, &bridge->remove);
    }
    if (txn->insert_bridges.n || txn->delete_bridges.n) {
        struct text *out = open_shared(sheet);

        value_write(out, "{'op':'mutate','table':'Open_vSwitch','where':[" TXN_ROW "]",
                    txn->vs->root_uuid);
        write_mutations(out, "bridges", &txn->insert_bridges, &txn->delete_bridges);
    }
}

/* False if out of memory. */
static bool assemble(const struct vswitch_txn *txn, bool settle, struct sheet *sheet)
{
    add_guards(sheet, txn);
    add_list(sheet, &txn->lists[TXN_INSERT]);
    add_list(sheet, &txn->lists[TXN_CHANGE]);
    add_shared_rows(sheet, txn);
    add_list(sheet, &txn->lists[TXN_DELETE]);
    if (settle) {
        value_write(open_shared(sheet),
                    "{'op':'mutate','table':'Open_vSwitch','where':[" TXN_ROW
                    "],'mutations':[['next_cfg','+=',1]]}",
                    txn->vs->root_uuid);
        value_write(open_shared(sheet),
                    "{'op':'select','table':'Open_vSwitch','where':[" TXN_ROW
                    "],'columns':['next_cfg']}",
                    txn->vs->root_uuid);
    }
    return !txn->failed && !sheet->list.operations.text.failed;
}

char *vswitch_txn_json(struct vswitch_txn *txn, bool settle)
{
    auto_sheet struct sheet sheet = {0};
    struct text text = {0};

    if (!assemble(txn, settle, &sheet))
        return NULL;
    value_write(&text, "[%t]", &sheet.list.operations.text);
    return text_take(&text);
}

/* The first error among the results, if any, decides the outcome. */
static int check_results(const struct sheet *sheet, const json_t *results,
                         struct vswitch_commit *ret, struct vif_error *err)
{
    size_t n = sheet->list.operations.n;

    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *error = json_string_value(json_object_get(result, "error"));
        const char *details = json_string_value(json_object_get(result, "details"));

        if (!error)
            continue;
        /* Unique indexes and references are checked at commit, behind all operations. */
        ret->integrity = i >= n && strcmp(error, "referential integrity violation") == 0;
        if ((i < sheet->n_guards && strcmp(error, "timed out") == 0) ||
            (i >= n && strcmp(error, "constraint violation") == 0 && details &&
             strstr(details, "index")))
            ret->outcome = VSWITCH_STALE;
        else
            ret->outcome = VSWITCH_REFUSED;
        ret->owner = i < n ? sheet->list.owners[i] : VSWITCH_NO_OWNER;
        return error_set(err, VIF_ERROR_OVSDB, "the database refuses the transaction: %s%s%s",
                         error, details ? ": " : "", details ? details : "");
    }
    if (json_array_size(results) < n) {
        ret->outcome = VSWITCH_UNKNOWN;
        return error_set(err, VIF_ERROR_OVSDB, "the reply has %zu results instead of %zu",
                         json_array_size(results), n);
    }
    ret->outcome = VSWITCH_DONE;
    return 0;
}

static int read_next_cfg(const struct sheet *sheet, const json_t *results, int64_t *ret,
                         struct vif_error *err)
{
    const json_t *rows =
        json_object_get(json_array_get(results, sheet->list.operations.n - 1), "rows");
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
    int r = ovsdb_client_transact(client, &sheet->list.operations, true, until, &results, err);
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
    r = check_results(sheet, results, ret, err);
    if (r == 0 && settle)
        r = read_next_cfg(sheet, results, &ret->next_cfg, err);
    return r;
}

int vswitch_txn_commit(struct vswitch_txn *txn, struct ovsdb_client *client, bool settle,
                       int64_t until, struct vswitch_commit *ret, struct vif_error *err)
{
    auto_sheet struct sheet sheet = {0};

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED, .owner = VSWITCH_NO_OWNER};
    if (!assemble(txn, settle, &sheet))
        return error_memory(err);
    return send(&sheet, client, settle, until, ret, err);
}
