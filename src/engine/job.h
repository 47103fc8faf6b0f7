/* SPDX-License-Identifier: Apache-2.0 */
/* One VIF on its way through the engine, and the batch it is part of. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include "engine/reconcile.h"
#include "ovsdb/vswitch-copy.h"
#include "plan/plan.h"

/* The states of a job.  A plug passes them in this order; an unplug, which removes rows before
 * links, goes from PLANNED to COMMITTED, back to PLANNED, and on to APPLIED.  From each state
 * before FINISHED a job may become PENDING, since others changed something, or FAILED, for which
 * there is job_fail() alone. */
enum job_state {
    JOB_PENDING,   /* to be observed, perhaps again */
    JOB_PLANNED,   /* its plan is made from what was observed in this round */
    JOB_APPLIED,   /* its steps on links are done */
    JOB_COMMITTED, /* its steps on rows are done */
    JOB_FINISHED,
    JOB_FAILED, /* 'error' says why */
};

/* Knowledge of its rows.  UNKNOWN only in states PENDING and FAILED: a new plan makes UNSURE
 * of it and of CHANGED, and only rows that are CHANGED are ever undone. */
enum job_rows {
    ROWS_UNCHANGED,
    ROWS_CHANGED, /* by the present plan */
    ROWS_UNSURE,  /* perhaps by an earlier plan, so what this call changed is not all known */
    ROWS_UNKNOWN, /* the reply to a transaction was lost, and the database not read since */
};

/* In state FAILED: the fate of its changes. */
enum job_end {
    JOB_END_OPEN,   /* rollback_failed() decides by the error and the rows */
    JOB_END_LATE,   /* not ready in time, or cancelled: kept, unless the caller says undo */
    JOB_END_UNDONE, /* undone, but for what 'left' stands for */
};

struct job {
    size_t index; /* in its batch: the owner of its rows in transactions */
    struct vif_wiring *wiring;
    enum job_state state;
    enum job_rows rows;
    enum job_end end;
    struct plan plan;
    struct undo *undo; /* of its steps on links, in their order */
    size_t n_undo, n_deleting;
    struct vswitch_copies *copies;       /* of the rows its transaction deletes; NULL for none */
    bool changed;                        /* kernel or database were changed */
    bool left;                           /* something could not be undone, and the error names it */
    bool waiting;                        /* its network device does not exist yet */
    bool warned;                         /* of what was observed */
    bool reported;                       /* its outcome is filled, and does not change any more */
    size_t n_awaited;                    /* wait_agent(): its ports that are not wired yet */
    const struct vif_wiring_port *stuck; /* failed while waiting: the port to diagnose */
    int64_t ofport;
    struct differences differences; /* found before anything was done */
    struct vif_error error;         /* also why it is PENDING again */
};

/* The jobs of one call, and what they share. */
struct batch {
    const struct engine *engine;
    const struct reconcile_options *options;
    struct job *jobs;
    size_t n;
    struct outcome *outcomes;
    struct observed observed; /* in this round */
    size_t links_done, links_total;
    bool cancelled; /* the caller's wish was seen: from then on nothing waits any more */
    unsigned stale; /* transactions in a row that found the database changed */
    bool keep_qos;  /* a QoS row of ours is referred to by others: leave them all */
};

#define FOR_EACH_JOB(name, batch)                                                                  \
    for (struct job *name = (batch)->jobs; name < (batch)->jobs + (batch)->n; name++)
#define FOR_EACH_JOB_IN(name, batch, state)                                                        \
    for (struct job *name = NULL; (name = job_next(batch, name, state)) != NULL;)
#define FOR_EACH_STEP(name, job)                                                                   \
    for (const struct step *name = NULL; (name = job_next_step(job, name)) != NULL;)

/* The next job in this state, and the next step of a job; the first after NULL. */
struct job *job_next(const struct batch *batch, struct job *job, enum job_state state);
const struct step *job_next_step(const struct job *job, const struct step *step);

size_t jobs_count(const struct batch *batch, enum job_state state);
void jobs_change_state(struct batch *batch, enum job_state from, enum job_state to);

/* Fails the job for 'err', or with NULL for the words its error has already.  Undoes nothing. */
void job_fail(struct job *job, const struct vif_error *err);

/* Has it observed again, because of 'err'. */
void job_retry(struct job *job, const struct vif_error *err);

/* Fails it, and undoes its steps on links; undo_flush() has to follow. */
void job_fail_undone(struct batch *batch, struct job *job, const struct vif_error *err);

/* Fails it where the rows are UNKNOWN: nothing they could need is undone. */
void job_fail_unknown(struct job *job, const struct vif_error *err);

/* Adds "; <name><words>" to the words of the job's error, once. */
void job_note(struct job *job, const char *name, const char *words);

/* ---- undoing steps on links (undo.c) ---- */

/* How to undo one step on a link.  Copies all it needs: plans and observations come and go. */
struct undo {
    enum step_kind kind;
    char name[LIMIT_IFNAME];
    char other[LIMIT_IFNAME];  /* the other end of a veth; the new name; the master of addresses */
    const char *made;          /* the kind of the link that the step created; NULL: none */
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
