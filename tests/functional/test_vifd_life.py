# SPDX-License-Identifier: Apache-2.0
"""How vifd begins, is told to read its configuration again, and ends."""
import os
import select
import signal
import socket
import subprocess
import time

import pytest

from lab import Holder, wait_until
from test_vifd_batches import Frozen, arrived, outcome, send, under_way
from vifd_client import VIFD, VarlinkError, Vifd, is_instrumented
from vifs import device, ovs_vif


def run(lab, *options):
    return lab.run(VIFD, *options, check=False)


def test_the_command_line(lab):
    assert run(lab, '--version').stdout.startswith('vifd ')
    done = run(lab, '--help')
    assert done.returncode == 0 and '--socket=PATH' in done.stdout
    for options, status, words in [
            (['--nosuch'], 2, 'nosuch'), (['plug'], 2, 'unexpected operand: plug'),
            (['--config=/nonexistent'], 2, '/nonexistent'),
            (['--socket=/nonexistent/x'], 3, '/nonexistent/x'),
            (['--socket=/tmp/' + 'x' * 120], 2, 'at most 107 bytes')]:
        done = run(lab, *options)
        assert done.returncode == status and words in done.stderr, (options, done)
        assert len(done.stderr.splitlines()) <= 2


def test_the_socket(lab):
    vifd = Vifd(lab)
    assert os.stat(vifd.path).st_mode & 0o777 == 0o660
    done = run(lab, '--socket=' + vifd.path)
    assert done.returncode == 3 and 'another process is listening on it' in done.stderr
    vifd.kill(signal.SIGKILL)
    vifd.process.wait(10)
    assert os.path.exists(vifd.path)
    again = Vifd(lab)      # replaces what the other one left
    with again.client() as c:
        assert c.call('List') == {'vifs': []}
    again.stop()
    assert not os.path.exists(again.path)
    lab.write('vifd.socket', 'a file of someone')
    done = run(lab, '--socket=' + again.path)
    assert done.returncode == 3 and 'is not a socket' in done.stderr
    assert os.path.exists(again.path)


def test_a_socket_that_is_handed_over(lab):
    """As systemd does it: descriptor 3."""
    path = lab.path('handed')
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        script = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' % listener.fileno()
        process = subprocess.Popen((*lab.inside(), 'bash', '-c', script, 'sh', VIFD,
                                    '--user=root', '--ovsdb=' + lab.address),
                                   pass_fds=[listener.fileno()],
                                   stderr=subprocess.PIPE, env=lab.environment())
    try:
        with socket.socket(socket.AF_UNIX) as c:
            c.settimeout(20)
            c.connect(path)
            c.sendall(b'{"method":"io.vifd.List"}\0')
            assert c.recv(1000) == b'{"parameters":{"vifs":[]}}\0'
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 0, said
    assert os.path.exists(path)      # it is systemd's


RELAY = """
import socket
heard, told = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
heard.bind("\\0vif-test")
print("ready", flush=True)
while True:
    told.sendto(heard.recv(1000), "%s")
"""


@pytest.mark.parametrize('abstract', [False, True])
def test_it_tells_systemd_how_it_is(lab, abstract):
    name, relay = lab.path('notify'), None
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(20)
        manager.bind(name)
        try:
            if abstract:     # a name that is known in one network namespace alone
                relay = Holder(*lab.inside(), '/usr/bin/python3', '-c', RELAY % name)
                name = '@vif-test'
            vifd = Vifd(lab, prefix=('env', 'NOTIFY_SOCKET=' + name, 'WATCHDOG_USEC=200000'))
            heard = [manager.recv(1000).decode() for _ in range(4)]
            assert heard[0] == 'READY=1' and 'WATCHDOG=1' in heard
            vifd.kill(signal.SIGHUP)
            wait_until(lambda: manager.recv(1000).startswith(b'RELOADING=1\nMONOTONIC_USEC='))
            wait_until(lambda: manager.recv(1000) == b'READY=1')
            vifd.stop()
            wait_until(lambda: manager.recv(1000) == b'STOPPING=1')
        finally:
            if relay:
                relay.end()


def test_the_end_with_nothing_to_do_is_at_once(lab):
    vifd = Vifd(lab)
    idle, half = vifd.client(), vifd.client()
    half.send_raw(b'{"method":')
    assert idle.call('List') == {'vifs': []}
    assert vifd.stop() < 2
    assert idle.receive() is None and half.receive() is None


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_finished(lab, number):
    vifd = Vifd(lab)
    with Frozen(lab):
        begun = send(vifd, 'Plug', ovs_vif(1, create_tap=True))
        under_way(vifd, 1)
        waits = send(vifd, 'Plug', ovs_vif(2, create_tap=True))
        arrived(vifd)
        vifd.kill(number)
        with pytest.raises(VarlinkError, match='vifd is stopping; nothing was changed') as caught:
            waits.reply()
        assert caught.value.kind == 'Interrupted'
        assert waits.receive() is None
        with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
            vifd.client()
        assert vifd.process.poll() is None
    assert outcome(begun) == ['plugged']
    vifd.process.wait(30)
    vifd.check()
    assert device(1) in lab.links() and device(2) not in lab.links()


def test_what_only_waits_has_ten_seconds_at_the_end(lab):
    vifd = Vifd(lab)
    stuck = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=100000)
    under_way(vifd, 1)
    wait_until(lambda: device(1) in lab.links())
    begun = time.monotonic()
    vifd.kill(signal.SIGTERM)
    with pytest.raises(VarlinkError) as caught:
        stuck.reply()
    assert caught.value.kind == 'Interrupted', caught.value
    assert 8 < time.monotonic() - begun < 16
    vifd.process.wait(30)
    vifd.check()
    assert device(1) in lab.links() and 'left as plugged' in caught.value.text


def test_what_only_waits_is_undone_at_the_end_where_that_is_wanted(lab):
    vifd = Vifd(lab)
    stuck = send(vifd, 'Plug', ovs_vif(1, create_tap=True), wait='ovn', timeout_ms=100000,
                 on_timeout='undo')
    under_way(vifd, 1)
    wait_until(lambda: device(1) in lab.links())
    vifd.kill(signal.SIGTERM)
    with pytest.raises(VarlinkError) as caught:
        stuck.reply()
    assert caught.value.kind == 'Interrupted', caught.value
    vifd.process.wait(30)
    vifd.check()
    assert device(1) not in lab.links() and not lab.db.row('Port', device(1))


def test_the_configuration_is_read_again(lab):
    vifd = Vifd(lab, config='[vifd]\nallowed_bridges = br-other\n')
    with vifd.client() as c:
        with pytest.raises(VarlinkError, match='br-int'):
            c.results('Plug', ovs_vif(1))
        lab.config('[vifd]\nallowed_bridges = br-int\n', 'vifd.conf')
        vifd.kill(signal.SIGHUP)
        wait_until(lambda: c.call('Plug', vifs=[], timeout_ms=1) and plugs(c), 10, 'it is read')
        lab.config('[vifd]\nallowed_bridges\nnonsense = 1\n', 'vifd.conf')
        vifd.kill(signal.SIGHUP)
        wait_until(lambda: 'the configuration is unchanged: ' in vifd.said())
        assert c.results('Plug', ovs_vif(2))[0]['state'] == 'waiting'
        lab.config('[vifd]\nallowed_bridges = br-x\n', 'vifd.conf')
        vifd.kill(signal.SIGHUP)
        wait_until(lambda: not plugs(c), 10, 'it is read')
    vifd.stop()


def plugs(client):
    try:
        return client.results('Plug', ovs_vif(1))
    except VarlinkError as error:
        assert error.kind == 'PermissionDenied'
        return None


def test_a_database_that_is_started_anew_is_found_again(lab):
    vifd = Vifd(lab)
    with vifd.client() as c:
        for n in range(1, 4):
            assert c.results('Plug', ovs_vif(n, create_tap=True))[0]['state'] == 'plugged'
            assert len(c.call('List')['vifs']) == n
            lab.stop('ovsdb-server')
            os.unlink(lab.socket)
            with pytest.raises(VarlinkError) as caught:
                c.call('List', timeout_ms=1000)
            assert caught.value.kind == 'DatabaseUnreachable', caught.value
            lab.start_ovsdb()
    vifd.stop()


@pytest.mark.skipif(is_instrumented(), reason='a sanitizer has a thread of its own')
def test_an_idle_daemon_does_nothing(lab):
    vifd = Vifd(lab)
    peers = [vifd.client() for _ in range(20)]
    peers[0].results('Plug', ovs_vif(1))
    time.sleep(0.5)

    def switches():
        total = 0
        for task in os.listdir('/proc/%d/task' % vifd.process.pid):
            with open('/proc/%d/task/%s/status' % (vifd.process.pid, task)) as f:
                total += sum(int(line.split()[1]) for line in f if 'ctxt_switches' in line)
        return total
    before = switches()
    time.sleep(2)
    assert switches() - before <= 2
    assert not select.select([peers[3].socket], [], [], 0)[0]
    vifd.stop()
