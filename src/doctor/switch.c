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

static void advise_unreachable(const struct database_facts *db, struct vif_findings *out)
{
    switch (db->why.kind) {
    case VIF_ERROR_PERMISSION:
        findings_advise(out, "run as root, or let this user write to the server's socket");
        break;
    case VIF_ERROR_TIMEOUT:
        findings_advise(out, "ovsdb-server does not answer in time: see its log; --timeout "
                             "waits longer");
        break;
    case VIF_ERROR_OVSDB_UNREACHABLE:
        findings_advise(out, START_OVS ", or name the address of its database: --ovsdb, or "
                                       "ovsdb_connection in the configuration");
        break;
    default:
        findings_advise(out, "is that the address of an Open_vSwitch database?");
        break;
    }
}

void doctor_check_database(const struct doctor_facts *facts, struct vif_findings *out)
{
    const struct database_facts *db = &facts->database;
    const struct vswitch *vs = &facts->vs;

    if (db->error < 0) {
        findings_fail(out, "ovsdb", "%s", db->why.text);
        advise_unreachable(db, out);
    } else if (vs->missing[0]) {
        findings_fail(out, "ovsdb", "%s: schema %s has no column %s", db->address,
                      vs->schema_version, vs->missing);
        findings_advise(out, "upgrade Open vSwitch, and its database with it "
                             "(ovsdb-client convert)");
    } else if (!vs->has_row) {
        findings_fail(out, "ovsdb", "%s has no Open_vSwitch row", db->address);
        findings_advise(out, "ovs-vsctl init");
    } else {
        findings_ok(out, "ovsdb", "%s answers in %.2f ms, schema %s", db->address,
                    db->round_trip_ms, vs->schema_version);
    }
}

/* --- ovs-vswitchd --- */

static void check_version(const struct vswitch *vs, struct vif_findings *out)
{
    int major, minor;

    if (parse_version(vs->ovs_version, &major, &minor) < 0) {
        findings_info(out, "openvswitch", "the database has no version");
    } else if (major < 2 || (major == 2 && minor < 8)) {
        findings_warn(out, "openvswitch", "version %s", vs->ovs_version);
        findings_advise(out, "offloading representors needs version 2.8 or later");
    } else {
        findings_ok(out, "openvswitch", "version %s", vs->ovs_version);
    }
}

static void check_vswitchd(const struct doctor_facts *facts, struct vif_findings *out)
{
    const struct host_process *process = &facts->system.vswitchd;
    const struct vswitch *vs = &facts->vs;

    if (facts->database.later_cfg < vs->next_cfg) {
        findings_fail(out, "vswitchd",
                      "ovs-vswitchd is not running or not keeping up: it is at configuration "
                      "%" PRId64 " of %" PRId64,
                      facts->database.later_cfg, vs->next_cfg);
        if (process->error == 0)
            findings_advise(out, "it runs (pid %d): its log may say why", process->pid);
        else
            findings_advise(out, START_OVS);
    } else if (process->error == 0) {
        findings_ok(out, "vswitchd", "ovs-vswitchd runs (pid %d), at configuration %" PRId64,
                    process->pid, facts->database.later_cfg);
    } else if (process->error == -ESRCH) {
        bool sure = facts->system.sees_all;

        findings_add(out, "vswitchd", sure ? VIF_FINDING_FAIL : VIF_FINDING_WARN,
                     "no ovs-vswitchd %s in this network namespace", sure ? "runs" : "is visible");
        findings_advise(out, sure ? START_OVS
                                  : START_OVS ", unless it runs where this process cannot "
                                              "see it");
    } else {
        findings_info(out, "vswitchd",
                      "at configuration %" PRId64 " of %" PRId64 "; this user cannot see whether "
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
        const char *type = attribute_type(vs->bridges[i].datapath_type);

        if (!strmap_get(&vs->datapath_types, type) ||
            (strcmp(type, "system") == 0 && facts->system.datapath != FEATURE_PRESENT))
            return &vs->bridges[i];
    }
    return NULL;
}

static void check_datapaths(const struct doctor_facts *facts, const char *words,
                            struct vif_findings *out)
{
    const struct vswitch_bridge *broken = find_broken(facts);
    const char *type = broken ? attribute_type(broken->datapath_type) : "";
    const char *bridge = doctor_integration_bridge(facts);

    if (strcmp(type, "system") == 0) {
        findings_fail(out, "datapath-types",
                      "bridge %s has type system, but the kernel has no Open vSwitch datapath",
                      broken->name);
        findings_advise(out, "modprobe openvswitch, then restart ovs-vswitchd");
    } else if (broken) {
        findings_fail(out, "datapath-types",
                      "bridge %s has type %s, but ovs-vswitchd supports only %s", broken->name,
                      type, words);
        findings_advise(out,
                        "ovs-vsctl set Bridge %s datapath_type=TYPE, or install an ovs-vswitchd "
                        "with this type",
                        broken->name);
    } else if (facts->system.datapath == FEATURE_PRESENT ||
               facts->system.datapath == FEATURE_LOADABLE) {
        findings_ok(out, "datapath-types", "%s", words);
    } else if (find_bridge(&facts->vs, bridge)) {
        findings_info(out, "datapath-types", "%s; the kernel has no datapath for system", words);
    } else {
        findings_warn(out, "datapath-types",
                      "%s; the kernel has no datapath for system, which %s would be created with",
                      words, bridge);
        findings_advise(
            out, "modprobe openvswitch, or create %s yourself with datapath_type=netdev", bridge);
    }
}

static void check_interface_types(const struct vswitch *vs, struct vif_findings *out)
{
    const struct vswitch_interface *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++) {
        if (strmap_get(&vs->iface_types, attribute_type(vs->interfaces[i].type)))
            continue;
        first = first ? first : &vs->interfaces[i];
        n++;
    }
    if (!first) {
        findings_ok(out, "interface-types", "ovs-vswitchd supports every interface type in use");
        return;
    }
    findings_fail(out, "interface-types", "ovs-vswitchd does not support type %s of %s%s",
                  first->type, first->name, n > 1 ? " and others" : "");
    findings_advise(out, "%s",
                    strncmp(first->type, "dpdk", 4) == 0
                        ? "install an ovs-vswitchd with DPDK (Debian: openvswitch-switch-dpdk)"
                        : "install an ovs-vswitchd with this type");
}

void doctor_check_vswitchd(const struct doctor_facts *facts, struct vif_findings *out)
{
    struct text words = {0};

    check_version(&facts->vs, out);
    if (facts->vs.datapath_types.n == 0) {
        findings_fail(out, "vswitchd", "ovs-vswitchd has never run with this database");
        findings_advise(out, START_OVS);
        return;
    }
    check_vswitchd(facts, out);
    add_words(&words, &facts->vs.datapath_types, DOCTOR_LINES);
    if (!words.data)
        out->failed = true;
    else
        check_datapaths(facts, words.data, out);
    text_done(&words);
    check_interface_types(&facts->vs, out);
}

/* --- bridges and interfaces --- */

static void check_bridge(const struct doctor_facts *facts, struct vif_findings *out)
{
    const char *name = doctor_integration_bridge(facts);
    const struct vswitch_bridge *bridge = find_bridge(&facts->vs, name);
    bool agent = doctor_id(facts, "ovn-remote") || facts->system.ml2_agent.error == 0;
    const char *mode;

    if (!bridge) {
        findings_info(out, "bridge", "%s does not exist; the first plug creates it", name);
        return;
    }
    mode = bridge->fail_mode[0] ? bridge->fail_mode : "standalone";
    if (agent && strcmp(mode, "secure") != 0) {
        findings_warn(out, "bridge",
                      "%s has fail mode %s: without its controller it forwards everything", name,
                      mode);
        findings_advise(out, "ovs-vsctl set-fail-mode %s secure", name);
        return;
    }
    findings_ok(out, "bridge", "%s: datapath %s, fail mode %s, %zu port%s", name,
                attribute_type(bridge->datapath_type), mode, bridge->n_ports,
                PLURAL(bridge->n_ports));
}

static void list_bridges(const struct doctor_facts *facts, struct vif_findings *out)
{
    const char *ours = doctor_integration_bridge(facts);
    struct text words = {0};
    size_t n = 0;

    for (size_t i = 0; i < facts->vs.n_bridges; i++) {
        const struct vswitch_bridge *bridge = &facts->vs.bridges[i];

        if (strcmp(bridge->name, ours) != 0 && n++ < DOCTOR_LINES)
            text_add(&words, "%s%s (%s)", n > 1 ? ", " : "", bridge->name,
                     attribute_type(bridge->datapath_type));
    }
    if (n > DOCTOR_LINES)
        text_add(&words, " and %zu more", n - DOCTOR_LINES);
    if (words.failed)
        out->failed = true;
    else if (n)
        findings_info(out, "bridges", "others: %s", words.data);
    text_done(&words);
}

static void check_interfaces(const struct vswitch *vs, struct vif_findings *out)
{
    struct text words = {0};
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++) {
        const struct vswitch_interface *interface = &vs->interfaces[i];

        if (interface->error && interface->error[0] && n++ < DOCTOR_NAMES)
            text_add(&words, "%s%s: %.160s", n > 1 ? "; " : "", interface->name, interface->error);
    }
    if (n == 0) {
        findings_ok(out, "interfaces", "%zu, none with an error", vs->n_interfaces);
        return;
    }
    if (n > DOCTOR_NAMES)
        text_add(&words, "; and %zu more", n - DOCTOR_NAMES);
    if (!words.failed) {
        findings_warn(out, "interfaces", "ovs-vswitchd cannot create %zu of %zu: %s", n,
                      vs->n_interfaces, words.data);
        findings_advise(out,
                        "a missing device of a guest appears with the guest; otherwise plug the "
                        "VIF again, or delete the port");
    }
    out->failed |= words.failed;
    text_done(&words);
}

void doctor_check_bridges(const struct doctor_facts *facts, struct vif_findings *out)
{
    check_bridge(facts, out);
    list_bridges(facts, out);
    check_interfaces(&facts->vs, out);
}
