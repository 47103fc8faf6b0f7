# SPDX-License-Identifier: Apache-2.0
"""The units, the user and the files of the daemon, as systemd's own programs read them."""
import os
import re
import shutil
import signal
import subprocess

import pytest

from lab import TOP, VIFCTL
from vifd_client import Vifd, is_instrumented
from vifs import hybrid_vif, ovs_vif

BUILD = os.path.dirname(VIFCTL)
SERVICE = os.path.join(BUILD, 'vifd.service')
# Of 10; what is left is what it needs: a capability, the network, a device, its address families.
EXPOSURE = 2.5


def run(*argv, check=True, **arguments):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **arguments)
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


def read(*path):
    with open(os.path.join(TOP, *path)) as f:
        return f.read()


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason='%s is not there' % program)


@pytest.fixture
def units(tmp_path):
    """The units with a program that is there: it is not installed."""
    text = open(SERVICE).read()
    program = re.search(r'^ExecStart=(\S+)$', text, re.MULTILINE).group(1)
    assert program.endswith('/sbin/vifd')
    (tmp_path / 'vifd.service').write_text(text.replace(program, '/bin/true'))
    shutil.copy(os.path.join(TOP, 'data', 'vifd.socket'), tmp_path)
    return tmp_path


@needs('systemd-analyze')
def test_units_are_well_formed(units):
    environment = dict(os.environ, SYSTEMD_UNIT_PATH='%s:' % units, SYSTEMD_LOG_LEVEL='warning')
    said = run('systemd-analyze', 'verify', '--man=no', '--recursive-errors=no',
               str(units / 'vifd.service'), str(units / 'vifd.socket'), env=environment)
    assert 'vifd' not in said, said


@needs('systemd-analyze')
def test_service_is_locked_in(units):
    said = run('systemd-analyze', 'security', '--offline=true', '--no-pager',
               '--threshold=%d' % (EXPOSURE * 10), str(units / 'vifd.service'))
    score = float(re.search(r'Overall exposure level for vifd.service: ([0-9.]+)', said).group(1))
    assert score <= EXPOSURE
    documented = re.search(r'systemd-analyze security.*?\*\*([0-9.]+)\*\*', read('docs', 'security.md'),
                           re.DOTALL)
    assert float(documented.group(1)) == score


def test_what_is_off_is_off():
    """What would break the daemon's work, seen on a host or read in systemd.exec(5)."""
    text = open(SERVICE).read()
    for name in ('ProtectKernelTunables', 'PrivateDevices', 'PrivateNetwork', 'PrivateUsers',
                 'ProcSubset', 'ProtectProc', 'RuntimeDirectory'):
        assert not re.search(r'^%s=' % name, text, re.MULTILINE), name
        assert name + '=' in text   # and it is said why


@needs('systemd-sysusers')
def test_user_and_group_are_made(tmp_path):
    os.makedirs(tmp_path / 'etc')
    for name in ('passwd', 'group'):
        (tmp_path / 'etc' / name).write_text('root:x:0:0::/root:/bin/sh\n' if name == 'passwd'
                                             else 'root:x:0:\n')
    run('systemd-sysusers', '--root=%s' % tmp_path,
        os.path.join(TOP, 'data', 'sysusers.d', 'vifd.conf'))
    user = re.search(r'^vifd:.*$', (tmp_path / 'etc' / 'passwd').read_text(), re.MULTILINE).group()
    assert user.endswith(':/usr/sbin/nologin') or user.endswith(':/sbin/nologin')
    assert re.search(r'^vifd:', (tmp_path / 'etc' / 'group').read_text(), re.MULTILINE)


@needs('systemd-tmpfiles')
@pytest.mark.lab(vswitchd=False, bridge=None)
def test_files_are_made_and_mended(lab):
    """Also where root's vifctl has made the file before."""
    for file, line in (('passwd', 'vifd:x:777:778::/:/bin/false'), ('group', 'vifd:x:778:')):
        lab.run('sh', '-c', 'grep -v ^vifd: /etc/%s >/etc/%s.new; echo "%s" >>/etc/%s.new; '
                'mv /etc/%s.new /etc/%s' % (file, file, line, file, file, file))
    lab.run('install', '-m', '600', '/dev/null', '/run/vifd.lock')
    lab.run('systemd-tmpfiles', '--create', os.path.join(TOP, 'data', 'tmpfiles.d', 'vifd.conf'))
    found = lab.run('stat', '-c', '%a %u %g %n', '/run/vifd.lock', '/run/vifd').stdout
    assert found == '600 777 778 /run/vifd.lock\n755 777 778 /run/vifd\n'


# ---------------------------------------------------------------------- system calls

def members(group):
    """The system calls of a group of systemd's, which has others in it."""
    found = set()
    for word in run('systemd-analyze', 'syscall-filter', '--no-pager', group).split('\n')[1:]:
        word = word.strip()
        if word.startswith('@'):
            found |= members(word)
        elif word and not word.startswith('#'):
            found.add(word)
    return found


def allowed():
    found = set()
    with open(SERVICE) as f:
        for sign, words in re.findall(r'^SystemCallFilter=(~?)(.*)$', f.read(), re.MULTILINE):
            for word in words.split():
                these = members(word) if word.startswith('@') else {word}
                found = found - these if sign else found | these
    return found


@needs('systemd-analyze')
@pytest.mark.skipif(is_instrumented(), reason='a sanitizer makes calls of its own, and cannot be traced')
def test_the_filter_lets_through_what_the_daemon_does(lab):
    """Everything after it has become what systemd starts it as."""
    trace = lab.path('trace')
    vifd = Vifd(lab, prefix=('strace', '-f', '-qq', '-o', trace),
                config='[vifd]\nmetrics_textfile = %s\n' % lab.path('vifd.prom'))
    docs = [ovs_vif(1, create_tap=True), hybrid_vif(2)]
    with vifd.client() as c:
        for method in ('Plug', 'Check', 'Unplug'):
            assert c.results(method, *docs)
        for method in ('List', 'Show', 'Prune', 'HostInfo', 'Doctor', 'GetMetrics'):
            c.call(method)
        daemon = int(run('pgrep', '-P', str(vifd.process.pid)))
        os.kill(daemon, signal.SIGHUP)
        c.call('List')
    os.kill(daemon, signal.SIGTERM)
    assert vifd.process.wait(30) == 0
    with open(trace) as f:
        text = f.read()
    used = set(re.findall(r'^\d+ +([a-z_0-9]+)\(', text[text.index('PR_SET_DUMPABLE'):],
                          re.MULTILINE))
    assert len(used) > 30 and {'sendmsg', 'epoll_wait', 'ioctl', 'rename'} <= used
    assert used - allowed() == set()
