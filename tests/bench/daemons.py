# SPDX-License-Identifier: Apache-2.0
"""vifd: many callers at once beside one call for the same VIFs, and its memory and its CPU beside those
of os-vif with its privsep daemon."""
import json
import os
import re
import time

from hosts import PATIENCE, TOOLS
from loads import Load
import programs
from samples import Key, Sample
from vifd_client import VIFD

CLIENTS, EACH = 64, 4
MANY = 1000
REST = 1         # seconds after the last answer; what the work took has been given back by then
CLIENTS_NAME, ONE_CALL = '%d clients of vifd' % CLIENTS, 'vifd, one call'
SINGLE, PRIVSEP = 'one client of vifd', 'privsep daemon'
IN_TURN = (CLIENTS_NAME, ONE_CALL, programs.VIFCTL_NAME)
PLACE, KIND = 'daemon', 'tap'


def cpu_seconds(pid):
    """CPU time of a process, threads that have ended included, as its clock has it: /proc counts in
    steps of 10 ms.  The number of that clock is what clock_getcpuclockid(3) makes of a pid."""
    return time.clock_gettime(~pid << 3 | 2)


def memory(pid):
    """(resident, its share of it, peak of what was resident) in MiB; what several processes map is
    shared among them by the second."""
    def kib(name, key):
        with open('/proc/%d/%s' % (pid, name)) as f:
            return int(re.search(r'^%s:\s*(\d+)' % key, f.read(), re.MULTILINE).group(1))
    return kib('status', 'VmRSS') / 1024, kib('smaps_rollup', 'Pss') / 1024, kib('status', 'VmHWM') / 1024


def privsep_daemons():
    """The pids of all that there are: of tools/bench's own namespace, so ours."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as f:
                if b'privsep-helper' in f.read():
                    found.append(int(pid))
        except OSError:
            continue
    return found


class Daemon:
    """A vifd on a host, with its configuration's defaults, and its clients."""

    def __init__(self, host):
        self.host, self.path = host, host.lab.path('vifd.socket')
        self.process = host.lab.start('vifd', VIFD, '--socket=' + self.path, '--user=root',
                                      '--ovsdb=' + host.address)
        while not os.path.exists(self.path):
            if self.process.poll() is not None:
                raise RuntimeError('vifd ended')
            time.sleep(0.01)

    def plug(self, loads):
        """A client for each load, all at once; until all have their answers."""
        name = '%s-%d.calls' % (loads[0].name, len(loads))
        if name not in self.host.files:
            calls = [{'method': 'io.vifd.Plug', 'parameters': {
                'vifs': load.documents(), 'timeout_ms': PATIENCE * 1000}} for load in loads]
            self.host.files[name] = self.host.lab.write(name, ''.join(
                json.dumps(call, separators=(',', ':')) + '\n' for call in calls))
        helper = self.host.helper('clients', os.path.join(TOOLS, 'bench-clients'), self.path)
        return helper.sample(self.host.files[name])


def split(load, clients):
    each = load.n // clients
    return [Load(load.kind, each, load.first + i * each) for i in range(clients)]


def insist_on_settled(host, load):
    """Whoever plugged: an answer means that ovs-vswitchd has the ports."""
    ports = set(load.ports())
    real = [row['name'] for row in host.lab.db.select('Interface')
            if row['name'] in ports and row['ofport'] not in ([], -1)]
    if len(real) != load.n:
        raise RuntimeError('%d of %d VIFs are real' % (len(real), load.n))


class Daemons:
    def __init__(self, samples, os_vif, rounds, is_late):
        self.samples, self.os_vif, self.rounds, self.is_late = samples, os_vif, rounds, is_late

    def add(self, n, program, sample):
        self.samples.add(Key(PLACE, KIND, n, 0, program, 'plug'), sample)

    def many_clients(self, host, daemon):
        """In turn, and in another order each round."""
        load = Load(KIND, CLIENTS * EACH)
        ways = {CLIENTS_NAME: lambda: daemon.plug(split(load, CLIENTS)),
                ONE_CALL: lambda: daemon.plug([load]),
                programs.VIFCTL_NAME: lambda: programs.Vifctl().plug(host, load)}
        for n in range(self.rounds):
            if n and self.is_late():
                break
            for i in range(len(IN_TURN)):
                name = IN_TURN[(n + i) % len(IN_TURN)]
                sample = ways[name]()
                insist_on_settled(host, load)
                self.add(load.n, name, sample)
                host.clean(load)

    def singles(self, host, daemon):
        """One warm plug through each; the first does not count: os-vif starts its daemon then."""
        load = Load(KIND, 1)
        for n in range(self.rounds + 2):
            before = cpu_seconds(daemon.process.pid)
            sample = daemon.plug([load])
            spent = cpu_seconds(daemon.process.pid) - before
            host.clean(load)
            if n:
                self.add(1, SINGLE, Sample(sample.wall, spent, 0))
            if self.os_vif:
                self.single_by_os_vif(host, load, count=n > 0)
                host.clean(load)

    def single_by_os_vif(self, host, load, count):
        worker = self.worker(host)
        programs.ip_batch(host, load)
        host.settle()
        before = {pid: cpu_seconds(pid) for pid in privsep_daemons()}
        sample = host.ask_os_vif(worker, 'plug', load, PATIENCE)
        if not privsep_daemons():
            raise RuntimeError('os-vif has started no privsep daemon')
        if count:
            spent = sum(cpu_seconds(pid) - was for pid, was in before.items())
            self.add(1, PRIVSEP, Sample(sample.wall, spent, 0))
            self.add(1, programs.OS_VIF, sample)

    @staticmethod
    def worker(host):
        return host.os_vif('os-vif-privsep', privsep=True)

    def memories(self, host, daemon):
        """With 1000 VIFs plugged, by 40 clients at once, and then all of them again in one call: of the
        two what is more.  After the work, with what it takes meanwhile as the peak."""
        load = Load(KIND, MANY)
        daemon.plug(split(load, MANY // 25))
        insist_on_settled(host, load)
        time.sleep(REST)
        first = memory(daemon.process.pid)
        daemon.plug([load])
        time.sleep(REST)
        facts = {'vifd': tuple(map(max, first, memory(daemon.process.pid)))}
        if self.os_vif and privsep_daemons():
            facts['os-vif'] = memory(self.worker(host).process.pid)
            facts['privsep'] = tuple(map(sum, zip(*map(memory, privsep_daemons()))))
        self.samples.facts['memory'] = facts

    def run(self, host):
        daemon = Daemon(host)
        daemon.plug([Load(KIND, 1)])
        host.clean(Load(KIND, 1))
        for part in (self.many_clients, self.singles, self.memories):
            try:
                part(host, daemon)
            except RuntimeError as e:
                self.samples.note('vifd, %s: %s' % (part.__name__, str(e)[-300:].strip()))
                host.clean(Load(KIND, CLIENTS * EACH))
