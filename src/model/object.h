/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's objects as the decoder sees them: what classes there are, and what may stand where.
 * Knows how objects are wrapped; the tables say what is in them. */
#ifndef MODEL_OBJECT_H
#define MODEL_OBJECT_H

#include <stddef.h>

#include "json/decode.h"

/* The one field of the classes of lists. */
#define OBJECT_LIST_FIELD "objects"

/* An object of one of some classes that share a C struct, which begins with the uint32_t 'present',
 * or a list of such. */
struct field_object {
    const char *words; /* what an error says was expected: "a VIF" */
    const struct object_class *classes;
    size_t n_classes;
    size_t size; /* the C struct's */
    /* Set the class and the defaults of a zeroed struct, and return the class; NULL when there is
     * one class and nothing to set. */
    void (*init)(void *value, size_t class_index);
    size_t (*class_index)(const void *value);
    const struct field_object *element; /* a list's, whose struct is object_list; else NULL */
};

/* Decodes 'json' in either form (see vif_input_decode()) into a new struct.
 * A decode_object_fn. */
int object_decode(const struct field_object *object, json_t *json, const struct json_path *path,
                  void **ret, struct vif_error *err);

/* Frees what object_decode() made, with all below it; NULL is fine. */
void object_free(const struct field_object *object, void *value);

/* The path of the fields of 'json', which stands at 'path': one more step in the versioned form,
 * kept in '*step', else 'path' itself. */
const struct json_path *object_data_path(json_t *json, const struct json_path *path,
                                         struct json_path *step);

#endif
