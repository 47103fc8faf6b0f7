/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of plugins: a plugin turns a VIF into a wiring, the complete desired state of one
 * VIF on this host.  It changes nothing.
 *
 * An external plugin is a shared object called NAME.so in the configured plugin directory that
 * exports one symbol, 'vif_plugin'.  It links to nothing of libvif: it gets a table of the
 * functions it needs. */
#ifndef VIF_PLUGIN_H
#define VIF_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include <vif/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a struct below changes: a plugin of another number is refused. */
#define VIF_PLUGIN_INTERFACE 2

#define VIF_DEVICE_NAME_SIZE 16 /* a kernel link or Open vSwitch bridge, with its NUL */
#define VIF_PORT_NAME_SIZE   65 /* an Open vSwitch port */
#define VIF_UUID_SIZE        37
#define VIF_OVS_TYPE_SIZE    32

enum vif_goal {
    VIF_GOAL_PLUG,
    VIF_GOAL_UNPLUG,
};

/* ---- the wiring ---- */

struct vif_wiring;

/* A small map of strings; set with vif_plugin_api.map_set. */
struct vif_map_entry {
    char *key;
    char *value;
};
struct vif_map {
    struct vif_map_entry *entries;
    size_t n;
};

enum vif_link_kind {
    VIF_LINK_TAP,
    VIF_LINK_VETH,   /* described once for both ends: 'name' and 'peer' */
    VIF_LINK_BRIDGE, /* a Linux bridge */
    VIF_LINK_VLAN,
    VIF_LINK_DEVICE, /* one that is there anyway: a physical NIC, a VF's representor */
};

/* What unplug does with a part that is there. */
enum vif_on_unplug {
    VIF_ON_UNPLUG_REMOVE,
    VIF_ON_UNPLUG_KEEP,
    VIF_ON_UNPLUG_DOWN, /* kept, set down, with its former name restored */
};

/* Attributes of a Linux bridge, as ip-link(8) calls them; times in 1/100 s. */
struct vif_bridge_attributes {
    uint32_t ageing_time;
    uint32_t forward_delay;
    uint32_t stp_state;
    uint32_t mcast_snooping;
};

/* A kernel link: members of all kinds, then those of each kind alone.  A link that carries the
 * alias of another VIF is a conflict. */
struct vif_wiring_link {
    char name[VIF_DEVICE_NAME_SIZE];
    enum vif_link_kind kind;
    enum vif_on_unplug on_unplug;
    int create;        /* plug creates it where it is missing; else it only adjusts what is there */
    int unplug_only;   /* plug ignores it */
    int only_by_alias; /* it may be another VIF's by now: unplug touches it only when its alias says
                          that it is this VIF's, or when nothing says that it is any VIF's */
    int shared;        /* by several VIFs: it carries no VIF's alias */
    uint32_t mtu;      /* of both ends of a veth; 0: left alone */
    char master[VIF_DEVICE_NAME_SIZE]; /* the bridge it is a port of; "": none */
    int moves_addresses;               /* VLAN, device: its addresses and routes go to the master */

    struct vif_link_tap { /* unplug also removes a veth in its place */
        int has_address;  /* set at creation only */
        uint8_t address[6];
        int multi_queue;
        uint32_t owner, group; /* uid and gid, UINT32_MAX for none */
    } tap;
    struct vif_link_veth {
        char peer[VIF_DEVICE_NAME_SIZE]; /* the other end */
        int peer_leaves;                 /* for another network namespace, e.g. a container's */
        int promisc;                     /* both ends */
    } veth;
    struct vif_link_bridge {
        struct vif_bridge_attributes attributes; /* at creation */
        int keep_attributes;                     /* and plug restores them */
        int no_host_address; /* disable_ipv6=1, arp_ignore=1, arp_announce=2 before it is up */
        int keep_ipv6;       /* with 'no_host_address': leaves disable_ipv6 alone */
    } bridge;
    struct vif_link_vlan {
        uint16_t id;
        char parent[VIF_DEVICE_NAME_SIZE]; /* the link it is on */
    } vlan;
    struct vif_link_device {
        int required;                           /* plug fails when it is missing */
        int up;                                 /* plug sets it up, as it does the other kinds */
        int enable_tc_offload;                  /* plug switches its feature hw-tc-offload on */
        char rename_from[VIF_DEVICE_NAME_SIZE]; /* the name it has until it gets 'name'; "": none */
    } device;
};

/* An Open vSwitch bridge. */
struct vif_wiring_bridge {
    char name[VIF_DEVICE_NAME_SIZE];
    char datapath_type[VIF_OVS_TYPE_SIZE]; /* "": system when created, else left as it is */
    int create;
    int replaced; /* plug removes it: it belongs to another way of wiring the same VIF */
    enum vif_on_unplug on_unplug; /* VIF_ON_UNPLUG_REMOVE: with all its ports */
};

/* An Open vSwitch port with its one interface.  'owner' is what external_ids:iface-id holds when it
 * is ours. */
struct vif_wiring_port {
    char name[VIF_PORT_NAME_SIZE]; /* "": the port with 'owner' as its iface-id (unplug) */
    char bridge[VIF_DEVICE_NAME_SIZE];
    char other_bridge[VIF_DEVICE_NAME_SIZE]; /* one more where a port without iface-id is ours */
    int create;                              /* else only unplug knows of it */
    int replaced;                            /* plug removes it */
    char owner[VIF_UUID_SIZE];          /* "": not known, nothing that has an iface-id is ours */
    char link[VIF_DEVICE_NAME_SIZE];    /* the kernel link behind it, "" for none */
    char type[VIF_OVS_TYPE_SIZE];       /* "" for a kernel link */
    char other_type[VIF_OVS_TYPE_SIZE]; /* one more type a port without iface-id of ours may have */
    struct vif_map ids;                 /* external_ids */
    struct vif_map options;
    struct vif_map drop_ids; /* keys that must not be there (values do not matter) */
    struct vif_map drop_options;
    uint32_t mtu_request; /* 0: none */
    int isolate;          /* at creation only: tag 4095, vlan_mode trunk, trunks [4095] */
    int dead_tag;         /* at creation only: tag 4095 alone */
    char qos_type[VIF_OVS_TYPE_SIZE]; /* at creation only; "": none */
    char qos_id[VIF_UUID_SIZE];       /* every QoS row with this id goes on unplug; "": none */
};

/* Rules in nftables for traffic that a Linux bridge forwards. */
struct vif_wiring_rules {
    char bridge[VIF_DEVICE_NAME_SIZE];
    /* Between the bridge and these alone; "all" among them: everything; none: nothing. */
    char (*interfaces)[VIF_DEVICE_NAME_SIZE];
    size_t n_interfaces;
    char drop_action[VIF_DEVICE_NAME_SIZE];
};

/* ---- the call ---- */

struct vif_object; /* a VIF, or the instance it belongs to */
struct vif_plugin_api;

struct vif_describe {
    const struct vif_plugin_api *api;
    enum vif_goal goal;
    const struct vif_object *vif;
    const struct vif_object *instance; /* NULL when the document has none */
    struct vif_wiring *wiring;         /* empty; what is in it after an error is dropped */
    struct vif_error *err;             /* never NULL */
};

/* Paths name fields through nested objects: "vif_name", "network/bridge".  Values belong to the
 * VIF. Values from 'string' have been checked for their form (names, UUIDs, addresses), as in
 * os-vif's object model; a field that is absent or null reads as NULL or as 'otherwise'. */
struct vif_plugin_api {
    size_t size; /* of this struct, for members added later */

    const char *(*object_class)(const struct vif_object *object, const char *path);
    const char *(*string)(const struct vif_object *object, const char *path);
    int (*boolean)(const struct vif_object *object, const char *path, int otherwise);
    int64_t (*integer)(const struct vif_object *object, const char *path, int64_t otherwise);

    /* Option of the group [plugin NAME] of the configuration, or NULL. */
    const char *(*option)(const struct vif_describe *call, const char *name);

    /* The name a user knows the VIF by. */
    void (*set_name)(struct vif_wiring *wiring, const char *name);
    /* Each adds a zeroed part, or returns NULL when out of memory or for an invalid name.
     * Pointers to earlier parts of the same sort are no longer valid. */
    struct vif_wiring_link *(*add_link)(struct vif_wiring *wiring, enum vif_link_kind kind,
                                        const char *name);
    struct vif_wiring_bridge *(*add_bridge)(struct vif_wiring *wiring, const char *name);
    struct vif_wiring_port *(*add_port)(struct vif_wiring *wiring, const char *name,
                                        const char *bridge);
    struct vif_wiring_rules *(*add_rules)(struct vif_wiring *wiring, const char *bridge);
    /* 0 or -ENOMEM. */
    int (*add_rules_interface)(struct vif_wiring_rules *rules, const char *interface);
    int (*map_set)(struct vif_map *map, const char *key, const char *value);

    /* Fills call->err: the field at 'path' (NULL: the VIF) is at fault.  A negative errno. */
    int (*fail)(const struct vif_describe *call, enum vif_error_kind kind, const char *path,
                const char *format, ...)
#ifdef __GNUC__
        __attribute__((format(printf, 4, 5)))
#endif
        ;
    /* A warning for the user. */
    void (*warn)(const struct vif_describe *call, const char *format, ...)
#ifdef __GNUC__
        __attribute__((format(printf, 2, 3)))
#endif
        ;
};

/* What a plugin takes, for HostInfo: versions as "1.0". */
struct vif_plugin_profile {
    const char *name; /* "VIFPortProfileOpenVSwitch" */
    const char *min_version, *max_version;
};
struct vif_plugin_type {
    const char *name; /* "VIFBridge" */
    const char *min_version, *max_version;
    const struct vif_plugin_profile *profiles; /* ended by a NULL name; NULL for none */
};

struct vif_plugin {
    uint32_t interface;                  /* VIF_PLUGIN_INTERFACE */
    const char *name;                    /* what VIFs say in their field "plugin" */
    const struct vif_plugin_type *types; /* ended by a NULL name */

    /* Fills call->wiring.  For VIF_GOAL_UNPLUG it should do with as little of the VIF as it can.
     * 0, or what call->api->fail() returned. */
    int (*describe)(const struct vif_describe *call);
};

/* The symbol a shared object exports. */
#define VIF_PLUGIN_SYMBOL "vif_plugin"

#ifdef __cplusplus
}
#endif
#endif
