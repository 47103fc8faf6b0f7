# SPDX-License-Identifier: Apache-2.0
"""What was measured: samples, by what they are samples of, and their medians."""
import collections
import statistics

Key = collections.namedtuple('Key', 'place kind n others program verb')


class Sample:
    """What one piece of work took: seconds, seconds of the CPU, peak memory in KiB."""

    def __init__(self, wall, cpu, peak, share=1.0):
        """'share': of the work, for one that was cut short; below 1, the rest is extrapolated."""
        self.wall, self.cpu, self.peak, self.share = wall, cpu, peak, share

    def __add__(self, other):
        return Sample(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))

    @classmethod
    def from_line(cls, line, what):
        wall, cpu, peak, status = (int(word) for word in line.split())
        if status:
            raise RuntimeError('%s: status %d' % (what, status))
        return cls(wall / 1e9, cpu / 1e6, peak)


class Samples:
    """All of a run."""

    def __init__(self):
        self.of = {}
        self.counts = {}           # (place, kind, n, program, verb): (database, netlink)
        self.facts = {}            # what bars need besides: name: value
        self.notes = []            # lines to be told

    def add(self, key, sample):
        self.of.setdefault(key, []).append(sample)

    def note(self, line):
        """Something the reader must know; said once."""
        if line not in self.notes:
            self.notes.append(line)

    def median(self, what, *key):
        """Median of 'wall', 'cpu' or 'peak'; None where nothing was measured."""
        taken = self.of.get(Key(*key))
        return statistics.median(getattr(s, what) for s in taken) if taken else None

    def share(self, *key):
        return min((s.share for s in self.of.get(Key(*key), [])), default=1.0)

    def rounds(self, *key):
        return len(self.of.get(Key(*key), []))

    def values(self, field, **fixed):
        """The values 'field' has among the keys that have these others, sorted."""
        found = {getattr(key, field) for key in self.of
                 if all(getattr(key, f) == v for f, v in fixed.items())}
        return sorted(found)
