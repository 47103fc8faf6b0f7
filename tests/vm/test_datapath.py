# SPDX-License-Identifier: Apache-2.0
"""The kernel's datapath, which the namespaces of the functional tests do not have: taps and hybrid
plugs of datapath_type system carry traffic; a VLAN of the linux_bridge plugin does."""
import pytest

import state
from vifs import device, document, hybrid_vif, mac, ovs_vif
from vm import VfGuest


def tap_vif(n, **fields):
    return ovs_vif(n, create_tap=True, datapath_type='system', **fields)


def test_taps_carry_traffic(vm):
    documents = [tap_vif(1), tap_vif(2)]
    before = vm.snapshot()
    vm.plugged(documents)
    one, two = (vm.guest(device(n), '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    assert one.pings(two)
    vm.dies_with_a_flow(one, two)
    vm.assert_nothing_to_do(documents)
    vm.unplug(documents)
    state.assert_same(before, vm.snapshot())


def test_hybrid_plug_carries_traffic(vm):
    documents = [tap_vif(1), hybrid_vif(2, datapath_type='system')]
    before = vm.snapshot()
    vm.plugged(documents)
    one, two = (vm.guest(device(n), '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    vm.ip('link', 'set', device(2), 'master', device(2, 'qbr'), 'up')
    assert one.pings(two)
    vm.dies_with_a_flow(one, two)
    vm.assert_nothing_to_do(documents)
    vm.unplug(documents)
    two.wire.end()
    state.assert_same(before, vm.snapshot())


def test_own_bridge_carries_traffic(vm):
    config = vm.config('[os_vif_ovs]\nper_port_bridge = true\n')
    documents = [tap_vif(1), tap_vif(2)]
    before = vm.snapshot()
    results = vm.plug(documents, options=['--json', config]).results
    assert [r['state'] for r in results] == ['plugged', 'plugged']
    one, two = (vm.guest(device(n), '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    assert one.pings(two)
    vm.unplug(documents, options=[config])
    state.assert_same(before, vm.snapshot())


@pytest.mark.parametrize('settled', [True, False], ids=['noticed', 'at once'])
def test_tap_that_was_made_again_works_after_a_plug(vm, settled):
    """The hypervisor deletes its tap and makes one of the same name under the port that is there."""
    documents = [ovs_vif(n, datapath_type='system') for n in (1, 2)]
    for n in (1, 2):
        vm.ip('tuntap', 'add', device(n), 'mode', 'tap')
        vm.ip('link', 'set', device(n), 'up')
    vm.plugged(documents)
    one, two = (vm.guest(device(n), '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    assert one.pings(two)
    one.wire.end()
    vm.ip('link', 'del', device(1))
    if settled:
        vm.settle()
    vm.ip('tuntap', 'add', device(1), 'mode', 'tap')
    vm.ip('link', 'set', device(1), 'up')
    vm.plugged(documents)
    again = vm.guest(device(1), '10.9.0.3', mac(1))
    assert again.pings(two)
    vm.assert_nothing_to_do(documents)
    vm.unplug(documents)


def vlan_vif(n, **network):
    doc = document(n, 'VIFBridge', {}, plugin='linux_bridge', bridge_name='brq-vlan7')
    doc['vif']['network'].update(should_provide_bridge=True, should_provide_vlan=True, vlan=7,
                                 bridge_interface='trunk0', **network)
    del doc['vif']['port_profile']
    return doc


def test_vlan_of_a_linux_bridge_carries_traffic(vm):
    """A guest on the bridge reaches a host beyond the trunk, in VLAN 7 and nowhere else."""
    vm.ip('link', 'add', 'trunk0', 'type', 'veth', 'peer', 'name', 'far0')
    vm.ip('link', 'set', 'trunk0', 'up')
    far = VfGuest(vm, 'far0', '10.9.0.2')
    doc = vlan_vif(1)
    result = vm.plug(doc, options=['--json']).result
    assert result['state'] == 'plugged'
    links = vm.links()
    assert links['vlan7']['kind'] == 'vlan' and links['vlan7']['master'] == 'brq-vlan7'
    assert links['vlan7']['up'] and links['brq-vlan7']['up']
    near = vm.guest(device(1), '10.9.0.1', mac(1))
    vm.ip('link', 'set', device(1), 'master', 'brq-vlan7', 'up')
    assert not near.pings(far, count=1), 'untagged, it is another network'
    far.run('ip', 'addr', 'del', '10.9.0.2/24', 'dev', 'far0')
    far.run('ip', 'link', 'add', 'link', 'far0', 'name', 'tagged', 'type', 'vlan', 'id', '7')
    far.run('ip', 'link', 'set', 'tagged', 'up')
    far.run('ip', 'addr', 'add', '10.9.0.2/24', 'dev', 'tagged')
    assert near.pings(far)

    before = vm.snapshot()
    assert not vm.plug(doc, options=['--json']).result['changed']
    state.assert_same(before, vm.snapshot())
    vm.unplug(doc)
    state.assert_same(before, vm.snapshot(), "the bridge is the network's and stays")
    for name in ('brq-vlan7', 'vlan7', 'trunk0'):
        vm.ip('link', 'del', name)
