/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's HostInfo and the objects in it.  They only ever go out, so their fields need names and
 * no decoder; the table says which of them an older version lacks.  os-vif makes an older object by
 * the same rule: it leaves out the fields that are newer.  The host hands the text out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/object.h"
#include "json/json-text.h"

enum host_class { HOST_INFO, HOST_PLUGIN_INFO, HOST_VIF_INFO, HOST_PORT_PROFILE_INFO, N_CLASSES };

/* The newest version is 1.minor. */
static const struct {
    const char *name;
    unsigned minor;
} classes[N_CLASSES] = {
    [HOST_INFO] = {"HostInfo", 0},
    [HOST_PLUGIN_INFO] = {"HostPluginInfo", 0},
    [HOST_VIF_INFO] = {"HostVIFInfo", 1},
    [HOST_PORT_PROFILE_INFO] = {"HostPortProfileInfo", 0},
};

/* HostVIFInfo has its field supported_port_profiles since 1.1. */
#define MINOR_OF_PROFILES 1

/* What was asked for. */
struct wishes {
    uint32_t vif_types; /* one bit for each enum vif_type */
    unsigned minors[N_CLASSES];
};

static json_t *wrap(const struct wishes *wishes, enum host_class kind, json_t *data)
{
    return envelope_wrap(classes[kind].name, wishes->minors[kind], data);
}

static json_t *with_versions(json_t *data, const char *min, const char *max)
{
    data = json_with(data, "min_version", json_string(min));
    return json_with(data, "max_version", json_string(max));
}

static json_t *profile_info(const struct wishes *wishes, const struct vif_plugin_profile *profile)
{
    json_t *data = json_pair("profile_object_name", json_string(profile->name));

    return wrap(wishes, HOST_PORT_PROFILE_INFO,
                with_versions(data, profile->min_version, profile->max_version));
}

static json_t *vif_info(const struct wishes *wishes, const struct vif_plugin_type *vif)
{
    json_t *data = json_pair("vif_object_name", json_string(vif->name));
    json_t *profiles;

    data = with_versions(data, vif->min_version, vif->max_version);
    if (wishes->minors[HOST_VIF_INFO] >= MINOR_OF_PROFILES) {
        profiles = json_array();
        for (size_t i = 0; vif->profiles && vif->profiles[i].name; i++)
            profiles = json_and(profiles, profile_info(wishes, &vif->profiles[i]));
        data = json_with(data, "supported_port_profiles", profiles);
    }
    return wrap(wishes, HOST_VIF_INFO, data);
}

static bool is_wanted(const struct wishes *wishes, const struct vif_plugin_type *vif)
{
    const struct object_class *class = object_find_class(&vif_object, vif->name);

    return class && (wishes->vif_types >> (class - vif_object.classes)) & 1;
}

static json_t *plugin_info(const struct wishes *wishes, const struct vif_plugin *plugin)
{
    json_t *data = json_pair("plugin_name", json_string(plugin->name));
    json_t *vifs = json_array();

    for (size_t i = 0; plugin->types[i].name; i++)
        if (is_wanted(wishes, &plugin->types[i]))
            vifs = json_and(vifs, vif_info(wishes, &plugin->types[i]));
    return wrap(wishes, HOST_PLUGIN_INFO, json_with(data, "vif_info", vifs));
}

static json_t *host_info(const struct wishes *wishes, const struct vif_plugin *const *plugins,
                         size_t n_plugins)
{
    json_t *infos = json_array();

    for (size_t i = 0; i < n_plugins; i++) {
        bool wanted = false;

        for (size_t k = 0; plugins[i]->types[k].name; k++)
            wanted = wanted || is_wanted(wishes, &plugins[i]->types[k]);
        if (wanted)
            infos = json_and(infos, plugin_info(wishes, plugins[i]));
    }
    return wrap(wishes, HOST_INFO, json_pair("plugin_info", infos));
}

/* Adds "1.0", or "1.0 and 1.1" and the like, behind what is in 'text'. */
static size_t list_versions(enum host_class kind, char *text, size_t room)
{
    int n = classes[kind].minor == 0
                ? snprintf(text, room, "%s %d.0", classes[kind].name, ENVELOPE_MAJOR)
                : snprintf(text, room, "%s %d.0 to %d.%u", classes[kind].name, ENVELOPE_MAJOR,
                           ENVELOPE_MAJOR, classes[kind].minor);

    return n < 0 || (size_t)n >= room ? 0 : (size_t)n;
}

static int no_class(const char *wish, struct vif_error *err)
{
    char possible[256] = "";
    size_t n = 0;

    for (enum host_class kind = 0; kind < N_CLASSES; kind++) {
        if (kind > 0)
            n += (size_t)snprintf(possible + n, sizeof possible - n, ", ");
        n += list_versions(kind, possible + n, sizeof possible - n);
    }
    return error_set(err, VIF_ERROR_INVALID, "'%.64s': expected OBJECT=VERSION of %s", wish,
                     possible);
}

static int parse_version_wish(struct wishes *wishes, const char *wish, struct vif_error *err)
{
    size_t n = strcspn(wish, "=");
    char possible[64] = "", version[32];

    for (enum host_class kind = 0; wish[n] && kind < N_CLASSES; kind++) {
        if (strlen(classes[kind].name) != n || strncmp(classes[kind].name, wish, n) != 0)
            continue;
        for (unsigned minor = 0; minor <= classes[kind].minor; minor++) {
            (void)snprintf(version, sizeof version, "%d.%u", ENVELOPE_MAJOR, minor);
            if (strcmp(wish + n + 1, version) == 0) {
                wishes->minors[kind] = minor;
                return 0;
            }
        }
        (void)list_versions(kind, possible, sizeof possible);
        return error_set(err, VIF_ERROR_VERSION, "'%.64s': there is %s", wish, possible);
    }
    return no_class(wish, err);
}

static int parse_vif_type(struct wishes *wishes, const char *name, struct vif_error *err)
{
    const struct object_class *class = object_find_class(&vif_object, name);
    char possible[256] = "";

    if (class) {
        wishes->vif_types |= UINT32_C(1) << (class - vif_object.classes);
        return 0;
    }
    for (size_t i = 0, n = 0; i < vif_object.n_classes && n < sizeof possible; i++)
        n += (size_t)snprintf(possible + n, sizeof possible - n, "%s%s", i > 0 ? ", " : "",
                              vif_object.classes[i].name);
    return error_set(err, VIF_ERROR_INVALID, "'%.64s': unknown VIF type, expected one of %s", name,
                     possible);
}

int host_info_text(const struct vif_plugin *const *plugins, size_t n_plugins,
                   const char *const *vif_types, const char *const *versions, char **ret_text,
                   struct vif_error *err)
{
    struct wishes wishes = {.vif_types = vif_types ? 0 : UINT32_MAX};
    char *text;
    int r = 0;

    for (enum host_class kind = 0; kind < N_CLASSES; kind++)
        wishes.minors[kind] = classes[kind].minor;
    for (; r == 0 && vif_types && *vif_types; vif_types++)
        r = parse_vif_type(&wishes, *vif_types, err);
    for (; r == 0 && versions && *versions; versions++)
        r = parse_version_wish(&wishes, *versions, err);
    if (r < 0)
        return r;
    text = json_finish(host_info(&wishes, plugins, n_plugins));
    if (!text)
        return error_memory(err);
    *ret_text = text;
    return 0;
}
