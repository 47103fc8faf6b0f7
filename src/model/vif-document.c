/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a text with VIFs in it.  One bad VIF is one fault, and the others go on; a text that is
 * not JSON to its end is one fault altogether. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/object.h"
#include "json/json-text.h"

void vif_input_free(struct vif_input *input)
{
    if (!input)
        return;
    object_free(input->vif.object);
    object_free(input->instance.object);
    free(input->where);
    free(input->document);
    free(input->source);
    free(input);
}

static int decode_vif(json_t *json, const struct json_path *path, struct vif_input *input,
                      struct vif_error *err)
{
    char where[JSON_PATH_TEXT_MAX];
    struct json_path step;
    const struct json_path *data = object_data_path(json, path, &step);
    struct json_path id = {.up = data, .key = "id"};
    int r = object_decode(&vif_object, json, path, &input->vif.object, err);

    if (r < 0)
        return r;
    if (!view_string(&input->vif, "id"))
        return json_path_error(&id, err, "missing");
    json_path_text(data, where);
    input->where = strdup(where);
    input->vif.where = input->instance.where = input->where;
    return input->where ? 0 : error_memory(err);
}

int vif_input_decode(json_t *document, const struct json_path *path, struct vif_input **ret,
                     struct vif_error *err)
{
    auto_vif_input struct vif_input *input = NULL;
    struct json_path vif_path = {.up = path, .key = "vif"};
    struct json_path instance_path = {.up = path, .key = "instance_info"};
    json_t *vif = json_object_get(document, vif_path.key);
    json_t *instance = json_object_get(document, instance_path.key);
    int r;

    if (!json_is_object(document))
        return json_path_expected(path, "an object with the member \"vif\"", document, err);
    if (!vif)
        return json_path_error(&vif_path, err, "missing");
    input = calloc(1, sizeof *input);
    if (!input)
        return error_memory(err);
    r = decode_vif(vif, &vif_path, input, err);
    if (r == 0 && instance && !json_is_null(instance))
        r = object_decode(&instance_info_object, instance, &instance_path, &input->instance.object,
                          err);
    if (r < 0)
        return r;
    *ret = take_ptr(input);
    return 0;
}

struct reader {
    bool keep;
    vif_document_fn *each;
    void *data;
};

/* What was decoded is what is kept: other members may be anything, and mean nothing to us. */
static int keep_document(const json_t *document, const struct json_path *path,
                         struct vif_input *input)
{
    static const char *const members[] = {"vif", "instance_info"};
    char source[JSON_PATH_TEXT_MAX];
    struct text text = {0};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *member = json_object_get(document, members[i]);

        if (!member)
            continue;
        text_add(&text, "%s\"%s\":", i ? "," : "{", members[i]);
        json_add(&text, member, JSON_COMPACT);
    }
    text_add(&text, "}");
    input->document = text_take(&text);
    json_path_text(path, source);
    input->source = strdup(source);
    return input->document && input->source ? 0 : -ENOMEM;
}

/* The members of an object in either form. */
static const json_t *members_of(const json_t *object)
{
    const json_t *data = json_object_get(object, "versioned_object.data");

    return data ? data : object;
}

static void read_id(const json_t *json, char ret_id[UUID_TEXT_SIZE])
{
    const char *id = json_string_value(json);

    if (!id || parse_uuid(id, ret_id) < 0)
        ret_id[0] = '\0';
}

void vif_document_ids(const json_t *document, char ret_id[UUID_TEXT_SIZE],
                      char ret_interface_id[UUID_TEXT_SIZE])
{
    const json_t *vif = members_of(json_object_get(document, "vif"));
    const json_t *profile = members_of(json_object_get(vif, "port_profile"));

    read_id(json_object_get(vif, "id"), ret_id);
    read_id(json_object_get(profile, "interface_id"), ret_interface_id);
}

static int read_one(struct reader *reader, json_t *document, const struct json_path *path)
{
    auto_vif_input struct vif_input *input = NULL;
    struct vif_error fault = {0};
    char id[UUID_TEXT_SIZE], interface_id[UUID_TEXT_SIZE];
    int r = vif_input_decode(document, path, &input, &fault);

    if (input && reader->keep)
        r = keep_document(document, path, input);
    if (r == -ENOMEM)
        return r;
    if (input) {
        const char *own = view_string(&input->vif, "id");

        return reader->each(reader->data, take_ptr(input), own, NULL);
    }
    vif_document_ids(document, id, interface_id);
    return reader->each(reader->data, NULL, id, &fault);
}

/* The VIFs of one text, which is called 'name'. */
static int read_text(struct reader *reader, const char *name, json_t *json)
{
    struct json_path root = {.key = name};
    int r = 0;

    if (!json_is_array(json))
        return read_one(reader, json, &root);
    for (size_t i = 0; r >= 0 && i < json_array_size(json); i++) {
        struct json_path item = {.up = &root, .index = i};

        r = read_one(reader, json_array_get(json, i), &item);
    }
    return r;
}

int vif_document_read(const char *name, json_t *document, vif_document_fn *each, void *data)
{
    struct reader reader = {.each = each, .data = data};
    struct json_path root = {.key = name};

    return read_one(&reader, document, &root);
}

static int keep_text(void *data, const char *where, json_t *json, struct vif_error *err)
{
    (void)where;
    return json_array_append(data, json) < 0 ? error_memory(err) : 0;
}

int vif_document_each(const char *name, const char *text, size_t n, bool keep,
                      vif_document_fn *each, void *data, struct vif_error *err)
{
    struct reader reader = {.keep = keep, .each = each, .data = data};
    auto_json json_t *texts = json_array();
    struct vif_error fault = {0};
    int r;

    if (!texts)
        return error_memory(err);
    /* All of it must be JSON before any of it is used. */
    r = json_text_each(text, n, LIMIT_DOCUMENT_BYTES, keep_text, texts, &fault);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_prefix(&fault, r, "%s", name);
        return each(data, NULL, "", &fault);
    }
    for (size_t i = 0; r >= 0 && i < json_array_size(texts); i++) {
        char label[JSON_PATH_TEXT_MAX];

        (void)snprintf(label, sizeof label, "%s text %zu", name, i + 1);
        r = read_text(&reader, json_array_size(texts) > 1 ? label : name, json_array_get(texts, i));
    }
    return r == -ENOMEM ? error_memory(err) : r;
}
