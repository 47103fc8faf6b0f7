# SPDX-License-Identifier: Apache-2.0
"""The plugins "linux_bridge" and "noop": no Open vSwitch has a part in it, and none is there.

VIF_TEST_VLAN=1     a kernel without VLAN interfaces fails the tests that need them
"""
import json
import os

import pytest

from lab import NOBODY, VIFCTL
from state import links_state, sysctls_state, assert_same
from vifs import document, edited, vif_id
from watch import traced

pytestmark = pytest.mark.lab(vswitchd=False, bridge=None)
BRIDGE = 'br-lb'
OTHER = 'br-other'
NIC = 'eth0-lb'
ADDRESS, GATEWAY = '192.0.2.5/24', '192.0.2.1'
DATABASE = 'unix:/nonexistent'


def lb_vif(n=1, vlan=None, mtu=1500, plugin='linux_bridge', **network):
    """A VIFBridge as nova has it for nova-network's successors: without a port profile."""
    fields = {'should_provide_bridge': True, 'bridge_interface': NIC, **network}
    if vlan is not None:
        fields.update(should_provide_vlan=True, vlan=vlan)
    doc = document(n, 'VIFBridge', {}, mtu=mtu, bridge=BRIDGE, plugin=plugin,
                   bridge_name=BRIDGE, has_traffic_filtering=False)
    del doc['vif']['port_profile']
    doc['vif']['network'].update(fields)
    return doc


class Host:
    """A lab whose database server is stopped, with an interface that has an address."""

    def __init__(self, lab):
        self.lab = lab
        lab.stop('ovsdb-server')
        lab.ip('link', 'add', NIC, 'type', 'veth', 'peer', 'name', 'wire0')
        lab.ip('link', 'set', NIC, 'up')
        lab.ip('link', 'set', 'wire0', 'up')

    def add_addresses(self):
        self.lab.ip('addr', 'add', ADDRESS, 'brd', '+', 'dev', NIC)
        self.lab.ip('addr', 'add', '198.51.100.9/32', 'dev', NIC)
        self.lab.ip('route', 'add', 'default', 'via', GATEWAY, 'metric', '7')
        self.lab.ip('route', 'add', '203.0.113.0/24', 'via', GATEWAY, 'table', '100')

    def plug(self, *docs, text=None, **arguments):
        return self.verb('plug', docs, text, arguments)

    def unplug(self, *docs, text=None, **arguments):
        return self.verb('unplug', docs, text, arguments)

    def verb(self, verb, docs, text, arguments):
        options = ['--json', '--wait=vswitchd', *arguments.pop('options', ())]
        if text is not None:
            options.append(self.lab.config('[os_vif_linux_bridge]\n' + text))
        trace = arguments.pop('trace', False)
        words = {'options': options, 'ovsdb': DATABASE, **arguments}
        if trace:
            return traced(self.lab, verb, *docs, **words)
        return self.lab.vifctl(verb, *docs, **words)

    def refused(self, *docs, status=3, lines=1, **arguments):
        """Plug is refused in one line for each VIF, and nothing is changed."""
        before = self.state()
        failed = self.plug(*docs, status=status, **arguments)
        assert_same(before, self.state())
        assert len(failed.err.splitlines()) == lines, failed
        return failed.line() if lines == 1 else failed.err

    def link(self, name):
        return self.lab.links()[name]

    def routes(self):
        """Every IPv4 route but the kernel's own, '(table) words' without what cannot be chosen."""
        text = self.lab.ip('-4', 'route', 'show', 'table', 'all')
        return sorted(line.strip() for line in text.splitlines() if 'table local' not in line)

    def rules(self):
        """The rules of our table in nft's words."""
        text = self.lab.run('nft', 'list', 'table', 'inet', 'vifd', check=False).stdout
        return [line.strip() for line in text.splitlines() if 'comment' in line]

    def state(self):
        links = links_state(self.lab)
        for link in links.values():
            if link.get('kind') == 'bridge':
                link.pop('address', None)   # follows its ports
        return {'links': links, 'sysctls': sysctls_state(self.lab, links),
                'routes': self.routes(),
                'ruleset': self.lab.run('nft', 'list', 'ruleset').stdout}


@pytest.fixture
def host(lab):
    return Host(lab)


@pytest.fixture
def vlans(host):
    """Whether the kernel has VLAN interfaces; without them the tests that need them are skipped."""
    done = host.lab.run('ip', 'link', 'add', 'link', NIC, 'name', 'vlan4000', 'type', 'vlan', 'id',
                        '4000', check=False)
    if done.returncode:
        if os.environ.get('VIF_TEST_VLAN'):
            pytest.fail('this kernel has no VLAN interfaces: ' + done.stderr)
        pytest.skip('this kernel has no VLAN interfaces (module 8021q): only the plan is tested')
    host.lab.ip('link', 'del', 'vlan4000')
    return host


def accepts(bridge, *names):
    """nft's words for rules that let all, or these interfaces alone, talk with the bridge."""
    if not names:
        return ['iifname "%s" accept comment "%s"' % (bridge, bridge),
                'oifname "%s" accept comment "%s"' % (bridge, bridge)]
    pairs = [(bridge, bridge)] + [pair for name in names
                                  for pair in ((bridge, name), (name, bridge))]
    return ['iifname "%s" oifname "%s" accept comment "%s"' % (one, other, bridge)
            for one, other in pairs]


def drops(bridge, verdict='drop'):
    return ['%s "%s" %s comment "%s"' % (side, bridge, verdict, bridge)
            for side in ('iifname', 'oifname')]


# ---------------------------------------------------------------------- flat networks

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


NFT_WRITES = ('NFT_MSG_NEW', 'NFT_MSG_DEL')


def nft_writes(lab):
    with open(lab.path('strace.log'), errors='replace') as f:
        return sum(any(word in line for word in NFT_WRITES) for line in f if 'send' in line)


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
    assert 'create VLAN vlan7: number 7 of ' + NIC in steps
    [enslaved] = [s for s in steps if s.startswith('set vlan7: ')]
    assert 'master ' + BRIDGE in enslaved and 'up' in enslaved
    assert steps.index('create VLAN vlan7: number 7 of ' + NIC) > 0   # behind the bridge's
    assert [s for s in steps if 'forwarding rules of ' + BRIDGE in s]
    assert not [s for s in steps if s.startswith('set %s: ' % NIC)]
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
    assert 'create VLAN vlan7: number 7 of eth0-mine' in steps


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

def test_bridge_name_that_is_another_kind_of_link(host):
    host.lab.ip('link', 'add', BRIDGE, 'type', 'veth', 'peer', 'name', 'wire1')
    line = host.refused(lb_vif())
    assert '%s is a veth, not a bridge' % BRIDGE in line and vif_id(1) in line


def test_bridge_name_that_is_the_interface(host):
    assert 'bridge_name' in host.refused(lb_vif(bridge_interface=BRIDGE), status=2)


def test_interface_of_another_bridge(host):
    host.lab.ip('link', 'add', OTHER, 'type', 'bridge')
    host.lab.ip('link', 'set', NIC, 'master', OTHER)
    assert NIC + ' is part of another bridge' in host.refused(lb_vif())


def test_two_networks_that_want_the_same_interface(host):
    other = edited(lb_vif(2), 'vif/bridge_name', OTHER)
    outcome = host.plug([lb_vif(1), other], status=3)
    assert [r['state'] for r in outcome.results] == ['plugged', 'failed']
    assert NIC in outcome.line() and OTHER not in host.lab.links()


@pytest.mark.parametrize('field', ['network', 'bridge_name'])
def test_field_that_is_missing(host, field):
    assert field in host.refused(edited(lb_vif(), 'vif/' + field), status=2)


def test_other_types_are_refused(host):
    doc = edited(lb_vif(), 'vif/type', 'VIFOpenVSwitch')
    assert 'linux_bridge cannot plug a VIFOpenVSwitch' in host.refused(doc, status=2)


# ---------------------------------------------------------------------- several VIFs

def shared_well(host, outcome):
    assert [r['state'] for r in outcome.results] == ['plugged'] * len(outcome.results)
    assert host.link(BRIDGE)['up'] and host.link(NIC)['master'] == BRIDGE
    assert host.link(BRIDGE)['addresses'] == sorted([ADDRESS, '198.51.100.9/32'])
    assert 'addresses' not in host.link(NIC)
    assert host.rules() == accepts(BRIDGE)


def test_bridge_shared_in_one_call(host):
    host.add_addresses()
    routes = host.routes()
    shared_well(host, host.plug([lb_vif(1), lb_vif(2), lb_vif(3)]))
    assert host.routes() == sorted(line.replace(NIC, BRIDGE) for line in routes)


def test_interface_shared_in_one_call_with_the_bridge_there(host):
    """No round of its own for who comes second: both find the same things to do."""
    host.lab.ip('link', 'add', BRIDGE, 'up', 'type', 'bridge')
    host.add_addresses()
    shared_well(host, host.plug([lb_vif(1), lb_vif(2)]))


def test_bridge_shared_in_two_calls(host):
    host.add_addresses()
    shared_well(host, host.plug(lb_vif(1)))
    again = host.plug(lb_vif(2))
    shared_well(host, again)
    assert not again.result['changed']


def test_bridge_shared_by_calls_at_the_same_time(host):
    host.add_addresses()
    running = []
    for n in range(1, 9):
        path = host.lab.write('at-once%d.json' % n, lb_vif(n))
        running.append(host.lab.start('plug%d' % n, VIFCTL, 'plug', '--ovsdb=' + DATABASE, path))
    assert [process.wait(30) for process in running] == [0] * 8
    shared_well(host, host.plug([lb_vif(1)]))


def test_bridges_of_two_networks(host):
    host.lab.ip('link', 'add', 'eth0-two', 'type', 'veth', 'peer', 'name', 'wire1')
    two = edited(lb_vif(2, bridge_interface='eth0-two'), 'vif/bridge_name', OTHER)
    host.plug([lb_vif(1), two])
    assert host.link(NIC)['master'] == BRIDGE and host.link('eth0-two')['master'] == OTHER
    assert sorted(host.rules()) == sorted(accepts(BRIDGE) + accepts(OTHER))


# ---------------------------------------------------------------------- nothing half done

def block_rules(host):
    """Someone has a chain of our name that is another: it can be listed, ours cannot be made."""
    host.lab.run('nft', 'add table inet vifd; add chain inet vifd forward { type filter hook '
                 'input priority 5; }')


def test_rules_that_cannot_be_made_leave_no_trace(host):
    """The last step fails: bridge, interface, addresses and routes are as they were."""
    host.add_addresses()
    block_rules(host)
    line = host.refused(lb_vif(mtu=1400))
    assert vif_id(1) in line and 'left' not in line
    host.refused([lb_vif(1), lb_vif(2)], lines=2)


def test_failure_takes_nothing_from_a_vif_that_shares_the_bridge(host):
    """Of two in one call, the one that wants no rules goes on."""
    host.lab.ip('link', 'add', BRIDGE, 'type', 'bridge')
    host.add_addresses()
    block_rules(host)
    filtered = edited(lb_vif(1), 'vif/has_traffic_filtering', True)
    outcome = host.plug([lb_vif(2), filtered, lb_vif(3)], status=3)
    assert [r['state'] for r in outcome.results] == ['failed', 'plugged', 'failed']
    after = host.state()
    assert host.link(BRIDGE)['up'] and host.link(NIC)['master'] == BRIDGE
    assert host.link(BRIDGE)['addresses'] == sorted([ADDRESS, '198.51.100.9/32'])
    assert not host.plug(filtered).result['changed']
    assert_same(after, host.state())


def test_rules_that_cannot_be_made_leave_the_bridge_that_was_there(host):
    host.lab.ip('link', 'add', BRIDGE, 'type', 'bridge')
    host.add_addresses()
    host.lab.ip('link', 'set', NIC, 'down')
    block_rules(host)
    host.refused(lb_vif(mtu=1400))


def test_vlan_that_cannot_be_made_leaves_no_trace(host):
    """Number 7 of the interface is there under another name; a kernel without VLANs refuses ours,
    too."""
    host.lab.run('ip', 'link', 'add', 'link', NIC, 'name', 'other', 'type', 'vlan', 'id', '7',
                 check=False)
    assert 'vlan7' in host.refused(lb_vif(vlan=7))


def test_dry_run_shows_the_steps_and_takes_none(host):
    host.add_addresses()
    before = host.state()
    outcome, changes = host.plug(lb_vif(mtu=1400), options=['--dry-run'], trace=True)
    assert not changes and nft_writes(host.lab) == 0
    assert_same(before, host.state())
    steps = outcome.result['steps']
    assert [s for s in steps if s.startswith('create bridge %s: ageing 30000' % BRIDGE)]
    [move] = [s for s in steps if s.startswith('move from %s to %s: ' % (NIC, BRIDGE))]
    assert ADDRESS in move and 'default via ' + GATEWAY in move
    host.plug(lb_vif(mtu=1400))
    assert host.plug(lb_vif(mtu=1400), options=['--dry-run']).result['steps'] == []


def test_without_the_right_to(host):
    before = host.state()
    failed = host.plug(lb_vif(), status=None, prefix=NOBODY)
    assert failed.status == 5, failed
    failed.line()
    assert_same(before, host.state())
