/* SPDX-License-Identifier: Apache-2.0 */
/* Drawings: VIFs as parts and the edges between them, made from what is there (the scene) and, where
 * there is a wiring, from what should be.  Parts are known by what they are and their name, so that
 * VIFs that share a bridge share its part. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include <vif/vif.h>

#include "base/pool.h"
#include "kernel/unix-sockets.h"
#include "state/snapshot.h"

/* Everything there is to be seen. */
struct scene {
    struct snapshot snapshot;           /* with details */
    const struct link_info **by_master; /* its links that have a master, sorted by that */
    size_t n_by_master;
    struct link_counters *counters; /* sorted by ifindex */
    size_t n_counters;
    struct unix_sockets sockets;
    struct snapshot_vif *found; /* the VIFs in it, sorted by port */
    size_t n_found;
};

int scene_read(const struct engine *engine, int64_t until, struct scene *ret,
               struct vif_error *err);
/* Prepares a scene whose snapshot and counters are there; -ENOMEM. */
int scene_prepare(struct scene *scene, struct vif_error *err);
void scene_done(struct scene *scene);

/* The links whose master is the link 'ifindex': the first in '*ret_first', and their number. */
size_t scene_members(const struct scene *scene, int ifindex,
                     const struct link_info *const **ret_first);

/* Memory that is gone is remembered, and told at the end by drawing_finish(). */
struct vif_drawing {
    struct vif_drawn *vifs;
    size_t n_vifs, vif_room;
    struct vif_part *parts;
    size_t n_parts, part_room;
    struct vif_edge *edges;
    size_t n_edges, edge_room;
    struct vif_attribute *attributes; /* those of the first part, those of the second ... */
    size_t n_attributes, attribute_room;
    struct pool texts;
    size_t *slots; /* a hash table: part + 1 by what it is and its name */
    unsigned char *things;
    size_t n_slots;
    bool failed;
    char *json, *dot; /* made when first asked for */
};

/* What a part is: names are unique among those of one sort. */
enum thing {
    THING_GUEST,
    THING_LINK,
    THING_PORT,
    THING_BRIDGE,
    THING_BACKEND, /* what is behind a port that has no link: a socket, a DPDK device */
};

/* A copy that lives as long as the drawing; never NULL. */
const char *drawing_text(struct vif_drawing *drawing, const char *text);

/* Adds a VIF with nothing in it; its index. */
size_t drawing_add_vif(struct vif_drawing *drawing);
/* The error of a VIF. */
void drawing_fault(struct vif_drawing *drawing, size_t vif, const struct vif_error *fault);

/* The part of this sort and name in '*ret_part', for the VIF 'vif' (VIF_NO_INDEX: for none alone).
 * True when it is new: the caller fills it.  VIF_NO_INDEX when memory is gone. */
bool drawing_part(struct vif_drawing *drawing, enum thing thing, const char *kind, const char *name,
                  size_t vif, size_t *ret_part);
/* Its index, or VIF_NO_INDEX when it is not drawn. */
size_t drawing_find(const struct vif_drawing *drawing, enum thing thing, const char *name);

/* Attributes of the part that was added last.  NULL and "" are left out. */
void drawing_set(struct vif_drawing *drawing, const char *key, const char *value);
void drawing_set_number(struct vif_drawing *drawing, const char *key, int64_t number);

/* 'kind' lives for ever.  Nothing where either end is VIF_NO_INDEX. */
void drawing_edge(struct vif_drawing *drawing, size_t from, size_t to, const char *kind,
                  bool joined);

/* To be called once all is drawn; -ENOMEM when something could not be. */
int drawing_finish(struct vif_drawing *drawing, struct vif_error *err);
void drawing_free(struct vif_drawing *drawing);

/* ---- what draws ---- */

/* Where one VIF is being drawn. */
struct pen {
    const struct scene *scene;
    struct vif_drawing *drawing;
    size_t vif; /* VIF_NO_INDEX: parts of no VIF */
};

/* Each draws a part, there or missing, where it is not drawn yet; its index.  'kind' is what a link
 * would be that is missing. */
size_t pen_guest(const struct pen *pen, const char *instance);
size_t pen_link(const struct pen *pen, const char *name, const char *kind);
size_t pen_port(const struct pen *pen, const char *name);
size_t pen_bridge(const struct pen *pen, const char *name);
/* What is behind a port of this type with these options; VIF_NO_INDEX for a type that has nothing. */
size_t pen_backend(const struct pen *pen, const char *port, const char *type,
                   const struct vif_map *options, const struct vif_map *status);

/* Draws the members of a Linux bridge that are not drawn yet and lead to no port, guests' taps in
 * the first place; whether there is one. */
bool pen_members(const struct pen *pen, const char *name);
/* Draws the edge from a member to its Linux bridge, or the other way round. */
void pen_master(const struct pen *pen, const char *member, const char *bridge, bool to_bridge);

/* Whether two links are the ends of one veth pair. */
bool scene_is_pair(const struct scene *scene, const char *a, const char *b);

/* The part that frames come in at which leave by 'last': follows the edges behind 'first_edge'
 * backwards. */
size_t drawing_entry(const struct vif_drawing *drawing, size_t first_edge, size_t last);

/* The VIF has this port; NULL: none has. */
const struct snapshot_vif *scene_found_at(const struct scene *scene, const char *port);

/* Draws a port with the bridge it is on. */
size_t pen_port_on_bridge(const struct pen *pen, const char *name);
/* Draws the device or what else is behind a port. */
void pen_behind(const struct pen *pen, size_t port);
/* Draws the Linux bridge and the guest's tap behind the veth end 'far', where there are any. */
void pen_hybrid(const struct pen *pen, const char *far);

/* Draws a VIF as it is found, and as it is described. */
void draw_found(const struct scene *scene, struct vif_drawing *drawing,
                const struct snapshot_vif *found);
struct subject {
    const struct vif_wiring *wiring;
    const char *type, *instance, *address, *device; /* NULL: not known */
};
void draw_wiring(const struct scene *scene, struct vif_drawing *drawing,
                 const struct subject *subject);
/* Draws what there is beside VIFs: every bridge and every port. */
void draw_switch(const struct scene *scene, struct vif_drawing *drawing);

/* The VIF that 'id' is an ID of; NULL with the error NOT_FOUND or CONFLICT. */
const struct snapshot_vif *scene_find(const struct scene *scene, const char *id,
                                      struct vif_error *err);

#endif
