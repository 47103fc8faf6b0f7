/* SPDX-License-Identifier: Apache-2.0 */
/* The container of a drawing.  A whole host has some hundred thousand attributes, so texts go into a
 * pool, and the attributes of all parts stand in one array: a part is filled before the next one is
 * added. */
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FIRST_SLOTS ((size_t)64)

void drawing_free(struct vif_drawing *drawing)
{
    if (!drawing)
        return;
    pool_done(&drawing->texts);
    free(drawing->vifs);
    free(drawing->parts);
    free(drawing->edges);
    free(drawing->attributes);
    free(drawing->slots);
    free(drawing->things);
    free(drawing->json);
    free(drawing->dot);
    free(drawing);
}

const char *drawing_text(struct vif_drawing *drawing, const char *text)
{
    const char *copy = text && text[0] ? pool_text(&drawing->texts, text) : NULL;

    return copy ? copy : "";
}

/* Room for one more element; false when memory is gone. */
static bool grow(struct vif_drawing *drawing, void **items, size_t n, size_t *room, size_t size)
{
    void *bigger;

    if (n < *room)
        return true;
    bigger = reallocarray(*items, *room ? 2 * *room : 32, size);
    if (!bigger) {
        drawing->failed = true;
        return false;
    }
    *items = bigger;
    *room = *room ? 2 * *room : 32;
    return true;
}

size_t drawing_add_vif(struct vif_drawing *drawing)
{
    void *items = drawing->vifs;
    bool ok = grow(drawing, &items, drawing->n_vifs, &drawing->vif_room, sizeof *drawing->vifs);

    drawing->vifs = items;
    if (!ok)
        return VIF_NO_INDEX;
    drawing->vifs[drawing->n_vifs] = (struct vif_drawn){
        .id = "", .type = "", .instance = "", .address = "", .state = "", .first = VIF_NO_INDEX};
    return drawing->n_vifs++;
}

void drawing_fault(struct vif_drawing *drawing, size_t vif, const struct vif_error *fault)
{
    struct vif_error *copy = pool_take(&drawing->texts, sizeof *copy);

    if (copy)
        *copy = *fault;
    if (copy && vif != VIF_NO_INDEX)
        drawing->vifs[vif].error = copy;
}

/* FNV-1a. */
static size_t hash(enum thing thing, const char *name)
{
    uint64_t value = 0xcbf29ce484222325 ^ (uint64_t)thing;

    for (const char *at = name; *at; at++)
        value = (value ^ (unsigned char)*at) * 0x100000001b3;
    return (size_t)(value ^ value >> 32);
}

/* The slot of the part, or the empty one where it belongs. */
static size_t find_slot(const struct vif_drawing *drawing, enum thing thing, const char *name)
{
    size_t at = hash(thing, name) % drawing->n_slots;

    while (drawing->slots[at]) {
        size_t part = drawing->slots[at] - 1;

        if (drawing->things[part] == thing && strcmp(drawing->parts[part].name, name) == 0)
            break;
        at = (at + 1) % drawing->n_slots;
    }
    return at;
}

size_t drawing_find(const struct vif_drawing *drawing, enum thing thing, const char *name)
{
    size_t slot;

    if (!drawing->n_slots)
        return VIF_NO_INDEX;
    slot = drawing->slots[find_slot(drawing, thing, name)];
    return slot ? slot - 1 : VIF_NO_INDEX;
}

/* At most half of the slots are taken. */
static bool make_slots(struct vif_drawing *drawing)
{
    size_t n = drawing->n_slots ? 2 * drawing->n_slots : FIRST_SLOTS;
    size_t *slots;
    unsigned char *things;

    if (2 * (drawing->n_parts + 1) <= drawing->n_slots)
        return true;
    slots = calloc(n, sizeof *slots);
    things = realloc(drawing->things, n);
    if (things)
        drawing->things = things;
    if (!slots || !things) {
        free(slots);
        drawing->failed = true;
        return false;
    }
    free(drawing->slots);
    drawing->slots = slots;
    drawing->n_slots = n;
    for (size_t i = 0; i < drawing->n_parts; i++)
        slots[find_slot(drawing, (enum thing)things[i], drawing->parts[i].name)] = i + 1;
    return true;
}

bool drawing_part(struct vif_drawing *drawing, enum thing thing, const char *kind, const char *name,
                  size_t vif, size_t *ret_part)
{
    void *items = drawing->parts;
    bool ok = make_slots(drawing) &&
              grow(drawing, &items, drawing->n_parts, &drawing->part_room, sizeof *drawing->parts);
    size_t slot, part = drawing->n_parts;

    drawing->parts = items;
    *ret_part = VIF_NO_INDEX;
    if (!ok)
        return false;
    slot = find_slot(drawing, thing, name);
    if (drawing->slots[slot]) {
        *ret_part = drawing->slots[slot] - 1;
        if (drawing->parts[*ret_part].vif != vif)
            drawing->parts[*ret_part].vif = VIF_NO_INDEX;
        return false;
    }
    drawing->parts[part] = (struct vif_part){
        .kind = kind, .name = drawing_text(drawing, name), .vif = vif, .state = ""};
    drawing->things[part] = (unsigned char)thing;
    drawing->slots[slot] = part + 1;
    drawing->n_parts++;
    *ret_part = part;
    return true;
}

static void set(struct vif_drawing *drawing, const char *key, const char *value, int is_number)
{
    void *items = drawing->attributes;
    bool ok = grow(drawing, &items, drawing->n_attributes, &drawing->attribute_room,
                   sizeof *drawing->attributes);

    drawing->attributes = items;
    if (!ok || !drawing->n_parts)
        return;
    drawing->attributes[drawing->n_attributes++] =
        (struct vif_attribute){key, drawing_text(drawing, value), is_number};
    drawing->parts[drawing->n_parts - 1].n_attributes++;
}

void drawing_set(struct vif_drawing *drawing, const char *key, const char *value)
{
    if (value && value[0])
        set(drawing, key, value, 0);
}

void drawing_set_number(struct vif_drawing *drawing, const char *key, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    set(drawing, key, text, 1);
}

void drawing_edge(struct vif_drawing *drawing, size_t from, size_t to, const char *kind,
                  bool joined)
{
    void *items = drawing->edges;

    if (from == VIF_NO_INDEX || to == VIF_NO_INDEX)
        return;
    if (!grow(drawing, &items, drawing->n_edges, &drawing->edge_room, sizeof *drawing->edges))
        return;
    drawing->edges = items;
    drawing->edges[drawing->n_edges++] = (struct vif_edge){from, to, kind, !joined};
}

size_t drawing_entry(const struct vif_drawing *drawing, size_t first_edge, size_t last)
{
    size_t part = last;

    /* Each step takes one edge, so a ring of them ends, too. */
    for (size_t steps = first_edge; steps < drawing->n_edges; steps++) {
        size_t edge = first_edge;

        while (edge < drawing->n_edges && drawing->edges[edge].to != part)
            edge++;
        if (edge == drawing->n_edges)
            break;
        part = drawing->edges[edge].from;
    }
    return part;
}

int drawing_finish(struct vif_drawing *drawing, struct vif_error *err)
{
    const struct vif_attribute *attributes = drawing->attributes;

    if (drawing->failed || drawing->texts.failed)
        return error_memory(err);
    for (size_t i = 0; i < drawing->n_parts; i++) {
        if (!drawing->parts[i].n_attributes)
            continue;
        drawing->parts[i].attributes = attributes;
        attributes += drawing->parts[i].n_attributes;
    }
    return 0;
}
