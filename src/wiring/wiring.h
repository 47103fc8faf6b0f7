/* SPDX-License-Identifier: Apache-2.0 */
/* A wiring: the complete desired state of one VIF on this host, links and database rows, and for each
 * part what becomes of it on unplug.  Plain data, made by a plugin, that knows nothing of where it
 * came from. */
#ifndef WIRING_H
#define WIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/strmap.h"
#include "kernel/link.h"
#include "ovsdb/vswitch.h"

enum wiring_goal {
    WIRING_PRESENT, /* plug */
    WIRING_ABSENT,  /* unplug */
};

enum wiring_link_kind {
    WIRING_TAP,
    WIRING_VETH,   /* described once for both ends: 'name' and 'peer' */
    WIRING_BRIDGE, /* a Linux bridge */
};

/* What unplug does with a part that is there. */
enum wiring_fate {
    WIRING_REMOVE,
    WIRING_KEEP,
};

/* A kernel link.  On unplug one of kind WIRING_TAP is removed if it is a tap or a veth, the others if
 * they are of their kind; a link that carries the alias of another VIF is a conflict. */
struct wiring_link {
    char name[LIMIT_IFNAME];
    enum wiring_link_kind kind;
    bool
        create; /* plug makes it where it is missing; else plug only sets the MTU of what is there */
    bool unplug_only; /* plug does not look at it at all */
    enum wiring_fate fate;
    uint32_t mtu;     /* of both ends of a veth; 0: left alone */
    bool has_address; /* set at creation only */
    uint8_t address[6];
    bool multi_queue;
    uid_t owner;               /* (uid_t)-1: none */
    gid_t group;               /* (gid_t)-1: none */
    char peer[LIMIT_IFNAME];   /* veth: the other end */
    char master[LIMIT_IFNAME]; /* the bridge 'name' is enslaved to, "" for none */
    bool promisc;              /* both ends */
    struct link_bridge bridge; /* WIRING_BRIDGE: the attributes it must have */
    bool silent; /* WIRING_BRIDGE: disable_ipv6=1, arp_ignore=1, arp_announce=2 before it is up */
};

/* An Open vSwitch bridge. */
struct wiring_bridge {
    char name[LIMIT_IFNAME];
    char datapath_type[VSWITCH_TYPE_MAX]; /* "": system when created, else left as it is */
    bool create;
    enum wiring_fate fate; /* WIRING_REMOVE: with all its ports */
};

/* A port with its one interface.  'owner' is what external_ids:iface-id holds when it is ours. */
struct wiring_port {
    char name[LIMIT_PORT_NAME];
    char bridge[LIMIT_IFNAME];
    bool create;                 /* else only unplug knows of it */
    char owner[UUID_TEXT_SIZE];  /* "": not known, nothing that has an iface-id is ours */
    char link[LIMIT_IFNAME];     /* the kernel link behind it, "" for none */
    char type[VSWITCH_TYPE_MAX]; /* "" for a kernel link */
    struct strmap ids;           /* external_ids */
    struct strmap options;
    uint32_t mtu_request; /* 0: none */
    bool isolate;         /* at creation only: tag 4095, vlan_mode trunk, trunks [4095] */
    char qos_type[VSWITCH_TYPE_MAX]; /* at creation only; "": none */
    char qos_id[UUID_TEXT_SIZE];     /* every QoS row with this id goes on unplug; "": none */
};

struct wiring {
    char vif_id[UUID_TEXT_SIZE];
    char name[LIMIT_IFNAME]; /* the device a person knows the VIF by */
    struct wiring_link *links;
    size_t n_links;
    struct wiring_bridge *bridges;
    size_t n_bridges;
    struct wiring_port *ports;
    size_t n_ports;
};

void wiring_done(struct wiring *wiring);

/* Each adds a zeroed part and returns it, or NULL when memory is gone.  Pointers to earlier parts of
 * the same sort are no longer valid. */
struct wiring_link *wiring_add_link(struct wiring *wiring, enum wiring_link_kind kind,
                                    const char *name);
struct wiring_bridge *wiring_add_bridge(struct wiring *wiring, const char *name);
struct wiring_port *wiring_add_port(struct wiring *wiring, const char *name, const char *bridge);

/* Writes "vif <id>", the alias of every link of this VIF. */
void wiring_alias(const struct wiring *wiring, char ret_alias[LINK_ALIAS_MAX]);

/* Whether 'alias' marks a link of another VIF than this one. */
bool wiring_alias_is_foreign(const struct wiring *wiring, const char *alias);

#endif
