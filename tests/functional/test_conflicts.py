# SPDX-License-Identifier: Apache-2.0
"""What belongs to somebody else is left alone, and said."""
import pytest

from state import assert_same
from vifs import device, hybrid_vif, ovs_vif, vif_id

pytestmark = pytest.mark.lab(vswitchd=False)
TAP = device(1)


def foreign_port(lab, name, bridge='br-int', iface_id=vif_id(9)):
    ids = ['external_ids:iface-id=' + iface_id] if iface_id else ['external_ids:x=y']
    lab.vsctl('add-port', bridge, name, '--', 'set', 'Interface', name, *ids)


def refused(lab, verb, doc, *words):
    before = lab.snapshot()
    failed = lab.vifctl(verb, doc, status=3, options=['--json'])
    assert failed.result['state'] == 'failed'
    assert failed.result['error']['kind'] == 'Conflict', failed
    for word in (vif_id(1), *words):
        assert word in failed.line(), failed
    assert 'keep changing' not in failed.line(), 'found at the first look'
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('verb', ['plug', 'unplug'])
@pytest.mark.parametrize('doc, name', [
    (ovs_vif(1), TAP), (ovs_vif(1, create_tap=True), TAP),
    (hybrid_vif(1), device(1, 'qvo'))], ids=['port', 'port and tap', 'hybrid'])
def test_port_owned_by_another_vif_is_left(lab, verb, doc, name):
    foreign_port(lab, name)
    refused(lab, verb, doc, name, vif_id(9))


@pytest.mark.parametrize('iface_id', [None, vif_id(9)], ids=['nobody', 'another VIF'])
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_port_of_our_name_on_another_bridge_without_our_id_is_left(lab, verb, iface_id):
    lab.add_bridge('br-ex')
    foreign_port(lab, TAP, 'br-ex', iface_id)
    refused(lab, verb, ovs_vif(1, create_tap=True), TAP)


def test_our_port_on_another_bridge_is_moved_by_plug(lab):
    lab.add_bridge('br-ex')
    foreign_port(lab, TAP, 'br-ex', vif_id(1))
    lab.plug(ovs_vif(1))
    assert lab.vsctl('port-to-br', TAP).strip() == 'br-int'
    assert lab.vsctl('list-ports', 'br-ex') == ''
    assert len([p for p in lab.db.select('Port') if p['name'] == TAP]) == 1


@pytest.mark.parametrize('doc, name', [(ovs_vif(1), TAP), (hybrid_vif(1), device(1, 'qvo'))],
                         ids=['direct', 'hybrid'])
def test_our_port_on_another_bridge_is_removed_by_unplug(lab, doc, name):
    lab.add_bridge('br-ex')
    before = lab.snapshot()
    foreign_port(lab, name, 'br-ex', vif_id(1))
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


def test_port_without_an_owner_on_our_bridge_becomes_ours(lab):
    foreign_port(lab, TAP, iface_id=None)
    lab.plug(ovs_vif(1))
    ids = lab.db.row('Interface', TAP)['external_ids']
    assert ids['iface-id'] == vif_id(1) and ids['x'] == 'y'


# ---------------------------------------------------------------- links

def test_unplug_refuses_to_delete_a_network_card(lab):
    lab.ip('link', 'add', 'eth0', 'type', 'ifb')
    refused(lab, 'unplug', ovs_vif(1, vif_name='eth0'), 'eth0')


def test_unplug_takes_our_port_off_a_network_card_and_leaves_the_card(lab):
    lab.ip('link', 'add', 'eth0', 'type', 'ifb')
    before = lab.snapshot()
    foreign_port(lab, 'eth0', iface_id=vif_id(1))
    lab.unplug(ovs_vif(1, vif_name='eth0'))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('kind', ['bridge', 'vxlan'])
def test_unplug_refuses_to_delete_a_device_of_another_kind(lab, kind):
    more = ['id', '7', 'dstport', '4789'] if kind == 'vxlan' else []
    lab.ip('link', 'add', TAP, 'type', kind, *more)
    refused(lab, 'unplug', ovs_vif(1), TAP)


@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_tap_that_says_it_is_another_vifs_is_left(lab, verb):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.ip('link', 'set', TAP, 'alias', 'vif ' + vif_id(9))
    refused(lab, verb, ovs_vif(1, create_tap=True), TAP, vif_id(9))


@pytest.mark.parametrize('name, kind', [(device(1, 'qbr'), 'ifb'), (device(1, 'qvo'), 'ifb'),
                                        (device(1, 'qvb'), 'bridge')])
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_hybrid_name_taken_by_a_device_of_another_kind_is_left(lab, verb, name, kind):
    lab.ip('link', 'add', name, 'type', kind)
    refused(lab, verb, hybrid_vif(1), name)


def test_unplug_deletes_a_tap_whoever_made_it(lab):
    before = lab.snapshot()
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.unplug(ovs_vif(1))
    assert_same(before, lab.snapshot())
