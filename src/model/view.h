/* SPDX-License-Identifier: Apache-2.0 */
/* Reading fields of decoded objects by their names: how plugins see a VIF.  Made from the field
 * tables, so that a new row is seen without another line here. */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include <stdbool.h>
#include <vif/plugin.h>

#include "model/model.h"
#include "json/json-path.h"

struct field_object;

/* An object as a plugin holds it; all borrowed. */
struct vif_object {
    const struct field_object *kind;
    const void *value;
    const char *where; /* path of its fields in the document */
};

/* The VIF and the instance of a input; the latter only when the input has one. */
void view_vif(const struct vif_input *input, struct vif_object *ret);
bool view_instance(const struct vif_input *input, struct vif_object *ret);

/* 'path' names a field through nested objects: "network/bridge"; "" is the object itself.  A field
 * that is absent, null, of another type or of no such name reads as NULL or 'otherwise'. */
const char *view_class(const struct vif_object *object, const char *path);
const char *view_string(const struct vif_object *object, const char *path); /* enums too */
bool view_bool(const struct vif_object *object, const char *path, bool otherwise);
int64_t view_int(const struct vif_object *object, const char *path, int64_t otherwise);

/* Whether the object at 'path' is a VIFPortProfileOpenVSwitch or of a subclass of it. */
bool view_is_openvswitch_profile(const struct vif_object *object, const char *path);

/* Writes where in the document the field stands, or would stand; 'path' NULL or "" is the object.
 */
void view_where(const struct vif_object *object, const char *path, char ret[JSON_PATH_TEXT_MAX]);

#endif
