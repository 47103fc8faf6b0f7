/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: the VIFs of one call. */
#ifndef LIBVIF_BATCH_H
#define LIBVIF_BATCH_H

#include <vif/vif.h>

#include "base/parse.h"
#include "base/text.h"
#include "model/model.h"

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

#endif
