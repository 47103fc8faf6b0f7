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

/* Makes the reply of show out of the report's graph. */
int show_fill_reply(struct vif_report *report, struct vif_error *err);
/* Makes the graph out of vifd's reply, with the VIFs of 'batch' that were not sent in their places,
 * and then the reply out of the graph. */
int show_fill_graph(struct vif_report *report, const struct vif_batch *batch,
                    struct vif_error *err);

/* A call of plug, unplug, check or repair, here or through vifd. */
struct batch_call {
    const struct log *log; /* of the stages; NULL: none */
    const struct op *op;
    const struct vif_batch *batch;
    const struct vif_call_options *options;
    struct vif_report *report;
    struct vif_result *results; /* one for each entry */
    size_t *owners;             /* of each VIF that is worked on: its entry */
    size_t n;
    struct vif_progress progress; /* as it was reported last */
    bool has_progress;
};

/* Adds a result for each entry, with the error of those that do not decode; the others are to be
 * worked on. */
int batch_call_begin(struct batch_call *call, const struct op_call *from, struct vif_error *err);
void batch_call_done(struct batch_call *call);
/* Reports the result of an entry; all results that have an error already; progress, and that
 * again.  'data' is the call. */
void batch_call_result(const struct batch_call *call, size_t entry);
void batch_call_faults(const struct batch_call *call);
void batch_call_progress(void *data, enum vif_stage stage, size_t done, size_t total);
void batch_call_again(void *data);

extern const struct record_table result_table;
extern const struct record_words state_words;

#endif
