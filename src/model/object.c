/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes and frees objects of any class by their tables: opens the wrapping, makes the struct, and
 * hands the fields to the field decoder, which comes back here for nested objects.  The recursion
 * is as deep as the tables nest. */
#include "model/object.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "model/envelope.h"
#include "model/model.h"

/* An object in the making. */
struct draft {
    const struct field_object *object;
    void *value;
};

static void draft_done(const struct draft *draft)
{
    object_free(draft->object, draft->value);
}

#define auto_draft __attribute__((cleanup(draft_done)))

const struct json_path *object_data_path(json_t *json, const struct json_path *path,
                                         struct json_path *step)
{
    if (!envelope_is_versioned(json))
        return path;
    *step = (struct json_path){.up = path, .key = ENVELOPE_DATA};
    return step;
}

static int decode_elements(const struct field_object *element, json_t *array,
                           const struct json_path *path, struct object_list *list,
                           struct vif_error *err)
{
    size_t n = 0;
    int r = decode_room(array, path, "a list", &list->items, &n, err);

    list->present = r == 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct json_path step = {.up = path, .index = i};

        r = object_decode(element, json_array_get(array, i), &step, &list->items[i], err);
        list->n += r == 0;
    }
    return r;
}

/* 'data' is the array itself in the plain form, else an object with the one field "objects". */
static int decode_list(const struct draft *draft, const struct object_class *class, json_t *data,
                       const struct json_path *path, struct vif_error *err)
{
    static const char *const objects[] = {OBJECT_LIST_FIELD, NULL};
    const struct object_class bare = {.name = class->name, .minor = class->minor};
    struct json_path step = {.up = path, .key = objects[0]};
    json_t *array;
    int r;

    if (json_is_array(data))
        return decode_elements(draft->object->element, data, path, draft->value, err);
    r = fields_decode(&bare, data, objects, path, object_decode, NULL, NULL, err);
    array = json_object_get(data, objects[0]);
    if (r < 0 || !array)
        return r;
    return decode_elements(draft->object->element, array, &step, draft->value, err);
}

int object_decode(const struct field_object *object, json_t *json, const struct json_path *path,
                  void **ret, struct vif_error *err)
{
    static const char *const plain_ignore[] = {"type", NULL};
    auto_draft struct draft draft = {.object = object};
    const struct object_class *class;
    struct json_path step;
    const struct json_path *data_path = object_data_path(json, path, &step);
    json_t *data;
    int r = envelope_open(object, json, path, &class, &data, err);

    if (r < 0)
        return r;
    draft.value = calloc(1, object->size);
    if (!draft.value)
        return error_memory(err);
    if (object->init)
        object->init(draft.value, (size_t)(class - object->classes));
    if (object->element)
        r = decode_list(&draft, class, data, data_path, err);
    else
        r = fields_decode(class, data, data == json ? plain_ignore : NULL, data_path, object_decode,
                          draft.value, draft.value, err);
    if (r < 0)
        return r;
    *ret = take_ptr(draft.value);
    return 0;
}

void object_free(const struct field_object *object, void *value)
{
    const struct object_class *class;

    if (!value)
        return;
    if (object->element) {
        struct object_list *list = value;

        for (size_t i = 0; i < list->n; i++)
            object_free(object->element, list->items[i]);
        free(list->items);
    } else {
        class = &object->classes[object->class_index ? object->class_index(value) : 0];
        fields_free(class->fields, class->n_fields, value, object_free);
    }
    free(value);
}
