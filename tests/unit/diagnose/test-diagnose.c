/* SPDX-License-Identifier: Apache-2.0 */
/* Why a port is not ready in time: every cause, in the order in which they are reported, in one table. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diagnose/diagnose.h"

/* A host where nothing is wrong, as far as can be seen. */
static const struct diagnosis_facts host = {
    .db_known = true,
    .db =
        {
            .system_id = "hv1",
            .hostname = "host1.example",
            .ovn_remote = "tcp:192.0.2.1:6642",
            .ovn_bridge = "br-int",
            .datapath_types = "netdev, system",
            .dpdk_known = true,
        },
    .southbound = SOUTHBOUND_KNOWN,
    .registered = true,
};

static const struct port_facts sound = {
    .name = "tap1",
    .iface_id = "the-id",
    .mac = "fa:16:3e:00:00:01",
    .link = "tap1",
    .db =
        {
            .exists = true,
            .bridge = "br-int",
            .datapath_type = "system",
            .bridge_ready = true,
            .bridge_agent_managed = true,
            .ofport = 5,
            .tag = -1,
        },
    .southbound = {.exists = true, .claimed = true, .chassis = "hv1"},
};

/* One more thing that is known; each row of a table keeps what the rows above it have. */
enum knowledge {
    NOTHING,
    NO_DATABASE,
    GONE,
    LINK_GONE,
    DATAPATH,
    BRIDGE_NOT_MADE,
    DPDK,
    ERROR,
    NO_OFPORT,
    RIVAL,
    NO_REMOTE,
    NO_SYSTEM_ID,
    OTHER_BRIDGE,
    NO_AGENT,
    AGENT_UNKNOWN,
    NOT_ASKED,
    NOT_OURS,
    SOUTHBOUND_AWAY,
    NOT_REGISTERED,
    NAMESAKE,
    NO_LOGICAL_PORT,
    CLAIMED_ELSEWHERE,
    REQUESTED_ELSEWHERE,
    REQUESTED_HERE,
    NOT_CLAIMED,
    DEAD_VLAN,
    NOT_TENDED,
};

static void learn(enum knowledge what, struct diagnosis_facts *facts, struct port_facts *port)
{
    switch (what) {
    case NOTHING:
        break;
    case NO_DATABASE:
        facts->db_known = false;
        strcpy(facts->db_words, "no answer in time");
        break;
    case GONE:
        port->db.exists = false;
        break;
    case LINK_GONE:
        port->link_gone = true;
        break;
    case DATAPATH:
        strcpy(port->db.datapath_type, "odd");
        port->db.datapath_unknown = true;
        break;
    case BRIDGE_NOT_MADE:
        port->db.bridge_ready = false;
        break;
    case DPDK:
        strcpy(port->db.type, "dpdkvhostuser");
        break;
    case ERROR:
        strcpy(port->db.error, "could not open network device");
        break;
    case NO_OFPORT:
        port->db.ofport = -1;
        break;
    case RIVAL:
        strcpy(port->db.duplicate, "twin");
        strcpy(port->db.duplicate_bridge, "br-x");
        break;
    case NO_REMOTE:
        facts->db.ovn_remote[0] = '\0';
        break;
    case NO_SYSTEM_ID:
        facts->db.system_id[0] = '\0';
        break;
    case OTHER_BRIDGE:
        strcpy(facts->db.ovn_bridge, "br-ovn");
        break;
    case NO_AGENT:
        facts->agent = -ESRCH;
        break;
    case AGENT_UNKNOWN:
        facts->agent = -EACCES;
        break;
    case NOT_ASKED:
        facts->southbound = SOUTHBOUND_NOT_ASKED;
        break;
    case NOT_OURS:
        facts->southbound = SOUTHBOUND_NOT_OURS;
        break;
    case SOUTHBOUND_AWAY:
        facts->southbound = SOUTHBOUND_FAILED;
        strcpy(facts->southbound_words, "tcp:192.0.2.1:6642: Connection refused");
        break;
    case NOT_REGISTERED:
        facts->registered = false;
        break;
    case NAMESAKE:
        strcpy(port->southbound.namesake, "web-1");
        break;
    case NO_LOGICAL_PORT:
        port->southbound.exists = false;
        break;
    case CLAIMED_ELSEWHERE:
        strcpy(port->southbound.chassis, "hv2");
        break;
    case REQUESTED_ELSEWHERE:
        strcpy(port->southbound.requested, "hv2,host1.example.org");
        break;
    case REQUESTED_HERE:
        strcpy(port->southbound.requested, "hv2,host1.example");
        break;
    case NOT_CLAIMED:
        port->southbound.claimed = false;
        port->southbound.chassis[0] = '\0';
        break;
    case DEAD_VLAN:
        port->db.tag = 4095;
        break;
    case NOT_TENDED:
        port->db.bridge_agent_managed = false;
        break;
    }
}

struct row {
    enum knowledge known;
    const char *words; /* NULL: what the row before had said stays true */
};

/* From the least telling to the most: each row adds to what the rows before it have. */
static void check(enum vif_wait wait, const struct row *rows, size_t n)
{
    struct diagnosis_facts facts = host;
    struct port_facts port = sound;
    const char *wanted = NULL;

    for (size_t i = 0; i < n; i++) {
        char words[DIAGNOSIS_MAX];

        learn(rows[i].known, &facts, &port);
        if (rows[i].words)
            wanted = rows[i].words;
        diagnose(wait, &facts, &port, words);
        assert_string_equal(words, wanted);
    }
}

#define CHECK(wait, ...)                                                                           \
    do {                                                                                           \
        static const struct row rows_[] = {__VA_ARGS__};                                           \
        check(wait, rows_, sizeof rows_ / sizeof rows_[0]);                                        \
    } while (0)

/* clang-format off */
#define OF_THE_SWITCH                                                                              \
    {RIVAL, "interface twin on bridge br-x has the same iface-id the-id"},                         \
    {NO_OFPORT, "ovs-vswitchd has not assigned an OpenFlow port number"},                          \
    {ERROR, "ovs-vswitchd could not make it: could not open network device"},                      \
    {DPDK, "DPDK is not initialized in ovs-vswitchd (other_config:dpdk-init)"},                    \
    {BRIDGE_NOT_MADE, "ovs-vswitchd could not make bridge br-int (datapath_type system); "         \
                      "see its log"},                                                              \
    {DATAPATH, "ovs-vswitchd does not support datapath_type odd of bridge br-int, only netdev, "\
               "system"},                                                                          \
    {LINK_GONE, "its network device tap1 is gone"},                                                \
    {GONE, "another program removed it from the database"},                               \
    {NO_DATABASE, "the database cannot be read: no answer in time"}
/* clang-format on */

static void diagnoses_of_ovn(void **state)
{
    (void)state;
    CHECK(VIF_WAIT_OVN,
          {NOTHING, "ovn-controller has claimed it, but its flows are not installed yet"},
          {REQUESTED_HERE, NULL}, {AGENT_UNKNOWN, NULL},
          {NOT_CLAIMED, "ovn-controller runs but has not claimed it"},
          {REQUESTED_ELSEWHERE, "options:requested-chassis asks for chassis "
                                "hv2,host1.example.org, and this is hv1"},
          {NO_LOGICAL_PORT, "OVN has no logical port the-id"},
          {NAMESAKE,
           "OVN has no logical port the-id, and web-1 has this VIF's address: is the iface-id "
           "wrong?"},
          {NOT_REGISTERED, "chassis hv1 is not registered in the southbound "
                           "database"},
          {SOUTHBOUND_AWAY,
           "the southbound database does not answer: tcp:192.0.2.1:6642: Connection refused"},
          {NO_AGENT, "no ovn-controller is visible in this network namespace"},
          {OTHER_BRIDGE, "it is on bridge br-int, but OVN uses br-ovn (external_ids:ovn-bridge)"},
          {NO_SYSTEM_ID, "this host is not an OVN chassis: external_ids:system-id of table "
                         "Open_vSwitch is not set"},
          {NO_REMOTE, "this host is not an OVN chassis: external_ids:ovn-remote of table "
                      "Open_vSwitch is not set"},
          OF_THE_SWITCH);
    CHECK(VIF_WAIT_OVN, {NOT_OURS, "ovn-controller has not claimed it or not installed its flows; "
                                   "the southbound database (tcp:192.0.2.1:6642) was not queried"});
    CHECK(VIF_WAIT_OVN, {NOT_ASKED, "ovn-controller has not claimed it"});
    CHECK(VIF_WAIT_OVN, {CLAIMED_ELSEWHERE, "it is claimed by chassis hv2"}, {REQUESTED_HERE, NULL},
          {REQUESTED_ELSEWHERE, "it is claimed by chassis hv2, as options:requested-chassis asks"});
}

static void diagnoses_of_ml2(void **state)
{
    (void)state;
    CHECK(VIF_WAIT_ML2, {NOTHING, "its tag is not set: the agent has not wired it; see its log"},
          {AGENT_UNKNOWN, NULL},
          {DEAD_VLAN, "its tag is 4095, the dead VLAN: the agent has not wired it; see its "
                      "log"},
          {NOT_TENDED, "its tag is 4095, the dead VLAN, and the agent has wired no port on bridge "
                       "br-int: is it its integration bridge?"},
          {NO_AGENT, "no neutron-openvswitch-agent is visible here, and its tag is 4095, the "
                     "dead VLAN"},
          OF_THE_SWITCH);
}

/* Other people's words may be long, and there is no room for all of them. */
static void long_words_are_cut(void **state)
{
    struct diagnosis_facts facts = host;
    struct port_facts port = sound;
    char words[DIAGNOSIS_MAX];

    (void)state;
    memset(facts.southbound_words, 'w', sizeof facts.southbound_words - 1);
    memset(port.southbound.requested, 'r', sizeof port.southbound.requested - 1);
    memset(port.southbound.chassis, 'c', sizeof port.southbound.chassis - 1);
    memset(port.db.error, 'e', sizeof port.db.error - 1);
    diagnose(VIF_WAIT_OVN, &facts, &port, words);
    assert_in_range(strlen(words), 100, DIAGNOSIS_MAX - 1);
    port.db.ofport = -1;
    diagnose(VIF_WAIT_OVN, &facts, &port, words);
    assert_in_range(strlen(words), 100, DIAGNOSIS_MAX - 1);
}

/* A name of another host's making is no way to a terminal. */
static void words_are_one_line(void **state)
{
    struct port_facts port = sound;
    char words[DIAGNOSIS_MAX];

    (void)state;
    strcpy(port.southbound.chassis, "hv\n2\033[31m");
    diagnose(VIF_WAIT_OVN, &host, &port, words);
    assert_string_equal(words, "it is claimed by chassis hv?2?[31m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diagnoses_of_ovn),
        cmocka_unit_test(diagnoses_of_ml2),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(words_are_one_line),
    };

    return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
