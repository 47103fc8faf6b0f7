/* SPDX-License-Identifier: Apache-2.0 */
/* The list of VIFs, as whoever finds them fills it and a program reads it. */
#ifndef LIBVIF_LIST_H
#define LIBVIF_LIST_H

#include "base/pool.h"
#include "state/snapshot.h"

struct vif_list {
    struct snapshot snapshot; /* what 'vifs' point to */
    struct pool pool;         /* the texts of VIFs that came from vifd */
    struct vif_found *vifs;
    size_t n;
    char *json; /* made when first asked for */
};

#endif
