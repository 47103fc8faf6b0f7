/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl list: a table of the VIFs of this host. */
#include <stdio.h>

#include "base/cleanup.h"
#include "vifctl/plain.h"
#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

/* The last column is as wide as what is in it. */
enum { ID, TYPE, INSTANCE, BRIDGE, PORT, OFPORT, STATE, N_COLUMNS };

struct row {
    const char *cells[N_COLUMNS];
    const char *error; /* behind the last one */
    char ofport[24];
};

static void fill_row(const struct vif_status *vif, struct row *row)
{
    const char *cells[N_COLUMNS] = {
        [ID] = vif->id,
        [TYPE] = vif->type,
        [INSTANCE] = vif->instance,
        [BRIDGE] = vif->bridge,
        [PORT] = vif->port,
        [OFPORT] = row->ofport,
        [STATE] = vif_state_name(vif->state),
    };

    if (!cells[PORT][0])
        cells[PORT] = vif->device;
    (void)snprintf(row->ofport, sizeof row->ofport, "%lld", (long long)vif->ofport);
    if (!vif->ofport)
        row->ofport[0] = '\0';
    for (int i = 0; i < N_COLUMNS; i++)
        row->cells[i] = cells[i][0] ? cells[i] : "-";
    /* That the device is not there, is what the state says. */
    row->error = vif->state == VIF_STATE_FAILED ? vif->error : "";
}

static void widen(const struct row *row, bool utf8, size_t widths[N_COLUMNS])
{
    for (int i = 0; i < N_COLUMNS; i++) {
        size_t columns = plain_columns(row->cells[i], utf8);

        if (columns > widths[i])
            widths[i] = columns;
    }
}

static void print_row(const struct row *row, bool utf8, const size_t widths[N_COLUMNS])
{
    for (int i = 0; i < N_COLUMNS; i++)
        plain_print(row->cells[i], utf8, i < STATE ? widths[i] + 2 : 0);
    if (row->error[0])
        (void)fputs(": ", stdout);
    plain_print(row->error, utf8, 0);
    puts("");
}

static void print_table(const struct vif_report *list)
{
    struct row row = {
        .cells = {"ID", "TYPE", "INSTANCE", "BRIDGE", "PORT", "OFPORT", "STATE"},
        .error = "",
    };
    size_t widths[N_COLUMNS] = {0};
    const struct row head = row;
    bool utf8 = plain_utf8();

    widen(&head, utf8, widths);
    for (size_t i = 0; i < vif_report_count(list); i++) {
        fill_row(vif_report_vif(list, i), &row);
        widen(&row, utf8, widths);
    }
    print_row(&head, utf8, widths);
    for (size_t i = 0; i < vif_report_count(list); i++) {
        fill_row(vif_report_vif(list, i), &row);
        print_row(&row, utf8, widths);
    }
}

int verb_list(const struct arguments *arguments)
{
    auto_host struct vif_host *host = NULL;
    auto_report struct vif_report *list = NULL;
    struct vif_list_options options = arguments->list;
    struct vif_error err = {0};
    int r;

    options.timeout_ms = arguments->call.timeout_ms;
    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0)
        r = vif_host_list(host, &options, &list, &err);
    if (r < 0)
        return failed(&err);
    if (arguments->json)
        return print_json(vif_report_json(list));
    print_table(list);
    return STATUS_OK;
}
