# SPDX-License-Identifier: Apache-2.0
"""What a batch tells while it is under way: JSON lines as results come, and the status line of a
terminal, which leaves nothing behind."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from lab import wait_until
from nic import vhostuser_vif
from state import assert_same
from vifs import device, edited, hybrid_vif, ovs_vif, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)
ERASE = b'\r\x1b[K'


def docs(n):
    return [ovs_vif(i, create_tap=True) for i in range(1, n + 1)]


def bad():
    return edited(ovs_vif(9), 'vif/colour', 'red')


def ports(lab):
    return {row['name'] for row in lab.db.select('Port')} - {'br-int'}


def stop_switch(lab):
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)


def wake_switch(lab):
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGCONT)


# ---------------------------------------------------------------------- results as they come

class Running:
    """vifctl while it runs; its lines are read as they come."""

    def __init__(self, lab, verb, *files, options=()):
        self.process = subprocess.Popen(
            (*lab.inside(), *lab.command(verb, *files, options=['--json', *options])),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=lab.environment())
        lab.processes['vifctl %d' % self.process.pid] = self.process   # ends with it, at the latest
        self.pending = b''

    def next(self, seconds=10):
        """The next line, which comes while vifctl goes on."""
        until = time.monotonic() + seconds
        while b'\n' not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, until - time.monotonic()))
            assert ready, 'no line in %g s' % seconds
            got = os.read(self.process.stdout.fileno(), 65536)
            assert got, 'vifctl has ended: %s' % self.process.stderr.read()
            self.pending += got
        line, self.pending = self.pending.split(b'\n', 1)
        return json.loads(line)

    def is_silent(self, seconds=0.3):
        return (not self.pending and
                not select.select([self.process.stdout], [], [], seconds)[0])

    def end(self, status):
        """What is left when it ends."""
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == status, err
        assert b'Sanitizer' not in err and b'runtime error' not in err, err
        return [json.loads(line) for line in (self.pending + out).splitlines()], err.decode()


def short(line):
    return line['index'], line['state']


def test_failures_are_told_while_the_switch_is_awaited(lab):
    """One does not decode, one wants the port of another; the good one waits."""
    lab.vsctl('add-port', 'br-int', device(2), '--', 'set', 'Interface', device(2),
              'external_ids:iface-id=' + vif_id(99))
    stop_switch(lab)
    running = Running(lab, 'plug', [ovs_vif(1, create_tap=True), ovs_vif(2, create_tap=True),
                                    bad()])
    assert short(running.next()) == (2, 'failed')
    conflict = running.next()
    assert short(conflict) == (1, 'failed') and conflict['error']['kind'] == 'Conflict'
    assert running.is_silent()
    wake_switch(lab)
    [rest], err = running.end(3)
    assert short(rest) == (0, 'plugged') and len(err.splitlines()) == 2


def test_what_is_plugged_already_is_told_while_the_switch_is_awaited(lab):
    lab.plug(docs(2))
    lab.settle()
    running = Running(lab, 'plug', docs(3), options=['--wait=none'])
    assert {short(line) for line in running.end(0)[0]} == {(i, 'plugged') for i in range(3)}
    lab.settle()
    stop_switch(lab)
    running = Running(lab, 'plug', docs(4))
    assert [short(running.next()) for _ in range(3)] == [(i, 'plugged') for i in range(3)]
    assert running.is_silent()
    wake_switch(lab)
    assert [short(line) for line in running.end(0)[0]] == [(3, 'plugged')]


def test_each_is_told_when_ovn_has_claimed_its_own_port(lab):
    """The test plays OVN; a VIF whose device is missing, and one that does not decode, wait for
    nobody."""
    running = Running(lab, 'plug', [*docs(3), ovs_vif(4), bad()], options=['--wait=ovn'])
    assert short(running.next()) == (4, 'failed')
    assert short(running.next()) == (3, 'waiting')
    for index in (1, 2, 0):
        assert running.is_silent()
        lab.vsctl('set', 'Interface', device(index + 1), 'external_ids:ovn-installed=true')
        if index:
            line = running.next()
            assert short(line) == (index, 'plugged') and line['ofport'] > 0
    assert [short(line) for line in running.end(3)[0]] == [(0, 'plugged')]


def test_what_was_told_holds_whatever_becomes_of_it_then(lab):
    running = Running(lab, 'plug', docs(2), options=['--wait=ovn', '--timeout=4'])
    wait_until(lambda: ports(lab) == {device(1), device(2)})
    lab.vsctl('set', 'Interface', device(1), 'external_ids:ovn-installed=true')
    assert short(running.next()) == (0, 'plugged')
    lab.vsctl('remove', 'Interface', device(1), 'external_ids', 'ovn-installed')
    lab.vsctl('set', 'Interface', device(2), 'external_ids:ovn-installed=true')
    assert [short(line) for line in running.end(0)[0]] == [(1, 'plugged')]


def test_port_that_cannot_be_made_is_told_and_undone_while_an_agent_is_awaited(lab):
    """A port of DPDK, which an ovs-vswitchd without DPDK cannot make."""
    running = Running(lab, 'plug', [*docs(1), vhostuser_vif(2)], options=['--wait=ml2'])
    line = running.next()
    assert short(line) == (1, 'failed') and line['error']['kind'] == 'SwitchFailed', line
    assert device(2, 'vhu') not in ports(lab) and running.is_silent()
    lab.vsctl('set', 'Port', device(1), 'tag=7')
    assert [short(line) for line in running.end(3)[0]] == [(0, 'plugged')]


def test_unplug_tells_at_once_what_is_not_there(lab):
    lab.plug(docs(1))
    lab.settle()
    stop_switch(lab)
    running = Running(lab, 'unplug', [*docs(2), bad()])
    assert short(running.next()) == (2, 'failed')
    assert short(running.next()) == (1, 'unplugged')
    assert running.is_silent()
    wake_switch(lab)
    assert [short(line) for line in running.end(3)[0]] == [(0, 'unplugged')]
    assert device(1) not in lab.links()


@NO_SWITCH
@pytest.mark.parametrize('verb', ['plug', 'unplug', 'check', 'repair'])
def test_lines_are_the_results_with_their_place(lab, verb):
    lab.plug(docs(1))
    options = ['--json', *(['--repair'] if verb == 'repair' else [])]
    done = lab.vifctl('check' if verb == 'repair' else verb, [bad(), *docs(2), docs(1)[0]],
                      options=options, status=3)
    assert sorted(line['index'] for line in done.lines) == [0, 1, 2, 3]
    by_index = {line['index']: line for line in done.lines}
    assert [by_index[i]['id'] for i in range(4)] == [vif_id(9), vif_id(1), vif_id(2), vif_id(1)]
    assert by_index[0]['state'] == 'failed' and done.lines[0]['index'] == 0
    assert list(by_index[1])[0] == 'index' and done.out.endswith('}\n')


@NO_SWITCH
def test_dry_run_ends_with_its_transaction(lab):
    done = lab.plug(docs(2), options=['--json', '--dry-run'])
    assert [result['state'] for result in done.results] == ['planned', 'planned']
    assert len(done.lines) == 3 and {'insert'} <= {op['op'] for op in done.transaction}
    lab.plug(docs(2))
    done = lab.plug(docs(2), options=['--json', '--dry-run'])
    assert len(done.lines) == 2 and [result['steps'] for result in done.results] == [[], []]


# ---------------------------------------------------------------------- readers that go away

def assert_all_plugged(lab, n):
    assert ports(lab) == {device(i) for i in range(1, n + 1)}
    assert {device(i) for i in range(1, n + 1)} <= set(lab.links())


def test_reader_that_goes_away_leaves_no_vif_half_plugged(lab):
    """As '| head -1' does: the first line comes before anything is plugged, then nobody reads."""
    stop_switch(lab)
    running = Running(lab, 'plug', [bad(), *docs(200)])
    assert short(running.next()) == (0, 'failed')
    running.process.stdout.close()
    wake_switch(lab)
    err = running.process.stderr.read().decode()
    assert running.process.wait(30) == 3
    assert_all_plugged(lab, 200)
    assert err.splitlines()[-1] == 'vifctl: standard output: Broken pipe'
    assert len(err.splitlines()) == 2


def test_full_disk_leaves_no_vif_half_plugged(lab):
    words = ' '.join(lab.command('plug', docs(200), options=['--json']))
    done = lab.run('bash', '-c', words + ' >/dev/full', check=False)
    assert done.returncode == 3
    assert_all_plugged(lab, 200)
    assert done.stderr == 'vifctl: standard output: No space left on device\n'


def test_nobody_listens_to_the_debug_lines(lab):
    words = ' '.join(lab.command('plug', docs(50), options=['-v']))
    lab.run('bash', '-c', words + ' 2>&1 >/dev/null | head -1', check=False)
    assert_all_plugged(lab, 50)


# ---------------------------------------------------------------------- stages

def stages(done):
    """(stage, what was asked for in it) in order."""
    found = []
    for line in done.err.splitlines():
        stage = re.match(r'vifctl: debug: stage (\w+):', line)
        if stage and (not found or found[-1][0] != stage.group(1)):
            found.append((stage.group(1), []))
        elif found and 'debug' in line and not stage:
            found[-1][1].append(line.split('debug: ')[1])
    return found


def writes(lines):
    return [line for line in lines if re.search(r'netlink: .*changes', line)]


def test_stages_of_plug_and_unplug(lab, proxy):
    plug = stages(lab.plug(docs(2), options=['-v']))
    assert [name for name, _ in plug] == ['lock', 'observe', 'links', 'commit', 'settle',
                                          'finished']
    again = stages(lab.plug(docs(2), options=['-v']))
    assert [name for name, _ in again] == ['lock', 'observe', 'finished']
    unplug = stages(lab.unplug(docs(2), options=['-v']))
    assert [name for name, _ in unplug] == ['lock', 'observe', 'commit', 'switch', 'links',
                                            'finished']
    assert writes(dict(plug)['links']) and writes(dict(unplug)['links'])


def commits_after(lab, proxy, stage, verb, *words, **arguments):
    """Runs vifctl; how many transactions that write came after it said that it is at 'stage'."""
    reader, writer = os.pipe()
    process = subprocess.Popen((*lab.inside(), *lab.command(verb, *words, **arguments)),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=writer, env=lab.environment())
    os.close(writer)
    with open(reader, encoding='utf-8') as lines:
        before = None
        for line in lines:
            if 'stage %s:' % stage in line and before is None:
                before = len(proxy.commits)
    process.wait(30)
    assert before is not None, 'no stage ' + stage
    return len(proxy.commits) - before


def test_nothing_is_written_once_the_call_only_waits(lab, proxy):
    """Also where next_cfg had to be raised for a plug that had nothing else to write: before."""
    stop_switch(lab)
    assert commits_after(lab, proxy, 'settle', 'plug', docs(2),
                         options=['-v', '--timeout=1']) == 0
    lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [],
                     'row': {'cur_cfg': lab.db.select('Open_vSwitch')[0]['next_cfg']}})
    proxy.clear()
    assert commits_after(lab, proxy, 'settle', 'plug', docs(2),
                         options=['-v', '--timeout=1']) == 0
    assert len(proxy.commits) == 1
    assert commits_after(lab, proxy, 'undo', 'plug', docs(3),
                         options=['-v', '--timeout=1', '--on-timeout=undo']) == 1
    wake_switch(lab)


def test_device_that_is_opened_again_is_no_time_for_others(lab):
    """A tap made anew under its port: ovs-vswitchd is waited for, and then more is written."""
    lab.plug(docs(1))
    lab.ip('link', 'del', device(1))
    names = [name for name, _ in stages(lab.plug(docs(1), options=['-v']))]
    assert names.index('switch') < names.index('settle')


# ---------------------------------------------------------------------- the status line

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


def on_terminal(lab, *words, width=80, term='xterm', then=None, stdout=True, **arguments):
    """Runs vifctl with a terminal as stderr; (exit status, bytes, seconds).  'then' is called with the
    process once the line is there."""
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
        if then and ERASE in data:
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
    stop_switch(lab)
    status, data, seconds = on_terminal(lab, 'plug', docs(3), width=width,
                                        options=['--timeout=3'])
    wake_switch(lab)
    assert status == 6 and seconds > 2.5
    lines = [line for line in drawn(data)[:-1] if line]
    wanted = ['waiting for ovs-vswitchd 0/3, %d s' % n for n in range(3)]
    assert {line[:width - 1] for line in wanted} <= set(lines)
    assert all(len(line) < width for line in lines)
    assert 5 <= len(lines) <= 10 * seconds
    screen = Screen(data).lines
    assert [line[:12] for line in screen] == ['vifctl: plug'] * 3 + ['']


def test_line_counts_what_ovn_has_claimed(lab):
    def claim(process):
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


def test_line_of_another_call_that_is_waited_for(lab):
    stop_switch(lab)
    first = lab.background('plug', docs(1), options=['--timeout=3'])
    wait_until(lambda: device(1) in ports(lab))
    status, data, _ = on_terminal(lab, 'plug', docs(1), options=['--timeout=1'])
    assert status == 6 and any(line.startswith('waiting for another call, ')
                               for line in drawn(data))
    wake_switch(lab)
    assert first.wait(20) == 0


@pytest.mark.parametrize('why', ['json', 'verbose', 'dumb', 'no TERM', 'no terminal'])
def test_no_line(lab, why):
    stop_switch(lab)
    options = {'json': ['--json'], 'verbose': ['-v']}.get(why, []) + ['--timeout=1']
    if why == 'no terminal':
        done = lab.plug(docs(1), options=options, status=6)
        assert '\r' not in done.err and '\x1b' not in done.err and done.line()
    else:
        status, data, _ = on_terminal(lab, 'plug', docs(1), options=options, stdout=False,
                                      term={'dumb': 'dumb', 'no TERM': ''}.get(why, 'xterm'))
        assert status == 6 and b'\x1b' not in data and b'in time' in data
    wake_switch(lab)


def test_no_line_for_what_is_quick(lab):
    status, data, _ = on_terminal(lab, 'plug', docs(1))
    assert status == 0 and b'\x1b' not in data
    assert Screen(data).lines[0].startswith('plugged ' + vif_id(1))


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_line_is_gone_when_the_process_is_ended(lab, number):
    stop_switch(lab)
    status, data, seconds = on_terminal(lab, 'plug', docs(1), options=['--timeout=20'],
                                        then=lambda process: process.send_signal(number))
    wake_switch(lab)
    assert status == -number and seconds < 10
    left = [line for line in Screen(data).lines if line]
    assert b'waiting for ovs-vswitchd' in data
    if number == signal.SIGHUP:
        assert left == []
    else:
        assert len(left) == 1 and left[0].startswith('vifctl: plug ' + vif_id(1))


def test_ignored_signal_stays_ignored(lab):
    stop_switch(lab)

    def hang_up(process):
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        wake_switch(lab)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        status, data, _ = on_terminal(lab, 'plug', docs(1), then=hang_up)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert status == 0 and Screen(data).lines[0].startswith('plugged')


def test_undoing_is_said(lab):
    before = lab.snapshot()
    stop_switch(lab)
    status, data, _ = on_terminal(lab, 'plug', docs(1),
                                  options=['--timeout=1', '--on-timeout=undo'])
    assert status == 6 and Screen(data).lines[0].endswith('; undone')
    wake_switch(lab)
    lab.settle()
    assert_same(before, lab.snapshot())
