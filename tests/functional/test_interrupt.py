# SPDX-License-Identifier: Apache-2.0
"""A batch that is interrupted leaves each VIF either plugged or as it was, and says which."""
import itertools
import re
import signal
import subprocess
import time

import pytest

import stale
from faulty import left
from lab import Outcome, wait_until
from state import assert_same
from test_kill import CALLS, comparable
from vifs import device, hybrid_vif, ovs_vif
from watch import strace

NO_SWITCH = pytest.mark.lab(vswitchd=False)
POINTS = CALLS + ',poll'
THREE = {1: ovs_vif(1, create_tap=True), 2: hybrid_vif(2), 3: ovs_vif(3)}
MANY = 300
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def names(n):
    return {device(n, prefix) for prefix in ('tap', 'qbr', 'qvb', 'qvo')}

# Through vifd it is only the waiting that ends: test_connect_same.py.
pytestmark = pytest.mark.alone


class Running:
    """vifctl in the background."""

    def __init__(self, lab, verb, *files, options=('--json',), prefix=()):
        self.argv = lab.command(verb, *files, options=list(options))
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            (*lab.inside(), *prefix, *self.argv), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lab.environment())

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        begun = time.monotonic()
        out, err = self.process.communicate(timeout=seconds)
        done = subprocess.CompletedProcess(self.argv, self.process.returncode, out, err)
        self.took = time.monotonic() - begun
        return Outcome(self.argv, done, time.monotonic() - self.begun)


def paused(lab, name):
    lab.processes[name].send_signal(signal.SIGSTOP)


def resumed(lab, name):
    lab.processes[name].send_signal(signal.SIGCONT)


def judged(done, verb='plug', total=None):
    """What is said of the VIFs: {state: the numbers of its VIFs}, 'before' for those as they were, 'kept'
    for those left as plugged.  Each that failed has one line, and one counts them all."""
    found = {'done': set(), 'kept': set(), 'before': set()}
    lines = done.err.splitlines()
    for one in done.results:
        n = int(one['id'][:8], 16)
        if one['state'] != 'failed':
            assert one['state'] in ('waiting', verb + 'ged'), one
            found['done'].add(n)
            continue
        words = one['error']['text']
        assert one['error']['kind'] == 'Interrupted' and words in done.err, done
        assert ('as it was before' in words) == (not one['changed']), one
        assert ('left as plugged' in words) == one['changed'], one
        found['kept' if one['changed'] else 'before'].add(n)
    if not lines:                       # the signal came when all was said
        assert len(found['done']) == len(done.results), done
        return found
    said = re.search(r'interrupted: (\d+) of (\d+) VIFs (un)?plugged', lines[-1])
    if len(done.results) > 1:
        assert said and int(said[1]) == len(found['done']), done
        assert int(said[2]) == len(done.results) == (total or len(done.results))
        for state, word in (('kept', 'not waited for'), ('before', 'as they were')):
            counted = re.search(r', (\d+) ' + word, lines[-1])
            assert int(counted[1] if counted else 0) == len(found[state]), done
        lines = lines[:-1]
    assert len(lines) == len(found['kept'] | found['before']), done
    return found


# ---------------------------------------------------------------- at every point

def interrupted_at(lab, verb, path, call, n):
    """Runs vifctl and interrupts it as it makes its n-th such call, if there is one."""
    inject = strace(lab.path('strace.log'), '-e', 'trace=' + POINTS, '-e',
                    'inject=%s:signal=INT:when=%d' % (call, n))
    done = lab.vifctl(verb, path, prefix=inject, status=None, options=['--json'])
    lab.history.pop()
    assert done.status in (0, -signal.SIGINT, 128 + signal.SIGINT), done
    return done


def every_point(lab, verb, path, docs):
    """Interrupts the command before each of its calls in turn; yields what it said.  One that was
    interrupted before it began or after it ended says nothing, or all."""
    for call in POINTS.split(','):
        for n in itertools.count(1):
            done = interrupted_at(lab, verb, path, call, n)
            if not done.status:
                yield done, {'done': set(docs), 'kept': set(), 'before': set()}
                break
            if done.out:
                yield done, judged(done, verb, len(docs))
            else:
                yield done, {'done': set(), 'kept': set(), 'before': set(docs)}


@NO_SWITCH
def test_plug_interrupted_at_every_point(lab):
    path = lab.write('vifs.json', list(THREE.values()))
    before, outcomes = lab.snapshot(), set()
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    lab.unplug(path)
    for done, found in every_point(lab, 'plug', path, THREE):
        after = lab.snapshot()
        there = left(before, after)
        for n in THREE:
            assert bool(names(n) & there) == (n in found['done'] | found['kept']), str(done)
        outcomes |= {state for state in found if found[state]}
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plugged after ' + str(done))
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplugged after ' + str(done))
    assert outcomes == {'done', 'before'}


@NO_SWITCH
def test_unplug_interrupted_at_every_point(lab):
    path = lab.write('vifs.json', list(THREE.values()))
    before, outcomes = lab.snapshot(), set()
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    for done, found in every_point(lab, 'unplug', path, THREE):
        there = left(before, comparable(lab.snapshot()))
        for n in THREE:
            assert bool(names(n) & there) == (n in found['before']), str(done)
        outcomes |= {state for state in found if found[state]}
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plugged after ' + str(done))
    assert outcomes == {'done', 'before'}


# ---------------------------------------------------------------- many, at any moment

def many_and_files(lab, make):
    docs = {n: make(n) for n in range(1, MANY + 1)}
    return docs, lab.write('many.json', list(docs.values()))


def assert_as_told(lab, found, docs, before):
    """Links and rows are those of the VIFs that are said to be plugged, and they are whole."""
    there = left(before, lab.snapshot())
    for n in docs:
        assert bool(names(n) & there) == (n in found['done'] | found['kept']), n
    whole = [docs[n] for n in sorted(found['done'] | found['kept'])]
    if whole:
        lab.settle()
        lab.vifctl('check', lab.write('whole.json', whole))


@pytest.mark.parametrize('make', [lambda n: ovs_vif(n, create_tap=True), ovs_vif],
                         ids=['taps', 'ports'])
@NO_SWITCH
def test_many_interrupted_at_any_moment(lab, make):
    docs, path = many_and_files(lab, make)
    before, seen = lab.snapshot(), set()
    length = lab.plug(path).seconds
    lab.unplug(path)
    for step in range(1, 13):
        number = SIGNALS[step % 2]
        one = Running(lab, 'plug', path)
        time.sleep(length * step / 12)
        one.interrupt(number)
        done = one.wait()
        assert done.status in (0, -number), done
        if done.out and done.status:
            found = judged(done, total=MANY)
            seen |= {state for state in found if found[state]}
        else:
            found = {'done': set(docs) if done.out else set(), 'kept': set()}
        assert_as_told(lab, found, docs, before)
        lab.unplug(path, options=['--timeout=60'])
        assert_same(before, lab.snapshot())
    assert seen


def test_many_hybrids_with_a_switch_interrupted(lab):
    docs = {n: hybrid_vif(n) for n in range(1, 41)}
    path, before = lab.write('many.json', list(docs.values())), lab.snapshot()
    for delay in (0.02, 0.1, 0.3, 0.6):
        one = Running(lab, 'plug', path)
        time.sleep(delay)
        one.interrupt()
        done = one.wait()
        assert done.status in (0, -signal.SIGINT), done
        if done.out and done.status:
            found = judged(done)
        else:
            found = {'done': set(docs) if done.out else set(), 'kept': set()}
        assert_as_told(lab, found, docs, before)
        lab.unplug(path)
        lab.settle()
        assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- while it waits

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
    found = judged(done)
    assert found['kept'] == set(docs)
    assert 'interrupted while waiting for ovs-vswitchd; left as plugged' in done.err
    resumed(lab, 'ovs-vswitchd')
    assert_as_told(lab, found, docs, before)


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
    found = judged(done)
    assert found['kept'] == set(docs)
    assert done.err.count('interrupted while waiting for OVN to install port tap') == 3
    assert_as_told(lab, found, docs, before)


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
    assert judged(done, 'unplug')['done'] == {1, 2, 3, 4, 5, 6}
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


# ---------------------------------------------------------------- the transaction

@NO_SWITCH
def test_answer_to_the_transaction_is_waited_for(lab, proxy):
    proxy.misbehave('delay=1.0')
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 4)]
    one = Running(lab, 'plug', docs)
    wait_until(lambda: proxy.commits, what='the transaction is sent')
    one.interrupt()
    done = one.wait()
    assert done.status == -signal.SIGINT and judged(done)['done'] == {1, 2, 3}
    assert {device(n) for n in (1, 2, 3)} <= {row['name'] for row in lab.db.select('Port')}


@NO_SWITCH
@pytest.mark.parametrize('rule', ['drop-before', 'drop-after'])
def test_lost_answer_is_looked_after(lab, proxy, rule):
    """Whether the rows are there has to be known before anything is taken back."""
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
    found = judged(done)
    assert found['done'] == {1, 2}
    proxy.on_point = None
    assert_as_told(lab, found, docs, before)


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


# ---------------------------------------------------------------- others

@NO_SWITCH
def test_repair_interrupted_at_every_point(lab):
    path = lab.write('vifs.json', list(THREE.values()))
    lab.plug(path)
    plugged = comparable(lab.snapshot())

    def damage():
        lab.ip('link', 'set', device(1), 'mtu', '1300')
        lab.vsctl('remove', 'Interface', device(3), 'external_ids', 'vm-uuid')
    damage()
    damaged = comparable(lab.snapshot())
    states = set()
    for n in itertools.count(1):
        inject = strace(lab.path('strace.log'), '-e', 'trace=' + POINTS, '-e',
                        'inject=poll:signal=INT:when=%d' % n)
        done = lab.vifctl('check', path, prefix=inject, status=None,
                          options=['--json', '--repair'])
        if not done.status:
            break
        now = comparable(lab.snapshot())
        if done.out:
            mended = left(damaged, now)
            for one, number in zip(done.results, THREE):
                states.add(one['state'])
                assert one['changed'] == bool(names(number) & mended), str(done)
                assert one['changed'] == (one['state'] in ('plugged', 'waiting')), str(done)
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()))
        damage()
    assert 'failed' in states


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
