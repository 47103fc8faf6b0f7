# SPDX-License-Identifier: Apache-2.0
"""vifctl killed at every point of its work: the next run completes it, unplug leaves no trace."""
import subprocess

import pytest

from state import assert_same
from vifs import hybrid_vif, ovs_vif
from watch import strace

pytestmark = pytest.mark.lab(vswitchd=False)
CALLS = 'connect,sendto,sendmsg,sendmmsg,write,writev,ioctl'
DOCUMENTS = {'direct': ovs_vif(1, create_tap=True), 'hybrid': hybrid_vif(1),
             'three': [ovs_vif(1, create_tap=True), hybrid_vif(2), ovs_vif(3)]}
ALL = pytest.mark.parametrize('doc', DOCUMENTS.values(), ids=DOCUMENTS)
MOST = 400


def comparable(snapshot):
    """Without what the kernel makes up anew each time."""
    for name, link in snapshot['links'].items():
        if link['kind'] in ('veth', 'bridge'):
            link.pop('address', None)
    return snapshot


def killed(lab, verb, path, n):
    """Runs vifctl and kills it when it makes its n-th call of CALLS; false when it came through."""
    inject = strace(lab.path('strace.log'), '-e', 'trace=' + CALLS, '-e',
                    'inject=%s:signal=KILL:when=%d' % (CALLS, n))
    outcome = lab.vifctl(verb, path, prefix=inject, status=None)
    lab.history.pop()
    assert outcome.status in (0, -9, 137), outcome
    return outcome.status != 0


def every_point(lab, verb, path):
    """Yields for each point the command was killed at; its caller puts things back."""
    for n in range(1, MOST):
        if not killed(lab, verb, path, n):
            assert n > 4, 'killed at no point'
            return
        yield n
    raise AssertionError('no end of the points')


@ALL
def test_plug_killed_then_plugged_and_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    lab.unplug(path)
    for n in every_point(lab, 'plug', path):
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plug after a kill at call %d' % n)
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at call %d' % n)


@ALL
def test_plug_killed_then_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    for n in every_point(lab, 'plug', path):
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at call %d' % n)


@ALL
def test_unplug_killed_then_unplugged(lab, doc):
    path = lab.write('vif.json', doc)
    before = lab.snapshot()
    lab.plug(path)
    for n in every_point(lab, 'unplug', path):
        lab.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at call %d' % n)
        lab.plug(path)


@ALL
def test_unplug_killed_then_plugged(lab, doc):
    path = lab.write('vif.json', doc)
    lab.plug(path)
    plugged = comparable(lab.snapshot())
    for n in every_point(lab, 'unplug', path):
        lab.plug(path)
        assert_same(plugged, comparable(lab.snapshot()), 'plug after a kill at call %d' % n)


@ALL
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
@pytest.mark.parametrize('point', ['request 1', 'forwarded 1', 'answered 1', 'request 2',
                                   'forwarded 2', 'answered 2'])
@pytest.mark.parametrize('lost', [False, True], ids=['', 'request lost'])
def test_killed_around_each_message(lab, proxy, doc, verb, point, lost):
    if lost and not point.startswith('request'):
        pytest.skip('only a request can be lost with its sender')
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
            pass
        running[0].kill()
        return 'drop' if lost else None

    proxy.on_point = kill
    process = subprocess.Popen((*lab.inside(), *lab.command(verb, path)),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=lab.environment())
    running.append(process)
    process.wait(20)
    proxy.on_point = None
    if point != 'answered 2':
        assert process.returncode == -9
    lab.vifctl(verb, path)
    lab.unplug(path)
    assert_same(before, lab.snapshot())
