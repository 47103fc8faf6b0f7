# SPDX-License-Identifier: Apache-2.0
"""vifctl list: every VIF of the host, whoever plugged it."""
import re

import pytest

from lab import wait_until
from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, ovs_vif, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)


def listed(lab, *options):
    """{port (or device): VIF}"""
    vifs = lab.vifctl('list', options=['--json', *options]).json['vifs']
    return {vif['port'] or vif['device']: vif for vif in vifs}


def add_port(lab, name, bridge='br-int', kind='internal', **ids):
    """A port as a person or another program makes it."""
    lab.vsctl('add-port', bridge, name, '--', 'set', 'Interface', name, 'type=' + kind,
              *('external_ids:%s="%s"' % pair for pair in ids.items()))


def test_nothing_is_listed_where_nothing_is_plugged(lab):
    done = lab.vifctl('list')
    assert re.fullmatch(r'ID +TYPE +INSTANCE +BRIDGE +PORT +OFPORT +STATE\n', done.out)
    assert listed(lab) == {}


def test_person_reads_a_table(lab):
    lab.plug(ovs_vif(1, create_tap=True), hybrid_vif(2), ovs_vif(3))
    head, *lines = lab.vifctl('list').out.splitlines()
    assert head.split() == ['ID', 'TYPE', 'INSTANCE', 'BRIDGE', 'PORT', 'OFPORT', 'STATE']
    ofport = {name: str(lab.db.row('Interface', name)['ofport'])
              for name in (device(1), device(2, 'qvo'))}
    assert [line.split() for line in lines] == [
        [vif_id(2), 'VIFBridge', instance_id(2), 'br-int', device(2, 'qvo'),
         ofport[device(2, 'qvo')], 'plugged'],
        [vif_id(1), 'VIFOpenVSwitch', instance_id(1), 'br-int', device(1),
         ofport[device(1)], 'plugged'],
        [vif_id(3), 'VIFOpenVSwitch', instance_id(3), 'br-int', device(3), '-', 'waiting'],
    ]
    for column in head.split():       # columns stand under their heads
        at = head.index(column)
        assert all(line[at] != ' ' and (at == 0 or line[at - 1] == ' ') for line in lines)


def test_program_reads_json(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    assert listed(lab) == {device(1): {
        'id': vif_id(1), 'iface_id': vif_id(1), 'type': 'VIFOpenVSwitch',
        'instance': instance_id(1), 'bridge': 'br-int', 'port': device(1), 'device': device(1),
        'address': mac(1), 'state': 'plugged',
        'ofport': lab.db.row('Interface', device(1))['ofport']}}


def test_vif_of_two_ids_is_known_by_its_own(lab):
    """The links bear the VIF's id, the port the interface_id of its profile."""
    doc = ovs_vif(1, create_tap=True)
    doc['vif']['port_profile']['interface_id'] = vif_id(9)
    lab.plug(doc)
    vif = listed(lab)[device(1)]
    assert (vif['id'], vif['iface_id']) == (vif_id(1), vif_id(9))


def test_tap_on_a_bridge_of_its_own(lab):
    config = lab.config('[os_vif_ovs]\nper_port_bridge = true\n')
    lab.plug(ovs_vif(1, create_tap=True, datapath_type='netdev'), options=[config])
    (vif,) = listed(lab).values()
    assert (vif['type'], vif['device'], vif['bridge'], vif['state']) == (
        'VIFOpenVSwitch', device(1), 'br-int', 'plugged')


def test_port_of_someone_else_is_listed(lab):
    add_port(lab, 'pod1', **{'iface-id': 'default_pod1'})
    add_port(lab, 'plain1')
    assert list(listed(lab)) == ['pod1']
    vif = listed(lab)['pod1']
    assert (vif['id'], vif['type'], vif['instance']) == ('default_pod1', '', '')


def test_failure_is_listed_with_the_words_of_ovs_vswitchd(lab):
    add_port(lab, 'vhu1', kind='dpdkvhostuserclient', **{'iface-id': vif_id(1)})
    wait_until(lambda: listed(lab)['vhu1']['state'] == 'failed', what='ovs-vswitchd says it')
    vif = listed(lab)['vhu1']
    assert vif['type'] == 'VIFVHostUser' and vif['error']
    line = lab.vifctl('list').out.splitlines()[1]
    assert line.endswith('failed: ' + vif['error'])


@NO_SWITCH
def test_port_nobody_has_taken_up_is_pending(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    assert listed(lab)[device(1)]['state'] == 'pending'


def test_links_without_a_port_are_unconnected(lab):
    lab.plug(hybrid_vif(1), hybrid_vif(2), ovs_vif(3, create_tap=True))
    lab.vsctl('del-port', device(1, 'qvo'), '--', 'del-port', device(3))
    vifs = listed(lab)
    assert {name: vif['state'] for name, vif in vifs.items()} == {
        device(1, 'qbr'): 'unconnected', device(2, 'qvo'): 'plugged', device(3): 'unconnected'}
    assert vifs[device(1, 'qbr')]['id'] == vif_id(1)
    assert vifs[device(1, 'qbr')]['type'] == 'VIFBridge'
    assert vifs[device(3)]['type'] == 'VIFOpenVSwitch'


@pytest.mark.parametrize('options, ports', [
    (['--instance=' + instance_id(1)], [device(1)]),
    (['--instance=' + instance_id(1).upper()], [device(1)]),
    (['--instance=' + instance_id(7)], []),
    (['--bridge=br-int'], [device(1), device(2)]),
    (['--bridge=br-two'], [device(3)]),
    (['--bridge=br-none'], []),
    (['--state=waiting'], [device(2)]),
    (['--state=plugged', '--bridge=br-two'], [device(3)]),
    (['--state=waiting', '--bridge=br-two'], []),
])
def test_filters(lab, options, ports):
    lab.add_bridge('br-two')
    lab.plug(ovs_vif(1, create_tap=True), ovs_vif(2), ovs_vif(3, create_tap=True, bridge='br-two'))
    assert sorted(listed(lab, *options)) == ports


def test_state_there_is_not(lab):
    done = lab.vifctl('list', options=['--state=gone'], status=2)
    assert 'expected plugged, waiting, pending, failed or unconnected, got gone' in done.err


def test_operand_is_refused(lab):
    assert 'list takes no operand: x' in lab.vifctl('list', 'x', status=2).err


def test_database_out_of_reach(lab):
    done = lab.vifctl('list', ovsdb='unix:' + lab.path('none.sock'), status=4)
    assert lab.path('none.sock') in done.line()


def test_what_others_wrote_cannot_steer_a_terminal(lab):
    add_port(lab, 'evil1', **{'iface-id': 'x'})
    lab.db.transact({'op': 'update', 'table': 'Interface', 'where': [['name', '==', 'evil1']],
                     'row': {'external_ids': ['map', [['iface-id', 'a\033[31mb\nc']]]}})
    done = lab.vifctl('list')
    assert '\033' not in done.out and len(done.out.splitlines()) == 2
    assert r'a\x1b[31mb\x0ac' in done.out
    assert listed(lab)['evil1']['id'] == 'a\033[31mb\nc'


@pytest.mark.alone
def test_listing_changes_nothing(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    before = lab.snapshot()
    done = lab.vifctl('list', options=['-v'])
    assert re.search(r'1 database requests \(0 with writes\)', done.err)
    assert_same(before, lab.snapshot())
