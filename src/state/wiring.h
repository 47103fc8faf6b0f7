/* SPDX-License-Identifier: Apache-2.0 */
/* A wiring: the complete desired state of one VIF on this host, links and database rows, and for
 * each part what unplug does with it.  Plain data, made by a plugin, that knows nothing of where it
 * came from. */
#ifndef STATE_WIRING_H
#define STATE_WIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <vif/plugin.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/strmap.h"
#include "base/text.h"
#include "kernel/link.h"
#include "ovsdb/vswitch.h"

/* os-vif's name space for the ids of its QoS rows, which are made of device names: either program
 * finds what the other made. */
#define WIRING_QOS_NAMESPACE "68da264a-847f-42a8-8ab0-5e774aee3d95"

/* A part as it was when it was checked.  It may be gone by now, but not be another. */
enum wiring_sort { WIRING_LINK, WIRING_PORT, WIRING_OVS_BRIDGE };
struct wiring_expected {
    enum wiring_sort sort;
    char name[VIF_PORT_NAME_SIZE];
    int ifindex;               /* WIRING_LINK; 0: there must be none of this name */
    char uuid[UUID_TEXT_SIZE]; /* the row's; "": there must be none of this name */
    size_t n_ports;            /* WIRING_OVS_BRIDGE: so many, and nothing else must come on it */
};

/* A QoS row that goes by itself, as long as no port refers to it. */
struct wiring_qos {
    char uuid[UUID_TEXT_SIZE];
    char id[UUID_TEXT_SIZE]; /* external_ids:id */
};

/* A VF that was found, and by what it may be known: facts, which no VIF's document can state. */
struct wiring_vf {
    char pci[PCI_TEXT_SIZE];          /* its address, in lower case */
    char representor[LIMIT_IFNAME];   /* the name it has now; "" when there is none to be plugged */
    char uplink[LIMIT_IFNAME];        /* the PF's network device, "" likewise */
    char devargs[PCI_TEXT_SIZE + 32]; /* its representor in DPDK's terms, "" likewise */
};

struct vif_wiring {
    char vif_id[UUID_TEXT_SIZE];
    char name[LIMIT_IFNAME]; /* the device a user knows the VIF by */
    struct vif_wiring_link *links;
    size_t n_links;
    struct vif_wiring_bridge *bridges;
    size_t n_bridges;
    struct vif_wiring_port *ports;
    size_t n_ports;
    struct vif_wiring_rules *rules;
    size_t n_rules;
    /* A stale wiring is only removed (else kind CONFLICT) when these are still as they were, and
     * only from a database that no plug has changed since it was read. */
    struct wiring_expected *expected;
    size_t n_expected;
    struct wiring_qos *qos;
    size_t n_qos;
    struct wiring_vf *vfs; /* whose representor the wiring has */
    size_t n_vfs;
    struct text warnings;  /* what the user should know, each ended by a newline */
    bool replaces;         /* plug looks at the parts that are replaced, too */
    bool needs_tc_offload; /* ovs-vswitchd must be able to offload flows (2.8 and later) */
};

void wiring_done(struct vif_wiring *wiring);

/* Each adds a zeroed part and returns it, or NULL when out of memory.  Pointers to earlier parts of
 * the same sort are no longer valid. */
struct vif_wiring_link *wiring_add_link(struct vif_wiring *wiring, enum vif_link_kind kind,
                                        const char *name);
struct vif_wiring_bridge *wiring_add_bridge(struct vif_wiring *wiring, const char *name);
struct vif_wiring_port *wiring_add_port(struct vif_wiring *wiring, const char *name,
                                        const char *bridge);

struct vif_wiring_rules *wiring_add_rules(struct vif_wiring *wiring, const char *bridge);
/* One more interface of the rules; -ENOMEM. */
int wiring_rules_interface(struct vif_wiring_rules *rules, const char *interface);

/* Both return 0 or -ENOMEM.  The members of struct wiring_expected; 'uuid' "" for a link. */
int wiring_expect(struct vif_wiring *wiring, enum wiring_sort sort, const char *name, int ifindex,
                  const char *uuid, size_t n_ports);
int wiring_add_qos(struct vif_wiring *wiring, const char *uuid, const char *id);
/* One more VF, of the address 'pci'; NULL when out of memory. */
struct wiring_vf *wiring_add_vf(struct vif_wiring *wiring, const char *pci);

void wiring_warn(struct vif_wiring *wiring, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The alias of a link that was renamed: "vif <id> was <old name>".  The second writes the old name
 * and returns true when 'alias' says that of this VIF. */
void wiring_alias_renamed(const struct vif_wiring *wiring, const char *old_name,
                          char ret_alias[LINK_ALIAS_MAX]);
bool wiring_old_name(const struct vif_wiring *wiring, const char *alias,
                     char ret_name[LIMIT_IFNAME]);

/* Writes "vif <id>", the alias of every link of this VIF. */
void wiring_alias(const struct vif_wiring *wiring, char ret_alias[LINK_ALIAS_MAX]);

/* Whether 'alias' marks a link of another VIF than this one. */
bool wiring_alias_is_foreign(const struct vif_wiring *wiring, const char *alias);

/* How attributes of links and rows are called and written: as ip-link(8) and the columns of the
 * database spell them. */

/* The attributes of a Linux bridge, each a uint32_t in struct vif_bridge_attributes. */
#define BRIDGE_ATTRIBUTES 4
extern const struct bridge_attribute {
    const char *name;
    size_t offset;
} bridge_attributes[BRIDGE_ATTRIBUTES];

uint32_t attribute_of_bridge(const struct vif_bridge_attributes *bridge, size_t i);

/* The type of a datapath or an interface: "" stands for system. */
const char *attribute_type(const char *type);

/* Writes "fa:16:3e:00:00:01". */
void attribute_address(const uint8_t address[6], char ret_text[MAC_TEXT_SIZE]);

#endif
