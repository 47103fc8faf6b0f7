# SPDX-License-Identifier: Apache-2.0
"""How a run of vifctl ended, and what it printed."""
import json


class Outcome:
    """What a run of vifctl ended with."""

    def __init__(self, argv, done, seconds):
        self.argv, self.seconds = argv, seconds
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        """The JSON lines of plug, unplug and check."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def results(self):
        """The results among them, which may come in any order, in that of the input."""
        found = sorted((line for line in self.lines if 'transaction' not in line),
                       key=lambda line: line['index'])
        assert [one.pop('index') for one in found] == list(range(len(found))), self.out
        return found

    @property
    def transaction(self):
        """Of a dry run: what its last line says."""
        assert list(self.lines[-1]) == ['transaction']
        return self.lines[-1]['transaction']

    @property
    def result(self):
        assert len(self.results) == 1, self.out
        return self.results[0]

    def line(self):
        """The only line on stderr: every failure is said once, in one line."""
        lines = self.err.splitlines()
        assert len(lines) == 1, 'expected one line on stderr, got:\n' + self.err
        assert lines[0].startswith('vifctl: '), lines[0]
        return lines[0]

    def __str__(self):
        return '$ %s\n%s%s(exit status %s, %.2f s)' % (
            ' '.join(self.argv), self.out[:4000], self.err[:4000], self.status, self.seconds)
