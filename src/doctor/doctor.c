/* SPDX-License-Identifier: Apache-2.0 */
/* Is this host ready? facts.c reads the facts from the kernel and the database; system.c,
 * switch.c, offload.c and network.c check them.  Nothing is changed, and only lack of memory makes
 * it fail. */
#include "doctor/doctor.h"

#define INTEGRATION_BRIDGE "br-int"

const char *doctor_config(const struct doctor_facts *facts, const char *key)
{
    return strmap_get(&facts->vs.other_config, key);
}

const char *doctor_id(const struct doctor_facts *facts, const char *key)
{
    return vswitch_ovn_setting(&facts->vs.external_ids, key);
}

const char *doctor_integration_bridge(const struct doctor_facts *facts)
{
    const char *name = doctor_id(facts, "ovn-bridge");

    return name && name[0] ? name : INTEGRATION_BRIDGE;
}

void doctor_check(const struct doctor_facts *facts, struct vif_findings *findings)
{
    doctor_check_system(facts, findings);
    doctor_check_database(facts, findings);
    if (facts->database.error < 0 || !facts->vs.has_row)
        return;
    doctor_check_vswitchd(facts, findings);
    doctor_check_bridges(facts, findings);
    doctor_check_offload(facts, findings);
    doctor_check_dpdk(facts, findings);
    doctor_check_network(facts, findings);
}
