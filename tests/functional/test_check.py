# SPDX-License-Identifier: Apache-2.0
"""vifctl check: whatever a person breaks by hand is told in words and mended by --repair; what
agents own is shown and not judged; and looking changes nothing."""
import json

import pytest

from lab import NOBODY, wait_until
from nic import hostdev_vif, nic_with_vf3, pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, ovs_vif, vif_id
from watch import traced

TAP, QBR, QVB, QVO, OWN, VHU = (device(1, prefix)
                                for prefix in ('tap', 'qbr', 'qvb', 'qvo', 'pb', 'vhu'))
INNER, OUTER = 'pbp' + vif_id(1), 'ibp' + vif_id(1)
NO_SWITCH = pytest.mark.lab(vswitchd=False)
DIRECT, HYBRID = ovs_vif(1, create_tap=True, mtu=1442), hybrid_vif(1, mtu=1442)
PORT = ovs_vif(1)


def harm(lab, commands):
    for tool, *words in commands:
        if tool == 'ovs':
            lab.vsctl(*words)
        else:
            lab.run(*(['ip', tool] if tool in ('link', 'tuntap') else [tool]), *words)


def judged(text):
    """The lines of a person's report that count."""
    return [line for line in text.splitlines() if line[:2] == '  ' and line[2] != ' ']


def seen_and_mended(lab, doc, lines, options=()):
    """The drift is told in exactly these lines, mended, and then there is none."""
    name = lab.plug(doc, options=[*options, '--dry-run', '--json']).result['name']
    found = lab.vifctl('check', doc, options=options, status=1)
    assert judged(found.out) == ['  ' + line for line in lines], found.out
    assert found.out.startswith('%s %s on br-int: drifted\n' % (vif_id(1), name))
    assert found.err == ''
    mended = lab.vifctl('check', doc, options=[*options, '--repair'])
    assert mended.out.startswith('mended %s %s:\n' % (vif_id(1), name)), mended.out
    assert judged(mended.out) == judged(found.out)
    clean(lab, doc, options)


def clean(lab, doc, options=()):
    done = lab.vifctl('check', doc, options=options)
    assert len(done.out.splitlines()) == 1 and ': as described' in done.out, done.out
    before = lab.snapshot()
    again = lab.vifctl('check', doc, options=[*options, '--repair', '--json']).result
    assert again['changed'] is False and again['state'] in ('wired', 'waiting')
    assert_same(before, lab.snapshot(), 'there was nothing to mend')


# ---------------------------------------------------------------- what a person can break

TAP_DRIFTS = {
    'tap removed': ([['link', 'del', TAP]], ['+ tap %s: missing' % TAP]),
    'tap down': ([['link', 'set', TAP, 'down']], ['~ tap %s: state down, should be up' % TAP]),
    'MTU': ([['link', 'set', TAP, 'mtu', '1400']],
            ['~ tap %s: mtu 1400, should be 1442' % TAP]),
    'tap in a Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', TAP, 'master', 'br-x']],
        ['~ tap %s: master br-x, should be none' % TAP]),
    'port removed': ([['ovs', 'del-port', TAP]], ['+ port %s on bridge br-int: missing' % TAP]),
    'port on another bridge': (
        [['ovs', 'add-br', 'br-ex', '--', 'set', 'Bridge', 'br-ex', 'datapath_type=netdev'],
         ['ovs', 'del-port', TAP, '--', 'add-port', 'br-ex', TAP, '--', 'set', 'Interface', TAP,
          'external_ids:iface-id=' + vif_id(1), 'external_ids:iface-status=active',
          'external_ids:attached-mac="%s"' % mac(1), 'external_ids:vm-uuid=' + instance_id(1)]],
        ['~ port %s: bridge br-ex, should be br-int' % TAP]),
    'all ids removed': (
        [['ovs', 'clear', 'Interface', TAP, 'external_ids']],
        ['~ interface %s: no external_ids:attached-mac, should be %s' % (TAP, mac(1)),
         '~ interface %s: no external_ids:iface-id, should be %s' % (TAP, vif_id(1)),
         '~ interface %s: no external_ids:iface-status, should be active' % TAP,
         '~ interface %s: no external_ids:vm-uuid, should be %s' % (TAP, instance_id(1))]),
    'another address in the ids': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:attached-mac=x']],
        ['~ interface %s: external_ids:attached-mac x, should be %s' % (TAP, mac(1))]),
    'inactive': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:iface-status=inactive']],
        ['~ interface %s: external_ids:iface-status inactive, should be active' % TAP]),
    'another instance': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:vm-uuid=' + vif_id(9)]],
        ['~ interface %s: external_ids:vm-uuid %s, should be %s' % (
            TAP, vif_id(9), instance_id(1))]),
    'a request that a reopening left': (
        [['ovs', 'set', 'Interface', TAP, 'ofport_request=40001']],
        ['~ interface %s: ofport_request 40001, should be none' % TAP]),
    'leftovers of a bridge per port': (
        [['ovs', 'add-br', OWN, '--', 'set', 'Bridge', OWN, 'datapath_type=netdev', '--',
          'add-port', OWN, INNER, '--', 'set', 'Interface', INNER, 'type=patch',
          'options:peer=' + OUTER, '--', 'add-port', 'br-int', OUTER, '--', 'set', 'Interface',
          OUTER, 'type=patch', 'options:peer=' + INNER, 'external_ids:iface-id=' + vif_id(1)]],
        ['- bridge %s: in the way' % OWN, '- port %s, bridge br-int: in the way' % OUTER]),
}

HYBRID_DRIFTS = {
    'pair removed': ([['link', 'del', QVO]], ['+ veth %s/%s: missing' % (QVB, QVO)]),
    'Linux bridge removed': (
        [['link', 'del', QBR]],
        ['+ Linux bridge %s: missing' % QBR,
         '~ veth %s: no master, should be %s' % (QVB, QBR)]),
    'Linux bridge down': ([['link', 'set', QBR, 'down']],
                          ['~ Linux bridge %s: state down, should be up' % QBR]),
    'Linux bridge with other settings': (
        [['link', 'set', QBR, 'type', 'bridge', 'stp_state', '1', 'ageing_time', '30000',
          'mcast_snooping', '1', 'forward_delay', '1500']],
        ['~ Linux bridge %s: ageing time 30000, should be 0' % QBR,
         '~ Linux bridge %s: forward delay 1500, should be 0' % QBR,
         '~ Linux bridge %s: stp 1, should be 0' % QBR,
         '~ Linux bridge %s: multicast snooping 1, should be 0' % QBR]),
    'Linux bridge speaks IPv6 and answers ARP': (
        [['sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=0' % QBR,
          'net.ipv4.conf.%s.arp_ignore=0' % QBR, 'net.ipv4.conf.%s.arp_announce=0' % QBR]],
        ['~ Linux bridge %s: disable_ipv6 0, should be 1' % QBR,
         '~ Linux bridge %s: arp_ignore 0, should be 1' % QBR,
         '~ Linux bridge %s: arp_announce 0, should be 2' % QBR]),
    'qvb not in the Linux bridge': ([['link', 'set', QVB, 'nomaster']],
                                    ['~ veth %s: no master, should be %s' % (QVB, QBR)]),
    'qvb in another Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', QVB, 'master', 'br-x']],
        ['~ veth %s: master br-x, should be %s' % (QVB, QBR)]),
    'qvo in a Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', QVO, 'master', 'br-x']],
        ['~ veth %s: master br-x, should be none' % QVO]),
    'qvb with another peer': (
        [['link', 'del', QVB], ['link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'stranger']],
        ['- veth %s, peer stranger: in the way' % QVB, '+ veth %s/%s: missing' % (QVB, QVO)]),
    'both ends with other peers': (
        [['link', 'del', QVB], ['link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'stranger'],
         ['link', 'add', QVO, 'type', 'veth', 'peer', 'name', 'stranger2']],
        ['- veth %s, peer stranger: in the way' % QVB,
         '- veth %s, peer stranger2: in the way' % QVO, '+ veth %s/%s: missing' % (QVB, QVO)]),
    'both ends down': (
        [['link', 'set', QVB, 'down'], ['link', 'set', QVO, 'down']],
        ['~ veth %s: state down, should be up' % QVB,
         '~ veth %s: state down, should be up' % QVO]),
    'one end not promiscuous': (
        [['link', 'set', QVB, 'nomaster', 'promisc', 'off']],
        ['~ veth %s: no master, should be %s' % (QVB, QBR),
         '~ veth %s: promiscuous off, should be on' % QVB]),
    'MTU of one end': ([['link', 'set', QVB, 'mtu', '1300']],
                       ['~ veth %s: mtu 1300, should be 1442' % QVB]),
    'port of qvo removed': ([['ovs', 'del-port', QVO]],
                            ['+ port %s on bridge br-int: missing' % QVO]),
    'id of qvo': ([['ovs', 'remove', 'Interface', QVO, 'external_ids', 'vm-uuid']],
                  ['~ interface %s: no external_ids:vm-uuid, should be %s' % (
                      QVO, instance_id(1))]),
}

OWN_BRIDGE_DRIFTS = {
    'bridge of its own removed': (
        [['ovs', 'del-br', OWN]],
        ['+ bridge %s of datapath_type netdev: missing' % OWN,
         '+ port %s on bridge %s: missing' % (INNER, OWN),
         '+ port %s on bridge %s: missing' % (TAP, OWN)]),
    'outer patch port removed': ([['ovs', 'del-port', OUTER]],
                                 ['+ port %s on bridge br-int: missing' % OUTER]),
    'patch port with another peer': (
        [['ovs', 'set', 'Interface', INNER, 'options:peer=elsewhere']],
        ['~ interface %s: options:peer elsewhere, should be %s' % (INNER, OUTER)]),
    'patch port without a peer': (
        [['ovs', 'clear', 'Interface', OUTER, 'options']],
        ['~ interface %s: no options:peer, should be %s' % (OUTER, INNER),
         "! port %s: %s: patch type requires valid 'peer' argument" % (OUTER, OUTER)]),
    'patch port of another type': (
        [['ovs', 'set', 'Interface', OUTER, 'type=internal']],
        ['~ interface %s: type internal, should be patch' % OUTER]),
    'id of the VIF on the tap, too': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:iface-id=' + vif_id(1)]],
        ['~ interface %s: external_ids:iface-id %s, should be none' % (TAP, vif_id(1))]),
    'tap on the bridge of the network': (
        [['ovs', 'del-port', TAP, '--', 'add-port', 'br-int', TAP]],
        ['~ port %s: bridge br-int, should be %s' % (TAP, OWN)]),
    'iface-id of the patch port': (
        [['ovs', 'remove', 'Interface', OUTER, 'external_ids', 'iface-id']],
        ['~ interface %s: no external_ids:iface-id, should be %s' % (OUTER, vif_id(1))]),
}

VHOSTUSER_DRIFTS = {
    'path': ([['ovs', 'set', 'Interface', VHU, 'options:vhost-server-path=/x']],
             ['~ interface %s: options:vhost-server-path /x, should be /run/vhu1' % VHU]),
    'the other mode': (
        [['ovs', 'set', 'Interface', VHU, 'type=dpdkvhostuser', '--', 'clear', 'Interface', VHU,
          'options']],
        ['~ interface %s: type dpdkvhostuser, should be dpdkvhostuserclient' % VHU,
         '~ interface %s: no options:vhost-server-path, should be /run/vhu1' % VHU]),
    'MTU': ([['ovs', 'set', 'Interface', VHU, 'mtu_request=9000']],
            ['~ interface %s: mtu_request 9000, should be 1500' % VHU]),
    'no MTU': ([['ovs', 'clear', 'Interface', VHU, 'mtu_request']],
               ['~ interface %s: no mtu_request, should be 1500' % VHU]),
    'datapath of the bridge': (
        [['ovs', 'del-port', VHU, '--', 'set', 'Bridge', 'br-int', 'datapath_type=system']],
        ['~ bridge br-int: datapath_type system, should be netdev',
         '+ port %s on bridge br-int: missing' % VHU]),
}


def table(drifts):
    return pytest.mark.parametrize('commands, lines', drifts.values(), ids=list(drifts))


@table(TAP_DRIFTS)
def test_drift_of_a_tap(lab, commands, lines):
    lab.plug(DIRECT)
    harm(lab, commands)
    seen_and_mended(lab, DIRECT, lines)


def test_bridge_removed(lab):
    doc = ovs_vif(1, create_tap=True, datapath_type='netdev')
    lab.plug(doc)
    lab.vsctl('del-br', 'br-int')
    seen_and_mended(lab, doc, ['+ bridge br-int of datapath_type netdev: missing',
                               '+ port %s on bridge br-int: missing' % TAP])


@table(HYBRID_DRIFTS)
def test_drift_of_a_hybrid_plug(lab, commands, lines):
    lab.plug(HYBRID)
    harm(lab, commands)
    seen_and_mended(lab, HYBRID, lines)


@table(OWN_BRIDGE_DRIFTS)
def test_drift_of_a_bridge_per_port(lab, commands, lines):
    options = [lab.config('[os_vif_ovs]\nper_port_bridge = true\n')]
    doc = ovs_vif(1, create_tap=True, datapath_type='netdev')
    lab.plug(doc, options=options)
    harm(lab, commands)
    seen_and_mended(lab, doc, lines, options)


@NO_SWITCH
@table(VHOSTUSER_DRIFTS)
def test_drift_of_a_vhostuser_port(lab, commands, lines):
    doc = vhostuser_vif(1)
    pretend_dpdk(lab)
    lab.plug(doc)
    harm(lab, commands)
    seen_and_mended(lab, doc, lines)


@pytest.fixture
def nic(lab):
    return nic_with_vf3(lab)


@NO_SWITCH
@pytest.mark.parametrize('commands, lines', [
    ([['link', 'set', 'rep3', 'down']], ['~ device rep3: state down, should be up']),
    ([['link', 'set', 'rep3', 'mtu', '1400']], ['~ device rep3: mtu 1400, should be 1500']),
    ([['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', 'rep3', 'master', 'br-x']],
     ['~ device rep3: master br-x, should be none']),
    ([['ovs', 'del-port', 'rep3']], ['+ port rep3 on bridge br-int: missing']),
], ids=['down', 'MTU', 'in a Linux bridge', 'port removed'])
def test_drift_of_a_representor(lab, nic, commands, lines):
    doc = hostdev_vif(1, nic.vf(3))
    nic.plug(doc)
    harm(lab, commands)
    seen_and_mended(lab, doc, lines)


@NO_SWITCH
def test_representor_that_was_renamed_by_hand(lab, nic):
    doc = hostdev_vif(1, nic.vf(3), name='tap-of-nova')
    nic.plug(doc)
    lab.run('ip', 'link', 'set', 'tap-of-nova', 'down', 'name', 'rep3')
    nic.follow()
    found = lab.vifctl('check', doc, status=1)
    assert judged(found.out) == ['  ~ device rep3: name rep3, should be tap-of-nova',
                                 '  ~ device rep3: state down, should be up']
    lab.vifctl('check', doc, options=['--repair'])
    nic.follow()
    clean(lab, doc)


def test_tap_that_ovs_vswitchd_has_no_longer_open(lab):
    """It holds on to a former device of the same name; what it has open is promiscuous."""
    lab.plug(DIRECT)
    lab.stop('ovs-vswitchd')
    lab.ip('link', 'set', TAP, 'promisc', 'off')
    found = lab.vifctl('check', DIRECT, status=1)
    assert judged(found.out) == [
        '  ~ port %s: opened device a former one, should be the present one' % TAP]


# ---------------------------------------------------------------- what ovs-vswitchd says

def test_port_ovs_vswitchd_could_not_make(lab):
    """The row is as it should be, but this ovs-vswitchd has no DPDK."""
    doc = vhostuser_vif(1)
    lab.plug(doc, options=['--wait=none'])
    lab.settle()
    found = lab.vifctl('check', doc, status=1)
    line, = judged(found.out)
    assert line.startswith('  ! port %s: could not ' % VHU), line
    result = lab.vifctl('check', doc, options=['--json'], status=1).result
    complaint = result['differences'][0]
    assert (complaint['sign'], complaint['part'], complaint['attribute']) == (
        '!', 'port ' + VHU, 'error')
    assert line.endswith(complaint['is'])
    failed = lab.vifctl('check', doc, options=['--repair'], status=3)
    assert 'ovs-vswitchd could not make port %s: %s' % (VHU, complaint['is']) in failed.err
    assert lab.vifctl('check', doc, options=['--repair', '--dry-run'], status=1).out == found.out
    assert 'as described' in lab.vifctl('check', doc, options=['--wait=none']).out


def test_bridge_ovs_vswitchd_could_not_make(lab):
    lab.vsctl('--no-wait', 'add-br', 'br-k', '--', 'set', 'Bridge', 'br-k',
              'datapath_type=nonsense')
    lab.plug(ovs_vif(1, bridge='br-k'), options=['--wait=none'])
    lab.settle()
    found = lab.vifctl('check', ovs_vif(1, bridge='br-k'), status=1)
    assert judged(found.out) == [
        '  ! bridge br-k: ovs-vswitchd has not made it (datapath_type nonsense); its log says why']
    failed = lab.vifctl('check', ovs_vif(1, bridge='br-k'), options=['--repair'], status=3)
    assert failed.line().startswith('vifctl: repair %s (%s): ovs-vswitchd could not make' % (
        vif_id(1), TAP))
    assert 'as described' in lab.vifctl('check', ovs_vif(1, bridge='br-k'),
                                        options=['--wait=none']).out


def test_port_that_was_only_just_added_is_no_drift(lab):
    for n in range(2, 12):
        lab.plug(ovs_vif(n, create_tap=True), options=['--wait=none'])
        lab.vifctl('check', ovs_vif(n, create_tap=True))


def test_switch_that_does_not_take_up_what_it_was_asked_for(lab):
    lab.plug(DIRECT)
    lab.stop('ovs-vswitchd')
    lab.vifctl('check', DIRECT)
    lab.vsctl('--no-wait', 'del-port', TAP)
    lab.plug(DIRECT, options=['--wait=none'])
    lab.db.transact({'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
                     'mutations': [['next_cfg', '+=', 1]]})
    late = lab.vifctl('check', DIRECT, options=['--timeout=1'], status=6)
    assert 'ovs-vswitchd has not taken up the change in time' in late.line()
    lab.vifctl('check', DIRECT, options=['--wait=none'])


def test_device_a_guest_makes_later_is_no_drift(lab):
    lab.plug(PORT)
    done = lab.vifctl('check', PORT)
    assert done.out == '%s %s on br-int: as described, waiting for its network device\n' % (
        vif_id(1), TAP)
    result = lab.vifctl('check', PORT, options=['--json']).result
    assert (result['state'], result['note']) == ('waiting', 'waiting for its network device')
    lab.vsctl('del-port', TAP)
    mended = lab.vifctl('check', PORT, options=['--repair'])
    assert mended.out == ('mended %s %s, waiting for its network device:\n'
                          '  + port %s on bridge br-int: missing\n' % (vif_id(1), TAP, TAP))


# ---------------------------------------------------------------- what agents own

AGENTS = {
    'VLAN': ([['ovs', 'set', 'Port', TAP, 'tag=101']], ['port %s: tag 101' % TAP]),
    'mode and trunks': ([['ovs', 'set', 'Port', TAP, 'vlan_mode=trunk', 'trunks=[5,7]']],
                        ['port %s: trunks 5, 7' % TAP, 'port %s: vlan_mode trunk' % TAP]),
    'QoS replaced': (
        [['ovs', '--id=@q', 'create', 'QoS', 'type=linux-htb', '--', 'set', 'Port', TAP,
          'qos=@q']], ['port %s: qos linux-htb, at creation linux-noop' % TAP]),
    'QoS removed': ([['ovs', 'clear', 'Port', TAP, 'qos']], []),
    'other_config': ([['ovs', 'set', 'Port', TAP, 'other_config:net_uuid=n']],
                     ['port %s: other_config:net_uuid n' % TAP]),
    'ids of others': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:ovn-installed=true']],
        ['interface %s: external_ids:ovn-installed true' % TAP]),
    'address of the tap': ([['link', 'set', TAP, 'address', '02:00:00:00:00:01']],
                           ['tap %s: address 02:00:00:00:00:01, at creation %s' % (TAP, mac(1))]),
}


@table(AGENTS)
def test_what_agents_own_is_shown_and_not_judged(lab, commands, lines):
    lab.plug(DIRECT)
    harm(lab, commands)
    done = lab.vifctl('check', DIRECT)
    assert done.out == '%s %s on br-int: as described\n' % (vif_id(1), TAP)
    told = lab.vifctl('check', DIRECT, options=['-v']).out.splitlines()
    for line in lines:
        assert '    ' + line in told, told
    before = lab.snapshot()
    lab.vifctl('check', DIRECT, options=['--repair'])
    assert_same(before, lab.snapshot(), 'repair leaves it')
    lab.ip('link', 'set', TAP, 'mtu', '1400')
    told = lab.vifctl('check', DIRECT, status=1).out.splitlines()
    for line in lines:
        assert '    ' + line in told, 'shown beside a drift'


@NO_SWITCH
def test_isolation_an_agent_has_lifted(lab):
    options = [lab.config('[os_vif_ovs]\nisolate_vif = true\n')]
    lab.plug(DIRECT, options=options)
    assert 'tag 4095\n' in lab.vifctl('check', DIRECT, options=[*options, '-v']).out
    lab.vsctl('set', 'Port', TAP, 'tag=7', '--', 'clear', 'Port', TAP, 'vlan_mode', 'trunks')
    told = lab.vifctl('check', DIRECT, options=[*options, '-v']).out
    assert '    port %s: tag 7, at creation 4095\n' % TAP in told


@NO_SWITCH
def test_tap_without_a_port_of_ours_may_be_part_of_anything(lab):
    doc = ovs_vif(1, create_port=False, create_tap=True)
    lab.plug(doc)
    lab.ip('link', 'add', 'br-x', 'type', 'bridge')
    lab.ip('link', 'set', TAP, 'master', 'br-x')
    clean(lab, doc)


# ---------------------------------------------------------------- looking changes nothing

def test_check_changes_nothing(lab, proxy):
    docs = [DIRECT, hybrid_vif(2), ovs_vif(3)]
    lab.plug(docs[:2])
    lab.run('rm', '-f', '/run/vifd.lock')
    harm(lab, [['link', 'set', TAP, 'mtu', '1400'], ['ovs', 'del-port', device(2, 'qvo')]])
    before = lab.snapshot()
    proxy.clear()
    done, changes = traced(lab, 'check', docs, status=1)
    assert not changes, changes
    assert proxy.commits == [] and len(proxy.requests) <= 2
    assert len(judged(done.out)) == 3
    dry, changes = traced(lab, 'check', docs, options=['--repair', '--dry-run'])
    assert not changes and proxy.commits == []
    assert_same(before, lab.snapshot())
    assert lab.run('ls', '/run/vifd.lock', check=False).returncode, 'not even a lock is left'
    steps = [line for line in dry.out.splitlines() if line.startswith('  ')]
    assert steps == [line for line in lab.plug(docs, options=['--dry-run']).out.splitlines()
                     if line.startswith('  ')]
    assert len(steps) == 3


@NO_SWITCH
def test_repair_is_one_transaction_for_all(lab, proxy):
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 11)]
    lab.plug(docs)
    for n in range(1, 11, 2):
        lab.vsctl('del-port', device(n))
    proxy.clear()
    results = lab.vifctl('check', docs, options=['--repair', '--json']).results
    assert len(proxy.commits) == 1
    assert [r['state'] for r in results] == ['plugged', 'wired'] * 5
    assert [r['changed'] for r in results] == [True, False] * 5


@NO_SWITCH
def test_check_waits_for_a_plug_of_the_same_vif(lab, proxy):
    """In the middle of a plug its tap is there and its port is not."""
    proxy.misbehave('delay=1.5')
    plug = lab.background('plug', DIRECT)
    try:
        while TAP not in lab.links():
            pass
        done = lab.vifctl('check', DIRECT)
        assert done.seconds > 0.5 and 'as described' in done.out
    finally:
        assert plug.wait(20) == 0


@NO_SWITCH
def test_checks_do_not_wait_for_each_other(lab):
    lab.plug(DIRECT)
    lock = 'import fcntl,sys,time; f=open("/run/vifd.lock"); fcntl.lockf(f, fcntl.LOCK_SH); ' \
           'print("ready", flush=True); time.sleep(30)'
    lab.start('locker', '/usr/bin/python3', '-c', lock)

    def is_held():
        with open(lab.path('locker.out')) as f:
            return 'ready' in f.read()
    wait_until(is_held, what='the lock is held')
    assert lab.vifctl('plug', DIRECT, options=['--timeout=1'], status=6)
    assert lab.vifctl('check', DIRECT, options=['--timeout=5']).seconds < 4


# ---------------------------------------------------------------- the command

@NO_SWITCH
def test_good_and_bad_in_one_batch(lab):
    lab.plug([DIRECT, ovs_vif(2, create_tap=True), ovs_vif(3)])
    lab.vsctl('set', 'Interface', device(3), 'external_ids:iface-id=' + vif_id(9))
    lab.ip('link', 'set', device(2), 'down')
    bad = ovs_vif(4)
    del bad['vif']['network']
    docs = [DIRECT, ovs_vif(2, create_tap=True), ovs_vif(3), bad]
    done = lab.vifctl('check', docs, status=3, options=['--json'])
    assert [r['state'] for r in done.results] == ['wired', 'drifted', 'failed', 'failed']
    assert [r['error']['kind'] for r in done.results[2:]] == ['Conflict', 'InvalidInput']
    assert [r['changed'] for r in done.results] == [False] * 4
    first, second = done.err.splitlines()
    assert first == ('vifctl: check %s (%s): port %s on bridge br-int belongs to another VIF '
                     '(iface-id %s)' % (vif_id(3), device(3), device(3), vif_id(9)))
    assert second.endswith('/vif/network: missing')
    repaired = lab.vifctl('check', docs, status=3, options=['--repair', '--json'])
    assert [r['state'] for r in repaired.results] == ['wired', 'plugged', 'failed', 'failed']
    lab.vifctl('check', ovs_vif(3), status=3)
    lab.vifctl('check', bad, status=2)


@NO_SWITCH
def test_json(lab):
    lab.plug(DIRECT)
    lab.ip('link', 'set', TAP, 'mtu', '1400')
    lab.vsctl('del-port', TAP)
    result = lab.vifctl('check', DIRECT, options=['--json'], status=1).result
    assert (result['id'], result['name'], result['bridge'], result['state'], result['changed']) == (
        vif_id(1), TAP, 'br-int', 'drifted', False)
    assert result['differences'] == [
        {'sign': '~', 'part': 'tap ' + TAP, 'attribute': 'mtu', 'is': '1400', 'should': '1442'},
        {'sign': '+', 'part': 'port ' + TAP, 'should': 'on bridge br-int'}]
    dry = lab.vifctl('check', DIRECT, options=['--json', '--repair', '--dry-run'])
    assert dry.result['state'] == 'planned' and dry.result['changed'] is True
    assert dry.result['differences'] == result['differences']
    assert len(dry.result['steps']) == 2
    assert 'insert' in [op['op'] for op in dry.json['transaction']]
    mended = lab.vifctl('check', DIRECT, options=['--json', '--repair']).result
    assert mended['state'] == 'plugged' and mended['changed'] is True
    assert mended['differences'] == result['differences']
    wired = lab.vifctl('check', DIRECT, options=['--json']).result
    assert wired['state'] == 'wired'
    assert {d['sign'] for d in wired['differences']} == {' '}


@NO_SWITCH
def test_values_cannot_move_the_cursor(lab):
    lab.plug(DIRECT)
    lab.db.transact({'op': 'mutate', 'table': 'Interface', 'where': [['name', '==', TAP]],
                     'mutations': [['external_ids', 'delete', ['set', ['vm-uuid']]],
                                   ['external_ids', 'insert',
                                    ['map', [['vm-uuid', 'a\n  ! \u001b[2Jb'], ['k\n', 'v\r']]]]]})
    done = lab.vifctl('check', DIRECT, status=1)
    assert '\033' not in done.out and '\r' not in done.out
    assert judged(done.out) == [
        '  ~ interface %s: external_ids:vm-uuid a?  ! ?[2Jb, should be %s' % (TAP, instance_id(1))]
    result = lab.vifctl('check', DIRECT, options=['--json'], status=1).result
    assert result['differences'][0]['is'] == 'a\n  ! \u001b[2Jb'


def on_a_terminal(lab, doc, **environment):
    """What check prints on a pseudo-terminal."""
    words = ' '.join(lab.command('check', doc))
    settings = ['%s=%s' % pair for pair in environment.items()]
    done = lab.run('env', '-u', 'NO_COLOR', 'TERM=xterm', *settings, 'script', '-qec', words,
                   '/dev/null', check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@NO_SWITCH
def test_colours_are_for_terminals(lab):
    docs = [DIRECT, hybrid_vif(2)]
    lab.plug(docs)
    harm(lab, [['link', 'set', TAP, 'mtu', '1400'], ['ovs', 'del-port', TAP],
               ['link', 'del', device(2, 'qvb')],
               ['link', 'add', device(2, 'qvb'), 'type', 'veth', 'peer', 'name', 'x']])
    piped = lab.vifctl('check', docs, status=1).out
    assert '\033' not in piped
    coloured = on_a_terminal(lab, docs)
    assert '\033[33m~ tap %s: mtu 1400, should be 1442\033[0m' % TAP in coloured
    assert '\033[32m+ port %s on bridge br-int: missing\033[0m' % TAP in coloured
    assert '\033[31m- veth %s, peer x: in the way\033[0m' % device(2, 'qvb') in coloured
    for settings in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}, {'TERM': ''}):
        assert on_a_terminal(lab, docs, **settings).replace('\r', '') == piped
    assert '\033[' in on_a_terminal(lab, docs, NO_COLOR='')


def test_complaints_are_in_bold_red(lab):
    lab.vsctl('--no-wait', 'add-br', 'br-k', '--', 'set', 'Bridge', 'br-k',
              'datapath_type=nonsense')
    doc = ovs_vif(1, bridge='br-k')
    lab.plug(doc, options=['--wait=none'])
    assert '\033[1;31m! bridge br-k: ' in on_a_terminal(lab, doc)


@NO_SWITCH
@pytest.mark.parametrize('words, status, told', [
    ([], 2, 'no FILE given'),
    (['--dry-run', 'FILE'], 2, '--dry-run goes with --repair'),
    (['/nonexistent'], 2, '/nonexistent: No such file or directory'),
    (['--ovsdb=unix:/nonexistent', 'FILE'], 4, 'check %s (%s): ' % (vif_id(1), TAP)),
], ids=['no file', 'dry run alone', 'missing file', 'no database'])
def test_bad_input(untouched, words, status, told):
    path = untouched.write('one.json', DIRECT)
    files = [path for word in words if word == 'FILE'] + [w for w in words if w[0] == '/']
    options = [word for word in words if word.startswith('--')]
    address = [word[8:] for word in options if word.startswith('--ovsdb=')]
    done = untouched.vifctl('check', *files, status=status,
                            options=[w for w in options if not w.startswith('--ovsdb=')],
                            ovsdb=address[0] if address else None)
    assert told in done.line()


@NO_SWITCH
def test_as_another_user(lab):
    """Who may not change anything may look."""
    lab.plug(DIRECT)
    lab.ip('link', 'set', TAP, 'mtu', '1400')
    done = lab.vifctl('check', DIRECT, prefix=NOBODY, status=1)
    assert judged(done.out) == ['  ~ tap %s: mtu 1400, should be 1442' % TAP]
    failed = lab.vifctl('check', DIRECT, prefix=NOBODY, options=['--repair'], status=5)
    assert failed.line().startswith('vifctl: repair %s' % vif_id(1))


@NO_SWITCH
def test_a_thousand_in_two_requests(lab, proxy):
    docs = [ovs_vif(n) for n in range(1, 1001)]
    path = lab.write('many.json', '\n'.join(map(json.dumps, docs)))
    lab.plug(path)
    lab.vsctl('del-port', device(500), '--', 'set', 'Port', device(7), 'tag=9')
    proxy.clear()
    done = lab.vifctl('check', path, status=1, options=['--json'])
    assert len(proxy.requests) == 2
    states = [r['state'] for r in done.results]
    assert states.count('waiting') == 999 and states[499] == 'drifted'
    assert {'sign': ' ', 'part': 'port ' + device(7), 'attribute': 'tag', 'is': '9'} in (
        done.results[6]['differences'])
    assert {'sign': ' ', 'part': 'port ' + device(1), 'attribute': 'tag', 'is': '9'} not in (
        done.results[0]['differences'])
