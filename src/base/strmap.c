/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted array of key and value. The maps of one database row have a handful of entries, where
 * an array beats a hash table. */
#include "base/strmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void strmap_done(struct vif_map *map)
{
    for (size_t i = 0; i < map->n; i++) {
        free(map->entries[i].key);
        free(map->entries[i].value);
    }
    free(map->entries);
    *map = (struct vif_map){0};
}

/* The place of 'key', or where it belongs. */
static size_t place(const struct vif_map *map, const char *key, int *ret_found)
{
    size_t low = 0, high = map->n;

    *ret_found = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = strcmp(map->entries[middle].key, key);

        if (c == 0) {
            *ret_found = 1;
            return middle;
        }
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int strmap_set(struct vif_map *map, const char *key, const char *value)
{
    int found;
    size_t at = place(map, key, &found);
    auto_free char *new_key = NULL;
    auto_free char *new_value = strdup(value);
    struct vif_map_entry *entries;

    if (!new_value)
        return -ENOMEM;
    if (found) {
        free(map->entries[at].value);
        map->entries[at].value = take_ptr(new_value);
        return 0;
    }
    new_key = strdup(key);
    if (!new_key)
        return -ENOMEM;
    entries = realloc(map->entries, (map->n + 1) * sizeof *entries);
    if (!entries)
        return -ENOMEM;
    map->entries = entries;
    memmove(entries + at + 1, entries + at, (map->n - at) * sizeof *entries);
    entries[at] = (struct vif_map_entry){take_ptr(new_key), take_ptr(new_value)};
    map->n++;
    return 0;
}

const char *strmap_get(const struct vif_map *map, const char *key)
{
    int found;
    size_t at = place(map, key, &found);

    return found ? map->entries[at].value : NULL;
}
