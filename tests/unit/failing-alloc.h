/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that fails on demand, for a test that meson.build links with --wrap of 'allocation';
 * jansson uses it too. */
#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

#include <stdbool.h>

/* Lets jansson allocate here; once, before anything of jansson's is made. */
void failing_alloc_init(void);

/* The allocation 'n' from here on (1 is the next) fails, and all behind it; 0: none does from here
 * on. */
void failing_alloc_set(unsigned long n);

/* Whether one has failed since failing_alloc_set() with an 'n' above 0. */
bool failing_alloc_hit(void);

/* A loop: pass 'n' calls failing_alloc_set(n), does what is tested, and calls failing_alloc_set(0).
 * The pass in which no allocation failed is the last one; 'least' must have failed by then. */
#define each_allocation_fails(n, least) for (unsigned long n = 1; failing_alloc_more(n, least); n++)

/* Whether there is a pass 'n'. */
bool failing_alloc_more(unsigned long n, unsigned long least);

#endif
