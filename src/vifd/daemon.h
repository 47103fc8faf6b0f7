/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: what its parts share.  All of it belongs to the loop's thread, unless noted. */
#ifndef VIFD_DAEMON_H
#define VIFD_DAEMON_H

#include "vifd/log.h"
#include "vifd/metrics.h"
#include "vifd/server.h"
#include "vifd/worker-pool.h"

/* ---- its own limits; those of messages are in base/limits.h ---- */

/* Batches at once, nearly all of them waiting for their VIFs: each has a thread, a netlink
 * socket and a connection to the database.  A wait takes some 50 ms; one that times out takes
 * two minutes. */
#define LIMIT_CHANGERS 64
/* Reads at once: they use the processor, so more than a small host has gain nothing. */
#define LIMIT_READERS 4

/* Incomplete messages of all peers together, so that callers cannot use up memory: four of the
 * largest. */
#define LIMIT_INPUT_BYTES ((size_t)256 << 20)
/* Output a peer has not read when more comes: about 50,000 results. */
#define LIMIT_OUTPUT_BYTES ((size_t)16 << 20)
/* A peer that reads nothing for this long is disconnected. */
#define LIMIT_STALL_MS 30000

/* A user other than root may hold this part of all connections. */
#define LIMIT_USER_PART 4
/* Descriptors that are not connections: workers, plugins, sockets. */
#define RESERVED_FDS 300

/* On shutdown, calls that only wait for their VIFs are given this long. */
#define LIMIT_STOP_MS 10000
/* On shutdown, peers are given this long to read their answers. */
#define LIMIT_FLUSH_MS 2000

/* Jobs this big leave free memory in the heaps, which is returned to the system: VIFs, bytes of
 * replies. */
#define TRIM_VIFS  100
#define TRIM_BYTES ((size_t)64 << 10)

/* ---- its parts ---- */

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

/* Requests that are worked on together, on a worker. */
struct job {
    struct task task;
    struct daemon *daemon;
    struct request **requests;
    size_t n;
    bool holds_lane; /* the loop's */

    /* The worker's. */
    struct note waits; /* posted once: from here on it only waits */
    struct vif_progress progress;
    int64_t stage_began;
    struct timings timings;    /* its stages */
    struct host_counts counts; /* what it took */
    size_t starts[];           /* the place in the batch of the first VIF of each request; n + 1 */
};

/* ---- job.c ---- */

/* Begins to work on the requests, which it takes with the array, in 'pool', which has room.  In the
 * end, and as soon as it only waits, it calls daemon_job_waits() and daemon_job_done().  A
 * negative errno when memory or threads are out: nothing is taken then. */
int job_begin(struct daemon *daemon, struct worker_pool *pool, struct request **requests, size_t n,
              bool holds_lane);

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
#define daemon_log(daemon, ...) log_say(&(daemon)->log, LOG_LEVEL_WARNING, __VA_ARGS__)
/* Logs and counts an answered request: its caller, its method, its result and its timings. */
void audit_request(struct daemon *daemon, struct request *request);
/* Writes the current metrics. */
void audit_write_metrics(struct daemon *daemon, enum metrics_format format, struct text *out);
/* Has the textfile written regularly, as configured. */
void audit_configure(struct daemon *daemon, const struct config *config);
/* Writes it now, if configured. */
void audit_write_metrics_file(struct daemon *daemon);

#endif
