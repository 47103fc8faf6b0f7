/* SPDX-License-Identifier: Apache-2.0 */
/* Taps: made, set up while their descriptors are held, and made persistent last. */
#include <string.h>

#include "base/cleanup.h"
#include "engine/phases.h"
#include "engine/steps.h"
#include "kernel/tap.h"

/* Descriptors held at once: far below any limit on open files. */
#define TAPS_AT_ONCE 64

static void message_settings(struct netlink_batch *messages, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {
        .set_up = true,
        .mtu = link->mtu,
        .set_address = link->tap.has_address,
        .alias = alias,
    };

    memcpy(change.address, link->tap.address, sizeof change.address);
    wiring_alias(item->job->wiring, alias);
    link_add_set(messages, link->name, 0, &change);
}

static void make_taps(struct batch *batch, struct item *items, size_t n)
{
    int fds[TAPS_AT_ONCE];
    size_t made = 0;

    for (size_t i = 0; i < n; i++) {
        const struct vif_wiring_link *link = items[i].step->link;
        struct tap_options options = {link->tap.multi_queue, link->tap.owner, link->tap.group};
        struct vif_error err = {0};
        int r;

        if (items[i].job->state != JOB_APPLIED)
            continue;
        r = tap_create(link->name, &options, &fds[made], &err);
        if (r < 0)
            apply_failed(batch, &items[i], r, &err);
        else
            items[made++] = items[i]; /* the failed ones are done with */
    }
    if (made)
        apply_messages(batch, items, made, message_settings);
    for (size_t i = 0; i < made; i++) {
        struct job *job = items[i].job;

        if (job->state == JOB_APPLIED && tap_persist(fds[i], items[i].step->name, &job->error) < 0)
            job_fail(job, NULL);
        cleanup_close(&fds[i]);
    }
}

/* Between two turns all taps are whole. */
static void make_in_turns(struct batch *batch, struct item *items, size_t n)
{
    for (size_t done = 0, turn; done < n; done += turn) {
        turn = n - done < TAPS_AT_ONCE ? n - done : TAPS_AT_ONCE;
        if (done)
            (void)cancel_point(batch);
        make_taps(batch, items + done, turn);
        report_links_done(batch, turn);
    }
}

const struct step_type step_tap_create = {
    .verb = "create tap",
    .left = " is left behind",
    .apply_all = make_in_turns,
    .makes = "tun",
};
