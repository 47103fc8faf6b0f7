# SPDX-License-Identifier: Apache-2.0
"""A batch interrupted at each of its calls, or at any moment, leaves each VIF either plugged or as
it was, and says which."""
import itertools
import signal
import time

import pytest

from faulty import left
from running import Running, assert_as_reported, names, vifs_by_state
from state import assert_same
from test_kill import CALLS, comparable
from vifs import device, hybrid_vif, ovs_vif
from watch import strace

NO_SWITCH = pytest.mark.lab(vswitchd=False)
POINTS = CALLS + ',poll'
THREE = {1: ovs_vif(1, create_tap=True), 2: hybrid_vif(2), 3: ovs_vif(3)}
MANY = 300
SIGNALS = (signal.SIGINT, signal.SIGTERM)

# Through vifd it is only the waiting that ends: test_connect_same.py.
pytestmark = pytest.mark.alone


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
                yield done, vifs_by_state(done, verb, len(docs))
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
            repaired = left(damaged, now)
            for one, number in zip(done.results, THREE):
                states.add(one['state'])
                assert one['changed'] == bool(names(number) & repaired), str(done)
                assert one['changed'] == (one['state'] in ('plugged', 'waiting')), str(done)
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()))
        damage()
    assert 'failed' in states


def many_and_files(lab, make):
    docs = {n: make(n) for n in range(1, MANY + 1)}
    return docs, lab.write('many.json', list(docs.values()))


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
            found = vifs_by_state(done, total=MANY)
            seen |= {state for state in found if found[state]}
        else:
            found = {'done': set(docs) if done.out else set(), 'kept': set()}
        assert_as_reported(lab, found, docs, before)
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
            found = vifs_by_state(done)
        else:
            found = {'done': set(docs) if done.out else set(), 'kept': set()}
        assert_as_reported(lab, found, docs, before)
        lab.unplug(path)
        lab.settle()
        assert_same(before, lab.snapshot())
