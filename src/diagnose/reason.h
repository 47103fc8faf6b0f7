/* SPDX-License-Identifier: Apache-2.0 */
/* Why a port has not come to work in time.  Evidence is read once for a batch; judging it is a pure
 * function, so that every reason is a line in a table of tests. */
#ifndef DIAGNOSE_REASON_H
#define DIAGNOSE_REASON_H

#include <vif/vif.h>

#include "ovsdb/southbound.h"
#include "ovsdb/vswitch-facts.h"
#include "state/observe.h"

/* Of an error's text, what a reason may take: there is more to say before and behind it. */
#define REASON_MAX 240
/* ... and of a reason, the words of someone else. */
#define REASON_QUOTE_MAX 140

enum seen { SEEN_UNKNOWN, SEEN_NO, SEEN_YES };

enum southbound_state {
    SOUTHBOUND_NOT_ASKED,
    SOUTHBOUND_NOT_OURS, /* only to be had by ssl: */
    SOUTHBOUND_FAILED,
    SOUTHBOUND_KNOWN,
};

/* What is known of the host. */
struct evidence {
    bool db_known; /* else 'db_words' say why not, and nothing else is known */
    char db_words[REASON_QUOTE_MAX];
    struct vswitch_facts db;
    enum seen agent; /* is ovn-controller, or the ML2 agent, seen to run? */
    enum southbound_state southbound;
    char southbound_words[REASON_QUOTE_MAX];
    bool registered; /* the host is a chassis in the southbound database */
};

/* What is known of a port.  The texts are borrowed and set by who asks. */
struct evidence_port {
    const char *name;
    const char *iface_id;
    const char *mac;  /* NULL: not known */
    const char *link; /* the device behind it, "" for none */
    bool link_gone;
    struct vswitch_port_facts db;
    struct southbound_port southbound;
};

/* Reads the evidence for ports[0..n) with a deadline of its own.  Never fails: what cannot be had is
 * not known. */
void evidence_read(const struct engine *engine, enum vif_wait wait, struct evidence *ret,
                   struct evidence_port *ports, size_t n);

/* The reason that tells most, in words to follow "port X has not ... in time: ". */
void reason_judge(enum vif_wait wait, const struct evidence *evidence,
                  const struct evidence_port *port, char ret_words[REASON_MAX]);

/* The reasons that are OVN's alone. */
void reason_judge_ovn(const struct evidence *evidence, const struct evidence_port *port,
                      char ret_words[REASON_MAX]);

/* Writes why the bridge of the port cannot be made, and returns true, when ovs-vswitchd does not have
 * its datapath type. */
bool reason_datapath(const struct evidence *evidence, const struct evidence_port *port,
                     char ret_words[REASON_MAX]);

/* Writes a reason; what would not be one line shows as '?'. */
void reason_say(char ret_words[REASON_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
