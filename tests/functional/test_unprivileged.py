# SPDX-License-Identifier: Apache-2.0
"""All that the library does is done by a user who is not root and has CAP_NET_ADMIN alone, as the
daemon has it."""
import os
import signal
import stat
import subprocess

import pytest

from lab import NOBODY, VIFCTL, wait_until
from linux_host import BRIDGE, NIC, lb_vif
from nic import Nic, pretend_dpdk
from state import assert_same, sysctls_state
from test_all_types import all_types
from vifs import device, hybrid_vif, ovs_vif

# What systemd makes of User= and AmbientCapabilities=.
DAEMON = (*NOBODY, '--inh-caps=-all,+net_admin', '--ambient-caps=-all,+net_admin',
          '--bounding-set=-all,+net_admin', '--no-new-privs')
LOCK = '/run/vifd.lock'


@pytest.fixture
def program(lab):
    """vifctl where another user can reach it, and /dev/net/tun as udev makes it, for everyone; a
    container's may be root's."""
    lab.run('sh', '-c', 'mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200')
    with open(VIFCTL, 'rb') as f:
        path = lab.write('public-vifctl', f.read())
    os.chmod(path, 0o755)
    return path


@pytest.fixture
def lock(lab):
    """The file of the locks as tmpfiles.d makes it."""
    lab.run('install', '-m', '660', '-o', '0', '-g', '65534', '/dev/null', LOCK)


def test_the_user_has_nothing_else(lab):
    status = lab.run(*DAEMON, 'cat', '/proc/self/status').stdout.split('\n')
    assert [line for line in status if line.startswith(('CapEff', 'CapPrm', 'CapBnd'))] == [
        '%s:\t0000000000001000' % name for name in ('CapPrm', 'CapEff', 'CapBnd')]
    assert lab.run(*DAEMON, 'cat', '/etc/shadow', check=False).returncode


def wired(lab):
    """The host, less the addresses that the kernel draws by lot."""
    snapshot = lab.snapshot()
    for name, link in snapshot['links'].items():
        if name.startswith('q'):
            del link['address']
    return snapshot


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('own', [False, True], ids=['one bridge', 'bridge per port'])
def test_vifs_of_all_types_come_out_as_roots_do(lab, program, lock, own):
    pretend_dpdk(lab)
    nic = Nic(lab)
    for n in range(4):
        nic.representor('rep%d' % n, 'pf0vf%d' % n)
    docs = all_types(nic)
    config = lab.config('[os_vif_ovs]\nper_port_bridge = %s\n' % own)
    before = lab.snapshot()
    lab.plug(docs, options=[config])
    nic.follow()
    by_root = wired(lab)
    lab.unplug(docs, options=[config])
    nic.follow()
    assert_same(before, lab.snapshot())
    lab.plug(docs, options=[config], prefix=DAEMON, program=program)
    nic.follow()
    assert_same(by_root, wired(lab))
    lab.vifctl('check', docs, options=[config], prefix=DAEMON, program=program)
    lab.unplug(docs, options=[config], prefix=DAEMON, program=program)
    nic.follow()
    assert_same(before, lab.snapshot())


def test_a_port_becomes_real_and_leftovers_go(lab, program, lock):
    docs = [ovs_vif(1, create_tap=True), hybrid_vif(2)]
    assert [r['state'] for r in lab.plug(docs, options=['--json'], prefix=DAEMON,
                                         program=program).results] == ['plugged'] * 2
    assert sysctls_state(lab, [device(2, 'qbr')])[device(2, 'qbr')]['ipv6.disable_ipv6'] == '1'
    lab.vifctl('doctor', prefix=DAEMON, program=program, status=None)
    lab.unplug(docs, prefix=DAEMON, program=program)
    assert not [name for name in lab.links() if name.startswith(('tap', 'q'))]


def test_linux_bridge_with_rules(host, program, lock):
    host.add_addresses()
    arguments = {'prefix': DAEMON, 'program': program}
    host.plug(lb_vif(), **arguments)
    assert host.link(NIC)['master'] == BRIDGE and host.link(BRIDGE)['addresses']
    assert sysctls_state(host.lab, [BRIDGE])[BRIDGE]['ipv4.arp_ignore'] == '1'
    assert BRIDGE in host.lab.run('nft', 'list', 'ruleset').stdout
    host.unplug(lb_vif(), **arguments)


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('holder, other', [((), DAEMON), (DAEMON, ())], ids=['root', 'daemon'])
def test_locks_are_shared_with_root(lab, program, lock, holder, other):
    """Who holds the lock of a VIF is waited for by the other."""
    doc = lab.write('vif.json', ovs_vif(1, create_tap=True))
    server = lab.processes['ovsdb-server']
    server.send_signal(signal.SIGSTOP)   # the first call waits for it with the lock held
    try:
        first = subprocess.Popen((*lab.inside(), *holder, *lab.command('plug', doc, program=program)),
                                 stdout=subprocess.DEVNULL, env=lab.environment())
        wait_until(lambda: holds_lock(first.pid), what='a lock is held')
        failed = lab.plug(doc, options=['--timeout=1'], status=6, prefix=other, program=program)
        assert 'timed out waiting for another program to release this VIF' in failed.line()
    finally:
        server.send_signal(signal.SIGCONT)
    assert first.wait(20) == 0


def holds_lock(pid):
    for name in os.listdir('/proc/%d/fdinfo' % pid):
        try:
            with open('/proc/%d/fdinfo/%s' % (pid, name)) as f:
                if 'OFDLCK' in f.read():
                    return True
        except OSError:   # it is closed by now
            continue
    return False


@pytest.mark.lab(vswitchd=False)
def test_database_that_is_roots_alone(lab, program):
    """Debian's socket; the error says what is in the way."""
    os.chmod(lab.socket, stat.S_IRWXU)
    failed = lab.plug(ovs_vif(1, create_tap=True), prefix=DAEMON, program=program, status=5)
    assert lab.socket in failed.line() and 'Permission denied' in failed.line()
    assert not [name for name in lab.links() if name.startswith('tap')]
