/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of the database, ovs-vswitchd, and its bridges and interfaces. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/doctor.h"

#define START_OVS "start Open vSwitch (Debian: systemctl start openvswitch-switch)"

/* --- the database --- */

static void advise_unreachable(const struct database_facts *db, struct vif_findings *findings)
{
    switch (db->why.kind) {
    case VIF_ERROR_PERMISSION:
        findings_advise(findings, "run as root, or let this user write to the server's socket");
        break;
    case VIF_ERROR_TIMEOUT:
        findings_advise(findings, "ovsdb-server does not answer in time: see its log; --timeout "
                                  "waits longer");
        break;
    case VIF_ERROR_OVSDB_UNREACHABLE:
        findings_advise(findings, START_OVS ", or name the address of its database: --ovsdb, or "
                                            "ovsdb_connection in the configuration");
        break;
    default:
        findings_advise(findings, "is that the address of an Open_vSwitch database?");
        break;
    }
}

void doctor_check_database(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct database_facts *db = &facts->database;
    const struct vswitch *vs = &facts->vs;

    if (db->error < 0) {
        findings_add(findings, "ovsdb", VIF_FINDING_FAIL, "%s", db->why.text);
        advise_unreachable(db, findings);
    } else if (vs->missing[0]) {
        findings_add(findings, "ovsdb", VIF_FINDING_FAIL, "%s: schema %s has no column %s",
                     db->address, vs->schema_version, vs->missing);
        findings_advise(findings, "upgrade Open vSwitch, and its database with it "
                                  "(ovsdb-client convert)");
    } else if (!vs->has_row) {
        findings_add(findings, "ovsdb", VIF_FINDING_FAIL, "%s has no Open_vSwitch row",
                     db->address);
        findings_advise(findings, "ovs-vsctl init");
    } else {
        findings_add(findings, "ovsdb", VIF_FINDING_OK, "%s answers in %.2f ms, schema %s",
                     db->address, db->round_trip_ms, vs->schema_version);
    }
}

/* --- ovs-vswitchd --- */

static void check_version(const struct vswitch *vs, struct vif_findings *findings)
{
    int major, minor;

    if (parse_version(vs->ovs_version, &major, &minor) < 0) {
        findings_add(findings, "openvswitch", VIF_FINDING_INFO, "no version is in the database");
    } else if (major < 2 || (major == 2 && minor < 8)) {
        findings_add(findings, "openvswitch", VIF_FINDING_WARN, "version %s", vs->ovs_version);
        findings_advise(findings, "representors can be offloaded from version 2.8 on");
    } else {
        findings_add(findings, "openvswitch", VIF_FINDING_OK, "version %s", vs->ovs_version);
    }
}

static void check_vswitchd(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct process_facts *process = &facts->system.vswitchd;
    const struct vswitch *vs = &facts->vs;

    if (facts->database.later_cfg < vs->next_cfg) {
        findings_add(findings, "vswitchd", VIF_FINDING_FAIL,
                     "ovs-vswitchd is not running or not keeping up: it is at configuration "
                     "%" PRId64 " of %" PRId64,
                     facts->database.later_cfg, vs->next_cfg);
        if (process->error == 0)
            findings_advise(findings, "it runs (pid %d): its log may say what holds it up",
                            process->pid);
        else
            findings_advise(findings, START_OVS);
    } else if (process->error == 0) {
        findings_add(findings, "vswitchd", VIF_FINDING_OK,
                     "ovs-vswitchd runs (pid %d), at configuration %" PRId64, process->pid,
                     facts->database.later_cfg);
    } else if (process->error == -ESRCH) {
        bool sure = facts->system.sees_all;

        findings_add(findings, "vswitchd", sure ? VIF_FINDING_FAIL : VIF_FINDING_WARN,
                     "no ovs-vswitchd %s in this network namespace", sure ? "runs" : "is seen");
        findings_advise(findings, sure ? START_OVS
                                       : START_OVS ", unless it runs where this process cannot "
                                                   "see it");
    } else {
        findings_add(findings, "vswitchd", VIF_FINDING_INFO,
                     "at configuration %" PRId64 " of %" PRId64 "; this user may not see whether "
                     "ovs-vswitchd runs",
                     facts->database.later_cfg, vs->next_cfg);
    }
}

/* Adds "a, b, c and 5 more". */
static void add_words(struct text *text, const struct vif_map *words, size_t most)
{
    for (size_t i = 0; i < words->n && i < most; i++)
        text_add(text, "%s%s", i ? ", " : "", words->entries[i].key);
    if (words->n > most)
        text_add(text, " and %zu more", words->n - most);
}

static const struct vswitch_bridge *find_bridge(const struct vswitch *vs, const char *name)
{
    for (size_t i = 0; i < vs->n_bridges; i++)
        if (strcmp(vs->bridges[i].name, name) == 0)
            return &vs->bridges[i];
    return NULL;
}

/* The first bridge whose datapath cannot be; NULL: none. */
static const struct vswitch_bridge *find_broken(const struct doctor_facts *facts)
{
    const struct vswitch *vs = &facts->vs;

    for (size_t i = 0; i < vs->n_bridges; i++) {
        const char *type = doctor_type(vs->bridges[i].datapath_type);

        if (!strmap_get(&vs->datapath_types, type) ||
            (strcmp(type, "system") == 0 && facts->system.datapath != FEATURE_PRESENT))
            return &vs->bridges[i];
    }
    return NULL;
}

static void check_datapaths(const struct doctor_facts *facts, const char *words,
                            struct vif_findings *findings)
{
    const struct vswitch_bridge *broken = find_broken(facts);
    const char *type = broken ? doctor_type(broken->datapath_type) : "";
    const char *bridge = doctor_integration_bridge(facts);

    if (strcmp(type, "system") == 0) {
        findings_add(findings, "datapath-types", VIF_FINDING_FAIL,
                     "bridge %s has type system, but this kernel's datapath is not there",
                     broken->name);
        findings_advise(findings, "modprobe openvswitch, then restart ovs-vswitchd");
    } else if (broken) {
        findings_add(findings, "datapath-types", VIF_FINDING_FAIL,
                     "bridge %s has type %s, but ovs-vswitchd has only %s", broken->name, type,
                     words);
        findings_advise(findings,
                        "ovs-vsctl set Bridge %s datapath_type=TYPE, or an ovs-vswitchd "
                        "that has this type",
                        broken->name);
    } else if (facts->system.datapath == FEATURE_PRESENT ||
               facts->system.datapath == FEATURE_LOADABLE) {
        findings_add(findings, "datapath-types", VIF_FINDING_OK, "%s", words);
    } else if (find_bridge(&facts->vs, bridge)) {
        findings_add(findings, "datapath-types", VIF_FINDING_INFO,
                     "%s; this kernel has no datapath for system", words);
    } else {
        findings_add(findings, "datapath-types", VIF_FINDING_WARN,
                     "%s; this kernel has no datapath for system, which %s would be made with",
                     words, bridge);
        findings_advise(findings,
                        "modprobe openvswitch, or make %s yourself with datapath_type=netdev",
                        bridge);
    }
}

static void check_interface_types(const struct vswitch *vs, struct vif_findings *findings)
{
    const struct vswitch_interface *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++) {
        if (strmap_get(&vs->iface_types, doctor_type(vs->interfaces[i].type)))
            continue;
        first = first ? first : &vs->interfaces[i];
        n++;
    }
    if (!first) {
        findings_add(findings, "interface-types", VIF_FINDING_OK,
                     "ovs-vswitchd has those of all interfaces");
        return;
    }
    findings_add(findings, "interface-types", VIF_FINDING_FAIL,
                 "ovs-vswitchd has no type %s, which %s is of%s", first->type, first->name,
                 n > 1 ? ", and others like it" : "");
    findings_advise(findings, "%s",
                    strncmp(first->type, "dpdk", 4) == 0
                        ? "install an ovs-vswitchd with DPDK (Debian: openvswitch-switch-dpdk)"
                        : "an ovs-vswitchd that has this type");
}

void doctor_check_vswitchd(const struct doctor_facts *facts, struct vif_findings *findings)
{
    struct text words = {0};

    check_version(&facts->vs, findings);
    if (facts->vs.datapath_types.n == 0) {
        findings_add(findings, "vswitchd", VIF_FINDING_FAIL,
                     "ovs-vswitchd has never run with this database");
        findings_advise(findings, START_OVS);
        return;
    }
    check_vswitchd(facts, findings);
    add_words(&words, &facts->vs.datapath_types, DOCTOR_LINES);
    if (!words.data)
        findings->failed = true;
    else
        check_datapaths(facts, words.data, findings);
    text_done(&words);
    check_interface_types(&facts->vs, findings);
}

/* --- bridges and interfaces --- */

static void check_bridge(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const char *name = doctor_integration_bridge(facts);
    const struct vswitch_bridge *bridge = find_bridge(&facts->vs, name);
    bool agent = doctor_id(facts, "ovn-remote") || facts->system.ml2_agent.error == 0;
    const char *mode;

    if (!bridge) {
        findings_add(findings, "bridge", VIF_FINDING_INFO,
                     "%s is not there; the first plug makes it", name);
        return;
    }
    mode = bridge->fail_mode[0] ? bridge->fail_mode : "standalone";
    if (agent && strcmp(mode, "secure") != 0) {
        findings_add(findings, "bridge", VIF_FINDING_WARN,
                     "%s has fail mode %s: while its controller is away it passes everything", name,
                     mode);
        findings_advise(findings, "ovs-vsctl set-fail-mode %s secure", name);
        return;
    }
    findings_add(findings, "bridge", VIF_FINDING_OK, "%s: datapath %s, fail mode %s, %zu port%s",
                 name, doctor_type(bridge->datapath_type), mode, bridge->n_ports,
                 PLURAL(bridge->n_ports));
}

static void list_bridges(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const char *ours = doctor_integration_bridge(facts);
    struct text words = {0};
    size_t n = 0;

    for (size_t i = 0; i < facts->vs.n_bridges; i++) {
        const struct vswitch_bridge *bridge = &facts->vs.bridges[i];

        if (strcmp(bridge->name, ours) != 0 && n++ < DOCTOR_LINES)
            text_add(&words, "%s%s (%s)", n > 1 ? ", " : "", bridge->name,
                     doctor_type(bridge->datapath_type));
    }
    if (n > DOCTOR_LINES)
        text_add(&words, " and %zu more", n - DOCTOR_LINES);
    if (words.failed)
        findings->failed = true;
    else if (n)
        findings_add(findings, "bridges", VIF_FINDING_INFO, "others: %s", words.data);
    text_done(&words);
}

static void check_interfaces(const struct vswitch *vs, struct vif_findings *findings)
{
    struct text words = {0};
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++) {
        const struct vswitch_interface *interface = &vs->interfaces[i];

        if (interface->error && interface->error[0] && n++ < DOCTOR_NAMES)
            text_add(&words, "%s%s: %.160s", n > 1 ? "; " : "", interface->name, interface->error);
    }
    if (n == 0) {
        findings_add(findings, "interfaces", VIF_FINDING_OK, "%zu, none with an error",
                     vs->n_interfaces);
        return;
    }
    if (n > DOCTOR_NAMES)
        text_add(&words, "; and %zu more", n - DOCTOR_NAMES);
    if (!words.failed) {
        findings_add(findings, "interfaces", VIF_FINDING_WARN,
                     "%zu of %zu cannot be made by ovs-vswitchd: %s", n, vs->n_interfaces,
                     words.data);
        findings_advise(findings,
                        "a guest's device that is missing comes with the guest; else plug "
                        "the VIF again, or delete the port");
    }
    findings->failed |= words.failed;
    text_done(&words);
}

void doctor_check_bridges(const struct doctor_facts *facts, struct vif_findings *findings)
{
    check_bridge(facts, findings);
    list_bridges(facts, findings);
    check_interfaces(&facts->vs, findings);
}
