/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of wirings in words, for the tables of the plugins' tests. */
#ifndef WIRING_WORDS_H
#define WIRING_WORDS_H

#include "wiring-fixture.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A row of a table; what is not said is plug, with the default options. */
#define ROW(what_, document_, words_, ...)                                                         \
    {                                                                                              \
        .what = what_, .document = document_, .words = words_, __VA_ARGS__                         \
    }

/* The bridge of the port's own, and its patch ports. */
#define PB  "pbdc065497-3c8"
#define PBP "pbp" VIF_UUID
#define IBP "ibp" VIF_UUID

#define NAMED(name) name " of VIF " VIF_UUID "\n"
#define IDS_OF(id)                                                                                 \
    " id:attached-mac=" MAC " id:iface-id=" id " id:iface-status=active id:vm-uuid=" VM_UUID
#define IDS IDS_OF(IFACE_ID)
#define TRUNK_IDS                                                                                  \
    " id:attached-mac=" MAC " id:bridge_name=tbr-1 id:iface-id=" IFACE_ID                          \
    " id:iface-status=active id:vm-uuid=" VM_UUID
#define NO_IDS                   " no-id:attached-mac= no-id:iface-id= no-id:iface-status= no-id:vm-uuid="
#define BR_INT                   "bridge br-int: create keep\n"
#define BR_INT_OF(type)          "bridge br-int: create keep datapath_type=" type "\n"
#define TRUNK                    "bridge tbr-1: create remove\n"
#define TAP_LINK(flags, mtu)     "tap " TAP ":" flags mtu " address=" MAC "\n"
#define PORT(name, bridge, more) "port " name " on " bridge ":" more "\n"
#define OWNED(name)              " owner=" IFACE_ID " link=" name
#define OWNED_TAP                OWNED(TAP) " or-on=" PB
#define TAP_PORT(more)           PORT(TAP, "br-int", " create" OWNED_TAP IDS more " qos_id=" TAP_QOS_ID)
#define TAP_PORT_GOES            PORT(TAP, "br-int", OWNED_TAP " qos_id=" TAP_QOS_ID)
#define QVO_PORT(bridge, more)   PORT(QVO, bridge, " create" OWNED(QVO) more " qos_id=" QVO_QOS_ID)
#define QVO_PORT_GOES(bridge)    PORT(QVO, bridge, OWNED(QVO) " qos_id=" QVO_QOS_ID)
#define NOOP                     " qos=linux-noop"
#define PATCH_TO(name, bridge, flags, peer, ids, dead)                                             \
    PORT(name, bridge, flags " owner=" VIF_UUID " type=patch" ids " option:peer=" peer dead)
#define REPLACED_BRIDGE "bridge " PB ": replaced remove\n"
#define REPLACED_PORTS(bridge, ids, dead)                                                          \
    PATCH_TO(PBP, PB, " replaced", IBP, "", "")                                                    \
    PATCH_TO(IBP, bridge, " replaced", PBP, ids, dead)
/* The parts of a direct plug, and those of a bridge of its own which it takes away. */
#define SUPERSEDING(own, bridge, port)                                                             \
    own REPLACED_BRIDGE port REPLACED_PORTS(bridge, IDS_OF(VIF_UUID), "")
#define SUPERSEDING_ISOLATED(own, bridge, port)                                                    \
    own REPLACED_BRIDGE port REPLACED_PORTS(bridge, IDS_OF(VIF_UUID), " dead-tag")
#define HYBRID_LINKS(flags, mtu)                                                                   \
    "linux bridge " QBR ":" flags " no-host-address attributes\n"                                  \
    "veth " QVB ":" flags " promiscuous peer=" QVO " master=" QBR mtu "\n"
#define LEGACY HYBRID_LINKS(" unplug-only", " mtu=1500")

#define CREATE_PORT ",'create_port':true"
#define CREATE_TAP  ",'create_tap':true"
#define MULTIQUEUE  ",'multiqueue':true"
#define NETDEV      ",'datapath_type':'netdev'"

/* Documents field by field, for what is missing in them. */
#define HEAD(type)  "{'vif':{'type':'" type "','id':'" VIF_UUID "','plugin':'ovs'"
#define ADDRESS     ",'address':'" MAC "'"
#define TAP_NAME    ",'vif_name':'" TAP "'"
#define QBR_NAME    ",'bridge_name':'" QBR "'"
#define NET         ",'network':{'bridge':'br-int'}"
#define OVS_PROFILE "'type':'VIFPortProfileOpenVSwitch'"
#define PROFILE     ",'port_profile':{" OVS_PROFILE ",'interface_id':'" IFACE_ID "'}"
#define NO_ID       ",'port_profile':{" OVS_PROFILE "}"
#define TAIL        "},'instance_info':{'uuid':'" VM_UUID "'}}"
#define TAIL_ALONE  "}}"

/* A document and the wiring plugin makes of it. */
struct wiring_row {
    const char *what;
    const char *document;
    const char *words; /* as fixture_wiring_words() */
    enum vif_goal goal;
    struct {
        bool isolate, no_mtu, tap_owner, per_port_bridge, use_ipv6;
        const char *qos_type, *flat, *vlan, *forward;
    } options;
};

/* A document and what is said of it. */
struct refusal_row {
    const char *document;
    enum vif_error_kind kind;
    const char *plug, *unplug; /* the words after "vif.json: "; NULL: it is described */
};

#define SAME(words) words, words

/* Describes each and compares. */
void fixture_check_wirings(const struct wiring_row *rows, size_t n);
void fixture_check_refusals(const struct refusal_row *rows, size_t n);

#endif
