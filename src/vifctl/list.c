/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl list: a table of the VIFs of this host. */
#include <stdio.h>

#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

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

static int print_table(struct vif_report *list, const struct arguments *arguments)
{
    struct row row = {
        .cells = {"ID", "TYPE", "INSTANCE", "BRIDGE", "PORT", "OFPORT", "STATE"},
        .error = "",
    };
    size_t widths[N_COLUMNS] = {0};
    const struct row head = row;
    bool utf8 = plain_utf8();

    (void)arguments;
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
    return STATUS_OK;
}

static int list(struct vif_host *host, const struct arguments *arguments,
                struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_list_options options = arguments->list;

    options.timeout_ms = arguments->call.timeout_ms;
    return vif_host_list(host, &options, ret_report, err);
}

int verb_list(const struct arguments *arguments)
{
    return run_inspect(arguments, list, print_table);
}
