/* SPDX-License-Identifier: Apache-2.0 */
/* A small map from string to string, kept sorted by key: external_ids, options. */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stddef.h>
#include <vif/plugin.h>

/* Zero-initialise; strmap_done() frees what it holds and leaves it empty. */
void strmap_done(struct vif_map *map);

/* Sets 'key' to a copy of 'value', replacing what was there.  -ENOMEM with nothing changed. */
int strmap_set(struct vif_map *map, const char *key, const char *value);

/* The value of 'key', borrowed, or NULL. */
const char *strmap_get(const struct vif_map *map, const char *key);

#endif
