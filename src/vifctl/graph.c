/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl graph: a drawing for programs that make pictures.  The picture itself is made by Graphviz's
 * program dot, which gets the text through a pipe and writes to our own standard output, so that we
 * only ever write and cannot wait for each other. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_report __attribute__((cleanup(auto_report_fn)))

static int start_dot(int input, pid_t *ret_pid)
{
    static char name[] = "dot", format[] = "-Tsvg";
    char *const words[] = {name, format, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t pipe_signal;
    int r = posix_spawn_file_actions_init(&actions);

    if (r)
        return r;
    r = posix_spawnattr_init(&attributes);
    if (r) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return r;
    }
    /* It is to end by this signal as it would have without us, who ignore it. */
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!r)
        r = posix_spawnp(ret_pid, name, &actions, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return r;
}

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

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
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
    int fds[2], status, r;
    pid_t pid = 0;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return fail(errno, "run dot: pipe");
    auto_close int input = fds[0];
    auto_close int output = fds[1];

    (void)fflush(stdout);
    (void)signal(SIGPIPE, SIG_IGN);
    r = start_dot(input, &pid);
    if (r == ENOENT)
        return fail(0, "run dot: there is no such program: it is part of Graphviz (package "
                       "graphviz); --format=dot does without");
    if (r)
        return fail(r, "run dot");
    (void)close(take_fd(&input));
    write_all(output, dot);
    (void)close(take_fd(&output));
    status = wait_for(pid);
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
        return fail(0, "run dot: it failed, the picture is not whole");
    return STATUS_OK;
}

static int print_graph(enum graph_format format, struct vif_report *drawing)
{
    const char *dot;

    if (format == GRAPH_JSON)
        return print_json(vif_report_json(drawing));
    dot = vif_report_dot(drawing);
    if (!dot)
        return print_json(NULL);
    if (format == GRAPH_SVG)
        return print_svg(dot);
    (void)fputs(dot, stdout);
    return STATUS_OK;
}

int verb_graph(const struct arguments *arguments)
{
    auto_report struct vif_report *drawing = NULL;
    enum graph_format format = arguments->json ? GRAPH_JSON : arguments->format;
    int status;

    if (arguments->json && arguments->given & BIT(FORMAT) && arguments->format != GRAPH_JSON)
        return usage("--json needs --format=json, or none", "");
    status = make_drawing(arguments, &drawing);
    if (status != STATUS_OK)
        return status;
    return finish_drawing(drawing, print_graph(format, drawing));
}
