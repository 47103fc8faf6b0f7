# SPDX-License-Identifier: Apache-2.0
"""The plugins "linux_bridge" and "noop": no Open vSwitch has a part in it, and none is there.

VIF_TEST_VLAN=1     a kernel without VLAN interfaces fails the tests that need them
"""
import json

import pytest

from linux_host import nft_writes, ADDRESS, BRIDGE, NIC, accepts, drops, lb_vif
from state import assert_same, sysctls_state
from vifs import edited

pytestmark = pytest.mark.lab(vswitchd=False, bridge=None)


def test_flat_network(host):
    result = host.plug(lb_vif(mtu=1400)).result
    assert (result['state'], result['changed'], result['name']) == ('plugged', True, BRIDGE)
    bridge, nic = host.link(BRIDGE), host.link(NIC)
    assert bridge['kind'] == 'bridge' and bridge['up'] and bridge['mtu'] == 1400
    assert bridge['ageing_time'] == 30000   # the kernel's default, 300 s
    assert not bridge.get('stp_state')
    assert nic['master'] == BRIDGE and nic['up'] and nic['mtu'] == 1400
    assert 'alias' not in bridge and 'alias' not in nic   # they belong to no single VIF
    sysctls = sysctls_state(host.lab, [BRIDGE])[BRIDGE]
    assert sysctls == {'ipv6.disable_ipv6': '1', 'ipv4.arp_ignore': '1', 'ipv4.arp_announce': '2'}


def test_use_ipv6_leaves_ipv6_of_the_bridge_alone(host):
    host.plug(lb_vif(), text='use_ipv6 = true\n')
    sysctls = sysctls_state(host.lab, [BRIDGE])[BRIDGE]
    assert sysctls == {'ipv6.disable_ipv6': '0', 'ipv4.arp_ignore': '1', 'ipv4.arp_announce': '2'}


def test_interface_that_is_down_is_set_up(host):
    host.lab.ip('link', 'set', NIC, 'down')
    host.plug(lb_vif())
    assert host.link(NIC)['up']


def test_addresses_and_routes_move_with_the_interface(host):
    host.add_addresses()
    before, routes = host.link(NIC), host.routes()
    host.plug(lb_vif())
    assert host.link(BRIDGE)['addresses'] == before['addresses'] == sorted(
        [ADDRESS, '198.51.100.9/32'])
    assert 'addresses' not in host.link(NIC)
    assert len(routes) == 3
    assert host.routes() == sorted(line.replace(NIC, BRIDGE) for line in routes)


def test_addresses_are_moved_once(host):
    host.add_addresses()
    host.plug(lb_vif())
    after = host.state()
    outcome, changes = host.plug(lb_vif(2), trace=True)
    assert not changes and not outcome.result['changed']
    assert_same(after, host.state())


def test_address_that_comes_later_moves_too(host):
    host.plug(lb_vif())
    host.lab.ip('addr', 'add', ADDRESS, 'dev', NIC)
    assert host.plug(lb_vif()).result['changed']
    assert host.link(BRIDGE)['addresses'] == [ADDRESS] and 'addresses' not in host.link(NIC)


def test_second_plug_changes_nothing_at_all(host):
    host.add_addresses()
    _, changes = host.plug(lb_vif(mtu=1400), trace=True)
    assert changes and nft_writes(host.lab)
    before = host.state()
    again, changes = host.plug(lb_vif(mtu=1400), trace=True)
    assert not changes, changes
    assert nft_writes(host.lab) == 0
    assert (again.result['state'], again.result['changed']) == ('plugged', False)
    assert_same(before, host.state())


def test_flat_interface_of_the_configuration_wins(host):
    host.lab.ip('link', 'add', 'eth0-mine', 'type', 'veth', 'peer', 'name', 'wire1')
    host.plug(lb_vif(), text='flat_interface = eth0-mine\n')
    assert host.link('eth0-mine')['master'] == BRIDGE and 'master' not in host.link(NIC)


@pytest.mark.parametrize('network_mtu, option, mtu', [(9000, 1450, 9000), (None, 1450, 1450),
                                                      (None, 0, 1500)])
def test_mtu_of_bridge_and_interface(host, network_mtu, option, mtu):
    host.lab.ip('link', 'set', 'wire0', 'mtu', '9000')
    host.plug(lb_vif(mtu=network_mtu), text='network_device_mtu = %d\n' % option)
    assert (host.link(BRIDGE)['mtu'], host.link(NIC)['mtu']) == (mtu, mtu)


def test_changed_mtu_is_put_right(host):
    host.plug(lb_vif())
    host.plug(lb_vif(mtu=1300))
    assert (host.link(BRIDGE)['mtu'], host.link(NIC)['mtu']) == (1300, 1300)


@pytest.mark.parametrize('interface', [NIC, 'eth0-none', None])
def test_interface_that_is_missing(host, interface):
    """The bridge is made all the same."""
    host.lab.ip('link', 'del', NIC)
    assert host.plug(lb_vif(bridge_interface=interface)).result['state'] == 'plugged'
    assert host.link(BRIDGE)['up'] and list(host.lab.links()) == ['lo', BRIDGE]


def test_bridge_that_is_there_keeps_its_settings(host):
    host.lab.ip('link', 'add', BRIDGE, 'type', 'bridge', 'ageing_time', '1000', 'stp_state', '1')
    host.plug(lb_vif())
    bridge = host.link(BRIDGE)
    assert (bridge['ageing_time'], bridge['stp_state'], bridge['up']) == (1000, 1, True)
    assert host.link(NIC)['master'] == BRIDGE


def test_what_drifted_is_put_right(host):
    host.add_addresses()
    host.plug(lb_vif())
    whole = host.state()
    host.lab.ip('link', 'set', BRIDGE, 'down')
    host.lab.ip('link', 'set', NIC, 'nomaster', 'down')
    host.lab.run('sysctl', '-qw', 'net.ipv4.conf.%s.arp_ignore=0' % BRIDGE)
    host.lab.run('nft', 'flush', 'table', 'inet', 'vifd')
    host.plug(lb_vif())
    now = host.state()
    now['routes'] = whole['routes']   # went with the bridge that was set down
    assert_same(whole, now)


# ---------------------------------------------------------------------- nothing to do

@pytest.mark.parametrize('network', [{'multi_host': True}, {'should_provide_bridge': False}],
                         ids=lambda network: next(iter(network)))
def test_network_that_does_not_ask_for_a_bridge(host, network):
    before = host.state()
    result = host.plug(lb_vif(**network)).result
    assert (result['state'], result['changed']) == ('plugged', False)
    assert_same(before, host.state())


def test_unplug_leaves_everything(host):
    host.add_addresses()
    host.plug(lb_vif())
    before = host.state()
    outcome, changes = host.unplug(lb_vif(), trace=True)
    assert not changes and nft_writes(host.lab) == 0
    assert (outcome.result['state'], outcome.result['changed']) == ('unplugged', False)
    assert_same(before, host.state())


@pytest.mark.parametrize('kind', ['VIFVHostUser', 'VIFHostDevice', 'VIFOpenVSwitch', 'VIFBridge'])
def test_noop_takes_any_vif_and_does_nothing(host, kind):
    doc = edited(edited(lb_vif(plugin='noop'), 'vif/type', kind), 'vif/bridge_name')
    fields = {'VIFVHostUser': {'path': '/run/x', 'mode': 'client'},
              'VIFHostDevice': {'dev_type': 'ethernet', 'dev_address': '0000:01:02.3'}}
    doc['vif'].update(fields.get(kind, {}))
    if kind == 'VIFHostDevice':
        del doc['vif']['vif_name']
    before = host.state()
    for verb, state in (('plug', 'plugged'), ('unplug', 'unplugged')):
        result = getattr(host, verb)(doc).result
        assert (result['state'], result['changed']) == (state, False)
    assert_same(before, host.state())


# ---------------------------------------------------------------------- rules

def test_8_12_linux_bridge_rules_in_nftables(host):
    """In a table of our own: iptables' and everyone else's rules stay as they are."""
    host.lab.run('nft', 'add table ip filter; add chain ip filter FORWARD { type filter hook '
                 'forward priority 0; policy drop; }; add rule ip filter FORWARD counter')
    theirs = host.lab.run('nft', 'list', 'table', 'ip', 'filter').stdout
    host.plug(lb_vif())
    ruleset = host.lab.run('nft', 'list', 'ruleset').stdout
    assert host.lab.run('nft', 'list', 'tables').stdout.split('\n') == [
        'table ip filter', 'table inet vifd', '']
    assert host.lab.run('nft', 'list', 'table', 'ip', 'filter').stdout == theirs
    assert host.rules() == accepts(BRIDGE)
    host.plug(lb_vif())
    assert host.lab.run('nft', 'list', 'ruleset').stdout == ruleset


def test_8_12_linux_bridge_vlan_is_planned(host):
    """os-vif raises a TypeError here; a kernel without VLAN interfaces can still say the plan."""
    before = host.state()
    result = host.plug(lb_vif(vlan=7, mtu=1400), options=['--dry-run']).result
    assert result['state'] == 'planned'
    steps = result['steps']
    assert steps == ['+ Linux bridge ' + BRIDGE, '+ VLAN vlan7 of ' + NIC,
                     '+ forwarding rules of ' + BRIDGE]
    assert_same(before, host.state())


def test_traffic_that_is_filtered_elsewhere_needs_no_rules(host):
    host.plug(edited(lb_vif(), 'vif/has_traffic_filtering', True))
    assert host.link(NIC)['master'] == BRIDGE
    assert host.lab.run('nft', 'list', 'ruleset').stdout == ''


@pytest.mark.parametrize('options, rules', [
    ('forward_bridge_interface = all\n', accepts(BRIDGE)),
    ('forward_bridge_interface = br-ex\nforward_bridge_interface = all\n', accepts(BRIDGE)),
    ('forward_bridge_interface = br-ex\n', accepts(BRIDGE, 'br-ex') + drops(BRIDGE)),
    ('forward_bridge_interface = br-ex\nforward_bridge_interface = tun+\n',
     accepts(BRIDGE, 'br-ex', 'tun*') + drops(BRIDGE)),
    ('forward_bridge_interface = br-ex\niptables_drop_action = REJECT\n',
     accepts(BRIDGE, 'br-ex') + drops(BRIDGE, 'reject')),
    ('forward_bridge_interface = br-ex\niptables_drop_action = DROP\n',
     accepts(BRIDGE, 'br-ex') + drops(BRIDGE)),
], ids=['all', 'all of two', 'one', 'two', 'reject', 'drop'])
def test_rules_as_configured(host, options, rules):
    host.plug(lb_vif(), text=options)
    assert sorted(host.rules()) == sorted(rules)
    before = host.lab.run('nft', '-a', 'list', 'ruleset').stdout
    again, changes = host.plug(lb_vif(), text=options, trace=True)
    assert not changes and nft_writes(host.lab) == 0 and not again.result['changed']
    assert host.lab.run('nft', '-a', 'list', 'ruleset').stdout == before


def test_rules_follow_the_configuration(host):
    host.plug(lb_vif(), text='forward_bridge_interface = br-ex\n')
    assert host.plug(lb_vif()).result['changed']
    assert host.rules() == accepts(BRIDGE)


@pytest.mark.parametrize('option', ['iptables_drop_action = MYCHAIN', 'use_ipv6 = perhaps',
                                    'flat_interface = a/b', 'vlan_interface = ' + 16 * 'x',
                                    'forward_bridge_interface = a b', 'network_device_mtu = 67'])
def test_option_that_makes_no_sense(host, option):
    line = host.refused(lb_vif(), text=option + '\n', status=2)
    assert 'os_vif_linux_bridge' in line and option.split()[0] in line


# ---------------------------------------------------------------------- VLANs

def test_vlan(vlans):
    host = vlans
    host.lab.ip('addr', 'add', ADDRESS, 'dev', NIC)
    host.plug(lb_vif(vlan=7, mtu=1400))
    vlan = host.link('vlan7')
    assert (vlan['kind'], vlan['master'], vlan['up'], vlan['mtu']) == ('vlan', BRIDGE, True, 1400)
    data = json.loads(host.lab.ip('-d', '-j', 'link', 'show', 'vlan7'))[0]
    assert data['link'] == NIC and data['linkinfo']['info_data']['id'] == 7
    assert host.link(BRIDGE)['mtu'] == 1400
    # The interface under it is another network's too.
    assert host.link(NIC)['addresses'] == [ADDRESS] and host.link(NIC)['mtu'] == 1500
    assert set(drops(BRIDGE)) <= set(host.rules())
    before = host.state()
    again, changes = host.plug(lb_vif(vlan=7, mtu=1400), trace=True)
    assert not changes and nft_writes(host.lab) == 0 and not again.result['changed']
    host.unplug(lb_vif(vlan=7))
    assert_same(before, host.state())


def test_vlan_interface_that_is_another(vlans):
    vlans.lab.ip('link', 'add', 'link', NIC, 'name', 'vlan7', 'type', 'vlan', 'id', '8')
    assert 'vlan7 is VLAN 8' in vlans.refused(lb_vif(vlan=7))


def test_vlan_on_the_interface_of_the_configuration(host):
    host.lab.ip('link', 'add', 'eth0-mine', 'type', 'veth', 'peer', 'name', 'wire1')
    steps = host.plug(lb_vif(vlan=7), text='vlan_interface = eth0-mine\n',
                      options=['--dry-run']).result['steps']
    assert '+ VLAN vlan7 of eth0-mine' in steps


def test_vlan_without_an_interface(host):
    assert 'eth0-none' in host.refused(lb_vif(vlan=7, bridge_interface='eth0-none'))
    assert 'bridge_interface' in host.refused(lb_vif(vlan=7, bridge_interface=None), status=2)


def test_vlan_without_a_number(host):
    doc = lb_vif(should_provide_vlan=True)
    assert 'network/vlan' in host.refused(doc, status=2)


def test_vlan_name_that_is_another_link(host):
    host.lab.ip('link', 'add', 'vlan7', 'type', 'veth', 'peer', 'name', 'wire7')
    assert 'vlan7 is a veth' in host.refused(lb_vif(vlan=7))


# ---------------------------------------------------------------------- conflicts
