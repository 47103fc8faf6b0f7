/* SPDX-License-Identifier: Apache-2.0 */
/* Finding rows by their names, their UUIDs, or those they refer to: a sorted array. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/rows.h"

void row_index_done(struct row_index *index)
{
    free(index->entries);
    *index = (struct row_index){0};
}

static int by_key(const void *a, const void *b)
{
    const struct row_entry *left = a, *right = b;

    return strcmp(left->key, right->key);
}

int row_index_begin(struct row_index *index, size_t n)
{
    index->entries = calloc(n + 1, sizeof *index->entries);
    return index->entries ? 0 : -ENOMEM;
}

void row_index_add(struct row_index *index, const char *key, void *row)
{
    index->entries[index->n++] = (struct row_entry){key, row};
}

void row_index_sort(struct row_index *index)
{
    qsort(index->entries, index->n, sizeof *index->entries, by_key);
}

int row_index_by_text(struct row_index *index, void *rows, size_t n, size_t size, size_t offset)
{
    if (row_index_begin(index, n) < 0)
        return -ENOMEM;
    for (char *row = rows; n > 0; row += size, n--)
        row_index_add(index, row + offset, row);
    row_index_sort(index);
    return 0;
}

static const struct uuid_set *set_in(const void *rows, size_t i, size_t size, size_t offset)
{
    return (const struct uuid_set *)(const void *)((const char *)rows + i * size + offset);
}

int row_index_by_references(struct row_index *index, void *rows, size_t n, size_t size,
                            size_t offset)
{
    size_t all = 0;

    for (size_t i = 0; i < n; i++)
        all += set_in(rows, i, size, offset)->n;
    if (row_index_begin(index, all) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct uuid_set *set = set_in(rows, i, size, offset);

        for (size_t k = 0; k < set->n; k++)
            row_index_add(index, set->items[k], (char *)rows + i * size);
    }
    row_index_sort(index);
    return 0;
}

const struct row_entry *row_index_first(const struct row_index *index, const char *key)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(index->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->n && strcmp(index->entries[low].key, key) == 0 ? &index->entries[low]
                                                                       : NULL;
}

void *row_index_find(const struct row_index *index, const char *key)
{
    const struct row_entry *entry = row_index_first(index, key);

    return entry ? entry->row : NULL;
}
