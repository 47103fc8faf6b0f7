/* SPDX-License-Identifier: Apache-2.0 */
/* Finding plugins: those that come with libvif, and shared objects of a configured directory.  A
 * file is loaded into a process that runs as root, so it must be one that only root can change. */
#include "plugin/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct vif_plugin *const built_in[] = {
    &plugin_linux_bridge,
    &plugin_noop,
    &plugin_ovs,
};

#define N_BUILT_IN (sizeof built_in / sizeof built_in[0])

struct loaded {
    void *handle;
    int fd; /* stays open: dlopen() knows a file by its name, and ours is made of this number */
    const struct vif_plugin *plugin;
};

struct plugin_registry {
    const struct plugin_options *options;
    struct loaded *loaded;
    size_t n;
};

int plugin_registry_new(const struct plugin_options *options, struct plugin_registry **ret,
                        struct vif_error *err)
{
    struct plugin_registry *registry = calloc(1, sizeof *registry);

    if (!registry)
        return error_memory(err);
    registry->options = options;
    *ret = registry;
    return 0;
}

void plugin_registry_free(struct plugin_registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->n; i++) {
        (void)dlclose(registry->loaded[i].handle);
        (void)close(registry->loaded[i].fd);
    }
    free(registry->loaded);
    free(registry);
}

/* A name becomes part of a path. */
static bool may_be_file(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return n > 0 && n < 64 && !name[n];
}

static int check_owner(int fd, mode_t kind, const char *path, struct vif_error *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_sys(err, VIF_ERROR_CONFIG, errno, "%s", path);
    if ((st.st_mode & S_IFMT) != kind)
        return error_set(err, VIF_ERROR_CONFIG, "%s: not a regular file", path);
    if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return error_set(
            err, VIF_ERROR_CONFIG,
            "%s: not loaded, because users other than root can change it (owner %u, mode %04o)",
            path, (unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
    return 0;
}

/* Opens and checks the file; dlopen() gets this descriptor, so that no other file can take its
 * place. */
static int open_file(const char *directory, const char *name, char *path, size_t size, int *ret_fd,
                     struct vif_error *err)
{
    auto_close int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto_close int fd = -1;
    int r;

    (void)snprintf(path, size, "%s/%s.so", directory, name);
    if (dir >= 0)
        fd = openat(dir, strrchr(path, '/') + 1, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return -ENOENT;
    if (fd < 0)
        return error_sys(err, VIF_ERROR_CONFIG, errno, "%s", path);
    r = check_owner(dir, S_IFDIR, directory, err);
    if (r == 0)
        r = check_owner(fd, S_IFREG, path, err);
    if (r == 0)
        *ret_fd = take_fd(&fd);
    return r;
}

static int check_plugin(const struct vif_plugin *plugin, const char *name, const char *path,
                        struct vif_error *err)
{
    if (!plugin)
        return error_set(err, VIF_ERROR_CONFIG, "%s: has no symbol %s: not a plugin", path,
                         VIF_PLUGIN_SYMBOL);
    if (plugin->interface != VIF_PLUGIN_INTERFACE)
        return error_set(err, VIF_ERROR_CONFIG,
                         "%s: is of plugin interface %u; this program has interface %u", path,
                         plugin->interface, VIF_PLUGIN_INTERFACE);
    if (!plugin->name || strcmp(plugin->name, name) != 0 || !plugin->types || !plugin->describe)
        return error_set(err, VIF_ERROR_CONFIG, "%s: is not the plugin named '%s'", path, name);
    return 0;
}

/* The words of dlerror() without the name we gave the file. */
static int open_error(const char *path, const char *by_fd, struct vif_error *err)
{
    const char *words = dlerror();
    size_t n = strlen(by_fd);

    if (!words)
        words = "cannot be loaded";
    if (strncmp(words, by_fd, n) == 0 && strncmp(words + n, ": ", 2) == 0)
        words += n + 2;
    return error_set(err, VIF_ERROR_CONFIG, "%s: %s", path, words);
}

static int load(struct plugin_registry *registry, const char *name,
                const struct vif_plugin **ret_plugin, struct vif_error *err)
{
    char path[DIRECTORY_MAX + 80], by_fd[64];
    const struct vif_plugin *plugin;
    struct loaded *bigger;
    auto_close int fd = -1;
    void *handle;
    int r = open_file(registry->options->directory, name, path, sizeof path, &fd, err);

    if (r < 0)
        return r;
    bigger = reallocarray(registry->loaded, registry->n + 1, sizeof *bigger);
    if (!bigger)
        return error_memory(err);
    registry->loaded = bigger;
    (void)snprintf(by_fd, sizeof by_fd, "/proc/self/fd/%d", fd);
    handle = dlopen(by_fd, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return open_error(path, by_fd, err);
    plugin = dlsym(handle, VIF_PLUGIN_SYMBOL);
    r = check_plugin(plugin, name, path, err);
    if (r < 0) {
        (void)dlclose(handle);
        return r;
    }
    bigger[registry->n++] = (struct loaded){handle, take_fd(&fd), plugin};
    *ret_plugin = plugin;
    return 0;
}

int plugin_find(struct plugin_registry *registry, const char *name,
                const struct vif_plugin **ret_plugin, struct vif_error *err)
{
    int r = -ENOENT;

    for (size_t i = 0; i < N_BUILT_IN; i++)
        if (strcmp(built_in[i]->name, name) == 0) {
            *ret_plugin = built_in[i];
            return 0;
        }
    for (size_t i = 0; i < registry->n; i++)
        if (strcmp(registry->loaded[i].plugin->name, name) == 0) {
            *ret_plugin = registry->loaded[i].plugin;
            return 0;
        }
    if (registry->options->directory[0] && may_be_file(name))
        r = load(registry, name, ret_plugin, err);
    if (r == -ENOENT)
        (void)error_set(err, VIF_ERROR_NO_PLUGIN, "no VIF plugin named '%.64s'", name);
    return r;
}

static int is_shared_object(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 3 && strcmp(entry->d_name + n - 3, ".so") == 0;
}

/* Loads NAME.so where that was not done yet.  A file with the name of one of ours is never used. */
static int load_file(struct plugin_registry *registry, const char *file, struct vif_error *err)
{
    const struct vif_plugin *plugin;
    char name[NAME_MAX + 1];
    int r;

    (void)snprintf(name, sizeof name, "%.*s", (int)strlen(file) - 3, file);
    if (!may_be_file(name))
        return error_set(err, VIF_ERROR_CONFIG,
                         "%s/%s: a plugin's name is of a to z, 0 to 9, '_' and '-'",
                         registry->options->directory, file);
    r = plugin_find(registry, name, &plugin, err);
    return r == -ENOENT ? 0 : r; /* gone again */
}

static int load_directory(struct plugin_registry *registry, struct vif_error *err)
{
    const char *directory = registry->options->directory;
    struct dirent **entries = NULL;
    int n, r = 0;

    if (!directory[0])
        return 0;
    n = scandir(directory, &entries, is_shared_object, alphasort);
    if (n < 0 && errno == ENOENT)
        return 0;
    if (n < 0)
        return error_sys(err, VIF_ERROR_CONFIG, errno, "%s", directory);
    for (int i = 0; i < n; i++) {
        if (r == 0)
            r = load_file(registry, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct vif_plugin *const *left = a;
    const struct vif_plugin *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

int plugin_list(struct plugin_registry *registry, const struct vif_plugin ***ret, size_t *ret_n,
                struct vif_error *err)
{
    const struct vif_plugin **plugins;
    size_t n = N_BUILT_IN;
    int r = load_directory(registry, err);

    if (r < 0)
        return r;
    plugins = calloc(N_BUILT_IN + registry->n, sizeof *plugins);
    if (!plugins)
        return error_memory(err);
    memcpy(plugins, built_in, sizeof built_in);
    for (size_t i = 0; i < registry->n; i++)
        plugins[n++] = registry->loaded[i].plugin;
    qsort(plugins, n, sizeof *plugins, by_name);
    *ret = plugins;
    *ret_n = n;
    return 0;
}

/* ---- plugin "noop": for VIFs that another program wires (a SmartNIC's own switch, VPP); takes any
 * VIF, and its wiring is empty ---- */

static int describe_noop(const struct vif_describe *call)
{
    const char *name = view_string(call->vif, "vif_name");

    if (name)
        call->api->set_name(call->wiring, name);
    return 0;
}

static const struct vif_plugin_type noop_types[] = {
    {"VIFVHostUser", "1.0", "1.0", NULL},
    {NULL, NULL, NULL, NULL},
};

const struct vif_plugin plugin_noop = {
    .interface = VIF_PLUGIN_INTERFACE,
    .name = "noop",
    .types = noop_types,
    .describe = describe_noop,
};
