/* SPDX-License-Identifier: Apache-2.0 */
/* Reading fields of decoded objects by name, through the tables that decoded them. */
#include "model/view.h"

#include <stdio.h>
#include <string.h>

#include "model/tables.h"

#define VERSIONED_DATA "/versioned_object.data"

void view_vif(const struct vif_input *input, struct vif_object *ret)
{
    *ret = (struct vif_object){&vif_object, input->vif, input->where};
}

bool view_instance(const struct vif_input *input, struct vif_object *ret)
{
    *ret = (struct vif_object){&instance_info_object, input->instance, input->where};
    return input->instance != NULL;
}

static const struct object_class *class_of(const struct field_object *kind, const void *value)
{
    return &kind->classes[kind->class_index ? kind->class_index(value) : 0];
}

/* The field whose name is text[0..n) in the object's class. */
static const struct field *field_called(const struct object_class *class, const char *text,
                                        size_t n)
{
    for (size_t i = 0; i < class->n_fields; i++)
        if (strlen(class->fields[i].name) == n && strncmp(class->fields[i].name, text, n) == 0)
            return &class->fields[i];
    return NULL;
}

/* One step of a path: the field and where its value is; NULL when it is absent. */
static const struct field *enter(const struct field_object *kind, const void *value,
                                 const char *path, size_t n, const void **ret_member)
{
    const struct field *field = field_called(class_of(kind, value), path, n);
    const uint32_t *present = value;

    if (!field || !((*present >> field->bit) & 1))
        return NULL;
    *ret_member = (const char *)value + field->offset;
    return field;
}

/* The last field of the path; NULL when any of its steps is absent or null. */
static const struct field *find(const struct vif_object *object, const char *path,
                                const void **ret_member)
{
    const struct field_object *kind = object->kind;
    const void *value = object->value;

    while (value) {
        size_t n = strcspn(path, "/");
        const struct field *field = enter(kind, value, path, n, ret_member);

        if (!field || !path[n])
            return field;
        if (field->type != FIELD_OBJECT)
            return NULL;
        kind = field->object;
        value = *(void *const *)*ret_member;
        path += n + 1;
    }
    return NULL;
}

const char *view_class(const struct vif_object *object, const char *path)
{
    const void *member = NULL;
    const struct field *field;
    const void *value;

    if (!path || !path[0])
        return class_of(object->kind, object->value)->name;
    field = find(object, path, &member);
    if (!field || field->type != FIELD_OBJECT)
        return NULL;
    value = *(void *const *)member;
    return value ? class_of(field->object, value)->name : NULL;
}

const char *view_string(const struct vif_object *object, const char *path)
{
    const void *member = NULL;
    const struct field *field = find(object, path, &member);

    if (field && field->type == FIELD_ENUM)
        return field->words[*(const int *)member];
    return field && field_is_text(field->type) ? *(char *const *)member : NULL;
}

bool view_bool(const struct vif_object *object, const char *path, bool otherwise)
{
    const void *member = NULL;
    const struct field *field = find(object, path, &member);

    return field && field->type == FIELD_BOOL ? *(const bool *)member : otherwise;
}

int64_t view_int(const struct vif_object *object, const char *path, int64_t otherwise)
{
    const void *member = NULL;
    const struct field *field = find(object, path, &member);

    return field && field->type == FIELD_INT ? *(const int64_t *)member : otherwise;
}

bool view_is_openvswitch_profile(const struct vif_object *object, const char *path)
{
    const void *member = NULL;
    const struct field *field = find(object, path, &member);
    const struct port_profile *profile;

    if (!field || field->type != FIELD_OBJECT || field->object != &port_profile_object)
        return false;
    profile = *(struct port_profile *const *)member;
    return profile && port_profile_is_openvswitch(profile->type);
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
