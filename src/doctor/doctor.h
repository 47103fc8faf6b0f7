/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor: all facts are read first and then checked.  Checks read nothing but the facts, so
 * that a test can make up every case. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <vif/vif.h>

#include "base/pool.h"
#include "kernel/features.h"
#include "kernel/sriov.h"
#include "ovsdb/vswitch.h"
#include "plugin/plugin.h"
#include "state/wiring.h"

/* The host that is examined; all borrowed. */
struct doctor_host {
    struct netlink *nl;
    struct ovsdb_client *db;
    const char *config_file; /* NULL: there is none */
    enum tc_offload hw_tc_offload;
};

/* Lines of one kind on the page, and names in one line; there may be hundreds. */
#define DOCTOR_LINES 8
#define DOCTOR_NAMES 3

/* As process_find() reports it. */
struct host_process {
    int error; /* 0: it runs, as 'pid'; -ESRCH: none is visible; else unknown */
    pid_t pid;
};

struct system_facts {
    const char *config_file; /* borrowed; NULL: there is none */
    enum tc_offload hw_tc_offload;
    char user[64]; /* "root" or "uid 1000" */
    bool net_admin;
    int lock; /* 0: the lock file can be written; else a negative errno */
    char release[65];
    bool strict_checks;
    int tun; /* of features_open_tun() */
    enum feature_state bridge, veth, datapath;
    int bridge_nf; /* of features_bridge_nf_iptables() */
    int nft;       /* of nft_open() */
    struct vif_error nft_error;
    bool sees_all; /* a process that is not found is not there */
    struct host_process vswitchd, ovn_controller, ml2_agent;
    struct sriov_pf *pfs;
    size_t n_pfs;
};

struct database_facts {
    int error; /* 0: it was read; else 'why' */
    struct vif_error why;
    const char *address; /* borrowed; the one connected to; NULL: none */
    double round_trip_ms;
    int64_t later_cfg; /* cur_cfg a while after it was seen behind next_cfg */
};

/* A directory for sockets of vhost-user, and how many ports have theirs there. */
struct directory_facts {
    char *path; /* begins the struct: sorted by it */
    size_t n_ports;
    int error; /* 0, or a negative errno of stat(2): then the rest is empty */
    mode_t mode;
    char owner[64], group[64]; /* names, or numbers */
};

struct doctor_facts {
    struct system_facts system;
    struct database_facts database;
    struct vswitch vs; /* of meaning when 'database.error' is 0 */
    struct directory_facts *directories;
    size_t n_directories;
};

/* Reads everything; a fact that cannot be read is a fact too.  0 or -ENOMEM. doctor_facts_done()
 * frees. */
int doctor_read(const struct doctor_host *host, int64_t until, struct doctor_facts *ret,
                struct vif_error *err);
void doctor_facts_done(struct doctor_facts *facts);

/* The findings, as they are collected.  A failed allocation is remembered, so that checks need no
 * error handling of their own. */
struct vif_findings {
    struct vif_finding *items;
    size_t n, room;
    bool failed;       /* memory ran out: not all is here */
    struct pool *pool; /* of the texts */
};

/* Adds a finding without advice; 'check' is a constant.  Control characters of foreign words are
 * shown as blanks. */
void findings_add(struct vif_findings *findings, const char *check, enum vif_finding_level level,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
#define findings_ok(out, check, ...)   findings_add(out, check, VIF_FINDING_OK, __VA_ARGS__)
#define findings_info(out, check, ...) findings_add(out, check, VIF_FINDING_INFO, __VA_ARGS__)
#define findings_warn(out, check, ...) findings_add(out, check, VIF_FINDING_WARN, __VA_ARGS__)
#define findings_fail(out, check, ...) findings_add(out, check, VIF_FINDING_FAIL, __VA_ARGS__)

/* Gives the finding added last its advice. */
void findings_advise(struct vif_findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Parts of it. */
int doctor_read_system(const struct doctor_host *host, struct system_facts *ret);
int doctor_read_directories(const struct vswitch *vs, struct directory_facts **ret, size_t *ret_n);

/* The checks, each adding the findings of its field. */
typedef void doctor_check_fn(const struct doctor_facts *facts, struct vif_findings *findings);
doctor_check_fn doctor_check_system;   /* config, user, lock, kernel, tun, links, nftables */
doctor_check_fn doctor_check_database; /* ovsdb */
/* Only where the database could be read. */
doctor_check_fn doctor_check_vswitchd; /* openvswitch, vswitchd, datapath-types, interface-types */
doctor_check_fn doctor_check_bridges;  /* bridge, bridges, interfaces */
doctor_check_fn doctor_check_offload;  /* hw-offload */
doctor_check_fn doctor_check_dpdk;     /* dpdk, vhost-user */
doctor_check_fn doctor_check_network;  /* hybrid, ovn, ml2 */

/* All of them, in the order of the page. */
doctor_check_fn doctor_check;

/* other_config:'key' and external_ids:'key' of the Open_vSwitch row (as vswitch_ovn_setting());
 * NULL when not set. */
const char *doctor_config(const struct doctor_facts *facts, const char *key);
const char *doctor_id(const struct doctor_facts *facts, const char *key);

/* The bridge VIFs are plugged into: external_ids:ovn-bridge, else br-int. */
const char *doctor_integration_bridge(const struct doctor_facts *facts);

/* What makes a noun plural. */
#define PLURAL(n) ((n) == 1 ? "" : "s")

#endif
