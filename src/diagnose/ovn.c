/* SPDX-License-Identifier: Apache-2.0 */
/* Why OVN has not installed a port: follows its claim from this host's settings through
 * ovn-controller to the southbound database and back; the first thing missing is the diagnosis.
 * Pure. */
#include <errno.h>
#include <string.h>

#include "diagnose/diagnose.h"

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
static bool diagnose_chassis(const struct diagnosis_facts *facts, const struct diagnosis_port *port,
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

static void diagnose_binding(const struct diagnosis_facts *facts, const struct diagnosis_port *port,
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

void diagnose_ovn(const struct diagnosis_facts *facts, const struct diagnosis_port *port,
                  char ret_words[DIAGNOSIS_MAX])
{
    if (!diagnose_chassis(facts, port, ret_words) && !diagnose_southbound(facts, ret_words))
        diagnose_binding(facts, port, ret_words);
}
