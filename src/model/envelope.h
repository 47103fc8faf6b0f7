/* SPDX-License-Identifier: Apache-2.0 */
/* The wrapping of one object: oslo.versionedobjects' primitive, or the plain form. */
#ifndef MODEL_ENVELOPE_H
#define MODEL_ENVELOPE_H

#include "model/object.h"

#define ENVELOPE_DATA "versioned_object.data"

/* Whether 'json' is an object in the versioned form: any member with that prefix says so. */
bool envelope_is_versioned(json_t *json);

/* Checks the wrapping of 'json', of which one that fits 'object' is expected: names, name space,
 * version, and that there is data.  Sets '*ret_class' to the object's class and '*ret_data' to its
 * data (borrowed), an object or, for a list in plain form, an array.
 * -EINVAL (kind INVALID); -EPROTONOSUPPORT (kind VERSION) for a version that is not ours. */
int envelope_open(const struct field_object *object, json_t *json, const struct json_path *path,
                  const struct object_class **ret_class, json_t **ret_data, struct vif_error *err);

#endif
