# SPDX-License-Identifier: Apache-2.0
"""per_port_bridge: each port of a VIFOpenVSwitch on a bridge of its own, joined by patch ports."""
import pytest

from state import assert_same
from test_kill import comparable, every_point
from vifs import device, instance_id, mac, ovs_vif, qos_id, vif_id
from watch import traced

pytestmark = pytest.mark.lab(vswitchd=False)
TAP, OWN, INNER, OUTER = device(1), device(1, 'pb'), 'pbp' + vif_id(1), 'ibp' + vif_id(1)
IDS = {'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1),
       'vm-uuid': instance_id(1)}
DOC = ovs_vif(1, create_tap=True)
ALL_WAYS = pytest.mark.parametrize('doc', [ovs_vif(1), DOC, ovs_vif(1, create_port=False)],
                                   ids=['port', 'port and tap', 'no create_port'])


def conf(lab, on=True, more=''):
    return [lab.config('[os_vif_ovs]\nper_port_bridge = %s\n%s' % (on, more),
                       'on.conf' if on else 'off.conf')]


def rows(lab, table):
    return lab.snapshot()['database'][table]


@ALL_WAYS
def test_plug_and_unplug(lab, doc):
    before = lab.snapshot()
    result = lab.plug(doc, options=[*conf(lab), '--json']).result
    assert result['name'] == TAP
    bridges, ports, interfaces = (rows(lab, t) for t in ('Bridge', 'Port', 'Interface'))
    assert set(bridges[OWN]['ports']) == {OWN, TAP, INNER}
    assert set(bridges['br-int']['ports']) == {'br-int', OUTER}
    assert (interfaces[INNER]['type'], interfaces[INNER]['options']) == ('patch', {'peer': OUTER})
    assert (interfaces[OUTER]['type'], interfaces[OUTER]['options']) == ('patch', {'peer': INNER})
    assert interfaces[OUTER]['external_ids'] == IDS
    assert 'external_ids' not in interfaces[INNER] and 'external_ids' not in interfaces[TAP]
    assert all('tag' not in ports[name] for name in (TAP, INNER, OUTER))
    assert [q['external_ids']['id'] for q in lab.db.select('QoS')] == [qos_id(TAP)]
    lab.unplug(doc, options=conf(lab))
    assert_same(before, lab.snapshot(), 'the bridge of the network alone is left')


@pytest.mark.lab(vswitchd=True)
def test_port_works(lab):
    before = lab.snapshot()
    doc = ovs_vif(1, create_tap=True, datapath_type='netdev')
    result = lab.plug(doc, options=[*conf(lab), '--json']).result
    assert result['state'] == 'plugged' and result['ofport'] > 0
    for name in (TAP, INNER, OUTER):
        assert lab.db.row('Interface', name)['ofport'] > 0
    again = lab.plug(doc, options=[*conf(lab), '--json']).result
    assert again['state'] == 'plugged' and again['changed'] is False
    for on in (False, True, False):
        switched = lab.plug(doc, options=[*conf(lab, on), '--json']).result
        assert switched['changed'] is True and switched['ofport'] > 0
    lab.unplug(doc, options=conf(lab))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('bridge', ['br-int', 'tbr-1'])
def test_isolation(lab, bridge):
    before = lab.snapshot()
    doc = ovs_vif(1, bridge=bridge)
    options = conf(lab, more='isolate_vif = true\n')
    lab.plug(doc, options=options)
    ports = rows(lab, 'Port')
    assert (ports[TAP]['tag'], ports[TAP]['vlan_mode'], ports[TAP]['trunks']) == (
        4095, 'trunk', 4095)
    assert ports[OUTER]['tag'] == 4095 and 'vlan_mode' not in ports[OUTER]
    assert 'tag' not in ports[INNER]
    for name in (TAP, OUTER):
        lab.db.update('Port', name, tag=7, vlan_mode=['set', []], trunks=['set', []])
    bound = lab.snapshot()
    lab.plug(doc, options=options)
    assert_same(bound, lab.snapshot(), 'an agent owns the tags afterwards')
    lab.unplug(doc, options=options)
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('on', [False, True], ids=['off', 'on'])
def test_trunk_bridge_goes_and_takes_the_other_with_it(lab, on):
    before = lab.snapshot()
    doc = ovs_vif(1, bridge='tbr-1', create_tap=True)
    lab.plug(doc, options=conf(lab))
    lab.unplug(doc, options=conf(lab, on))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('datapath_type', ['netdev', 'system'])
def test_bridges_have_the_datapath_of_the_profile(lab, datapath_type):
    lab.vsctl('del-br', 'br-int')
    doc = ovs_vif(1, datapath_type=datapath_type, create_tap=True)
    lab.plug(doc, options=conf(lab))
    assert {lab.db.row('Bridge', b)['datapath_type'] for b in ('br-int', OWN)} == {datapath_type}
    assert len(lab.db.select('QoS')) == (datapath_type == 'system')


@ALL_WAYS
def test_second_plug_writes_nothing(lab, proxy, doc):
    options = [*conf(lab), '--json']
    lab.plug(doc, options=options)
    proxy.clear()
    again, changes = traced(lab, 'plug', doc, options=options)
    assert not changes and proxy.commits == [] and again.result['changed'] is False
    lab.unplug(doc, options=options)
    proxy.clear()
    again, changes = traced(lab, 'unplug', doc, options=options)
    assert not changes and proxy.commits == [] and again.result['changed'] is False


# ---------------------------------------------------------------- the option switched on and off

@pytest.mark.parametrize('doc', [ovs_vif(1), DOC], ids=['port', 'port and tap'])
@pytest.mark.parametrize('at_plug', [False, True], ids=['plug off', 'plug on'])
@pytest.mark.parametrize('at_replug', [None, False, True], ids=['', 'replug off', 'replug on'])
@pytest.mark.parametrize('at_unplug', [False, True], ids=['unplug off', 'unplug on'])
def test_option_switched_strands_nothing(lab, doc, at_plug, at_replug, at_unplug):
    before = lab.snapshot()
    lab.plug(doc, options=conf(lab, at_plug))
    if at_replug is not None:
        lab.plug(doc, options=conf(lab, at_replug))
        switched = lab.snapshot()
        again = lab.plug(doc, options=[*conf(lab, at_replug), '--json']).result
        assert again['changed'] is False
        lab.unplug(doc, options=conf(lab, at_replug))
        assert_same(before, lab.snapshot())
        lab.plug(doc, options=conf(lab, at_replug))
        assert_same(lab.snapshot(), switched, 'as if plugged so at once')
        lab.unplug(doc, options=conf(lab, not at_replug))
        assert_same(before, lab.snapshot())
        for on in (at_plug, at_replug):
            lab.plug(doc, options=conf(lab, on))
    lab.unplug(doc, options=conf(lab, at_unplug))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('plugged, unplugged', [(False, True), (True, False)],
                         ids=['switched on', 'switched off'])
def test_other_vifs_are_not_touched(lab, plugged, unplugged):
    docs = [ovs_vif(n, create_tap=True) for n in (1, 2)]
    lab.plug(docs[1], options=conf(lab, plugged))
    before = lab.snapshot()
    lab.plug(docs[0], options=conf(lab, plugged))
    lab.plug(docs[0], options=conf(lab, unplugged))
    lab.unplug(docs[0], options=conf(lab, plugged))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('to', [False, True], ids=['switched off', 'switched on'])
def test_switched_and_killed_then_plugged_and_unplugged(lab, to):
    path = lab.write('vif.json', ovs_vif(1, create_tap=True))
    before = lab.snapshot()
    options = {on: conf(lab, on) for on in (False, True)}

    class Switched:
        """every_point() runs vifctl by this, with the option as it is to be."""
        path, history = lab.path, lab.history

        @staticmethod
        def vifctl(verb, *files, **arguments):
            return lab.vifctl(verb, *files, options=options[to], **arguments)

    lab.plug(path, options=options[to])
    expected = comparable(lab.snapshot())
    lab.unplug(path, options=options[to])
    lab.plug(path, options=options[not to])
    for n in every_point(Switched, 'plug', path):
        lab.plug(path, options=options[to])
        assert_same(expected, comparable(lab.snapshot()), 'plug after a kill at %s' % n)
        lab.unplug(path, options=options[not to])
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)
        lab.plug(path, options=options[not to])


# ---------------------------------------------------------------- halves

HARMS = {
    'own bridge': ['del-br', OWN], 'inner patch': ['del-port', INNER],
    'outer patch': ['del-port', OUTER], 'tap port': ['del-port', TAP],
    'network bridge': ['del-br', 'br-int'],
    'ids': ['clear', 'Interface', OUTER, 'external_ids'],
    'peer': ['set', 'Interface', INNER, 'options:peer=stranger'],
    'type': ['set', 'Interface', OUTER, 'type=internal'],
}


@pytest.mark.parametrize('harm', HARMS)
def test_plug_mends(lab, harm):
    lab.db.update('Bridge', 'br-int', datapath_type='system')
    lab.plug(DOC, options=conf(lab))
    plugged = lab.snapshot()
    lab.vsctl(*HARMS[harm])
    assert lab.plug(DOC, options=[*conf(lab), '--json']).result['changed'] is True
    assert_same(plugged, lab.snapshot())


@pytest.mark.parametrize('on', [False, True], ids=['off', 'on'])
@pytest.mark.parametrize('harm', [h for h in HARMS if h not in ('network bridge', 'type')])
def test_unplug_removes_whatever_half_is_there(lab, harm, on):
    before = lab.snapshot()
    lab.plug(DOC, options=conf(lab))
    lab.vsctl(*HARMS[harm])
    lab.unplug(DOC, options=conf(lab, on))
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- conflicts and refusals

@pytest.mark.parametrize('verb, on', [('plug', True), ('unplug', True), ('unplug', False)])
def test_patch_port_of_another_vif_is_left(lab, verb, on):
    lab.vsctl('add-port', 'br-int', OUTER, '--', 'set', 'Interface', OUTER, 'type=patch',
              'external_ids:iface-id=' + vif_id(9))
    before = lab.snapshot()
    failed = lab.vifctl(verb, DOC, status=3, options=conf(lab, on))
    assert OUTER in failed.line() and vif_id(9) in failed.line()
    assert_same(before, lab.snapshot())


def without_room_for_ports(schema):
    schema['tables']['Port']['maxRows'] = 2


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
def test_refused_transaction_leaves_nothing(lab):
    before = lab.snapshot()
    failed = lab.plug(DOC, status=3, options=conf(lab))
    assert 'rows' in failed.line()
    assert_same(before, lab.snapshot())


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
def test_refused_switch_leaves_what_was_there(lab):
    lab.plug(DOC, options=conf(lab, False))
    before = lab.snapshot()
    failed = lab.plug(DOC, status=3, options=conf(lab))
    assert 'rows' in failed.line()
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- legacy hybrid pieces

@pytest.mark.parametrize('on', [False, True], ids=['off', 'on'])
def test_legacy_hybrid_pieces_go_in_the_same_unplug(lab, proxy, on):
    before = lab.snapshot()
    lab.plug(DOC, options=conf(lab, on))
    qbr, qvb, qvo = (device(1, prefix) for prefix in ('qbr', 'qvb', 'qvo'))
    lab.ip('link', 'add', qbr, 'type', 'bridge')
    lab.ip('link', 'add', qvb, 'type', 'veth', 'peer', 'name', qvo)
    lab.ip('link', 'set', qvb, 'master', qbr)
    lab.vsctl('add-port', 'br-int', qvo, '--', 'set', 'Interface', qvo,
              'external_ids:iface-id=' + vif_id(1), '--', '--id=@q', 'create', 'QoS',
              'type=linux-noop', 'external_ids:id=' + qos_id(qvo), '--',
              'set', 'Port', qvo, 'qos=@q')
    proxy.clear()
    lab.unplug(DOC, options=conf(lab, on))
    assert len(proxy.commits) == 1, 'one transaction for both'
    assert_same(before, lab.snapshot())
