/* SPDX-License-Identifier: Apache-2.0 */
/* A host in words, for the tests of prune. */
#ifndef STALE_HOST_H
#define STALE_HOST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "prune/stale.h"
#include "wiring-fixture.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

struct host {
    struct observed observed;
    struct snapshot snapshot;
};

/* Whether 'mark', "foreign UUID", "up UUID" or "", is that of this row. */
static inline bool is_marked(const char *mark, const char *uuid)
{
    const char *of = strchr(mark, ' ');

    return of && strcmp(of + 1, uuid) == 0;
}

/* The host as said in words for fixture_observe(), with "|foreign UUID" or "|up UUID" behind: a row
 * with that mark. */
static inline void set_host(struct host *host, const char *there)
{
    const struct vswitch *db = &host->observed.db;
    auto_free char *words = strdup(there);
    char *bar, *mark;

    assert_non_null(words);
    bar = strchr(words, '|');
    mark = bar ? bar + 1 : words + strlen(words);
    if (bar)
        *bar = '\0';
    fixture_observe(&host->observed, words);
    host->snapshot = (struct snapshot){
        .links = host->observed.links, .n_links = host->observed.n_links, .db = *db};
    assert_int_equal(snapshot_index(&host->snapshot, NULL), 0);
    for (size_t i = 0; i < db->n_bridges; i++)
        db->bridges[i].n_ids = is_marked(mark, db->bridges[i].uuid);
    for (size_t i = 0; i < db->n_ports; i++)
        db->ports[i].n_ids = is_marked(mark, db->ports[i].uuid);
    for (size_t i = 0; i < db->n_interfaces; i++)
        if (is_marked(mark, db->interfaces[i].uuid))
            (void)snprintf(db->interfaces[i].link_state, sizeof db->interfaces[i].link_state, "up");
    for (size_t i = 0; i < db->n_qos; i++) {
        struct vswitch_qos *qos = &db->qos[i];

        qos->n_queues = is_marked(mark, qos->uuid);
        assert_int_equal(strmap_set(&qos->external_ids, "id", qos->id), 0);
        assert_int_equal(strmap_set(&qos->external_ids, "_type", qos->type), 0);
    }
}

static inline void host_done(struct host *host)
{
    free(host->snapshot.by_index);
    free(host->snapshot.by_master);
    free(host->snapshot.by_bridge);
    free(host->snapshot.vifs);
    observed_done(&host->observed);
}

#define PORT(name, keys)                                                                           \
    "port " name " bridge=br-int;interface " name " ofport=-1 " IDS_THERE keys ";"
#define BARE_PORT(name, on, keys) "port " name " bridge=" on ";interface " name " " keys ";"
#define IBP                       "ibp" VIF_UUID
#define PBP                       "pbp" VIF_UUID
#define VHU                       "vhudc065497-3c"
#define VFR                       "vfrdc065497-3c"
#define PB                        "pbdc065497-3c8"
#define VHU_PATH                  "options=vhost-server-path:/run/x"
#define OF_IFACE                  " of " IFACE_ID "\n"

#define OWN_BRIDGE "bridge " PB ";" BARE_PORT(PB, PB, "type=internal")
#define PATCH_IN   BARE_PORT(PBP, PB, "type=patch options=peer:" IBP)
#define PATCH_OUT  PORT(IBP, "type=patch ofport=3 options=peer:" PBP)
#define OWN_TAP    BARE_PORT(TAP, PB, "ofport=-1")
#define OWN_FOUND  "per-port-bridge " PB

#define TAP_ID(uuid) "qos " uuid " type=linux-noop id=" TAP_QOS_ID ";"

#define OS_VIF_QBR "link " QBR " index=10 kind=bridge up=1;"
#define OS_VIF_VETH                                                                                \
    "link " QVB " index=11 kind=veth peer=12 master=10 up=1;"                                      \
    "link " QVO " index=12 kind=veth peer=11 up=1;"
#define GUEST_TAP "link tap9 index=20 kind=tun tap=1 master=10;"
#define OF_VIF    " of " VIF_UUID "\n"

#endif
