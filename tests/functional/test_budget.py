# SPDX-License-Identifier: Apache-2.0
"""What a plug may cost: counted, never timed, and without waiting for a switch, so that it is the same
each time.

The bounds are what a build of gcc 12 (debugoptimized) needs on Debian 12, and 15 % more: the C library
has other code for other processors, and a compiler other ideas.  Who makes something dearer on purpose
writes the new figures here.  docs/performance.md tells where they come from.
"""
import pytest

from budget import instructions, is_measured_build, system_calls
from vifs import hybrid_vif, ovs_vif

pytestmark = [
    pytest.mark.lab(vswitchd=False),
    pytest.mark.skipif(not is_measured_build(), reason='counts of this build mean nothing'),
]
VERBS = ('plug', 'plug again', 'unplug')
MANY = 100
HEADROOM = 1.15
KINDS = {'tap': lambda n: ovs_vif(n, create_tap=True), 'hybrid': hybrid_vif}
EVERY_KIND = pytest.mark.parametrize('kind', KINDS)

# As measured, for VERBS: thousands of instructions of a whole process with one VIF, and for each of a
# hundred VIFs.
ONE_VIF = {'tap': (876, 1013, 1218), 'hybrid': (892, 1007, 1090)}
EACH_VIF = {'tap': (334, 422, 477), 'hybrid': (344, 419, 446)}

# Of the first plug of a tap, call by call; the C library of another release may start with a few more.
#  42  the dynamic linker and the C library, libmnl's share being 10
#   1  the configuration is opened (there is none)
#   1  the seed of the hash tables
#  10  a netlink socket: bound, asked for its id, five options, two sizes that bound a batch; closed
#   5  the file with the VIF: what is it?, opened, read, read to its end, closed
#   4  the signals that interrupt: a pipe, SIGINT, SIGTERM, and SIGPIPE not to be ended by
#   1  is there a terminal for a status line?
#   4  the lock: opened, told apart by the network namespace, taken, closed
#   2  the links are looked up: sent, received
#   5  a connection to the database, with a limit for connecting, that then does not block; closed
#   3  the rows are looked up: sent, waited for, received
#   5  a tap: /dev/net/tun opened, made, without carrier, made to last, closed
#   2  it is set up: sent, received
#   5  are we interrupted?  Asked wherever each VIF is whole
#   4  the transaction: is the connection whole?, sent, waited for, received
#   3  the result: where does it go?, written; the end
# A second plug has no tap, but looks up the port's bridge; an unplug looks twice, and removes the tap.
ONE_VIF_CALLS = {'tap': (97, 88, 97), 'hybrid': (123, 90, 97)}
SPARE_CALLS = 6

# For each VIF of a hundred, all calls divided by the VIFs: a lock, an answer of the kernel for each link
# that is looked up, made or removed, the five of a tap (of a hybrid VIF: the sysctls of its bridge), and
# a hundredth of what is called once.
EACH_VIF_CALLS = {'tap': (9.2, 3.2, 7.3), 'hybrid': (27.3, 5.2, 7.3)}


def counted(lab, doc, count):
    return [count(lab, verb.split()[0], doc) for verb in VERBS]


def assert_within(what, counts, bounds, unit):
    for verb, count, bound in zip(VERBS, counts, bounds):
        print('%s, %s: %.1f of at most %.1f %s' % (what, verb, count, bound, unit))
    over = [verb for verb, count, bound in zip(VERBS, counts, bounds) if count > bound]
    assert not over, '%s: %s costs more %s than it may' % (what, ', '.join(over), unit)


@EVERY_KIND
def test_instructions_of_one_vif(lab, kind):
    counts = counted(lab, KINDS[kind](1), instructions)
    assert_within('one VIF', [n / 1000 for n in counts], [n * HEADROOM for n in ONE_VIF[kind]],
                  'thousand instructions')


@EVERY_KIND
def test_instructions_of_each_of_many_vifs(lab, kind):
    counts = counted(lab, [KINDS[kind](n) for n in range(1, MANY + 1)], instructions)
    assert_within('each VIF of %d' % MANY, [n / 1000 / MANY for n in counts],
                  [n * HEADROOM for n in EACH_VIF[kind]], 'thousand instructions')


@EVERY_KIND
def test_system_calls_of_one_vif(lab, kind):
    counts = counted(lab, KINDS[kind](1), system_calls)
    assert_within('one VIF', [sum(calls.values()) for calls in counts],
                  [n + SPARE_CALLS for n in ONE_VIF_CALLS[kind]], 'system calls')


@EVERY_KIND
def test_system_calls_of_each_of_many_vifs(lab, kind):
    counts = counted(lab, [KINDS[kind](n) for n in range(1, MANY + 1)], system_calls)
    assert_within('each VIF of %d' % MANY, [sum(calls.values()) / MANY for calls in counts],
                  [n * HEADROOM for n in EACH_VIF_CALLS[kind]], 'system calls')
