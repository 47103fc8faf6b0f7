/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl host-info, schema and metrics: what the library and the daemon say about themselves,
 * which is a text as it is. */
#include <stdio.h>

#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_text, char *, vif_string_free);
#define auto_text __attribute__((cleanup(auto_text_fn)))

int verb_host_info(const struct arguments *arguments)
{
    auto_host struct vif_host *host = NULL;
    auto_text char *text = NULL;
    struct vif_error err = {0};
    struct vif_info_options options = {
        .size = sizeof options,
        .vif_types = arguments->vif_types,
        .versions = arguments->versions,
    };

    if (vif_host_open(&arguments->host, &host, &err) == 0)
        (void)vif_host_info(host, &options, &text, &err);
    return text ? print_json(text) : failed(&err);
}

/* The text ends with a line's end of its own. */
static int print_metrics(const char *metrics, bool json)
{
    struct text text = {0};
    int status;

    if (!json) {
        (void)fputs(metrics, stdout);
        return STATUS_OK;
    }
    text_add(&text, "{\"metrics\":");
    text_add_json(&text, metrics);
    text_add(&text, "}");
    status = print_json(text.failed ? NULL : text.data);
    text_done(&text);
    return status;
}

int verb_metrics(const struct arguments *arguments)
{
    struct vif_host_options options = arguments->host;
    auto_host struct vif_host *host = NULL;
    auto_text char *text = NULL;
    struct vif_error err = {0};

    if (!options.connect)
        options.connect = VIF_SOCKET;
    if (vif_host_open(&options, &host, &err) == 0)
        (void)vif_host_metrics(host, &text, &err);
    return text ? print_metrics(text, arguments->json) : failed(&err);
}

int verb_schema(const struct arguments *arguments)
{
    auto_text char *text = NULL;
    struct vif_error err = {0};

    (void)vif_schema(arguments->n_files > 0 ? arguments->files[0] : NULL, &text, &err);
    return text ? print_json(text) : failed(&err);
}
