/* SPDX-License-Identifier: Apache-2.0 */
/* Read-only transactions of "select" operations (RFC 7047 section 5.2.2): what those who read rows have
 * in common.  Stands on the client and on the notation of values. */
#include "ovsdb/select.h"

#include <errno.h>

#include "ovsdb/value.h"
#include "json/json-text.h"

json_t *select_columns(json_t *operation, const char *const *columns)
{
    json_t *names = json_array();

    for (size_t i = 0; columns[i]; i++)
        names = value_append(names, json_string(columns[i]));
    return value_member(operation, "columns", names);
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
        return error_set(err, VIF_ERROR_OVSDB, "the answer has %zu results instead of %zu",
                         json_array_size(results), n);
    return 0;
}

int select_run(struct ovsdb_client *client, json_t *operations, int64_t until, json_t **ret,
               struct vif_error *err)
{
    auto_json json_t *results = NULL;
    int r;

    if (!operations)
        return error_memory(err);
    r = ovsdb_client_transact(client, operations, false, until, &results, err);
    if (r < 0)
        return r;
    r = check_results(results, json_array_size(operations), err);
    if (r < 0)
        return r;
    *ret = take_ptr(results);
    return 0;
}

int select_fault(int r, struct vif_error *err)
{
    if (r == -ENOMEM)
        return error_memory(err);
    if (r == -EPROTO)
        (void)error_set(err, VIF_ERROR_OVSDB, "an answer is not of the schema's form");
    return r;
}
