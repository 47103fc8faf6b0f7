/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl show: draws VIFs, by the files that describe them or by their names on this host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

#define WIDTH_MIN 40 /* of a terminal whose width is believed */

static bool is_file(const char *operand)
{
    struct stat st;

    return strcmp(operand, "-") == 0 || stat(operand, &st) == 0;
}

int inspect_drawing(struct vif_host *host, const struct arguments *arguments,
                    struct vif_report **ret_report, struct vif_error *err)
{
    auto_batch struct vif_batch *batch = NULL;
    auto_free const char **ids = calloc((size_t)arguments->n_files + 1, sizeof *ids);
    struct vif_show_options options = {
        .size = sizeof options,
        .timeout_ms = arguments->call.timeout_ms,
    };
    size_t n = 0;
    int r = ids ? 0 : error_memory(err);

    for (int i = 0; r == 0 && i < arguments->n_files; i++) {
        const char *operand = arguments->files[i];

        if (!is_file(operand)) {
            ids[n++] = operand;
            options.ids = ids;
            continue;
        }
        if (!batch)
            r = vif_batch_new(&batch, err);
        if (r == 0)
            r = read_file(operand, batch, err);
    }
    return r < 0 ? r : vif_host_show(host, batch, &options, ret_report, err);
}

static int print_tree(struct vif_report *drawing, const struct arguments *arguments)
{
    unsigned flags = (plain_utf8() ? VIF_TREE_UTF8 : 0U) | (colour_wanted() ? VIF_TREE_COLOUR : 0U);
    size_t width = terminal_width(STDOUT_FILENO);
    const char *tree = vif_report_tree(drawing, flags, width < WIDTH_MIN ? 0 : width);

    (void)arguments;
    if (!tree)
        return print_json(NULL);
    (void)fputs(tree, stdout);
    return STATUS_OK;
}

int verb_show(const struct arguments *arguments)
{
    return run_inspect(arguments, inspect_drawing, print_tree);
}
