/* SPDX-License-Identifier: Apache-2.0 */
/* Exports the metrics of the running daemon, as a text and as the file that node_exporter reads. */
#include <stdio.h>

#include "vifd/daemon.h"

/* As often as Prometheus usually asks. */
#define PERIOD_MS 15000

void metrics_export_write(struct daemon *daemon, enum metrics_format format, struct text *out)
{
    struct metrics *metrics = &daemon->metrics;

    metrics->connections = daemon->server.n_peers;
    metrics->queued = daemon->changes.n + daemon->reads.n;
    metrics->settling = daemon->n_jobs[true] - (daemon->lane_taken ? 1 : 0);
    metrics->lost_events = daemon->log.lost_ever;
    metrics_write(metrics, format, out);
}

void metrics_export_write_file(struct daemon *daemon)
{
    struct text text = {0};
    struct vif_error err = {0};
    bool failed;

    if (!daemon->textfile[0])
        return;
    metrics_export_write(daemon, METRICS_PROMETHEUS, &text);
    failed = metrics_put_file(&text, daemon->textfile, &err) < 0;
    text_done(&text);
    /* Logged once, not every fifteen seconds. */
    if (failed && !daemon->textfile_failed)
        daemon_log(daemon, "metrics: %s", err.text);
    daemon->textfile_failed = failed;
}

static void write_again(uv_timer_t *timer)
{
    metrics_export_write_file(timer->data);
}

int metrics_export_init(struct daemon *daemon)
{
    int r = uv_timer_init(&daemon->loop, &daemon->textfile_timer);

    daemon->textfile_timer.data = daemon;
    metrics_init(&daemon->metrics);
    return r;
}

void metrics_export_configure(struct daemon *daemon, const struct config *config)
{
    (void)snprintf(daemon->textfile, sizeof daemon->textfile, "%s",
                   config->daemon.metrics_textfile);
    daemon->textfile_failed = false;
    if (daemon->textfile[0])
        (void)uv_timer_start(&daemon->textfile_timer, write_again, 0, PERIOD_MS);
    else
        (void)uv_timer_stop(&daemon->textfile_timer);
}
