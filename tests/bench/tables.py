# SPDX-License-Identifier: Apache-2.0
"""The tables behind the bars."""
import daemons
from loads import TITLES
from programs import OS_VIF, RAW, VIFCTL_NAME, VSCTL, WARM

ORDER = (VIFCTL_NAME, WARM, VSCTL, OS_VIF, RAW)
VERBS = ('plug', 'replug', 'unplug')


class Table:
    def __init__(self, title, header, rows, note=''):
        self.title, self.header, self.rows, self.note = title, header, rows, note


def ms(seconds):
    """Milliseconds, three digits that mean something."""
    if seconds is None:
        return '-'
    value = seconds * 1e3
    return '%.0f' % value if value >= 100 else '%.1f' % value if value >= 10 else '%.2f' % value


def program_words(name, kind):
    links = ' + ip -batch' if kind in ('tap', 'hybrid') else ''
    return {RAW: 'raw socket' + links, VSCTL: 'ovs-vsctl' + links,
            OS_VIF: 'os-vif, warm, one by one'}.get(name, name)


def cells(samples, what, place, kind, columns, program, verb):
    """'columns': (n, others) of each.  What was cut short is marked with '~'."""
    found = []
    for n, others in columns:
        key = (place, kind, n, others, program, verb)
        cut = '~' if samples.share(*key) < 1 else ''
        value = samples.median(what, *key)
        found.append('-' if value is None else cut + ms(value))
    return found


def grid(samples, what, place, kind, columns, verbs=VERBS):
    """A row for each program and verb that has anything."""
    rows = []
    for verb in verbs:
        for program in ORDER:
            values = cells(samples, what, place, kind, columns, program, verb)
            if set(values) != {'-'}:
                rows.append([verb, program_words(program, kind), *values])
    return rows


def singles(samples):
    sizes = samples.values('others', place='database', kind='port', n=1)
    columns = [(1, others) for others in sizes]
    header = ['', 'program', *('%d ports' % n for n in sizes)]
    yield Table('One VIF, the database alone: time, ms', header,
                grid(samples, 'wall', 'database', 'port', columns),
                'By number of existing ports. Without ovs-vswitchd, and so without waiting for it.')
    yield Table('One VIF, the database alone: own CPU, ms', header,
                grid(samples, 'cpu', 'database', 'port', columns))


def batches(samples):
    """Of each kind, on a real switch and, where that is all there is, on the database alone."""
    for place, kind in (('switch', 'tap'), ('switch', 'hybrid'), ('database', 'vhost-user')):
        for others in samples.values('others', place=place, kind=kind):
            sizes = samples.values('n', place=place, kind=kind, others=others)
            rows = grid(samples, 'wall', place, kind, [(n, others) for n in sizes])
            words = 'ovs-vswitchd with %d ports' if place == 'switch' else \
                'the database alone, with %d ports'
            yield Table('%s, %s: time, ms' % (TITLES[kind], words % others),
                        ['', 'program', *('%d VIFs' % n if n > 1 else '1 VIF' for n in sizes)],
                        rows)


def own_work(samples):
    """CPU for each VIF of a batch, by ports there."""
    numbers = samples.values('n', place='database', kind='port')
    sizes = samples.values('others', place='database', kind='port')
    rows = []
    for verb in VERBS:
        for n in numbers:
            values = [samples.median('cpu', 'database', 'port', n, others, WARM, verb)
                      for others in sizes]
            rows.append([verb, '%d' % n, *('-' if v is None else '%.0f' % (v / n * 1e6)
                                           for v in values)])
    yield Table('Own CPU of libvif, warm, for each VIF of a batch, µs',
                ['', 'VIFs', *('%d ports' % n for n in sizes)], rows)


def round_trips(samples):
    rows = []
    for place, kind, n, program in dict.fromkeys(key[:4] for key in samples.counts):
        row = [TITLES[kind], program, '%d' % n]
        for verb in VERBS:
            database, netlink = samples.counts.get((place, kind, n, program, verb), (None, None))
            row.append('-' if database is None else '%d / %d' % (database, netlink))
        rows.append(row)
    yield Table('Round trips to the database / to the kernel by netlink',
                ['kind', 'program', 'VIFs', *VERBS], rows,
                'vifctl connects each time; os-vif is connected already, and its connection is not '
                'counted.')


def memory(samples):
    numbers = samples.values('n', kind='port') + [1000]
    numbers = sorted(set(numbers) & set(samples.values('n', kind='port') +
                                        samples.values('n', kind='tap')))
    rows = []
    for program in ORDER:
        row = [program_words(program, '')]
        for n in numbers:
            taken = [s.peak for key, all_of in samples.of.items() for s in all_of
                     if key.n == n and key.program == program and key.kind in ('port', 'tap')]
            row.append('%.1f' % (max(taken) / 1024) if taken else '-')
        rows.append(row)
    yield Table('Peak memory, MiB', ['program', *('%d VIFs' % n if n > 1 else '1 VIF'
                                                 for n in numbers)], rows,
                'The largest of all runs, on any host.')


def daemon(samples):
    n = daemons.CLIENTS * daemons.EACH
    rows = [[name, ms(samples.median('wall', daemons.PLACE, daemons.KIND, n, 0, name, 'plug'))]
            for name in daemons.IN_TURN]
    if rows[0][1] != '-':
        yield Table('%d VIFs with taps, through vifd and without: time, ms' % n, ['', 'time'], rows,
                    'From the first request to the last reply, with all VIFs ready; vifctl is the whole '
                    'process.')
    yield Table('vifd beside os-vif with its privsep daemon',
                ['', 'vifd', "os-vif's process", 'its privsep daemon', 'both'],
                daemon_rows(samples),
                'Memory at rest with %d VIFs plugged; PSS: shared pages divided by their users. The '
                'plug: one VIF, the client connected or the process warm, ovs-vswitchd without '
                "other ports; vifd creates the tap, os-vif's is created for it." % daemons.MANY)


def daemon_rows(samples):
    taken = samples.facts.get('memory', {})
    rows = []
    for i, words in enumerate(('resident memory, MiB', 'PSS, MiB', 'peak until then, MiB')):
        values = [taken[name][i] if name in taken else None
                  for name in ('vifd', 'os-vif', 'privsep')]
        rows.append([words, *('-' if v is None else '%.1f' % v for v in with_sum(values))])

    def one(what, program):
        return samples.median(what, daemons.PLACE, daemons.KIND, 1, 0, program, 'plug')
    rows.append(['one warm plug, ms', ms(one('wall', daemons.SINGLE)), '', '',
                 ms(one('wall', OS_VIF))])
    cpu = [one('cpu', name) for name in (daemons.SINGLE, OS_VIF, daemons.PRIVSEP)]
    rows.append(['CPU for it, ms', *map(ms, with_sum(cpu))])
    return rows if any(set(row[1:]) - {'-', ''} for row in rows) else []


def with_sum(values):
    """Of vifd, of os-vif's two, and of those together."""
    theirs = values[1:]
    return [*values, None if None in theirs else sum(theirs)]


def summary(samples, os_vif_many):
    """The few lines of the README.  'os_vif_many': what bars.py knows of os-vif and 1000 VIFs."""
    header = ['time of a plug, ms', 'vifctl', 'libvif warm', 'ovs-vsctl', 'os-vif, warm',
              'raw socket']
    rows = []
    for words, place, kind, n, others, verb in (
            ('1 VIF, the database alone, no ports there', 'database', 'port', 1, 0, 'plug'),
            ('1 VIF, the database alone, 2000 ports there', 'database', 'port', 1, 2000, 'plug'),
            ('1000 VIFs with taps, until they are ready', 'switch', 'tap', 1000, 0, 'plug'),
            ('the same 1000 again', 'switch', 'tap', 1000, 0, 'replug')):
        row = [cells(samples, 'wall', place, kind, [(n, others)], program, verb)[0]
               for program in ORDER]
        if n == 1000 and verb == 'plug' and os_vif_many and row[3] == '-':
            row[3] = '~' + ms(os_vif_many[0])
        rows.append([words, *row])
    return Table('', header, rows)


def all_tables(samples):
    for make in (singles, batches, own_work, round_trips, memory, daemon):
        for table in make(samples):
            if table.rows:
                yield table
