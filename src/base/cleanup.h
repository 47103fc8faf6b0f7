/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup attributes for owning locals: auto_free, auto_close, or one made by DEFINE_AUTO.
 * Ownership leaves only by take_ptr() and take_fd(). */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    errno = saved;
}

#define auto_free  __attribute__((cleanup(cleanup_free)))
#define auto_close __attribute__((cleanup(cleanup_close)))

/* DEFINE_AUTO(auto_stream, struct stream *, stream_free) makes the attribute function for
 * '__attribute__((cleanup(auto_stream_fn)))'; a header spells it '#define auto_stream ...'. */
#define DEFINE_AUTO(name, type, destructor)                                                        \
    static inline void name##_fn(type *p)                                                          \
    {                                                                                              \
        destructor(*p);                                                                            \
    }                                                                                              \
    struct name##_defined

#define take_ptr(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

static inline int take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#endif
