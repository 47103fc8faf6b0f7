# SPDX-License-Identifier: Apache-2.0
"""Through vifd everything is as without it: what is printed, the JSON, the exit status, and what
becomes of the host.

Each command is run twice, by vifctl itself and with --connect; what differs from run to run whoever
does it (times, counters, numbers of ports, addresses that the kernel makes up) is masked.
"""
import json
import os
import re
import signal
import subprocess

import pytest

import stale
from lab import Lab, wait_until
from state import assert_same
from vifd_client import Vifd
from vifs import device, document, edited, hybrid_vif, ovs_vif, versioned, vif_id

TAP, HYBRID, WAITING, DRIFTED, ABSENT, FAILED = range(1, 7)
MASKS = [
    (r'"ofport":-?\d+', '"ofport":N'),
    (r'("attribute":"ofport","is":)"\d+"', r'\1"N"'),
    (r'\(port \d+\)', '(port N)'),
    (r'ofport -?\d+', 'ofport N'),
    (r'\b(?!fa:16:3e)([0-9a-f]{2}:){5}[0-9a-f]{2}\b', 'MAC'),
    (r'\d+ (packets|bytes|errors|dropped)', r'N \1'),
    (r'"(rx|tx)_(packets|bytes|errors|dropped)":\d+', r'"\1_\2":N'),
    (r'(rx|tx)_(packets|bytes|errors|dropped): \d+', r'\1_\2: N'),
    (r'in \d+\.\d+ ms', 'in N ms'),
    (r'\(pid \d+\)', '(pid N)'),
    (r'cur_cfg \d+, next_cfg \d+', 'cur_cfg N, next_cfg N'),
    (r'configuration \d+', 'configuration N'),
    (r'\d+(\.\d+)? s\b', 'N s'),
    (r'"age":\d+', '"age":N'),
    (r'row[0-9a-f_]{36}', 'rowN'),
    (r'( {4}|[│|] +)(rx|tx) .*', r'\1COUNTERS'),
]


CONFIG = '''[vifd]
allowed_bridges = *
allowed_linux_bridges = *
allowed_interfaces = *
allowed_socket_directories = /run /tmp
'''


def documents():
    return {
        TAP: ovs_vif(TAP, create_tap=True), HYBRID: hybrid_vif(HYBRID), WAITING: ovs_vif(WAITING),
        DRIFTED: ovs_vif(DRIFTED, create_tap=True), ABSENT: ovs_vif(ABSENT, create_tap=True),
        FAILED: ovs_vif(FAILED, datapath_type='nosuch', bridge='br-nosuch', create_tap=True),
    }


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return re.sub(r' +', ' ', text)


class Both:
    """A host with a vifd, and a vifctl that may do no more than that: what only root sees (whose file the
    server has open, how old a row is) neither does."""

    POWER = ('setpriv', '--bounding-set=-all,+net_admin')

    def __init__(self, lab):
        self.lab, self.vifd = lab, Vifd(lab, config=CONFIG)
        self.config = '--config=' + lab.path('vifd.conf')

    def run(self, connected, verb, *files, options=(), prefix=()):
        where = ['--connect=' + self.vifd.path] if connected else []
        if not connected:
            where = [self.config, *(['--ovsdb=' + self.lab.address] if verb != 'host-info' else [])]
        argv = self.lab.command(verb, *files, options=[*options, *where], ovsdb='')
        if verb in ('host-info', 'metrics'):
            argv.remove('--timeout=20')
        done = self.lab.execute((*self.lab.inside(), *prefix, *(() if connected else self.POWER),
                                 *argv), check=False)
        assert done.returncode >= 0
        out = masked(done.stdout)
        if out.startswith('{"index"'):   # they come in any order
            out = '\n'.join(sorted(out.splitlines()))
        return {'status': done.returncode, 'out': out, 'err': masked(done.stderr)}

    def same(self, verb, *files, **arguments):
        alone = self.run(False, verb, *files, **arguments)
        through = self.run(True, verb, *files, **arguments)
        assert through == alone
        return alone


@pytest.fixture(scope='module')
def both():
    """A host with VIFs of every kind of state, that nobody changes."""
    with Lab() as lab:
        lab.add_bridge()
        mine = documents()
        lab.plug(*(mine[n] for n in (TAP, HYBRID, WAITING, DRIFTED)))
        lab.ip('link', 'set', device(DRIFTED), 'mtu', '1400')
        lab.db.transact({'op': 'update', 'table': 'Interface', 'row': {'external_ids': ['map', [
            ['iface-id', vif_id(DRIFTED)], ['attached-mac', 'fa:16:3e:ff:ff:ff']]]},
            'where': [['name', '==', device(DRIFTED)]]})
        stale.port(lab, 70)
        stale.vhost_user_port(lab, 71)
        lab.settle()
        one = Both(lab)
        yield one
        one.vifd.stop()


def bad_documents():
    good = documents()
    return [good[TAP], {}, 7, edited(good[HYBRID], 'vif/plugin', 'nosuch'),
            edited(good[DRIFTED], 'vif/vif_name', ''),
            versioned(edited(good[ABSENT], 'vif/plugin', 'nosuch')),
            document(80, 'VIFHostDevice', {'type': 'VIFPortProfileOVSRepresentor'},
                     dev_address='0000:ff:1f.7'),
            edited(good[HYBRID], 'vif/bridge_name', device(TAP))]


LOOKS = {
    **{'check-%s' % name: ('check', [n], ()) for name, n in (
        ('tap', TAP), ('hybrid', HYBRID), ('waiting', WAITING), ('drifted', DRIFTED),
        ('absent', ABSENT), ('failed', FAILED))},
    'check-all': ('check', [TAP, HYBRID, WAITING, DRIFTED, ABSENT, FAILED], ()),
    'check-json': ('check', [TAP, HYBRID, WAITING, DRIFTED, ABSENT, FAILED], ('--json',)),
    'check-wait-none': ('check', [TAP, DRIFTED], ('--wait=none', '--json')),
    'check-wait-ovn': ('check', [TAP], ('--wait=ovn',)),
    'repair-dry': ('check', [DRIFTED, ABSENT, TAP], ('--repair', '--dry-run')),
    'repair-dry-json': ('check', [DRIFTED, ABSENT], ('--repair', '--dry-run', '--json')),
    'plug-dry': ('plug', [TAP, DRIFTED, ABSENT, FAILED], ('--dry-run',)),
    'plug-dry-json': ('plug', [TAP, DRIFTED, ABSENT, FAILED], ('--dry-run', '--json')),
    'plug-dry-failed': ('plug', [FAILED], ('--dry-run', '--json')),
    'unplug-dry': ('unplug', [TAP, HYBRID, WAITING, ABSENT], ('--dry-run',)),
    'unplug-dry-json': ('unplug', [TAP, HYBRID, WAITING, ABSENT], ('--dry-run', '--json')),
    'plug-bad': ('plug', 'bad', ('--dry-run',)),
    'plug-bad-json': ('plug', 'bad', ('--dry-run', '--json')),
    'unplug-bad': ('unplug', 'bad', ('--dry-run',)),
    'check-bad': ('check', 'bad', ('--json',)),
    'no-file': ('plug', ['/nonexistent.json'], ('--json',)),
    'no-file-beside': ('check', ['/nonexistent.json', TAP], ()),
    'list': ('list', [], ()),
    'list-json': ('list', [], ('--json',)),
    'list-some': ('list', [], ('--state=waiting', '--bridge=br-int')),
    'list-none': ('list', [], ('--json', '--bridge=br-nosuch')),
    'list-nosuch': ('list', [], ('--state=dancing',)),
    'show': ('show', [TAP, HYBRID, WAITING, DRIFTED, ABSENT, FAILED], ()),
    'show-ids': ('show', [vif_id(TAP), device(HYBRID, 'qvo'), device(WAITING)], ()),
    'show-nosuch': ('show', [vif_id(90), TAP], ()),
    'show-json': ('show', [TAP, vif_id(90), HYBRID], ('--json',)),
    'show-bad': ('show', 'bad', ()),
    'show-bad-json': ('show', 'bad', ('--json',)),
    'graph': ('graph', [], ()),
    'graph-json': ('graph', [], ('--json',)),
    'graph-some': ('graph', [HYBRID, ABSENT, device(TAP)], ()),
    'prune': ('prune', [], ()),
    'prune-old': ('prune', [], ('--grace=0',)),
    'prune-json': ('prune', [], ('--json',)),
    'prune-dry': ('prune', [], ('--yes', '--dry-run', '--grace=0')),
    'prune-dry-json': ('prune', [], ('--yes', '--dry-run', '--grace=0', '--json')),
    'prune-match': ('prune', [], ('--match=vhu*', '--grace=0')),
    'doctor': ('doctor', [], ()),
    'doctor-json': ('doctor', [], ('--json',)),
    'host-info': ('host-info', [], ()),
    'host-info-some': ('host-info', [], ('--vif-type=VIFBridge', '--compat=HostVIFInfo=1.0')),
    'host-info-nosuch': ('host-info', [], ('--vif-type=VIFNosuch',)),
    'host-info-old': ('host-info', [], ('--compat=HostInfo=0.1',)),
}


@pytest.mark.parametrize('name', LOOKS)
def test_looking_is_the_same(both, name):
    verb, files, options = LOOKS[name]
    before = both.lab.snapshot()
    if files == 'bad':
        files = [both.lab.write('bad.json', bad_documents())]
    else:
        files = [both.lab.write('%d.json' % one, documents()[one]) if isinstance(one, int) else one
                 for one in files]
    done = both.same(verb, *files, options=options)
    assert done['out'] or done['err']
    assert_same(before, both.lab.snapshot())


def test_a_directory_and_lines_of_documents(both):
    mine = documents()
    lines = '\n'.join(json.dumps(mine[n]) for n in (TAP, DRIFTED)) + '\n{"vif":{}}\n'
    both.lab.write('many/a.json', lines)
    both.lab.write('many/b.json', [mine[HYBRID], edited(mine[TAP], 'vif/plugin', 'nosuch')])
    both.lab.write('many/c.json', '{"vif":')
    done = both.same('check', both.lab.path('many'), options=['--json'])
    assert ['/b.json: /1/vif/plugin' in done['out'], done['out'].count('\n')] == [True, 5]


# ---------------------------------------------------------------------- changes

PLUG, UNPLUG, REPAIR = ('plug',), ('unplug',), ('check', '--repair')
JSON = ('--json',)
CHANGES = {
    'tap': [(PLUG, [TAP]), (PLUG, [TAP]), (UNPLUG, [TAP]), (UNPLUG, [TAP])],
    'hybrid-json': [(PLUG + JSON, [HYBRID]), (PLUG + JSON, [HYBRID]), (UNPLUG + JSON, [HYBRID])],
    'waiting': [(PLUG, [WAITING]), (UNPLUG + JSON, [WAITING])],
    'batch': [(PLUG + JSON, [TAP, HYBRID, WAITING, ABSENT]),
              (UNPLUG, [TAP, HYBRID, WAITING, ABSENT])],
    'one-is-refused': [(PLUG, [TAP, 'stranger']), (PLUG + JSON, ['stranger', HYBRID]),
                       (UNPLUG, [TAP, HYBRID])],
    'all-are-refused': [(PLUG, ['stranger']), (PLUG + JSON, ['stranger', 'nosuch'])],
    'twice': [(PLUG + JSON, [TAP, TAP]), (UNPLUG, [TAP])],
    'not-real-in-time': [('stop',), (PLUG + ('--timeout=1',), [TAP]),
                         (PLUG + JSON + ('--timeout=1', '--on-timeout=undo'), [HYBRID]), ('go',),
                         (PLUG, [TAP]), (UNPLUG, [TAP])],
    'repair': [(PLUG, [TAP, HYBRID]), ('break',), (REPAIR, [TAP, HYBRID]), ('break',),
               (REPAIR + JSON, [TAP, HYBRID]), (UNPLUG, [TAP, HYBRID])],
    'prune': [('leave',), (('prune', '--yes', '--grace=0'), []), ('leave',),
              (('prune', '--yes', '--grace=0', '--json'), [])],
    'no-database': [('no-database',), (PLUG, [TAP]), (PLUG + JSON, [TAP, HYBRID]),
                    (('check',), [TAP]), (('list',), []), (('doctor',), []), (('show',), [TAP]),
                    (('prune',), []), ('database',), (PLUG, [TAP]), (UNPLUG, [TAP])],
}


def do(lab, what):
    if what in ('stop', 'go'):
        lab.processes['ovs-vswitchd'].send_signal(
            signal.SIGSTOP if what == 'stop' else signal.SIGCONT)
    elif what == 'break':
        lab.ip('link', 'set', device(TAP), 'mtu', '1400')
        lab.ip('link', 'del', device(HYBRID, 'qvb'))
    elif what == 'leave':
        stale.port(lab, 70)
        stale.vhost_user_port(lab, 71)
    elif what == 'no-database':
        lab.stop('ovsdb-server')
        os.unlink(lab.socket)
    elif what == 'database':
        lab.start_ovsdb()
    if what not in ('stop', 'no-database'):
        lab.settle()


def stranger():
    """What it is to be plugged as is someone else's."""
    return ovs_vif(60, create_tap=True)


def carry_out(both, connected, steps):
    """What each command said, and what the host was like after it."""
    mine, told, runs = {**documents(), 'stranger': stranger()}, [], True
    mine['nosuch'] = edited(mine[ABSENT], 'vif/plugin', 'nosuch')
    for step in steps:
        if isinstance(step[0], str):
            do(both.lab, step[0])
            runs = step[0] not in ('stop', 'no-database')
            continue
        (verb, *options), files = step
        files = [both.lab.write('%s.json' % one, mine[one]) for one in files]
        told.append((verb, both.run(connected, verb, *files, options=options)))
        if runs:
            told.append(both.lab.snapshot())
    return told


def steady(told):
    """Without the addresses that are made up for links."""
    return json.loads(masked(json.dumps(told)))


@pytest.mark.parametrize('name', CHANGES)
def test_changing_is_the_same(lab, name):
    lab.vsctl('add-port', 'br-int', device(60), '--', 'set', 'Interface', device(60),
              'type=internal', 'external_ids:iface-id=stranger')
    lab.settle()
    both, before = Both(lab), lab.snapshot()
    alone = carry_out(both, False, CHANGES[name])
    assert_same(before, lab.snapshot())
    through = carry_out(both, True, CHANGES[name])
    assert_same(before, lab.snapshot())
    for mine, its in zip(steady(alone), steady(through)):
        assert its == mine
    both.vifd.stop()


def test_metrics(both):
    text = both.run(True, 'metrics')
    assert text['status'] == 0 and text['err'] == ''
    assert text['out'].startswith('# ') and text['out'].endswith('\n# EOF\n')
    asked = re.search(r'^vifd_requests_total\{method="List"\} (\d+)$', text['out'], re.MULTILINE)
    both.run(True, 'list')
    done = both.run(True, 'metrics', options=['--json'])
    again = re.search(r'^vifd_requests_total\{method="List"\} (\d+)$',
                      json.loads(done['out'])['metrics'], re.MULTILINE)
    assert int(again[1]) == (int(asked[1]) if asked else 0) + 1


def test_a_daemon_that_is_restarted_is_found_again(lab):
    both = Both(lab)
    assert both.run(True, 'plug', stranger())['status'] == 0
    both.vifd.stop()
    done = both.run(True, 'list')
    assert done['status'] == 4 and 'vifd cannot be reached: unix:' in done['err']
    again = Vifd(lab)
    assert vif_id(60) in both.run(True, 'list')['out']
    again.stop()


def plug_until(both, stop):
    """A plug through vifd that has only to wait, for an ovs-vswitchd that is stopped, when stop(process)
    is called; (exit status, standard output, standard error)."""
    lab = both.lab
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)
    path = lab.write('many.json', [stranger(), {}])
    argv = lab.command('plug', path, options=['--connect=' + both.vifd.path], ovsdb='')
    with subprocess.Popen((*lab.inside(), *argv), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=lab.environment()) as process:
        wait_until(lambda: lab.db.row('Port', device(60)), what='the port is in the database')
        stop(process)
        out, err = process.communicate(timeout=30)
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGCONT)
    return process.returncode, out, err


def test_interrupted_while_vifd_goes_on(lab):
    both = Both(lab)
    status, out, err = plug_until(both, lambda process: process.send_signal(signal.SIGINT))
    assert status == -signal.SIGINT and out == ''
    lines = err.splitlines()
    assert lines[0] == ('vifctl: plug %s: interrupted: vifd completes what it has begun, which a '
                        'check shows' % vif_id(60))
    assert lines[-1] == 'vifctl: interrupted: 0 of 2 VIFs plugged, 1 not waited for, 1 failed'
    lab.settle()
    assert both.run(True, 'check', stranger())['status'] == 0
    both.vifd.stop()


def test_a_daemon_that_dies_in_the_middle(lab):
    """What is known is said, and what is not known is not."""
    both = Both(lab)
    status, out, err = plug_until(both, lambda _: both.vifd.process.kill())
    assert status == 4 and out == ''
    assert "vifd's reply was lost; it may have done the work, which a check shows" in err
    assert lab.vifctl('check', stranger()).status == 0
