# SPDX-License-Identifier: Apache-2.0
"""Round trips, counted in runs of their own that are not timed.

A round trip to the database is a request that a proxy before it sees; one to the kernel is a send on a
netlink socket that strace sees (of many messages at once, one).
"""
import os
import re

from hosts import PATIENCE
from lab import VIFCTL
from loads import Load
from programs import OS_VIF, VIFCTL_NAME, ip_batch, wait_word
from watch import Changes, strace

VERBS = (('plug', 'plug'), ('replug', 'plug'), ('unplug', 'unplug'))
SEND = re.compile(r'\b(sendto|sendmsg|sendmmsg|write)\(\d+<NETLINK')
TRACE = ('strace', '-f', '-yy', '-s', '0', '-e', 'trace=sendto,sendmsg,sendmmsg,write', '-o')


class Log:
    """What strace has written since the last look."""

    def __init__(self, path):
        self.path, self.at = path, 0

    def sends(self):
        with open(self.path, errors='replace') as f:
            f.seek(self.at)
            found = sum(1 for line in f if SEND.search(line))
            self.at = os.stat(self.path).st_size
        return found


def of_vifctl(host, load, samples):
    log = host.lab.path('netlink.log')
    for name, verb in VERBS:
        proxy = host.proxy()
        host.spawn(*TRACE, log, VIFCTL, verb, '--wait=' + wait_word(host),
                   '--timeout=%d' % PATIENCE, '--ovsdb=' + proxy.address, host.file(load))
        samples.counts[host.place, load.kind, load.n, VIFCTL_NAME, name] = (
            len(proxy.requests), Log(log).sends())
        host.settle()


def of_os_vif(host, load, samples):
    """Its connection and what it says to make one are not counted: it is warm."""
    log = host.lab.path('os-vif-netlink.log')
    helper = host.os_vif('os-vif-counted', host.proxy().address, (*TRACE, log))
    reader = Log(log)
    warm_up = Load(load.kind, 1, first=500)
    for verb in ('plug', 'unplug'):
        host.ask_os_vif(helper, verb, warm_up, PATIENCE)
    for name, verb in VERBS:
        if load.kind == 'tap' and name == 'plug':
            ip_batch(host, load)
        proxy = host.proxy()
        reader.sends()
        host.ask_os_vif(helper, verb, load, PATIENCE)
        samples.counts[host.place, load.kind, load.n, OS_VIF, name] = (
            len(proxy.requests), reader.sends())
        host.settle()


def count(host, kinds, samples, programs):
    for kind in kinds:
        for n in (1, 100):
            of_vifctl(host, Load(kind, n), samples)
            host.clean(Load(kind, n))
        if OS_VIF in programs:
            of_os_vif(host, Load(kind, 1), samples)
            host.clean(Load(kind, 1))


def changes_of_replug(host, load):
    """What one more plug of wired VIFs writes: (transactions that write, changes of links)."""
    proxy, log = host.proxy(), host.lab.path('again.log')
    host.lab.vifctl('plug', host.file(load), prefix=strace(log), ovsdb=proxy.address,
                    options=['--timeout=%d' % PATIENCE], timeout=PATIENCE)
    with open(log, errors='replace') as f:
        changes = Changes(f.read())
    return len(proxy.commits), len(changes.netlink) + len(changes.tun) + len(changes.files)
