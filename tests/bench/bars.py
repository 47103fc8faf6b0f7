# SPDX-License-Identifier: Apache-2.0
"""The bars this project has set itself, each with what was measured."""
import collections

from daemons import CLIENTS, CLIENTS_NAME, EACH, KIND, MANY as MANY_PLUGGED, ONE_CALL, PLACE
from programs import OS_VIF, RAW, VIFCTL_NAME, VSCTL, WARM, WARM_ALONE

Bar = collections.namedtuple('Bar', 'work bar measured verdict')
ONE = ('database', 'port', 1)
MANY = ('switch', 'tap', 1000, 0)
UNKNOWN = 'not measured'


def ratio(samples, what, key, other):
    """Median over median; None where one is missing."""
    a, b = samples.median(what, *key), samples.median(what, *other)
    return a / b if a is not None and b else None


def judged(work, bar, measured, met):
    """'met': None when it was not measured."""
    if met is None:
        return Bar(work, bar, UNKNOWN, '-')
    return Bar(work, bar, measured, 'met' if met else 'MISSED')


def at_sizes(samples, program, other, limit, what='wall'):
    """Ratios of two programs plugging one VIF, at each number of ports: (words, all within?)."""
    sizes = samples.values('others', place='database', kind='port', n=1, program=other)
    ratios = {n: ratio(samples, what, (*ONE, n, program, 'plug'), (*ONE, n, other, 'plug'))
              for n in sizes}
    ratios = {n: r for n, r in ratios.items() if r is not None}
    if not ratios:
        return '', None
    shown = {n: ratios[n] for n in (min(ratios), max(ratios))}
    worst = max(ratios, key=ratios.get)
    shown[worst] = ratios[worst]
    words = ', '.join('%.2f at %d ports' % (r, n) for n, r in sorted(shown.items()))
    return words, ratios[worst] <= limit


def whole_process(samples):
    words, met = at_sizes(samples, VIFCTL_NAME, VSCTL, 1 / 3)
    return judged('`vifctl plug --wait=none` of one VIF, whole process / `ovs-vsctl --no-wait` '
                  'with the same rows', '≤ 0.33', words, met)


def warm(samples):
    words, met = at_sizes(samples, WARM, RAW, 1.5)
    return judged('one warm plug through libvif, no waiting / raw socket, same two messages',
                  '≤ 1.5', words, met)


def own_cpu_is_flat(samples):
    sizes = samples.values('others', place='database', kind='port', n=1, program=WARM)
    cpu = {n: samples.median('cpu', *ONE, n, WARM, 'plug') for n in sizes}
    work = 'own CPU of one warm plug, largest / smallest from 0 to 10,000 ports'
    if 0 not in cpu or 10000 not in cpu:
        return judged(work, '≤ 1.5', '', None)
    low, high = min(cpu, key=cpu.get), max(cpu, key=cpu.get)
    return judged(
        work, '≤ 1.5',
        '%.2f (%.0f µs at %d ports, %.0f µs at %d)' % (
            cpu[high] / cpu[low], cpu[low] * 1e6, low, cpu[high] * 1e6, high),
        cpu[high] / cpu[low] <= 1.5)


def own_cpu_beside_os_vif(samples):
    """os-vif cannot but wait for ovs-vswitchd, and makes no tap; told beside it is a plug of ours that
    does both."""
    ours = samples.median('cpu', 'switch', 'tap', 1, 2000, WARM_ALONE, 'plug')
    whole = samples.median('cpu', 'switch', 'tap', 1, 2000, WARM, 'plug')
    theirs = samples.median('cpu', 'switch', 'tap', 1, 2000, OS_VIF, 'plug')
    work = "own CPU of one warm plug / of os-vif's process, ovs-vswitchd with 2000 ports"
    if not ours or not whole or not theirs:
        return judged(work, '≤ 1/50', '', None)
    return judged(work, '≤ 1/50', '1/%.0f (%.2f ms, %.1f ms; with creating the tap and waiting '
                  '1/%.0f)' % (theirs / ours, ours * 1e3, theirs * 1e3, theirs / whole),
                  ours <= theirs / 50)


def many_beside_raw(samples):
    r = ratio(samples, 'wall', (*MANY, VIFCTL_NAME, 'plug'), (*MANY, RAW, 'plug'))
    work = '1000 VIFs (tap and port), one `vifctl plug` / one raw transaction and `ip -batch`'
    if r is None:
        return judged(work, '≤ 1.3', '', None)
    return judged(work, '≤ 1.3', '%.2f (%.2f s, %.2f s)' % (
        r, samples.median('wall', *MANY, VIFCTL_NAME, 'plug'),
        samples.median('wall', *MANY, RAW, 'plug')), r <= 1.3)


def os_vif_one_by_one(samples):
    """(seconds that 1000 VIFs take os-vif, how that is known), or None."""
    measured = samples.median('wall', *MANY, OS_VIF, 'plug')
    if measured is not None:
        share = samples.share(*MANY, OS_VIF, 'plug')
        return measured, 'measured' if share == 1 else \
            'extrapolated from the first %d' % round(1000 * share)
    empty, full = (samples.median('wall', 'switch', 'tap', 1, n, OS_VIF, 'plug')
                   for n in (0, 2000))
    if empty is None or full is None:
        return None
    # Its cost grows with the ports there: the mean of 1000 is that at 500 ports.
    return 1000 * (empty + (full - empty) * 500 / 2000), \
        'extrapolated from single plugs at 0 and 2000 ports'


def many_beside_os_vif(samples):
    ours, theirs = samples.median('wall', *MANY, VIFCTL_NAME, 'plug'), os_vif_one_by_one(samples)
    work = 'the same 1000 VIFs: os-vif one by one / one `vifctl plug`'
    if ours is None or theirs is None:
        return judged(work, '≥ 50', '', None)
    return judged(work, '≥ 50', '%.0f (os-vif %.0f s, %s)' % (theirs[0] / ours, *theirs),
                  theirs[0] / ours >= 50)


def again_changes_nothing(samples):
    again = samples.facts.get('again')
    work = 'plug again 1000 wired VIFs: database writes, link changes'
    if again is None:
        return judged(work, '0, 0', '', None)
    return judged(work, '0, 0', '%d, %d' % again, again == (0, 0))


def again_is_quick(samples):
    r = ratio(samples, 'wall', (*MANY, VIFCTL_NAME, 'replug'), (*MANY, VIFCTL_NAME, 'plug'))
    work = 'plug again 1000 wired VIFs / the first plug'
    if r is None:
        return judged(work, '≤ 1/20', '', None)
    return judged(work, '≤ 1/20', '1/%.1f (%.0f ms)' % (
        1 / r, 1e3 * samples.median('wall', *MANY, VIFCTL_NAME, 'replug')), r <= 1 / 20)


def work_per_vif_is_flat(samples):
    """At each size of batch on its own, and of its verbs; the worst is judged."""
    found = []
    for n in samples.values('n', place='database', kind='port', program=WARM):
        ratios = []
        for verb in ('plug', 'replug', 'unplug'):
            few, many = (samples.median('cpu', 'database', 'port', n, others, WARM, verb)
                         for others in (10, 10000))
            if few and many:
                ratios.append((many / few, verb))
        if ratios:
            found.append((*max(ratios), n))
    work = 'own CPU per VIF, at 10,000 ports / at 10 ports'
    if not found:
        return judged(work, '≤ 1.5', '', None)
    return judged(work, '≤ 1.5', ', '.join(
        '%.2f in batches of %d (%s)' % (r, n, verb) for r, verb, n in found),
                  max(found)[0] <= 1.5)


def many_clients(samples):
    key = (PLACE, KIND, CLIENTS * EACH, 0)
    r = ratio(samples, 'wall', (*key, CLIENTS_NAME, 'plug'), (*key, ONE_CALL, 'plug'))
    work = '%d clients of vifd plugging %d VIFs each at once / the same VIFs in one call' % (
        CLIENTS, EACH)
    if r is None:
        return judged(work, '≤ 1.5', '', None)
    return judged(work, '≤ 1.5', '%.2f (%.2f s, %.2f s; one `vifctl plug` %.2f s)' % (
        r, *(samples.median('wall', *key, name, 'plug')
             for name in (CLIENTS_NAME, ONE_CALL, VIFCTL_NAME))), r <= 1.5)


def daemon_memory(samples):
    work = "vifd's resident memory, at rest with %d VIFs plugged" % MANY_PLUGGED
    taken = samples.facts.get('memory')
    if taken is None:
        return judged(work, '< 8 MiB', '', None)
    return judged(work, '< 8 MiB', '%.1f MiB (peak while plugging %.1f MiB)' % (
        taken['vifd'][0], taken['vifd'][2]), taken['vifd'][0] < 8)


def daemon_memory_beside_os_vif(samples):
    work = "the same / os-vif's process and its privsep daemon"
    taken = samples.facts.get('memory', {})
    if 'os-vif' not in taken:
        return judged(work, '< 1/10', '', None)
    theirs = taken['os-vif'][0] + taken['privsep'][0]
    return judged(work, '< 1/10', '1/%.0f (%.1f MiB, %.0f MiB)' % (
        theirs / taken['vifd'][0], taken['vifd'][0], theirs), taken['vifd'][0] < theirs / 10)


ALL = (whole_process, warm, own_cpu_is_flat, own_cpu_beside_os_vif, many_beside_raw,
       many_beside_os_vif, again_changes_nothing, again_is_quick, work_per_vif_is_flat, many_clients,
       daemon_memory, daemon_memory_beside_os_vif)


def judge(samples):
    return [bar(samples) for bar in ALL]
