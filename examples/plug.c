/* SPDX-License-Identifier: Apache-2.0 */
/* Plugs a tap of a guest into br-int with libvif, without a document, and unplugs it again:
 *
 *   cc -o plug plug.c $(pkg-config --cflags --libs libvif)
 *   plug plug|unplug UUID NAME MAC GUEST [OVSDB]
 */
#include <stdio.h>
#include <string.h>
#include <vif/vif.h>

int main(int argc, char **argv)
{
    struct vif_host_options host_options = {.size = sizeof host_options};
    struct vif_call_options options = {.size = sizeof options, .timeout_ms = 20000};
    struct vif_port port = {.size = sizeof port, .create_tap = 1};
    struct vif_host *host = NULL;
    struct vif_batch *batch = NULL;
    struct vif_report *report = NULL;
    struct vif_error err = {0};
    int r, status = 2;

    if (argc < 6) {
        (void)fprintf(stderr, "usage: plug plug|unplug UUID NAME MAC GUEST [OVSDB]\n");
        return status;
    }
    port.id = argv[2];
    port.name = argv[3];
    port.address = argv[4];
    port.instance = argv[5];
    host_options.ovsdb = argc > 6 ? argv[6] : NULL;
    r = vif_host_open(&host_options, &host, &err);
    if (r == 0)
        r = vif_batch_new(&batch, &err);
    if (r == 0)
        r = vif_batch_add_port(batch, &port, &err);
    if (r == 0 && strcmp(argv[1], "unplug") == 0)
        r = vif_host_unplug(host, batch, &options, &report, &err);
    else if (r == 0)
        r = vif_host_plug(host, batch, &options, &report, &err);
    if (r < 0) {
        (void)fprintf(stderr, "plug: %s\n", err.text);
        status = vif_error_kind_status(err.kind);
    } else {
        const struct vif_result *result = vif_report_result(report, 0);

        printf("%s: %s%s%s\n", result->name, vif_state_name(result->state),
               result->error ? ": " : "", result->error ? result->error->text : "");
        status = vif_report_status(report);
    }
    vif_report_free(report);
    vif_batch_free(batch);
    vif_host_close(host);
    return status;
}
