/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about logical ports from OVN's southbound database (ovn-sb(5)), for the diagnosis. */
#ifndef OVSDB_SOUTHBOUND_H
#define OVSDB_SOUTHBOUND_H

#include "ovsdb/client.h"

#define SOUTHBOUND_NAME_MAX 128

/* All borrowed. */
struct southbound_query {
    const char *logical_port; /* the iface-id */
    const char *mac;          /* NULL: not known */
};

struct southbound_port {
    bool exists;
    bool claimed;
    char chassis[SOUTHBOUND_NAME_MAX];   /* that has claimed it; "" when it has no row any more */
    char requested[SOUTHBOUND_NAME_MAX]; /* options:requested-chassis, "" for none */
    char namesake[SOUTHBOUND_NAME_MAX];  /* it does not exist: one that has its MAC, "" for none */
};

/* Asks the first of the addresses in 'remote' (external_ids:ovn-remote) that answers.
 * '*ret_registered': there is a chassis of this name.  -EOPNOTSUPP (kind UNSUPPORTED) if all
 * addresses are ssl:, which needs keys; -EINVAL (kind CONFIG) for a bad address; connection
 * errors; -EPROTO. */
int southbound_read(const char *remote, const char *chassis, const struct southbound_query *queries,
                    size_t n, const struct log *log, int64_t until, bool *ret_registered,
                    struct southbound_port *ret_ports, struct vif_error *err);

#endif
