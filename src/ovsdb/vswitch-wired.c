/* SPDX-License-Identifier: Apache-2.0 */
/* What OVN and the ML2 agent write once they have wired a port, and waiting for it.  Stands on the
 * monitor of rows; settling stands on it. */
#include "ovsdb/vswitch-wired.h"

#include <string.h>

#include "ovsdb/value.h"

static bool is_installed(const json_t *row)
{
    const json_t *pairs = value_pairs(json_object_get(row, "external_ids"));

    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = value_pair_text(pair, 0), *value = value_pair_text(pair, 1);

        if (key && value && strcmp(key, "ovn-installed") == 0)
            return strcmp(value, "true") == 0;
    }
    return false;
}

static bool is_tagged(const json_t *row)
{
    const json_t *tag = value_set_item(json_object_get(row, "tag"), 0);

    return json_is_integer(tag) && json_integer_value(tag) != VSWITCH_DEAD_VLAN;
}

struct wiring_watch {
    enum vswitch_agent agent;
    const struct vswitch_wired_judge *judge;
    enum vswitch_wired *wired;
};

static bool take(void *data, size_t i, const json_t *row)
{
    const struct wiring_watch *watch = data;
    bool so = watch->agent == VSWITCH_OVN ? is_installed(row) : is_tagged(row);

    if (!row)
        watch->wired[i] = VSWITCH_PORT_GONE;
    else
        watch->wired[i] = so ? VSWITCH_WIRED : VSWITCH_NOT_WIRED;
    if (watch->judge)
        return watch->judge->is_so(watch->judge->data, i, watch->wired[i]);
    return watch->wired[i] != VSWITCH_NOT_WIRED;
}

int vswitch_wait_wired(struct ovsdb_client *client, enum vswitch_agent agent,
                       const char *const *names, size_t n, int64_t until,
                       const struct vswitch_wired_judge *judge, enum vswitch_wired *ret_wired,
                       struct vif_error *err)
{
    static const char *const columns[2][2] = {{"external_ids", NULL}, {"tag", NULL}};
    struct wiring_watch wiring = {agent, judge, ret_wired};
    const struct ovsdb_watch watch = {
        .table = agent == VSWITCH_OVN ? "Interface" : "Port",
        .columns = columns[agent],
        .names = names,
        .n = n,
        .is_so = take,
        .data = &wiring,
    };

    for (size_t i = 0; i < n; i++)
        ret_wired[i] = VSWITCH_NOT_WIRED;
    return ovsdb_client_watch_rows(client, &watch, until, err);
}
