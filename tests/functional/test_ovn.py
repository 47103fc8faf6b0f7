# SPDX-License-Identifier: Apache-2.0
"""--wait=ovn with a real OVN: plug returns when OVN has installed the port, or says why not."""
import signal
import threading
import time

import pytest

from lab import wait_until
from ovn import CHASSIS, HOST, Ovn
from state import assert_same
from vifs import device, hybrid_vif, mac, ovs_vif, vif_id

TAP = device(1)
DIRECT = ovs_vif(1, create_tap=True)
WAIT = '--wait=ovn'
SHORT = [WAIT, '--timeout=2']


@pytest.fixture
def ovn(lab):
    return Ovn(lab)


def fails(lab, *words, doc=DIRECT, options=()):
    """Plugs, which must end in time with this reason, and leave the VIF as plugged."""
    failed = lab.plug(doc, options=[*SHORT, *options], status=6)
    line = failed.line()
    assert vif_id(1) in line and 'OVN has not installed port' in line and TAP in line
    for word in words:
        assert word in line, line
    assert failed.seconds > 1.8
    if not options:
        assert line.endswith('; left as plugged'), line
        assert lab.db.row('Interface', TAP)['ofport'] > 0
    return failed


# ---------------------------------------------------------------- waiting

@pytest.mark.parametrize('doc, port', [(DIRECT, TAP), (hybrid_vif(1), device(1, 'qvo'))],
                         ids=['direct', 'hybrid'])
def test_plug_returns_when_the_port_is_installed(lab, ovn, doc, port):
    ovn.add_port(1)
    controller = lab.processes['ovn-controller']
    controller.send_signal(signal.SIGSTOP)
    seen = []

    def go_on():
        wait_until(lambda: (lab.db.row('Interface', port) or {}).get('ofport'))
        time.sleep(1)
        seen.append(ovn.is_installed(port))
        controller.send_signal(signal.SIGCONT)
    thread = threading.Thread(target=go_on)
    thread.start()
    done = lab.plug(doc, options=[WAIT])
    installed = ovn.is_installed(port)
    thread.join()
    assert seen == [False] and installed
    assert done.seconds > 1
    assert ovn.claimed_by(1) == CHASSIS
    assert done.out.startswith('plugged ' + vif_id(1))


def test_second_plug_waits_for_nothing(lab, ovn, proxy):
    ovn.add_port(1)
    lab.plug(DIRECT, options=[WAIT])
    lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    proxy.clear()
    again = lab.plug(DIRECT, options=SHORT)
    assert 'nothing to do' in again.out and again.seconds < 1.5
    assert proxy.commits == []


def test_many_are_waited_for_at_once(lab, ovn, proxy):
    n = 30
    for i in range(1, n + 1):
        ovn.nb('lsp-add', 'sw0', vif_id(i), '--', 'lsp-set-addresses', vif_id(i), mac(i))
    done = lab.plug(*[ovs_vif(i, create_tap=True) for i in range(1, n + 1)],
                    options=[WAIT, '--json'])
    assert {result['state'] for result in done.results} == {'plugged'}
    assert all(ovn.is_installed(device(i)) for i in range(1, n + 1))
    methods = [request.method for request in proxy.requests]
    # Two read rows, before and after; one waits for OVN.
    assert methods.count('monitor_cond') == 3 and len(methods) < 12, methods


def test_device_that_is_not_there_is_not_waited_for(lab, ovn):
    ovn.add_port(1)
    done = lab.plug(ovs_vif(1), options=[WAIT, '--json'])
    assert done.result['state'] == 'waiting' and done.seconds < 5


def test_unplug_waits_for_the_switch_alone(lab, ovn):
    before = lab.snapshot()
    ovn.add_port(1)
    lab.plug(DIRECT, options=[WAIT])
    ovn.stop_controller()
    lab.unplug(DIRECT, options=[WAIT])
    assert_same(before, {**lab.snapshot(), 'database': before['database']})
    assert lab.db.row('Port', TAP) is None


# ---------------------------------------------------------------- reasons

def test_no_controller(lab, ovn):
    ovn.add_port(1)
    ovn.stop_controller()
    fails(lab, 'no ovn-controller is visible in this network namespace')


@pytest.mark.parametrize('key', ['ovn-remote', 'system-id'])
def test_host_that_is_no_chassis(lab, ovn, key):
    ovn.add_port(1)
    ovn.configure(**{key: None})
    ovn.stop_controller()
    fails(lab, 'this host is not an OVN chassis', 'external_ids:' + key)


def test_another_bridge_is_ovn_s(lab, ovn):
    ovn.add_port(1)
    lab.add_bridge('br-other')
    ovn.configure(**{'ovn-bridge': 'br-other'})
    fails(lab, 'it is on bridge br-int', 'OVN uses br-other')


def test_logical_port_that_is_missing(lab, ovn):
    failed = fails(lab, 'OVN has no logical port ' + vif_id(1))
    assert 'is the iface-id wrong' not in failed.err


def test_wrong_iface_id(lab, ovn):
    ovn.add_port(1, name='web-1')
    fails(lab, 'OVN has no logical port ' + vif_id(1), "web-1 has this VIF's address")


def test_southbound_out_of_reach(lab, ovn):
    ovn.add_port(1)
    ovn.stop_sb()
    fails(lab, 'the southbound database does not answer', 'tcp:127.0.0.1:6642',
          'Connection refused')


def test_southbound_behind_tls_is_not_looked_at(lab, ovn):
    ovn.add_port(1)
    ovn.configure(**{'ovn-remote': 'ssl:127.0.0.1:6643'})
    fails(lab, 'the southbound database (ssl:127.0.0.1:6643) was not queried')


def test_chassis_that_is_not_registered(lab, ovn):
    ovn.add_port(1)
    ovn.lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    ovn.sb('chassis-del', CHASSIS)
    fails(lab, 'chassis %s is not registered' % CHASSIS)


def test_second_claimant_on_this_host(lab, ovn):
    ovn.add_port(1)
    lab.add_bridge('br-other')
    lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    lab.vsctl('add-port', 'br-other', 'twin', '--', 'set', 'Interface', 'twin', 'type=internal',
              'external_ids:iface-id=' + vif_id(1))
    fails(lab, 'interface twin on bridge br-other has the same iface-id')


def add_chassis(ovn, name):
    ovn.sb('chassis-add', name, 'geneve', '192.0.2.7')
    return ovn.find('Chassis', '_uuid', 'name=' + name)


def test_claimed_by_another_chassis(lab, ovn):
    ovn.add_port(1)
    lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    other = add_chassis(ovn, 'hv2')
    binding = ovn.find('Port_Binding', '_uuid', 'logical_port="%s"' % vif_id(1))
    ovn.sb('set', 'Port_Binding', binding, 'chassis=' + other)
    fails(lab, 'it is claimed by chassis hv2')


def test_another_chassis_is_asked_for(lab, ovn):
    add_chassis(ovn, 'hv2')
    ovn.add_port(1, requested_chassis='hv2')
    fails(lab, 'options:requested-chassis asks for chassis hv2, and this is ' + CHASSIS)


def test_this_host_may_be_asked_for_by_its_name(lab, ovn):
    ovn.add_port(1, requested_chassis=HOST)
    lab.plug(DIRECT, options=[WAIT])
    assert ovn.is_installed(TAP)


def test_controller_that_does_not_act(lab, ovn):
    ovn.add_port(1)
    lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    fails(lab, 'ovn-controller runs but has not claimed it')


def test_undo(lab, ovn):
    ovn.add_port(1)
    lab.processes['ovn-controller'].send_signal(signal.SIGSTOP)
    before = lab.snapshot()
    failed = fails(lab, 'has not claimed it', options=['--on-timeout=undo'])
    assert failed.line().endswith('; undone')
    assert_same(before, lab.snapshot())


def test_one_of_many_that_ovn_does_not_know(lab, ovn):
    docs = [ovs_vif(i, create_tap=True) for i in range(1, 6)]
    for i in (1, 2, 4, 5):
        ovn.add_port(i)
    done = lab.plug(*docs, options=[WAIT, '--timeout=5', '--json', '--on-timeout=undo'], status=3)
    states = [result['state'] for result in done.results]
    assert states == ['plugged', 'plugged', 'failed', 'plugged', 'plugged']
    assert done.results[2]['error']['kind'] == 'TimedOut'
    assert 'OVN has no logical port ' + vif_id(3) in done.results[2]['error']['text']
    assert lab.db.row('Port', device(3)) is None and device(3) not in lab.links()
    assert all(ovn.is_installed(device(i)) for i in (1, 2, 4, 5))
