/* SPDX-License-Identifier: Apache-2.0 */
/* The schema of what the model's decoder takes, made from the tables it decodes by. */
#ifndef MODEL_SCHEMA_H
#define MODEL_SCHEMA_H

#include "base/error.h"

/* JSON Schema (draft 2020-12) of the class 'type', such as "VIFBridge", in both forms; NULL: a
 * whole document's, as vif_input_decode() takes it, or an array of them.
 *
 * On success '*ret_text' is a JSON text that the caller frees.  -EINVAL (kind INVALID) for an
 * unknown type, with the known ones; -ENOMEM. */
int schema_text(const char *type, char **ret_text, struct vif_error *err);

#endif
