/* SPDX-License-Identifier: Apache-2.0 */
/* Is this host ready?  Facts are read in doctor-facts.c, from the kernel and the database, and judged
 * in the files doctor-*.c, each for a field.  Nothing is changed, and nothing but want of memory
 * keeps a page from being written. */
#include "host/doctor.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "host/remote.h"

/* A person waits for the page; a database that needs longer is worth a finding. */
#define TIMEOUT_MS 5000

#define INTEGRATION_BRIDGE "br-int"

static inline void free_findings(struct vif_findings *findings)
{
    vif_findings_free(findings);
}
DEFINE_AUTO(auto_findings, struct vif_findings *, free_findings);

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

int vif_host_doctor(struct vif_host *host, const struct vif_doctor_options *options,
                    struct vif_findings **ret_findings, struct vif_error *err)
{
    __attribute__((cleanup(auto_findings_fn))) struct vif_findings *findings =
        calloc(1, sizeof *findings);
    struct vif_doctor_options own = {0};
    struct doctor_facts facts = {0};
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_doctor(host->remote, &own, ret_findings, err);
    if (!findings)
        return error_memory(err);
    r = doctor_read(host, deadline_after(own.timeout_ms ? own.timeout_ms : TIMEOUT_MS), &facts,
                    err);
    if (r < 0)
        return r;
    doctor_judge(&facts, findings);
    doctor_facts_done(&facts);
    if (findings->failed)
        return error_memory(err);
    *ret_findings = take_ptr(findings);
    return 0;
}
