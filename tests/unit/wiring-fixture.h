/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of plugin, plan and transaction share: documents of VIFs, wirings and plans as
 * text, and observations written in words. */
#ifndef WIRING_FIXTURE_H
#define WIRING_FIXTURE_H

#include "plan/plan.h"
#include "plugin/plugin.h"

#define VIF_UUID "dc065497-3c8d-4f44-8fb4-e1d33c16a536"
#define IFACE_ID "e65867e0-9340-4a7f-a256-09af6eb7a3aa"
#define VM_UUID  "d5b1090c-9e00-4fa4-9504-4b1494857970"
#define OTHER_ID "0a1b2c3d-0000-4000-8000-0123456789ab"
#define MAC      "22:52:25:62:e2:aa"

/* The devices of that VIF, their names cut at 14 characters, and the ids of their QoS rows. */
#define TAP        "tapdc065497-3c"
#define QBR        "qbrdc065497-3c"
#define QVB        "qvbdc065497-3c"
#define QVO        "qvodc065497-3c"
#define TAP_QOS_ID "58b25a10-7b82-5385-9020-a2e650c6b0da"
#define QVO_QOS_ID "6ed2d146-a3ae-557c-bffe-504001458a40"

/* A document, with ' for ": 'fields' of the VIF and of its network (both end in a comma), and what
 * is added to the members of its port profile (begins with one). */
#define VIF_DOCUMENT(type, fields, network, profile)                                               \
    "{'vif':{'type':'" type "','id':'" VIF_UUID "','plugin':'ovs'," fields "'address':'" MAC       \
    "','network':{" network "'label':'x'},"                                                        \
    "'port_profile':{'type':'VIFPortProfileOpenVSwitch','interface_id':'" IFACE_ID "'" profile     \
    "}},'instance_info':{'uuid':'" VM_UUID "'}}"
#define ON_BR_INT "'bridge':'br-int',"
#define ON_TRUNK  "'bridge':'tbr-1',"
#define OVS_DOCUMENT(network, profile)                                                             \
    VIF_DOCUMENT("VIFOpenVSwitch", "'vif_name':'" TAP "',", network, profile)
#define BRIDGE_DOCUMENT(network, profile)                                                          \
    VIF_DOCUMENT("VIFBridge", "'vif_name':'" TAP "','bridge_name':'" QBR "',", network, profile)

/* The request of a document that decodes; a test that gave another one fails. */
struct vif_input *fixture_request(const char *document);

/* os-vif's defaults. */
struct plugin_options fixture_options(void);

/* Describes 'document' by the plugin it names (ovs when it names none); the result is that of the plugin.  The caller ends the wiring
 * in any case. */
int fixture_describe(const struct plugin_options *options, const char *document, enum vif_goal goal,
                     struct vif_wiring *ret, struct vif_error *err);

/* The wiring of a document that can be described, with the default options. */
struct vif_wiring fixture_wiring(const char *document, enum vif_goal goal);

/* One line for each part; the caller frees it. */
char *fixture_wiring_words(const struct vif_wiring *wiring);

/* Changes an observation (zeroed at first) as said in words: items separated by ';', each
 *
 *   SORT NAME KEY=VALUE...     adds the link, bridge, port, interface or qos (by its UUID), or
 *                              changes those values of it
 *   SORT NAME gone             removes it
 *   version TEXT               of Open vSwitch
 *   cfg CUR NEXT               what ovs-vswitchd has taken up, and what it was asked for
 *   neighbour NAME INDEX       the link of that index; only one
 *
 * Rows get UUIDs "SORT-NAME".  The keys are in the tables of wiring-observed.c. */
void fixture_observe(struct observed *observed, const char *words);

/* Adds one step in words: "create tap tap1: mtu 1442, up". */
struct text;
void fixture_step_words(const struct step *step, struct text *text);

/* The plan, a line for each step; "KIND: text" when there is none, "look again" for -EAGAIN.  The
 * caller frees it. */
char *fixture_plan_words(const struct vif_wiring *wiring, const struct observed *observed,
                         enum vif_goal goal);

/* What is there when the VIF is wired, for fixture_observe(). */
#define IDS_THERE                                                                                  \
    "ids=iface-id:" IFACE_ID " ids=iface-status:active ids=attached-mac:" MAC                      \
    " ids=vm-uuid:" VM_UUID " "
#define TAP_THERE "link " TAP " index=9 kind=tun tap=1 up=1 alias=ours;"
#define TAP_PORT_THERE                                                                             \
    "port " TAP " bridge=br-int qos=q-tap;interface " TAP " ofport=5 " IDS_THERE                   \
    ";qos q-tap type=linux-noop id=" TAP_QOS_ID ";"
#define QBR_THERE                                                                                  \
    "link " QBR " index=10 kind=bridge up=1 alias=ours;"                                           \
    "link " QBR " disable_ipv6=1 arp_ignore=1 arp_announce=2;"
#define VETH_THERE                                                                                 \
    "link " QVB " index=11 kind=veth peer=12 master=10 up=1 promisc=1 alias=ours;"                 \
    "link " QVO " index=12 kind=veth peer=11 up=1 promisc=1 alias=ours;"
#define QVO_PORT_THERE                                                                             \
    "port " QVO " bridge=br-int qos=q-qvo;interface " QVO " ofport=7 " IDS_THERE                   \
    ";qos q-qvo type=linux-noop id=" QVO_QOS_ID ";"
#define BR_INT_THERE "bridge br-int type=system;"
#define DIRECT_THERE TAP_THERE BR_INT_THERE TAP_PORT_THERE
#define HYBRID_THERE QBR_THERE VETH_THERE BR_INT_THERE QVO_PORT_THERE

/* A case of a table of plans: what is there, what is different from it, and the plan. */
struct plan_row {
    const char *what;
    const char *difference; /* from what all rows of the table begin with */
    const char *steps;      /* as fixture_plan_words() */
};

/* Makes the plan of each row and compares. */
void fixture_check_plans(const struct vif_wiring *wiring, enum vif_goal goal, const char *there,
                         const struct plan_row *rows, size_t n);

#endif
