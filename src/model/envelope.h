/* SPDX-License-Identifier: Apache-2.0 */
/* The wrapping of one object: oslo.versionedobjects' primitive, or the plain form. */
#ifndef MODEL_ENVELOPE_H
#define MODEL_ENVELOPE_H

#include "model/object.h"

#define ENVELOPE_PREFIX    "versioned_object."
#define ENVELOPE_NAME      ENVELOPE_PREFIX "name"
#define ENVELOPE_NAMESPACE ENVELOPE_PREFIX "namespace"
#define ENVELOPE_VERSION   ENVELOPE_PREFIX "version"
#define ENVELOPE_DATA      ENVELOPE_PREFIX "data"
#define ENVELOPE_CHANGES   ENVELOPE_PREFIX "changes"

/* The name space of os-vif's objects, and the major version of all of them. */
#define ENVELOPE_OS_VIF "os_vif"
#define ENVELOPE_MAJOR  1

/* Whether 'json' is an object in the versioned form: any member with that prefix says so. */
bool envelope_is_versioned(json_t *json);

/* Checks the wrapping of 'json', of which one that fits 'object' is expected: names, name space,
 * version, and that there is data.  Sets '*ret_class' to the object's class and '*ret_data' to its
 * data (borrowed), an object or, for a list in plain form, an array.
 * -EINVAL (kind INVALID); -EPROTONOSUPPORT (kind VERSION) for a version that is not ours. */
int envelope_open(const struct field_object *object, json_t *json, const struct json_path *path,
                  const struct object_class **ret_class, json_t **ret_data, struct vif_error *err);

/* "1.<minor>"; a new reference, NULL when out of memory. */
json_t *envelope_version(unsigned minor);

/* Wraps 'data', of the class 'name' in version 1.minor.  All its members are among the changes, as
 * in an object that was just made.  Takes 'data'; a new reference, NULL when 'data' is NULL or out
 * of memory. */
json_t *envelope_wrap(const char *name, unsigned minor, json_t *data);

#endif
