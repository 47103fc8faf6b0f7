/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup attributes for owning locals: auto_free, auto_close, auto_file, auto_directory, or one
 * made by DEFINE_AUTO.  Ownership leaves only by take_ptr() and take_fd(). */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
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

static inline void cleanup_file(FILE *const *file)
{
    if (*file)
        (void)fclose(*file);
}

static inline void cleanup_directory(DIR *const *directory)
{
    if (*directory)
        (void)closedir(*directory);
}

#define auto_free      __attribute__((cleanup(cleanup_free)))
#define auto_close     __attribute__((cleanup(cleanup_close)))
#define auto_file      __attribute__((cleanup(cleanup_file)))
#define auto_directory __attribute__((cleanup(cleanup_directory)))

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
