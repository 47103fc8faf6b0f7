/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: what its parts share.  All of it belongs to the loop's thread, unless noted. */
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
    const char *config_file; /* NULL: the default, if it exists */
    const char *socket;      /* NULL: as configured */
    const char *ovsdb;       /* NULL: as configured */
    const char *user;        /* that root becomes; NULL: PRIVILEGE_USER */
    bool verbose;
};

struct daemon {
    struct settings settings;
    uv_loop_t loop;
    struct mailbox mailbox;
    struct worker_pool changers, readers;
    struct server server;
    struct access_rules rules;
    int64_t timeout_ms; /* of a call without one */

    struct queue changes, reads; /* waiting to be started */
    struct id_set busy;          /* VIFs being changed */
    struct id_set being_read;    /* VIFs being checked */
    bool lane_taken;             /* a batch is being applied: the next one waits */
    unsigned n_jobs[2];          /* running: reads, changes */
    size_t n_open;               /* requests started and not answered */
    uv_timer_t expiry;           /* of the queues */

    uv_signal_t signals[3];
    uv_timer_t stop_timer, watchdog;
    int64_t stop_since; /* deadline_now() when it began to stop; 0: running */
    int stop_fd;        /* cancels calls that only wait */
    bool stop_sent;     /* on stop_fd */
    int64_t stop_flush; /* deadline for peers to read the last answers; 0: jobs are running */
    bool abandoned;     /* it ends although a worker is busy */

    struct log_sink log; /* from any thread */
    struct metrics metrics;
    char textfile[CONFIG_FILE_MAX]; /* "": none */
    bool textfile_failed;           /* and was logged */
    uv_timer_t textfile_timer;
};

/* ---- daemon.c ---- */

/* Starts a request, now or in its turn. */
void daemon_begin(struct request *request);
/* Sends a reply of its job; one that failed ends the connection. */
void daemon_reply(struct request *request, struct text *text, bool last);
/* Its peer is gone. */
void daemon_drop(struct request *request);
void daemon_job_waits(struct job *job);
void daemon_job_done(struct job *job);
/* Fails all requests that wait to be started. */
void daemon_interrupt(struct daemon *daemon);

/* ---- lifecycle.c ---- */

/* From the configuration to the open socket; after an error the process has to end. */
int daemon_open(struct daemon *daemon, const struct settings *settings, struct vif_error *err);
/* Runs until a signal stops it and running calls are answered, and closes it.  False if a thread
 * is still busy: the process must end at once. */
bool daemon_run(struct daemon *daemon);

/* ---- audit.c ---- */

/* Logs a warning about the daemon itself.  From any thread. */
void daemon_log(struct daemon *daemon, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Logs and counts an answered request: its caller, its method, its result and its timings. */
void audit_request(struct daemon *daemon, const struct request *request);
/* Logs the start of a batch. */
void audit_batch(struct daemon *daemon, size_t n_requests, size_t n_vifs);
/* Counts a finished job with 'n_vifs' VIFs; 0: a read. */
void audit_job(const struct job *job, size_t n_vifs);

/* ---- metrics-export.c ---- */

/* Writes the current metrics. */
void metrics_export_write(struct daemon *daemon, enum metrics_format format, struct text *out);
/* Initialises the metrics and the timer. */
int metrics_export_init(struct daemon *daemon);
/* Has the textfile written regularly, as configured. */
void metrics_export_configure(struct daemon *daemon, const struct config *config);
/* Writes it now, if configured. */
void metrics_export_write_file(struct daemon *daemon);

#endif
