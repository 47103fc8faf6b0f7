# SPDX-License-Identifier: Apache-2.0
"""vifctl killed at every point of its work: the next run completes it, unplug leaves no trace."""
import itertools
import time

import pytest

from state import assert_same
from vifs import hybrid_vif, ovs_vif
from watch import strace

pytestmark = pytest.mark.lab(vswitchd=False)
CALLS = 'connect,sendto,sendmsg,sendmmsg,write,writev,ioctl'
DOCUMENTS = {'direct': ovs_vif(1, create_tap=True), 'hybrid': hybrid_vif(1),
             'three': [ovs_vif(1, create_tap=True), hybrid_vif(2), ovs_vif(3)]}
ALL = pytest.mark.parametrize('doc', DOCUMENTS.values(), ids=DOCUMENTS)


def comparable(snapshot):
    """Without what the kernel makes up anew each time, and without the alias: the kernel takes none
    when it creates a link, so a kill may leave one that has none, like those os-vif makes; a plug
    leaves such a link as it is."""
    for name, link in snapshot['links'].items():
        if link.get('kind') in ('veth', 'bridge'):
            link.pop('address', None)
            link.pop('alias', None)
    return snapshot


def killed(lab, verb, path, call, n):
    """Runs vifctl and kills it as it makes its n-th such call; false when it came through."""
    inject = strace(lab.path('strace.log'), '-e', 'trace=' + CALLS, '-e',
                    'inject=%s:signal=KILL:when=%d' % (call, n))
    outcome = lab.vifctl(verb, path, prefix=inject, status=None)
    lab.history.pop()
    assert outcome.status in (0, -9, 137), outcome
    return outcome.status != 0


def every_point(lab, verb, path):
    """Kills the command before each of its calls in turn, and yields that call; whoever asks puts
    things back before the next."""
    points = 0
    for call in CALLS.split(','):
        for n in itertools.count(1):
            if not killed(lab, verb, path, call, n):
                yield 'all of ' + call
                break
            points += 1
            yield '%s %d' % (call, n)
    assert points > 5, 'killed at no point'


@ALL
def test_plug_killed_then_plugged_and_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    lab.unplug(path)
    for n in every_point(lab, 'plug', path):
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plug after a kill at %s' % n)
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)


@ALL
def test_plug_killed_then_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    for n in every_point(lab, 'plug', path):
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)


@ALL
def test_unplug_killed_then_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    lab.plug(path)
    for n in every_point(lab, 'unplug', path):
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)
        lab.plug(path)


@ALL
def test_unplug_killed_then_plugged(lab, doc):
    path = lab.write('vif.json', doc)
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    for n in every_point(lab, 'unplug', path):
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plug after a kill at %s' % n)


@ALL
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
@pytest.mark.parametrize('point', ['lost request 1', 'request 1', 'forwarded 1', 'answered 1',
                                   'lost request 2', 'request 2', 'forwarded 2', 'answered 2'])
def test_killed_around_each_message(lab, proxy, doc, verb, point):
    lost, point = point.startswith('lost '), point.replace('lost ', '')
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    if verb == 'unplug':
        lab.plug(path)
        proxy.clear()
    running = []

    def kill(seen):
        if seen != point:
            return None
        while not running:
            time.sleep(0.001)
        running[0].kill()
        return 'drop' if lost else None

    proxy.on_point = kill
    process = lab.background(verb, path)
    running.append(process)
    process.wait(20)
    proxy.on_point = None
    if point != 'answered 2':
        assert process.returncode == -9
    lab.vifctl(verb, path)
    lab.unplug(path)
    assert_same(before, lab.snapshot())
