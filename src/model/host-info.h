/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's HostInfo: what plugins a host has and what they take, for whoever chooses the kind of
 * VIF that a port of a guest becomes (Neutron). */
#ifndef MODEL_HOST_INFO_H
#define MODEL_HOST_INFO_H

#include "model/model.h"

/* Versions are those of the object, e.g. "1.0". */
struct profile_support {
    enum port_profile_type type;
    const char *min, *max;
};

struct vif_support {
    enum vif_type type;
    const char *min, *max;
    const struct profile_support *profiles;
    size_t n_profiles;
};

struct plugin_support {
    const char *name;
    const struct vif_support *vifs;
    size_t n_vifs;
};

/* HostInfo of these plugins as the versioned primitive os-vif makes of it.
 *
 * 'vif_types' (NULL-ended) are the classes to tell of, NULL all: a plugin that has none of them is
 * left out.  'versions' (NULL-ended, may be NULL) are "OBJECT=VERSION", e.g. "HostVIFInfo=1.0": the
 * version in which objects of a class are written, without the fields it did not have yet.
 *
 * On success '*ret_text' is a JSON text that the caller frees.  Kind INVALID for a class there is
 * not, kind VERSION for a version that cannot be had, both naming what can; -ENOMEM. */
int host_info_text(const struct plugin_support *plugins, size_t n_plugins,
                   const char *const *vif_types, const char *const *versions, char **ret_text,
                   struct vif_error *err);

#endif
