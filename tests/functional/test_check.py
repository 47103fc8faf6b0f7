# SPDX-License-Identifier: Apache-2.0
"""vifctl check as a command: looking changes nothing, and what is printed for whom."""
import json

import pytest

from damage import DIRECT, TAP, harm, judged
from lab import NOBODY, wait_until
from state import assert_same
from vifs import device, hybrid_vif, instance_id, ovs_vif, vif_id
from watch import traced

NO_SWITCH = pytest.mark.lab(vswitchd=False)


# ---------------------------------------------------------------- looking changes nothing

def test_check_changes_nothing(lab, proxy):
    docs = [DIRECT, hybrid_vif(2), ovs_vif(3)]
    lab.plug(docs[:2])
    lab.run('rm', '-f', '/run/vifd.lock')
    harm(lab, [['link', 'set', TAP, 'mtu', '1400'], ['ovs', 'del-port', device(2, 'qvo')]])
    before = lab.snapshot()
    proxy.clear()
    done, changes = traced(lab, 'check', docs, status=1)
    assert not changes, changes
    assert proxy.commits == [] and len(proxy.requests) <= 2
    assert len(judged(done.out)) == 3
    dry, changes = traced(lab, 'check', docs, options=['--repair', '--dry-run'])
    assert not changes and proxy.commits == []
    assert_same(before, lab.snapshot())
    assert lab.run('ls', '/run/vifd.lock', check=False).returncode, 'not even a lock is left'
    steps = [line for line in dry.out.splitlines() if line.startswith('  ')]
    assert steps == [line for line in lab.plug(docs, options=['--dry-run']).out.splitlines()
                     if line.startswith('  ')]
    assert len(steps) == 3


@NO_SWITCH
def test_repair_is_one_transaction_for_all(lab, proxy):
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 11)]
    lab.plug(docs)
    for n in range(1, 11, 2):
        lab.vsctl('del-port', device(n))
    proxy.clear()
    results = lab.vifctl('check', docs, options=['--repair', '--json']).results
    assert len(proxy.commits) == 1
    assert [r['state'] for r in results] == ['plugged', 'wired'] * 5
    assert [r['changed'] for r in results] == [True, False] * 5


@NO_SWITCH
def test_check_waits_for_a_plug_of_the_same_vif(lab, proxy):
    """In the middle of a plug its tap is there and its port is not."""
    proxy.misbehave('delay=1.5')
    plug = lab.background('plug', DIRECT)
    try:
        while TAP not in lab.links():
            pass
        done = lab.vifctl('check', DIRECT)
        assert done.seconds > 0.5 and 'as described' in done.out
    finally:
        assert plug.wait(20) == 0


@NO_SWITCH
def test_checks_do_not_wait_for_each_other(lab):
    lab.plug(DIRECT)
    lock = 'import fcntl,sys,time; f=open("/run/vifd.lock"); fcntl.lockf(f, fcntl.LOCK_SH); ' \
           'print("ready", flush=True); time.sleep(30)'
    lab.start('locker', '/usr/bin/python3', '-c', lock)

    def is_held():
        with open(lab.path('locker.out')) as f:
            return 'ready' in f.read()
    wait_until(is_held, what='the lock is held')
    assert lab.vifctl('plug', DIRECT, options=['--timeout=1'], status=6)
    assert lab.vifctl('check', DIRECT, options=['--timeout=5']).seconds < 4


# ---------------------------------------------------------------- the command

@NO_SWITCH
def test_good_and_bad_in_one_batch(lab):
    lab.plug([DIRECT, ovs_vif(2, create_tap=True), ovs_vif(3)])
    lab.vsctl('set', 'Interface', device(3), 'external_ids:iface-id=' + vif_id(9))
    lab.ip('link', 'set', device(2), 'down')
    bad = ovs_vif(4)
    del bad['vif']['network']
    docs = [DIRECT, ovs_vif(2, create_tap=True), ovs_vif(3), bad]
    done = lab.vifctl('check', docs, status=3, options=['--json'])
    assert [r['state'] for r in done.results] == ['wired', 'drifted', 'failed', 'failed']
    assert [r['error']['kind'] for r in done.results[2:]] == ['Conflict', 'InvalidInput']
    assert [r['changed'] for r in done.results] == [False] * 4
    first, second = done.err.splitlines()
    assert first == ('vifctl: check %s (%s): port %s on bridge br-int belongs to another VIF '
                     '(iface-id %s)' % (vif_id(3), device(3), device(3), vif_id(9)))
    assert second.endswith('/vif/network: missing')
    repaired = lab.vifctl('check', docs, status=3, options=['--repair', '--json'])
    assert [r['state'] for r in repaired.results] == ['wired', 'plugged', 'failed', 'failed']
    lab.vifctl('check', ovs_vif(3), status=3)
    lab.vifctl('check', bad, status=2)


@NO_SWITCH
def test_json(lab):
    lab.plug(DIRECT)
    lab.ip('link', 'set', TAP, 'mtu', '1400')
    lab.vsctl('del-port', TAP)
    result = lab.vifctl('check', DIRECT, options=['--json'], status=1).result
    assert (result['id'], result['name'], result['bridge'], result['state'], result['changed']) == (
        vif_id(1), TAP, 'br-int', 'drifted', False)
    assert result['differences'] == [
        {'sign': '~', 'part': 'tap ' + TAP, 'attribute': 'mtu', 'is': '1400', 'should': '1442'},
        {'sign': '+', 'part': 'port ' + TAP, 'should': 'on bridge br-int'}]
    dry = lab.vifctl('check', DIRECT, options=['--json', '--repair', '--dry-run'])
    assert dry.result['state'] == 'planned' and dry.result['changed'] is True
    assert dry.result['differences'] == result['differences']
    assert len(dry.result['steps']) == 2
    assert 'insert' in [op['op'] for op in dry.transaction]
    mended = lab.vifctl('check', DIRECT, options=['--json', '--repair']).result
    assert mended['state'] == 'plugged' and mended['changed'] is True
    assert mended['differences'] == result['differences']
    wired = lab.vifctl('check', DIRECT, options=['--json']).result
    assert wired['state'] == 'wired'
    assert {d['sign'] for d in wired['differences']} == {' '}


@NO_SWITCH
def test_values_cannot_move_the_cursor(lab):
    lab.plug(DIRECT)
    lab.db.transact({'op': 'mutate', 'table': 'Interface', 'where': [['name', '==', TAP]],
                     'mutations': [['external_ids', 'delete', ['set', ['vm-uuid']]],
                                   ['external_ids', 'insert',
                                    ['map', [['vm-uuid', 'a\n  ! \u001b[2Jb'], ['k\n', 'v\r']]]]]})
    done = lab.vifctl('check', DIRECT, status=1)
    assert '\033' not in done.out and '\r' not in done.out
    assert judged(done.out) == [
        '  ~ interface %s: external_ids:vm-uuid a\\x0a  ! \\x1b[2Jb, should be %s' % (TAP, instance_id(1))]
    result = lab.vifctl('check', DIRECT, options=['--json'], status=1).result
    assert result['differences'][0]['is'] == 'a\n  ! \u001b[2Jb'


def on_a_terminal(lab, doc, **environment):
    """What check prints on a pseudo-terminal."""
    words = ' '.join(lab.command('check', doc))
    settings = ['%s=%s' % pair for pair in environment.items()]
    done = lab.run('env', '-u', 'NO_COLOR', 'TERM=xterm', *settings, 'script', '-qec', words,
                   '/dev/null', check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@NO_SWITCH
def test_colours_are_for_terminals(lab):
    docs = [DIRECT, hybrid_vif(2)]
    lab.plug(docs)
    harm(lab, [['link', 'set', TAP, 'mtu', '1400'], ['ovs', 'del-port', TAP],
               ['link', 'del', device(2, 'qvb')],
               ['link', 'add', device(2, 'qvb'), 'type', 'veth', 'peer', 'name', 'x']])
    piped = lab.vifctl('check', docs, status=1).out
    assert '\033' not in piped
    coloured = on_a_terminal(lab, docs)
    assert '\033[33m~ tap %s: mtu 1400, should be 1442\033[0m' % TAP in coloured
    assert '\033[32m+ port %s on bridge br-int: missing\033[0m' % TAP in coloured
    assert '\033[31m- veth %s, peer x: in the way\033[0m' % device(2, 'qvb') in coloured
    for settings in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}, {'TERM': ''}):
        assert on_a_terminal(lab, docs, **settings).replace('\r', '') == piped
    assert '\033[' in on_a_terminal(lab, docs, NO_COLOR='')


def test_complaints_are_in_bold_red(lab):
    lab.vsctl('--no-wait', 'add-br', 'br-k', '--', 'set', 'Bridge', 'br-k',
              'datapath_type=nonsense')
    doc = ovs_vif(1, bridge='br-k')
    lab.plug(doc, options=['--wait=none'])
    assert '\033[1;31m! bridge br-k: ' in on_a_terminal(lab, doc)


@NO_SWITCH
@pytest.mark.parametrize('words, status, told', [
    ([], 2, 'no FILE given'),
    (['--dry-run', 'FILE'], 2, '--dry-run needs --repair'),
    (['/nonexistent'], 2, '/nonexistent: No such file or directory'),
    (['--ovsdb=unix:/nonexistent', 'FILE'], 4, 'check %s (%s): ' % (vif_id(1), TAP)),
], ids=['no file', 'dry run alone', 'missing file', 'no database'])
def test_bad_input(untouched, words, status, told):
    path = untouched.write('one.json', DIRECT)
    files = [path for word in words if word == 'FILE'] + [w for w in words if w[0] == '/']
    options = [word for word in words if word.startswith('--')]
    address = [word[8:] for word in options if word.startswith('--ovsdb=')]
    done = untouched.vifctl('check', *files, status=status,
                            options=[w for w in options if not w.startswith('--ovsdb=')],
                            ovsdb=address[0] if address else None)
    assert told in done.line()


@NO_SWITCH
def test_as_another_user(lab):
    """Who may not change anything may look."""
    lab.plug(DIRECT)
    lab.ip('link', 'set', TAP, 'mtu', '1400')
    done = lab.vifctl('check', DIRECT, prefix=NOBODY, status=1)
    assert judged(done.out) == ['  ~ tap %s: mtu 1400, should be 1442' % TAP]
    failed = lab.vifctl('check', DIRECT, prefix=NOBODY, options=['--repair'], status=5)
    assert failed.line().startswith('vifctl: repair %s' % vif_id(1))


@NO_SWITCH
def test_a_thousand_in_few_requests(lab, proxy):
    docs = [ovs_vif(n) for n in range(1, 1001)]
    path = lab.write('many.json', '\n'.join(map(json.dumps, docs)))
    lab.plug(path)
    lab.vsctl('del-port', device(500), '--', 'set', 'Port', device(7), 'tag=9')
    proxy.clear()
    done = lab.vifctl('check', path, status=1, options=['--json'])
    # What all need, their rows (asked for and cancelled), which bridge each port is on.
    assert len(proxy.requests) <= 4
    states = [r['state'] for r in done.results]
    assert states.count('waiting') == 999 and states[499] == 'drifted'
    assert {'sign': ' ', 'part': 'port ' + device(7), 'attribute': 'tag', 'is': '9'} in (
        done.results[6]['differences'])
    assert {'sign': ' ', 'part': 'port ' + device(1), 'attribute': 'tag', 'is': '9'} not in (
        done.results[0]['differences'])
