/* SPDX-License-Identifier: Apache-2.0 */
/* What else must be known of stale items: do their guests run, how old are their rows and links, do
 * their sockets exist?  From /proc, from the database server's own log and from sysfs.  Facts that
 * cannot be read stay unknown; stale_decide() has rules for that. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/process.h"
#include "ovsdb/history.h"
#include "prune/stale.h"

/* Sorts rows of 'size' that begin with a text and drops duplicates; the number left. */
static size_t sort_unique(void *rows, size_t n, size_t size)
{
    char *items = rows;
    size_t kept = 0;

    qsort(rows, n, size, text_compare);
    for (size_t i = 0; i < n; i++) {
        if (kept && strcmp(items + (kept - 1) * size, items + i * size) == 0)
            continue;
        memmove(items + kept * size, items + i * size, size);
        kept++;
    }
    return kept;
}

static int read_guests(const struct engine *engine, struct stale *items, size_t n,
                       struct vif_error *err)
{
    auto_free char(*uuids)[UUID_TEXT_SIZE] = calloc(n + 1, sizeof *uuids);
    auto_free bool *found = calloc(n + 1, sizeof *found);
    bool sees_all = process_sees_all();
    /* In a PID namespace with the database server, other processes of the host are visible, too. */
    bool sees_most = sees_all || ovsdb_client_server(engine->db) > 0;
    struct vif_error why = {0};
    size_t n_uuids = 0;
    int r;

    if (!uuids || !found)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        if (items[i].instance[0])
            memcpy(uuids[n_uuids++], items[i].instance, sizeof *uuids);
    n_uuids = sort_unique(uuids, n_uuids, sizeof *uuids);
    if (!n_uuids || !sees_most) {
        log_debug(engine->log, "prune: %s",
                  sees_most ? "no guest to look for" : "the processes of the host are not visible");
        return 0;
    }
    r = process_find_argument((const char(*)[UUID_TEXT_SIZE])uuids, n_uuids, found, &why);
    if (r < 0) {
        log_debug(engine->log, "prune: %s", why.text);
        return r == -ENOMEM ? error_memory(err) : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const char(*one)[UUID_TEXT_SIZE] =
            bsearch(items[i].instance, uuids, n_uuids, sizeof *uuids, text_compare);

        if (!one)
            continue;
        items[i].guest_runs = found[one - uuids];
        items[i].guest_known =
            sees_all || items[i].guest_runs || !(items[i].rule->needs & STALE_NEEDS_ALL);
    }
    return 0;
}

/* Milliseconds since a point of the wall clock, but no more than the uptime: what existed before
 * has had no chance to be put in order yet, and setting the clock at boot makes nothing old. */
static int64_t age_since(int64_t since_ms)
{
    struct timespec now = {0}, up = {0};
    int64_t age, uptime;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)clock_gettime(CLOCK_BOOTTIME, &up);
    age = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - since_ms;
    uptime = (int64_t)up.tv_sec * 1000 + up.tv_nsec / 1000000;
    if (age > uptime)
        age = uptime;
    return age > 0 ? age : 0;
}

/* The age of the youngest of its rows; -1 if the log does not know one of them. */
static int64_t age_of_rows(const struct stale *item, const struct history_row *rows, size_t n)
{
    const char *uuids[STALE_ROWS];
    size_t n_uuids = stale_rows(item, uuids);
    int64_t youngest = -1;

    for (size_t i = 0; i < n_uuids; i++) {
        const struct history_row *row = bsearch(uuids[i], rows, n, sizeof *rows, text_compare);
        int64_t age = row && row->since_ms ? age_since(row->since_ms) : -1;

        if (age < 0)
            return -1;
        if (youngest < 0 || age < youngest)
            youngest = age;
    }
    return youngest;
}

static int read_ages_of_rows(const struct engine *engine, struct stale *items, size_t n,
                             struct vif_error *err)
{
    auto_free struct history_row *rows = calloc(STALE_ROWS * n + 1, sizeof *rows);
    pid_t server = ovsdb_client_server(engine->db);
    struct vif_error why = {0};
    auto_close int fd = -1;
    size_t n_rows = 0;
    int r;

    if (!rows)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *uuids[STALE_ROWS];
        size_t n_uuids = stale_rows(&items[i], uuids);

        for (size_t k = 0; k < n_uuids; k++)
            memcpy(rows[n_rows++].uuid, uuids[k], UUID_TEXT_SIZE);
    }
    n_rows = sort_unique(rows, n_rows, sizeof *rows);
    if (!n_rows)
        return 0;
    if (server <= 0) {
        log_debug(engine->log, "prune: the database server is not visible: no ages of rows");
        return 0;
    }
    r = history_open(server, &fd, &why);
    if (r == 0)
        r = history_read(fd, rows, n_rows, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0)
        log_debug(engine->log, "prune: %s", why.text);
    for (size_t i = 0; i < n; i++)
        items[i].age_ms = age_of_rows(&items[i], rows, n_rows);
    return 0;
}

/* When ovn-controller had installed the port, its rows existed.  Of several links the youngest
 * counts. */
static void read_other_ages(struct stale *item)
{
    const char *text =
        item->interface ? strmap_get(&item->interface->external_ids, "ovn-installed-ts") : NULL;
    int64_t since, age;

    if (text && parse_int(text, 1, INT64_MAX, &since) == 0) {
        item->ovn_ms = age_since(since);
        if (item->ovn_ms > item->age_ms && !item->own_bridge)
            item->age_ms = item->ovn_ms;
    }
    for (size_t i = 0; i < STALE_LINKS && item->links[i]; i++)
        if (link_age(item->links[i]->name, item->links[i]->ifindex, &age) == 0 &&
            (item->age_ms < 0 || age < item->age_ms))
            item->age_ms = age;
}

int stale_read_facts(const struct engine *engine, struct stale *items, size_t n,
                     struct vif_error *err)
{
    int r = n ? read_guests(engine, items, n, err) : 0;

    if (r == 0 && n)
        r = read_ages_of_rows(engine, items, n, err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct stat info;

        read_other_ages(&items[i]);
        /* One that may not be examined counts as existing. */
        items[i].socket_exists = items[i].socket[0] && (lstat(items[i].socket, &info) == 0 ||
                                                        (errno != ENOENT && errno != ENOTDIR));
    }
    return r;
}
