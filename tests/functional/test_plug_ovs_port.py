# SPDX-License-Identifier: Apache-2.0
"""VIFOpenVSwitch: what a new port carries, the dead VLAN of isolation and QoS."""
import pytest

from state import assert_same
from test_plug_ovs import NO_BRIDGE, NO_SWITCH, TAP, port
from vifs import ovs_vif, qos_id

# ---------------------------------------------------------------- isolation

ISOLATE = '[os_vif_ovs]\nisolate_vif = True\n'


@NO_SWITCH
def test_isolated_port_carries_the_dead_vlan(lab):
    lab.plug(ovs_vif(1), options=[lab.config(ISOLATE)])
    assert (port(lab)['tag'], port(lab)['vlan_mode'], port(lab)['trunks']) == (
        4095, 'trunk', 4095)


@NO_SWITCH
def test_agent_that_tags_an_isolated_port_is_not_overruled(lab):
    options = [lab.config(ISOLATE)]
    lab.plug(ovs_vif(1), options=options)
    lab.db.update('Port', TAP, tag=7, vlan_mode=['set', []], trunks=['set', []],
                  other_config=['map', [['net_uuid', 'x']]])
    bound = lab.snapshot()
    lab.plug(ovs_vif(1), options=options)
    assert_same(bound, lab.snapshot())


@NO_SWITCH
def test_isolation_turned_on_later_leaves_ports_that_are_there(lab):
    lab.plug(ovs_vif(1))
    plugged = lab.snapshot()
    lab.plug(ovs_vif(1), options=[lab.config(ISOLATE)])
    assert_same(plugged, lab.snapshot())


@NO_SWITCH
def test_port_of_a_trunk_bridge_is_not_isolated(lab):
    lab.plug(ovs_vif(1, bridge='tbr-1'), options=[lab.config(ISOLATE)])
    assert 'tag' not in port(lab) and 'trunks' not in port(lab)


# ---------------------------------------------------------------- QoS

def qos_rows(lab):
    return [(row['type'], row['external_ids']) for row in lab.db.select('QoS')]


@NO_SWITCH
@pytest.mark.parametrize('kind', [None, 'linux-htb', 'linux-hfsc', 'linux-sfq', 'linux-codel',
                                  'linux-fq_codel', 'linux-noop'])
def test_port_gets_the_qos_row_of_the_option(lab, kind):
    conf = lab.config('[os_vif_ovs]\n' + ('default_qos_type = %s\n' % kind if kind else ''))
    lab.plug(ovs_vif(1), options=[conf])
    kind = kind or 'linux-noop'
    assert qos_rows(lab) == [(kind, {'id': qos_id(TAP), '_type': kind})]
    assert port(lab)['qos'].startswith(kind)
    lab.unplug(ovs_vif(1), options=[conf])
    assert qos_rows(lab) == []


@NO_SWITCH
def test_qos_does_not_leak_when_the_option_changes(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1), options=[lab.config('[os_vif_ovs]\ndefault_qos_type = linux-htb\n')])
    lab.plug(ovs_vif(1))
    assert [kind for kind, _ in qos_rows(lab)] == ['linux-htb']
    lab.unplug(ovs_vif(1))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_every_qos_row_with_our_id_goes(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1))
    for kind in ('linux-htb', 'linux-sfq'):
        lab.db.transact({'op': 'insert', 'table': 'QoS', 'row': {
            'type': kind, 'external_ids': ['map', [['id', qos_id(TAP)], ['_type', kind]]]}})
    lab.unplug(ovs_vif(1))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_qos_of_an_agent_survives_plug_and_unplug(lab):
    lab.plug(ovs_vif(1))
    lab.vsctl('--id=@q', 'create', 'QoS', 'type=linux-htb', 'external_ids:agent=ml2', '--',
              'set', 'Port', TAP, 'qos=@q')
    bound = lab.snapshot()
    lab.plug(ovs_vif(1))
    assert_same(bound, lab.snapshot())
    lab.unplug(ovs_vif(1))
    assert qos_rows(lab) == [('linux-htb', {'agent': 'ml2'})]


@NO_BRIDGE
def test_port_of_a_userspace_datapath_gets_no_qos(lab):
    lab.plug(ovs_vif(1, datapath_type='netdev', create_tap=True))
    assert qos_rows(lab) == []
