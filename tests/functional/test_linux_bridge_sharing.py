# SPDX-License-Identifier: Apache-2.0
"""The linux_bridge plugin: what is in the way, bridges that VIFs share, and what a failure leaves."""
import pytest

from lab import NOBODY, VIFCTL
from linux_host import nft_writes, ADDRESS, BRIDGE, DATABASE, GATEWAY, NIC, OTHER, accepts, lb_vif
from state import assert_same
from vifs import edited, vif_id

pytestmark = pytest.mark.lab(vswitchd=False, bridge=None)


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


def test_failure_removes_the_bridge_that_no_other_vif_needs(host):
    """The VIF of another network stands, and keeps its own bridge alone."""
    host.lab.ip('link', 'add', 'eth0-two', 'type', 'veth', 'peer', 'name', 'wire1')
    block_rules(host)
    two = edited(lb_vif(2, bridge_interface='eth0-two'), 'vif/bridge_name', OTHER)
    two = edited(two, 'vif/has_traffic_filtering', True)
    outcome = host.plug([lb_vif(1), two], status=3)
    assert [r['state'] for r in outcome.results] == ['failed', 'plugged']
    assert BRIDGE not in host.lab.links() and OTHER in host.lab.links()


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
    assert steps[0] == '+ Linux bridge ' + BRIDGE
    assert '~ device %s: no master, should be %s' % (NIC, BRIDGE) in steps
    moves = [s for s in steps if s.endswith(', should be on ' + BRIDGE)]
    assert '~ device %s: address %s' % (NIC, ADDRESS) in moves[0]
    assert [s for s in moves if s.startswith('~ device %s: route default via %s' % (NIC, GATEWAY))]
    host.plug(lb_vif(mtu=1400))
    assert host.plug(lb_vif(mtu=1400), options=['--dry-run']).result['steps'] == []


def test_without_the_right_to(host):
    before = host.state()
    failed = host.plug(lb_vif(), status=None, prefix=NOBODY)
    assert failed.status == 5, failed
    failed.line()
    assert_same(before, host.state())
