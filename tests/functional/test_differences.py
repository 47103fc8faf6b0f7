# SPDX-License-Identifier: Apache-2.0
"""Where vifd differs from os-vif on purpose: one test for each numbered difference.  Other files
prove most of them in depth; here each can be found by its number.  (12 is in test_linux_bridge.py.)
"""
import pytest

from nic import Nic, hostdev_vif, pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import device, edited, hybrid_vif, ovs_vif, qos_id, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)
TAP, QBR, QVB, QVO, VHU = (device(1, p) for p in ('tap', 'qbr', 'qvb', 'qvo', 'vhu'))
TAP_VIF = ovs_vif(1, create_tap=True)


def refused(lab, doc, *words, verb='plug', status=(2, 3), **arguments):
    """One line that has all these words, and nothing changed."""
    before = lab.snapshot()
    failed = lab.vifctl(verb, doc, status=None, **arguments)
    assert failed.status in status, failed
    for word in words:
        assert word in failed.line(), failed
    assert_same(before, lab.snapshot())


def without_room_for_ports(schema):
    schema['tables']['Port']['maxRows'] = 1


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
def test_8_01_nothing_half_done(lab):
    pretend_dpdk(lab)
    nic = Nic(lab)
    nic.representor('rep3', 'pf0vf3')
    for doc, word in (
            (edited(TAP_VIF, 'vif/port_profile/interface_id'), 'interface_id'),
            (edited(TAP_VIF, 'vif/network/mtu', 'big'), 'mtu'),
            (vhostuser_vif(1, mode='both'), 'mode'),
            (edited(hybrid_vif(1), 'vif/port_profile/create_tap', True), 'create_tap'),
            (edited(TAP_VIF, 'vif/vif_name', 'tap-16-character'), 'vif_name'),
            (edited(TAP_VIF, 'vif/network/bridge', 'br-of-16-letters'), 'bridge'),
            (edited(TAP_VIF, 'vif/port_profile', {'type': 'VIFPortProfile8021Qbh',
                                                  'profile_id': 'x'}), 'VIFPortProfile8021Qbh'),
            (hostdev_vif(1, nic.vf(2)), 'no representor')):
        refused(lab, doc, word)
    for doc in (TAP_VIF, hybrid_vif(1), vhostuser_vif(1), hostdev_vif(1, nic.vf(3), name='tapx')):
        refused(lab, doc, 'unix:/nonexistent', status=(4,), ovsdb='unix:/nonexistent')
        refused(lab, doc, 'Port', status=(3,))      # the database refuses after the links are made


@NO_SWITCH
def test_8_02_plug_heals(lab):
    doc = hybrid_vif(1)
    lab.plug(doc)
    lab.db.update('Port', QVO, tag=7, other_config=['map', [['net_uuid', 'x']]])
    lab.vsctl('set', 'Interface', QVO, 'external_ids:ovn-installed=true')
    good = lab.snapshot()
    for link in (QBR, QVB, QVO):       # made anew, they get new addresses
        del good['links'][link]['address']
    for harm in (['ip', 'link', 'del', QBR], ['ip', 'link', 'set', QVO, 'mtu', '1300'],
                 ['ip', 'link', 'del', QVB],
                 ['ip', 'link', 'set', QBR, 'type', 'bridge', 'stp_state', '1'],
                 ['ovs-vsctl', '--db=' + lab.address, '--no-wait', 'remove', 'Interface', QVO,
                  'external_ids', 'iface-status']):
        lab.run(*harm)
        assert lab.plug(doc, options=['--json']).result['changed'] is True
        now = lab.snapshot()
        for link in (QBR, QVB, QVO):
            del now['links'][link]['address']
        assert_same(good, now, 'after %s' % harm)
    lab.vsctl('del-port', QVO)
    lab.plug(doc)
    assert lab.vsctl('port-to-br', QVO).strip() == 'br-int'


@NO_SWITCH
def test_8_03_no_bridge_is_flipped(lab):
    lab.plug(ovs_vif(1))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'netdev', 'unset: left as it is'
    refused(lab, ovs_vif(2, create_tap=True, datapath_type='system'), 'br-int', 'netdev')
    lab.unplug(ovs_vif(1))
    lab.plug(ovs_vif(2, datapath_type='system'))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'system', 'empty: changed'
    lab.db.update('Bridge', 'br-int', datapath_type='')
    lab.plug(ovs_vif(3, datapath_type='system'))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == '', '"" means system'


@NO_SWITCH
def test_8_04_qos_only_behind_kernel_links_and_none_is_left(lab):
    pretend_dpdk(lab)
    nic = Nic(lab)
    before = lab.snapshot()
    lab.plug([vhostuser_vif(1), hostdev_vif(2, nic.vf(3), datapath_type='netdev')])
    assert lab.db.select('QoS') == []
    lab.unplug([vhostuser_vif(1), hostdev_vif(2, nic.vf(3), datapath_type='netdev')])
    lab.plug(TAP_VIF, options=[lab.config('[os_vif_ovs]\ndefault_qos_type = linux-htb\n')])
    lab.db.transact({'op': 'insert', 'table': 'QoS', 'row': {
        'type': 'linux-sfq', 'external_ids': ['map', [['id', qos_id(TAP)]]]}})
    assert sorted(q['type'] for q in lab.db.select('QoS')) == ['linux-htb', 'linux-sfq']
    lab.unplug(TAP_VIF)
    assert_same(before, lab.snapshot(), 'unplug removes every row with our id')


@NO_SWITCH
def test_8_05_ports_are_owned(lab):
    lab.add_bridge('br-ex')
    before = lab.snapshot()
    for bridge, iface_id in (('br-int', vif_id(9)), ('br-ex', vif_id(9)), ('br-ex', None)):
        ids = 'external_ids:iface-id=%s' % iface_id if iface_id else 'external_ids:x=y'
        lab.vsctl('add-port', bridge, TAP, '--', 'set', 'Interface', TAP, ids)
        for verb in ('plug', 'unplug'):
            refused(lab, TAP_VIF, TAP, iface_id or bridge, verb=verb)
        lab.vsctl('del-port', TAP)
    for verb in ('plug', 'unplug'):
        lab.vsctl('add-port', 'br-ex', TAP, '--', 'set', 'Interface', TAP,
                  'external_ids:iface-id=' + vif_id(1))
        lab.vifctl(verb, TAP_VIF)
        assert lab.vsctl('list-ports', 'br-ex') == ''
        assert lab.vsctl('list-ports', 'br-int').split() == ([TAP] if verb == 'plug' else [])
        lab.unplug(TAP_VIF)
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_8_06_links_are_owned(lab):
    for kind in ('ifb', 'bridge'):
        lab.ip('link', 'add', 'eth0', 'type', kind)
        refused(lab, ovs_vif(1, vif_name='eth0'), 'eth0', verb='unplug', status=(3,))
        before = lab.snapshot()
        lab.vsctl('add-port', 'br-int', 'eth0', '--', 'set', 'Interface', 'eth0',
                  'external_ids:iface-id=' + vif_id(1))
        lab.unplug(ovs_vif(1, vif_name='eth0'))
        assert_same(before, lab.snapshot(), 'the port is removed, the device is left')
        lab.ip('link', 'del', 'eth0')
    for words in (['tuntap', 'add', TAP, 'mode', 'tap'],
                  ['link', 'add', TAP, 'type', 'veth', 'peer', 'name', 'peer']):
        lab.ip(*words)
        lab.unplug(ovs_vif(1))
        assert TAP not in lab.links()


@NO_SWITCH
def test_8_07_representors(lab):
    pretend_dpdk(lab)
    nic = Nic(lab)
    nic.representor('rep0', 'c1pf0vf0')
    nic.representor('rep1', 'pf0vf1')
    nic.representor('twin1', 'vf1@pf0')
    nic.representor('rep3', 'pf0vf3')
    refused(lab, hostdev_vif(1, nic.vf(0)), 'rep0', 'c1pf0vf0')
    refused(lab, hostdev_vif(1, nic.vf(1)), 'rep1', 'twin1')
    refused(lab, hostdev_vif(1, nic.vf(3), datapath_type='offload'), 'datapath_type', 'offload')
    before = lab.snapshot()
    lab.plug(hostdev_vif(1, nic.vf(3), name='tapx'))
    assert 'rep3' not in lab.links() and lab.links()['tapx']['up'] and lab.db.row('Port', 'tapx')
    nic.lose_all()
    lab.unplug(hostdev_vif(1, nic.vf(3)))
    assert_same(before, lab.snapshot(), 'found by iface-id, and its name given back')
    nic.write()
    lab.plug(hostdev_vif(1, nic.vf(3), datapath_type='netdev', mtu=9000))
    assert lab.db.row('Interface', device(1, 'vfr'))['mtu_request'] == 9000


@pytest.mark.lab(schema=without_room_for_ports)
def test_8_08_refused_transaction_is_an_error(lab):
    failed = lab.plug(ovs_vif(1), status=3, options=['--json'])
    assert failed.result['state'] == 'failed'
    assert failed.result['error']['kind'] == 'DatabaseRefused'


def test_8_08_port_the_switch_cannot_make_is_an_error(lab):
    before = lab.snapshot()
    failed = lab.plug(vhostuser_vif(1), status=3, options=['--json'])
    assert failed.result['state'] == 'failed' and 'could not make port' in failed.err
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_8_09_vhost_user(lab):
    pretend_dpdk(lab)
    for path in ('', 'run/vhu', '/run/' + 'x' * 103):
        refused(lab, vhostuser_vif(1, path=path), 'path', status=(2,))
    lab.plug(vhostuser_vif(1, path='/run/' + 'x' * 102))
    done = lab.plug(vhostuser_vif(1, path='/run/nosuch/vhu'))
    assert 'warning' in done.line() and '/run/nosuch' in done.line()
    assert lab.db.row('Interface', VHU)['options'] == {'vhost-server-path': '/run/nosuch/vhu'}
    lab.plug(vhostuser_vif(1, mode='client'))
    row = lab.db.row('Interface', VHU)
    assert (row['type'], row['options']) == ('dpdkvhostuser', {})


@NO_SWITCH
def test_8_10_create_tap_with_and_without_create_port(lab):
    before = lab.snapshot()
    for create_port in (False, True):
        doc = ovs_vif(1, create_port=create_port, create_tap=True)
        lab.plug(doc)
        assert lab.links()[TAP]['persist'] and bool(lab.db.row('Port', TAP)) == create_port
        lab.unplug(doc)
        assert_same(before, lab.snapshot())


@NO_SWITCH
def test_8_11_one_unplug_removes_the_hybrid_pieces_and_the_port(lab, proxy):
    before = lab.snapshot()
    lab.plug(hybrid_vif(1))
    lab.plug(TAP_VIF)
    assert {QBR, QVB, QVO, TAP} <= set(lab.links())
    assert {QVO, TAP} <= set(lab.vsctl('list-ports', 'br-int').split())
    proxy.clear()
    lab.unplug(TAP_VIF)
    assert len(proxy.commits) == 1
    assert_same(before, lab.snapshot())
