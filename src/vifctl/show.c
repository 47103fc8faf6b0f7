/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl show and graph: draw VIFs, by the files that describe them or by their names on this host.
 * For SVG, Graphviz's program dot reads the text from a pipe and writes to our own standard output;
 * we only ever write, so we cannot wait for each other. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
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

/* ---- graph ---- */

/* A reader that ends early says so by how it ends. */
static void write_all(int fd, const char *text)
{
    size_t n = strlen(text);

    while (n) {
        ssize_t done = write(fd, text, n);

        if (done < 0 && errno != EINTR)
            return;
        if (done > 0) {
            text += done;
            n -= (size_t)done;
        }
    }
}

static int fail(int errnum, const char *words)
{
    struct vif_error err = {0};

    if (errnum)
        (void)error_sys(&err, VIF_ERROR_SYSTEM, errnum, "%s", words);
    complain(errnum ? err.text : words);
    return vif_error_kind_status(VIF_ERROR_SYSTEM);
}

static int print_svg(const char *dot)
{
    static char name[] = "dot", format[] = "-Tsvg";
    char *const words[] = {name, format, NULL};
    int fds[2], status = 0, r;
    pid_t pid = 0;

    if (pipe(fds) < 0)
        return fail(errno, "run dot: pipe");
    auto_close int input = fds[0];
    auto_close int output = fds[1];

    /* Nothing reads our own standard input any more; dot inherits the pipe in its place. */
    if (fcntl(output, F_SETFD, FD_CLOEXEC) < 0 || dup2(input, STDIN_FILENO) < 0)
        return fail(errno, "run dot: pipe");
    (void)fflush(stdout);
    r = posix_spawnp(&pid, name, NULL, NULL, words, environ);
    if (r == ENOENT)
        return fail(0, "run dot: not found: install Graphviz (package graphviz), or use "
                       "--format=dot");
    if (r)
        return fail(r, "run dot");
    (void)signal(SIGPIPE, SIG_IGN); /* only now: dot is to end by it */
    (void)close(take_fd(&input));
    (void)close(STDIN_FILENO);
    write_all(output, dot);
    (void)close(take_fd(&output));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
        return fail(0, "run dot: it failed, the picture is incomplete");
    return STATUS_OK;
}

static int print_graph(struct vif_report *drawing, const struct arguments *arguments)
{
    const char *text;

    if (arguments->format == GRAPH_JSON)
        return print_json(vif_report_json(drawing));
    text = vif_report_dot(drawing);
    if (!text)
        return print_json(NULL);
    if (arguments->format == GRAPH_SVG)
        return print_svg(text);
    (void)fputs(text, stdout);
    return STATUS_OK;
}

int verb_graph(const struct arguments *arguments)
{
    if (arguments->json && arguments->given & BIT(FORMAT) && arguments->format != GRAPH_JSON)
        return usage("--json needs --format=json, or none", "");
    return run_inspect(arguments, inspect_drawing, print_graph);
}
