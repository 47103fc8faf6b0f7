/* SPDX-License-Identifier: Apache-2.0 */
/* Undoing what a call did to the links of a job. */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include "engine/job.h"

/* How to undo one step on a link.  Copies all it needs: plans and observations come and go. */
struct undo {
    enum step_kind kind;
    char name[LIMIT_IFNAME];
    char other[LIMIT_IFNAME];  /* the other end of a veth; the new name; the master of addresses */
    bool shared;               /* the link is of several VIFs and carries no alias */
    struct link_info before;   /* STEP_LINK_SET: the link, */
    struct link_change change; /* ... what was asked for, but for the texts in it, */
    bool set_alias;            /* ... and whether it got another alias */
    struct address_list addresses; /* STEP_ADDRESS_MOVE; owned */
    enum sysctl which;             /* STEP_SYSCTL */
    int value;
};

/* Makes room for the undos of all steps of the plan, so that a step that is done can be undone.
 * -ENOMEM. */
int undo_reserve(struct job *job);

/* Remembers that a step was done.  The caller fills in the rest of what is returned: kind, name and
 * 'shared' are set. */
struct undo *undo_add(struct job *job, const struct step *step);

/* Whether the step cannot be undone: a stale link that was removed, or rules. */
bool undo_is_final(const struct undo *undo);

/* Forgets all undos. */
void undo_forget(struct job *job);

/* Undoes the steps on links of 'job', newest first.  Links that cannot be restored are named in
 * its error, if it has failed; else later.  An unplug is not undone: it goes on where it ended.
 *
 * Links that were made are deleted by undo_flush(), those of all jobs at once.  It has to follow
 * before anything waits or observes. */
void undo_links(struct batch *batch, struct job *job);
void undo_flush(struct batch *batch);

/* Names all that this call did to the links of 'job', and forgets it: it stays. */
void undo_name_left(struct job *job);

#endif
