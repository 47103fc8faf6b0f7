/* SPDX-License-Identifier: Apache-2.0 */
/* Reads why ports are not ready in time: from the local database, the devices, the processes and
 * OVN's southbound database, each asked once for all ports of the batch.  It runs when the call's
 * own time is up, so it has a deadline of its own; facts that do not arrive by then stay
 * unknown. */
#include <errno.h>
#include <stdio.h>

#include "base/deadline.h"
#include "diagnose/diagnose.h"
#include "kernel/process.h"

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
