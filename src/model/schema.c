/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of os-vif's objects, made from the tables that decode them.  Every class becomes one
 * definition with two alternatives, the plain form and the versioned one, and refers to the classes
 * of its fields.  Functions return a new reference, or NULL when out of memory, which the next one
 * passes on.  The host hands the text out. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "model/object.h"
#include "json/json-text.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

/* The definitions so far. */
struct definitions {
    json_t *classes; /* by the names of the classes */
    json_t *others;
};

static void definitions_done(const struct definitions *defs)
{
    json_decref(defs->classes);
    json_decref(defs->others);
}

#define auto_definitions __attribute__((cleanup(definitions_done)))

static json_t *place_schema(struct definitions *defs, const struct field_object *object);

/* Either of two; takes both. */
static json_t *either(json_t *one, json_t *other)
{
    return json_pair("anyOf", json_and(json_and(json_array(), one), other));
}

static json_t *or_null(json_t *schema)
{
    return either(schema, json_pair("type", json_string("null")));
}

/* An object with these members and no other; takes both. */
static json_t *closed_object(json_t *properties, json_t *required)
{
    json_t *schema = json_pair("type", json_string("object"));

    schema = json_with(schema, "properties", properties);
    if (required && json_array_size(required) == 0)
        json_decref(required);
    else
        schema = json_with(schema, "required", required);
    return json_with(schema, "additionalProperties", json_false());
}

/* The fields an object must have in either form. */
static json_t *required_fields(const struct field_object *object)
{
    /* The one thing vif_input_decode() asks for besides what the tables say. */
    return object == &vif_object ? json_and(json_array(), json_string("id")) : json_array();
}

static json_t *field_property(struct definitions *defs, const struct field *field)
{
    json_t *schema = field->type == FIELD_OBJECT ? place_schema(defs, field->object)
                                                 : field_schema(field, defs->others);
    char since[32];

    if (field->nullable)
        schema = or_null(schema);
    if (field->minor == 0)
        return schema;
    (void)snprintf(since, sizeof since, "since version 1.%u", field->minor);
    return json_with(schema, "description", json_string(since));
}

/* Adds the fields of a class to 'properties', which it takes. */
static json_t *field_properties(struct definitions *defs, const struct object_class *class,
                                json_t *properties)
{
    for (size_t i = 0; i < class->n_fields; i++)
        properties =
            json_with(properties, class->fields[i].name, field_property(defs, &class->fields[i]));
    return properties;
}

static json_t *elements_schema(struct definitions *defs, const struct field_object *object)
{
    return field_schema_list(place_schema(defs, object->element), LIMIT_LIST);
}

static json_t *plain_schema(struct definitions *defs, const struct field_object *object,
                            const struct object_class *class)
{
    json_t *properties, *required;

    if (object->element)
        return elements_schema(defs, object);
    properties = json_pair("type", json_pair("const", json_string(class->name)));
    required = required_fields(object);
    if (object->n_classes > 1)
        required = json_and(required, json_string("type"));
    return closed_object(field_properties(defs, class, properties), required);
}

static json_t *data_schema(struct definitions *defs, const struct field_object *object,
                           const struct object_class *class)
{
    json_t *properties = object->element
                             ? json_pair(OBJECT_LIST_FIELD, elements_schema(defs, object))
                             : field_properties(defs, class, json_object());

    return closed_object(properties, required_fields(object));
}

static json_t *versions_schema(const struct object_class *class)
{
    json_t *versions = json_array();

    for (unsigned minor = 0; minor <= class->minor; minor++)
        versions = json_and(versions, envelope_version(minor));
    return json_pair("enum", versions);
}

static json_t *versioned_schema(struct definitions *defs, const struct field_object *object,
                                const struct object_class *class)
{
    static const char *const required[] = {ENVELOPE_NAME, ENVELOPE_NAMESPACE, ENVELOPE_VERSION,
                                           ENVELOPE_DATA};
    json_t *properties = json_pair(ENVELOPE_NAME, json_pair("const", json_string(class->name)));
    json_t *names = json_array();

    properties =
        json_with(properties, ENVELOPE_NAMESPACE, json_pair("const", json_string(ENVELOPE_OS_VIF)));
    properties = json_with(properties, ENVELOPE_VERSION, versions_schema(class));
    properties = json_with(properties, ENVELOPE_DATA, data_schema(defs, object, class));
    properties =
        json_with(properties, ENVELOPE_CHANGES, json_pair("description", json_string("ignored")));
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        names = json_and(names, json_string(required[i]));
    return closed_object(properties, names);
}

/* Puts the class among the definitions, with those it refers to; false when out of memory. */
static bool define_class(struct definitions *defs, const struct field_object *object,
                         const struct object_class *class)
{
    json_t *plain, *versioned;

    if (json_object_get(defs->classes, class->name))
        return true;
    /* Its place, before those of the classes it refers to. */
    if (json_object_set_new(defs->classes, class->name, json_null()) < 0)
        return false;
    plain = json_with(plain_schema(defs, object, class), "title", json_string("plain form"));
    versioned =
        json_with(versioned_schema(defs, object, class), "title", json_string("versioned form"));
    return json_object_set_new(defs->classes, class->name, either(plain, versioned)) == 0;
}

/* Any class that a field may have. */
static json_t *place_schema(struct definitions *defs, const struct field_object *object)
{
    json_t *any = json_array();

    for (size_t i = 0; i < object->n_classes; i++) {
        const struct object_class *class = &object->classes[i];

        any =
            json_and(any, define_class(defs, object, class) ? field_schema_ref(class->name) : NULL);
    }
    if (object->n_classes > 1 || !any)
        return json_pair("anyOf", any);
    json_decref(any);
    return field_schema_ref(object->classes->name);
}

/* Other members of a document are ignored. */
static json_t *document_schema(struct definitions *defs)
{
    json_t *schema = json_pair("type", json_string("object"));
    json_t *properties = json_pair("vif", place_schema(defs, &vif_object));

    properties =
        json_with(properties, "instance_info", or_null(place_schema(defs, &instance_info_object)));
    schema = json_with(schema, "properties", properties);
    return json_with(schema, "required", json_and(json_array(), json_string("vif")));
}

/* Adds one document, or an array of them, to 'root', which it takes. */
static json_t *add_documents(struct definitions *defs, json_t *root)
{
    json_t *many = field_schema_list(field_schema_ref("document"), LIMIT_VIFS);
    json_t *any = json_and(json_array(), field_schema_ref("document"));

    if (json_object_set_new(defs->others, "document", document_schema(defs)) < 0) {
        json_decref(root);
        root = NULL;
    }
    root = json_with(root, "title", json_string("A VIF with the instance it belongs to, or many"));
    return json_with(root, "anyOf", json_and(any, many));
}

/* The place where a class of this name may stand, at 'object' or below it; NULL when nowhere. */
static const struct field_object *find_class(const struct field_object *object, const char *name,
                                             const struct object_class **ret_class)
{
    const struct field_object *found = NULL;

    *ret_class = object_find_class(object, name);
    if (*ret_class)
        return object;
    if (object->element)
        return find_class(object->element, name, ret_class);
    for (size_t i = 0; i < object->n_classes; i++) {
        const struct object_class *class = &object->classes[i];

        for (size_t k = 0; !found && k < class->n_fields; k++)
            if (class->fields[k].type == FIELD_OBJECT)
                found = find_class(class->fields[k].object, name, ret_class);
    }
    return found;
}

static int unknown_type(struct definitions *defs, const char *type, struct vif_error *err)
{
    auto_json json_t *document = document_schema(defs);
    char names[VIF_ERROR_TEXT_MAX] = "";
    const char *name;
    json_t *value;
    size_t n = 0;

    if (!document)
        return error_memory(err);
    json_object_foreach(defs->classes, name, value)
    {
        if (n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, " %s", name);
    }
    return error_set(err, VIF_ERROR_INVALID, "unknown type '%.40s', expected one of%s", type,
                     names);
}

/* Adds the class and nothing else to 'root', which it takes. */
static json_t *add_class(struct definitions *defs, const struct field_object *object,
                         const struct object_class *class, json_t *root)
{
    bool defined = define_class(defs, object, class);

    root = json_with(root, "title", json_string(class->name));
    return json_with(root, "$ref",
                     defined ? json_sprintf(FIELD_SCHEMA_DEFS "%s", class->name) : NULL);
}

/* Adds the definitions to 'root', which it takes. */
static json_t *add_definitions(struct definitions *defs, json_t *root)
{
    if (json_object_update(defs->classes, defs->others) < 0) {
        json_decref(root);
        return NULL;
    }
    return json_with(root, "$defs", json_incref(defs->classes));
}

int schema_text(const char *type, char **ret_text, struct vif_error *err)
{
    auto_definitions struct definitions defs = {json_object(), json_object()};
    json_t *root = json_pair("$schema", json_string(DIALECT));
    const struct field_object *object = NULL;
    const struct object_class *class = NULL;
    char *text;

    if (type) {
        object = find_class(&vif_object, type, &class);
        if (!object)
            object = find_class(&instance_info_object, type, &class);
    }
    if (type && !object) {
        json_decref(root);
        return unknown_type(&defs, type, err);
    }
    root = object ? add_class(&defs, object, class, root) : add_documents(&defs, root);
    text = json_finish(add_definitions(&defs, root));
    if (!text)
        return error_memory(err);
    *ret_text = text;
    return 0;
}
