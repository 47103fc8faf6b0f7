/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor goes by: facts of this process, its kernel and the database, each asked of the
 * layer that knows.  An error of one of them is what is found out there; only want of memory ends
 * the reading. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "doctor/doctor.h"
#include "kernel/nft.h"
#include "kernel/process.h"

/* ovs-vswitchd takes in a configuration in some milliseconds, or tens of them with many ports. */
#define LOOK_AGAIN_MS 200

void doctor_facts_done(struct doctor_facts *facts)
{
    for (size_t i = 0; i < facts->n_directories; i++)
        free(facts->directories[i].path);
    free(facts->directories);
    free(facts->system.pfs);
    vswitch_done(&facts->vs);
    *facts = (struct doctor_facts){0};
}

/* --- this process and its kernel --- */

/* Writes the name of a user or group, or "uid 1000". */
static void name_id(bool group, unsigned id, char *ret, size_t size)
{
    struct passwd user, *user_found = NULL;
    struct group entry, *group_found = NULL;
    char room[4096];

    if (group)
        (void)getgrgid_r(id, &entry, room, sizeof room, &group_found);
    else
        (void)getpwuid_r(id, &user, room, sizeof room, &user_found);
    if (user_found || group_found)
        (void)snprintf(ret, size, "%s", user_found ? user.pw_name : entry.gr_name);
    else
        (void)snprintf(ret, size, "%s %u", group ? "gid" : "uid", id);
}

/* As open(2) with O_CREAT would have it, but without making the file. */
static int try_lock_file(void)
{
    char directory[] = VIF_LOCK_FILE;

    if (faccessat(AT_FDCWD, VIF_LOCK_FILE, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    if (errno != ENOENT)
        return -errno;
    *strrchr(directory, '/') = '\0';
    return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int doctor_read_system(const struct doctor_host *host, struct system_facts *ret)
{
    static const char *const kinds[] = {"bridge", "veth"};
    enum feature_state states[2] = {FEATURE_UNKNOWN, FEATURE_UNKNOWN};
    struct utsname system = {0};
    auto_nft struct nft *nft = NULL;

    (void)uname(&system);
    ret->config_file = host->config_file;
    ret->hw_tc_offload = host->hw_tc_offload;
    name_id(/* group= */ false, geteuid(), ret->user, sizeof ret->user);
    ret->net_admin = features_net_admin();
    ret->lock = try_lock_file();
    (void)snprintf(ret->release, sizeof ret->release, "%.64s", system.release);
    ret->strict_checks = features_strict_checks();
    ret->tun = features_open_tun();
    if (features_link_kinds(host->nl, kinds, 2, states, NULL) == -ENOMEM ||
        features_datapath(&ret->datapath) == -ENOMEM)
        return -ENOMEM;
    ret->bridge = states[0];
    ret->veth = states[1];
    ret->bridge_nf = features_bridge_nf_iptables();
    ret->nft = nft_open(&nft, &ret->nft_error);
    ret->sees_all = process_sees_all();
    ret->vswitchd.error = process_find("ovs-vswitchd", &ret->vswitchd.pid);
    ret->ovn_controller.error = process_find("ovn-controller", &ret->ovn_controller.pid);
    ret->ml2_agent.error = process_find_program("neutron-openvswitch-agent", &ret->ml2_agent.pid);
    return sriov_list_pfs(&ret->pfs, &ret->n_pfs);
}

/* --- the database --- */

static double now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int read_database(const struct doctor_host *host, int64_t until, struct doctor_facts *facts)
{
    struct database_facts *db = &facts->database;
    int64_t next = 0;
    double start;

    db->error = vswitch_root_read(host->db, until, &facts->vs, &db->why);
    db->address = ovsdb_client_address(host->db);
    if (db->error < 0 || !facts->vs.has_row)
        return db->error;
    if (facts->vs.cur_cfg < facts->vs.next_cfg)
        deadline_sleep(LOOK_AGAIN_MS, until);
    start = now_ms();
    db->error = vswitch_root_read_cfg(host->db, until, &db->later_cfg, &next, &db->why);
    db->round_trip_ms = now_ms() - start;
    return db->error;
}

/* --- directories of sockets --- */

static void look_at(struct directory_facts *directory)
{
    struct stat st;

    if (stat(directory->path, &st) < 0) {
        directory->error = -errno;
        return;
    }
    directory->mode = st.st_mode;
    name_id(/* group= */ false, st.st_uid, directory->owner, sizeof directory->owner);
    name_id(/* group= */ true, st.st_gid, directory->group, sizeof directory->group);
}

static int compare(const void *a, const void *b)
{
    const struct directory_facts *left = a, *right = b;

    return strcmp(left->path, right->path);
}

/* Makes one of those that are the same; the array is sorted. */
static size_t merge(struct directory_facts *directories, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (kept && strcmp(directories[kept - 1].path, directories[i].path) == 0) {
            directories[kept - 1].n_ports++;
            free(directories[i].path);
        } else {
            directories[kept++] = directories[i];
        }
    }
    return kept;
}

int doctor_read_directories(const struct vswitch *vs, struct directory_facts **ret, size_t *ret_n)
{
    struct directory_facts *found = calloc(vs->n_interfaces + 1, sizeof *found);
    size_t n = 0;

    *ret = found;
    *ret_n = 0;
    if (!found)
        return -ENOMEM;
    for (size_t i = 0; i < vs->n_interfaces; i++) {
        const char *path = strmap_get(&vs->interfaces[i].options, "vhost-server-path");
        const char *slash = path && path[0] == '/' ? strrchr(path, '/') : NULL;

        if (!slash)
            continue;
        found[n].path = strndup(path, slash == path ? 1 : (size_t)(slash - path));
        if (!found[n].path) {
            *ret_n = n;
            return -ENOMEM;
        }
        found[n++].n_ports = 1;
    }
    qsort(found, n, sizeof *found, compare);
    *ret_n = merge(found, n);
    for (size_t i = 0; i < *ret_n; i++)
        look_at(&found[i]);
    return 0;
}

int doctor_read(const struct doctor_host *host, int64_t until, struct doctor_facts *ret,
                struct vif_error *err)
{
    struct doctor_facts facts = {0};
    int r = doctor_read_system(host, &facts.system);

    if (r == 0 && read_database(host, until, &facts) == -ENOMEM)
        r = -ENOMEM;
    if (r == 0)
        r = doctor_read_directories(&facts.vs, &facts.directories, &facts.n_directories);
    if (r < 0) {
        doctor_facts_done(&facts);
        return error_memory(err);
    }
    *ret = facts;
    return 0;
}
