/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: brings a batch of wirings about, or their absence, and undoes its own steps where
 * something fails. */
#ifndef ENGINE_RECONCILE_H
#define ENGINE_RECONCILE_H

#include <vif/vif.h>

#include "plan/diff.h"

/* Progress, and the result of each wiring as soon as it is known; see struct
 * vif_call_options.  Either function may be NULL. */
struct reconcile_hooks {
    void (*progress)(void *data, enum vif_stage stage, size_t done, size_t total);
    void (*result)(void *data, size_t i); /* outcomes[i] is filled */
    void *data;
};

struct policy;
struct reconcile_options {
    enum vif_goal goal;
    enum vif_wait wait;
    bool undo_on_timeout; /* undo what is not ready in time, else keep it */
    bool dry_run;         /* only say what would be done */
    bool explain;         /* plug: report differences at the first look; when waiting also the
                             complaints of ovs-vswitchd */
    bool look;            /* with 'explain': and change nothing */
    int64_t until;        /* deadline for all of it */
    int stop;             /* ends it early, each VIF whole; STOP_NEVER */
    const struct reconcile_hooks *hooks; /* NULL: none */
    const struct policy *policy;         /* what may be touched; NULL: everything */
};

/* The result of one wiring. */
struct outcome {
    enum vif_state state;
    bool changed;   /* something was (or in a dry run: would be) changed */
    int64_t ofport; /* of the port, when known; else 0 */
    char *warnings; /* each ended by a newline; NULL for none */
    char *steps;    /* dry run: one line per step, each ended by a newline; else NULL */
    struct differences differences; /* to explain: what was different */
    struct vif_error error;
};

void outcome_done(struct outcome *outcome);

/* Does it for wirings[0..n), each with its own outcome in outcomes[0..n) (zeroed by the caller;
 * the caller ends each with outcome_done()).  Two wirings of one call that want the same link or
 * port are a conflict for the later one.
 *
 * 'ret_transaction' (may be NULL): in a dry run, the operations of the one transaction as JSON
 * text; the caller frees it; NULL when there is none.
 *
 * A port without a name gets that of the port whose iface-id is its owner, and with it the
 * nameless link of the wiring.
 *
 * Ended early, it fails with kind INTERRUPTED what is then as it was before ('changed' is not
 * set), and what is plugged and was not waited for; all else is brought to its end, and so is an
 * unplug whose rows are gone.
 *
 * Returns 0 when every outcome is filled; -ENOMEM. */
int reconcile(const struct engine *engine, struct vif_wiring *const *wirings, size_t n,
              const struct reconcile_options *options, struct outcome *outcomes,
              char **ret_transaction, struct vif_error *err);

/* ---- locks that keep programs of this library from working on the same VIF at once ---- */

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
