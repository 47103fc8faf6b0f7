/* SPDX-License-Identifier: Apache-2.0 */
/* Is this host ready?  Facts are read in doctor-facts.c, from the kernel and the database, and judged
 * in the files doctor-*.c, each for a field.  Nothing is changed, and nothing but want of memory
 * keeps a page from being written. */
#include "doctor/doctor.h"

#define INTEGRATION_BRIDGE "br-int"

const char *doctor_config(const struct doctor_facts *facts, const char *key)
{
    return strmap_get(&facts->vs.other_config, key);
}

const char *doctor_id(const struct doctor_facts *facts, const char *key)
{
    return strmap_get(&facts->vs.external_ids, key);
}

const char *doctor_integration_bridge(const struct doctor_facts *facts)
{
    const char *name = doctor_id(facts, "ovn-bridge");

    return name && name[0] ? name : INTEGRATION_BRIDGE;
}

const char *doctor_type(const char *type)
{
    return type[0] ? type : "system";
}

void doctor_judge(const struct doctor_facts *facts, struct vif_findings *findings)
{
    doctor_judge_system(facts, findings);
    doctor_judge_database(facts, findings);
    if (facts->database.error < 0 || !facts->vs.has_row)
        return;
    doctor_judge_vswitchd(facts, findings);
    doctor_judge_bridges(facts, findings);
    doctor_judge_offload(facts, findings);
    doctor_judge_dpdk(facts, findings);
    doctor_judge_network(facts, findings);
}
