/* SPDX-License-Identifier: Apache-2.0 */
/* Read-only transactions of "select" operations (RFC 7047 section 5.2.2).  Stands on the client and
 * on rows. */
#include "ovsdb/select.h"

#include <errno.h>
#include <stdarg.h>

#include "json/json-text.h"

void select_add(struct ovsdb_operations *operations, const struct rows *rows, const char *where,
                ...)
{
    struct text *out = &operations->text;
    va_list ap;

    value_write(out,
                operations->n++ ? ",{'op':'select','table':%s,'where':["
                                : "{'op':'select','table':%s,'where':[",
                rows->table->name);
    va_start(ap, where);
    value_vwrite(out, where, ap);
    va_end(ap);
    value_write(out, "],'columns':");
    rows_write_columns(out, rows, true);
    value_write(out, "}");
}

/* The first operation that failed, in the server's words. */
static int check_results(const json_t *results, size_t n, struct vif_error *err)
{
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *error = json_string_value(json_object_get(result, "error"));
        const char *details = json_string_value(json_object_get(result, "details"));

        if (error)
            return error_set(err, VIF_ERROR_OVSDB, "%s%s%s", error, details ? ": " : "",
                             details ? details : "");
    }
    if (json_array_size(results) != n)
        return error_set(err, VIF_ERROR_OVSDB, "the reply has %zu results instead of %zu",
                         json_array_size(results), n);
    return 0;
}

int select_run(struct ovsdb_client *client, const struct ovsdb_operations *operations,
               int64_t until, json_t **ret, struct vif_error *err)
{
    auto_json json_t *results = NULL;
    int r = ovsdb_client_transact(client, operations, false, until, &results, err);

    if (r == 0)
        r = check_results(results, operations->n, err);
    if (r == 0)
        *ret = take_ptr(results);
    return r;
}

int select_rows(struct ovsdb_client *client, struct ovsdb_operations *operations, int64_t until,
                struct rows *rows, struct vif_error *err)
{
    auto_json json_t *results = NULL;
    int r = select_run(client, operations, until, &results, err);

    return r < 0 ? r : select_fault(rows_parse(rows, json_array_get(results, 0)), err);
}

int select_fault(int r, struct vif_error *err)
{
    if (r == -ENOMEM)
        return error_memory(err);
    if (r == -EPROTO)
        (void)error_set(err, VIF_ERROR_OVSDB, "the reply does not match the schema");
    return r;
}
