/* SPDX-License-Identifier: Apache-2.0 */
/* The public function of the doctor: examines this host, or has vifd do it. */
#include "doctor/doctor.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "libvif/remote.h"

/* A person waits for the page; a database that needs longer is worth a finding. */
#define TIMEOUT_MS 5000

static inline void free_findings(struct vif_findings *findings)
{
    vif_findings_free(findings);
}
DEFINE_AUTO(auto_findings, struct vif_findings *, free_findings);

int vif_host_doctor(struct vif_host *host, const struct vif_doctor_options *options,
                    struct vif_findings **ret_findings, struct vif_error *err)
{
    __attribute__((cleanup(auto_findings_fn))) struct vif_findings *findings =
        calloc(1, sizeof *findings);
    struct vif_doctor_options own = {0};
    struct doctor_facts facts = {0};
    struct doctor_host about;
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_doctor(host->remote, &own, ret_findings, err);
    if (!findings)
        return error_memory(err);
    about = (struct doctor_host){
        .nl = host->nl,
        .db = host->db,
        .config_file = host->config.file[0] ? host->config.file : NULL,
        .hw_tc_offload = host->config.plugins.ovs.hw_tc_offload,
    };
    r = doctor_read(&about, deadline_after(own.timeout_ms ? own.timeout_ms : TIMEOUT_MS), &facts,
                    err);
    if (r < 0)
        return r;
    doctor_check(&facts, findings);
    doctor_facts_done(&facts);
    if (findings->failed)
        return error_memory(err);
    *ret_findings = take_ptr(findings);
    return 0;
}
