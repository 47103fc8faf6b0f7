/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's objects as the decoder sees them: tables say what classes there are, which fields they
 * have and which objects are in them.  The schema documents what decodes. */
#ifndef MODEL_OBJECT_H
#define MODEL_OBJECT_H

#include "model/model.h"

enum field_type {                /* text first, see field_is_text() */
                  FIELD_STRING,  /* at most LIMIT_STRING bytes */
                  FIELD_IFNAME,  /* a possible interface name */
                  FIELD_UUID,    /* normalised to lower case */
                  FIELD_MAC,     /* normalised */
                  FIELD_PCI,     /* normalised */
                  FIELD_IP,      /* lower case */
                  FIELD_CIDR,    /* lower case */
                  FIELD_ENUM,    /* one of field.words */
                  FIELD_BOOL,    /**/
                  FIELD_INT,     /* between field.min and field.max */
                  FIELD_IP_LIST, /* checked, not kept: nothing reads it */
                  FIELD_OBJECT,  /* of field.object */
};

static inline bool field_is_text(enum field_type type)
{
    return type <= FIELD_CIDR;
}

struct field {
    const char *name;
    enum field_type type;
    bool nullable;
    const struct field_object *object; /* FIELD_OBJECT */
    const char *const *words;          /* FIELD_ENUM, ended by NULL */
    int64_t min, max;                  /* FIELD_INT */
    bool or_zero;                      /* FIELD_INT: 0 is taken although 'min' is above it */
    unsigned minor;                    /* minor version of the object that introduced it */
};

/* A class in the newest version this program knows: 1.minor. */
struct object_class {
    const char *name;
    unsigned minor;
    const struct field *fields;
    size_t n_fields;
};

/* A place for an object of one of some classes, or for a list of them. */
struct field_object {
    const char *words; /* what an error says was expected: "a VIF" */
    const struct object_class *classes;
    size_t n_classes;
    const struct field_object *element; /* a list's; else NULL */
};

/* The one field of the classes of lists. */
#define OBJECT_LIST_FIELD "objects"

extern const struct field_object vif_object;
extern const struct field_object instance_info_object;

/* The value of a field; not set if the field is absent or null. */
struct field_value {
    bool is_set;
    union {
        char *text;
        const char *word;
        bool truth;
        int64_t number;
        struct object *object;
    };
};

/* An object, with a value for each field of its class.  The elements of a list are checked and not
 * kept: nothing reads them. */
struct object {
    const struct object_class *class;
    struct field_value values[];
};

/* Decodes 'json' in either form (see vif_input_decode()).  An error reads "<path>: expected an
 * integer, got \"big\"" (cut at 40 bytes). */
int object_decode(const struct field_object *kind, json_t *json, const struct json_path *path,
                  struct object **ret, struct vif_error *err);
void object_free(struct object *object);

/* The path of the fields of 'json', which stands at 'path': one more step in the versioned form,
 * kept in '*step', else 'path' itself. */
const struct json_path *object_data_path(json_t *json, const struct json_path *path,
                                         struct json_path *step);

const struct object_class *object_find_class(const struct field_object *kind, const char *name);

/* JSON Schema (draft 2020-12) of 'field', which is not a FIELD_OBJECT, null not considered; the
 * definition it refers to, if any, is put into 'defs'.  A new reference, NULL when out of
 * memory. */
json_t *field_schema(const struct field *field, json_t *defs);
/* {"$ref": "#/$defs/<name>"}; a new reference, NULL when out of memory. */
json_t *field_schema_ref(const char *name);
/* A list of at most 'max' such items, which it takes. */
json_t *field_schema_list(json_t *items, json_int_t max);
#define FIELD_SCHEMA_DEFS "#/$defs/"

/* ---- the wrapping: oslo.versionedobjects' primitive, or the plain form ---- */

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
