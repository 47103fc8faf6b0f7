/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that fails on demand.  For a test linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup; jansson is told to use it too. */
#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

#include <stdbool.h>

/* Lets jansson allocate here; once, before anything of jansson's is made. */
void failing_alloc_init(void);

/* The allocation 'n' from here on (1 is the next) fails, and all behind it; 0: none does. */
void failing_alloc_set(unsigned long n);

/* Whether one has failed since failing_alloc_set(). */
bool failing_alloc_hit(void);

#endif
