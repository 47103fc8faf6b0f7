/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugins take, as they tell the rest of the cloud. */
#ifndef PLUGIN_SUPPORT_H
#define PLUGIN_SUPPORT_H

#include "model/host-info.h"

/* The plugins in the order of their names. */
const struct plugin_support *plugin_support(size_t *ret_n);

#endif
