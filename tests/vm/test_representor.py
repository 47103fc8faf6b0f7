# SPDX-License-Identifier: Apache-2.0
"""VIFHostDevice on a NIC in switchdev mode: the VF's representor is plugged into the kernel's
datapath, with hw-offload=true."""
import pytest

import state
from vifs import device, instance_id, mac, qos_id, vif_id
from vm import host_device


def traffic_is_offered_to_the_nic(vm):
    return 'eth_type(0x0800)' in vm.appctl('dpctl/dump-flows', '-m', 'type=offloaded')


def assert_plugged(vm, n, name, mtu=1500):
    link = vm.links()[name]
    assert link['up'] and link['mtu'] == mtu
    row = vm.db.row('Interface', name)
    assert row['ofport'] > 0 and not row['error'] and not row['type']
    ids = {'iface-id': vif_id(n), 'iface-status': 'active', 'attached-mac': mac(n),
           'vm-uuid': instance_id(n)}
    assert row['external_ids'] == ids
    assert [q['external_ids']['id'] for q in vm.db.select('QoS')
            if q['external_ids'].get('id') == qos_id(name)] == [qos_id(name)]


# With devlink the driver's phys_port_name is not looked at.
@pytest.mark.parametrize('lookup, style', [('devlink', 0), ('sysfs', 0), ('sysfs', 1)],
                         indirect=['lookup'])
def test_two_vfs_ping_through_the_switch(vm, nic, lookup, style):
    """Found, renamed, set up; traffic crosses the switch; unplug restores everything."""
    card = nic(style=style)
    documents = [host_device(n + 1, card.vf(n)) for n in (0, 1)]
    before = vm.snapshot()
    vm.plugged(documents, prefix=lookup)
    for n in (0, 1):
        assert card.representor(n) == device(n + 1), 'renamed, and the right one'
        assert_plugged(vm, n + 1, device(n + 1))
    one, two = (card.guest(n, 0, '10.9.0.%d' % (n + 1)) for n in (0, 1))
    counted = vm.port_frames(device(1))
    assert one.pings(two) and two.pings(one, count=1)
    assert traffic_is_offered_to_the_nic(vm)
    now = vm.port_frames(device(1))
    assert now[0] > counted[0] and now[1] > counted[1]
    if style == 0:
        vm.dies_with_a_flow(one, two)

    vm.assert_nothing_to_do(documents, prefix=lookup)
    assert one.pings(two, count=1), 'plugging again disturbs nothing'

    vm.unplug(documents, prefix=lookup)
    assert not one.pings(two, count=1)
    after = vm.snapshot()
    assert after['database'] == before['database']
    for name in (card.representor(0), card.representor(1)):
        assert after['links'][name] == before['links'][name], 'its old name, down, no alias'
    vm.unplug(documents, prefix=lookup)


@pytest.mark.parametrize('lookup, style', [('devlink', 0), ('sysfs', 1)],
                         indirect=['lookup'])
def test_vfs_of_two_pfs_are_told_apart(vm, nic, lookup, style):
    """VF 0 of both: their representors have the same phys_port_name, and differ in the switch."""
    card = nic(style=style, pfs=2)
    names = [card.representor(0, pf) for pf in (0, 1)]
    assert names[0] != names[1]
    documents = [host_device(pf + 1, card.vf(0, pf)) for pf in (0, 1)]
    vm.plugged(documents, prefix=lookup)
    assert [card.representor(0, pf) for pf in (0, 1)] == [device(1), device(2)]
    one, two = (card.guest(0, pf, '10.9.0.%d' % (pf + 1)) for pf in (0, 1))
    assert one.pings(two)
    vm.assert_nothing_to_do(documents, prefix=lookup)
    vm.unplug(documents, prefix=lookup)
    assert [card.representor(0, pf) for pf in (0, 1)] == names


def test_representor_of_another_controller_is_refused(vm, nic, lookup):
    card = nic(style=2)
    vm.refused(host_device(1, card.vf(1)), 'VF 1 of PF %s' % card.pfs[0], card.representor(1),
               "another controller's", prefix=lookup)


def test_legacy_mode_is_refused(vm, nic, lookup):
    card = nic(switchdev=False)
    vm.refused(host_device(1, card.vf(1)), 'switchdev', prefix=lookup)


def test_addresses_that_are_no_vf_are_refused(vm, nic):
    card = nic()
    vm.refused(host_device(1, card.pfs[0]), card.pfs[0], 'is a PF, not a VF')
    vm.refused(host_device(1, '0000:01:1f.7'), '0000:01:1f.7', 'No such device')
    vm.refused(host_device(1, '0000:00:00.0'), '0000:00:00.0', 'is not a VF')


def test_mtu_of_the_network(vm, nic):
    card = nic()
    vm.plugged(host_device(1, card.vf(0), mtu=1400))
    assert_plugged(vm, 1, device(1), mtu=1400)
    vm.plugged(host_device(1, card.vf(0), mtu=9000))
    assert_plugged(vm, 1, device(1), mtu=9000)
    vm.unplug(host_device(1, card.vf(0), mtu=9000))


def test_without_a_representor_name_it_keeps_its_own(vm, nic):
    card = nic()
    name, before = card.representor(1), vm.snapshot()
    doc = host_device(1, card.vf(1), name=False)
    vm.plugged(doc)
    assert_plugged(vm, 1, name)
    vm.assert_nothing_to_do(doc)
    vm.unplug(doc)
    state.assert_same(before, vm.snapshot())


def test_name_that_another_link_has_is_refused(vm, nic):
    card = nic()
    vm.ip('link', 'add', device(1), 'type', 'dummy')
    vm.refused(host_device(1, card.vf(0)), device(1), card.representor(0))
    vm.ip('link', 'del', device(1))


def test_drift_is_mended(vm, nic):
    """Set down, MTU changed, port removed by someone: one plug puts it all right."""
    card = nic()
    doc = host_device(1, card.vf(0))
    vm.plugged(doc)
    vm.ip('link', 'set', device(1), 'down', 'mtu', '1400')
    vm.vsctl('del-port', device(1))
    vm.plugged(doc)
    assert_plugged(vm, 1, device(1))
    vm.unplug(doc)


@pytest.mark.parametrize('gone', ['VFs', 'switchdev mode', 'driver'])
def test_unplug_after_the_vf_is_gone(vm, nic, gone):
    card = nic()
    before = vm.snapshot()['database']
    doc = host_device(1, card.vf(0))
    vm.plugged(doc)
    if gone == 'VFs':
        card.set_vfs(card.pfs[0], 0)
    elif gone == 'switchdev mode':
        card.set_mode(card.pfs[0], 'legacy')
    else:
        card.close()
    assert device(1) not in vm.links()
    vm.unplug(doc)
    assert vm.snapshot()['database'] == before
    if gone == 'driver':
        vm.run('modprobe', 'swnic')


def test_vf_that_comes_back_is_plugged_again(vm, nic):
    """Its representor is a new link with the kernel's name; the port is still there."""
    card = nic()
    doc = host_device(1, card.vf(0))
    other = host_device(2, card.vf(1))
    vm.plugged([doc, other])
    card.set_vfs(card.pfs[0], 0)
    vm.settle()
    card.set_vfs(card.pfs[0], 2)
    vm.plugged([doc, other])
    one, two = (card.guest(n, 0, '10.9.0.%d' % (n + 1)) for n in (0, 1))
    assert one.pings(two)
    vm.unplug([doc, other])


def offload_is_on(vm, link):
    return 'hw-tc-offload: on' in vm.run('ethtool', '-k', link).stdout


def test_hw_tc_offload(vm, nic):
    card = nic()
    doc, uplink = host_device(1, card.vf(0)), card.uplink()
    warning = 'hw-tc-offload of %s is off' % uplink

    def plug(how):
        config = vm.config('[vifd]\nhw_tc_offload = %s\n' % how)
        result = vm.plug(doc, options=['--json', config]).result
        assert result['state'] == 'plugged'
        return result

    assert not offload_is_on(vm, uplink)
    assert warning not in str(plug('ignore'))
    assert warning in str(plug('warn').get('warnings'))
    assert not offload_is_on(vm, uplink)
    assert plug('enable')['changed']
    assert offload_is_on(vm, uplink)
    assert not plug('enable')['changed']
    assert 'warnings' not in plug('warn')
    vm.unplug(doc)
    assert offload_is_on(vm, uplink), 'others may use it'
