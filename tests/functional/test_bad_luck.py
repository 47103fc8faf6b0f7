# SPDX-License-Identifier: Apache-2.0
"""A database that is away, hangs, refuses or loses answers; a user without rights."""
import glob
import os
import shutil
import socket
import threading

import pytest

from lab import NOBODY, VIFCTL
from state import assert_same
from vifs import device, hybrid_vif, ovs_vif, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)
pytestmark = NO_SWITCH
TAP = device(1)
DIRECT, HYBRID = ovs_vif(1, create_tap=True), hybrid_vif(1)
BOTH = pytest.mark.parametrize('doc', [DIRECT, HYBRID], ids=['direct', 'hybrid'])
VERBS = pytest.mark.parametrize('verb', ['plug', 'unplug'])


# ---------------------------------------------------------------- a database that is away

@BOTH
@VERBS
def test_socket_that_is_missing(lab, doc, verb):
    before = lab.snapshot()
    failed = lab.vifctl(verb, doc, ovsdb='unix:/nonexistent/db.sock', status=4)
    assert 'unix:/nonexistent/db.sock' in failed.line()
    assert 'No such file or directory' in failed.line()
    assert_same(before, lab.snapshot())


@BOTH
def test_socket_that_refuses(lab, doc):
    before = lab.snapshot()
    path = lab.path('dead.sock')
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    failed = lab.plug(doc, ovsdb='unix:' + path, status=4)
    assert path in failed.line() and 'Connection refused' in failed.line()
    failed = lab.plug(doc, ovsdb='tcp:127.0.0.1:6640', status=4)
    assert 'tcp:127.0.0.1:6640' in failed.line() and 'Connection refused' in failed.line()
    assert_same(before, lab.snapshot())


@BOTH
@VERBS
def test_database_that_hangs_is_given_up_after_the_timeout(lab, doc, verb):
    before = lab.snapshot()
    path = lab.path('mute.sock')
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(path)
        mute.listen(1)
        failed = lab.vifctl(verb, doc, ovsdb='unix:' + path, options=['--timeout=2'], status=6)
    assert 1.8 < failed.seconds < 4
    failed.line()
    assert_same(before, lab.snapshot())


def test_database_that_closes_every_connection(lab, proxy):
    before = lab.snapshot()
    lab.stop('ovsdb-server')
    failed = lab.plug(DIRECT, status=None, options=['--timeout=3'])
    assert failed.status in (4, 6) and failed.seconds < 6
    lab.db.close()
    lab.start_ovsdb()
    assert_same(before, lab.snapshot())


def test_server_that_talks_nonsense(lab):
    path = lab.path('odd.sock')
    before = lab.snapshot()
    with socket.socket(socket.AF_UNIX) as odd:
        odd.bind(path)
        odd.listen(8)

        def serve():
            while True:
                try:
                    one, _ = odd.accept()
                except OSError:
                    return
                with one:
                    one.recv(100)
                    one.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
        threading.Thread(target=serve, daemon=True).start()
        failed = lab.plug(DIRECT, ovsdb='unix:' + path, options=['--timeout=3'], status=None)
        assert failed.status in (3, 4)
        failed.line()
        odd.shutdown(socket.SHUT_RDWR)
    assert_same(before, lab.snapshot())


def test_other_addresses_of_the_database_work(lab):
    control = lab.path('db.ctl')
    for remote in ('ptcp:6640:127.0.0.1', 'ptcp:6641:[::1]'):
        lab.run('ovs-appctl', '-t', control, 'ovsdb-server/add-remote', remote)
    for n, address in enumerate(('tcp:127.0.0.1:6640', 'tcp:[::1]:6641'), 1):
        lab.plug(ovs_vif(n), ovsdb=address)
        assert lab.db.row('Port', device(n))


def test_without_an_address_the_local_socket_then_tcp_is_used(lab):
    lab.run('mkdir', '/run/openvswitch')
    lab.run('ln', '-s', lab.socket, '/run/openvswitch/db.sock')
    lab.run('env', '-u', 'OVS_RUNDIR', VIFCTL, 'plug', '--wait=none', lab.write('a', ovs_vif(1)))
    assert lab.db.row('Port', device(1))
    lab.run('rm', '-r', '/run/openvswitch')
    lab.run('ovs-appctl', '-t', lab.path('db.ctl'), 'ovsdb-server/add-remote',
            'ptcp:6640:127.0.0.1')
    lab.run('env', '-u', 'OVS_RUNDIR', VIFCTL, 'plug', '--wait=none', lab.write('b', ovs_vif(2)))
    assert lab.db.row('Port', device(2))


@pytest.mark.lab(vswitchd=False)
def test_switch_that_does_not_run_is_waited_for_until_the_timeout(lab):
    failed = lab.plug(DIRECT, options=['--wait=vswitchd', '--timeout=2'], status=6)
    assert vif_id(1) in failed.line()
    assert 1.8 < failed.seconds < 4


# ---------------------------------------------------------------- refused transactions

def without_room_for_ports(schema):
    schema['tables']['Port']['maxRows'] = 1


def without_noop_qos(schema):
    schema['tables']['QoS']['columns']['type'] = {
        'type': {'key': {'type': 'string', 'enum': ['set', ['linux-htb']]}}}


@BOTH
@pytest.mark.parametrize('words', [
    pytest.param('maxRows', marks=pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)),
    pytest.param('linux-noop', marks=pytest.mark.lab(vswitchd=False, schema=without_noop_qos))],
    ids=['at commit', 'one operation'])
def test_refused_transaction_takes_the_links_of_this_call_back(lab, proxy, doc, words):
    before = lab.snapshot()
    failed = lab.plug(doc, status=3, options=['--json'])
    assert failed.result['state'] == 'failed'
    assert failed.result['error']['kind'] == 'DatabaseRefused'
    assert vif_id(1) in failed.line()
    assert proxy.commits, 'the refusal came from the database'
    assert_same(before, lab.snapshot(), 'a refused plug leaves nothing')


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
def test_refused_transaction_leaves_links_that_were_there(lab):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.plug(DIRECT, status=3)
    assert TAP in lab.links()


def test_read_only_database_is_named_as_such(lab):
    before = lab.snapshot()
    control = lab.path('db.ctl')
    for words in (['set-active-ovsdb-server', 'tcp:127.0.0.1:1'],
                  ['connect-active-ovsdb-server']):
        lab.run('ovs-appctl', '-t', control, 'ovsdb-server/' + words[0], *words[1:])
    failed = lab.plug(DIRECT, status=3)
    assert 'read only' in failed.line() or 'not allowed' in failed.line(), failed
    lab.run('ovs-appctl', '-t', control, 'ovsdb-server/disconnect-active-ovsdb-server')
    assert_same(before, lab.snapshot())


def drop_column(table, column):
    def change(schema):
        del schema['tables'][table]['columns'][column]
    return change


@pytest.mark.lab(vswitchd=False, schema=drop_column('Interface', 'external_ids'))
def test_database_of_another_shape_is_said_in_its_words(lab):
    links = lab.links()
    failed = lab.plug(DIRECT, status=3)
    assert 'external_ids' in failed.line()
    assert lab.links() == links


# ---------------------------------------------------------------- lost requests and answers

def ports(lab):
    return sorted(row['name'] for row in lab.db.select('Port') if row['name'] != 'br-int')


@BOTH
@pytest.mark.parametrize('action', ['drop-before', 'drop-after'])
@pytest.mark.parametrize('which', ['transact', 'commit'])
def test_connection_lost_during_plug(lab, proxy, doc, action, which):
    before = lab.snapshot()
    proxy.misbehave(action, on=which)
    result = lab.plug(doc, options=['--json']).result
    assert result['state'] == 'plugged' and result['changed'] is True
    assert len(ports(lab)) == 1 and len(lab.db.select('QoS')) == 1
    done = [r for r in proxy.commits if r.answer is not None]
    assert len(done) == 1, 'carried out once: %s' % proxy.requests
    if which == 'commit':
        lost = proxy.requests.index(proxy.commits[0])
        assert not proxy.requests[lost + 1].is_commit, 'a lost commit is looked after first'
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@BOTH
@pytest.mark.parametrize('action', ['drop-before', 'drop-after'])
def test_connection_lost_during_unplug(lab, proxy, doc, action):
    before = lab.snapshot()
    lab.plug(doc)
    proxy.clear()
    proxy.misbehave(action)
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@BOTH
def test_answer_that_never_comes(lab, proxy, doc):
    before = lab.snapshot()
    proxy.misbehave('swallow')
    failed = lab.plug(doc, options=['--timeout=2'], status=6)
    assert failed.seconds < 5
    failed.line()
    lab.plug(doc)
    assert len(ports(lab)) == 1
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@BOTH
def test_slow_database_is_not_a_failure(lab, proxy, doc):
    proxy.misbehave('delay=1.5')
    done = lab.plug(doc)
    assert done.seconds > 1.4 and len(ports(lab)) == 1


def test_database_that_restarts_between_look_and_commit(lab, proxy):
    looked, gone = threading.Event(), threading.Event()

    def pause(point):
        if point == 'forwarded 1':
            looked.set()
            assert gone.wait(10)
    proxy.on_point = pause
    with lab.background('plug', DIRECT) as running:
        assert looked.wait(10)
        lab.db.close()
        lab.stop('ovsdb-server')
        proxy.on_point = None
        gone.set()
        lab.start_ovsdb()
        assert running.wait(20) == 0
    assert ports(lab) == [TAP]


def test_somebody_else_makes_the_port_between_look_and_commit(lab, proxy):
    def race(point):
        if point == 'request 2':
            proxy.on_point = None
            lab.vsctl('add-port', 'br-int', TAP, '--', 'set', 'Interface', TAP,
                      'external_ids:iface-id=' + vif_id(1))
    proxy.on_point = race
    lab.plug(DIRECT)
    assert ports(lab) == [TAP]
    assert lab.db.row('Interface', TAP)['external_ids']['iface-status'] == 'active'


def test_somebody_else_takes_the_name_between_look_and_commit(lab, proxy):
    before = lab.links()

    def race(point):
        if point == 'request 2':
            proxy.on_point = None
            lab.vsctl('add-port', 'br-int', TAP, '--', 'set', 'Interface', TAP,
                      'external_ids:iface-id=' + vif_id(9))
    proxy.on_point = race
    failed = lab.plug(DIRECT, status=3)
    assert vif_id(9) in failed.line()
    assert lab.links() == before
    assert lab.db.row('Interface', TAP)['external_ids'] == {'iface-id': vif_id(9)}


# ---------------------------------------------------------------- a user without rights

@pytest.fixture
def public_vifctl(lab):
    """A vifctl that any user may run: the build directory may be closed to others."""
    if lab.run(*NOBODY, 'test', '-x', VIFCTL, check=False).returncode == 0:
        return VIFCTL
    for library in glob.glob(os.path.join(os.path.dirname(VIFCTL), 'libvif.so.*')):
        if os.path.isfile(library):
            shutil.copy(library, lab.dir)
    return shutil.copy(VIFCTL, lab.path('vifctl'))


@BOTH
def test_user_who_may_not_use_the_database(lab, doc, public_vifctl):
    before = lab.snapshot()
    os.chmod(lab.socket, 0o700)
    failed = lab.plug(doc, prefix=NOBODY, program=public_vifctl, status=5)
    assert lab.socket in failed.line() and 'Permission denied' in failed.line()
    assert_same(before, lab.snapshot())


@BOTH
def test_user_who_may_not_change_links(lab, proxy, doc, public_vifctl):
    before = lab.snapshot()
    failed = lab.plug(doc, prefix=NOBODY, program=public_vifctl, status=5)
    assert 'ermi' in failed.line(), failed         # "Operation not permitted", "Permission denied"
    assert vif_id(1) in failed.line()
    assert proxy.commits == []
    assert_same(before, lab.snapshot())


@BOTH
def test_user_who_may_not_delete_links(lab, doc, public_vifctl):
    lab.plug(doc)
    failed = lab.unplug(doc, prefix=NOBODY, program=public_vifctl, status=5)
    assert vif_id(1) in failed.line()
    lab.unplug(doc)
    assert ports(lab) == [] and TAP not in lab.links()


def test_user_who_may_not_read_the_document(lab, public_vifctl):
    path = lab.write('closed.json', DIRECT)
    os.chmod(path, 0o600)
    failed = lab.plug(path, prefix=NOBODY, program=public_vifctl, status=5)
    assert path in failed.line() and 'Permission denied' in failed.line()


def test_user_with_the_database_alone_can_write_a_port(lab, public_vifctl):
    lab.plug(ovs_vif(1), prefix=NOBODY, program=public_vifctl)
    assert ports(lab) == [TAP]
