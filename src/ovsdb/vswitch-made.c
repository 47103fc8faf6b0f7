/* SPDX-License-Identifier: Apache-2.0 */
/* What ovs-vswitchd made of interfaces known by their names: asked for once it is done.  The wiring's
 * settle stands on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select-named.h"
#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch.h"
#include "json/json-text.h"

static const char *const status_columns[] = {"name", "ofport", "error", NULL};

static int take_status(const json_t *row, struct vswitch_status *status)
{
    const json_t *error = value_set_item(json_object_get(row, "error"), 0);

    status->exists = true;
    if (!value_read_optional(json_object_get(row, "ofport"), 0, &status->ofport))
        return -EPROTO;
    if (json_is_string(error))
        (void)snprintf(status->error, sizeof status->error, "%s", json_string_value(error));
    return 0;
}

struct named_status {
    const char *name;
    struct vswitch_status *status;
};

static int by_status_name(const void *a, const void *b)
{
    const struct named_status *left = a, *right = b;

    return strcmp(left->name, right->name);
}

/* The rows of all came at once, and perhaps others.  The names are distinct. */
static int take_status_of_all(const json_t *result, const char *const *names, size_t n,
                              struct vswitch_status *status)
{
    auto_free struct named_status *wanted = reallocarray(NULL, n, sizeof *wanted);
    const json_t *rows = json_object_get(result, "rows");

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        wanted[i] = (struct named_status){names[i], &status[i]};
    qsort(wanted, n, sizeof *wanted, by_status_name);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct named_status key = {json_string_value(json_object_get(row, "name")), NULL};
        struct named_status *found =
            key.name ? bsearch(&key, wanted, n, sizeof *wanted, by_status_name) : NULL;
        int r = found ? take_status(row, found->status) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

static int read_many(struct ovsdb_client *client, const char *const *names, size_t n, int64_t until,
                     struct vswitch_status *status, struct vif_error *err)
{
    const struct named_rows wanted = {"Interface", status_columns, names, n};
    auto_json json_t *results = NULL;
    int r = select_named(client, &wanted, 1, until, &results, err);

    if (r < 0)
        return r;
    return select_fault(take_status_of_all(json_array_get(results, 0), names, n, status), err);
}

int vswitch_read_status(struct ovsdb_client *client, const char *const *names, size_t n,
                        int64_t until, struct vswitch_status *status, struct vif_error *err)
{
    auto_json json_t *operations = json_array();
    auto_json json_t *results = NULL;
    int r;

    memset(status, 0, n * sizeof *status);
    if (n >= SELECT_NAMED_FROM)
        return read_many(client, names, n, until, status, err);
    for (size_t i = 0; i < n; i++)
        operations = select_by_name(operations, "Interface", names[i], status_columns);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(json_object_get(json_array_get(results, i), "rows"), 0);

        r = row ? take_status(row, &status[i]) : 0;
        if (r < 0)
            return select_fault(r, err);
    }
    return 0;
}
