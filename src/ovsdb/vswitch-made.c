/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ofport and error of interfaces by name. */
#include <string.h>

#include "ovsdb/select-named.h"
#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

static int read_few(struct ovsdb_client *client, const struct named_rows *wanted, int64_t until,
                    struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    int r;

    for (size_t i = 0; i < wanted->n; i++)
        select_add(&operations, wanted->rows, "['name','==',%s]", wanted->names[i]);
    r = select_run(client, &operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < wanted->n; i++)
        r = rows_parse(wanted->rows, json_array_get(results, i));
    return select_fault(r, err);
}

int vswitch_read_status(struct ovsdb_client *client, const char *const *names, size_t n,
                        int64_t until, struct vswitch_status *status, struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_interface_table, .reads = READ_RESULT};
    const struct named_rows wanted = {&rows, names, n};
    auto_index struct row_index index = {0};
    int r = n >= SELECT_NAMED_FROM ? select_named(client, &wanted, 1, until, err)
                                   : read_few(client, &wanted, until, err);

    memset(status, 0, n * sizeof *status);
    if (r < 0)
        return r;
    r = row_index_by_text(&index, rows.items, rows.n, rows.table->size,
                          offsetof(struct vswitch_interface, name));
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct vswitch_interface *row = row_index_find(&index, names[i]);

        if (!row)
            continue;
        status[i].exists = true;
        status[i].ofport = row->ofport;
        if (row->error)
            text_copy(status[i].error, sizeof status[i].error, row->error);
    }
    return select_fault(r, err);
}
