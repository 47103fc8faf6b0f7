/* SPDX-License-Identifier: Apache-2.0 */
/* Reports, as operations fill them. */
#ifndef LIBVIF_REPORT_H
#define LIBVIF_REPORT_H

#include "base/cleanup.h"
#include "base/pool.h"
#include "graph/graph.h"
#include "libvif/op.h"

struct vif_report {
    const struct op *op;
    struct reply reply;
    struct pool pool;         /* holds what 'reply' points to, except: */
    struct outcome *outcomes; /* the engine's, which results point into */
    size_t n_outcomes;
    char *transaction;
    struct graph graph;      /* show: the drawing */
    char *json, *dot, *tree; /* made when asked for */
};

struct vif_report *report_new(const struct op *op);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_report __attribute__((cleanup(auto_report_fn)))

/* Gives it 'n' zeroed entries, in '*ret_entries'; false without memory. */
bool report_add_entries(struct vif_report *report, size_t n, void *ret_entries);
/* A copy of an error that lives as long as the report; NULL without memory. */
const struct vif_error *report_error(struct vif_report *report, const struct vif_error *error);

/* A part of a drawing: a node of the graph, with its attributes as the codec has them. */
struct show_part {
    struct graph_node node;
    const struct record_list *attributes;
    struct record_list list; /* where they are of the graph here */
};

/* Makes the reply of show out of the report's graph, and the graph out of a reply. */
int show_fill_reply(struct vif_report *report, struct vif_error *err);
int show_fill_graph(struct vif_report *report, struct vif_error *err);

extern const struct record_table result_table;
extern const struct record_words state_words;

#endif
