# SPDX-License-Identifier: Apache-2.0
"""What the daemon tells of its work: one event a request, in the log or the journal, and its metrics."""
import os
import re
import socket
import struct
import threading

import pytest
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

from callers import add_user, event, logfmt
from lab import NOBODY, wait_until
from vifd_client import VIFD, VarlinkError, Vifd
from vifs import hybrid_vif, ovs_vif, vif_id

EVIL = 'x" uid=0\nlevel=e'   # 15 bytes, as much as a process can be called


def samples(text, reader=openmetrics):
    return {(s.name, *s.labels.values()): s.value
            for family in reader.text_string_to_metric_families(text) for s in family.samples}


def test_one_event_for_a_request(lab):
    vifd = Vifd(lab)
    with vifd.client() as c:
        c.call('Plug', vifs=[ovs_vif(1, create_tap=True), hybrid_vif(2)])
        one = event(vifd, 'Plug')
        assert one['level'] == 'info' and one['uid'] == '0' and one['pid'] == str(os.getpid())
        with open('/proc/self/comm') as f:
            assert one['comm'] == f.read().strip()
        assert one['method'] == 'io.vifd.Plug' and one['result'] == 'ok'
        assert one['vifs'] == '%s %s' % (vif_id(1), vif_id(2)) and one['vif_count'] == '2'
        assert one['msg'] == 'Plug: 0 of 2 VIFs failed, 2 changed'
        steps = [int(one[name + '_usec']) for name in (
            'queue', 'observe', 'links', 'commit', 'wait')]
        assert all(steps) and sum(steps) <= int(one['total_usec']) * 1.01 + 100
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_what_failed(lab):
    vifd = Vifd(lab)
    with vifd.client() as c:
        refused = ovs_vif(3, vif_name='eth0')
        c.call('Plug', vifs=[ovs_vif(1), refused, {}], wait='none')
        one = event(vifd, 'Plug')
        assert one['level'] == 'warning' and one['result'] == 'InvalidInput=1 PermissionDenied=1'
        assert one['vifs'] == '%s %s ?' % (vif_id(1), vif_id(3)) and 'eth0' in one['error']
        with pytest.raises(VarlinkError):
            c.call('Unplug', vifs=[refused], wait='none')
        assert event(vifd, 'Unplug')['result'] == 'PermissionDenied=1'
        with pytest.raises(VarlinkError):
            c.call('Dance', step=1)
        assert event(vifd, 'Dance')['result'] == 'InvalidInput'
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_many_vifs_are_one_line(lab):
    vifd = Vifd(lab)
    with vifd.client() as c:
        c.call('Plug', vifs=[ovs_vif(n) for n in range(1, 201)], wait='none', dry_run=True)
    one = event(vifd, 'Plug')
    assert one['vif_count'] == '200' and one['dry_run'] == 'true'
    assert one['vifs'].startswith(vif_id(1)) and one['vifs'].endswith(' and 150 more')
    vifd.stop()


def as_evil(call):
    """Has a process of that name do the call."""
    with open('/proc/self/comm') as f:
        before = f.read().rstrip('\n')
    try:
        with open('/proc/self/comm', 'w') as f:
            f.write(EVIL)
        return call()
    finally:
        with open('/proc/self/comm', 'w') as f:
            f.write(before)


@pytest.mark.lab(vswitchd=False)
def test_a_caller_cannot_forge_the_log(lab):
    vifd = Vifd(lab)
    with as_evil(vifd.client) as c:
        c.call('List')
        with pytest.raises(VarlinkError):
            c.call('Plug', vifs=[dict(ovs_vif(1), vif={'id': 'x"\nlevel=error uid=0 \x1b[2J'})])
    for method in ('List', 'Plug'):
        one = event(vifd, method)
        assert one['uid'] == '0' and one['method'] == 'io.vifd.' + method
        assert len(one['comm']) <= 15 and '\x1b' not in one['comm']
    vifd.stop()


class Journal:
    """A journal's socket at the place where the daemon looks for it."""

    def __init__(self, lab):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(lab.path('journal'))
        os.chmod(lab.path('journal'), 0o777)
        self.events = []
        threading.Thread(target=self.read, daemon=True).start()
        lab.run('mkdir', '-p', '/run/systemd/journal')
        lab.run('ln', '-s', lab.path('journal'), '/run/systemd/journal/socket')

    def read(self):
        while True:
            self.events.append(self.parse(self.socket.recv(1 << 20)))

    def parse(self, data):
        fields = {}
        while data:
            line, data = data.split(b'\n', 1)
            key, equals, value = line.partition(b'=')
            if not equals:
                size = struct.unpack('<Q', data[:8])[0]
                value, data = data[8:8 + size], data[8 + size + 1:]
            assert re.fullmatch(rb'[A-Z_]+', key) and key not in fields
            fields[key.decode()] = value.decode()
        return fields

    def event(self, method):
        def find():
            return [one for one in self.events if one.get('VIFD_METHOD') == 'io.vifd.' + method]
        wait_until(find, what='the event')
        assert len(find()) == 1
        return find()[0]


@pytest.mark.lab(vswitchd=False)
def test_the_journal_gets_fields(lab):
    journal = Journal(lab)
    out = lab.path('vifd.out')
    open(out, 'w').close()
    st = os.stat(out)
    vifd = Vifd(lab, prefix=('env', 'JOURNAL_STREAM=%d:%d' % (st.st_dev, st.st_ino)))
    with as_evil(vifd.client) as c:
        c.call('Plug', vifs=[ovs_vif(1)], wait='none')
    one = journal.event('Plug')
    assert one['SYSLOG_IDENTIFIER'] == 'vifd' and one['PRIORITY'] == '6'
    assert one['MESSAGE'] == 'Plug: 0 of 1 VIFs failed, 1 changed'
    assert one['VIFD_UID'] == '0' and one['VIFD_VIFS'] == vif_id(1) and one['VIFD_RESULT'] == 'ok'
    assert int(one['VIFD_TOTAL_USEC']) >= int(one['VIFD_COMMIT_USEC']) > 0
    assert open(out).read() == ''
    vifd.stop()


# ---------------------------------------------------------------------- metrics

@pytest.mark.lab(vswitchd=False)
def test_metrics(lab):
    vifd = Vifd(lab)
    with vifd.client() as c:
        c.call('Plug', vifs=[ovs_vif(1, create_tap=True), ovs_vif(2)], wait='none')
        c.call('Plug', vifs=[ovs_vif(1), ovs_vif(3, vif_name='eth0')], wait='none')
        c.call('List')
        with pytest.raises(VarlinkError):
            c.call('Dance')
        now = samples(c.call('GetMetrics')['metrics'])
    assert now['vifd_requests_total', 'Plug'] == 2 and now['vifd_requests_total', 'other'] == 1
    assert now['vifd_vifs_total', 'Plug', 'failed'] == 1
    assert sum(now['vifd_vifs_total', 'Plug', state] for state in (
        'plugged', 'waiting', 'failed')) == 4
    assert now['vifd_failures_total', 'PermissionDenied'] == 1
    assert now['vifd_batch_vifs_count',] == 2 and now['vifd_batch_vifs_sum',] == 4
    assert now['vifd_step_seconds_count', 'commit'] >= 1
    assert now['vifd_step_seconds_sum', 'total'] > now['vifd_step_seconds_sum', 'commit'] > 0
    assert now['vifd_connections',] == 1 and now['vifd_queue_requests',] == 0
    assert 1 <= now['vifd_database_connects_total',] <= 3
    assert now['vifd_resident_memory_bytes',] > 1 << 20
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_rounds_and_connections_are_counted(lab, proxy):
    """The first transaction does not get to the server: another connection, another round."""
    vifd = Vifd(lab, ovsdb=proxy.address)
    with vifd.client() as c:
        def counted():
            now = samples(c.call('GetMetrics')['metrics'])
            return now['vifd_retries_total',], now['vifd_database_connects_total',]
        retries, connects = counted()
        assert retries == 0
        proxy.misbehave('drop-before')
        c.call('Plug', vifs=[ovs_vif(1)], wait='none')
        # The answer comes first, then the call ends and is counted.
        wait_until(lambda: counted() == (1, connects + 2))
        assert proxy.connections == connects + 2
    vifd.stop()


@pytest.mark.lab(vswitchd=False)
def test_textfile_for_node_exporter(lab):
    path = lab.path('vifd.prom')
    vifd = Vifd(lab, config='[vifd]\nmetrics_textfile = %s\n' % path)
    wait_until(lambda: os.path.exists(path), what='the file')
    with open(path) as f:
        assert samples(f.read(), prometheus)['vifd_requests_total', 'Plug'] == 0
    with vifd.client() as c:
        c.call('Plug', vifs=[ovs_vif(1)], wait='none')
    vifd.stop()
    with open(path) as f:
        assert samples(f.read(), prometheus)['vifd_requests_total', 'Plug'] == 1
    assert os.stat(path).st_mode & 0o777 == 0o644
    assert not os.path.exists(path + '.tmp')


@pytest.mark.lab(vswitchd=False)
def test_textfile_that_cannot_be_written_is_said_once(lab):
    vifd = Vifd(lab, config='[vifd]\nmetrics_textfile = /nonexistent/vifd.prom\n')
    with vifd.client() as c:
        c.call('List')
    vifd.stop()
    with open(lab.path('vifd.out')) as f:
        said = [logfmt(line) for line in f.read().splitlines()]
    assert [one['msg'] for one in said if one['level'] == 'warning'] == [
        'metrics: write /nonexistent/vifd.prom: No such file or directory']


# ---------------------------------------------------------------------- who it is

def status(vifd):
    with open('/proc/%d/status' % vifd.process.pid) as f:
        return dict(line.rstrip('\n').split(':\t', 1) for line in f if ':\t' in line)


def test_root_becomes_vifd_and_plugs(lab):
    add_user(lab)
    lab.run('sh', '-c', 'mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200')
    vifd = Vifd(lab, user=None)
    with vifd.client() as c:
        c.call('List')   # it listens before it is another, and answers after
    is_now = status(vifd)
    assert is_now['Uid'].split() == ['777'] * 4 and is_now['Groups'].strip() == '777'
    assert is_now['CapEff'] == is_now['CapPrm'] == is_now['CapBnd'] == '0000000000001000'
    assert is_now['NoNewPrivs'] == '1'
    docs = [ovs_vif(1, create_tap=True), hybrid_vif(2)]
    with vifd.client() as c:
        assert [r['state'] for r in c.call('Plug', vifs=docs)['results']] == ['plugged'] * 2
        assert [r['state'] for r in c.call('Check', vifs=docs)['results']] == ['wired'] * 2
        assert [r['state'] for r in c.call('Unplug', vifs=docs)['results']] == ['unplugged'] * 2
    assert lab.run('stat', '-c', '%a %u %g', '/run/vifd.lock').stdout == '600 777 777\n'
    vifd.stop()


@pytest.mark.lab(vswitchd=False, bridge=None)
@pytest.mark.parametrize('prefix, options, status, words', [
    ((), (), 2, 'there is no user vifd'),
    ((), ('--user=nonesuch',), 2, 'there is no user nonesuch'),
    (NOBODY, (), 5, 'this user lacks CAP_NET_ADMIN'),
    (NOBODY, ('--user=vifd',), 5, 'only root can become another user'),
], ids=['no user', 'no such user', 'no capability', 'not root'])
def test_it_says_what_is_missing(lab, prefix, options, status, words):
    lab.run('chmod', '777', '.')
    path = lab.path('vifd')
    with open(VIFD, 'rb') as f:
        lab.write('vifd', f.read())
    os.chmod(path, 0o755)
    done = lab.run(*prefix, path, '--socket=%s' % lab.path('s'), *options, check=False)
    assert done.returncode == status and words in done.stderr, done.stderr
