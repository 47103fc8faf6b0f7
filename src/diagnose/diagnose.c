/* SPDX-License-Identifier: Apache-2.0 */
/* Why a port is not ready in time, from the facts of this host, the switch first, and those of the
 * ML2 agent.  Faults further down are reported first, since nothing above them can work.
 * OVN's part follows the claim of a port from this host's settings through ovn-controller to the
 * southbound database and back.  The facts are read at the end of the file; the rest is pure. */
#include "diagnose/diagnose.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "kernel/process.h"
#include "ovsdb/vswitch-wired.h"

static void __attribute__((format(printf, 2, 3)))
diagnosis_set(char ret_words[DIAGNOSIS_MAX], const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(ret_words, DIAGNOSIS_MAX, format, ap);
    va_end(ap);
    for (char *c = ret_words; *c; c++) /* names of other hosts' making are in it */
        if (iscntrl((unsigned char)*c))
            *c = '?';
}

bool diagnose_datapath(const struct diagnosis_facts *facts, const struct port_facts *port,
                       char ret_words[DIAGNOSIS_MAX])
{
    if (!port->db.datapath_unknown)
        return false;
    diagnosis_set(ret_words, "ovs-vswitchd does not support datapath_type %s of bridge %s, only %s",
                  port->db.datapath_type, port->db.bridge, facts->db.datapath_types);
    return true;
}

/* Why there is no OpenFlow port number. */
static void diagnose_ofport(const struct diagnosis_facts *facts, const struct port_facts *port,
                            char ret_words[DIAGNOSIS_MAX])
{
    const struct vswitch_port_facts *db = &port->db;

    if (diagnose_datapath(facts, port, ret_words))
        return;
    if (db->bridge[0] && !db->bridge_ready)
        diagnosis_set(ret_words,
                      "ovs-vswitchd could not make bridge %s (datapath_type %s); see its log",
                      db->bridge, db->datapath_type);
    else if (strncmp(db->type, "dpdk", 4) == 0 && facts->db.dpdk_known &&
             !facts->db.dpdk_initialized)
        diagnosis_set(ret_words,
                      "DPDK is not initialized in ovs-vswitchd (other_config:dpdk-init)");
    else if (db->error[0])
        diagnosis_set(ret_words, "ovs-vswitchd could not make it: %.*s", DIAGNOSIS_QUOTE_MAX,
                      db->error);
    else
        diagnosis_set(ret_words, "ovs-vswitchd has not assigned an OpenFlow port number");
}

/* Finds a fault below any agent; false when there is none. */
static bool diagnose_switch(const struct diagnosis_facts *facts, const struct port_facts *port,
                            char ret_words[DIAGNOSIS_MAX])
{
    if (!facts->db_known)
        diagnosis_set(ret_words, "the database cannot be read: %s", facts->db_words);
    else if (!port->db.exists)
        diagnosis_set(ret_words, "another program removed it from the database");
    else if (port->link_gone)
        diagnosis_set(ret_words, "its network device %s is gone", port->link);
    else if (port->db.ofport <= 0)
        diagnose_ofport(facts, port, ret_words);
    else if (port->db.duplicate[0])
        diagnosis_set(
            ret_words, "interface %s on bridge %s has the same iface-id %s", port->db.duplicate,
            port->db.duplicate_bridge[0] ? port->db.duplicate_bridge : "?", port->iface_id);
    else
        return false;
    return true;
}

static void diagnose_ml2(const struct diagnosis_facts *facts, const struct port_facts *port,
                         char ret_words[DIAGNOSIS_MAX])
{
    const struct vswitch_port_facts *db = &port->db;
    char tag[64] = "its tag is not set";

    if (db->tag == VSWITCH_DEAD_VLAN)
        (void)snprintf(tag, sizeof tag, "its tag is %d, the dead VLAN", VSWITCH_DEAD_VLAN);
    if (facts->agent == -ESRCH)
        diagnosis_set(ret_words, "no neutron-openvswitch-agent is visible here, and %s", tag);
    else if (!db->bridge_agent_managed)
        diagnosis_set(ret_words,
                      "%s, and the agent has wired no port on bridge %s: is it its integration "
                      "bridge?",
                      tag, db->bridge);
    else
        diagnosis_set(ret_words, "%s: the agent has not wired it; see its log", tag);
}

/* options:requested-chassis is a list of names, each that of a chassis or of its host. */
static bool is_requested_here(const struct diagnosis_facts *facts, const char *requested)
{
    const char *const own[] = {facts->db.system_id, facts->db.hostname};

    while (*requested) {
        size_t n = strcspn(requested, ", ");

        for (size_t i = 0; n && i < 2; i++)
            if (strlen(own[i]) == n && strncmp(own[i], requested, n) == 0)
                return true;
        requested += n + (requested[n] != '\0');
    }
    return false;
}

/* Whether this host is set up as a chassis, and the port as one of OVN's. */
static bool diagnose_chassis(const struct diagnosis_facts *facts, const struct port_facts *port,
                             char ret_words[DIAGNOSIS_MAX])
{
    const struct vswitch_facts *db = &facts->db;

    if (!db->ovn_remote[0] || !db->system_id[0])
        diagnosis_set(
            ret_words,
            "this host is not an OVN chassis: external_ids:%s of table Open_vSwitch is not set",
            db->ovn_remote[0] ? "system-id" : "ovn-remote");
    else if (port->db.bridge[0] && strcmp(port->db.bridge, db->ovn_bridge) != 0)
        diagnosis_set(ret_words, "it is on bridge %s, but OVN uses %s (external_ids:ovn-bridge)",
                      port->db.bridge, db->ovn_bridge);
    else if (facts->agent == -ESRCH)
        diagnosis_set(ret_words, "no ovn-controller is visible in this network namespace");
    else
        return false;
    return true;
}

/* Whether the southbound database could be asked, and knows this host. */
static bool diagnose_southbound(const struct diagnosis_facts *facts, char ret_words[DIAGNOSIS_MAX])
{
    switch (facts->southbound) {
    case SOUTHBOUND_NOT_ASKED:
        diagnosis_set(ret_words, "ovn-controller has not claimed it");
        return true;
    case SOUTHBOUND_NOT_OURS:
        diagnosis_set(
            ret_words,
            "ovn-controller has not claimed it or not installed its flows; the southbound "
            "database (%.*s) was not queried",
            DIAGNOSIS_QUOTE_MAX, facts->db.ovn_remote);
        return true;
    case SOUTHBOUND_FAILED:
        diagnosis_set(ret_words, "the southbound database does not answer: %s",
                      facts->southbound_words);
        return true;
    case SOUTHBOUND_KNOWN:
        break;
    }
    if (facts->registered)
        return false;
    diagnosis_set(ret_words, "chassis %.*s is not registered in the southbound database",
                  SOUTHBOUND_NAME_MAX, facts->db.system_id);
    return true;
}

static void diagnose_binding(const struct diagnosis_facts *facts, const struct port_facts *port,
                             char ret_words[DIAGNOSIS_MAX])
{
    const struct southbound_port *binding = &port->southbound;
    bool elsewhere = binding->requested[0] && !is_requested_here(facts, binding->requested);

    if (!binding->exists && binding->namesake[0])
        diagnosis_set(ret_words,
                      "OVN has no logical port %s, and %s has this VIF's address: is the iface-id "
                      "wrong?",
                      port->iface_id, binding->namesake);
    else if (!binding->exists)
        diagnosis_set(ret_words, "OVN has no logical port %s", port->iface_id);
    else if (binding->claimed && strcmp(binding->chassis, facts->db.system_id) != 0)
        diagnosis_set(ret_words, "it is claimed by chassis %s%s",
                      binding->chassis[0] ? binding->chassis : "that is no longer registered",
                      elsewhere ? ", as options:requested-chassis asks" : "");
    else if (elsewhere)
        diagnosis_set(ret_words, "options:requested-chassis asks for chassis %s, and this is %s",
                      binding->requested, facts->db.system_id);
    else if (!binding->claimed)
        diagnosis_set(ret_words, "ovn-controller runs but has not claimed it");
    else
        diagnosis_set(ret_words,
                      "ovn-controller has claimed it, but its flows are not installed yet");
}

static void diagnose_ovn(const struct diagnosis_facts *facts, const struct port_facts *port,
                         char ret_words[DIAGNOSIS_MAX])
{
    if (!diagnose_chassis(facts, port, ret_words) && !diagnose_southbound(facts, ret_words))
        diagnose_binding(facts, port, ret_words);
}

void diagnose(enum vif_wait wait, const struct diagnosis_facts *facts,
              const struct port_facts *port, char ret_words[DIAGNOSIS_MAX])
{
    ret_words[0] = '\0';
    if (diagnose_switch(facts, port, ret_words))
        return;
    switch (wait) {
    case VIF_WAIT_NONE:
    case VIF_WAIT_VSWITCHD:
        break;
    case VIF_WAIT_OVN:
        diagnose_ovn(facts, port, ret_words);
        break;
    case VIF_WAIT_ML2:
        diagnose_ml2(facts, port, ret_words);
        break;
    }
}

/* ---- the facts ----
 *
 * They come from the local database, the devices, the processes and OVN's southbound database, each
 * asked once for all ports.  The call's own time is up, so they have a deadline of their own; facts
 * that do not arrive by then stay unknown. */

static void quote(char ret[DIAGNOSIS_QUOTE_MAX], const struct vif_error *err)
{
    (void)snprintf(ret, DIAGNOSIS_QUOTE_MAX, "%.*s", DIAGNOSIS_QUOTE_MAX - 1, err->text);
}

static void read_database(const struct engine *engine, int64_t until, struct diagnosis_facts *facts,
                          struct port_facts *ports, size_t n)
{
    struct vif_error err = {0};

    facts->db_known = vswitch_read_facts(engine->db, ports, n, until, &facts->db, &err) == 0;
    if (!facts->db_known)
        quote(facts->db_words, &err);
}

static void read_southbound(const struct engine *engine, int64_t until,
                            struct diagnosis_facts *facts, struct port_facts *ports, size_t n)
{
    struct vif_error err = {0};
    int r = southbound_read(facts->db.ovn_remote, facts->db.system_id, ports, n, engine->log, until,
                            &facts->registered, &err);

    facts->southbound = SOUTHBOUND_KNOWN;
    if (r < 0) {
        facts->southbound = r == -EOPNOTSUPP ? SOUTHBOUND_NOT_OURS : SOUTHBOUND_FAILED;
        quote(facts->southbound_words, &err);
    }
}

void diagnosis_read_facts(const struct engine *engine, enum vif_wait wait,
                          struct diagnosis_facts *ret, struct port_facts *ports, size_t n)
{
    int64_t until = deadline_after(LIMIT_DIAGNOSIS_MS), soon;
    pid_t pid;

    *ret = (struct diagnosis_facts){0};
    read_database(engine, until, ret, ports, n);
    /* Devices that were there when the call began may have gone since. */
    for (size_t i = 0; i < n; i++)
        ports[i].link_gone = ports[i].link[0] && link_is_gone(ports[i].link);
    if (wait == VIF_WAIT_OVN)
        ret->agent = process_find("ovn-controller", &pid);
    else if (wait == VIF_WAIT_ML2)
        ret->agent = process_find_program("neutron-openvswitch-agent", &pid);
    soon = deadline_after(LIMIT_SOUTHBOUND_MS);
    if (wait == VIF_WAIT_OVN && ret->db.ovn_remote[0] && ret->db.system_id[0])
        read_southbound(engine, soon < until ? soon : until, ret, ports, n);
}
