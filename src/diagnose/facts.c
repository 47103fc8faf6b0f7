/* SPDX-License-Identifier: Apache-2.0 */
/* Reading why ports have not come to work in time: the local database, the devices, the processes and
 * OVN's southbound database, each asked once for all ports of the batch.  This is done when the time of
 * the call is up, so it has a little time of its own; what does not come within it stays unknown. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "diagnose/reason.h"
#include "kernel/process.h"

static void quote(char ret[REASON_QUOTE_MAX], const struct vif_error *err)
{
    (void)snprintf(ret, REASON_QUOTE_MAX, "%.*s", REASON_QUOTE_MAX - 1, err->text);
}

static void read_database(const struct engine *engine, int64_t until, struct evidence *evidence,
                          struct evidence_port *ports, size_t n)
{
    auto_free struct vswitch_suspect *suspects = calloc(n + 1, sizeof *suspects);
    auto_free struct vswitch_port_facts *facts = calloc(n + 1, sizeof *facts);
    struct vif_error err = {0};
    int r = suspects && facts ? 0 : error_memory(&err);

    for (size_t i = 0; r == 0 && i < n; i++)
        suspects[i] = (struct vswitch_suspect){ports[i].name, ports[i].iface_id};
    if (r == 0)
        r = vswitch_read_facts(engine->db, suspects, n, until, &evidence->db, facts, &err);
    if (r < 0) {
        quote(evidence->db_words, &err);
        return;
    }
    evidence->db_known = true;
    for (size_t i = 0; i < n; i++)
        ports[i].db = facts[i];
}

static enum seen see_agent(enum vif_wait wait)
{
    int r = -ENOENT;
    pid_t pid;

    if (wait == VIF_WAIT_OVN)
        r = process_find("ovn-controller", &pid);
    else if (wait == VIF_WAIT_ML2)
        r = process_find_program("neutron-openvswitch-agent", &pid);
    if (r == -ESRCH)
        return SEEN_NO;
    return r == 0 ? SEEN_YES : SEEN_UNKNOWN;
}

static void read_southbound(const struct engine *engine, int64_t until, struct evidence *evidence,
                            struct evidence_port *ports, size_t n)
{
    auto_free struct southbound_suspect *suspects = calloc(n + 1, sizeof *suspects);
    auto_free struct southbound_port *answers = calloc(n + 1, sizeof *answers);
    struct vif_error err = {0};
    int r = suspects && answers ? 0 : error_memory(&err);

    for (size_t i = 0; r == 0 && i < n; i++)
        suspects[i] = (struct southbound_suspect){ports[i].iface_id, ports[i].mac};
    if (r == 0)
        r = southbound_read(evidence->db.ovn_remote, evidence->db.system_id, suspects, n,
                            engine->log, until, &evidence->registered, answers, &err);
    if (r < 0) {
        evidence->southbound = r == -EOPNOTSUPP ? SOUTHBOUND_NOT_OURS : SOUTHBOUND_FAILED;
        quote(evidence->southbound_words, &err);
        return;
    }
    evidence->southbound = SOUTHBOUND_KNOWN;
    for (size_t i = 0; i < n; i++)
        ports[i].southbound = answers[i];
}

void evidence_read(const struct engine *engine, enum vif_wait wait, struct evidence *ret,
                   struct evidence_port *ports, size_t n)
{
    int64_t until = deadline_after(LIMIT_EVIDENCE_MS), soon;

    *ret = (struct evidence){0};
    read_database(engine, until, ret, ports, n);
    /* Devices that were there when the call began may have gone since. */
    for (size_t i = 0; i < n; i++)
        ports[i].link_gone = ports[i].link[0] && link_is_gone(ports[i].link);
    ret->agent = see_agent(wait);
    soon = deadline_after(LIMIT_SOUTHBOUND_MS);
    if (wait == VIF_WAIT_OVN && ret->db.ovn_remote[0] && ret->db.system_id[0])
        read_southbound(engine, soon < until ? soon : until, ret, ports, n);
}
