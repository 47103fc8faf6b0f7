/* SPDX-License-Identifier: Apache-2.0 */
/* What a user hands in: a document with one VIF and perhaps the instance it belongs to. */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/tables.h"
#include "json/json-path.h"

void vif_input_free(struct vif_input *input)
{
    if (!input)
        return;
    object_free(&vif_object, input->vif);
    object_free(&instance_info_object, input->instance);
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
    void *vif = NULL;
    int r = object_decode(&vif_object, json, path, &vif, err);

    if (r < 0)
        return r;
    input->vif = vif;
    if (!input->vif->id)
        return json_path_error(&id, err, "missing");
    json_path_text(data, where);
    input->where = strdup(where);
    return input->where ? 0 : error_memory(err);
}

static int decode_instance(json_t *json, const struct json_path *path, struct vif_input *input,
                           struct vif_error *err)
{
    void *instance = NULL;
    int r = object_decode(&instance_info_object, json, path, &instance, err);

    if (r == 0)
        input->instance = instance;
    return r;
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
        r = decode_instance(instance, &instance_path, input, err);
    if (r < 0)
        return r;
    *ret = take_ptr(input);
    return 0;
}
