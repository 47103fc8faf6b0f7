/* SPDX-License-Identifier: Apache-2.0 */
/* The phases of a round in the order of a plug, and what goes on beside them: reporting,
 * cancelling. */
#ifndef ENGINE_PHASES_H
#define ENGINE_PHASES_H

#include "engine/job.h"

/* ---- report.c: progress, results, differences ---- */

/* Reports the stage the batch is at, or how far it has come there. */
void report_progress(const struct batch *batch, enum vif_stage stage, size_t done, size_t total);

/* The same for links: before the first step, when 'n' more are done, and when 'n' more may be. */
void report_links_begin(struct batch *batch);
void report_links_done(struct batch *batch, size_t n);
void report_links_sent(const struct batch *batch, size_t n);

/* The stage of a wait: VIF_STAGE_SWITCH instead of 'stage' while some jobs are PENDING again. */
enum vif_stage report_stage(const struct batch *batch, enum vif_stage stage);

/* Fills the outcome of the job and reports it, once: it must not change any more. */
void report_job(struct batch *batch, struct job *job);

/* Finishes a job, and reports it. */
void report_finished(struct batch *batch, struct job *job);

/* Reports the jobs that will not change in this round: those that are FINISHED, and of the FAILED
 * ones those for which nothing is to be diagnosed or undone. */
void report_final(struct batch *batch);

/* ---- job.c: cancelling ---- */

/* Whether the call is to end early.  From then on nothing waits any more, and the database client
 * ignores the caller's descriptor: what has still to be done is done. */
bool batch_cancelled(struct batch *batch);

/* To be called wherever every job is in a state from which it can be undone or goes on.  When the
 * call is to end early, each job before its transaction is FAILED (kind INTERRUPTED), with its
 * steps undone, but for those that go on; true then. */
bool cancel_point(struct batch *batch);

/* Makes the database client heed the caller's descriptor, unless a job has to go on; or not. */
void cancel_unmask(struct batch *batch);
void cancel_mask(struct batch *batch);

/* ---- duplicates.c, report.c ---- */

/* Of two VIFs of one call that want the same thing the later one becomes FAILED.  0 or -ENOMEM. */
int duplicates_refuse(struct batch *batch, struct vif_error *err);

/* Fills in the differences of the PLANNED jobs that have changed nothing yet, with the complaints
 * of ovs-vswitchd if they are wanted. */
void recheck_compare(struct batch *batch, bool complaints);

/* Whether everything is to be observed again before what ovs-vswitchd complains of counts: a check
 * lets it first take up what it was asked for, and then the complaint has to last for a while.
 * Waits before it returns true.  '*lasts' is -1 at first. */
bool recheck_needed(struct batch *batch, int64_t *lasts);

/* ---- apply-links.c ---- */

/* Does the link steps of every PLANNED job, stage by stage, all jobs together.  A job is then
 * APPLIED; PENDING, with its steps undone, when others changed a link meanwhile; or FAILED,
 * likewise. */
void apply_links(struct batch *batch);

/* ---- commit.c ---- */

/* Sends the database steps of the APPLIED jobs as one transaction.  With 'wait', next_cfg is
 * raised and '*ret_cfg' is what cur_cfg must reach (0: nothing was sent).  A job is then
 * COMMITTED; PENDING when the database has to be read again (no steps on links are undone); or
 * FAILED, with its links undone. */
void commit_apply(struct batch *batch, bool wait, int64_t *ret_cfg);

/* The transaction of all PLANNED jobs, as JSON text; NULL when it is empty, or memory runs out. */
char *commit_json(struct batch *batch);

/* Raises next_cfg alone.  0 and the value cur_cfg must reach, or a negative errno. */
int commit_raise_cfg(struct batch *batch, int64_t *ret_cfg, struct vif_error *err);

/* ---- reopen.c ---- */

/* Makes ovs-vswitchd open the links of the jobs' STEP_PORT_REOPEN again.  Without 'wait' it is only
 * asked to, and the next plug withdraws the request; with it '*cfg' becomes what cur_cfg must
 * reach.  A job is PENDING again when its row changed meanwhile. */
void reopen_ports(struct batch *batch, bool wait, int64_t *cfg);

/* ---- wait-vswitchd.c ---- */

/* Waits for ovs-vswitchd to reach 'cfg' (0: not known, asked for where needed) and checks the
 * ports of the COMMITTED jobs: ofport and waiting are set, or the job is FAILED.  Those for which
 * no agent is awaited are then FINISHED and reported, before the wait where they need none. */
void wait_present(struct batch *batch, int64_t cfg);

/* What is known without waiting: sets ofport and waiting of the COMMITTED jobs. */
void wait_skip(struct batch *batch);

/* Waits for ovs-vswitchd to let go of the ports of COMMITTED jobs that changed rows.  When it
 * fails, the links may still be removed. */
int wait_absent(struct batch *batch, int64_t cfg, struct vif_error *err);

/* Waits until ovs-vswitchd reaches 'cfg'; 0 is what it was last asked for, or a number of our own
 * when it has got there.  'n' jobs are waited for at 'stage', which begins when nothing is written
 * any more. */
int wait_for_cfg(struct batch *batch, int64_t cfg, enum vif_stage stage, size_t n,
                 struct vif_error *err);

/* ---- wait-agent.c ---- */

/* With VIF_WAIT_OVN and VIF_WAIT_ML2: waits until the ports of the COMMITTED jobs whose network
 * devices are there are wired by OVN or by the ML2 agent; each job is FINISHED and reported when
 * its own are; those that are not in time are FAILED. */
void wait_agent(struct batch *batch);

/* Adds the reason to the errors of the jobs that have failed while waiting, as far as it can be
 * seen. */
void wait_diagnose(struct batch *batch);

/* ---- rollback.c ---- */

/* Undoes what this call did to the database, and to links, for the FAILED jobs that came to
 * nothing after their transaction: ovs-vswitchd could not make the ports or could not be asked to,
 * or they were not ready in time where that is to be undone.  The errors name what is left. */
void rollback_failed(struct batch *batch);

#endif
