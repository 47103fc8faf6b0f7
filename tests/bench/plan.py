# SPDX-License-Identifier: Apache-2.0
"""What is measured, in which places, how often: one line a job.

Not everything against everything: each dimension (number of VIFs, ports there already, kind, program)
is walked along with the others held, and what would take for ever is cut short and says so.
"""
import collections

from programs import OS_VIF, RAW, VIFCTL_NAME, VSCTL, WARM, WARM_ALONE

# A kind and number of VIFs, on hosts with so many other ports, by programs, so often.  'fresh': each
# round on a host of its own, which is thrown away; for what takes long to take down.
Job = collections.namedtuple('Job', 'place kind n others programs rounds verbs fresh')

ALL = (VIFCTL_NAME, WARM, VSCTL, OS_VIF, RAW)
OURS = (VIFCTL_NAME, WARM)
VERBS = ('plug', 'replug', 'unplug')
NO_RIVAL_ABOVE = 2000     # ports: there ovs-vsctl and os-vif take so long that nothing is learnt


def job(place, kind, n, others, programs=ALL, rounds=5, verbs=VERBS, fresh=False):
    return Job(place, kind, n, others, programs, rounds, verbs, fresh)


class Plan:
    """'jobs' in the order in which they are done; 'limit': seconds for os-vif, one by one; 'budget':
    seconds after which each job is done once, however many rounds it was to have; 'daemon_rounds': of
    many clients of vifd at once."""

    def __init__(self, quick, jobs, limit, budget, daemon_rounds):
        self.quick, self.jobs, self.limit, self.budget = quick, jobs, limit, budget
        self.daemon_rounds = daemon_rounds

    def hosts(self, place):
        """The hosts of a place that are kept for many jobs."""
        return sorted({j.others for j in self.jobs if j.place == place and not j.fresh})


def singles(sizes, rounds):
    """One VIF on the database alone: each program's own work."""
    for others in sizes:
        programs = ALL if others <= NO_RIVAL_ABOVE else (*OURS, RAW)
        yield job('database', 'port', 1, others, programs, rounds)


def quick():
    jobs = [*singles((0, 10, 1000, 2000, 10000), 3)]
    for others in (10, 10000):
        jobs += [job('database', 'port', 100, others, OURS, 3),
                 job('database', 'port', 1000, others, OURS, 2)]
    jobs += [job('database', 'vhost-user', n, 0, ALL, 3) for n in (1, 10)]
    for n in (1, 10):
        jobs += [job('switch', 'tap', n, 0, ALL, 3), job('switch', 'hybrid', n, 0, ALL, 2)]
    jobs += [job('switch', 'tap', 100, 0, (VIFCTL_NAME, VSCTL, RAW), 1),
             job('switch', 'tap', 1, 2000, (VIFCTL_NAME, WARM, WARM_ALONE, OS_VIF), 2),
             job('switch', 'tap', 1000, 0, (VIFCTL_NAME,), 2, VERBS[:2], True),
             job('switch', 'tap', 1000, 0, (RAW,), 1, VERBS[:1], True)]
    return Plan(True, jobs, 30, 90, 3)


def full():
    jobs = [*singles((0, 10, 100, 1000, 2000, 5000, 10000), 7)]
    for others in (10, 100, 1000, 10000):
        jobs += [job('database', 'port', n, others, OURS, 3) for n in (10, 100, 1000)]
    for others in (0, 1000):
        jobs += [job('database', 'vhost-user', n, others, ALL, 5) for n in (1, 10)]
        jobs += [job('database', 'vhost-user', n, others, (*OURS, VSCTL, RAW), 3)
                 for n in (100, 1000)]
    for others in (0, 100, 1000, 2000, 5000):
        few = others > NO_RIVAL_ABOVE
        jobs += [job('switch', 'tap', 1, others, (*ALL, WARM_ALONE), 3 if few else 5),
                 job('switch', 'tap', 10, others, (*OURS, VSCTL, RAW) if few else ALL, 2)]
        jobs += [job('switch', 'tap', 100, others, (VIFCTL_NAME, VSCTL, RAW), 1 if few else 2)]
    for others in (0, 1000):
        jobs += [job('switch', 'hybrid', 1, others, ALL, 5),
                 job('switch', 'hybrid', 10, others, ALL, 2),
                 job('switch', 'hybrid', 100, others, (VIFCTL_NAME, VSCTL, RAW), 1)]
    jobs += [job('switch', 'tap', 1000, 0, (VIFCTL_NAME, RAW), 3, VERBS[:2], True),
             job('switch', 'tap', 1000, 0, (VSCTL, OS_VIF), 1, VERBS[:2], True),
             job('switch', 'tap', 1000, 0, (VIFCTL_NAME,), 1, VERBS, True),
             # By `ip -batch` ovs-vswitchd is busy with news of 5000 links for minutes.
             job('switch', 'hybrid', 1000, 0, (VIFCTL_NAME,), 1, VERBS[:2], True)]
    for others in (1000, 5000):
        jobs += [job('switch', 'tap', 1000, others, (VIFCTL_NAME, RAW), 1, VERBS[:2], True)]
    return Plan(False, jobs, 240, 900, 7)
