/* SPDX-License-Identifier: Apache-2.0 */
/* Judging why OVN has not installed a port: the way its claim goes, from this host's settings by
 * ovn-controller to the southbound database and back; the first thing that is not there is the
 * reason.  Pure. */
#include <string.h>

#include "diagnose/reason.h"

/* options:requested-chassis is a list of names, each that of a chassis or of its host. */
static bool is_requested_here(const struct evidence *evidence, const char *requested)
{
    const char *const own[] = {evidence->db.system_id, evidence->db.hostname};

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
static bool judge_chassis(const struct evidence *evidence, const struct evidence_port *port,
                          char ret_words[REASON_MAX])
{
    const struct vswitch_facts *db = &evidence->db;

    if (!db->ovn_remote[0] || !db->system_id[0])
        reason_say(ret_words,
                   "this host is no OVN chassis: external_ids:%s of table Open_vSwitch is not set",
                   db->ovn_remote[0] ? "system-id" : "ovn-remote");
    else if (port->db.bridge[0] && strcmp(port->db.bridge, db->ovn_bridge) != 0)
        reason_say(ret_words, "it is on bridge %s, and OVN's is %s (external_ids:ovn-bridge)",
                   port->db.bridge, db->ovn_bridge);
    else if (evidence->agent == SEEN_NO)
        reason_say(ret_words, "no ovn-controller is seen to run in this network namespace");
    else
        return false;
    return true;
}

/* Whether the southbound database could be asked, and knows this host. */
static bool judge_southbound(const struct evidence *evidence, char ret_words[REASON_MAX])
{
    switch (evidence->southbound) {
    case SOUTHBOUND_NOT_ASKED:
        reason_say(ret_words, "ovn-controller has not claimed it");
        return true;
    case SOUTHBOUND_NOT_OURS:
        reason_say(ret_words,
                   "ovn-controller has not claimed it or not installed its flows; the southbound "
                   "database (%.*s) was not looked at",
                   REASON_QUOTE_MAX, evidence->db.ovn_remote);
        return true;
    case SOUTHBOUND_FAILED:
        reason_say(ret_words, "the southbound database does not answer: %s",
                   evidence->southbound_words);
        return true;
    case SOUTHBOUND_KNOWN:
        break;
    }
    if (evidence->registered)
        return false;
    reason_say(ret_words,
               "chassis %.*s is not, or no longer, registered in the southbound database",
               SOUTHBOUND_NAME_MAX, evidence->db.system_id);
    return true;
}

static void judge_binding(const struct evidence *evidence, const struct evidence_port *port,
                          char ret_words[REASON_MAX])
{
    const struct southbound_port *binding = &port->southbound;
    bool elsewhere = binding->requested[0] && !is_requested_here(evidence, binding->requested);

    if (!binding->exists && binding->namesake[0])
        reason_say(ret_words,
                   "OVN has no logical port %s, and %s has this VIF's address: is the iface-id "
                   "wrong?",
                   port->iface_id, binding->namesake);
    else if (!binding->exists)
        reason_say(ret_words, "OVN has no logical port %s", port->iface_id);
    else if (binding->claimed && strcmp(binding->chassis, evidence->db.system_id) != 0)
        reason_say(ret_words, "it is claimed by chassis %s%s",
                   binding->chassis[0] ? binding->chassis : "that is no longer registered",
                   elsewhere ? ", as options:requested-chassis asks" : "");
    else if (elsewhere)
        reason_say(ret_words, "options:requested-chassis asks for chassis %s, and this is %s",
                   binding->requested, evidence->db.system_id);
    else if (!binding->claimed)
        reason_say(ret_words, "ovn-controller runs but has not claimed it");
    else
        reason_say(ret_words, "ovn-controller has claimed it, its flows are not installed yet");
}

void reason_judge_ovn(const struct evidence *evidence, const struct evidence_port *port,
                      char ret_words[REASON_MAX])
{
    if (!judge_chassis(evidence, port, ret_words) && !judge_southbound(evidence, ret_words))
        judge_binding(evidence, port, ret_words);
}
