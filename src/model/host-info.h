/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's HostInfo: what plugins a host has and what they take, for whoever chooses the kind of
 * VIF that a port of a guest becomes (Neutron). */
#ifndef MODEL_HOST_INFO_H
#define MODEL_HOST_INFO_H

#include <vif/plugin.h>

#include "model/model.h"

/* HostInfo of these plugins as the versioned primitive os-vif makes of it.
 *
 * 'vif_types' (NULL-ended) are the classes to tell of, NULL all: a plugin that has none of them is
 * left out.  'versions' (NULL-ended, may be NULL) are "OBJECT=VERSION", e.g. "HostVIFInfo=1.0": the
 * version in which objects of a class are written, without the fields it did not have yet.
 *
 * On success '*ret_text' is a JSON text that the caller frees.  Kind INVALID for a class there is
 * not, kind VERSION for a version that cannot be had, both naming what can; -ENOMEM. */
int host_info_text(const struct vif_plugin *const *plugins, size_t n_plugins,
                   const char *const *vif_types, const char *const *versions, char **ret_text,
                   struct vif_error *err);

#endif
