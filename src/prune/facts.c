/* SPDX-License-Identifier: Apache-2.0 */
/* What else has to be known of leftovers: do their guests run, how old are their rows and links, are
 * their sockets there?  From /proc, from the database server's own log and from sysfs.  What cannot be
 * had stays unknown, for which the verdict has its rules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/process-argument.h"
#include "kernel/process.h"
#include "ovsdb/history.h"
#include "prune/kinds.h"

#define ROWS_OF_ONE 5

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Sorts texts that rows of 'size' begin with and drops those that came twice; the number left. */
static size_t sort_unique(void *rows, size_t n, size_t size)
{
    char *items = rows;
    size_t kept = 0;

    if (n)
        qsort(rows, n, size, compare);
    for (size_t i = 0; i < n; i++) {
        if (kept && strcmp(items + (kept - 1) * size, items + i * size) == 0)
            continue;
        if (kept != i)
            memcpy(items + kept * size, items + i * size, size);
        kept++;
    }
    return kept;
}

static int learn_guests(const struct engine *engine, struct stale *items, size_t n,
                        struct vif_error *err)
{
    auto_free char(*uuids)[UUID_TEXT_SIZE] = calloc(n + 1, sizeof *uuids);
    auto_free bool *found = calloc(n + 1, sizeof *found);
    bool sees_all = process_sees_all();
    /* In a PID namespace with the database server, other processes of the host are there, too. */
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
                  sees_most ? "no guest to look for" : "the processes of the host cannot be seen");
        return 0;
    }
    r = process_find_argument((const char(*)[UUID_TEXT_SIZE])uuids, n_uuids, found, &why);
    if (r < 0) {
        log_debug(engine->log, "prune: %s", why.text);
        return r == -ENOMEM ? error_memory(err) : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const char(*one)[UUID_TEXT_SIZE] =
            bsearch(items[i].instance, uuids, n_uuids, sizeof *uuids, compare);

        if (!one)
            continue;
        items[i].guest_runs = found[one - uuids];
        items[i].guest_known = sees_all || items[i].guest_runs ||
                               !(stale_rule(items[i].kind)->needs & STALE_NEEDS_ALL);
    }
    return 0;
}

/* The rows it stands on, whose youngest tells its age. */
static size_t rows_of(const struct stale *item, const char *ret_uuids[ROWS_OF_ONE])
{
    size_t n = 0;

    if (item->port)
        ret_uuids[n++] = item->port->uuid;
    if (item->interface)
        ret_uuids[n++] = item->interface->uuid;
    if (item->own_bridge)
        ret_uuids[n++] = item->own_bridge->uuid;
    if (item->tap_port)
        ret_uuids[n++] = item->tap_port->uuid;
    if (item->qos)
        ret_uuids[n++] = item->qos->uuid;
    return n;
}

static int64_t now_ms(clockid_t clock)
{
    struct timespec ts = {0};

    (void)clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds since a point of the wall clock; no more than the host is up: what was there before has
 * had no chance to be put in order yet, and a clock that was set right at start makes no one old. */
static int64_t age_since(int64_t since_ms)
{
    int64_t age = now_ms(CLOCK_REALTIME) - since_ms, up = now_ms(CLOCK_BOOTTIME);

    if (age > up)
        age = up;
    return age > 0 ? age : 0;
}

/* Of the youngest of its rows; -1 when the log does not know one of them. */
static int64_t age_of_rows(const struct stale *item, const struct history_row *rows, size_t n)
{
    const char *uuids[ROWS_OF_ONE];
    size_t n_uuids = rows_of(item, uuids);
    int64_t youngest = -1;

    for (size_t i = 0; i < n_uuids; i++) {
        const struct history_row *row =
            n ? bsearch(uuids[i], rows, n, sizeof *rows, compare) : NULL;
        int64_t age = row && row->since_ms ? age_since(row->since_ms) : -1;

        if (age < 0)
            return -1;
        if (youngest < 0 || age < youngest)
            youngest = age;
    }
    return youngest;
}

static int read_history(const struct engine *engine, struct history_row *rows, size_t n,
                        struct vif_error *err)
{
    pid_t server = ovsdb_client_server(engine->db);
    struct vif_error why = {0};
    auto_close int fd = -1;
    int r;

    if (server <= 0) {
        log_debug(engine->log, "prune: the database server is out of sight: no ages of rows");
        return 0;
    }
    r = history_open(server, &fd, &why);
    if (r == 0)
        r = history_read(fd, rows, n, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0)
        log_debug(engine->log, "prune: %s", why.text);
    return 0;
}

static int learn_ages_of_rows(const struct engine *engine, struct stale *items, size_t n,
                              struct vif_error *err)
{
    auto_free struct history_row *rows = calloc(ROWS_OF_ONE * n + 1, sizeof *rows);
    size_t n_rows = 0;
    int r;

    if (!rows)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *uuids[ROWS_OF_ONE];
        size_t n_uuids = rows_of(&items[i], uuids);

        for (size_t k = 0; k < n_uuids; k++)
            memcpy(rows[n_rows++].uuid, uuids[k], UUID_TEXT_SIZE);
    }
    n_rows = sort_unique(rows, n_rows, sizeof *rows);
    if (!n_rows)
        return 0;
    r = read_history(engine, rows, n_rows, err);
    for (size_t i = 0; r == 0 && i < n; i++)
        items[i].age_ms = age_of_rows(&items[i], rows, n_rows);
    return r;
}

/* ovn-controller notes when it had made the port real: the rows were there by then. */
static void learn_ovn(struct stale *item)
{
    const char *text =
        item->interface ? strmap_get(&item->interface->external_ids, "ovn-installed-ts") : NULL;
    int64_t since;

    if (!text || parse_int(text, 1, INT64_MAX, &since) < 0)
        return;
    item->ovn_ms = age_since(since);
    if (item->ovn_ms > item->age_ms && !item->own_bridge)
        item->age_ms = item->ovn_ms;
}

/* Of the youngest of its links. */
static void learn_links(struct stale *item)
{
    for (size_t i = 0; i < STALE_LINKS && item->links[i]; i++) {
        int64_t age;

        if (link_age(item->links[i]->name, item->links[i]->ifindex, &age) < 0)
            continue;
        if (item->age_ms < 0 || age < item->age_ms)
            item->age_ms = age;
    }
}

int stale_read_facts(const struct engine *engine, struct stale *items, size_t n,
                     struct vif_error *err)
{
    int r = n ? learn_guests(engine, items, n, err) : 0;

    if (r == 0 && n)
        r = learn_ages_of_rows(engine, items, n, err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct stat info;

        learn_ovn(&items[i]);
        learn_links(&items[i]);
        /* One that may not be looked at counts as there. */
        items[i].socket_there = items[i].socket[0] && (lstat(items[i].socket, &info) == 0 ||
                                                       (errno != ENOENT && errno != ENOTDIR));
    }
    return r;
}
