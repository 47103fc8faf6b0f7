/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files: every option, good and bad. */
#include "config-fixture.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static void defaults(void **state)
{
    static const char *const texts[] = {"",
                                        "\n\n",
                                        "# a comment\n; another",
                                        "[os_vif_ovs]\n",
                                        "[DEFAULT]\nisolate_vif = true\nno line at all\n",
                                        "isolate_vif = true\n",
                                        "[os_vif]\nisolate_vif=1\n",
                                        "[OS_VIF_OVS]\nisolate_vif=1\n"};

    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct config config = read_good(state, texts[i]);

        check_defaults(&config);
    }
}

static void every_option(void **state)
{
    struct config config = read_good(state, "[os_vif_ovs]\n"
                                            "network_device_mtu = 9000\n"
                                            "ovs_vsctl_timeout = 0\n"
                                            "ovsdb_connection = unix:/run/ovs/db.sock\n"
                                            "ovsdb_interface = vsctl\n"
                                            "isolate_vif = True\n"
                                            "per_port_bridge = yes\n"
                                            "default_qos_type = linux-fq_codel\n"
                                            "[os_vif_linux_bridge]\n"
                                            "use_ipv6 = True\n"
                                            "iptables_top_regex =\n"
                                            "iptables_bottom_regex = x\n"
                                            "iptables_drop_action = REJECT\n"
                                            "forward_bridge_interface = all\n"
                                            "forward_bridge_interface = eth1\n"
                                            "vlan_interface = eth0\n"
                                            "flat_interface = eth2\n"
                                            "network_device_mtu = 1400\n"
                                            "[vifd]\n"
                                            "tap_owner = root\n"
                                            "tap_group = 36\n"
                                            "hw_tc_offload = enable\n"
                                            "plugin_directory = /usr/lib/vifd\n"
                                            "[plugin sample]\n"
                                            "colour = red\n");
    const struct ovs_options *ovs = &config.plugins.ovs;
    const struct linux_bridge_options *bridge = &config.plugins.linux_bridge;

    assert_int_equal(ovs->network_device_mtu, 9000);
    assert_int_equal(config.timeout_ms, VIF_TIMEOUT_NEVER);
    assert_string_equal(config.ovsdb_connection, "unix:/run/ovs/db.sock");
    assert_true(ovs->isolate_vif);
    assert_true(ovs->per_port_bridge);
    assert_string_equal(ovs->default_qos_type, "linux-fq_codel");
    assert_int_equal(ovs->tap_owner, 0);
    assert_int_equal(ovs->tap_group, 36);
    assert_int_equal(ovs->hw_tc_offload, TC_OFFLOAD_ENABLE);
    assert_true(bridge->use_ipv6);
    assert_string_equal(bridge->iptables_drop_action, "REJECT");
    assert_int_equal(bridge->n_forward_interfaces, 2);
    assert_string_equal(bridge->forward_interfaces[0], "all");
    assert_string_equal(bridge->forward_interfaces[1], "eth1");
    assert_string_equal(bridge->vlan_interface, "eth0");
    assert_string_equal(bridge->flat_interface, "eth2");
    assert_int_equal(bridge->network_device_mtu, 1400);
    assert_string_equal(config.plugins.directory, "/usr/lib/vifd");
    assert_string_equal(strmap_get(&config.plugins.elsewhere, "sample/colour"), "red");
    config_done(&config);
}

static void callers(void **state)
{
    struct config config = read_good(state, "[vifd]\n"
                                            "allowed_bridges = br-a, br-b\n"
                                            "allowed_bridges = br-?\n"
                                            "allowed_linux_bridges =\n"
                                            "allowed_interfaces = port*\n"
                                            "allowed_socket_directories = /a//b/, /c/.\n"
                                            "allowed_devices = 0000:3B:00.*\n"
                                            "socket = /run/x\n"
                                            "socket_group = 36\n"
                                            "socket_mode = 0666\n"
                                            "allowed_users = nova\n"
                                            "allowed_groups =\n"
                                            "read_only_users = 1000 1001\n"
                                            "read_only_groups = adm,staff\n"
                                            "max_connections = 9\n"
                                            "metrics_textfile = /x/vifd.prom\n"
                                            "[os_vif_linux_bridge]\n"
                                            "vlan_interface = eth0\n"
                                            "flat_interface = eth2\n");

    assert_string_equal(words_text(&config.policy.bridges), "br-a, br-b br-?");
    assert_string_equal(words_text(&config.policy.linux_bridges), "");
    assert_string_equal(words_text(&config.policy.interfaces), "port*");
    assert_true(words_match(&config.policy.socket_directories, "/a/b"));
    assert_true(words_match(&config.policy.socket_directories, "/c"));
    assert_true(words_match(&config.policy.devices, "0000:3b:00.2"));
    assert_string_equal(config.policy.flat_interface, "eth2");
    assert_string_equal(config.policy.vlan_interface, "eth0");
    assert_string_equal(config.daemon.socket, "/run/x");
    assert_string_equal(words_text(&config.daemon.socket_group), "36");
    assert_int_equal(config.daemon.socket_mode, 0666);
    assert_string_equal(words_text(&config.daemon.allowed_users), "nova");
    assert_string_equal(words_text(&config.daemon.allowed_groups), "");
    assert_string_equal(words_text(&config.daemon.read_only_users), "1000 1001");
    assert_string_equal(words_text(&config.daemon.read_only_groups), "adm,staff");
    assert_int_equal(config.daemon.max_connections, 9);
    assert_string_equal(config.daemon.metrics_textfile, "/x/vifd.prom");
    config_done(&config);
}

static void other_values(void **state)
{
    static const char *const types[] = {"linux-noop", "linux-htb",   "linux-hfsc",
                                        "linux-sfq",  "linux-codel", "linux-fq_codel"};
    struct config config =
        read_good(state, "[os_vif_ovs]\nnetwork_device_mtu=0\novs_vsctl_timeout: 30\n"
                         "ovsdb_connection=tcp:[::1]:6641\novsdb_interface=native\n"
                         "isolate_vif=yes\nisolate_vif=off\n[vifd]\ntap_owner=107\ntap_group=root");

    assert_int_equal(config.plugins.ovs.network_device_mtu, 0);
    assert_int_equal(config.timeout_ms, 30000);
    assert_string_equal(config.ovsdb_connection, "tcp:[::1]:6641");
    assert_false(config.plugins.ovs.isolate_vif);
    assert_int_equal(config.plugins.ovs.tap_owner, 107);
    assert_int_equal(config.plugins.ovs.tap_group, 0);
    for (size_t i = 0; i < LENGTH(types); i++) {
        char text[80];

        (void)snprintf(text, sizeof text, "[os_vif_ovs]\ndefault_qos_type = %s\n", types[i]);
        config = read_good(state, text);
        assert_string_equal(config.plugins.ovs.default_qos_type, types[i]);
    }
}

static const struct {
    const char *group, *line, *words; /* behind "FILE: [GROUP] " */
} bad_rows[] = {
    {"os_vif_ovs", "network_device_mtu = 67",
     "network_device_mtu: expected 0 or a number from 68 to 65535, got \"67\""},
    {"os_vif_ovs", "network_device_mtu = 65536",
     "network_device_mtu: expected 0 or a number from 68 to 65535, got \"65536\""},
    {"os_vif_ovs", "network_device_mtu =",
     "network_device_mtu: expected 0 or a number from 68 to 65535, got \"\""},
    {"os_vif_ovs", "ovs_vsctl_timeout = -1",
     "ovs_vsctl_timeout: expected a number of seconds, got \"-1\""},
    {"os_vif_ovs", "ovs_vsctl_timeout = 1m",
     "ovs_vsctl_timeout: expected a number of seconds, got \"1m\""},
    {"os_vif_ovs", "ovsdb_connection = /run/db.sock",
     "ovsdb_connection: expected unix:PATH or tcp:IP:PORT, got \"/run/db.sock\""},
    {"os_vif_ovs", "ovsdb_connection = tcp:127.0.0.1",
     "ovsdb_connection: expected unix:PATH or tcp:IP:PORT, got \"tcp:127.0.0.1\""},
    {"os_vif_ovs", "ovsdb_interface = idl",
     "ovsdb_interface: expected native or vsctl, got \"idl\""},
    {"os_vif_ovs", "isolate_vif = maybe", "isolate_vif: expected true or false, got \"maybe\""},
    {"os_vif_ovs", "per_port_bridge = 2", "per_port_bridge: expected true or false, got \"2\""},
    {"os_vif_ovs", "default_qos_type = linux-x",
     "default_qos_type: expected linux-noop, linux-htb, linux-hfsc, linux-sfq, linux-codel or "
     "linux-fq_codel, got \"linux-x\""},
    {"vifd", "tap_owner = no-such-user-here",
     "tap_owner: expected a user's name or number, got \"no-such-user-here\""},
    {"vifd", "tap_owner = 4294967295",
     "tap_owner: expected a user's name or number, got \"4294967295\""},
    {"vifd", "tap_group = no-such-group-here",
     "tap_group: expected a group's name or number, got \"no-such-group-here\""},
    {"os_vif_ovs", "isolate_vfi = true", "isolate_vfi: unknown option"},
    {"os_vif_ovs", "use_ipv6 = true", "use_ipv6: unknown option"},
    {"os_vif_linux_bridge", "isolate_vif = true", "isolate_vif: unknown option"},
    {"os_vif_linux_bridge", "use_ipv6 = whatever",
     "use_ipv6: expected true or false, got \"whatever\""},
    {"os_vif_linux_bridge", "iptables_drop_action = ACCEPT",
     "iptables_drop_action: expected DROP or REJECT, got \"ACCEPT\""},
    {"os_vif_linux_bridge", "vlan_interface = a/b",
     "vlan_interface: expected an interface name, got \"a/b\""},
    {"os_vif_linux_bridge", "forward_bridge_interface = a b",
     "forward_bridge_interface: expected all or an interface name, got \"a b\""},
    {"vifd", "hw_tc_offload = on", "hw_tc_offload: expected ignore, warn or enable, got \"on\""},
    {"vifd", "plugin_directory = plugins",
     "plugin_directory: expected an absolute path, got \"plugins\""},
    {"vifd", "allowed_bridges = br-int br[ex]",
     "allowed_bridges: expected names, in which * and ? stand for others, got \"br-int "
     "br[ex]\""},
    {"vifd", "allowed_socket_directories = /run/ovs/../..",
     "allowed_socket_directories: expected absolute paths of directories, without .., got "
     "\"/run/ovs/../..\""},
    {"vifd", "allowed_socket_directories = /",
     "allowed_socket_directories: expected absolute paths of directories, without .., got "
     "\"/\""},
    {"vifd", "allowed_devices = eth0",
     "allowed_devices: expected PCI addresses, in which * and ? stand for others, got "
     "\"eth0\""},
    {"vifd", "socket = io.vifd", "socket: expected an absolute path, got \"io.vifd\""},
    {"vifd", "socket_group = a b", "socket_group: expected a group's name or number, got \"a b\""},
    {"vifd", "socket_mode = 0060",
     "socket_mode: expected an octal mode with 0600 in it, as 0660, got \"0060\""},
    {"vifd", "socket_mode = 0689",
     "socket_mode: expected an octal mode with 0600 in it, as 0660, got \"0689\""},
    {"vifd", "allowed_users = a:b",
     "allowed_users: expected names or numbers of users, got \"a:b\""},
    {"vifd", "read_only_groups = *",
     "read_only_groups: expected names or numbers of groups, got \"*\""},
    {"vifd", "max_connections = 0",
     "max_connections: expected a number from 1 to 65536, got \"0\""},
    {"vifd", "metrics_textfile = vifd.prom",
     "metrics_textfile: expected an absolute path, got \"vifd.prom\""},
    {"vifd", "sockets = /x", "sockets: unknown option"},
};

static void bad_values(void **state)
{
    for (size_t i = 0; i < LENGTH(bad_rows); i++) {
        char text[200], words[300];

        (void)snprintf(text, sizeof text, "[%s]\n%s\n", bad_rows[i].group, bad_rows[i].line);
        (void)snprintf(words, sizeof words, ": [%s] %s", bad_rows[i].group, bad_rows[i].words);
        check_bad(state, text, words);
    }
}

static void the_first_fault_counts(void **state)
{
    check_bad(state, "[os_vif_ovs]\nisolate_vif = x\nno_such = 1\n",
              ": [os_vif_ovs] isolate_vif: expected true or false, got \"x\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),   cmocka_unit_test(every_option),
        cmocka_unit_test(callers),    cmocka_unit_test(other_values),
        cmocka_unit_test(bad_values), cmocka_unit_test(the_first_fault_counts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
