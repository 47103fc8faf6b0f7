/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator that fails on demand: functions the linker puts before the C library's. */
#include "failing-alloc.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned long countdown;
static bool hit;

/* clang-format off */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
/* clang-format on */

/* Memory that is gone stays gone: what follows the first failure must not allocate its way out. */
static bool fails(void)
{
    if (countdown == 0)
        return false;
    if (countdown > 1) {
        countdown--;
        return false;
    }
    hit = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;

    return __builtin_mul_overflow(n, size, &bytes) ? NULL : __wrap_realloc(old, bytes);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

void failing_alloc_init(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
}

void failing_alloc_set(unsigned long n)
{
    countdown = n;
    if (n > 0)
        hit = false;
}

bool failing_alloc_hit(void)
{
    return hit;
}

bool failing_alloc_more(unsigned long n, unsigned long least)
{
    assert_true(n < 10000);
    if (n == 1 || hit)
        return true;
    assert_true(n - 2 >= least);
    return false;
}
