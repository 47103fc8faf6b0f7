/* SPDX-License-Identifier: Apache-2.0 */
/* One VIF on its way through the engine: its plan, what was done of it, and how to undo that. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include "engine/reconcile.h"
#include "ovsdb/vswitch-copy.h"
#include "plan/plan.h"

enum job_state {
    JOB_PENDING,   /* to be looked at, or to be looked at again */
    JOB_PLANNED,   /* its plan is made from what was observed in this round */
    JOB_APPLIED,   /* its link steps are done */
    JOB_COMMITTED, /* its database steps are done */
    JOB_FINISHED,
    JOB_FAILED, /* 'error' says why; what could be undone is undone */
};

enum undo_kind {
    UNDO_CREATE, /* delete the link again */
    UNDO_SET,
    UNDO_SYSCTL,
    UNDO_ADDRESSES, /* back from the master */
    UNDO_TC_OFFLOAD,
    UNDO_NOTHING, /* a stale link that was removed, or rules: it can only be said */
};

/* How to take back one step on a link.  Copies all it needs: observations come and go. */
struct undo {
    enum undo_kind kind;
    char name[LIMIT_IFNAME];
    char other[LIMIT_IFNAME]; /* the other end of a veth that was made or removed; the new name */
    const char *words;        /* UNDO_NOTHING: what became of it */
    const char *kind_made;    /* UNDO_CREATE: "bridge" */
    struct link_change change;
    bool shared;                         /* the link is of several VIFs and carries no alias */
    struct link_info before;             /* UNDO_SET */
    struct vif_bridge_attributes bridge; /* what change.bridge points to, if anything */
    char old_name[LIMIT_IFNAME];         /* the name it had, "" when it was not renamed */
    char alias[LINK_ALIAS_MAX];          /* the alias it had, with 'set_alias' */
    bool set_alias;
    char master[LIMIT_IFNAME];     /* UNDO_ADDRESSES */
    struct address_list addresses; /* UNDO_ADDRESSES; owned */
    enum sysctl which;
    int value;
};

struct job {
    struct vif_wiring *wiring;
    enum job_state state;
    struct plan plan;
    struct undo *undo; /* in the order in which the steps were done */
    size_t n_undo;
    struct vswitch_copies *copies; /* of the rows its transaction deletes; NULL for none */
    bool changed;                  /* kernel or database were changed */
    bool db_changed;               /* the database was, or may have been */
    bool unknown;                  /* an answer was lost, and the database not looked at since */
    bool answer_lost; /* an answer was lost in this call: what was done is not all known */
    bool reopened;    /* ovs-vswitchd was told to open its link again */
    bool warned;      /* of what was observed */
    bool waiting;     /* its network device is not there yet */
    bool timed_out;   /* what was done has not become real in time, or before the interruption */
    bool rolled_back; /* failed, and nothing of it is to be left */
    bool left;        /* something of it is left nevertheless */
    bool reported;    /* its outcome is filled, and whoever wants to know has been told */
    size_t n_awaited; /* wait_agent(): its ports that are not wired yet */
    const struct vif_wiring_port *stuck; /* failed while settling: the port to be asked about */
    int64_t ofport;
    struct differences differences; /* what was different before anything was done */
    struct vif_error error;
};

/* The jobs of one batch, and what they share. */
struct batch {
    const struct reconcile_options *options;
    struct outcome *outcomes;
    size_t links_done, links_total; /* steps on links, of those that are being carried out */
    const struct engine *engine;
    struct job *jobs;
    size_t n;
    enum vif_goal goal;
    enum vif_wait wait;
    bool undo_on_timeout;
    bool explains;
    int stop;       /* what interrupts the call; STOP_NEVER */
    bool cancelled; /* that was seen */
    struct observed observed;
    int64_t until;
    const struct policy *policy; /* NULL: everything is allowed */
    unsigned stale;              /* transactions in a row that found the database changed */
    bool keep_qos;               /* a QoS row of ours is referred to by someone else: leave them */
    struct deletion *deletions;  /* links that are to be deleted, with whose they are */
    size_t n_deletions, deletions_room;
};

/* Says that the batch is at 'stage' now, or how far it has come there. */
void report_progress(const struct batch *batch, enum vif_stage stage, size_t done, size_t total);

/* The stage of a wait: VIF_STAGE_SWITCH instead of 'stage' while some jobs have yet to be looked at
 * again. */
enum vif_stage report_stage(const struct batch *batch, enum vif_stage stage);

/* The same for links: before the first step, when 'n' more are done, and when 'n' more may be. */
void report_links_begin(struct batch *batch);
void report_links_done(struct batch *batch, size_t n);
void report_links_sent(const struct batch *batch, size_t n);

/* Fills the outcome of the job, once, and says so: nothing may become of it any more. */
void report_job(struct batch *batch, struct job *job);

/* Tells the jobs of which nothing more will become in this round: those in state JOB_FINISHED, and in
 * state JOB_FAILED those for which nothing is to be explained or taken back. */
void report_final(struct batch *batch);

size_t jobs_count(const struct batch *batch, enum job_state state);

/* Two VIFs of one call that want the same thing: the later one becomes JOB_FAILED.  0 or -ENOMEM. */
int duplicates_refuse(struct batch *batch, struct vif_error *err);

/* The wirings as they are now, names found by their owners included: what the policy does not allow
 * becomes JOB_FAILED. */
void policy_check_names(struct batch *batch);

/* Whether the policy allows what was observed of the job's wiring; else the job has the error. */
int policy_allows_found(const struct batch *batch, struct job *job);

/* Fills 'differences' of the jobs in state JOB_PLANNED that have changed nothing yet, with the complaints of
 * ovs-vswitchd if they are wanted. */
void recheck_compare(struct batch *batch, bool complaints);

/* Whether everything is to be looked at again before it counts what ovs-vswitchd says or does: a look lets
 * it take up first what it was asked for (a repair does that in any case, when it has done its part),
 * and then it has to last for a while.  Waits before it says yes.  '*lasts' is -1 at first. */
bool recheck_needed(struct batch *batch, const struct reconcile_options *options, int64_t *lasts);

/* Whether the plan has steps that go into the transaction. */
bool job_has_db_steps(const struct job *job);

/* Gives the job up for 'err' while what became of its transaction is not known: nothing it could stand
 * on is undone, and the words say so. */
void job_fail_unknown(struct job *job, const struct vif_error *err);

/* Whether the call is to end early, or is ending so.  From then on nothing waits any more, and the database
 * client of the engine heeds no stop: what has still to be done is done. */
bool batch_cancelled(struct batch *batch);

/* To be called wherever every job is in a state from which it can be taken back or goes on.  When the call
 * is to end early, each job before its transaction becomes JOB_FAILED (kind INTERRUPTED), with its
 * steps undone, but for those that go on; true then. */
bool cancel_point(struct batch *batch);

/* From here on waiting for the database ends early as well, unless a job has to go on; it does not. */
void cancel_unmask(struct batch *batch);
void cancel_mask(struct batch *batch);

/* Says of a job that was interrupted and is as it was before that it is. */
void cancel_say_unchanged(struct job *job);

/* Adds "; <name><words>" to the words of the job's error, once. */
void job_note(struct job *job, const char *name, const char *words);

/* Carries out the link steps of every job in state JOB_PLANNED, stage by stage, all jobs together.  A job is then JOB_APPLIED; JOB_PENDING again, with its steps undone, when someone
 * else changed a link meanwhile; or JOB_FAILED, with its steps undone. */
void apply_links(struct batch *batch);

/* Carries out one STEP_ADDRESS_MOVE, STEP_TC_OFFLOAD or STEP_RULES; the job is JOB_FAILED, or
 * JOB_PENDING to look again, when it does not go well. */
void apply_special(struct batch *batch, struct job *job, const struct step *step);

/* Sets the links up again that ovs-vswitchd has just opened anew, of the jobs in state JOB_COMMITTED.  A link
 * that is gone by now is no error. */
int links_up(struct batch *batch, struct vif_error *err);

/* Makes room for the undos of all steps of the plan; -ENOMEM. */
int undo_reserve(struct job *job);

/* Remembers how to take back a step that was done.  'peer' is the other end of a veth that was
 * removed, "" for none. */
void undo_remember(const struct batch *batch, struct job *job, const struct step *step,
                   const char *peer);

/* Frees the list of undos. */
void undo_forget(struct job *job);

/* Takes back what this call did to the links of 'job', newest first.  What cannot be undone is named
 * in the words of job->error.  An unplug is not taken back: it goes on where it ended.
 *
 * Links that were made are deleted by the undo_flush() that has to follow before anything waits or
 * looks, those of all jobs at once. */
void undo_links(struct batch *batch, struct job *job);
void undo_flush(struct batch *batch);

/* Parts of undo_links(): puts a link that was made with those that undo_flush() deletes; whether one
 * is also of a job that stands; names what is left of one step that could not be taken back. */
void undo_delete(struct batch *batch, struct job *job, const struct undo *undo);
bool undo_is_needed(const struct batch *batch, const struct job *job, const struct undo *undo);
void undo_say_failed(struct job *job, const struct undo *undo);

/* Names all that this call did to the links of 'job', and forgets it: it stays. */
void undo_say_left(struct job *job);

/* Sends the database steps of the jobs in state JOB_APPLIED as one transaction.  With 'settle',
 * next_cfg is raised and '*ret_cfg' is what cur_cfg must reach (0: nothing was sent).  A job is then
 * JOB_COMMITTED; JOB_PENDING when the database has to be looked at again (no steps on links are undone);
 * or JOB_FAILED, with its links undone. */
void commit_apply(struct batch *batch, bool wait, int64_t *ret_cfg);

/* The transaction of all jobs, as JSON text; NULL when memory is gone. */
char *commit_json(struct batch *batch);

/* Raises next_cfg alone.  0 and the value cur_cfg must reach, or a negative errno. */
int commit_raise_cfg(struct batch *batch, int64_t *ret_cfg, struct vif_error *err);

/* Waits for ovs-vswitchd to reach 'cfg' (0: not known, asked for where needed) and judges the ports of
 * the jobs in state JOB_COMMITTED: ofport and waiting are set, or the job is JOB_FAILED.  Those for which no
 * agent is awaited are then JOB_FINISHED and told, before the wait where they need none. */
void wait_present(struct batch *batch, int64_t cfg);

/* With VIF_WAIT_OVN and VIF_WAIT_ML2: waits until the ports of the jobs in state JOB_COMMITTED whose network
 * devices are there are wired by OVN or by the ML2 agent; each job is JOB_FINISHED and told when its own
 * are; those that are not in time are JOB_FAILED. */
void wait_agent(struct batch *batch);

/* Adds to the errors of the jobs that have failed while settling why, as far as can be seen. */
void wait_diagnose(struct batch *batch);

/* Waits for ovs-vswitchd to let go of the ports of jobs in state JOB_COMMITTED that changed the database.
 * Failing that, the error is returned: the links may still be removed. */
int wait_absent(struct batch *batch, int64_t cfg, struct vif_error *err);

/* Makes ovs-vswitchd open the links of the jobs' STEP_PORT_REOPEN anew.  Without 'settle' it is only
 * told to, and the next plug takes the telling back; with it '*cfg' becomes what cur_cfg must reach.
 * A job is JOB_PENDING again when its row changed meanwhile. */
void reopen_ports(struct batch *batch, bool wait, int64_t *cfg);

/* Waits until ovs-vswitchd has taken up what it was last asked for; writes nothing. */
int wait_catch_up(struct batch *batch, struct vif_error *err);

/* For what is known without waiting: sets ofport and waiting of the jobs in state JOB_COMMITTED. */
void wait_skip(struct batch *batch);

/* Takes back what this call did to the database, and to the links, for the jobs in state JOB_FAILED
 * whose database steps were done and then came to nothing: ovs-vswitchd could not make the ports or
 * could not be asked to, or they timed out where that is to be undone.  What cannot be taken back is
 * named in the words of their errors, and so is what became of those that timed out. */
void rollback_failed(struct batch *batch);

#endif
