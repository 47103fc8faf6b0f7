# SPDX-License-Identifier: Apache-2.0
"""The results as text for a terminal, and as the generated parts of docs/performance.md."""
import os
import platform
import re
import subprocess

import bars
import plots
import tables


def ovs_version():
    words = subprocess.run(['ovs-vswitchd', '--version'], stdout=subprocess.PIPE,
                           text=True).stdout.split()
    return words[3] if len(words) > 3 else 'of unknown version'


class Parts:
    """All there is to tell."""

    def __init__(self, samples, plan, os_vif):
        self.samples = samples
        self.bars = bars.judge(samples)
        self.tables = list(tables.all_tables(samples))
        self.machine = '%s run, %d CPUs, Linux %s, Open vSwitch %s, os-vif %s' % (
            'Quick' if plan.quick else 'Full', os.cpu_count(), platform.release(), ovs_version(),
            os_vif or 'not installed')

    def text(self):
        header = ['work', 'bar', 'measured', '']
        lines = [self.machine, '', *columns(header, [plain(bar) for bar in self.bars])]
        for table in self.tables:
            lines += ['', table.title, *columns(table.header, table.rows)]
            lines += [table.note] if table.note else []
        if self.samples.notes:
            lines += ['', *self.samples.notes]
        return '\n'.join(lines)

    def markdown_bars(self):
        rows = [[b.work, b.bar, b.measured, b.verdict] for b in self.bars]
        lines = [self.machine + '.', '', *markdown(['work', 'bar', 'measured', ''], rows)]
        for note in self.samples.notes:
            lines += ['', note]
        return lines

    def markdown_summary(self):
        table = tables.summary(self.samples, bars.os_vif_one_by_one(self.samples))
        met = sum(bar.verdict == 'met' for bar in self.bars)
        return [*markdown(table.header, table.rows), '',
                '%d of %d bars are met. %s;' % (met, len(self.bars), self.machine),
                '`~`: extrapolated.',
                *(line for note in self.samples.notes for line in ('', note))]

    def markdown_tables(self):
        lines = []
        for table in self.tables:
            lines += ['### ' + table.title, '', *markdown(table.header, table.rows), '']
            lines += [table.note, ''] if table.note else []
        return lines[:-1]


def plain(bar):
    return [bar.work.replace('`', ''), bar.bar, bar.measured, bar.verdict]


def columns(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    lines = []
    for row in [header, ['-' * w for w in widths], *rows]:
        lines.append('  '.join(str(cell).ljust(w) for cell, w in zip(row, widths)).rstrip())
    return lines


def markdown(header, rows):
    return ['| ' + ' | '.join(row) + ' |' for row in [header, ['---'] * len(header), *rows]]


def replace(path, **parts):
    """Replaces what is between the markers of these names in a file."""
    with open(path) as f:
        text = f.read()
    for name, lines in parts.items():
        text = replaced(text, name, lines)
    with open(path, 'w') as f:
        f.write(text)


def replaced(text, name, lines):
    begin, end = '<!-- bench:%s -->' % name, '<!-- /bench:%s -->' % name
    pattern = re.compile(re.escape(begin) + '.*?' + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise RuntimeError('there is no %s' % begin)
    return pattern.sub(lambda match: '\n'.join([begin, *lines, end]), text)


def write_markdown(parts, top):
    replace(os.path.join(top, 'docs', 'performance.md'),
            bars=parts.markdown_bars(), tables=parts.markdown_tables())
    replace(os.path.join(top, 'README.md'), speed=parts.markdown_summary())
    directory = os.path.join(top, 'docs', 'performance')
    os.makedirs(directory, exist_ok=True)
    for name, svg in plots.all_plots(parts.samples):
        with open(os.path.join(directory, name), 'w') as f:
            f.write(svg)
