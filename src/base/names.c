/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names, for collecting what to read from a host. */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void names_add(struct names *names, const char *name)
{
    if (name && name[0])
        names->items[names->n++] = name;
}

void names_unique(struct names *names)
{
    size_t kept = 0;

    if (!names->n)
        return;
    qsort(names->items, names->n, sizeof *names->items, text_compare_pointers);
    for (size_t i = 0; i < names->n; i++)
        if (!kept || strcmp(names->items[kept - 1], names->items[i]) != 0)
            names->items[kept++] = names->items[i];
    names->n = kept;
}
