/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: what all of its parts have in common.  All of it is the loop's, but for what says otherwise. */
#ifndef VIFD_DAEMON_H
#define VIFD_DAEMON_H

#include "vifd/access.h"
#include "vifd/job.h"
#include "vifd/log.h"
#include "vifd/metrics.h"
#include "vifd/queue.h"
#include "vifd/server.h"
#include "vifd/worker-pool.h"

/* The command line. */
struct settings {
    const char *config_file; /* NULL: the usual one, where it exists */
    const char *socket;      /* NULL: as configured */
    const char *ovsdb;       /* NULL: as configured */
    const char *user;        /* whom root becomes; NULL: PRIVILEGE_USER */
    bool verbose;
};

struct daemon {
    struct settings settings;
    uv_loop_t loop;
    struct mailbox mailbox;
    struct worker_pool changers, readers;
    struct server server;
    struct access_rules rules;
    int64_t timeout_ms; /* of a call that does not say */

    struct queue changes, reads; /* what waits to be begun */
    struct id_set busy;          /* VIFs that are changed, or may still be */
    struct id_set being_read;    /* VIFs that are checked */
    bool lane_taken;             /* a batch is applied: the next one is not begun */
    unsigned n_jobs[2];          /* under way: looks, changes */
    size_t n_open;               /* requests that are worked on and not answered */
    uv_timer_t expiry;           /* of what waits */

    uv_signal_t signals[3];
    uv_timer_t stop_timer, watchdog;
    int64_t stop_since; /* deadline_now() when it was to stop; 0: it is not */
    int stop_fd;        /* ends calls that only wait */
    bool stop_sent;     /* by stop_fd */
    int64_t stop_flush; /* until when the last answers may be taken; 0: there is still work */
    bool abandoned;     /* it ends although a worker is still at work */

    struct log_sink log; /* from any thread */
    struct metrics metrics;
    char textfile[CONFIG_FILE_MAX]; /* "": none */
    bool textfile_failed;           /* which has been said */
    uv_timer_t textfile_timer;
};

/* ---- daemon.c ---- */

/* Has a request worked on, now or in its turn. */
void daemon_begin(struct request *request);
/* A reply has come from whoever works on it. */
void daemon_reply(struct request *request, struct text *text, bool last);
/* One was lost for want of memory. */
void daemon_lost(struct request *request, bool last);
/* Nobody is there to be answered. */
void daemon_drop(struct request *request);
void daemon_job_waits(struct job *job);
void daemon_job_done(struct job *job);
/* Answers all that wait to be begun. */
void daemon_interrupt(struct daemon *daemon);

/* ---- lifecycle.c ---- */

/* From the configuration to the open socket; on an error what was opened stays so, and the process ends. */
int daemon_open(struct daemon *daemon, const struct settings *settings, struct vif_error *err);
/* Runs until it is told to stop, and all that was under way has been answered; closes it.  Whether all
 * threads have ended; else the process must end at once. */
bool daemon_run(struct daemon *daemon);

/* ---- audit.c ---- */

/* One line of what went wrong, of the daemon as a whole.  From any thread. */
void daemon_log(struct daemon *daemon, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A request is over: who, what, what came of it, and when. */
void audit_request(struct daemon *daemon, const struct request *request);
/* A batch was begun. */
void audit_batch(struct daemon *daemon, size_t n_requests, size_t n_vifs);
/* A worker is done with 'n_vifs' VIFs, or with a look. */
void audit_job(const struct job *job, size_t n_vifs);

/* ---- metrics-export.c ---- */

/* The metrics as they are now. */
void metrics_export_write(struct daemon *daemon, enum metrics_format format, struct text *out);
/* Begins with the timer; whose handle is the loop's. */
int metrics_export_init(struct daemon *daemon);
/* Has the textfile written from now on, as configured. */
void metrics_export_configure(struct daemon *daemon, const struct config *config);
/* Writes it now, if there is to be one. */
void metrics_export_write_file(struct daemon *daemon);

#endif
