# SPDX-License-Identifier: Apache-2.0
"""How far plug waits, what it says of what has not come in time, and what it then does.

A thread of the test plays Neutron's ML2 agent; test_ovn.py has a real OVN.
"""
import signal
import threading
import time

import pytest

from lab import wait_until
from ovsdb import Ovsdb
from state import assert_same, differences
from vifs import device, edited, hybrid_vif, mac, ovs_vif, vif_id

TAP = device(1)
DIRECT = ovs_vif(1, create_tap=True)
ML2, OVN = '--wait=ml2', '--wait=ovn'
UNDO = '--on-timeout=undo'
TAG = 7
LEFT = '; left as plugged'
AGENT = 'neutron-openvswitch-agent'


def docs(n):
    return [ovs_vif(i, create_tap=True) for i in range(1, n + 1)]


class Agent:
    """Tags each port that has an iface-id, but for those it is told to leave: first to the dead
    VLAN, then, a while later, to a real one."""

    def __init__(self, lab, leave=(), seconds=0.3):
        self.lab, self.leave, self.seconds = lab, leave, seconds
        self.db = Ovsdb(lab.socket)
        self.ended = threading.Event()
        self.tagged = []
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.ended.set()
        self.thread.join()
        self.db.close()

    def work(self):
        while not self.ended.wait(0.02):
            found = [row['name'] for row in self.db.select('Interface')
                     if row['external_ids'].get('iface-id') and row['name'] not in self.tagged
                     and row['name'] not in self.leave and row['ofport'] not in ([], -1)]
            for tag in (4095, TAG) if found else ():
                self.db.transact(*[{'op': 'update', 'table': 'Port', 'row': {
                    'tag': tag, 'other_config': ['map', [['net_uuid', vif_id(99)]]]},
                    'where': [['name', '==', name]]} for name in found])
                if tag != TAG:
                    time.sleep(self.seconds)
            self.tagged += found


# ---------------------------------------------------------------- the agent

@pytest.mark.parametrize('doc, port', [(DIRECT, TAP), (hybrid_vif(1), device(1, 'qvo'))],
                         ids=['direct', 'hybrid'])
def test_plug_returns_when_the_agent_has_tagged_the_port(lab, doc, port):
    with Agent(lab, seconds=1):
        done = lab.plug(doc, options=[ML2])
        assert lab.db.row('Port', port)['tag'] == TAG
    assert done.seconds > 1 and done.out.startswith('plugged ' + vif_id(1))


def test_port_of_a_bridge_per_port_is_waited_for_where_the_agent_sees_it(lab):
    config = lab.config('[os_vif_ovs]\nper_port_bridge = true\n')
    with Agent(lab) as agent:
        lab.plug(ovs_vif(1, create_tap=True, datapath_type='netdev'), options=[ML2, config])
    patch, = agent.tagged
    assert patch.startswith('ibp') and lab.db.row('Port', patch)['tag'] == TAG


def test_second_plug_does_not_wait(lab, proxy):
    with Agent(lab):
        lab.plug(DIRECT, options=[ML2])
    proxy.clear()
    again = lab.plug(DIRECT, options=[ML2, '--timeout=2'])
    assert 'nothing to do' in again.out and again.seconds < 1.5
    assert proxy.commits == []


def test_what_is_so_already_is_seen_without_any_time(lab, proxy):
    """ovs-vswitchd hangs, and a new VIF takes all the time: the old one is none the worse."""
    with Agent(lab):
        lab.plug(DIRECT, options=[ML2])
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)
    done = lab.plug(*docs(2), options=[ML2, '--timeout=1', '--json'], status=3)
    assert [result['state'] for result in done.results] == ['plugged', 'failed']


def test_device_that_is_not_there_is_not_waited_for(lab):
    done = lab.plug(ovs_vif(1), options=[ML2, '--json'])
    assert done.result['state'] == 'waiting' and done.seconds < 5


def test_vif_without_a_port_has_nothing_to_wait_for(lab):
    done = lab.plug(ovs_vif(1, create_port=False), options=[ML2])
    assert done.out.startswith('plugged') and done.seconds < 5


def test_fifty_cost_as_many_requests_as_one(lab, proxy):
    """Their rows are looked up by one request, and by another the ports of their bridges; they are
    waited for together."""
    counts = []
    for batch in (docs(1), docs(51)[1:]):
        proxy.clear()
        with Agent(lab):
            lab.plug(*batch, options=[ML2])
        # Nobody waits for the cancellation, which may not have come through yet.
        counts.append([request.method for request in proxy.requests
                       if request.method != 'monitor_cancel'])
    assert len(counts[1]) == len(counts[0])
    assert [count.count('monitor') for count in counts] == [1, 1]
    assert [count.count('monitor_cond') for count in counts] == [1, 3]


def test_old_server_without_conditional_monitors(lab, proxy):
    """The proxy's server says it knows no such method: RFC 7047's own monitor serves."""
    proxy.rename = {'monitor_cond': 'monitor_of_another_name'}
    with Agent(lab):
        lab.plug(DIRECT, options=[ML2])
    assert lab.db.row('Port', TAP)['tag'] == TAG
    assert [r.method for r in proxy.requests][-4:-1].count('monitor') == 1


def test_database_that_restarts_while_the_agent_is_awaited(lab):
    with lab.background('plug', DIRECT, options=[ML2]) as running:
        wait_until(lambda: (lab.db.row('Interface', TAP) or {}).get('ofport'))
        time.sleep(0.3)
        lab.db.close()
        lab.stop('ovsdb-server')
        time.sleep(0.3)
        lab.start_ovsdb()
        assert running.poll() is None
        lab.db.update('Port', TAP, tag=TAG)
        assert running.wait(20) == 0


def test_port_that_someone_removes_meanwhile(lab):
    removed = threading.Timer(0.8, lambda: lab.db.transact(
        {'op': 'mutate', 'table': 'Bridge', 'where': [['name', '==', 'br-int']],
         'mutations': [['ports', 'delete', ['uuid', lab.db.row('Port', TAP)['_uuid'][1:]]]]}))
    removed.start()
    failed = lab.plug(DIRECT, options=[ML2, '--timeout=10'], status=3)
    removed.join()
    assert 'port %s is gone from the database: another program removed it' % TAP in failed.line()
    assert failed.seconds < 5


# ---------------------------------------------------------------- reasons

def fails(lab, *words, doc=DIRECT, options=(ML2,), status=6, port=TAP):
    failed = lab.plug(doc, options=[*options, '--timeout=1'], status=status)
    assert vif_id(1) in failed.line() and port in failed.line()
    for word in words:
        assert word in failed.line()
    return failed


def test_no_agent(lab):
    failed = fails(lab, 'the ML2 agent has not wired port',
                   'no %s is visible here, and its tag is not set' % AGENT)
    assert failed.line().endswith(LEFT)
    assert lab.db.row('Interface', TAP)['ofport'] > 0 and TAP in lab.links()


def play_agent(lab, *inside):
    """A process whose command line is that of the agent, and which does nothing."""
    script = lab.write(AGENT, 'import time\ntime.sleep(60)\n')
    return lab.start_as('agent', '/usr/bin/python3', *inside, '/usr/bin/python3', script)


def test_agent_that_does_not_know_this_bridge(lab):
    play_agent(lab)
    fails(lab, 'its tag is not set, and the agent has wired no port on bridge br-int')


def test_agent_that_leaves_a_port_in_the_dead_vlan(lab):
    play_agent(lab)
    with Agent(lab):
        lab.plug(ovs_vif(2, create_tap=True), options=[ML2])
    config = lab.config('[os_vif_ovs]\nisolate_vif = true\n')
    fails(lab, 'its tag is 4095, the dead VLAN: the agent has not wired it', options=[ML2, config])


@pytest.mark.alone   # of which namespace it is, a vifd with CAP_NET_ADMIN alone cannot see
def test_agent_of_another_network_namespace_does_not_count(lab):
    play_agent(lab, 'unshare', '--net')
    fails(lab, 'no %s is visible here' % AGENT)


def test_device_that_vanishes(lab):
    gone = threading.Timer(0.5, lab.ip, ('link', 'del', TAP))
    gone.start()
    fails(lab, 'its network device %s is gone' % TAP, options=[OVN])
    gone.join()


def test_second_claimant(lab):
    lab.add_bridge('br-other')
    lab.vsctl('add-port', 'br-other', 'twin', '--', 'set', 'Interface', 'twin', 'type=internal',
              'external_ids:iface-id=' + vif_id(1))
    fails(lab, 'interface twin on bridge br-other has the same iface-id ' + vif_id(1))


@pytest.mark.parametrize('wait', ['vswitchd', 'ovn', 'ml2'])
def test_switch_that_is_dead(lab, wait):
    lab.stop('ovs-vswitchd')
    row = lab.db.select('Open_vSwitch')[0]
    failed = fails(lab, 'ovs-vswitchd has not taken up the change in time',
                   'cur_cfg %d, next_cfg %d' % (row['cur_cfg'], row['next_cfg'] + 1),
                   options=['--wait=' + wait])
    assert failed.line().endswith(LEFT)
    assert lab.db.row('Port', TAP)


def test_datapath_that_the_switch_does_not_have(lab):
    """It says so at once, and nothing is left, whatever is to be done on a time-out."""
    before = lab.snapshot()
    lab.vsctl('--no-wait', 'add-br', 'br-odd', '--', 'set', 'Bridge', 'br-odd',
              'datapath_type=odd')
    lab.settle()
    odd = lab.snapshot()
    failed = lab.plug(ovs_vif(1, create_tap=True, bridge='br-odd'),
                      options=[ML2, '--timeout=30'], status=3)
    assert 'ovs-vswitchd does not support datapath_type odd of bridge br-odd' in failed.line()
    assert 'netdev' in failed.line() and failed.seconds < 20
    assert_same(odd, lab.snapshot())
    assert differences(before, odd), 'there was a bridge of another sort'


def test_database_that_is_lost_and_stays_away(lab):
    with lab.background('plug', DIRECT, options=[ML2, '--timeout=3']) as running:
        wait_until(lambda: (lab.db.row('Interface', TAP) or {}).get('ofport'))
        time.sleep(0.3)
        lab.db.close()
        lab.stop('ovsdb-server')
        assert running.wait(20) == 6
    lab.start_ovsdb()


# ---------------------------------------------------------------- undo

@pytest.mark.parametrize('doc, port', [(DIRECT, TAP), (hybrid_vif(1), device(1, 'qvo'))],
                         ids=['direct', 'hybrid'])
@pytest.mark.parametrize('bridge', ['there', 'missing'])
def test_undo_takes_all_of_it_back(lab, doc, port, bridge):
    if bridge == 'missing':
        lab.vsctl('del-br', 'br-int')
        doc = edited(doc, 'vif/port_profile/datapath_type', 'netdev')
    before = lab.snapshot()
    failed = fails(lab, doc=doc, options=[ML2, UNDO], port=port)
    assert failed.line().endswith('; undone')
    assert_same(before, lab.snapshot())


def test_undo_when_the_switch_is_dead(lab):
    before = lab.snapshot()
    lab.stop('ovs-vswitchd')
    failed = fails(lab, 'has not taken up the change in time', options=[UNDO])
    assert failed.line().endswith('; undone')
    assert_same(before, lab.snapshot())


def test_undo_gives_back_what_was_changed(lab):
    lab.plug(DIRECT)
    before = lab.snapshot()
    changed = ovs_vif(1, create_tap=True, mtu=1400, address=mac(77))
    fails(lab, doc=changed, options=[ML2, UNDO])
    assert_same(before, lab.snapshot())


def test_undo_leaves_what_was_there(lab):
    """A replug that has nothing to do has nothing to undo."""
    lab.plug(DIRECT)
    before = lab.snapshot()
    failed = fails(lab, options=[ML2, UNDO])
    assert failed.line().endswith(LEFT)
    assert_same(before, lab.snapshot())


def test_undo_of_a_tap_that_was_made_anew(lab):
    """ovs-vswitchd hangs while it is told to open the new tap: what it was told is taken back."""
    lab.plug(DIRECT)
    lab.ip('link', 'del', TAP)
    before = lab.snapshot()
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)
    failed = fails(lab, 'make ovs-vswitchd open %s again' % TAP, options=[UNDO])
    assert '; undone' in failed.line()
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGCONT)
    assert_same(before, lab.snapshot())


def test_undo_that_cannot_be_done_says_what_is_left(lab, proxy):
    """The database goes away for good when the agent has been waited for."""
    def gone(point):
        if point.startswith('request') and proxy.commits:
            lab.db.close()
            lab.stop('ovsdb-server')
            proxy.on_point = None
    timer = threading.Timer(1, lambda: setattr(proxy, 'on_point', gone))
    timer.start()
    failed = lab.plug(DIRECT, options=[ML2, UNDO, '--timeout=2'], status=6)
    timer.join()
    assert 'undoing it failed, too: ' in failed.line()
    assert TAP + ' is left behind' in failed.line()
    assert TAP in lab.links(), 'the link stays with its port'
    lab.start_ovsdb()
    assert lab.db.row('Port', TAP)


def test_undo_leaves_a_row_that_others_refer_to(lab):
    """ovn-controller takes any QoS row of type linux-noop for its own ports."""
    def refer():
        row = wait_until(lambda: db.select('QoS'))[0]
        db.update('Port', 'br-int', qos=['uuid', row['_uuid'][1:]])
    db = lab.db
    thread = threading.Thread(target=refer)
    before = lab.snapshot()
    thread.start()
    failed = lab.plug(*docs(2), options=[ML2, UNDO, '--timeout=2', '--json'], status=6)
    thread.join()
    texts = [result['error']['text'] for result in failed.results]
    left = [text for text in texts if text.endswith(
        '; undone; its QoS row is left, since another port refers to it')]
    assert len(left) == 1 and sum(text.endswith('; undone') for text in texts) == 1
    assert len(lab.db.select('QoS')) == 1
    lab.vsctl('clear', 'Port', 'br-int', 'qos', '--', '--all', 'destroy', 'QoS')
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('action', ['drop-before', 'drop-after'])
def test_lost_answer_is_never_undone(lab, proxy, action):
    proxy.misbehave(action, on='commit')
    failed = fails(lab, options=[ML2, UNDO])
    assert 'left as plugged, since it is not known what this call changed' in failed.line()
    assert lab.db.row('Port', TAP) and TAP in lab.links()


@pytest.mark.parametrize('options', [[], [UNDO]], ids=['keep', 'undo'])
def test_one_of_fifty(lab, options):
    late = 23
    before = lab.snapshot()
    with Agent(lab, leave=[device(late)]):
        done = lab.plug(*docs(50), options=[ML2, '--timeout=4', '--json', *options], status=3)
    failed = [i + 1 for i, result in enumerate(done.results) if result['state'] == 'failed']
    assert failed == [late]
    assert vif_id(late) in done.line() and done.results[late - 1]['error']['kind'] == 'TimedOut'
    assert bool(lab.db.row('Port', device(late))) == (not options)
    assert (device(late) in lab.links()) == (not options)
    assert all(lab.db.row('Port', device(i))['tag'] == TAG for i in (1, 22, 24, 50))
    lab.unplug(*docs(50))
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- words

def test_values_that_are_not_known(lab):
    for option, expected in (('--wait=never', 'none, vswitchd, ovn or ml2'),
                             ('--on-timeout=cry', 'keep or undo')):
        assert expected in lab.plug(DIRECT, options=[option], status=2).line()
    assert '--on-timeout is not an option of unplug' in lab.unplug(
        DIRECT, options=[UNDO], status=2).line()
