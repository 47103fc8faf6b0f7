# SPDX-License-Identifier: Apache-2.0
"""vifd as its callers see it: methods, errors, and peers that misbehave."""
import json
import os
import re
import socket
import struct
import time

import pytest

from lab import TOP, Lab, wait_until
from vifd_client import VIFD, Client, VarlinkError, Vifd, is_instrumented
from vifs import device, hybrid_vif, ovs_vif, vif_id

SERVICE = 'org.varlink.service.'


@pytest.fixture
def vifd(lab):
    daemon = Vifd(lab)
    yield daemon
    daemon.stop()


@pytest.fixture(scope='module')
def quiet():
    """A daemon for tests that change nothing."""
    with Lab(vswitchd=False) as lab:
        lab.add_bridge('br-int')
        daemon = Vifd(lab)
        yield daemon
        daemon.stop()


def refused(client, method, **parameters):
    with pytest.raises(VarlinkError) as caught:
        client.call(method, **parameters)
    return caught.value


def test_it_tells_what_it_is(quiet):
    with quiet.client() as c:
        info = c.call(SERVICE + 'GetInfo')
        assert info['interfaces'] == ['org.varlink.service', 'io.vifd']
        assert quiet.lab.run(VIFD, '--version').stdout == 'vifd %s\n' % info['version']
        with open(os.path.join(TOP, 'data', 'io.vifd.varlink'), encoding='utf-8') as f:
            text = f.read()
        assert c.call(SERVICE + 'GetInterfaceDescription', interface='io.vifd') == {
            'description': text}
        own = c.call(SERVICE + 'GetInterfaceDescription', interface='org.varlink.service')
        assert own['description'].count('\nmethod ') == 2


def test_every_method_of_the_interface_is_there(quiet):
    with open(os.path.join(TOP, 'data', 'io.vifd.varlink'), encoding='utf-8') as f:
        methods = re.findall(r'^method (\w+)', f.read(), re.MULTILINE)
    assert len(methods) >= 10
    with quiet.client() as c:
        for method in methods:
            error = refused(c, method, nosuch=1)
            assert (error.name, error.parameters) == (
                SERVICE + 'InvalidParameter', {'parameter': 'nosuch'}), method


@pytest.mark.parametrize('method,parameters,error,said', [
    ('io.vifd.Nosuch', {}, 'MethodNotFound', {'method': 'io.vifd.Nosuch'}),
    (SERVICE + 'Nosuch', {}, 'MethodNotFound', {'method': SERVICE + 'Nosuch'}),
    ('io.nosuch.Plug', {}, 'InterfaceNotFound', {'interface': 'io.nosuch'}),
    (SERVICE + 'GetInterfaceDescription', {'interface': 'io.nosuch'}, 'InterfaceNotFound',
     {'interface': 'io.nosuch'}),
    (SERVICE + 'GetInterfaceDescription', {}, 'InvalidParameter', {'parameter': 'interface'}),
    ('io.vifd.Plug', {}, 'InvalidParameter', {'parameter': 'vifs'}),
    ('io.vifd.Plug', {'vifs': [], 'wait': 'long'}, 'InvalidParameter', {'parameter': 'wait'}),
    ('io.vifd.Plug', {'vifs': [], 'timeout_ms': 'x'}, 'InvalidParameter',
     {'parameter': 'timeout_ms'}),
    ('io.vifd.Check', {'vifs': [], 'dry_run': True}, 'InvalidParameter',
     {'parameter': 'dry_run'}),
])
def test_errors_of_the_protocol(quiet, method, parameters, error, said):
    with quiet.client() as c:
        got = refused(c, method, **parameters)
        assert (got.name, got.parameters) == (SERVICE + error, said)
        assert c.call('Plug', vifs=[]) == {'results': []}   # the connection is as good as before


def test_plug_check_list_show_unplug(lab, vifd):
    one, two = ovs_vif(1, create_tap=True), hybrid_vif(2)
    with vifd.client() as c:
        results = c.results('Plug', one, two)
        assert [(r['index'], r['id'], r['state'], r['changed']) for r in results] == [
            (0, vif_id(1), 'plugged', True), (1, vif_id(2), 'plugged', True)]
        assert device(1) in lab.links() and device(2, 'qbr') in lab.links()
        assert [r['state'] for r in c.results('Check', one, two)] == ['wired', 'wired']
        assert [r['changed'] for r in c.results('Plug', one, two)] == [False, False]
        assert {v['id']: v['state'] for v in c.call('List')['vifs']} == {
            vif_id(1): 'plugged', vif_id(2): 'plugged'}
        assert [v['id'] for v in c.call('List', instance=one['instance_info']['uuid'])['vifs']] \
            == [vif_id(1)]
        drawn = c.call('Show', ids=[vif_id(1)])
        assert [v['id'] for v in drawn['vifs']] == [vif_id(1)] and drawn['parts']
        assert [v['state'] for v in c.call('Show', vifs=[one])['vifs']] == ['plugged']
        lab.ip('link', 'set', device(1), 'mtu', '1400')
        (drifted,) = c.results('Check', one)
        assert drifted['state'] == 'drifted'
        assert any(d.get('attribute') == 'mtu' for d in drifted['differences'])
        (planned,) = c.results('Repair', one, dry_run=True)
        assert planned['state'] == 'planned' and planned['steps']
        assert c.results('Repair', one)[0]['changed'] is True
        assert c.results('Check', one)[0]['state'] == 'wired'
        assert [r['state'] for r in c.results('Unplug', one, two)] == ['unplugged'] * 2
        assert c.call('List') == {'vifs': []}
        assert device(1) not in lab.links() and device(2, 'qbr') not in lab.links()


def test_what_only_looks(quiet):
    with quiet.client() as c:
        assert c.call('HostInfo')['host_info']['versioned_object.name'] == 'HostInfo'
        types = c.call('HostInfo', vif_types=['VIFVHostUser'])['host_info']
        assert 'VIFBridge' not in json.dumps(types)
        assert any(f['check'] == 'ovsdb' for f in c.call('Doctor')['findings'])
        assert c.call('Prune') == {'stale': []}
        assert refused(c, 'List', state='odd').kind == 'InvalidParameter'
        planned = c.call('Plug', vifs=[ovs_vif(1)], dry_run=True)
        assert planned['results'][0]['state'] == 'planned' and planned['transaction']
        assert c.call('GetMetrics')['metrics'].endswith('# EOF\n')


def test_results_come_one_by_one_to_those_who_want_more(vifd):
    documents = [ovs_vif(1, create_tap=True), {'vif': 5}, ovs_vif(2, create_tap=True)]
    with vifd.client() as c:
        replies = list(c.more('Plug', vifs=documents))
    told = [r['index'] for reply in replies for r in reply['results']]
    assert sorted(told) == [0, 1, 2] and told[0] == 1   # the bad one is known first
    stages = [reply['progress']['stage'] for reply in replies if 'progress' in reply]
    assert 'commit' in stages and stages.index('observe') < stages.index('commit')


def test_an_error_when_nothing_came_of_it(quiet):
    with quiet.client() as c:
        bad = dict(ovs_vif(1), vif=dict(ovs_vif(1)['vif'], plugin='nosuch'))
        error = refused(c, 'Plug', vifs=[{'vif': 7}, bad], sources=['a.json[3]', 'b.json'],
                        wait='none')
        assert error.name == 'io.vifd.InvalidInput' and error.text.startswith('a.json[3]')
        assert [r['error']['kind'] for r in error.parameters['results']] == [
            'InvalidInput', 'NoMatchingPlugin']
        assert error.parameters['results'][1]['error']['text'].startswith('b.json')


def test_the_policy_holds(lab):
    vifd = Vifd(lab, config='[vifd]\nallowed_bridges = br-other\n')
    with vifd.client() as c:
        error = refused(c, 'Plug', vifs=[ovs_vif(1)])
        assert error.kind == 'PermissionDenied' and 'br-int' in error.text
    vifd.stop()


# ---------------------------------------------------------------------- peers that misbehave

NONSENSE = {
    'garbage': b'GET / HTTP/1.1\r\n\r\n\0',
    'empty': b'\0',
    'list': b'[]\0',
    'no method': b'{"parameters":{}}\0',
    'wrong type': b'{"method":"io.vifd.List","parameters":[]}\0',
    'deep': b'{"method":"io.vifd.List","parameters":' + b'{"a":' * 100 + b'1' + b'}' * 101 + b'\0',
    'bad UTF-8': b'{"method":"io.vifd.List","parameters":{"bridge":"\xff"}}\0',
    'twice': b'{"method":"io.vifd.List","method":"io.vifd.List"}\0',
}


@pytest.mark.parametrize('message', NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_ends_the_connection_and_no_other(quiet, message):
    with quiet.client() as other, quiet.client() as c:
        c.send_raw(message)
        assert c.receive() is None
        assert other.call('List') == {'vifs': []}


def test_a_message_that_is_too_big_is_not_taken_in(quiet):
    before = quiet.memory()
    with quiet.client() as other, quiet.client() as c:
        sent = 0
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(200):
                c.send_raw(b'x' * (1 << 20))
                sent += 1
        assert 32 < sent < 70, sent
        assert other.call('List') == {'vifs': []}
    if not is_instrumented():
        wait_until(lambda: quiet.memory() < before + (4 << 20), what='the memory is given back')


def test_silence_and_half_a_message_hold_up_nobody(quiet):
    silent = [quiet.client() for _ in range(50)]
    for c in silent[:25]:
        c.send_raw(b'{"method":"io.vifd.Li')
    begun = time.monotonic()
    with quiet.client() as c:
        for _ in range(20):
            c.call('List')
    assert time.monotonic() - begun < 5
    silent[0].send_raw(b'st"}\0')
    assert silent[0].reply() == {'vifs': []}
    for c in silent:
        c.close()


def test_calls_in_one_go_are_answered_in_order(quiet):
    calls = [('List', {}), ('Nosuch', {}), ('Plug', {'vifs': []}), ('HostInfo', {})] * 10
    with quiet.client() as c:
        c.send_raw(b''.join(json.dumps({'method': 'io.vifd.' + method, 'parameters': parameters})
                            .encode() + b'\0' for method, parameters in calls))
        for _ in range(10):
            assert list(c.receive()['parameters']) == ['vifs']
            assert c.receive()['error'] == SERVICE + 'MethodNotFound'
            assert c.receive()['parameters'] == {'results': []}
            assert list(c.receive()['parameters']) == ['host_info']


def test_what_is_asked_for_before_the_end_is_answered(quiet):
    """A peer that has closed its sending side only, as a pipe through socat does."""
    with quiet.client() as c:
        c.send('List')
        c.send('HostInfo')
        c.socket.shutdown(socket.SHUT_WR)
        assert c.reply() == {'vifs': []}
        assert 'host_info' in c.reply()
        assert c.receive() is None


def test_oneway_is_done_and_not_answered(lab, vifd):
    with vifd.client() as c:
        c.send('Plug', {'vifs': [ovs_vif(1)]}, oneway=True)
        c.send('Nosuch', oneway=True)
        assert c.call('Plug', vifs=[]) == {'results': []}
        wait_until(lambda: c.call('List')['vifs'], what='it was plugged')


def test_who_reads_nothing_is_read_no_more(quiet):
    """Back-pressure: answers pile up in the peer's socket, not in the daemon."""
    with quiet.client() as c, quiet.client() as other:
        call = json.dumps({'method': 'io.vifd.HostInfo'}).encode() + b'\0'
        before, sent = quiet.memory(), 0
        c.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            for _ in range(200000):
                c.send_raw(call * 100)
                sent += 100
        assert other.call('List') == {'vifs': []}
        assert quiet.memory() < before + (4 << 20) or is_instrumented()
        c.socket.settimeout(60)
        for _ in range(1000):
            assert 'host_info' in c.reply()


def test_connections_have_a_limit(lab):
    vifd = Vifd(lab, config='[vifd]\nmax_connections = 10\n')
    peers = [vifd.client() for _ in range(10)]
    assert peers[-1].call('List') == {'vifs': []}
    with vifd.client() as late:
        assert late.receive() is None
    peers.pop().close()

    def one_more():
        with vifd.client() as c:
            c.send('List')
            return c.receive()
    wait_until(one_more, what='a connection is free again')
    assert peers[0].call('List') == {'vifs': []}
    for c in peers:
        c.close()
    vifd.stop()


def test_descriptors_that_run_out_end_nothing(lab):
    vifd = Vifd(lab, prefix=('prlimit', '--nofile=60:60'))
    peers = []
    try:
        for _ in range(80):
            peers.append(Client(vifd.path, timeout=5))
    except OSError:
        pass
    for c in peers:
        c.close()
    with vifd.client() as c:
        assert c.call('List') == {'vifs': []}
    vifd.stop()


def test_a_reset_by_the_peer_is_no_harm(vifd):
    for _ in range(20):
        c = vifd.client()
        c.send('HostInfo')
        c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        c.close()
    with vifd.client() as c:
        assert c.call('List') == {'vifs': []}
