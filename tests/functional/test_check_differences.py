# SPDX-License-Identifier: Apache-2.0
"""vifctl check: whatever a person breaks by hand is reported and fixed by --repair; what
ovs-vswitchd complains of is told, too; what agents own is shown and not judged."""
import os
import signal
import threading

import pytest

from damage import (DIRECT, HYBRID, HYBRID_DRIFTS, OWN_BRIDGE_DRIFTS, TAP, TAP_DRIFTS,
                    VHOSTUSER_DRIFTS, VHU, clean, harm, judged, seen_and_repaired)
from nic import hostdev_vif, nic_with_vf3, pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import mac, ovs_vif, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)
PORT = ovs_vif(1)


# ---------------------------------------------------------------- what a person can break

def table(drifts):
    return pytest.mark.parametrize('commands, lines', drifts.values(), ids=list(drifts))


@table(TAP_DRIFTS)
def test_drift_of_a_tap(lab, commands, lines):
    lab.plug(DIRECT)
    harm(lab, commands)
    seen_and_repaired(lab, DIRECT, lines)


def test_tap_that_is_made_again_stays_up(lab):
    """When ovs-vswitchd lets go of the former tap it gives back the flags that one had, by name;
    whether the new one gets them is a matter of luck."""
    lab.plug(DIRECT)
    for _ in range(25):
        lab.ip('link', 'del', TAP)
        lab.vifctl('check', DIRECT, options=['--repair'])
        assert lab.links()[TAP]['up']
    clean(lab, DIRECT)


def test_bridge_removed(lab):
    doc = ovs_vif(1, create_tap=True, datapath_type='netdev')
    lab.plug(doc)
    lab.vsctl('del-br', 'br-int')
    seen_and_repaired(lab, doc, ['+ bridge br-int of datapath_type netdev: missing',
                               '+ port %s on bridge br-int: missing' % TAP])


@table(HYBRID_DRIFTS)
def test_drift_of_a_hybrid_plug(lab, commands, lines):
    lab.plug(HYBRID)
    harm(lab, commands)
    seen_and_repaired(lab, HYBRID, lines)


@table(OWN_BRIDGE_DRIFTS)
def test_drift_of_a_bridge_per_port(lab, commands, lines):
    options = [lab.config('[os_vif_ovs]\nper_port_bridge = true\n')]
    doc = ovs_vif(1, create_tap=True, datapath_type='netdev')
    lab.plug(doc, options=options)
    harm(lab, commands)
    seen_and_repaired(lab, doc, lines, options)


@NO_SWITCH
@table(VHOSTUSER_DRIFTS)
def test_drift_of_a_vhostuser_port(lab, commands, lines):
    doc = vhostuser_vif(1)
    pretend_dpdk(lab)
    lab.plug(doc)
    harm(lab, commands)
    seen_and_repaired(lab, doc, lines)


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
    seen_and_repaired(lab, doc, lines)


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
    """ovs-vswitchd has not got to it when check begins to look."""
    switch = lab.processes['ovs-vswitchd']
    os.kill(switch.pid, signal.SIGSTOP)
    lab.plug(DIRECT, options=['--wait=none'])
    wake = threading.Timer(0.3, os.kill, (switch.pid, signal.SIGCONT))
    wake.start()
    done = lab.vifctl('check', DIRECT)
    wake.join()
    assert done.seconds > 0.25 and 'as described' in done.out


def test_port_is_told_only_when_it_is_not_taken_up_for_a_while(lab):
    switch = lab.processes['ovs-vswitchd']
    os.kill(switch.pid, signal.SIGSTOP)
    lab.plug(DIRECT, options=['--wait=none'])
    done = lab.vifctl('check', DIRECT, status=1)
    os.kill(switch.pid, signal.SIGCONT)
    assert done.seconds > 0.9
    assert judged(done.out) == ['  ! port %s: ovs-vswitchd has not taken it up' % TAP]
    lab.settle()
    clean(lab, DIRECT)


def test_devices_are_taken_up_while_check_looks(lab):
    """Links are read before rows: a port may have been opened in between."""
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
    repaired = lab.vifctl('check', PORT, options=['--repair'])
    assert repaired.out == ('repaired %s %s, waiting for its network device:\n'
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
