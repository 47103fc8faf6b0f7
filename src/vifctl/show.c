/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl show: draws VIFs, by the files that describe them or by their names on this host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "vifctl/colour.h"
#include "vifctl/plain.h"
#include "vifctl/vifctl.h"

#define WIDTH_MIN 40 /* of a terminal whose width is believed */

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_batch, struct vif_batch *, vif_batch_free);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_batch  __attribute__((cleanup(auto_batch_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

void complain_of(const struct vif_error *error)
{
    struct text text = {0};

    plain_add(&text, error->text, plain_utf8());
    if (error->kind == VIF_ERROR_NOT_FOUND)
        text_add(&text, ", and there is no such file");
    complain(text.failed || !text.data ? "out of memory" : text.data);
    text_done(&text);
}

static bool is_file(const char *operand)
{
    struct stat st;

    return strcmp(operand, "-") == 0 || stat(operand, &st) == 0;
}

/* The operands, sorted into two lists. */
struct operands {
    char **files;
    const char **ids; /* NULL-ended */
    int n_files, n_ids;
};

static bool sort_operands(const struct arguments *arguments, struct operands *ret)
{
    ret->files = calloc((size_t)arguments->n_files + 1, sizeof *ret->files);
    ret->ids = calloc((size_t)arguments->n_files + 1, sizeof *ret->ids);
    if (!ret->files || !ret->ids)
        return false;
    for (int i = 0; i < arguments->n_files; i++)
        if (is_file(arguments->files[i]))
            ret->files[ret->n_files++] = arguments->files[i];
        else
            ret->ids[ret->n_ids++] = arguments->files[i];
    return true;
}

static int draw(const struct arguments *arguments, const struct operands *operands,
                struct vif_report **ret_drawing, struct vif_error *err)
{
    auto_host struct vif_host *host = NULL;
    auto_batch struct vif_batch *batch = NULL;
    struct vif_show_options options = {
        .size = sizeof options,
        .timeout_ms = arguments->call.timeout_ms,
        .ids = operands->n_ids ? operands->ids : NULL,
    };
    int r = vif_host_open(&arguments->host, &host, err);

    if (r == 0 && operands->n_files)
        r = vif_batch_new(&batch, err);
    if (r == 0 && operands->n_files)
        r = read_files(operands->files, operands->n_files, batch, err) ? 0 : -1;
    if (r == 0)
        r = vif_host_show(host, batch, &options, ret_drawing, err);
    return r;
}

int make_drawing(const struct arguments *arguments, struct vif_report **ret_drawing)
{
    struct operands operands = {0};
    struct vif_error err = {0};
    int r = -1;

    if (sort_operands(arguments, &operands))
        r = draw(arguments, &operands, ret_drawing, &err);
    else
        (void)snprintf(err.text, sizeof err.text, "out of memory");
    free(operands.files);
    free(operands.ids);
    if (r == 0)
        return STATUS_OK;
    complain_of(&err);
    return err.kind ? vif_error_kind_status(err.kind) : 3;
}

int finish_drawing(struct vif_report *drawing, int status)
{
    const struct vif_error *error;

    for (size_t i = 0; (error = vif_report_error(drawing, i)); i++)
        complain_of(error);
    return status ? status : vif_report_status(drawing);
}

static size_t terminal_width(void)
{
    struct winsize size = {0};

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < WIDTH_MIN ? 0 : size.ws_col;
}

static int print_tree(struct vif_report *drawing)
{
    unsigned flags = (plain_utf8() ? VIF_TREE_UTF8 : 0U) | (colour_wanted() ? VIF_TREE_COLOUR : 0U);
    const char *tree = vif_report_tree(drawing, flags, terminal_width());

    if (!tree)
        return print_json(NULL);
    (void)fputs(tree, stdout);
    return STATUS_OK;
}

int verb_show(const struct arguments *arguments)
{
    auto_report struct vif_report *drawing = NULL;
    int status;

    status = make_drawing(arguments, &drawing);
    if (status != STATUS_OK)
        return status;
    return finish_drawing(drawing, arguments->json ? print_json(vif_report_json(drawing))
                                                   : print_tree(drawing));
}
