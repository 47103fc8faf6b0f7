# SPDX-License-Identifier: Apache-2.0
"""Carries out a plan.  Ours and every rival do the same in turn, round by round, so that whatever the
machine does meanwhile hits all of them."""
import contextlib
import sys
import time

import counts
import daemons
from hosts import Host
from loads import Load
import programs
from samples import Key

BEGUN = time.monotonic()
WARM_UP = 1        # rounds of one VIF that do not count
IN_A_ROW = 4       # VIFs, one after the other, where one takes less than the rest of a round


def tell(words):
    print('%4d s  %s' % (time.monotonic() - BEGUN, words), file=sys.stderr, flush=True)


class Measurement:
    def __init__(self, plan, samples, os_vif):
        """'os_vif': whether it is installed."""
        self.plan, self.samples = plan, samples
        self.programs = {p.name: p for p in (
            programs.Vifctl(), programs.Warm(), programs.WarmAlone(), programs.Vsctl(),
            programs.OsVif(plan.limit), programs.Raw())}
        if not os_vif:
            del self.programs[programs.OS_VIF]

    def of(self, job):
        return [self.programs[name] for name in job.programs if name in self.programs]

    # ------------------------------------------------------------------ one round

    def once(self, host, job, program, count=True):
        """Each verb of the job once, for the load or for several one after the other; all there was
        to it, to be cleaned up."""
        n = IN_A_ROW if job.place == 'database' and job.n == 1 else 1
        row = [Load(job.kind, job.n, 1 + i * job.n) for i in range(n)]
        for verb in job.verbs:
            key = Key(host.place, job.kind, job.n, job.others, program.name, verb)
            try:
                taken = [getattr(program, verb)(host, load) for load in row]
            except RuntimeError as e:
                self.samples.note('%s: %s of %d %s at %d ports failed: %s' % (
                    program.name, verb, job.n, job.kind, job.others, str(e)[-300:].strip()))
                break
            for sample in taken if count else ():
                if sample:
                    self.samples.add(key, sample)
            host.settle()
            if any(sample and sample.share < 1 for sample in taken):
                break                      # not all are there to be plugged again, or unplugged
        return Load(job.kind, job.n * n)

    def rounds(self, pairs):
        """'pairs' of (host, job), in turn."""
        for n in range(max(job.rounds + self.warm_up(job) for _, job in pairs)):
            for host, job in pairs:
                warm = self.warm_up(job)
                if n >= job.rounds + warm or (n > warm and self.is_late()):
                    continue
                for program in self.of(job):
                    host.clean(self.once(host, job, program, n >= warm))

    def is_late(self):
        if time.monotonic() - BEGUN < self.plan.budget:
            return False
        self.samples.note('The machine was slow: from %d s on each job was done once, with fewer '
                          'rounds than planned.' % self.plan.budget)
        return True

    @staticmethod
    def warm_up(job):
        return WARM_UP if job.n == 1 else 0

    # ------------------------------------------------------------------ places

    def database(self):
        """All hosts at once: a server that has nothing to do costs nothing."""
        jobs = [job for job in self.plan.jobs if job.place == 'database']
        with contextlib.ExitStack() as stack:
            hosts = {n: stack.enter_context(Host(n)) for n in self.plan.hosts('database')}
            tell('database servers with %s ports run' % ', '.join(map(str, hosts)))
            for kind in ('port', 'vhost-user'):
                programs.check_same_rows(hosts[0], Load(kind, 2), self.programs.values())
            for kind, n in dict.fromkeys((job.kind, job.n) for job in jobs):
                tell('%d %s, database alone' % (n, kind))
                self.rounds([(hosts[j.others], j) for j in jobs if (j.kind, j.n) == (kind, n)])
            counts.count(hosts[0], ('port', 'vhost-user'), self.samples, self.programs)

    def switches(self):
        for others in self.plan.hosts('switch'):
            jobs = [j for j in self.plan.jobs
                    if (j.place, j.others, j.fresh) == ('switch', others, False)]
            with Host(others, vswitchd=True) as host:
                for job in jobs:
                    tell('%d %s, ovs-vswitchd with %d ports' % (job.n, job.kind, others))
                    self.rounds([(host, job)])
                if others == 0:
                    counts.count(host, ('tap', 'hybrid'), self.samples, self.programs)

    def fresh(self):
        jobs = [job for job in self.plan.jobs if job.fresh]
        for n in range(max(job.rounds for job in jobs)):
            for job in jobs:
                for program in self.of(job) if n < job.rounds and not (n and self.is_late()) else ():
                    tell('%d %s by %s, ovs-vswitchd with %d ports' % (
                        job.n, job.kind, program.name, job.others))
                    with Host(job.others, vswitchd=True) as host:
                        load = self.once(host, job, program)
                        if program.name == programs.VIFCTL_NAME and n == 0 and not job.others \
                                and job.verbs[-1] == 'replug' and job.kind == 'tap':
                            self.samples.facts['again'] = counts.changes_of_replug(host, load)

    def daemon(self):
        tell('vifd, its clients and its memory')
        with Host(0, vswitchd=True) as host:
            daemons.Daemons(self.samples, programs.OS_VIF in self.programs, self.plan.daemon_rounds,
                            self.is_late).run(host)

    def run(self):
        self.daemon()
        self.database()
        self.switches()
        self.fresh()
        tell('measured')
