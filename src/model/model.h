/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's objects (oslo.versionedobjects, name space "os_vif"): documents with VIFs in them, VIFs
 * as plugins see them, and what the library says about both. */
#ifndef MODEL_H
#define MODEL_H

#include <jansson.h>
#include <vif/plugin.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/parse.h"
#include "json/json-text.h"

/* ---- fields by their names: how plugins see an object ---- */

struct vif_object {
    struct object *object; /* NULL: there is none */
    const char *where;     /* path of its fields in the document; borrowed */
};

/* 'path' names a field through nested objects: "network/bridge"; "" is the object itself.  A field
 * that is absent, null, of another type or of no such name reads as NULL or 'otherwise'.  Texts
 * are checked for their form and normalised (MAC, UUID, PCI and IP in lower case). */
const char *view_class(const struct vif_object *object, const char *path);
const char *view_string(const struct vif_object *object, const char *path); /* enums too */
bool view_bool(const struct vif_object *object, const char *path, bool otherwise);
int64_t view_int(const struct vif_object *object, const char *path, int64_t otherwise);

/* Writes where in the document the field stands, or would stand; 'path' NULL or "" is the object.
 */
void view_where(const struct vif_object *object, const char *path, char ret[JSON_PATH_TEXT_MAX]);

/* ---- documents ---- */

/* One VIF with the instance it belongs to, as handed in by a user. */
struct vif_input {
    struct vif_object vif; /* has an id */
    struct vif_object instance;
    /* The document as JSON text, and what messages call it ("vif.json: /3"); NULL when it was not
     * to be kept. */
    char *document, *source;
    /* The place of the VIF in its document, e.g. "vif.json: /3/vif/versioned_object.data". */
    char *where;
};

void vif_input_free(struct vif_input *input);
DEFINE_AUTO(auto_vif_input, struct vif_input *, vif_input_free);
#define auto_vif_input __attribute__((cleanup(auto_vif_input_fn)))

/* Decodes {"vif": OBJECT, "instance_info": OBJECT or absent or null, ...}; other members of the
 * document are ignored.  OBJECT is an oslo.versionedobjects primitive
 *   {"versioned_object.name": .., ".namespace": "os_vif", ".version": "1.x", ".data": {..},
 *    ".changes": [..] (ignored, may be absent)}
 * or the plain form {"type": "VIFBridge", field: value, ...}; in the plain form a nested object may
 * leave out "type" where only one class is possible, lists are JSON arrays, and either form may be
 * nested in the other.
 *
 * Errors: kind INVALID with the path; kind VERSION for a newer minor or another major version than
 * ours, naming both; -ENOMEM. */
int vif_input_decode(json_t *document, const struct json_path *path, struct vif_input **ret,
                     struct vif_error *err);

/* Gets each VIF: 'input' (taken by the callee) when it decodes, else NULL with 'id' ("" when
 * unknown) and the error in 'fault'.  A negative return ends it. */
typedef int vif_document_fn(void *data, struct vif_input *input, const char *id,
                            const struct vif_error *fault);

/* Calls 'each' for every VIF of text[0..n), which is called 'name' in messages: one document, an
 * array of them, or several texts one after the other.  A VIF that does not decode does not stop
 * those after it; a text that is not JSON to its end is one fault, and nothing in it is used.  With
 * 'keep' each input has its document with it.  0, a negative return of 'each', or -ENOMEM. */
int vif_document_each(const char *name, const char *text, size_t n, bool keep,
                      vif_document_fn *each, void *data, struct vif_error *err);

/* The same for one document that is JSON already, and never an array of them. */
int vif_document_read(const char *name, json_t *document, vif_document_fn *each, void *data);

/* The ids of the VIF and of its port in a document, without decoding it; "" when one is missing or
 * not a UUID. */
void vif_document_ids(const json_t *document, char ret_id[UUID_TEXT_SIZE],
                      char ret_interface_id[UUID_TEXT_SIZE]);

/* ---- what the library says of itself; the caller frees the JSON texts ---- */

/* JSON Schema (draft 2020-12) of the class 'type', such as "VIFBridge", in both forms; NULL: of a
 * whole document, or an array of them.  Kind INVALID for an unknown type, with the known ones. */
int schema_text(const char *type, char **ret_text, struct vif_error *err);

/* os-vif's HostInfo of these plugins, by which Neutron chooses the kind of VIF of a guest's port.
 *
 * 'vif_types' (NULL-ended) are the classes to include, NULL all: a plugin that has none of them is
 * left out.  'versions' (NULL-ended, may be NULL) are "OBJECT=VERSION", e.g. "HostVIFInfo=1.0": the
 * version in which objects of a class are written, without the fields it did not have yet.
 * Kind INVALID for an unknown class, kind VERSION for an unknown version, with the known ones. */
int host_info_text(const struct vif_plugin *const *plugins, size_t n_plugins,
                   const char *const *vif_types, const char *const *versions, char **ret_text,
                   struct vif_error *err);

#endif
