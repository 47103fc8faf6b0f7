# SPDX-License-Identifier: Apache-2.0
"""vifctl in the background, for tests that interrupt it."""
import re
import signal
import subprocess
import time

from faulty import left
from lab import Outcome
from vifs import device


def names(n):
    return {device(n, prefix) for prefix in ('tap', 'qbr', 'qvb', 'qvo')}


class Running:
    """vifctl in the background."""

    def __init__(self, lab, verb, *files, options=('--json',), prefix=()):
        self.argv = lab.command(verb, *files, options=list(options))
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            (*lab.inside(), *prefix, *self.argv), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lab.environment())

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        begun = time.monotonic()
        out, err = self.process.communicate(timeout=seconds)
        done = subprocess.CompletedProcess(self.argv, self.process.returncode, out, err)
        self.took = time.monotonic() - begun
        return Outcome(self.argv, done, time.monotonic() - self.begun)


def paused(lab, name):
    lab.processes[name].send_signal(signal.SIGSTOP)


def resumed(lab, name):
    lab.processes[name].send_signal(signal.SIGCONT)


def vifs_by_state(done, verb='plug', total=None):
    """What is said of the VIFs: {state: the numbers of its VIFs}, 'before' for those as they were,
    'kept' for those left as plugged.  Each that failed has one line, and one counts them all."""
    found = {'done': set(), 'kept': set(), 'before': set()}
    lines = done.err.splitlines()
    for one in done.results:
        n = int(one['id'][:8], 16)
        if one['state'] != 'failed':
            assert one['state'] in ('waiting', verb + 'ged'), one
            found['done'].add(n)
            continue
        words = one['error']['text']
        assert one['error']['kind'] == 'Interrupted' and words in done.err, done
        assert ('as it was before' in words) == (not one['changed']), one
        assert ('left as plugged' in words) == one['changed'], one
        found['kept' if one['changed'] else 'before'].add(n)
    if not lines:                       # the signal came when all was said
        assert len(found['done']) == len(done.results), done
        return found
    said = re.search(r'interrupted: (\d+) of (\d+) VIFs (un)?plugged', lines[-1])
    if len(done.results) > 1:
        assert said and int(said[1]) == len(found['done']), done
        assert int(said[2]) == len(done.results) == (total or len(done.results))
        for state, word in (('kept', 'not waited for'), ('before', 'as they were')):
            counted = re.search(r', (\d+) ' + word, lines[-1])
            assert int(counted[1] if counted else 0) == len(found[state]), done
        lines = lines[:-1]
    assert len(lines) == len(found['kept'] | found['before']), done
    return found


def assert_as_reported(lab, found, docs, before):
    """Links and rows are those of the VIFs reported as plugged, and they are whole."""
    there = left(before, lab.snapshot())
    for n in docs:
        assert bool(names(n) & there) == (n in found['done'] | found['kept']), n
    whole = [docs[n] for n in sorted(found['done'] | found['kept'])]
    if whole:
        lab.settle()
        lab.vifctl('check', lab.write('whole.json', whole))
