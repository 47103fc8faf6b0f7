# SPDX-License-Identifier: Apache-2.0
"""The daemon's boundary as its callers meet it: other users, through the socket, of a vifd that
root has started and that has become a user of its own."""
import contextlib
import errno

import pytest

from attempts import ATTEMPTS, CONFIG, FIELDS, MALFORMED, allowed, prepare
from callers import VIFD_ID, Caller, add_user, event, events
from lab import Lab, wait_until
import stale
from nic import Nic, pretend_dpdk
from state import assert_same, identities
from vifd_client import VarlinkError, Vifd
from vifs import device, hybrid_vif, ovs_vif, vif_id

SERVICE = 'org.varlink.service.'
NOVA, LOOKER, STRANGER = 1001, 1002, 1003
LOOKERS = 1102
OPEN = ('[vifd]\nsocket_mode = 0666\nread_only_users = %d\nread_only_groups = %d\n'
        % (LOOKER, LOOKERS))
CHANGES = {'plug': 'Plug', 'unplug': 'Unplug', 'repair': 'Repair'}
METHODS = dict(CHANGES, check='Check', show='Show')
DENIED = 'io.vifd.PermissionDenied'


def everything(lab):
    return lab.snapshot(), identities(lab)


def assert_untouched(lab):
    for before, after in zip(lab.before, everything(lab)):
        assert_same(before, after)


@pytest.fixture(scope='module')
def host():
    """Whatever is tried for is there; 'closed' is a vifd as installed, 'open' one for everyone."""
    with Lab(vswitchd=False) as lab, Caller(NOVA, NOVA, VIFD_ID) as lab.nova, \
            Caller(LOOKER, LOOKER, comm='exporter') as lab.looker, \
            Caller(STRANGER, STRANGER, comm='stranger') as lab.stranger:
        add_user(lab)
        lab.add_bridge('br-int')
        pretend_dpdk(lab)
        prepare(lab, Nic(lab))
        stale.port(lab, 9)
        lab.closed = Vifd(lab, config=CONFIG, name='closed', user=None)
        lab.open = Vifd(lab, config=OPEN, name='open', user=None)
        lab.before = everything(lab)
        yield lab
        lab.closed.stop()
        lab.open.stop()


@contextlib.contextmanager
def refused(vifd, caller, method, *ids, kind='PermissionDenied'):
    """What is called in here is refused, and logged: once, as who called what for which VIFs."""
    before = len(events(vifd, method))
    with pytest.raises(VarlinkError) as caught:
        yield caught
    one = event(vifd, method, before + 1)
    assert one['level'] == 'warning'
    assert (one['uid'], one['pid'], one['comm']) == (
        str(caller.uid), str(caller.process.pid), caller.comm)
    assert one['result'] in (kind, kind + '=1')
    assert one.get('vifs', '') == ' '.join(ids)
    assert one['method'].endswith('.' + method)


def parameters_of(document):
    return {'vifs': [document]}


def id_of(document):
    vif = document['vif']
    return vif.get('versioned_object.data', vif)['id']


# ---------------------------------------------------------------------- who is nobody to it

def test_it_is_a_user_of_its_own(host):
    for vifd in (host.closed, host.open):
        assert vifd.status_value('Uid') == VIFD_ID
        with open('/proc/%d/status' % vifd.process.pid) as f:
            assert 'CapEff:\t0000000000001000\n' in f.read()


def test_a_stranger_cannot_open_the_socket(host):
    for caller in (host.stranger, host.looker):
        with pytest.raises(OSError) as caught:
            caller.connect(host.closed)
        assert caught.value.errno == errno.EACCES
    assert host.run('stat', '-c', '%a %G', host.closed.path).stdout == '660 vifd\n'


@pytest.mark.parametrize('method', [*METHODS.values(), 'List', 'Prune', 'HostInfo', 'Doctor'])
def test_a_stranger_who_can_open_it_may_not_call(host, method):
    wants = parameters_of(ovs_vif(1)) if method in METHODS.values() else {}
    ids = [vif_id(1)] if wants else []
    with host.stranger.connect(host.open) as c:
        with refused(host.open, host.stranger, method, *ids) as caught:
            c.call(method, **wants)
    assert caught.value.name == DENIED
    assert caught.value.text == (
        'user %d may not call vifd ([vifd] allowed_users, allowed_groups, read_only_users, '
        'read_only_groups)' % STRANGER)
    assert_untouched(host)


@pytest.mark.parametrize('method,wants', [
    ('io.vifd.GetMetrics', {}), (SERVICE + 'GetInfo', {}),
    (SERVICE + 'GetInterfaceDescription', {'interface': 'io.vifd'})],
    ids=['metrics', 'info', 'text'])
def test_a_stranger_is_told_nothing(host, method, wants):
    with host.stranger.connect(host.open) as c, pytest.raises(VarlinkError) as caught:
        c.call(method, **wants)
    assert (caught.value.name, caught.value.parameters) == (SERVICE + 'PermissionDenied', {})


# ---------------------------------------------------------------------- the group, and the policy

@pytest.mark.parametrize('attempt', ATTEMPTS, ids=lambda one: one.what)
def test_attempt_of_the_group_is_refused(host, attempt):
    with host.nova.connect(host.closed) as c:
        for verb in attempt.verbs:
            if verb == 'show':
                continue
            method = METHODS[verb]
            with refused(host.closed, host.nova, method, id_of(attempt.document)) as caught:
                c.call(method, wait='none', **parameters_of(attempt.document))
            assert caught.value.name == DENIED, verb
            assert caught.value.text.endswith(attempt.words), verb
            result, = caught.value.parameters['results']
            assert result['error'] == {'kind': 'PermissionDenied', 'text': caught.value.text}
            assert (result['state'], result['changed']) == ('failed', False)
    assert_untouched(host)


def test_drawings_and_plans_are_refused_alike(host):
    with host.nova.connect(host.closed) as c:
        for attempt in ATTEMPTS:
            if 'show' in attempt.verbs:
                drawn, = c.call('Show', **parameters_of(attempt.document))['vifs']
                assert drawn['error']['kind'] == 'PermissionDenied', attempt.what
                assert drawn['error']['text'].endswith(attempt.words), attempt.what
            for verb in CHANGES.keys() & set(attempt.verbs):
                with pytest.raises(VarlinkError) as caught:
                    c.call(CHANGES[verb], dry_run=True, **parameters_of(attempt.document))
                assert caught.value.name == DENIED and caught.value.text.endswith(attempt.words)
    assert_untouched(host)


@pytest.mark.parametrize('field,make', FIELDS, ids=[field for field, _ in FIELDS])
def test_names_that_are_none(host, field, make):
    with host.nova.connect(host.closed) as c:
        for name in MALFORMED:
            if '\0' in name:
                continue   # no document: see test_a_name_with_a_nul_is_no_message
            for method in CHANGES.values():
                with pytest.raises(VarlinkError) as caught:
                    c.call(method, wait='none', **parameters_of(make(name)))
                assert caught.value.kind in ('InvalidInput', 'PermissionDenied'), (name, method)
    assert_untouched(host)


def test_a_name_with_a_nul_is_no_message(host):
    with host.nova.connect(host.closed) as c:
        c.send('Plug', parameters_of(ovs_vif(1, vif_name='tap1\0')))
        assert c.receive() is None
    assert_untouched(host)


def test_the_rest_of_a_call_is_not_refused(host):
    """Beside one that is allowed the others are refused, each for itself."""
    docs = [ovs_vif(0x61, vif_name='eth0'), ovs_vif(0x62), ovs_vif(0x63, bridge='br-ex')]
    before = len(events(host.closed, 'Plug'))
    with host.nova.connect(host.closed) as c:
        results = c.results('Plug', *docs, dry_run=True)
    assert [one['state'] for one in results] == ['failed', 'planned', 'failed']
    one = event(host.closed, 'Plug', before + 1)
    assert one['result'] == 'PermissionDenied=2' and one['uid'] == str(NOVA)
    assert one['vifs'] == ' '.join(vif_id(n) for n in (0x61, 0x62, 0x63))
    assert_untouched(host)


@pytest.mark.lab(vswitchd=False)
def test_the_group_may_what_is_allowed(lab):
    """Also by its first group; and what has been refused before is no hindrance."""
    add_user(lab)
    lab.run('sh', '-c', 'mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200')
    nic = Nic(lab)
    pretend_dpdk(lab)
    prepare(lab, nic)
    vifd = Vifd(lab, config=CONFIG, user=None)
    with Caller(NOVA, VIFD_ID) as nova, nova.connect(vifd) as c:
        for doc in allowed():
            assert c.results('Plug', doc, wait='none')[0]['changed']
            nic.follow()
            assert c.results('Check', doc, wait='none')[0]['state'] != 'drifted'
            assert c.results('Unplug', doc, wait='none')[0]['state'] == 'unplugged'
            nic.follow()
        assert all(one['uid'] == str(NOVA) and one['result'] == 'ok'
                   for one in events(vifd, 'Plug'))
        assert len(events(vifd, 'Plug')) == len(allowed())
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_leftovers_of_the_group(lab):
    """What is outside of the policy is kept; and, unless no grace is asked for, what only root can tell
    the age of, since the log of the database is root's."""
    add_user(lab)
    lab.add_bridge('br-ex')
    vifd = Vifd(lab, user=None)
    old = {'ovn-installed-ts': '1'}
    mine, unknown, theirs = (
        stale.add_port(lab, device(n), stale.ids(n, **more), bridge=bridge)
        for n, more, bridge in ((1, old, 'br-int'), (2, {}, 'br-int'), (3, old, 'br-ex')))
    with Caller(NOVA, NOVA, VIFD_ID) as nova, nova.connect(vifd) as c:
        found = {one['name']: one for one in
                 c.call('Prune', remove=True, grace_ms=1000, wait='none')['stale']}
        one = event(vifd, 'Prune')
    assert found[mine]['state'] == 'removed', found[mine]['reason']
    assert lab.db.row('Port', mine) is None
    for name, words in ((unknown, '; not removed: its age is unknown'),
                        (theirs, '; not removed: bridge br-ex is not allowed '
                                 '([vifd] allowed_bridges)')):
        assert found[name]['state'] == 'kept' and lab.db.row('Port', name)
        assert found[name]['reason'].endswith(words)
    assert one['uid'] == str(NOVA)
    vifd.stop()


# ---------------------------------------------------------------------- who may only look

def look(client):
    """Calls all that changes nothing."""
    client.call(SERVICE + 'GetInfo')
    listed = client.call('List')['vifs']
    assert 'br-ex' in {one['bridge'] for one in listed}
    assert 'br-ex' in {one['name'] for one in client.call('Show')['parts']}
    assert client.results('Check', ovs_vif(1), wait='none')[0]['state'] == 'drifted'
    assert any(one['check'] == 'ovsdb' for one in client.call('Doctor')['findings'])
    assert client.call('HostInfo')['host_info']
    assert client.call('Prune', grace_ms=-1)['stale']
    assert client.call('Prune', grace_ms=-1, remove=True, dry_run=True)['stale']
    assert client.call('GetMetrics')['metrics'].endswith('# EOF\n')
    for method in CHANGES.values():
        assert client.results(method, ovs_vif(1), dry_run=True)


def test_lookers_may_look(host):
    with host.looker.connect(host.open) as c:
        look(c)
    with Caller(STRANGER, STRANGER, LOOKERS) as by_group, by_group.connect(host.open) as c:
        look(c)
    assert_untouched(host)


@pytest.mark.parametrize('method,wants', [
    *((method, parameters_of(ovs_vif(1))) for method in CHANGES.values()),
    ('Prune', {'remove': True, 'grace_ms': -1})], ids=[*CHANGES, 'prune'])
def test_lookers_may_not_change(host, method, wants):
    ids = [vif_id(1)] if 'vifs' in wants else []
    with host.looker.connect(host.open) as c:
        with refused(host.open, host.looker, method, *ids) as caught:
            c.call(method, **wants)
        assert c.call('List')['vifs']   # the connection is as good as before
    assert caught.value.name == DENIED
    assert caught.value.text == (
        'user %d has read-only access ([vifd] allowed_users, allowed_groups)' % LOOKER)
    assert_untouched(host)


def test_the_greater_right_counts(host):
    """Of who is in a list of lookers and in the group."""
    with Caller(LOOKER, LOOKER, VIFD_ID, LOOKERS) as both, both.connect(host.open) as c:
        assert c.results('Unplug', hybrid_vif(0x65), wait='none')[0]['state'] == 'unplugged'
    assert_untouched(host)


# ---------------------------------------------------------------------- root

def test_root_may_call_and_the_policy_holds(host):
    """As vifd.conf(5) says: no list needs to name root, and the policy is for whoever calls."""
    with host.closed.client() as c:
        look(c)
        assert c.results('Unplug', hybrid_vif(0x66), wait='none')[0]['state'] == 'unplugged'
        for attempt in ATTEMPTS:
            verb = 'plug' if 'plug' in attempt.verbs else 'unplug'
            with pytest.raises(VarlinkError) as caught:
                c.call(METHODS[verb], wait='none', **parameters_of(attempt.document))
            assert caught.value.name == DENIED and caught.value.text.endswith(attempt.words)
    assert_untouched(host)


# ---------------------------------------------------------------------- other set-ups

@pytest.mark.lab(vswitchd=False)
def test_callers_of_a_group_of_their_own(lab):
    """They can call; and nobody but vifd and root can hold the locks these share."""
    add_user(lab)
    add_user(lab, 'plugger', 778)
    vifd = Vifd(lab, config='[vifd]\nsocket_group = plugger\nallowed_groups = plugger\n', user=None)
    with Caller(NOVA, NOVA, 778) as nova, nova.connect(vifd) as c:
        assert c.results('Plug', ovs_vif(1), wait='none')[0]['changed']
    with Caller(NOVA, NOVA, VIFD_ID) as former, pytest.raises(PermissionError):
        former.connect(vifd)
    for group in (778, VIFD_ID):
        assert lab.run('setpriv', '--reuid=%d' % NOVA, '--regid=%d' % NOVA, '--groups=%d' % group,
                       'test', '-r', '/run/vifd.lock', check=False).returncode == 1
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_rights_are_those_of_the_configuration_now(lab):
    """After SIGHUP also for who has been connected before."""
    add_user(lab)
    vifd = Vifd(lab, config='[vifd]\nsocket_mode = 0666\n', user=None)
    with Caller(STRANGER, STRANGER, comm='stranger') as stranger, stranger.connect(vifd) as c:
        with refused(vifd, stranger, 'List'):
            c.call('List')
        lab.config('[vifd]\nsocket_mode = 0666\nallowed_users = %d\n' % STRANGER, 'vifd.conf')
        vifd.kill(1)

        def may():
            try:
                return c.call('List') == {'vifs': []}
            except VarlinkError:
                return False
        wait_until(may, what='the new configuration')
        assert c.results('Plug', ovs_vif(1), wait='none')[0]['changed']
        lab.config('[vifd]\nsocket_mode = 0666\n', 'vifd.conf')
        vifd.kill(1)
        wait_until(lambda: not may(), what='the old one again')
        with refused(vifd, stranger, 'Unplug', vif_id(1)):
            c.call('Unplug', vifs=[ovs_vif(1)])
    vifd.stop()
