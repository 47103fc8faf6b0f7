/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that keep programs of this library from working on the same VIF at once. */
#ifndef ENGINE_LOCK_H
#define ENGINE_LOCK_H

#include <vif/error.h>

#include "base/deadline.h"
#include "base/error.h"

/* Locks the ids until '*ret_fd' is closed, and waits for the programs that hold one of them; calls
 * 'tick' meanwhile.  With 'look' the lock is shared with others that only look.  Where there is no
 * place for a lock (no right to write there), '*ret_fd' is -1 and the call goes on without.
 * -ETIMEDOUT past 'until'; -EINTR once 'stop' is readable; -ENOMEM. */
int lock_ids(const char *const *ids, size_t n, bool look, int stop, int64_t until,
             const struct log *log, const struct tick *tick, int *ret_fd, struct vif_error *err);

/* Locks those of the ids that no other program has locked, each with 'ret_taken[i]', until
 * '*ret_fd' is closed.  Does not wait.  Errors of the lock file. */
int lock_try_ids(const char *const *ids, size_t n, bool *ret_taken, int *ret_fd,
                 struct vif_error *err);

/* Releases these ids of lock_ids() before the others. */
void lock_release(int fd, const char *const *ids, size_t n);

#endif
