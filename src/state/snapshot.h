/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of the whole host: everything VIFs are made of, read at once (one dump of links, one
 * database transaction), and the VIFs in it, plugged by any program.  Listing, drawing and pruning
 * work on it. */
#ifndef STATE_SNAPSHOT_H
#define STATE_SNAPSHOT_H

#include <vif/vif.h>

#include "kernel/process.h"
#include "state/observe.h"

struct snapshot {
    struct link_info *links; /* sorted by name */
    size_t n_links;
    struct vswitch db; /* all of it */

    /* Made by snapshot_index(). */
    const struct link_info **by_index; /* the links, sorted by ifindex */
    const struct link_info *
        *by_master; /* those with a master, sorted by its ifindex, then by name */
    size_t n_by_master;
    const struct vswitch_port **by_bridge; /* the ports, sorted by bridge, then by name */
    struct snapshot_vif *vifs; /* sorted by the name of their port, else of their device */
    size_t n_vifs;

    /* Only with details. */
    struct unix_sockets sockets;
};

enum snapshot_extent {
    SNAPSHOT_PLAIN,
    SNAPSHOT_MARKS,   /* also the marks of rows (struct vswitch_query) */
    SNAPSHOT_DETAILS, /* also the details of rows, counters and sockets */
};

/* On success '*ret' belongs to the caller.  Errors of netlink and of the database. */
int snapshot_read(const struct engine *engine, enum snapshot_extent extent, int64_t until,
                  struct snapshot *ret, struct vif_error *err);
/* Makes the look-ups of a snapshot whose links and rows are there; -ENOMEM. */
int snapshot_index(struct snapshot *snapshot, struct vif_error *err);
void snapshot_done(struct snapshot *snapshot);

const struct link_info *snapshot_link(const struct snapshot *snapshot, const char *name);
/* NULL for 0 and for a link that does not exist. */
const struct link_info *snapshot_link_at(const struct snapshot *snapshot, int ifindex);

/* The ports of a bridge, and the links whose master is the link 'ifindex': the first in
 * '*ret_first'; their number. */
size_t snapshot_ports_of(const struct snapshot *snapshot, const char *bridge,
                         const struct vswitch_port *const **ret_first);
size_t snapshot_members_of(const struct snapshot *snapshot, int ifindex,
                           const struct link_info *const **ret_first);

/* The other end of a patch port, or NULL. */
const struct vswitch_port *snapshot_patch_peer(const struct snapshot *snapshot,
                                               const struct vswitch_interface *patch);

/* The id in an alias of ours ("vif <uuid>", and what may follow); false for any other alias. */
bool alias_vif_id(const char *alias, char ret_id[UUID_TEXT_SIZE]);

/* One VIF of the host.  Everything points into the snapshot but 'id'. */
struct snapshot_vif {
    char id[VIF_PORT_NAME_SIZE]; /* of the VIF, where a link's alias says it; else its iface-id */
    const char *iface_id;        /* "" without a port */
    const char *type;            /* "VIFBridge", ... where it can be inferred; "" */
    /* PLUGGED; WAITING: its port has no network device, a guest has yet to make it or is gone;
     * PENDING: ovs-vswitchd has not handled its port; FAILED: ovs-vswitchd could not; UNCONNECTED:
     * no port */
    enum vif_state state;
    const struct vswitch_port *port; /* the one that carries the iface-id; NULL: none */
    const struct vswitch_interface *interface;
    const struct link_info *link; /* the VIF's network device on this host, or NULL */
    const char *device;           /* its name, even if it does not exist; "" for none */
};

/* The name of its port; of its device if it has none. */
const char *snapshot_vif_name(const struct snapshot_vif *vif);

/* The VIF whose iface-id this port carries, or NULL. */
const struct snapshot_vif *snapshot_vif_of_port(const struct snapshot *snapshot, const char *port);

/* Fills in 'vifs'; part of snapshot_index(). */
int snapshot_find_vifs(struct snapshot *snapshot, struct vif_error *err);

#endif
