/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations: each is a row that says how it is called, what it takes and gives, and
 * what does it here.  The public functions, vifd's methods and calls through vifd follow from
 * it. */
#ifndef LIBVIF_OP_H
#define LIBVIF_OP_H

#include "base/parse.h"
#include "base/text.h"
#include "libvif/host.h"
#include "json/record.h"

/* ---- batches: the VIFs of one call ---- */

/* One VIF of a batch: decoded, or why not. */
struct batch_entry {
    struct vif_input *request; /* NULL: 'fault' says why */
    char id[UUID_TEXT_SIZE];
    struct vif_error fault;
};

struct vif_batch {
    struct batch_entry *entries;
    size_t n, room;
    struct batch_input **inputs; /* the texts that vif_batch_add() was given */
    size_t n_inputs, input_room;
};

struct json_t;

/* Adds the one VIF of a document that is a JSON value already: exactly one entry.  -ENOMEM;
 * -E2BIG. */
int batch_add_json(struct vif_batch *batch, const char *name, struct json_t *document,
                   struct vif_error *err);

/* The documents of those VIFs that decode, for vifd: their list as JSON text, and what messages
 * call each; NULL-ended.  Of batches from vif_batch_add() alone. */
struct batch_documents {
    struct text list;
    char **sources;
    size_t n;
};

int batch_documents(const struct vif_batch *batch, struct batch_documents *ret,
                    struct vif_error *err);
void batch_documents_done(struct batch_documents *documents);

/* ---- operations ---- */

/* What replies are made of; each operation has some of it. */
struct reply {
    const struct record_list *entries;
    const struct record_list *parts, *edges; /* of a drawing */
    const char *transaction;
    const char *text;
    const struct progress_record *progress;
};

struct progress_record {
    const char *stage;
    size_t done, total;
};

/* The VIFs of an operation's parameters. */
struct op_documents {
    struct record_documents vifs;
    const char *const *sources;
};

/* Parameters: the options of the call first, as the public function takes them. */
struct call_parameters {
    struct vif_call_options options;
    struct op_documents documents;
};
struct show_parameters {
    struct vif_show_options options;
    struct op_documents documents;
};
union op_parameters {
    size_t size;
    struct call_parameters call;
    struct show_parameters show;
    struct vif_doctor_options doctor;
    struct vif_info_options info;
    struct vif_list_options list;
    struct vif_prune_options prune;
};

struct op_call {
    const struct op *op;
    const struct vif_batch *batch; /* NULL: none */
    const void *parameters;
    struct vif_report *report; /* to be filled */
};

typedef int op_fn(struct vif_host *host, const struct op_call *call, struct vif_error *err);

struct op {
    const char *name;                      /* of the method of io.vifd: "HostInfo" */
    const char *verb;                      /* of vifctl: "host-info" */
    const struct record_table *parameters; /* of one of the structs above */
    const struct record_table *reply;      /* of struct reply */
    const struct record_table *entry;      /* of its entries; NULL: it has none */
    size_t error;                          /* where in an entry its error is; 0: it has none */
    int (*rate)(const void *entry);        /* the exit status of one without; NULL: 0 */
    size_t options_size;
    size_t timeout, stop, dry_run, documents; /* where in the parameters; 0: it has none */
    int64_t timeout_ms;                       /* where the caller does not say; 0: as configured */
    bool needs_batch;
    bool on_daemon;                          /* only vifd can do it, at once */
    bool (*changes)(const void *parameters); /* whether it may change the host; NULL: never */
    op_fn *run;                              /* does it here */
    op_fn *ask;                              /* has vifd do it; NULL: the usual way */
};

#define RATE_NEUTRAL (-1)
#define RATE_DRIFTED 1
#define RATE_MIXED   3

/* Every operation, NULL-ended. */
extern const struct op *const ops[];

extern const struct op op_plug, op_unplug, op_check, op_repair, op_list, op_show, op_prune,
    op_host_info, op_doctor, op_metrics;

/* The row of a reply's entries. */
#define OP_ENTRIES(word, of)                                                                       \
    {                                                                                              \
        .name = (word), .type = RECORD_LIST, .offset = offsetof(struct reply, entries),            \
        .table = &(of)                                                                             \
    }

/* The members of parameters that several operations have. */
#define OP_TIMEOUT(record)                                                                         \
    {                                                                                              \
        .name = "timeout_ms", .type = RECORD_INT, .optional = true,                                \
        .offset = offsetof(record, timeout_ms), .min = -1, .max = OP_MAX_MS                        \
    }
/* Beyond any use, and far from where points in time overflow: 30 years. */
#define OP_MAX_MS ((int64_t)1000000000000)
extern const struct record_words op_waits;

/* Public functions: check and complete 'options' (NULL: the defaults), then as op_run(). */
int op_call(struct vif_host *host, const struct op *op, const struct vif_batch *batch,
            const void *options, struct vif_report **ret_report, struct vif_error *err);

/* Does it, here or through vifd, with complete parameters. */
int op_run(struct vif_host *host, const struct op *op, const struct vif_batch *batch,
           const void *parameters, struct vif_report **ret_report, struct vif_error *err);

op_fn op_run_batch; /* plug, unplug, check, repair, here */

/* Has vifd do it. */
op_fn op_ask;       /* the usual way */
op_fn op_ask_batch; /* plug, unplug, check, repair: each result as it comes */
op_fn op_ask_show;

/* When a call has to end. */
int64_t op_deadline(const struct vif_host *host, const struct op_call *call);

/* Copies a caller's struct that begins with its size into 'ret' of 'size' bytes (zeroed), of which
 * the oldest callers know 'first'.  NULL leaves it zeroed.  -EINVAL, -E2BIG; 'what' is its
 * name. */
int options_copy(const void *given, size_t first, void *ret, size_t size, const char *what,
                 struct vif_error *err);

#endif
