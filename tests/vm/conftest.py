# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests in a virtual machine; tools/check-vm starts them there.

VIFCTL=PATH         the program to test
TAPWIRE=PATH        tests/lab/tapwire.c, compiled
NO_GENETLINK=PATH   no-genetlink.c, compiled
"""
import os

import pytest

from vm import Nic, Vm


def pytest_configure():
    # The host of these tests is the machine they run on.
    if os.environ.get('VIF_TEST_VM') != 'yes' or os.uname().nodename != 'vm-run':
        pytest.exit('these tests take the whole machine: run tools/check-vm', 2)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    one = item.funcargs.get('vm') if hasattr(item, 'funcargs') else None
    if call.when != 'call' or not report.failed or one is None:
        return
    report.sections.append(('vifctl', '\n'.join(one.history[-6:])))
    report.sections.append(('links', one.run('ip', '-d', 'addr', check=False).stdout))
    report.sections.append(('ports', one.run('devlink', 'port', check=False).stdout))
    report.sections.append(('kernel', one.run(
        'sh', '-c', 'dmesg | tail -20', check=False).stdout))
    with open(one.path('ovs-vswitchd.log'), errors='replace') as f:
        report.sections.append(('ovs-vswitchd.log', ''.join(f.readlines()[-25:])))


@pytest.fixture(scope='session')
def machine():
    with Vm() as one:
        one.add_bridge('br-int', 'system')
        yield one


@pytest.fixture
def vm(machine):
    """The machine; its bridge br-int, which takes long to make, outlives the test."""
    yield machine
    machine.end_guests()
    machine.history.clear()
    left = [row['name'] for row in machine.db.select('Port') if row['name'] != 'br-int']
    if left:   # by a test that failed
        machine.vsctl(*(word for name in left for word in ('--', 'del-port', name)))


@pytest.fixture
def nic(vm):
    """nic(style=0, pfs=1, switchdev=True) makes the NIC."""
    made = []

    def make(**wishes):
        made.append(Nic(vm, **wishes))
        return made[0]

    yield make
    for one in made:
        vm.end_guests()
        one.close()


@pytest.fixture(params=['devlink', 'sysfs'])
def lookup(request, vm):
    """How representors are found: what to put before vifctl."""
    if request.param == 'devlink':
        return ()
    prefix = ('env', 'LD_PRELOAD=' + os.environ['NO_GENETLINK'])
    assert vm.run('devlink', 'dev', 'show', check=False).returncode == 0
    assert vm.run(*prefix, 'devlink', 'dev', 'show', check=False).returncode != 0
    return prefix
