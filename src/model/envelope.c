/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the wrapping of an object.  The versioned form names class, name space and version of each;
 * in the plain form "type" does, where more than one class is possible.  Everything is checked
 * before any field, so that an error names the fault in the wrapping, not its consequence.  The
 * object decoder stands on it. */
#include "model/object.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json/json-text.h"

#define VERSION_MAX     9999
#define CHOICE_TEXT_MAX 320

static const char *const member_names[] = {
    ENVELOPE_NAME, ENVELOPE_NAMESPACE, ENVELOPE_VERSION, ENVELOPE_DATA, ENVELOPE_CHANGES,
};
#define N_MEMBERS   (sizeof member_names / sizeof member_names[0])
#define N_NECESSARY (N_MEMBERS - 1) /* all but the changes */

bool envelope_is_versioned(json_t *json)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        if (strncmp(name, ENVELOPE_PREFIX, strlen(ENVELOPE_PREFIX)) == 0)
            return true;
    }
    return false;
}

static int check_members(json_t *json, const struct json_path *path, struct vif_error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        struct json_path step = {.up = path, .key = name};
        size_t i = 0;

        while (i < N_MEMBERS && strcmp(member_names[i], name) != 0)
            i++;
        if (i == N_MEMBERS)
            return json_path_error(&step, err, "unknown member of a versioned object");
    }
    for (size_t i = 0; i < N_NECESSARY; i++) {
        struct json_path step = {.up = path, .key = member_names[i]};

        if (!json_object_get(json, step.key))
            return json_path_error(&step, err, "missing");
    }
    return 0;
}

/* "1.4"; nothing but two numbers, written without superfluous zeros, and a dot. */
static int read_version(const char *text, int64_t *ret_major, int64_t *ret_minor)
{
    const char *dot = strchr(text, '.');
    char major[8], again[32];

    if (!dot || (size_t)(dot - text) >= sizeof major)
        return -1;
    memcpy(major, text, (size_t)(dot - text));
    major[dot - text] = '\0';
    if (parse_int(major, 0, VERSION_MAX, ret_major) < 0 ||
        parse_int(dot + 1, 0, VERSION_MAX, ret_minor) < 0)
        return -1;
    (void)snprintf(again, sizeof again, "%" PRId64 ".%" PRId64, *ret_major, *ret_minor);
    return strcmp(text, again) == 0 ? 0 : -1;
}

static int check_version(const struct object_class *class, json_t *json,
                         const struct json_path *path, struct vif_error *err)
{
    char where[JSON_PATH_TEXT_MAX];
    int64_t major, minor;

    if (!json_is_string(json) || read_version(json_string_value(json), &major, &minor) < 0)
        return json_path_expected(path, "a version as \"1.0\"", json, err);
    if (major == ENVELOPE_MAJOR && minor <= class->minor)
        return 0;
    json_path_text(path, where);
    if (major < ENVELOPE_MAJOR)
        return error_set(err, VIF_ERROR_VERSION,
                         "%s: %s %s is older than %d.0, which is the oldest this program knows",
                         where, class->name, json_string_value(json), ENVELOPE_MAJOR);
    return error_set(err, VIF_ERROR_VERSION,
                     "%s: %s %s is newer than %d.%u, which is the newest this program knows", where,
                     class->name, json_string_value(json), ENVELOPE_MAJOR, class->minor);
}

static int open_versioned(const struct field_object *object, json_t *json,
                          const struct json_path *path, const struct object_class **ret_class,
                          json_t **ret_data, struct vif_error *err)
{
    struct json_path at_name = {.up = path, .key = ENVELOPE_NAME};
    struct json_path at_space = {.up = path, .key = ENVELOPE_NAMESPACE};
    struct json_path at_version = {.up = path, .key = ENVELOPE_VERSION};
    struct json_path at_data = {.up = path, .key = ENVELOPE_DATA};
    json_t *name = json_object_get(json, at_name.key);
    json_t *space = json_object_get(json, at_space.key);
    int r = check_members(json, path, err);

    if (r < 0)
        return r;
    if (!json_is_string(space) || strcmp(json_string_value(space), ENVELOPE_OS_VIF) != 0)
        return json_path_expected(&at_space, "\"" ENVELOPE_OS_VIF "\"", space, err);
    *ret_class = json_is_string(name) ? object_find_class(object, json_string_value(name)) : NULL;
    if (!*ret_class)
        return json_path_expected(&at_name, object->words, name, err);
    r = check_version(*ret_class, json_object_get(json, at_version.key), &at_version, err);
    *ret_data = json_object_get(json, at_data.key);
    if (r == 0 && !json_is_object(*ret_data))
        r = json_path_expected(&at_data, "an object", *ret_data, err);
    return r;
}

/* "VIFGeneric, VIFBridge, ... or VIFNestedDPDK" */
static void list_classes(const struct field_object *object, char ret_text[CHOICE_TEXT_MAX])
{
    size_t n = 0;

    ret_text[0] = '\0';
    for (size_t i = 0; i < object->n_classes && n < CHOICE_TEXT_MAX; i++) {
        const char *before = i == 0 ? "" : i + 1 < object->n_classes ? ", " : " or ";

        n += (size_t)snprintf(ret_text + n, CHOICE_TEXT_MAX - n, "%s%s", before,
                              object->classes[i].name);
    }
}

static int open_plain(const struct field_object *object, json_t *json, const struct json_path *path,
                      const struct object_class **ret_class, struct vif_error *err)
{
    struct json_path step = {.up = path, .key = "type"};
    json_t *type = json_object_get(json, "type");
    char choice[CHOICE_TEXT_MAX];

    if (!type && object->n_classes == 1) {
        *ret_class = object->classes;
        return 0;
    }
    *ret_class = json_is_string(type) ? object_find_class(object, json_string_value(type)) : NULL;
    if (*ret_class)
        return 0;
    list_classes(object, choice);
    if (!type)
        return json_path_error(&step, err, "missing; it may be %s", choice);
    return json_path_expected(&step, choice, type, err);
}

int envelope_open(const struct field_object *object, json_t *json, const struct json_path *path,
                  const struct object_class **ret_class, json_t **ret_data, struct vif_error *err)
{
    if (envelope_is_versioned(json))
        return open_versioned(object, json, path, ret_class, ret_data, err);
    if (object->element ? !json_is_array(json) : !json_is_object(json))
        return json_path_expected(path, object->words, json, err);
    *ret_data = json;
    return open_plain(object, json, path, ret_class, err);
}

json_t *envelope_version(unsigned minor)
{
    return json_sprintf("%d.%u", ENVELOPE_MAJOR, minor);
}

json_t *envelope_wrap(const char *name, unsigned minor, json_t *data)
{
    json_t *json = json_pair(ENVELOPE_NAME, json_string(name));
    json_t *changes = json_array();
    const char *member;
    json_t *value;

    json_object_foreach(data, member, value)
    {
        changes = json_and(changes, json_string(member));
    }
    json = json_with(json, ENVELOPE_NAMESPACE, json_string(ENVELOPE_OS_VIF));
    json = json_with(json, ENVELOPE_VERSION, envelope_version(minor));
    json = json_with(json, ENVELOPE_DATA, data);
    return json_with(json, ENVELOPE_CHANGES, changes);
}
