# SPDX-License-Identifier: Apache-2.0
"""What a batch tells while it is under way: lines of JSON as results come, also to a reader that goes
away, and stages."""
import json
import os
import re
import select
import subprocess
import time

import pytest

from lab import wait_until
from nic import vhostuser_vif
from vifs import device, edited, ovs_vif, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)


def docs(n):
    return [ovs_vif(i, create_tap=True) for i in range(1, n + 1)]


def bad():
    return edited(ovs_vif(9), 'vif/colour', 'red')


def ports(lab):
    return {row['name'] for row in lab.db.select('Port')} - {'br-int'}


# ---------------------------------------------------------------------- results as they come

class Running:
    """vifctl while it runs; its lines are read as they come."""

    def __init__(self, lab, verb, *files, options=()):
        self.process = subprocess.Popen(
            (*lab.inside(), *lab.command(verb, *files, options=['--json', '--timeout=60', *options])),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=lab.environment())
        lab.processes['vifctl %d' % self.process.pid] = self.process   # ends with it, at the latest
        self.pending = b''

    def next(self, seconds=30):
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
    lab.stop_switch()
    running = Running(lab, 'plug', [ovs_vif(1, create_tap=True), ovs_vif(2, create_tap=True),
                                    bad()])
    assert short(running.next()) == (2, 'failed')
    conflict = running.next()
    assert short(conflict) == (1, 'failed') and conflict['error']['kind'] == 'Conflict'
    assert running.is_silent()
    lab.wake_switch()
    [rest], err = running.end(3)
    assert short(rest) == (0, 'plugged') and len(err.splitlines()) == 2


def test_what_is_plugged_already_is_told_while_the_switch_is_awaited(lab):
    lab.plug(docs(2))
    lab.settle()
    running = Running(lab, 'plug', docs(3), options=['--wait=none'])
    assert {short(line) for line in running.end(0)[0]} == {(i, 'plugged') for i in range(3)}
    lab.settle()
    lab.stop_switch()
    running = Running(lab, 'plug', docs(4))
    assert [short(running.next()) for _ in range(3)] == [(i, 'plugged') for i in range(3)]
    assert running.is_silent()
    lab.wake_switch()
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
    running = Running(lab, 'plug', docs(2), options=['--wait=ovn'])
    wait_until(lambda: ports(lab) == {device(1), device(2)}, 30)
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
    lab.stop_switch()
    running = Running(lab, 'unplug', [*docs(2), bad()])
    assert short(running.next()) == (2, 'failed')
    assert short(running.next()) == (1, 'unplugged')
    assert running.is_silent()
    lab.wake_switch()
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
    lab.stop_switch()
    running = Running(lab, 'plug', [bad(), *docs(200)])
    assert short(running.next()) == (0, 'failed')
    running.process.stdout.close()
    lab.wake_switch()
    err = running.process.stderr.read().decode()
    assert running.process.wait(30) == 3
    assert_all_plugged(lab, 200)
    assert err.splitlines()[-1] == 'vifctl: standard output: Broken pipe'
    assert len(err.splitlines()) == 2


def test_reason_of_a_write_that_failed_is_that_of_the_first(lab):
    """Much happens between the line that could not be written and the end."""
    running = Running(lab, 'plug', [bad(), *docs(3)], options=['--wait=ovn'])
    assert short(running.next()) == (0, 'failed')
    running.process.stdout.close()
    wait_until(lambda: ports(lab) == {device(n) for n in (1, 2, 3)}, 30)
    for n in (1, 2, 3):
        lab.vsctl('set', 'Interface', device(n), 'external_ids:ovn-installed=true')
        time.sleep(0.2)
    err = running.process.stderr.read().decode()
    assert running.process.wait(30) == 3
    assert err.splitlines()[-1] == 'vifctl: standard output: Broken pipe'


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
    assert [name for name, _ in plug] == ['lock', 'observe', 'links', 'commit', 'wait',
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
    lab.stop_switch()
    assert commits_after(lab, proxy, 'wait', 'plug', docs(2),
                         options=['-v', '--timeout=1']) == 0
    lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [],
                     'row': {'cur_cfg': lab.db.select('Open_vSwitch')[0]['next_cfg']}})
    proxy.clear()
    assert commits_after(lab, proxy, 'wait', 'plug', docs(2),
                         options=['-v', '--timeout=1']) == 0
    assert len(proxy.commits) == 1
    assert commits_after(lab, proxy, 'undo', 'plug', docs(3),
                         options=['-v', '--timeout=1', '--on-timeout=undo']) == 1
    lab.wake_switch()


def test_device_that_is_opened_again_is_no_time_for_others(lab):
    """A tap made anew under its port: ovs-vswitchd is waited for, and then more is written."""
    lab.plug(docs(1))
    lab.ip('link', 'del', device(1))
    names = [name for name, _ in stages(lab.plug(docs(1), options=['-v']))]
    assert names.index('switch') < names.index('wait')
