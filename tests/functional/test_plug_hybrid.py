# SPDX-License-Identifier: Apache-2.0
"""VIFBridge, the hybrid plug: tap - Linux bridge qbr - veth qvb/qvo - integration bridge."""
import pytest

from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, qos_id, versioned, vif_id

QBR, QVB, QVO, TAP = (device(1, prefix) for prefix in ('qbr', 'qvb', 'qvo', 'tap'))
NO_SWITCH = pytest.mark.lab(vswitchd=False)
NO_BRIDGE = pytest.mark.lab(vswitchd=False, bridge=None)
SYSCTLS = {'ipv6.disable_ipv6': '1', 'ipv4.arp_ignore': '1', 'ipv4.arp_announce': '2'}


def state_of(lab):
    """The snapshot without the addresses the kernel makes up, and without the alias: a link that is
    there without one (os-vif's have none) is left so."""
    snapshot = lab.snapshot()
    for name in (QBR, QVB, QVO):
        snapshot['links'].get(name, {}).pop('address', None)
        snapshot['links'].get(name, {}).pop('alias', None)
    return snapshot


@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
def test_plug_and_unplug(lab, form):
    before = lab.snapshot()
    result = lab.plug(form(hybrid_vif(1, mtu=1442)), options=['--json']).result
    assert result['state'] == 'plugged' and result['name'] == QBR and result['ofport'] > 0
    state = lab.snapshot()
    assert state['database']['Interface'][QVO]['external_ids'] == {
        'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1),
        'vm-uuid': instance_id(1)}
    lab.unplug(form(hybrid_vif(1, mtu=1442)))
    assert_same(before, lab.snapshot(), 'unplug leaves what was there before')


@NO_SWITCH
def test_every_attribute_of_the_links(lab):
    lab.plug(hybrid_vif(1, mtu=1442))
    links = lab.links()
    qbr = dict(links[QBR], address=None)
    assert qbr == {'kind': 'bridge', 'mtu': 1442, 'up': True, 'alias': 'vif ' + vif_id(1),
                   'ageing_time': 0, 'stp_state': 0, 'mcast_snooping': 0, 'forward_delay': 0,
                   'address': None}
    for name, peer in ((QVB, QVO), (QVO, QVB)):
        link = links[name]
        assert link['kind'] == 'veth' and link['peer'] == peer
        assert link['up'] and link['promisc'] and link['mtu'] == 1442
        assert link['alias'] == 'vif ' + vif_id(1)
    assert links[QVB]['master'] == QBR and 'master' not in links[QVO]
    assert lab.snapshot()['sysctls'][QBR] == SYSCTLS


@NO_SWITCH
def test_linux_bridge_never_speaks_ipv6(lab):
    lab.plug(hybrid_vif(1))
    assert lab.ip('-6', 'addr', 'show', 'dev', QBR) == ''


@NO_SWITCH
def test_port_has_qos_and_isolation(lab):
    lab.plug(hybrid_vif(1), options=[lab.config('[os_vif_ovs]\nisolate_vif = true\n')])
    port = lab.db.row('Port', QVO)
    assert (port['tag'], port['vlan_mode'], port['trunks']) == (4095, 'trunk', 4095)
    assert [q['external_ids']['id'] for q in lab.db.select('QoS')] == [qos_id(QVO)]


@NO_SWITCH
def test_linux_bridge_may_have_any_name(lab):
    before = lab.snapshot()
    lab.plug(hybrid_vif(1, bridge_name='brq-of-mine'))
    assert lab.links()[QVB]['master'] == 'brq-of-mine'
    lab.unplug(hybrid_vif(1, bridge_name='brq-of-mine'))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_new_mtu_reaches_both_ends_of_the_pair(lab):
    lab.plug(hybrid_vif(1, mtu=1442))
    lab.plug(hybrid_vif(1, mtu=9000))
    links = lab.links()
    assert links[QVB]['mtu'] == links[QVO]['mtu'] == 9000


@NO_SWITCH
def test_tap_of_the_guest_is_left_without_a_master(lab):
    lab.plug(hybrid_vif(1))
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.ip('link', 'set', TAP, 'master', QBR, 'up')
    lab.unplug(hybrid_vif(1))
    links = lab.links()
    assert QBR not in links and QVB not in links and QVO not in links
    assert 'master' not in links[TAP]


HEALS = {
    'port removed': [['ovs', 'del-port', QVO]],
    'bridge row removed': [['ovs', 'del-br', 'br-int']],
    'ids removed': [['ovs', 'clear', 'Interface', QVO, 'external_ids']],
    'address changed': [['ovs', 'set', 'Interface', QVO, 'external_ids:attached-mac="x"']],
    'pair removed': [['link', 'del', QVO]],
    'Linux bridge removed': [['link', 'del', QBR]],
    'all links removed': [['link', 'del', QVO], ['link', 'del', QBR]],
    'stale qvo with another peer': [['link', 'del', QVO], ['link', 'add', QVO, 'type', 'veth',
                                                           'peer', 'name', 'stranger']],
    'stale qvb with another peer': [['link', 'del', QVB], ['link', 'add', QVB, 'type', 'veth',
                                                           'peer', 'name', 'stranger']],
    'both ends stale': [['link', 'del', QVB],
                        ['link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'stranger'],
                        ['link', 'add', QVO, 'type', 'veth', 'peer', 'name', 'stranger2']],
    'Linux bridge made by another program': [
        ['link', 'del', QBR],
        ['link', 'add', QBR, 'type', 'bridge', 'stp_state', '1', 'ageing_time', '30000',
         'mcast_snooping', '1', 'forward_delay', '1500']],
    'Linux bridge with other settings': [
        ['link', 'set', QBR, 'type', 'bridge', 'stp_state', '1', 'ageing_time', '30000',
         'mcast_snooping', '1', 'forward_delay', '1500']],
    'qvb not enslaved': [['link', 'set', QVB, 'nomaster']],
    'qvb enslaved elsewhere': [['link', 'add', 'other', 'type', 'bridge'],
                               ['link', 'set', QVB, 'master', 'other'], ],
    'links down': [['link', 'set', name, 'down'] for name in (QVO, QVB, QBR)],
    'promiscuous mode off': [['link', 'set', QVO, 'promisc', 'off']],
    'wrong MTU': [['link', 'set', name, 'mtu', '1300'] for name in (QVO, QVB)],
    'wrong sysctls': [['sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=0' % QBR,
                       'net.ipv4.conf.%s.arp_ignore=0' % QBR,
                       'net.ipv4.conf.%s.arp_announce=0' % QBR]],
}


@NO_BRIDGE
@pytest.mark.parametrize('harm', HEALS)
def test_plug_mends(lab, harm):
    lab.plug(hybrid_vif(1, mtu=1442))
    plugged = state_of(lab)
    for tool, *words in HEALS[harm]:
        if tool == 'ovs':
            lab.vsctl(*words)
        else:
            lab.run(*(['ip', 'link'] if tool == 'link' else [tool]), *words)
    result = lab.plug(hybrid_vif(1, mtu=1442), options=['--json']).result
    assert result['changed'] is True
    mended = state_of(lab)
    mended['links'].pop('other', None)       # a bridge this test made, and nobody's to delete
    mended['sysctls'].pop('other', None)
    # the end of a pair that was replaced goes with it
    assert_same(plugged, mended, 'plug mends what is wrong')
    again = lab.plug(hybrid_vif(1, mtu=1442), options=['--json']).result
    assert again['changed'] is False


HALVES = {
    'port removed': [['ovs', 'del-port', QVO]],
    'pair removed': [['link', 'del', QVO]],
    'Linux bridge removed': [['link', 'del', QBR]],
    'both removed, port left': [['link', 'del', QVO], ['link', 'del', QBR]],
}


@NO_SWITCH
@pytest.mark.parametrize('harm', HALVES)
def test_unplug_removes_whatever_half_is_there(lab, harm):
    before = lab.snapshot()
    lab.plug(hybrid_vif(1))
    for tool, *words in HALVES[harm]:
        lab.vsctl(*words) if tool == 'ovs' else lab.ip('link', *words)
    lab.unplug(hybrid_vif(1))
    left = lab.snapshot()
    if harm == 'port removed':           # the QoS row was left behind by ovs-vsctl, and goes too
        assert left['database'].get('QoS') == {}
    assert_same(before, left)


def test_pair_made_again_under_its_port_works(lab):
    lab.plug(hybrid_vif(1))
    lab.ip('link', 'del', QVO)
    lab.settle()
    result = lab.plug(hybrid_vif(1), options=['--json']).result
    assert result['state'] == 'plugged' and result['ofport'] > 0
    assert lab.db.row('Interface', QVO)['ofport'] > 0
