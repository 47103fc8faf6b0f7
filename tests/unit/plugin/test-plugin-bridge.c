/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin linux_bridge: the bridge of a network, with its interface or VLAN, and what is forwarded
 * through it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-words.h"

#define FLAT_NET(more) "'should_provide_bridge':true,'bridge_interface':'eth1'" more
#define VLAN_NET(more) FLAT_NET(",'should_provide_vlan':true" more)
#define DOCUMENT(fields, network)                                                                  \
    "{'vif':{'type':'VIFBridge','id':'" VIF_UUID "','plugin':'linux_bridge'" fields                \
    ",'network':{" network "}}}"
#define BRQ(network) DOCUMENT(",'bridge_name':'brq1'", network)

#define BRIDGE(flags, mtu)                                                                         \
    NAMED("brq1")                                                                                  \
    "linux bridge brq1: create shared keep no-host-address" flags mtu " ageing=30000\n"
#define ETH(name, mtu) "device " name ": shared keep up moves-addresses master=brq1" mtu "\n"
#define VLAN(parent)                                                                               \
    "vlan vlan7: create shared keep moves-addresses vlan=7 parent=" parent " master=brq1 "         \
    "mtu=1500\n"
#define ALL      "rules of brq1: all else=DROP\n"
#define DROP_ALL "rules of brq1: else=DROP\n"
#define MTU      " mtu=1500"

static void flat(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("an interface", BRQ(FLAT_NET("")), BRIDGE("", MTU) ETH("eth1", MTU) ALL),
        ROW("its MTU", BRQ(FLAT_NET(",'mtu':9000")),
            BRIDGE("", " mtu=9000") ETH("eth1", " mtu=9000") ALL),
        ROW("no MTU", BRQ(FLAT_NET("")), BRIDGE("", "") ETH("eth1", "") ALL,
            .options.no_mtu = true),
        ROW("no interface", BRQ("'should_provide_bridge':true"), BRIDGE("", "") ALL),
        ROW("the option's interface", BRQ(FLAT_NET("")), BRIDGE("", MTU) ETH("eth9", MTU) ALL,
            .options.flat = "eth9", .options.vlan = "eth8"),
        ROW("IPv6 wanted", BRQ(FLAT_NET("")), BRIDGE(" keep-ipv6", MTU) ETH("eth1", MTU) ALL,
            .options.use_ipv6 = true),
        ROW("some are forwarded to", BRQ(FLAT_NET("")),
            BRIDGE("", MTU) ETH("eth1", MTU) "rules of brq1: eth2 else=DROP\n",
            .options.forward = "eth2"),
        ROW("filtered elsewhere",
            DOCUMENT(",'bridge_name':'brq1','has_traffic_filtering':true", FLAT_NET("")),
            BRIDGE("", MTU) ETH("eth1", MTU)),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

static void vlan(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("of the network's interface", BRQ(VLAN_NET(",'vlan':7")),
            BRIDGE("", MTU) VLAN("eth1") DROP_ALL),
        ROW("of the option's interface", BRQ(VLAN_NET(",'vlan':7")),
            BRIDGE("", MTU) VLAN("eth8") DROP_ALL, .options.flat = "eth9", .options.vlan = "eth8"),
        ROW("filtered elsewhere: dropped all the same",
            DOCUMENT(",'bridge_name':'brq1','has_traffic_filtering':true", VLAN_NET(",'vlan':7")),
            BRIDGE("", MTU) VLAN("eth1") DROP_ALL),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

static void nothing_to_do(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("multi_host", BRQ(FLAT_NET(",'multi_host':true")), NAMED("brq1")),
        ROW("someone else provides it", BRQ("'bridge_interface':'eth1'"), NAMED("brq1")),
        ROW("unplug", BRQ(FLAT_NET("")), NAMED("brq1"), .goal = VIF_GOAL_UNPLUG),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

static void refused(void **state)
{
    static const struct refusal_row rows[] = {
        {"{'vif':{'type':'VIFOpenVSwitch','id':'" VIF_UUID "','plugin':'linux_bridge'}}",
         VIF_ERROR_UNSUPPORTED, SAME("/vif: plugin linux_bridge cannot plug a VIFOpenVSwitch")},
        {"{'vif':{'type':'VIFBridge','id':'" VIF_UUID "','plugin':'linux_bridge'}}",
         VIF_ERROR_INVALID, SAME("/vif/network: missing")},
        {DOCUMENT("", FLAT_NET("")), VIF_ERROR_INVALID, SAME("/vif/bridge_name: missing")},
        {BRQ("'should_provide_bridge':true,'bridge_interface':'brq1'"), VIF_ERROR_INVALID,
         "/vif/bridge_name: \"brq1\" cannot be both the bridge and its port", NULL},
        {BRQ(VLAN_NET("")), VIF_ERROR_INVALID, "/vif/network/vlan: missing", NULL},
        {BRQ("'should_provide_bridge':true,'should_provide_vlan':true,'vlan':7"), VIF_ERROR_INVALID,
         "/vif/network/bridge_interface: missing", NULL},
    };

    (void)state;
    fixture_check_refusals(rows, LENGTH(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat),
        cmocka_unit_test(vlan),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
