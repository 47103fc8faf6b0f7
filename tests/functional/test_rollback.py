# SPDX-License-Identifier: Apache-2.0
"""Every change that plug and unplug make, made to fail: all is as it was before, or the error names
what is not.  The next run without a fault does the work."""
import itertools
import re

import pytest

from faulty import Case, World, left
from linux_host import ADDRESS, BRIDGE, GATEWAY, NIC, lb_vif
from nic import hostdev_vif, vhostuser_vif
from state import assert_same, differences
from vifs import device, hybrid_vif, ovs_vif, vif_id
from watch import traced

TAP, OWN, INNER, OUTER = device(1), device(1, 'pb'), 'pbp' + vif_id(1), 'ibp' + vif_id(1)
QBR, QVB, QVO = (device(1, prefix) for prefix in ('qbr', 'qvb', 'qvo'))
VHU = device(1, 'vhu')
VF3 = '0000:03:00.5'
OWN_BRIDGE = '[os_vif_ovs]\nper_port_bridge = True\n'
ISOLATED = '[os_vif_ovs]\nisolate_vif = True\n'
DIRECT, PORT = ovs_vif(1, create_tap=True), ovs_vif(1)
HYBRID, VHOST = hybrid_vif(1), vhostuser_vif(1, path='/run/vhu1')
HOSTDEV, RENAMED = hostdev_vif(1, VF3), hostdev_vif(1, VF3, name='tap-vf3')


def moved(name):
    """The VIF's port was taken to a bridge the VIF knows nothing of."""
    def move(world):
        world.lab.vsctl('add-br', 'br-else')
        world.move_port(name, 'br-else')
    return move


def stale_qos(name):
    return lambda world: world.add_qos(name, 'linux-htb')


def hybrid_too(world):
    world.vifctl('plug', Case(HYBRID))


def guest_tap(world):
    """As a hypervisor makes it."""
    world.lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    world.lab.ip('link', 'set', TAP, 'mtu', '1300', 'address', '02:00:00:00:00:01')


def representor(world):
    world.representor()


def sysctls(world):
    for word in ('ipv6/conf/%s/disable_ipv6=0', 'ipv4/conf/%s/arp_ignore=0',
                 'ipv4/conf/%s/arp_announce=0'):
        world.lab.run('sysctl', '-qw', 'net/' + word % QBR)


NIC_WITH_ADDRESSES = (
    ('ip', 'link', 'add', NIC, 'type', 'veth', 'peer', 'name', 'wire0'),
    ('ip', 'link', 'set', NIC, 'up'), ('ip', 'link', 'set', 'wire0', 'up'),
    ('ip', 'addr', 'add', ADDRESS, 'brd', '+', 'dev', NIC),
    ('ip', 'addr', 'add', '198.51.100.9/32', 'dev', NIC),
    ('ip', 'route', 'add', 'default', 'via', GATEWAY, 'metric', '7'),
    ('ip', 'route', 'add', '203.0.113.0/24', 'via', GATEWAY, 'table', '100'))
DRIFTED_BRIDGE = (('ip', 'link', 'add', BRIDGE, 'mtu', '1300', 'type', 'bridge', 'ageing_time',
                   '1000'),)

CASES = {
    'direct': Case(DIRECT),
    'direct, isolated': Case(DIRECT, conf=ISOLATED),
    'direct, no bridge': Case(DIRECT, ('vsctl', 'del-br', 'br-int')),
    'direct, another datapath': Case(ovs_vif(1, create_tap=True, datapath_type='netdev')),
    "direct, the guest's own tap": Case(DIRECT, guest_tap),
    'direct, tap removed': Case(DIRECT, 'plug', ('ip', 'link', 'del', TAP)),
    'direct, tap down': Case(DIRECT, 'plug', ('ip', 'link', 'set', TAP, 'down', 'mtu', '1300')),
    'direct, port removed': Case(DIRECT, 'plug', ('vsctl', 'del-port', TAP)),
    'direct, port elsewhere': Case(DIRECT, 'plug', moved(TAP), ('ip', 'link', 'del', TAP)),
    'direct, ids changed': Case(
        DIRECT, 'plug', ('vsctl', 'remove', 'Interface', TAP, 'external_ids', 'vm-uuid', '--',
                         'set', 'Interface', TAP, 'external_ids:attached-mac=fa:16:3e:ff:ff:ff'),
        ('ip', 'link', 'set', TAP, 'mtu', '1300')),
    'direct, stale QoS': Case(DIRECT, stale_qos(TAP)),
    'port': Case(PORT),
    'port, tap there': Case(PORT, guest_tap),
    'own bridge': Case(DIRECT, conf=OWN_BRIDGE),
    'own bridge, switched on': Case(DIRECT, 'plug', ('ip', 'link', 'set', TAP, 'mtu', '1300'),
                                    conf=OWN_BRIDGE, conf_before=''),
    'own bridge, switched off': Case(DIRECT, 'plug', ('ip', 'link', 'set', TAP, 'mtu', '1300'),
                                     conf_before=OWN_BRIDGE),
    'own bridge, half': Case(DIRECT, 'plug', ('vsctl', 'del-port', OUTER),
                             ('ip', 'link', 'del', TAP), conf=OWN_BRIDGE),
    'hybrid': Case(HYBRID),
    'hybrid, bridge alone': Case(HYBRID, ('ip', 'link', 'add', QBR, 'type', 'bridge')),
    'hybrid, port removed': Case(HYBRID, 'plug', ('vsctl', 'del-port', QVO)),
    'hybrid, veth removed': Case(HYBRID, 'plug', ('ip', 'link', 'del', QVB)),
    'hybrid, bridge removed': Case(HYBRID, 'plug', ('ip', 'link', 'del', QBR)),
    'hybrid, all drifted': Case(
        HYBRID, 'plug', sysctls, ('ip', 'link', 'set', QVB, 'nomaster', 'mtu', '1300'),
        ('ip', 'link', 'set', QVO, 'promisc', 'off', 'down'),
        ('ip', 'link', 'set', QBR, 'down', 'type', 'bridge', 'ageing_time', '9000',
         'mcast_snooping', '1', 'forward_delay', '1500'), moved(QVO)),
    'hybrid, wrong peers': Case(
        HYBRID, 'plug', ('ip', 'link', 'del', QVB),
        ('ip', 'link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'other-b'),
        ('ip', 'link', 'add', QVO, 'type', 'veth', 'peer', 'name', 'other-o'),
        ('ip', 'link', 'set', QVB, 'mtu', '1400'), gone=(QVB, 'other-b', QVO, 'other-o')),
    'vhost-user': Case(VHOST, ('vsctl', 'set', 'Bridge', 'br-int', 'datapath_type=netdev')),
    'vhost-user, no bridge': Case(VHOST, ('vsctl', 'del-br', 'br-int')),
    'vhost-user, other mode': Case(
        VHOST, 'plug', ('vsctl', 'set', 'Interface', VHU, 'type=dpdkvhostuser', 'mtu_request=1300',
                        '--', 'clear', 'Interface', VHU, 'options'), moved(VHU)),
    'representor': Case(HOSTDEV, representor),
    'representor, drifted': Case(
        HOSTDEV, representor, 'plug', ('ip', 'link', 'set', 'rep3', 'down', 'mtu', '1300'),
        moved('rep3')),
    'representor, renamed': Case(RENAMED, representor, ('ip', 'link', 'set', 'rep3', 'up')),
    'representor, port of the old name': Case(
        RENAMED, representor, ('ip', 'link', 'set', 'rep3', 'up'),
        ('vsctl', 'add-port', 'br-int', 'rep3', '--', 'set', 'Interface', 'rep3',
         'external_ids:iface-id=' + vif_id(1))),
    'DPDK representor': Case(hostdev_vif(1, VF3, datapath_type='netdev'), representor,
                             ('vsctl', 'set', 'Bridge', 'br-int', 'datapath_type=netdev')),
    'flat network': Case(lb_vif(mtu=1400), *NIC_WITH_ADDRESSES),
    'flat network, NIC down': Case(lb_vif(mtu=1400), *NIC_WITH_ADDRESSES,
                                   ('ip', 'link', 'set', NIC, 'down')),
    'flat network, bridge drifted': Case(lb_vif(), *NIC_WITH_ADDRESSES, *DRIFTED_BRIDGE),
    'flat network, rules of another sort': Case(
        lb_vif(), *NIC_WITH_ADDRESSES, 'plug', ('ip', 'link', 'set', NIC, 'nomaster'),
        ('ip', 'addr', 'del', ADDRESS, 'dev', BRIDGE), ('ip', 'addr', 'add', ADDRESS, 'dev', NIC),
        conf_before='[os_vif_linux_bridge]\nforward_bridge_interface = wire0\n'),
}
UNPLUGGED = {
    'direct': Case(DIRECT), 'port': Case(PORT, guest_tap), 'isolated': Case(DIRECT, conf=ISOLATED),
    'own bridge': Case(DIRECT, conf=OWN_BRIDGE),
    'own bridge, unplugged without': Case(DIRECT, conf_before=OWN_BRIDGE),
    'own bridge on a trunk': Case(ovs_vif(1, create_tap=True, bridge='tbr-1'), conf=OWN_BRIDGE),
    'hybrid': Case(HYBRID), 'trunk': Case(ovs_vif(1, create_tap=True, bridge='tbr-1')),
    'hybrid, unplugged as direct': Case(ovs_vif(1), hybrid_too), 'vhost-user': Case(VHOST),
    'representor': Case(HOSTDEV, representor), 'representor, renamed': Case(RENAMED, representor),
    'DPDK representor': Case(hostdev_vif(1, VF3, datapath_type='netdev'), representor),
}


@pytest.fixture
def world(lab):
    return World(lab)


def is_clear(done, verb):
    """One line, warnings aside: what was being done for whom, and what went wrong."""
    lines = [line for line in done.err.splitlines() if not line.startswith('vifctl: warning: ')]
    assert done.status in (3, 5) and len(lines) == 1, done
    assert re.match(r'vifctl: %s %s \(\S+\): (.+: .+|ovs-vswitchd .+)' % (verb, vif_id(1)),
                    lines[0]), done
    return lines[0]


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('name', CASES)
def test_plug_takes_back_what_it_did(world, name):
    case = CASES[name]
    world.start(case)
    before, ids = world.state(), world.identities()
    for n in itertools.count(1):
        done, struck = world.run('plug', case, FAULT_AT=n)
        if not struck:
            assert done.status == 0 and n > 1, done
            break
        line, after = is_clear(done, 'plug'), world.state()
        gone = left(before, after)
        if gone and gone <= set(case.gone):
            assert all(one + ', which was stale, is removed' in line for one in gone), line
            world.start(case)
            continue
        assert_same(before, after, '%s: %s' % (struck, line))
        if not case.gone:
            assert_same(ids, world.identities(), '%s: %s' % (struck, line))
        assert ' left' not in line and ' removed' not in line, line
    plugged = world.wired()
    world.start(case)
    world.vifctl('plug', case)
    assert_same(world.wired(), plugged, 'plugged after all faults')


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('name', CASES)
def test_plug_names_what_it_could_not_take_back(world, name):
    case = CASES[name]
    world.start(case)
    before = world.state()
    world.vifctl('plug', case)
    goal = world.wired()
    for n in itertools.count(1):
        world.start(case)
        done, struck = world.run('plug', case, FAULT_FROM=n)
        if not struck:
            assert n > 1
            break
        line, after = is_clear(done, 'plug'), world.state()
        assert all(one in line for one in left(before, after)), '%s: %s\n  %s' % (
            struck, line, '\n  '.join(differences(before, after)))
        if before == after:
            assert ' left' not in line and ' removed' not in line, line
        world.vifctl('plug', case)
        assert_same(goal, world.wired(), 'plugged after %s' % struck)


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('mode', ['FAULT_AT', 'FAULT_FROM'])
@pytest.mark.parametrize('name', UNPLUGGED)
def test_unplug_names_what_is_left(world, name, mode):
    case = UNPLUGGED[name]
    plugged = Case(case.doc, *case.start, 'plug', conf=case.conf, conf_before=case.conf_before)
    world.start(plugged)
    before = world.state()
    world.vifctl('unplug', case)
    goal = world.state()
    for n in itertools.count(1):
        world.start(plugged)
        done, struck = world.run('unplug', case, **{mode: n})
        if not struck:
            assert n > 1
            break
        line, after = is_clear(done, 'unplug'), world.state()
        if 'ovsdb' in struck[0]:
            assert_same(before, after, 'the transaction comes first')
        assert after == before or all(one in line for one in left(goal, after)), '%s: %s\n  %s' % (
            struck, line, '\n  '.join(differences(goal, after)))
        world.vifctl('unplug', case)
        assert_same(goal, world.state(), 'unplugged after %s' % struck)


# ---------------------------------------------------------------- behind the transaction

MARKED = ('vsctl', 'set', 'Port', OUTER, 'tag=7', 'other_config:note=kept', '--',
          'set', 'Interface', INNER, 'external_ids:note=kept', '--',
          'set', 'Bridge', OWN, 'other_config:note=kept', '--', 'add-port', OWN, 'lodger', '--',
          'set', 'Interface', 'lodger', 'type=internal')
UNMADE = {name: CASES[name] for name in (
    'direct', 'direct, isolated', 'direct, no bridge', "direct, the guest's own tap",
    'direct, port elsewhere', 'direct, ids changed', 'direct, stale QoS', 'own bridge',
    'own bridge, switched on', 'own bridge, half', 'hybrid', 'hybrid, all drifted', 'vhost-user',
    'vhost-user, other mode', 'representor', 'representor, drifted', 'representor, renamed',
    'representor, port of the old name')}
UNMADE['own bridge, switched off'] = Case(
    DIRECT, 'plug', MARKED, ('ip', 'link', 'set', TAP, 'mtu', '1300'), conf_before=OWN_BRIDGE)
UNMADE['hybrid, wrong peers'] = CASES['hybrid, wrong peers']
# Rows that a plug deletes are made again, with UUIDs of their own.
MADE_AGAIN = ('own bridge, switched off', 'representor, port of the old name', 'direct, stale QoS')


@pytest.mark.parametrize('name', UNMADE)
def test_port_that_the_switch_cannot_make_is_taken_back(world, name):
    case = UNMADE[name]
    world.start(case)
    before, ids = world.state(), world.identities()
    done, _ = world.run('plug', case)
    line, after = is_clear(done, 'plug'), world.state()
    changes = world.changes()
    assert 'ovs-vswitchd' in line
    if case.gone:
        assert left(before, after) == set(case.gone)
        assert all(one + ', which was stale, is removed' in line for one in case.gone), line
    else:
        assert_same(before, after, line)
        assert ' left' not in line and ' removed' not in line, line
        now = world.identities()
        if name in MADE_AGAIN:
            now.pop('uuids'), ids.pop('uuids')
        assert_same(ids, now)
    # When taking back is refused, the error names all that is not as before.
    world.start(case)
    world.vifctl('plug', case, options=world.waiting)
    goal = world.wired()
    for n in range(1, len(changes) + 1):
        if 'ovsdb' not in changes[n - 1] and n < len(changes):
            continue
        world.start(case)
        done, struck = world.run('plug', case, FAULT_FROM=n)
        line, after = is_clear(done, 'plug'), world.state()
        assert struck and all(one in line for one in left(before, after)), '%s: %s\n  %s' % (
            struck, line, '\n  '.join(differences(before, after)))
        world.vifctl('plug', case, options=world.waiting)
        assert_same(goal, world.wired(), 'plugged after %s' % struck)


REOPENED = {
    'tap removed under its port': Case(DIRECT, 'plug', ('ip', 'link', 'del', TAP)),
    'port without its tap': Case(DIRECT, lambda world: world.vifctl('plug', Case(PORT))),
    'veth removed under its port': Case(HYBRID, 'plug', ('ip', 'link', 'del', QVB)),
}


@pytest.mark.parametrize('name', REOPENED)
def test_port_that_is_opened_again_is_taken_back(lab, name):
    case, world = REOPENED[name], World(lab, 'netdev')
    world.start(case)
    before, ids = world.state(), world.identities()
    for n in itertools.count(1):
        done, struck = world.run('plug', case, FAULT_AT=n)
        if not struck:
            assert done.status == 0 and n > 4, done
            break
        line = is_clear(done, 'plug')
        assert_same(before, world.state(), '%s: %s' % (struck, line))
        assert_same(ids, world.identities(), '%s: %s' % (struck, line))


# ---------------------------------------------------------------- two faults, many VIFs

@pytest.mark.lab(vswitchd=False)
def test_host_keeps_its_addresses_when_they_cannot_go_back(world):
    """The rules fail, and then the first address to be put back: the bridge that has them stays."""
    case = CASES['flat network']
    world.start(case)
    before = world.state()['links'][NIC]['addresses']
    assert world.run('plug', case)[0].status == 0
    rules = next(n for n, line in enumerate(world.changes(), 1) if 'nftables' in line)
    world.start(case)
    world.run('plug', case, FAULT_AT=rules)
    back = next(n for n, line in enumerate(world.changes(), 1)
                if n > rules and 'RTM_NEWADDR' in line)
    world.start(case)
    done, struck = world.run('plug', case, FAULT_AT='%d,%d' % (rules, back))
    line, links = is_clear(done, 'plug'), world.state()['links']
    assert 'RTM_NEWADDR' in struck[-1]
    assert links[BRIDGE]['addresses'] == before and links[NIC]['master'] == BRIDGE
    assert BRIDGE + ' is left with its addresses' in line and NIC + ' is left changed' in line
    world.vifctl('plug', case)
    assert world.state()['links'][BRIDGE]['addresses'] == before


@pytest.mark.lab(vswitchd=False)
def test_links_of_many_vifs_are_undone_as_one(lab, proxy):
    """The kernel waits once for all, and not some 20 ms for each of them."""
    def refuse(point):
        if point == 'request 1':
            proxy.rename['transact'] = 'unknown'
    proxy.on_point = refuse
    before = lab.snapshot()
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 41)] + \
           [hybrid_vif(n) for n in range(41, 61)]
    done, changes = traced(lab, 'plug', docs, status=3)
    assert len(done.err.splitlines()) == 60 and 'left' not in done.err, done
    assert changes.netlink.count('RTM_DELLINK') == 1, changes
    assert_same(before, lab.snapshot())


@pytest.mark.lab(vswitchd=False)
def test_fault_of_one_vif_is_not_that_of_others(world):
    """Each VIF of a call is as it is to be or as it was, whichever change fails."""
    case = Case([ovs_vif(1, create_tap=True), hybrid_vif(2), ovs_vif(3, create_tap=True)])
    world.start(case)
    before = world.state()
    failures = set()
    for n in itertools.count(1):
        world.start(case)
        done, struck = world.run('plug', case, FAULT_AT=n, options=['--json'])
        if not struck:
            break
        failed = [one['id'] for one in done.results if one['state'] == 'failed']
        assert failed and done.status == 3, done
        failures.add(tuple(failed))
        for k in (1, 2, 3):
            assert vif_id(k) not in failed or vif_id(k) in done.err
        assert len(done.err.splitlines()) == len(failed), done
        after = world.state()
        for k in (1, 2, 3):
            names = {device(k, prefix) for prefix in ('tap', 'qbr', 'qvb', 'qvo')}
            assert bool(names & left(before, after)) != (vif_id(k) in failed), struck
    assert {(vif_id(1),), (vif_id(2),), (vif_id(3),)} <= failures
