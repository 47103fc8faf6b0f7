/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of plugin, plan and transaction share: documents of VIFs, wirings and plans as
 * text, and observations written in words. */
#ifndef WIRING_FIXTURE_H
#define WIRING_FIXTURE_H

#include "plugin/plugin.h"
#include "wiring/plan.h"

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
struct vif_request *fixture_request(const char *document);

/* os-vif's defaults. */
struct plugin_options fixture_options(void);

/* Describes 'document' by plugin ovs; the result is that of the plugin.  The caller ends the wiring
 * in any case. */
int fixture_describe(const struct plugin_options *options, const char *document,
                     enum wiring_goal goal, struct wiring *ret, struct vif_error *err);

/* The wiring of a document that can be described, with the default options. */
struct wiring fixture_wiring(const char *document, enum wiring_goal goal);

/* One line for each part; the caller frees it. */
char *fixture_wiring_words(const struct wiring *wiring);

/* Changes an observation (zeroed at first) as said in words: items separated by ';', each
 *
 *   SORT NAME KEY=VALUE...     adds the link, bridge, port, interface or qos (by its UUID), or
 *                              changes those values of it
 *   SORT NAME gone             removes it
 *
 * Rows get UUIDs "SORT-NAME".  The keys are in the tables of the .c file. */
void fixture_observe(struct observed *observed, const char *words);

/* The plan, a line for each step; "KIND: text" when there is none, "look again" for -EAGAIN.  The
 * caller frees it. */
char *fixture_plan_words(const struct wiring *wiring, const struct observed *observed,
                         enum wiring_goal goal);

#endif
