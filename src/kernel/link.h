/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel network devices ("links") by rtnetlink: reading many by name in one batch, and the
 * requests that create, change and delete them; taps.  Every name given here was checked with
 * ifname_fault(). */
#ifndef KERNEL_LINK_H
#define KERNEL_LINK_H

#include <net/if.h>
#include <sys/types.h>
#include <vif/plugin.h>

#include "base/limits.h"
#include "kernel/netlink.h"

#define LINK_ALIAS_MAX 64 /* "vif <uuid>" is 40; longer ones are not ours, and cut */
#define LINK_KIND_MAX  16

/* The flag IFF_LOWER_UP, a carrier: <linux/if.h>, which has it, does not go with <net/if.h>. */
#define LINK_LOWER_UP 0x10000U

/* What a link has carried, from where the host stands: a frame a guest sends is received by its
 * tap. */
struct link_counters {
    uint64_t rx_packets, rx_bytes, rx_errors, rx_dropped;
    uint64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
};

/* One link as the kernel shows it. */
struct link_info {
    char name[LIMIT_IFNAME];  /* the one asked for */
    int ifindex;              /* 0: there is no such link */
    char kind[LINK_KIND_MAX]; /* "tun", "veth", "bridge", ...; "" for a physical device */
    unsigned flags;           /* IFF_UP, IFF_PROMISC ... (also what IFLA_PROMISCUITY counts) */
    uint32_t mtu;
    uint8_t address[6];
    int master;                     /* ifindex, 0 for none */
    char slave_kind[LINK_KIND_MAX]; /* of 'master': "bridge", "openvswitch"; "" not known */
    int peer;         /* veth: ifindex of the other end (IFLA_LINK), 0 unknown or other namespace */
    uint32_t group;   /* IFLA_GROUP, 0 unless someone set it */
    int parent;       /* vlan: ifindex of the link it stands on, 0 unknown or other namespace */
    uint16_t vlan_id; /* kind "vlan" */
    char alias[LINK_ALIAS_MAX];
    struct vif_bridge_attributes bridge; /* kind "bridge" */
    bool tap;                            /* kind "tun": a tap, not a tun */
    bool carrier;                        /* a tap's: a process has it open */
    bool multi_queue;                    /* kind "tun" */
    bool has_ipv6_conf;                  /* false: this kernel or link has no IPv6 */
    bool on_switch;                      /* it has a phys_switch_id: an uplink or a representor */
    bool altname; /* 'name' is an alternative name of the link, not its own */
    int32_t disable_ipv6;
    int32_t arp_ignore;
    int32_t arp_announce;
    bool counted; /* 'counters' were asked for */
    struct link_counters counters;
};

/* Whether there is certainly no link of this name.  Does not ask rtnetlink, whose lock another
 * network namespace that is taken down can hold for many seconds. */
bool link_is_gone(const char *name);

/* Reads the links with these names in one batch; info[i] belongs to names[i], with the name
 * asked for and ifindex 0 where there is none.  A name may be given twice. */
int link_get_many(struct netlink *nl, const char *const *names, size_t n, struct link_info *info,
                  struct vif_error *err);

/* Reads every link of the network namespace, sorted by name, with 'counters' also those.  On
 * success '*ret_links' (NULL when there is none) is the caller's to free. */
int link_get_all(struct netlink *nl, bool counters, struct link_info **ret_links, size_t *ret_n,
                 struct vif_error *err);

/* The link of this name in links[0..n), which are sorted by name; or NULL. */
const struct link_info *link_find(const struct link_info *links, size_t n, const char *name);

/* The name of the link with this ifindex; "" when there is none (any more). */
void link_name(int ifindex, char ret_name[LIMIT_IFNAME]);

/* How long the link has been there, at least, in milliseconds.  0; -ENOENT or another errno where
 * that is not known: there is no sysfs, or that of another network namespace. */
int link_age(const char *name, int ifindex, int64_t *ret_ms);

/* What a link is to look like.  Each request below says which parts it uses. */
struct link_change {
    bool set_up, set_down, set_promisc, clear_promisc;
    uint32_t mtu;    /* 0: leave */
    bool set_master; /* to 'master', by ifindex; 0 takes it out */
    int master;
    bool set_address;
    uint8_t address[6];
    const char *alias; /* NULL: leave; "" removes it */
    /* NULL: leave.  Only with an ifindex.  The kernel renames a link that is up only since 6.x;
     * the caller sets it down first where needed. */
    const char *new_name;
    const struct vif_bridge_attributes *bridge; /* NULL: leave */
};

/* Adds requests that create a bridge, down, with the MTU, address and bridge attributes of
 * 'change'. An alias is set by a second request, as the kernel takes none on creation:
 * -ECANCELED when the first failed. */
void link_add_create_bridge(struct netlink_batch *batch, const char *name,
                            const struct link_change *change);

/* Adds requests that create a veth pair: both ends with the MTU, flags (up, promiscuous) and
 * alias of 'change', 'name' with its master and address.  Requests of their own follow for an
 * alias of 'name' and for alias and flags of 'peer', which cannot be up before its pair is
 * whole. */
void link_add_create_veth(struct netlink_batch *batch, const char *name, const char *peer,
                          const struct link_change *change);

/* Adds requests that create the VLAN 'vlan_id' (1 to 4094, 802.1Q) of the link 'parent' (its
 * ifindex), with the MTU, flags (up needs the parent up), master, address and alias of
 * 'change'.  The kernel refuses an MTU larger than the parent's (-EINVAL), and the same VLAN
 * under a second name (-EEXIST). */
void link_add_create_vlan(struct netlink_batch *batch, const char *name, int parent,
                          uint16_t vlan_id, const struct link_change *change);

/* Adds a request that changes the link called 'name' (RTM_NEWLINK by name, or by ifindex when that
 * is not 0).  With 'bridge' they are two: the forward delay follows alone, because the kernel takes
 * one under 2 s only while STP is off, and looks at the delay first. */
void link_add_set(struct netlink_batch *batch, const char *name, int ifindex,
                  const struct link_change *change);

/* Adds one request that deletes the link with this name, or, when it is not 0, this ifindex: the
 * second cannot hit a link that took over the name meanwhile. */
void link_add_delete(struct netlink_batch *batch, const char *name, int ifindex);

/* One link to delete: by its ifindex, so that one that took over its name meanwhile is not hit. */
struct link_deletion {
    int ifindex;
    uint32_t group; /* the one it is in, where it is put back if it cannot be deleted */
};

/* Deletes them all; results[i] (-ENODEV: it was gone) belongs to links[i].  The two ends of a
 * veth may both be given.  Returns as netlink_batch_send(). */
int link_delete_many(struct netlink *nl, const struct link_deletion *links, size_t n,
                     struct netlink_result *results, struct vif_error *err);

/* The words of a failed request: "<text of the extended ack>" or the system's words; kind
 * PERMISSION for -EPERM and -EACCES, else KERNEL.  Returns result->error. */
int link_result_error(const struct netlink_result *result, struct vif_error *err,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- taps through /dev/net/tun: made, set up by netlink while the descriptor is held, and made
 * persistent last, so that a process killed in between leaves nothing ---- */

struct tap_options {
    bool multi_queue;
    uid_t owner; /* (uid_t)-1: only root */
    gid_t group; /* (gid_t)-1: none */
};

/* Makes a tap called exactly 'name' (no packet information header).  '*ret_fd' holds it: closing it
 * before tap_persist() removes the tap.  It has no carrier until a process opens it.  -EEXIST (kind
 * CONFLICT) when a link of that name is there: an existing tap is never attached to. */
int tap_create(const char *name, const struct tap_options *options, int *ret_fd,
               struct vif_error *err);

/* Makes the tap outlive its descriptor. */
int tap_persist(int fd, const char *name, struct vif_error *err);

#endif
