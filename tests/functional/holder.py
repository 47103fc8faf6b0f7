# SPDX-License-Identifier: Apache-2.0
"""Processes that keep namespaces alive, and guests made of them."""
import os
import subprocess
import time

ENVIRONMENT = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'}


class Holder:
    """A process that keeps namespaces alive until it is told to end."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=dict(os.environ, **ENVIRONMENT))
        line = self.process.stdout.readline()
        if line != b'ready\n':
            self.end()
            raise RuntimeError('%s: not ready: %r' % (argv[:6], line))

    def end(self):
        self.process.stdin.close()
        end(self.process)
        self.process.stdout.close()


def end(process):
    """Ends a child of ours for good."""
    if process.poll() is None:
        process.kill()
    process.wait(60)   # its sockets wait for the kernel, which may be slow to take down others'


def wait_until(condition, seconds=10, what='condition'):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError('%s: not so after %g s' % (what, seconds))
        time.sleep(0.01)


class Namespace:
    """A network namespace with an address: all of a guest that matters to its host."""

    patience = '1'   # seconds for the answer to a ping

    def __init__(self, lab, address):
        self.lab, self.address = lab, address
        self.holder = Holder('unshare', '--net', 'sh', '-c', 'echo ready; exec cat')
        lab.guests.append(self)

    def run(self, *argv, check=True):
        return self.lab.execute(
            ('nsenter', '--net=/proc/%d/ns/net' % self.holder.process.pid, *argv), check)

    def pings(self, other, count=3):
        """Whether at least one of 'count' pings comes back."""
        return self.run('ping', '-c', str(count), '-i', '0.2', '-W', self.patience,
                        other.address, check=False).returncode == 0

    def end(self):
        self.holder.end()


class Guest(Namespace):
    """One whose NIC 'eth0' is wired to a tap of the lab's host, as a hypervisor does it."""

    def __init__(self, lab, tap, address, mac):
        super().__init__(lab, address)
        self.wire = Holder(*lab.inside(), lab.tapwire, tap,
                           '/proc/%d/ns/net' % self.holder.process.pid, 'eth0')
        self.run('ip', 'link', 'set', 'lo', 'up')
        self.run('ip', 'link', 'set', 'eth0', 'address', mac, 'up')
        self.run('ip', 'addr', 'add', address + '/24', 'dev', 'eth0')

    def end(self):
        if hasattr(self, 'wire'):
            self.wire.end()
        super().end()
