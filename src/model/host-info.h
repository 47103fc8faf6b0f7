/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's HostInfo: the plugins of a host and the VIFs they take.  Neutron chooses the kind of VIF
 * of a guest's port by it. */
#ifndef MODEL_HOST_INFO_H
#define MODEL_HOST_INFO_H

#include <vif/plugin.h>

#include "model/model.h"

/* HostInfo of these plugins as the versioned primitive os-vif makes of it.
 *
 * 'vif_types' (NULL-ended) are the classes to include, NULL all: a plugin that has none of them is
 * left out.  'versions' (NULL-ended, may be NULL) are "OBJECT=VERSION", e.g. "HostVIFInfo=1.0": the
 * version in which objects of a class are written, without the fields it did not have yet.
 *
 * On success '*ret_text' is a JSON text that the caller frees.  Kind INVALID for an unknown
 * class, kind VERSION for an unknown version, both with the known ones; -ENOMEM. */
int host_info_text(const struct vif_plugin *const *plugins, size_t n_plugins,
                   const char *const *vif_types, const char *const *versions, char **ret_text,
                   struct vif_error *err);

#endif
