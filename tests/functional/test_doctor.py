# SPDX-License-Identifier: Apache-2.0
"""vifctl doctor: what it says of hosts that are well and of hosts that are not, to people and to
programs, and that it changes nothing."""
import os
import re
import signal
import threading

import pytest

from doctor import LEVELS, finding, findings, set_root
from lab import NOBODY, VIFCTL
from state import assert_same
from vifs import hybrid_vif, ovs_vif

CHECKS = ['config', 'user', 'lock', 'kernel', 'tun', 'links', 'nftables', 'ovsdb', 'openvswitch',
          'vswitchd', 'datapath-types', 'interface-types', 'bridge', 'interfaces', 'hw-offload',
          'dpdk', 'vhost-user', 'hybrid', 'ovn', 'ml2']
NO_SWITCH = pytest.mark.lab(vswitchd=False)


def parse_page(text):
    """The findings of a page for people, and its last line."""
    *lines, last = text.splitlines()
    found = []
    for line in lines:
        head = re.match(r'(ok|-|warn|FAIL) +([a-z0-9-]+) +(.*)', line)
        if head:
            level, check, words = head.groups()
            found.append({'check': check, 'level': LEVELS[level], 'text': words, 'advice': ''})
            assert line.index(words) == 22
            part = 'text'
        elif line.startswith(' ' * 22 + '-> '):
            found[-1]['advice'] = line.strip()[3:]
            part = 'advice'
        else:
            assert line.startswith(' ' * (25 if part == 'advice' else 22)), line
            found[-1][part] += ' ' + line.strip()
    return found, last


def pending(lab, n=1):
    lab.db.transact({'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
                     'mutations': [['next_cfg', '+=', n]]})


# ---------------------------------------------------------------- a host that is well

def test_healthy_host(lab):
    lab.settle()
    found = findings(lab)
    assert list(found) == CHECKS
    assert {one['level'] for many in found.values() for one in many} == {'ok', 'info'}
    pid = lab.processes['ovs-vswitchd'].pid
    assert 'pid %d)' % pid in found['vswitchd'][0]['text']
    assert lab.address in found['ovsdb'][0]['text']
    assert re.search(r'answers in \d+\.\d\d ms, schema 8\.', found['ovsdb'][0]['text'])
    assert os.uname().release in found['kernel'][0]['text']
    assert found['bridge'][0]['text'] == (
        'br-int: datapath netdev, fail mode standalone, 1 port')


def test_page_says_what_json_says(lab):
    set_root(lab, 'external_ids', ovn_remote='tcp:127.0.0.1:6642')
    lab.plug(ovs_vif(1))
    lab.settle()
    done = lab.vifctl('doctor', status=3)
    assert max(map(len, done.out.splitlines())) <= 80
    page, last = parse_page(done.out)
    expected = [one for many in findings(lab, 3).values() for one in many]
    times = re.compile(r'in \d+\.\d\d ms')
    assert [dict(one, text=times.sub('', one['text'])) for one in page] == [
        dict(one, text=times.sub('', one['text'])) for one in expected]
    numbers = [sum(one['level'] == level for one in page) for level in ('ok', 'warn', 'fail')]
    assert numbers[1] == 2 and numbers[2] == 1
    assert last == '%d ok, 2 warnings, 1 failure' % numbers[0]


def test_changes_nothing(lab):
    lab.plug([ovs_vif(1, create_tap=True), hybrid_vif(2)])
    pending(lab)
    before = lab.snapshot()
    proxy = lab.start_proxy()
    findings(lab)
    assert [r.method for r in proxy.requests] == ['get_schema', 'transact', 'transact']
    assert proxy.commits == [] and proxy.connections == 1
    config = lab.db.select('Open_vSwitch')[0]['next_cfg']
    assert_same(before, lab.snapshot())
    assert lab.db.select('Open_vSwitch')[0]['next_cfg'] == config + 1   # the snapshot's own


@NO_SWITCH
def test_lock_file_is_not_made(lab):
    findings(lab, 3)
    assert 'vifd.lock' not in lab.run('ls', '/run').stdout


@pytest.mark.alone
def test_verbose_reports_what_is_asked(lab):
    done = lab.vifctl('doctor', '-v')
    assert 'get_schema' in done.err and '14 ok' not in done.err


def on_a_terminal(lab, environment, width=100):
    """What it prints there; 'script' gives it a terminal."""
    command = ' '.join(['stty cols %d;' % width, VIFCTL, 'doctor', '--ovsdb=' + lab.address])
    return lab.run('env', *environment, 'script', '-qec', command, '/dev/null', check=False).stdout


def test_colours_only_where_they_are_wanted(lab):
    assert '\033' not in lab.vifctl('doctor').out
    set_root(lab, 'external_ids', ovn_remote='tcp:127.0.0.1:6642')
    coloured = on_a_terminal(lab, ['TERM=xterm'])
    assert '\033[32mok  \033[0m  config' in coloured
    assert '\033[33mwarn\033[0m  bridge' in coloured
    assert '\033[1;31mFAIL\033[0m  ovn' in coloured
    for plain in (['TERM=xterm', 'NO_COLOR=1'], ['TERM=dumb']):
        assert '\033' not in on_a_terminal(lab, plain)
    assert '\033' in on_a_terminal(lab, ['TERM=xterm', 'NO_COLOR='])


@pytest.mark.parametrize('width, most', [(70, 70), (300, 100), (20, 60)])
def test_lines_are_as_wide_as_the_terminal(lab, width, most):
    lab.stop('ovs-vswitchd')      # which would soon take the error back
    lab.db.update('Interface', 'br-int', error='word ' * 30)
    lines = on_a_terminal(lab, ['NO_COLOR=1', 'TERM=xterm'], width).splitlines()
    # Addresses are words that are not cut.
    longest = max(len(line.rstrip()) for line in lines if 'unix:' not in line)
    assert most - 8 <= longest <= most


# ---------------------------------------------------------------- ovs-vswitchd

def test_switch_that_was_stopped_with_work_to_do(lab):
    lab.settle()
    lab.stop('ovs-vswitchd')
    pending(lab, 2)
    cfg = lab.db.select('Open_vSwitch')[0]
    finding(lab, 'vswitchd', 'fail', 'at configuration %d of %d' % (cfg['cur_cfg'],
            cfg['next_cfg']), advice='openvswitch-switch', status=3)


def test_switch_that_was_stopped_idle(lab):
    lab.settle()
    lab.stop('ovs-vswitchd')
    finding(lab, 'vswitchd', 'fail', 'no ovs-vswitchd runs', advice='openvswitch-switch', status=3)


def test_switch_that_hangs(lab):
    lab.settle()
    process = lab.processes['ovs-vswitchd']
    os.kill(process.pid, signal.SIGSTOP)
    pending(lab)
    finding(lab, 'vswitchd', 'fail', 'not keeping up', advice='pid %d' % process.pid, status=3)
    os.kill(process.pid, signal.SIGCONT)
    lab.settle()
    finding(lab, 'vswitchd', 'ok')


def test_switch_that_is_busy_for_a_moment(lab, proxy):
    lab.settle()
    os.kill(lab.processes['ovs-vswitchd'].pid, signal.SIGSTOP)
    pending(lab)
    cfg = lab.db.select('Open_vSwitch')[0]['next_cfg']
    write = {'op': 'update', 'table': 'Open_vSwitch', 'where': [], 'row': {'cur_cfg': cfg}}
    timers = []

    def catch_up(point):
        if point == 'answered 1':
            timers.append(threading.Timer(0.05, lab.db.transact, [write]))
            timers[0].start()

    proxy.on_point = catch_up
    finding(lab, 'vswitchd', 'ok', 'at configuration %d' % cfg)
    timers[0].join()


@NO_SWITCH
def test_switch_that_never_ran(lab):
    finding(lab, 'vswitchd', 'fail', 'never', status=3)


def test_bridge_of_a_datapath_there_is_not(lab):
    lab.db.update('Bridge', 'br-int', datapath_type='odd')
    finding(lab, 'datapath-types', 'fail', 'br-int has type odd', 'netdev', status=3)


def test_bridge_that_is_not_there(lab):
    lab.vsctl('del-br', 'br-int')
    lab.add_bridge('br-ex')
    finding(lab, 'bridge', 'info', 'br-int does not exist')
    finding(lab, 'bridges', 'info', 'br-ex (netdev)')


def test_port_with_an_error(lab):
    lab.vsctl('add-port', 'br-int', 'odd0')
    lab.settle()
    for n in range(1, 4):
        lab.plug(ovs_vif(n))
    one = finding(lab, 'interfaces', 'warn', '4 of 5', 'odd0: could not open network device odd0',
                  'and 1 more')
    assert '\n' not in one['text']


def test_words_of_a_switch_do_not_reach_the_terminal_as_they_are(lab):
    lab.stop('ovs-vswitchd')
    lab.db.update('Interface', 'br-int', error='\033[2Jgone\u009b2J\nok    user  \x07')
    done = lab.vifctl('doctor', status=3)
    assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f]', done.out)
    assert [one['check'] for one in parse_page(done.out)[0]].count('user') == 1


# ---------------------------------------------------------------- the database

@NO_SWITCH
def test_database_that_is_not_there(lab):
    path = lab.path('nothing.sock')
    one = finding(lab, 'ovsdb', 'fail', path, 'No such file', advice='--ovsdb', status=3,
                  ovsdb='unix:' + path)
    assert 'ovsdb_connection' in one['advice']
    assert list(findings(lab, 3, ovsdb='unix:' + path)) == CHECKS[:CHECKS.index('ovsdb') + 1]


@NO_SWITCH
def test_default_addresses_are_both_named(lab):
    finding(lab, 'ovsdb', 'fail', '/run/openvswitch/db.sock', 'tcp:127.0.0.1:6640', status=3,
            ovsdb='')


@NO_SWITCH
def test_server_that_ended(lab):
    lab.db.close()
    lab.stop('ovsdb-server')
    finding(lab, 'ovsdb', 'fail', 'Connection refused', status=3)


@NO_SWITCH
def test_server_that_says_nothing(lab, proxy):
    proxy.misbehave('hang', on='transact')
    done = lab.vifctl('doctor', '--json', '--timeout=1', status=3)
    one = [one for one in done.json['findings'] if one['check'] == 'ovsdb'][0]
    assert one['level'] == 'fail' and '--timeout' in one['advice']
    assert done.seconds < 10


def without_dpdk_initialized(schema):
    del schema['tables']['Open_vSwitch']['columns']['dpdk_initialized']


@pytest.mark.lab(vswitchd=False, bridge=None, schema=without_dpdk_initialized)
def test_schema_that_is_too_old(lab):
    finding(lab, 'ovsdb', 'fail', 'Open_vSwitch.dpdk_initialized', advice='upgrade', status=3)


@NO_SWITCH
def test_database_without_its_row(lab):
    lab.db.transact({'op': 'delete', 'table': 'Open_vSwitch', 'where': []})
    finding(lab, 'ovsdb', 'fail', 'no Open_vSwitch row', advice='ovs-vsctl init', status=3)


# ---------------------------------------------------------------- who asks

def test_nobody(lab):
    lab.settle()
    lab.run('chmod', '755', '/run')
    found = findings(lab, 3, prefix=NOBODY)
    assert found['user'][0]['level'] == 'fail'
    assert found['user'][0]['text'].startswith('nobody, without CAP_NET_ADMIN')
    assert found['lock'][0]['level'] == 'warn'
    assert found['vswitchd'][0]['level'] in ('ok', 'info')
    os.chmod(lab.socket, 0o700)
    finding(lab, 'ovsdb', 'fail', 'Permission denied', advice='root', status=3, prefix=NOBODY)


def test_user_with_the_capability(lab):
    keep = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
            '--inh-caps=+net_admin', '--ambient-caps=+net_admin')
    found = findings(lab, None, prefix=keep)
    assert found['user'][0]['text'] == 'nobody, with CAP_NET_ADMIN'


@pytest.mark.alone
def test_configuration(lab):
    path = lab.write('vifd.conf', '[os_vif_ovs]\novsdb_connection = %s\n' % lab.address)
    assert findings(lab, ovsdb='', options=['--config=' + path])['config'][0]['text'] == path
    assert '/etc/vifd/vifd.conf does not exist' in findings(lab)['config'][0]['text']


def test_broken_configuration_is_said_in_one_line(lab):
    options = [lab.config('[os_vif_ovs]\nisolate_vif = perhaps\n')]
    done = lab.vifctl('doctor', status=2, options=options)
    assert done.out == '' and 'isolate_vif' in done.line()
    assert 'takes no operand' in lab.vifctl('doctor', 'x', status=2).line()

