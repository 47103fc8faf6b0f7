/* SPDX-License-Identifier: Apache-2.0 */
/* Reading fields of decoded objects by name, through the tables that decoded them. */
#include <stdio.h>
#include <string.h>

#include "model/object.h"

#define VERSIONED_DATA "/versioned_object.data"

/* The value at the end of the path, and its type; NULL when any step is absent or null. */
static const struct field_value *find(const struct vif_object *from, const char *path,
                                      enum field_type *ret_type)
{
    const struct object *object = from->object;

    while (object) {
        const struct object_class *class = object->class;
        size_t n = strcspn(path, "/"), i = 0;

        while (i < class->n_fields &&
               (strncmp(class->fields[i].name, path, n) != 0 || class->fields[i].name[n]))
            i++;
        if (i == class->n_fields || !object->values[i].is_set)
            return NULL;
        *ret_type = class->fields[i].type;
        if (!path[n])
            return &object->values[i];
        object = *ret_type == FIELD_OBJECT ? object->values[i].object : NULL;
        path += n + 1;
    }
    return NULL;
}

const char *view_class(const struct vif_object *object, const char *path)
{
    enum field_type type;
    const struct field_value *value;

    if (!path || !path[0])
        return object->object->class->name;
    value = find(object, path, &type);
    return value && type == FIELD_OBJECT ? value->object->class->name : NULL;
}

const char *view_string(const struct vif_object *object, const char *path)
{
    enum field_type type;
    const struct field_value *value = find(object, path, &type);

    if (value && type == FIELD_ENUM)
        return value->word;
    return value && field_is_text(type) ? value->text : NULL;
}

bool view_bool(const struct vif_object *object, const char *path, bool otherwise)
{
    enum field_type type;
    const struct field_value *value = find(object, path, &type);

    return value && type == FIELD_BOOL ? value->truth : otherwise;
}

int64_t view_int(const struct vif_object *object, const char *path, int64_t otherwise)
{
    enum field_type type;
    const struct field_value *value = find(object, path, &type);

    return value && type == FIELD_INT ? value->number : otherwise;
}

void view_where(const struct vif_object *object, const char *path, char ret[JSON_PATH_TEXT_MAX])
{
    size_t n = strlen(object->where), m = strlen(VERSIONED_DATA);
    bool versioned = n >= m && strcmp(object->where + n - m, VERSIONED_DATA) == 0;

    (void)snprintf(ret, JSON_PATH_TEXT_MAX, "%s", object->where);
    while (path && *path) {
        size_t step = strcspn(path, "/"), used = strlen(ret);

        (void)snprintf(ret + used, JSON_PATH_TEXT_MAX - used, "/%.*s%s", (int)step, path,
                       versioned && path[step] ? VERSIONED_DATA : "");
        path += step + (path[step] == '/');
    }
}
