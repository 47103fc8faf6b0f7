/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing as JSON: three arrays, the parts and edges naming each other by their indices. */
#include "base/text.h"
#include "graph/text.h"

static void add_member(struct text *text, const char *before, const char *key, const char *value)
{
    text_add(text, "%s\"%s\":", before, key);
    text_add_json(text, value);
}

static void add_vif(struct text *text, const struct vif_drawn *vif)
{
    add_member(text, "{", "id", vif->id);
    add_member(text, ",", "type", vif->type);
    add_member(text, ",", "instance", vif->instance);
    add_member(text, ",", "address", vif->address);
    add_member(text, ",", "state", vif->state);
    if (vif->first != VIF_NO_INDEX)
        text_add(text, ",\"first\":%zu", vif->first);
    if (vif->error) {
        add_member(text, ",\"error\":{", "kind", vif_error_kind_name(vif->error->kind));
        add_member(text, ",", "text", vif->error->text);
        text_add(text, "}");
    }
    text_add(text, "}");
}

static void add_part(struct text *text, const struct vif_part *part)
{
    add_member(text, "{", "kind", part->kind);
    add_member(text, ",", "name", part->name);
    if (part->vif != VIF_NO_INDEX)
        text_add(text, ",\"vif\":%zu", part->vif);
    add_member(text, ",", "state", part->state);
    text_add(text, ",\"missing\":%s,\"attributes\":{", part->missing ? "true" : "false");
    for (size_t i = 0; i < part->n_attributes; i++) {
        const struct vif_attribute *attribute = &part->attributes[i];

        if (attribute->is_number)
            text_add(text, "%s\"%s\":%s", i ? "," : "", attribute->key, attribute->value);
        else
            add_member(text, i ? "," : "", attribute->key, attribute->value);
    }
    text_add(text, "}}");
}

char *drawing_json(const struct vif_drawing *drawing)
{
    struct text text = {0};

    text_add(&text, "{\"vifs\":[");
    for (size_t i = 0; i < drawing->n_vifs; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_vif(&text, &drawing->vifs[i]);
    }
    text_add(&text, "],\"parts\":[");
    for (size_t i = 0; i < drawing->n_parts; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_part(&text, &drawing->parts[i]);
    }
    text_add(&text, "],\"edges\":[");
    for (size_t i = 0; i < drawing->n_edges; i++) {
        const struct vif_edge *edge = &drawing->edges[i];

        text_add(&text, "%s{\"from\":%zu,\"to\":%zu,\"kind\":\"%s\",\"missing\":%s}", i ? "," : "",
                 edge->from, edge->to, edge->kind, edge->missing ? "true" : "false");
    }
    text_add(&text, "]}");
    return text_take(&text);
}
