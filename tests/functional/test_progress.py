# SPDX-License-Identifier: Apache-2.0
"""The status line of a terminal: it says how far a batch is, and leaves nothing behind."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import pytest

from lab import wait_until
from state import assert_same
from vifs import device, hybrid_vif, ovs_vif, vif_id

ERASE = b'\r\x1b[K'


def docs(n):
    return [ovs_vif(i, create_tap=True) for i in range(1, n + 1)]


def ports(lab):
    return {row['name'] for row in lab.db.select('Port')} - {'br-int'}


class Screen:
    """What a terminal shows of bytes, as far as vifctl uses one."""

    def __init__(self, data):
        self.lines, self.column = [''], 0
        for token in re.findall(rb'\r|\n|\x1b\[K|\x1b.|[^\r\n\x1b]+', data):
            text = token.decode()
            if text == '\r':
                self.column = 0
            elif text == '\n':
                self.lines.append('')
                self.column = 0
            elif text == '\x1b[K':
                self.lines[-1] = self.lines[-1][:self.column]
            else:
                assert text[0] != '\x1b', token
                line = self.lines[-1]
                self.lines[-1] = line[:self.column] + text + line[self.column + len(text):]
                self.column += len(text)


def on_terminal(lab, *words, width=80, term='xterm', then=None, mark=ERASE, stdout=True,
                **arguments):
    """Runs vifctl with a terminal as stderr; (exit status, bytes, seconds).  'then' is called with the
    process once 'mark' has been written: by default, when the line is there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, width, 0, 0))
    environment = dict(lab.environment(), TERM=term)
    begun = time.monotonic()
    process = subprocess.Popen((*lab.inside(), *lab.command(*words, **arguments)),
                               stdin=subprocess.DEVNULL, env=environment, stderr=slave,
                               stdout=slave if stdout else subprocess.DEVNULL)
    lab.processes['vifctl %d' % process.pid] = process
    os.close(slave)
    data = b''
    while True:
        try:
            got = os.read(master, 65536)
        except OSError:     # the last one has closed it
            break
        data += got
        if then and mark in data:
            then(process)
            then = None
    status = process.wait(30)
    os.close(master)
    assert b'Sanitizer' not in data and b'runtime error' not in data, data
    return status, data, time.monotonic() - begun


def drawn(data):
    """The lines that were drawn one over the other."""
    return [one.split(b'\r')[0].decode() for one in data.split(ERASE)[1:]]


@pytest.mark.parametrize('width', [80, 20])
def test_line_says_what_is_awaited_and_leaves_nothing(lab, width):
    def wake(process):
        time.sleep(2.5)
        lab.wake_switch()
    lab.stop_switch()
    status, data, seconds = on_terminal(lab, 'plug', docs(3), width=width, then=wake,
                                        mark=b'waiting for ovs-vsw')
    assert status == 0
    lines = [line for line in drawn(data)[:-1] if line]
    wanted = ['waiting for ovs-vswitchd 0/3, %d s' % n for n in range(3)]
    assert {line[:width - 1] for line in wanted} <= set(lines)
    assert all(len(line) < width for line in lines)
    assert 5 <= len(lines) <= 10 * seconds
    screen = Screen(data).lines
    assert [line[:12] for line in screen] == ['plugged 0000'] * 3 + ['']


def test_line_counts_what_ovn_has_claimed(lab):
    def claim(process):
        wait_until(lambda: len(ports(lab)) == 3, 30)
        for n in (1, 2, 3):
            lab.vsctl('set', 'Interface', device(n), 'external_ids:ovn-installed=true')
            time.sleep(0.3)
    status, data, _ = on_terminal(lab, 'plug', docs(3), options=['--wait=ovn'], then=claim)
    assert status == 0
    counts = re.findall(r'waiting for OVN (\d)/3', ' '.join(drawn(data)))
    assert counts == sorted(counts) and {'0', '1', '2'} <= set(counts)
    screen = Screen(data).lines
    assert [line[:8] for line in screen] == ['plugged '] * 3 + ['']


def test_line_of_a_batch_counts_its_links(lab):
    status, data, _ = on_terminal(lab, 'plug', [hybrid_vif(n) for n in range(1, 601)],
                                  options=['--wait=none', '--timeout=60'])
    lines = ' '.join(drawn(data))
    assert status == 0 and re.search(r'plugging 600 VIFs: links \d+/\d+', lines), lines[:500]
    assert len(Screen(data).lines) == 601


@pytest.mark.alone   # vifd itself has the second call wait for the first
def test_line_of_another_call_that_is_waited_for(lab):
    lab.stop_switch()
    first = lab.background('plug', docs(1), options=['--timeout=3'])
    wait_until(lambda: device(1) in ports(lab))
    status, data, _ = on_terminal(lab, 'plug', docs(1), options=['--timeout=1'])
    assert status == 6 and any(line.startswith('waiting for another call, ')
                               for line in drawn(data))
    lab.wake_switch()
    assert first.wait(20) == 0


@pytest.mark.parametrize('why', ['json', 'verbose', 'dumb', 'no TERM', 'no terminal'])
def test_no_line(lab, why):
    lab.stop_switch()
    options = {'json': ['--json'], 'verbose': ['-v']}.get(why, []) + ['--timeout=1']
    if why == 'no terminal':
        done = lab.plug(docs(1), options=options, status=6)
        assert '\r' not in done.err and '\x1b' not in done.err and done.line()
    else:
        status, data, _ = on_terminal(lab, 'plug', docs(1), options=options, stdout=False,
                                      term={'dumb': 'dumb', 'no TERM': ''}.get(why, 'xterm'))
        assert status == 6 and b'\x1b' not in data and b'in time' in data
    lab.wake_switch()


def test_no_line_for_what_is_quick(lab):
    status, data, _ = on_terminal(lab, 'plug', docs(1))
    assert status == 0 and b'\x1b' not in data
    assert Screen(data).lines[0].startswith('plugged ' + vif_id(1))


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_line_is_gone_when_the_process_is_ended(lab, number):
    lab.stop_switch()
    status, data, seconds = on_terminal(lab, 'plug', docs(1), mark=b'waiting for ovs-vswitchd',
                                        then=lambda process: process.send_signal(number))
    lab.wake_switch()
    assert status == -number and seconds < 15
    left = [line for line in Screen(data).lines if line]
    if number == signal.SIGHUP:
        assert left == []
    else:
        assert len(left) == 1 and left[0].startswith('vifctl: plug ' + vif_id(1))


def test_ignored_signal_stays_ignored(lab):
    lab.stop_switch()

    def hang_up(process):
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        lab.wake_switch()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        status, data, _ = on_terminal(lab, 'plug', docs(1), then=hang_up)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert status == 0 and Screen(data).lines[0].startswith('plugged')


def test_undoing_is_said(lab):
    before = lab.snapshot()
    lab.stop_switch()
    status, data, _ = on_terminal(lab, 'plug', docs(1),
                                  options=['--timeout=3', '--on-timeout=undo'])
    assert status == 6 and Screen(data).lines[0].endswith('; undone')
    lab.wake_switch()
    lab.settle()
    assert_same(before, lab.snapshot())
