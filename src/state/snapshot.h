/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot: everything of this host that VIFs are made of, read at once (one dump of links, one
 * database transaction), and the VIFs found in it, whoever plugged them.  What the whole host is
 * looked at for stands on it: listing, drawing, finding leftovers. */
#ifndef STATE_SNAPSHOT_H
#define STATE_SNAPSHOT_H

#include "state/observe.h"

struct snapshot {
    struct link_info *links; /* sorted by name */
    size_t n_links;
    const struct link_info **by_index;     /* the same, sorted by ifindex */
    struct vswitch db;                     /* all of it */
    const struct vswitch_port **by_bridge; /* its ports, sorted by bridge, then by name */
};

/* Reads it.  On success '*ret' belongs to the caller.  Errors of netlink and of the database. */
int snapshot_read(const struct engine *engine, int64_t until, struct snapshot *ret,
                  struct vif_error *err);
/* The same with the details of rows (struct vswitch_query). */
int snapshot_read_details(const struct engine *engine, int64_t until, struct snapshot *ret,
                          struct vif_error *err);
/* Sorts what was read the ways it is looked up; false when memory is gone. */
bool snapshot_index(struct snapshot *snapshot);
void snapshot_done(struct snapshot *snapshot);

const struct link_info *snapshot_link(const struct snapshot *snapshot, const char *name);
/* NULL for 0 and for what is not there. */
const struct link_info *snapshot_link_at(const struct snapshot *snapshot, int ifindex);

/* The ports of a bridge: the first of them in '*ret_first', the others behind it; their number. */
size_t snapshot_ports_of(const struct snapshot *snapshot, const char *bridge,
                         const struct vswitch_port *const **ret_first);

/* The other end of a patch port, or NULL. */
const struct vswitch_port *snapshot_patch_peer(const struct snapshot *snapshot,
                                               const struct vswitch_interface *patch);

/* The id in an alias of ours ("vif <uuid>", and what may follow); false when it is none. */
bool alias_vif_id(const char *alias, char ret_id[UUID_TEXT_SIZE]);

enum snapshot_vif_state {
    SNAPSHOT_VIF_PLUGGED,
    SNAPSHOT_VIF_WAITING, /* its port has no network device: a guest has yet to make it, or is gone */
    SNAPSHOT_VIF_PENDING,     /* ovs-vswitchd has not taken up its port */
    SNAPSHOT_VIF_FAILED,      /* ovs-vswitchd could not make its port */
    SNAPSHOT_VIF_UNCONNECTED, /* it has links, but no port */
};

/* "plugged", "waiting", ...; never NULL. */
const char *snapshot_vif_state_name(enum snapshot_vif_state state);

/* One VIF as it shows on the host.  Everything points into the snapshot but 'id'. */
struct snapshot_vif {
    char id[VIF_PORT_NAME_SIZE]; /* of the VIF, where a link's alias says it; else its iface-id */
    const char *iface_id;        /* "" without a port */
    const char *type;            /* "VIFBridge", ... as far as it can be told; "" */
    enum snapshot_vif_state state;
    const struct vswitch_port *port; /* the one that carries the iface-id; NULL: none */
    const struct vswitch_interface *interface;
    const struct link_info *link; /* the network device of the VIF's own on this host, or NULL */
    const char *device;           /* its name, whether it is there or not; "" for none */
};

/* All VIFs, sorted by the name of their port (those without one by their device's).  On success
 * '*ret' is the caller's to free; -ENOMEM. */
int snapshot_find_vifs(const struct snapshot *snapshot, struct snapshot_vif **ret, size_t *ret_n,
                       struct vif_error *err);

#endif
