/* SPDX-License-Identifier: Apache-2.0 */
/* Why a port is not ready in time.  The facts are read once for a batch; evaluating them is a pure
 * function, so that every diagnosis is a line in a table of tests. */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include <vif/vif.h>

#include "ovsdb/port-facts.h"
#include "state/observe.h"

/* How much of an error's text a diagnosis may take: there is more to say around it. */
#define DIAGNOSIS_MAX 240
/* ... and how much of a diagnosis the words of another program. */
#define DIAGNOSIS_QUOTE_MAX 140

enum southbound_state {
    SOUTHBOUND_NOT_ASKED,
    SOUTHBOUND_NOT_OURS, /* only available by ssl: */
    SOUTHBOUND_FAILED,
    SOUTHBOUND_KNOWN,
};

/* The facts about the host. */
struct diagnosis_facts {
    bool db_known; /* else 'db_words' say why not, and nothing else is known */
    char db_words[DIAGNOSIS_QUOTE_MAX];
    struct vswitch_facts db;
    int agent; /* of process_find() for ovn-controller, or for the ML2 agent */
    enum southbound_state southbound;
    char southbound_words[DIAGNOSIS_QUOTE_MAX];
    bool registered; /* the host is a chassis in the southbound database */
};

/* Reads the facts for ports[0..n) with a deadline of its own.  Never fails: facts that cannot be
 * read stay unknown. */
void diagnosis_read_facts(const struct engine *engine, enum vif_wait wait,
                          struct diagnosis_facts *ret, struct port_facts *ports, size_t n);

/* The first cause that applies, in words to follow "port X is not ready in time: ". */
void diagnose(enum vif_wait wait, const struct diagnosis_facts *facts,
              const struct port_facts *port, char ret_words[DIAGNOSIS_MAX]);

/* Writes why the bridge of the port cannot be made, and returns true, when ovs-vswitchd does not
 * have its datapath type. */
bool diagnose_datapath(const struct diagnosis_facts *facts, const struct port_facts *port,
                       char ret_words[DIAGNOSIS_MAX]);

#endif
