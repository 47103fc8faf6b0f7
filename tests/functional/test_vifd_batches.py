# SPDX-License-Identifier: Apache-2.0
"""Many callers at once: what is asked for together is done together, and nobody waits for others."""
import signal
import time

import pytest

from lab import wait_until
from vifd_client import VarlinkError, Vifd, is_instrumented
from vifs import device, ovs_vif, vif_id


@pytest.fixture
def vifd(lab):
    daemon = Vifd(lab)
    yield daemon
    daemon.stop()


class Frozen:
    """While it lasts a process of the lab does nothing."""

    def __init__(self, lab, name='ovsdb-server'):
        self.process = lab.processes[name]

    def __enter__(self):
        self.process.send_signal(signal.SIGSTOP)

    def __exit__(self, *exc):
        self.process.send_signal(signal.SIGCONT)


def send(vifd, method, *documents, **parameters):
    client = vifd.client()
    client.send(method, dict(parameters, vifs=list(documents)))
    return client


def outcome(client):
    """The state of each VIF, or the kind of the error."""
    try:
        return [r['state'] for r in client.reply()['results']]
    except VarlinkError as error:
        return error.kind
    finally:
        client.close()


def under_way(vifd, batches):
    wait_until(lambda: vifd.said().count('batch:') >= batches, what='%d batches' % batches)


def arrived(vifd):
    """All that was sent before has been taken in: the loop has gone round since."""
    for _ in range(3):
        with vifd.client() as c:
            c.call('Plug', vifs=[])


def next_cfg(lab):
    return lab.db.select('Open_vSwitch')[0]['next_cfg']


def test_what_comes_together_is_one_transaction(lab, vifd):
    before = next_cfg(lab)
    with Frozen(lab):
        first = send(vifd, 'Plug', ovs_vif(1, create_tap=True))
        under_way(vifd, 1)
        others = [send(vifd, 'Plug', ovs_vif(n, create_tap=True)) for n in range(2, 51)]
        arrived(vifd)
    assert outcome(first) == ['plugged']
    assert [outcome(c) for c in others] == [['plugged']] * 49
    assert vifd.said().count('batch:') <= 3, vifd.said()
    assert next_cfg(lab) - before <= 3
    assert len([n for n in lab.links() if n.startswith('tap')]) == 50


def test_one_alone_does_not_wait(vifd):
    with vifd.client() as c:
        c.results('Plug', ovs_vif(1))
        begun = time.monotonic()
        for _ in range(10):
            c.results('Plug', ovs_vif(1), wait='none')
        assert time.monotonic() - begun < 1


def test_a_bad_one_fails_alone(lab, vifd):
    lab.vsctl('add-port', 'br-int', device(2), '--', 'set', 'interface', device(2),
              'type=internal', 'external_ids:iface-id=' + vif_id(99))
    with Frozen(lab):
        first = send(vifd, 'Plug', ovs_vif(1))
        under_way(vifd, 1)
        conflict = send(vifd, 'Plug', ovs_vif(2))
        nonsense = send(vifd, 'Plug', {'vif': {'id': vif_id(3)}})
        forbidden = send(vifd, 'Plug', ovs_vif(5, bridge='br-secret'))
        good = [send(vifd, 'Plug', ovs_vif(n, create_tap=True)) for n in (10, 11)]
        arrived(vifd)
    assert outcome(conflict) == 'Conflict'
    assert outcome(nonsense) == 'InvalidInput'
    assert outcome(forbidden) == 'PermissionDenied'
    assert [outcome(c) for c in [first, *good]] == [['waiting'], ['plugged'], ['plugged']]


def test_who_never_settles_holds_up_nobody(vifd):
    """There is no OVN to claim it."""
    stuck = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=6000)
    under_way(vifd, 1)
    begun = time.monotonic()
    with vifd.client() as c:
        assert c.results('Plug', ovs_vif(2, create_tap=True))[0]['state'] == 'plugged'
        assert c.results('Check', ovs_vif(2, create_tap=True))[0]['state'] == 'wired'
        assert c.results('Unplug', ovs_vif(2, create_tap=True))[0]['state'] == 'unplugged'
        assert [v['id'] for v in c.call('List')['vifs']] == [vif_id(1)]
    assert time.monotonic() - begun < 3
    assert outcome(stuck) == 'TimedOut'
    assert time.monotonic() - begun > 4


def test_a_batch_mate_that_never_settles_holds_up_nobody(lab, vifd):
    """Both in one batch: one gets its answer while the other waits."""
    with Frozen(lab):
        first = send(vifd, 'Plug', ovs_vif(9))
        under_way(vifd, 1)
        stuck = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=6000)
        bad = send(vifd, 'Plug', {'vif': 1}, wait='ovn', timeout_ms=6000)
        mate = send(vifd, 'Plug', ovs_vif(2), wait='ovn', timeout_ms=6000)
        arrived(vifd)
    begun = time.monotonic()
    assert outcome(bad) == 'InvalidInput'
    assert outcome(first) == ['waiting']
    assert outcome(mate) == ['waiting']
    with vifd.client() as c:
        assert c.results('Unplug', ovs_vif(2))[0]['state'] == 'unplugged'
    lab.vifctl('plug', ovs_vif(2), options=['--timeout=2'])
    assert time.monotonic() - begun < 3
    assert outcome(stuck) == 'TimedOut'


def test_a_switch_that_stands_still_keeps_unplugs_to_themselves(lab, vifd):
    """An unplug waits for ovs-vswitchd to let go of the device before it deletes it."""
    with vifd.client() as c:
        c.results('Plug', ovs_vif(1, create_tap=True))
        with Frozen(lab, 'ovs-vswitchd'):
            stuck = send(vifd, 'Unplug', ovs_vif(1, create_tap=True), timeout_ms=4000)
            under_way(vifd, 2)
            begun = time.monotonic()
            assert c.results('Plug', ovs_vif(2, create_tap=True), wait='none')[0]['changed']
            assert time.monotonic() - begun < 2
            outcome(stuck)


def test_many_that_never_settle_are_too_many_at_some_time(lab, vifd):
    """There is a limit of batches under way, and those beyond it are told so in time."""
    stuck = [send(vifd, 'Plug', ovs_vif(n, create_tap=True), wait='ovn', timeout_ms=5000 + n)
             for n in range(1, 81)]
    outcomes = [outcome(c) for c in stuck]
    assert set(outcomes) == {'TimedOut'}
    assert 10 < vifd.said().count('batch:') <= 64 + 16
    with vifd.client() as c:
        assert c.results('Plug', ovs_vif(100, create_tap=True))[0]['state'] == 'plugged'


def test_requests_of_one_vif_keep_their_order(lab, vifd):
    document = ovs_vif(1, create_tap=True)
    with Frozen(lab):
        first = send(vifd, 'Plug', ovs_vif(9))
        under_way(vifd, 1)
        several = []
        for method in ('Plug', 'Unplug', 'Plug', 'Unplug', 'Plug'):
            several.append(send(vifd, method, document))
            arrived(vifd)
    outcome(first)
    changed = [c.reply()['results'][0]['changed'] for c in several]
    assert changed == [True] * 5
    assert device(1) in lab.links()


def test_a_deadline_in_the_queue(lab, vifd):
    with Frozen(lab):
        first = send(vifd, 'Plug', ovs_vif(1, create_tap=True))
        under_way(vifd, 1)
        begun = time.monotonic()
        late = send(vifd, 'Unplug', ovs_vif(1, create_tap=True), timeout_ms=500)
        with pytest.raises(VarlinkError, match='not started: .*nothing was changed') as caught:
            late.reply()
        assert caught.value.kind == 'TimedOut'
        assert 0.4 < time.monotonic() - begun < 2
    assert outcome(first) == ['plugged']
    assert device(1) in lab.links()


def test_a_deadline_counts_from_the_arrival(lab, vifd):
    """What was spent in the queue is not there for the work."""
    stuck = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=2000)
    under_way(vifd, 1)
    begun = time.monotonic()
    second = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=3500)
    assert outcome(stuck) == 'TimedOut'
    assert outcome(second) == 'TimedOut'
    assert time.monotonic() - begun < 3.5 + 2.5


def test_who_has_gone_away_gets_nothing_done(lab, vifd):
    with Frozen(lab):
        begun = send(vifd, 'Plug', ovs_vif(1, create_tap=True))
        under_way(vifd, 1)
        waits = send(vifd, 'Plug', ovs_vif(2, create_tap=True))
        stays = send(vifd, 'Plug', ovs_vif(3, create_tap=True))
        arrived(vifd)
        begun.close()
        waits.close()
    assert outcome(stays) == ['plugged']
    wait_until(lambda: device(1) in lab.links(), what='what had begun went on')
    assert device(2) not in lab.links()


def test_reads_go_on_while_changes_wait(lab, vifd):
    with vifd.client() as c:
        c.results('Plug', ovs_vif(1, create_tap=True))
        with Frozen(lab, 'ovs-vswitchd'):
            stuck = send(vifd, 'Plug', ovs_vif(2, create_tap=True), timeout_ms=3000)
            under_way(vifd, 2)
            wait_until(lambda: len(c.call('List')['vifs']) == 2)
            begun = time.monotonic()
            checks = [send(vifd, 'Check', ovs_vif(2, create_tap=True), wait='none')
                      for _ in range(8)]
            assert len(c.call('List')['vifs']) == 2
            assert c.results('Check', ovs_vif(1, create_tap=True), wait='none')[0]['state']
            assert time.monotonic() - begun < 2
            assert outcome(stuck) == 'TimedOut'
        for check in checks:
            assert outcome(check) in (['wired'], ['drifted'])


def test_the_memory_of_a_thousand_vifs(lab, vifd):
    """Resident memory with 1000 VIFs plugged; what sanitizers need is not ours."""
    documents = [ovs_vif(n) for n in range(1, 1001)]
    with vifd.client() as c:
        for at in range(0, 1000, 100):
            results = c.results('Plug', *documents[at:at + 100], wait='none')
            assert {r['state'] for r in results} <= {'plugged', 'waiting'}
        assert len(c.call('List')['vifs']) == 1000
        if not is_instrumented():
            assert vifd.memory() < 8 << 20, vifd.memory()
