/* SPDX-License-Identifier: Apache-2.0 */
/* Judging why a port has not come to work in time: the evidence of this host, from the switch upwards,
 * and that of the ML2 agent.  Whatever is wrong further down is told first, since nothing above it can
 * work.  Pure; what OVN's evidence means is in reason-ovn.c. */
#include "diagnose/reason.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ovsdb/vswitch-wired.h"

void reason_say(char ret_words[REASON_MAX], const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(ret_words, REASON_MAX, format, ap);
    va_end(ap);
    for (char *c = ret_words; *c; c++) /* names of other hosts' making are in it */
        if (iscntrl((unsigned char)*c))
            *c = '?';
}

bool reason_datapath(const struct evidence *evidence, const struct evidence_port *port,
                     char ret_words[REASON_MAX])
{
    if (!port->db.datapath_unknown)
        return false;
    reason_say(ret_words, "ovs-vswitchd has no datapath_type %s, which bridge %s asks for, only %s",
               port->db.datapath_type, port->db.bridge, evidence->db.datapath_types);
    return true;
}

/* Why there is no OpenFlow port number. */
static void judge_ofport(const struct evidence *evidence, const struct evidence_port *port,
                         char ret_words[REASON_MAX])
{
    const struct vswitch_port_facts *db = &port->db;

    if (reason_datapath(evidence, port, ret_words))
        return;
    if (db->bridge[0] && !db->bridge_made)
        reason_say(ret_words,
                   "ovs-vswitchd could not make bridge %s (datapath_type %s), and its log says why",
                   db->bridge, db->datapath_type);
    else if (strncmp(db->type, "dpdk", 4) == 0 && evidence->db.dpdk_known &&
             !evidence->db.dpdk_initialized)
        reason_say(ret_words, "DPDK is not initialized in ovs-vswitchd (other_config:dpdk-init)");
    else if (db->error[0])
        reason_say(ret_words, "ovs-vswitchd could not make it: %.*s", REASON_QUOTE_MAX, db->error);
    else
        reason_say(ret_words, "ovs-vswitchd has not given it an OpenFlow port number");
}

/* What is wrong without any agent; false when nothing is. */
static bool judge_switch(const struct evidence *evidence, const struct evidence_port *port,
                         char ret_words[REASON_MAX])
{
    if (!evidence->db_known)
        reason_say(ret_words, "the database cannot be asked why: %s", evidence->db_words);
    else if (!port->db.exists)
        reason_say(ret_words, "it is gone from the database, someone else removed it");
    else if (port->link_gone)
        reason_say(ret_words, "its network device %s is gone", port->link);
    else if (port->db.ofport <= 0)
        judge_ofport(evidence, port, ret_words);
    else if (port->db.rival[0])
        reason_say(ret_words, "interface %s on bridge %s has the same iface-id %s", port->db.rival,
                   port->db.rival_bridge[0] ? port->db.rival_bridge : "?", port->iface_id);
    else
        return false;
    return true;
}

static void judge_ml2(const struct evidence *evidence, const struct evidence_port *port,
                      char ret_words[REASON_MAX])
{
    const struct vswitch_port_facts *db = &port->db;
    char tag[64] = "its tag is not set";

    if (db->tag == VSWITCH_DEAD_VLAN)
        (void)snprintf(tag, sizeof tag, "its tag is %d, the dead VLAN", VSWITCH_DEAD_VLAN);
    if (evidence->agent == SEEN_NO)
        reason_say(ret_words, "no neutron-openvswitch-agent is seen to run here, and %s", tag);
    else if (!db->bridge_tended)
        reason_say(ret_words,
                   "%s, and the agent has wired no port of bridge %s: is it its integration "
                   "bridge?",
                   tag, db->bridge);
    else
        reason_say(ret_words, "%s: the agent has not wired it, and its log may say why", tag);
}

void reason_judge(enum vif_wait wait, const struct evidence *evidence,
                  const struct evidence_port *port, char ret_words[REASON_MAX])
{
    ret_words[0] = '\0';
    if (judge_switch(evidence, port, ret_words))
        return;
    switch (wait) {
    case VIF_WAIT_NONE:
    case VIF_WAIT_VSWITCHD:
        break;
    case VIF_WAIT_OVN:
        reason_judge_ovn(evidence, port, ret_words);
        break;
    case VIF_WAIT_ML2:
        judge_ml2(evidence, port, ret_words);
        break;
    }
}
