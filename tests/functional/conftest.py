# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the functional tests, the shell of a failed test, and the check that nothing is left.

VIFCTL=PATH           the program to test (default build/vifctl)
VIF_TEST_SHELL=1      a shell on the failed test's host, before it is taken down
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import lab as lab_module
from linux_host import NIC, Host
from lab import Lab
from state import assert_same

# What our tests call their devices.
OURS = re.compile(r'(tap|q[vb][a-z])[0-9a-f]{8}-|br-|tbr-|ovs-|eth0|tap-15-')
MARK = 'VIF_TEST_MARK=%d' % os.getpid()


def pytest_configure(config):
    if os.geteuid() != 0:
        pytest.exit('the functional tests make network namespaces: run them as root', 2)
    os.environ['VIF_TEST_MARK'] = str(os.getpid())
    config.vif_before = host_state()
    config.vif_tools = tempfile.mkdtemp(prefix='vif-tools%d-' % os.getpid())
    Lab.tapwire = compiled(config, 'tapwire')
    Lab.faults = compiled(config, 'faults', '-shared', '-fPIC')


def compiled(config, name, *options):
    """Compiles tests/lab/NAME.c; its path."""
    path = os.path.join(config.vif_tools, name)
    source = os.path.join(lab_module.TOP, 'tests', 'lab', name + '.c')
    subprocess.run(['gcc', '-std=gnu17', '-D_GNU_SOURCE', '-O2', *options, '-o', path, source],
                   check=True)
    return path


def pytest_unconfigure(config):
    shutil.rmtree(getattr(config, 'vif_tools', ''), ignore_errors=True)


def host_state():
    """The links of the machine itself, those that others make meanwhile left out."""
    links = json.loads(subprocess.run(['ip', '-j', 'link'], stdout=subprocess.PIPE,
                                      check=True).stdout)
    return sorted(link['ifname'] for link in links if OURS.match(link['ifname']))


def processes_of_ours():
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/environ' % pid, 'rb') as f:
                if MARK.encode() in f.read().split(b'\0'):
                    with open('/proc/%s/cmdline' % pid) as words:
                        found.append(pid + ' ' + words.read().replace('\0', ' '))
        except OSError:
            continue
    return found


@pytest.fixture(scope='session', autouse=True)
def nothing_left(request):
    """After all tests: no process, link or file of ours.  Namespaces go with their processes."""
    yield
    assert processes_of_ours() == []
    assert host_state() == request.config.vif_before
    left = [n for n in os.listdir(tempfile.gettempdir())
            if n.startswith('vif-t%d-' % os.getpid())]
    assert left == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    one = item.funcargs.get('lab') if hasattr(item, 'funcargs') else None
    if report.when != 'call' or not report.failed or one is None:
        return
    report.sections.append(('vifctl', '\n'.join(one.history[-6:])))
    for name in ('ovs-vswitchd.log', 'ovsdb-server.log'):
        if os.path.exists(one.path(name)):
            with open(one.path(name), errors='replace') as f:
                report.sections.append((name, ''.join(f.readlines()[-15:])))
    if os.environ.get('VIF_TEST_SHELL'):
        open_shell(item, one, report)


def open_shell(item, one, report):
    capture = item.config.pluginmanager.getplugin('capturemanager')
    capture.suspend_global_capture(in_=True)
    print('\n%s failed: %s' % (item.nodeid, report.longrepr.reprcrash.message))
    print('A shell on its host; files in %s; the test goes on when it ends.' % one.dir)
    with open('/dev/tty', 'r+b', buffering=0) as tty:
        subprocess.call((*one.inside(), 'env', 'OVS_RUNDIR=' + one.dir, 'bash', '-i'),
                        stdin=tty, stdout=tty, stderr=tty)
    capture.resume_global_capture()


@pytest.fixture(autouse=True)
def alone(request, monkeypatch):
    """A test of vifctl's own process, or of its configuration, is that with VIF_CONNECT=1, too."""
    if request.node.get_closest_marker('alone'):
        monkeypatch.setattr(Lab, 'connect', False)


@pytest.fixture
def lab(request):
    """A host with an Open vSwitch and a bridge br-int that carries traffic.

    @pytest.mark.lab(vswitchd=False, bridge=None, ...) asks for less, or for another schema.
    """
    mark = request.node.get_closest_marker('lab')
    wishes = dict(mark.kwargs) if mark else {}
    bridge = wishes.pop('bridge', 'br-int')
    with Lab(**wishes) as one:
        if bridge:
            one.add_bridge(bridge)
        yield one


@pytest.fixture
def proxy(lab):
    """The lab's database is reached through a proxy that counts and misbehaves."""
    return lab.start_proxy()


@pytest.fixture(scope='module')
def shared_lab():
    """One host for a whole file of tests that change nothing: a database with br-int, no switch."""
    with Lab(vswitchd=False) as one:
        one.add_bridge('br-int')
        yield one


@pytest.fixture
def untouched(shared_lab):
    """The shared host; afterwards nothing on it may have changed."""
    before = shared_lab.snapshot()
    yield shared_lab
    assert_same(before, shared_lab.snapshot())


@pytest.fixture
def host(lab):
    """What a Linux bridge plugin works on."""
    return Host(lab)


@pytest.fixture
def vlans(host):
    """Whether the kernel has VLAN interfaces; without them the tests that need them are skipped."""
    done = host.lab.run('ip', 'link', 'add', 'link', NIC, 'name', 'vlan4000', 'type', 'vlan', 'id',
                        '4000', check=False)
    if done.returncode:
        if os.environ.get('VIF_TEST_VLAN'):
            pytest.fail('this kernel has no VLAN interfaces: ' + done.stderr)
        pytest.skip('this kernel has no VLAN interfaces (module 8021q): only the plan is tested')
    host.lab.ip('link', 'del', 'vlan4000')
    return host
