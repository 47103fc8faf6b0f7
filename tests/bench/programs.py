# SPDX-License-Identifier: Apache-2.0
"""The programs that are measured, ours and the rivals: how each plugs, plugs again and unplugs.

A program's plug(), replug() and unplug() do that for a load on a host and return a Sample.  What has
to be there before and is not the program's work is done untimed.  None: the program cannot do it.
"""
import json
import shutil

from hosts import PATIENCE
from lab import VIFCTL

VIFCTL_NAME, WARM, VSCTL, OS_VIF, RAW = 'vifctl', 'libvif warm', 'ovs-vsctl', 'os-vif', 'raw socket'
WARM_ALONE = 'libvif warm, no waiting'


def wait_word(host):
    return 'vswitchd' if host.vswitchd else 'none'


def ip_batch(host, load, suffix='.ip'):
    return host.spawn(shutil.which('ip'), '-batch', host.file(load, suffix))


class Vifctl:
    """The command, a process for each load."""

    name = VIFCTL_NAME

    def run(self, host, verb, load):
        return host.spawn(VIFCTL, verb, '--wait=' + wait_word(host), '--timeout=%d' % PATIENCE,
                          '--ovsdb=' + host.address, host.file(load))

    def plug(self, host, load):
        return self.run(host, 'plug', load)

    replug = plug

    def unplug(self, host, load):
        return self.run(host, 'unplug', load)


class Warm:
    """The library in a process that has opened the host before."""

    name = WARM

    def plug(self, host, load):
        return host.warm(wait_word(host)).sample('plug ' + host.file(load))

    replug = plug

    def unplug(self, host, load):
        return host.warm(wait_word(host)).sample('unplug ' + host.file(load))


class WarmAlone:
    """The same where the tap is there and ovs-vswitchd is not waited for: for one plug, what is left
    is the library's own work."""

    name = WARM_ALONE

    def plug(self, host, load):
        ip_batch(host, load)
        host.settle()
        return host.warm('none').sample('plug ' + host.file(load))

    def replug(self, host, load):
        return None

    unplug = replug


class Vsctl:
    """ovs-vsctl, all ports in one call; the links by `ip -batch`."""

    name = VSCTL

    def run(self, host, words):
        wait = [] if host.vswitchd else ['--no-wait']
        return host.spawn(shutil.which('ovs-vsctl'), *wait, '--timeout=%d' % PATIENCE,
                          '--db=' + host.address, *words)

    def plug(self, host, load):
        links = [ip_batch(host, load)] if load.has_links else []
        return sum(links, self.run(host, load.vsctl_plug()))

    def replug(self, host, load):
        """What a script would do: it does not look, it says the same again (without links)."""
        return self.run(host, load.vsctl_plug(again=True))

    def unplug(self, host, load):
        """Two calls where there are QoS rows: they cannot go with the port that refers to them."""
        qos = host.qos_uuids(load)
        done = self.run(host, load.vsctl_unplug())
        if qos:
            done += self.run(host, ['--', 'destroy', 'QoS', *qos])
        return done + ip_batch(host, load, '.noip') if load.has_links else done


class OsVif:
    """os-vif in a warm process, VIF by VIF.  That of Debian 12 makes no taps: they are there."""

    name = OS_VIF

    def __init__(self, limit=PATIENCE):
        self.limit = limit

    def run(self, host, verb, load):
        return host.ask_os_vif(host.os_vif(), verb, load, self.limit)

    def plug(self, host, load):
        host.os_vif()
        if load.kind == 'tap':
            ip_batch(host, load)
        return self.run(host, 'plug', load)

    def replug(self, host, load):
        return self.run(host, 'plug', load)

    def unplug(self, host, load):
        return self.run(host, 'unplug', load)


class Raw:
    """Ready-made messages, and `ip -batch` for the links: the least there is to do."""

    name = RAW

    def plug(self, host, load):
        messages = host.message_file(load)
        links = [ip_batch(host, load)] if load.has_links else []
        return sum(links, host.raw().sample(messages))

    def replug(self, host, load):
        return None

    def unplug(self, host, load):
        return None


def rows(host, load):
    """What is in the database of the load's ports, to see that all programs write the same."""
    found = []
    for name in load.ports():
        interface, port = host.lab.db.row('Interface', name), host.lab.db.row('Port', name)
        if not interface or not port:
            raise RuntimeError('no port %s' % name)
        found.append([interface['external_ids'], interface['type'], interface['options']])
    qos = [row for row in host.lab.db.select('QoS')]
    return json.dumps(found, sort_keys=True), sorted(json.dumps(q['external_ids']) for q in qos)


def check_same_rows(host, load, programs):
    """Before anything is timed: the programs do the same work."""
    written = {}
    for program in programs:
        program.plug(host, load)
        written[program.name] = rows(host, load)
        host.clean(load)
    expected = written[VIFCTL_NAME]
    for name, (ports, qos) in written.items():
        # The os-vif of Debian 12 knows no default QoS and writes that much less.
        if ports != expected[0] or (qos != expected[1] and name != OS_VIF):
            raise RuntimeError('%s writes other rows than vifctl: %s' % (name, written))
