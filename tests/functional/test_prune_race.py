# SPDX-License-Identifier: Apache-2.0
"""vifctl prune beside others who plug and unplug, and on a host with many VIFs."""
import threading
import time

import pytest

import stale
from lab import wait_until
from stale import KINDS, found, look
from state import assert_same
from vifs import device, hybrid_vif, ovs_vif

SECONDS = 18


class Plugger(threading.Thread):
    """Plugs, looks whether all of it stands, waits, looks again, unplugs; over and over."""

    def __init__(self, lab, until):
        super().__init__()
        self.lab, self.until, self.rounds, self.fault = lab, until, 0, None

    def run(self):
        try:
            while time.monotonic() < self.until:
                self.round()
                self.rounds += 1
        except BaseException as error:
            self.fault = error

    def check(self, n, when):
        links, port = self.lab.links(), device(n, 'qvo')
        for prefix in ('qbr', 'qvb', 'qvo'):
            assert device(n, prefix) in links, '%s: %s is gone' % (when, device(n, prefix))
        assert links[device(n, 'qvb')]['master'] == device(n, 'qbr'), when
        assert port in self.lab.vsctl('list-ports', 'br-int').split(), when


class Ours(Plugger):
    """vifctl, direct and hybrid."""

    def round(self):
        direct, hybrid = ovs_vif(1, create_tap=True), hybrid_vif(2)
        self.lab.execute((*self.lab.inside(), *self.lab.command('plug', direct, hybrid)))
        for when in ('plugged', 'a while later'):
            self.check(2, when)
            assert device(1) in self.lab.links(), when
            time.sleep(0.4)
        self.lab.execute((*self.lab.inside(), *self.lab.command('unplug', direct, hybrid)))


class OsVif(Plugger):
    """os-vif's commands one by one, with pauses between them."""

    def round(self):
        n, (qbr, qvb, qvo) = 3, (device(3, prefix) for prefix in ('qbr', 'qvb', 'qvo'))
        steps = [
            lambda: self.lab.ip('link', 'add', qvb, 'type', 'veth', 'peer', 'name', qvo),
            lambda: self.lab.ip('link', 'set', qvo, 'up', 'promisc', 'on'),
            lambda: self.lab.ip('link', 'add', qbr, 'type', 'bridge'),
            lambda: self.lab.ip('link', 'set', qbr, 'up'),
            lambda: self.lab.ip('link', 'set', qvb, 'up', 'promisc', 'on', 'master', qbr),
            lambda: self.lab.vsctl('add-port', 'br-int', qvo, '--', 'set', 'Interface', qvo,
                                   *stale.column('external_ids', stale.ids(n))),
        ]
        for step in steps:
            step()
            time.sleep(0.45)
        for when in ('plugged', 'a while later'):
            self.check(n, when)
            time.sleep(0.4)
        self.lab.vsctl('del-port', 'br-int', qvo)
        self.lab.ip('link', 'del', qbr)
        self.lab.ip('link', 'del', qvb)


class Waiting(Plugger):
    """A guest whose rows come long before its tap: the default grace is theirs."""

    def round(self):
        self.lab.execute((*self.lab.inside(), *self.lab.command('plug', ovs_vif(4))))
        time.sleep(4)
        assert device(4) in self.lab.vsctl('list-ports', 'br-int').split()
        self.lab.execute((*self.lab.inside(), *self.lab.command('unplug', ovs_vif(4))))


@pytest.mark.parametrize('grace', [0, 600], ids=['no grace', 'default grace'])
def test_who_plugs_meanwhile_keeps_all_of_it(lab, grace):
    """Without a grace period the locks, and for rows the second look, tell a leftover from a VIF in the
    making; with it, nothing that is young is touched even by a glance: on a busy machine os-vif may
    take longer from one command to the next than there is between two looks."""
    before = lab.snapshot()
    until = time.monotonic() + SECONDS
    threads = [Ours(lab, until)] + ([OsVif(lab, until), Waiting(lab, until)] if grace else [])
    for thread in threads:
        thread.start()
    n = runs = 0
    while any(thread.is_alive() for thread in threads):
        for kind in ('hybrid-links', 'qos', 'tap'):   # so that there is something to prune
            n += 1
            KINDS[kind](lab, 1000 + n)
        done = look(lab, '--yes', grace=grace)
        mine = {('hybrid-links', device(1000 + n - 2, 'qbr')), ('tap', device(1000 + n))}
        assert not {name for kind, name in found(done, 'removed')} & {
            device(k, prefix) for k in (1, 2, 3, 4)
            for prefix in ('tap', 'qbr', 'qvb', 'qvo')}, done
        assert grace or mine <= found(done, 'removed'), done
        runs += 1
    for thread in threads:
        thread.join()
        assert thread.fault is None, thread.fault
        assert thread.rounds >= 2
    assert runs >= 2   # a slow machine gets no further
    if not grace:
        assert_same(before, lab.snapshot(), 'after all is unplugged and pruned')


@pytest.mark.lab(vswitchd=False)
def test_fifty_among_a_thousand(lab):
    good = [ovs_vif(n, create_tap=True) for n in range(1, 701)]
    good += [hybrid_vif(n) for n in range(701, 901)]
    lab.plug(lab.write('good.json', good))
    own = lab.config('[os_vif_ovs]\nper_port_bridge = true\n', 'own.conf')
    lab.plug(lab.write('own.json', [ovs_vif(n, create_tap=True) for n in range(901, 1001)]),
             options=[own])
    lab.db.transact({'op': 'update', 'table': 'Interface', 'where': [], 'row': {'ofport': 1}})
    # A hundred guests whose ports ovs-vswitchd could not open, but whose taps are there.
    for n in range(1, 101):
        lab.db.update('Interface', device(n), ofport=-1)
    assert look(lab).json == {'stale': []}
    before = lab.snapshot()
    kinds = sorted(set(KINDS) - {'hybrid-veth', 'representor-port'})
    assert len(kinds) == 10
    made = {(kind, KINDS[kind](lab, 2000 + 10 * i + k))
            for i, kind in enumerate(kinds) for k in range(5)}
    assert len(made) == 50
    assert found(look(lab)) == made
    done = look(lab, '--yes')
    assert found(done, 'removed') == made and done.seconds < 30
    assert_same(before, lab.snapshot(), 'the thousand are as they were')


@pytest.mark.lab(vswitchd=False)
def test_vif_another_vifctl_works_on(lab):
    """Its tap is there, its port is not yet; its lock is held, and nobody waits for that."""
    stale.tap(lab, 2)
    lab.start_proxy().misbehave('delay=8')
    plug = lab.background('plug', ovs_vif(1, create_tap=True))
    wait_until(lambda: lab.links().get(device(1), {}).get('alias'), what='the tap is made')
    done = look(lab, '--yes', ovsdb=lab.address)
    assert plug.poll() is None, 'the plug should still be under way'
    assert found(done, 'removed') == {('tap', device(2))}
    assert found(done, 'kept') == {('tap', device(1))}
    assert 'not removed: another program is working on its VIF' in done.out
    assert plug.wait(20) == 0 and device(1) in lab.links() and lab.db.row('Port', device(1))


def old_port(lab, n):
    """Found even through a proxy, behind which no log is seen."""
    stale.port(lab, n)
    lab.vsctl('set', 'Interface', device(n), 'external_ids:ovn-installed-ts=%d' % (
        (time.time() - 100) * 1000))


def add_tap(lab):
    """As os-vif plugs a VIF whose port is there: the tap, then a transaction without a change."""
    lab.ip('tuntap', 'add', device(1), 'mode', 'tap')
    lab.db.transact({'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
                     'mutations': [['next_cfg', '+=', 1]]})


def replace_port(lab):
    lab.vsctl('del-port', device(1))
    stale.port(lab, 1)


def replace_tap(lab):
    lab.ip('link', 'del', device(5))
    stale.tap(lab, 5)


def add_port(lab):
    stale.add_port(lab, device(6, 'qvo'), {})


CHANGES = {
    'tap-of-port': (add_tap, 'port', device(1), device(1) + ' is there by now'),
    'port': (replace_port, 'port', device(1), 'port %s is another by now' % device(1)),
    'tap': (replace_tap, 'tap', device(5), device(5) + ' is another device by now'),
    'port-of-links': (add_port, 'hybrid-links', device(6, 'qbr'),
                      'port %s is there by now' % device(6, 'qvo')),
}


MOMENTS = {'tap-of-port': 5}


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('change', sorted(CHANGES))
@pytest.mark.parametrize('when', ['between the looks', 'before the removal'])
def test_what_changes_meanwhile(lab, change, when):
    """At whatever moment: what has changed is left as it is, all else goes, and the status is 0."""
    act, kind, name, words = CHANGES[change]
    for n in (1, 2):
        old_port(lab, n)
    for n in (5, 7):
        stale.tap(lab, n)
    stale.hybrid_links(lab, 6)
    made = found(look(lab))
    assert len(made) == 5
    seen = []

    def on_point(point):
        # One read of each look and two of the engine, then the transaction; links are read behind
        # that of a look, and before the first of the engine.
        moment = 2 if when == 'between the looks' else MOMENTS.get(change, 3)
        if point == 'request %d' % moment:
            seen.append(act(lab))

    lab.start_proxy().on_point = on_point
    done = look(lab, '--yes')
    lab.proxy.on_point = None
    assert len(seen) == 1
    # Behind the engine's look a link is known by its index: the stale tap is gone, the new one stays.
    gone = change == 'tap' and when == 'before the removal'
    assert found(done, 'removed') == (made if gone else made - {(kind, name)})
    if when == 'before the removal' and not gone:
        assert found(done, 'kept') == {(kind, name)}
        assert 'not removed: ' + words in done.out
    for one in ((device(1),) if kind == 'port' else ()):
        assert lab.db.row('Port', one)
    assert kind == 'port' or name in lab.links()


@pytest.mark.lab(vswitchd=False)
def test_qos_row_that_a_port_comes_to_refer_to(lab):
    """The database keeps it; those like it are left for the next time, all else goes."""
    rows = [stale.qos(lab, n) for n in (1, 2)]
    old_port(lab, 3)
    stale.add_port(lab, 'other', {}, ofport=0)

    def on_point(point):
        if point == 'request 5':
            lab.vsctl('set', 'Port', 'other', 'qos=' + rows[0])

    lab.start_proxy().on_point = on_point
    done = look(lab, '--yes')
    lab.proxy.on_point = None
    assert found(done, 'removed') == {('port', device(3))}
    assert found(done, 'kept') == {('qos', row) for row in rows}
    assert found(look(lab, '--yes'), 'removed') == {('qos', rows[1])}
    assert lab.db.row('Port', 'other')['qos'] == '@' + rows[0]


@pytest.mark.lab(vswitchd=False)
def test_removal_that_fails(lab):
    """The kernel refuses: the status says so, and the words say what."""
    stale.tap(lab, 1)
    stale.port(lab, 2)
    lab.run('touch', '/run/vifd.lock')
    lab.run('chmod', '666', '/run/vifd.lock')
    bare = ('setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin')
    done = look(lab, '--yes', status=3, prefix=bare)
    assert found(done, 'failed') == {('tap', device(1))}
    assert found(done, 'removed') == {('port', device(2))}
    assert done.line().startswith('vifctl: remove tap %s: delete %s: ' % (device(1), device(1)))
    lab.run('chmod', '600', '/run/vifd.lock')


@pytest.mark.lab(vswitchd=False)
def test_without_the_lock_file_nothing_is_removed(lab):
    stale.tap(lab, 1)
    lab.run('mkdir', '/run/vifd.lock')
    done = look(lab, '--yes', status=3)
    assert done.line().startswith('vifctl: lock /run/vifd.lock: ')
    assert found(look(lab)) == {('tap', device(1))}
