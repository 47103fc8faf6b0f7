# SPDX-License-Identifier: Apache-2.0
"""vifctl interrupted while it waits leaves each VIF either plugged or as it was, and says which."""
import signal
import time

import pytest

import stale
from lab import wait_until
from running import Running, assert_as_reported, paused, resumed, vifs_by_state
from state import assert_same
from vifs import device, hybrid_vif, ovs_vif

NO_SWITCH = pytest.mark.lab(vswitchd=False)

# Through vifd it is only the waiting that ends: test_connect_same.py.
pytestmark = pytest.mark.alone


def plug_of_ten(lab, options=('--json',)):
    """Ten taps, and an ovs-vswitchd that takes up nothing: (its run, before)."""
    docs = {n: ovs_vif(n, create_tap=True) for n in range(1, 11)}
    before = lab.snapshot()
    paused(lab, 'ovs-vswitchd')
    one = Running(lab, 'plug', list(docs.values()), options=options)
    wait_until(lambda: lab.db.row('Port', device(10)), what='the rows are there')
    return one, docs, before


def test_interrupted_while_it_waits_for_the_switch(lab):
    one, docs, before = plug_of_ten(lab)
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and one.took < 5, done
    found = vifs_by_state(done)
    assert found['kept'] == set(docs)
    assert 'interrupted while waiting for ovs-vswitchd; left as plugged' in done.err
    resumed(lab, 'ovs-vswitchd')
    assert_as_reported(lab, found, docs, before)


def test_interrupted_while_it_waits_and_to_be_undone(lab):
    one, _, before = plug_of_ten(lab, ['--json', '--on-timeout=undo'])
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and one.took < 5, done
    assert [r['changed'] for r in done.results] == [False] * 10
    assert done.err.count('interrupted while waiting for ovs-vswitchd; undone') == 10
    assert done.err.splitlines()[-1].endswith('0 of 10 VIFs plugged, 10 as they were')
    resumed(lab, 'ovs-vswitchd')
    lab.settle()
    assert_same(before, lab.snapshot())


def test_interrupted_while_it_waits_for_ovn(lab):
    """There is no OVN: what ovs-vswitchd made is there and stays."""
    docs = {n: ovs_vif(n, create_tap=True) for n in range(1, 4)}
    before = lab.snapshot()
    one = Running(lab, 'plug', list(docs.values()), options=['--json', '--wait=ovn'])
    wait_until(lambda: lab.db.row('Interface', device(3)) and
               lab.db.row('Interface', device(3))['ofport'] not in ([], 0), what='a port number')
    time.sleep(0.3)
    one.interrupt(signal.SIGTERM)
    done = one.wait()
    assert done.status == -signal.SIGTERM and one.took < 5, done
    found = vifs_by_state(done)
    assert found['kept'] == set(docs)
    assert done.err.count('interrupted while waiting for OVN to install port tap') == 3
    assert_as_reported(lab, found, docs, before)


def test_unplug_interrupted_while_it_waits_goes_on_to_its_end(lab):
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 6)] + [hybrid_vif(6)]
    before = lab.snapshot()
    lab.plug(docs)
    paused(lab, 'ovs-vswitchd')
    one = Running(lab, 'unplug', docs)
    wait_until(lambda: not lab.db.row('Port', device(5)), what='the rows are gone')
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and one.took < 5, done
    assert vifs_by_state(done, 'unplug')['done'] == {1, 2, 3, 4, 5, 6}
    resumed(lab, 'ovs-vswitchd')
    lab.settle()
    assert_same(before, lab.snapshot())


@NO_SWITCH
@pytest.mark.parametrize('verb', ['plug', 'unplug', 'check --repair'])
def test_database_that_does_not_answer_is_waited_for_no_more(lab, verb):
    doc = ovs_vif(1, create_tap=True)
    if verb == 'unplug':
        lab.plug(doc)
    before = lab.snapshot()
    paused(lab, 'ovsdb-server')
    words = verb.split()
    one = Running(lab, words[0], doc, options=['--json', '--timeout=0', *words[1:]])
    time.sleep(0.4)
    assert one.process.poll() is None
    one.interrupt()
    done = one.wait()
    resumed(lab, 'ovsdb-server')
    assert done.status == -signal.SIGINT and one.took < 5, done
    assert done.result['error']['kind'] == 'Interrupted' and not done.result['changed']
    assert 'interrupted: it is as it was before' in done.line()
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_answer_to_the_transaction_is_waited_for(lab, proxy):
    proxy.misbehave('delay=1.0')
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 4)]
    one = Running(lab, 'plug', docs)
    wait_until(lambda: proxy.commits, what='the transaction is sent')
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and vifs_by_state(done)['done'] == {1, 2, 3}
    assert {device(n) for n in (1, 2, 3)} <= {row['name'] for row in lab.db.select('Port')}


@NO_SWITCH
@pytest.mark.parametrize('rule', ['drop-before', 'drop-after'])
def test_lost_answer_is_looked_after(lab, proxy, rule):
    """Whether the rows are there has to be known before anything is undone."""
    before = lab.snapshot()
    docs = {n: ovs_vif(n, create_tap=True) for n in (1, 2)}

    def at(point):
        if point == 'request 2':
            one.interrupt()
            time.sleep(0.2)
    proxy.misbehave(rule)
    proxy.on_point = at
    one = Running(lab, 'plug', list(docs.values()))
    done = one.wait()
    assert done.status == -signal.SIGINT, done
    found = vifs_by_state(done)
    assert found['done'] == {1, 2}
    proxy.on_point = None
    assert_as_reported(lab, found, docs, before)


@NO_SWITCH
def test_second_signal_ends_it_at_once(lab, proxy):
    proxy.misbehave('hang')
    one = Running(lab, 'plug', ovs_vif(1, create_tap=True))
    wait_until(lambda: proxy.commits, what='the transaction is sent')
    one.interrupt()
    time.sleep(0.5)
    assert one.process.poll() is None
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and one.took < 2 and not done.out, done
    lab.unplug(ovs_vif(1, create_tap=True))


@NO_SWITCH
def test_prune_interrupted_between_its_looks_removes_nothing(lab):
    stale.KINDS['tap'](lab, 7)
    before = lab.snapshot()
    one = Running(lab, 'prune', options=['--yes', '--grace=0'])
    time.sleep(1)
    assert one.process.poll() is None
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and one.took < 1.5, done
    assert done.line() == 'vifctl: interrupted'
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_vifs_another_program_works_on_are_waited_for_no_more(lab):
    doc = ovs_vif(1)
    paused(lab, 'ovsdb-server')
    first, second = Running(lab, 'plug', doc), None
    try:
        time.sleep(0.4)
        second = Running(lab, 'plug', doc)
        time.sleep(0.4)
        second.interrupt()
        done = second.wait()
        assert done.status == -signal.SIGINT and second.took < 2, done
        assert 'waiting for another program to release this VIF' in done.line()
    finally:
        resumed(lab, 'ovsdb-server')
        done = first.wait()
    assert done.status == 0 and done.result['state'] == 'waiting'


@NO_SWITCH
def test_signal_that_was_ignored_from_the_beginning_stays_so(lab, proxy):
    proxy.misbehave('delay=0.6')
    one = Running(lab, 'plug', ovs_vif(1), prefix=('env', '--ignore-signal=INT'))
    wait_until(lambda: proxy.commits, what='the transaction is sent')
    one.interrupt()
    done = one.wait()
    assert done.status == 0 and not done.err and done.result['state'] == 'waiting'


@NO_SWITCH
def test_verbs_that_only_look_end_at_once(lab):
    paused(lab, 'ovsdb-server')
    try:
        for verb, options in (('check', []), ('plug', ['--dry-run']), ('list', [])):
            one = Running(lab, verb, *([ovs_vif(1)] if verb != 'list' else []), options=options)
            time.sleep(0.4)
            one.interrupt()
            done = one.wait()
            assert done.status == -signal.SIGINT and one.took < 1, done
            assert not done.out and not done.err
    finally:
        resumed(lab, 'ovsdb-server')
