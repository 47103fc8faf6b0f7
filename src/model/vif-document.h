/* SPDX-License-Identifier: Apache-2.0 */
/* A text with VIFs in it: one document, an array of them, or several texts one after the other (one
 * per line). */
#ifndef MODEL_VIF_DOCUMENT_H
#define MODEL_VIF_DOCUMENT_H

#include <jansson.h>

#include "base/parse.h"
#include "model/model.h"

/* Gets each VIF: 'input' (taken by the callee) when it decodes, else NULL with 'id' ("" when
 * unknown) and the error in 'fault'.  A negative return ends it. */
typedef int vif_document_fn(void *data, struct vif_input *input, const char *id,
                            const struct vif_error *fault);

/* Calls 'each' for every VIF of text[0..n), which is called 'name' in messages.  A VIF that does
 * not decode does not stop those after it; a text that is not JSON to its end is one fault, and
 * nothing in it is used.  With 'keep' each input has its document with it: read under the name of
 * its source, it gives a input with the same 'where'.  0, a negative return of 'each', or -ENOMEM.
 */
int vif_document_each(const char *name, const char *text, size_t n, bool keep,
                      vif_document_fn *each, void *data, struct vif_error *err);

/* The same for one document that is JSON already, and never an array of them. */
int vif_document_read(const char *name, json_t *document, vif_document_fn *each, void *data);

/* The ids of the VIF and of its port in a document, without decoding it; "" when one is missing or
 * not a UUID. */
void vif_document_ids(const json_t *document, char ret_id[UUID_TEXT_SIZE],
                      char ret_interface_id[UUID_TEXT_SIZE]);

#endif
