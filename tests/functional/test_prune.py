# SPDX-License-Identifier: Apache-2.0
"""vifctl prune: finds what belongs to nothing, says why, and removes that and nothing else."""
import signal

import pytest

import stale
from lab import Holder
from stale import KINDS, add_port, found, guest, ids, look
from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, ovs_vif, qos_id, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)
EACH_KIND = pytest.mark.parametrize('kind', sorted(KINDS))


def remove(lab, *options, grace=0, **more):
    return look(lab, '--yes', *options, grace=grace, **more)


def test_each_kind_is_found_and_removed(lab):
    """On a switch that judges the ports itself, beside VIFs that are well."""
    good = [ovs_vif(100, create_tap=True, datapath_type='netdev'),
            hybrid_vif(101, datapath_type='netdev')]
    lab.plug(*good)
    before = lab.snapshot()
    assert look(lab).json == {'stale': []}
    assert lab.vifctl('prune').out == 'nothing is stale\n'
    made = {(kind, make(lab, n)) for n, (kind, make) in enumerate(sorted(KINDS.items()), 1)}
    lab.settle()
    assert found(look(lab)) == made
    text = lab.vifctl('prune', options=['--grace=0']).out
    assert len(text.splitlines()) == len(made) + 1
    assert text.endswith('%d stale items; --yes removes them\n' % len(made))
    for kind, name in made:
        assert '%s %s' % (kind, name) in text
    removed = found(remove(lab), 'removed')
    assert removed <= made
    if removed != made:    # what ovs-vswitchd was just trying again is left alone, for this time
        assert found(remove(lab), 'removed') == made - removed
    assert_same(before, lab.snapshot(), 'after pruning')
    assert look(lab).json == {'stale': []}


@pytest.mark.alone   # how old rows are, a vifd with CAP_NET_ADMIN alone cannot see
@NO_SWITCH
@EACH_KIND
def test_each_kind_says_what_and_why(lab, kind):
    before = lab.snapshot()
    name = KINDS[kind](lab, 1)
    [one] = look(lab).json['stale']
    assert (one['kind'], one['name'], one['state']) == (kind, name, 'found')
    assert one['reason'] and 'not removed' not in one['reason'] and one['age'] >= 0
    if kind.endswith('port') or kind == 'per-port-bridge':
        assert (one['id'], one['instance'], one['bridge']) == (vif_id(1), instance_id(1), 'br-int')
        assert 'instance %s does not run here' % instance_id(1) in one['reason']
    lines = lab.vifctl('prune', options=['--grace=0', '--yes']).out.splitlines()
    assert len(lines) == 1 and lines[0].startswith('removed %s %s' % (kind, name))
    assert_same(before, lab.snapshot(), 'after pruning')


@NO_SWITCH
def test_dry_run_says_every_operation(lab):
    """What it says is what --yes does, in that order."""
    stale.hybrid_port(lab, 1)
    stale.hybrid_links(lab, 2)
    row = stale.qos(lab, 3)
    before = lab.snapshot()
    done = look(lab, '--dry-run')
    assert found(done, 'planned') == found(look(lab)) != set()
    steps = {one['kind']: one['steps'] for one in done.json['stale']}
    assert steps == {
        'hybrid-port': ['- port %s, bridge br-int' % device(1, 'qvo')],
        'hybrid-links': ['- Linux bridge ' + device(2, 'qbr'),
                         '- veth %s, peer %s' % (device(2, 'qvb'), device(2, 'qvo'))],
        'qos': ['- QoS row %s, type linux-noop' % row]}
    operations = done.json['transaction']
    assert {op['op'] for op in operations} == {'wait', 'mutate', 'delete'}
    assert '- Linux bridge ' + device(2, 'qbr') in lab.vifctl(
        'prune', options=['--dry-run', '--yes', '--grace=0']).out
    assert_same(before, lab.snapshot(), 'a dry run')


@NO_SWITCH
def test_match_takes_names_ids_and_instances(lab):
    for n in (1, 2, 3):
        stale.port(lab, n)
        stale.qbr(lab, n)
    assert len(found(look(lab))) == 6
    assert found(look(lab, '--match=qbr*')) == {('hybrid-bridge', device(n, 'qbr'))
                                                for n in (1, 2, 3)}
    one = {('port', device(2))}
    assert found(look(lab, '--match=' + device(2))) == one
    assert found(look(lab, '--match=' + vif_id(2))) == one
    assert found(look(lab, '--match=%s*' % instance_id(2)[:20])) == one
    assert look(lab, '--match=tap').json == {'stale': []}
    assert found(remove(lab, '--match=' + device(2)), 'removed') == one
    assert len(found(look(lab))) == 5


@pytest.mark.alone
@pytest.mark.parametrize('wait', ['none', 'vswitchd', 'ovn', 'ml2'])
def test_switch_is_waited_for(lab, wait):
    """No agent removes anything: with ovn and ml2, too, ovs-vswitchd is waited for."""
    KINDS['hybrid-port'](lab, 1)
    lab.settle()
    lab.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)
    try:
        done = remove(lab, '--wait=' + wait, '--timeout=5', status=None)
    finally:
        lab.processes['ovs-vswitchd'].send_signal(signal.SIGCONT)
    [one] = done.json['stale']
    assert one['state'] == ('removed' if wait == 'none' else 'failed')
    assert ('ovs-vswitchd has not taken up the change' in done.err) == (wait != 'none')
    assert not lab.db.row('Port', device(1, 'qvo'))


@NO_SWITCH
def test_who_looks_for_a_guest_is_none(lab):
    """The instance stands in the command lines of vifctl and of the shell that started it."""
    stale.port(lab, 1)
    shell = ('sh', '-c', '"$@"; exit $?', 'sh')
    done = look(lab, '--match=' + instance_id(1), prefix=shell)
    assert found(done) == {('port', device(1))}


# ---------------------------------------------------------------------- what is left alone

PORTS = sorted(kind for kind in KINDS if kind.endswith('port') or kind == 'per-port-bridge')


@NO_SWITCH
@pytest.mark.parametrize('kind', PORTS)
def test_port_of_a_guest_that_runs(lab, kind):
    name = KINDS[kind](lab, 1)
    before = lab.snapshot()
    with guest(lab, 1):
        assert remove(lab).json == {'stale': []}
        assert_same(before, lab.snapshot())
    assert found(look(lab)) == {(kind, name)}


@pytest.mark.alone   # how old rows are, a vifd with CAP_NET_ADMIN alone cannot see
@NO_SWITCH
@EACH_KIND
def test_young_one(lab, kind):
    """With the default grace nothing that was made just now is removed; -v shows it."""
    KINDS[kind](lab, 1)
    before = lab.snapshot()
    [one] = look(lab, '--yes', grace=600).json['stale']
    assert one['state'] == 'kept' and one['age'] < 60
    assert 's old, younger than the grace period' in one['reason']
    assert lab.vifctl('prune', options=['--yes']).out == (
        '1 not shown: younger than the grace period (-v shows them)\n')
    assert 'younger than the grace period' in lab.vifctl('prune', options=['-v']).out
    assert_same(before, lab.snapshot())


FOREIGN = {
    'ovs-cni': {'contIface': 'net1', 'contNetns': '/var/run/netns/x'},
    'another key': {'owner': 'me'},
    'no vm-uuid': {'vm-uuid': None},
    'no attached-mac': {'attached-mac': None},
    'no iface-id': {'iface-id': None},
    'an iface-id that is none of nova': {'iface-id': 'web-1_eth0'},
    'a vm-uuid that is none': {'vm-uuid': 'pod-7'},
}


@NO_SWITCH
@pytest.mark.parametrize('what', sorted(FOREIGN))
def test_port_with_marks_of_another_owner(lab, what):
    marks = {key: value for key, value in {**ids(1), **FOREIGN[what]}.items() if value}
    add_port(lab, device(1), marks)
    assert remove(lab).json == {'stale': []}
    assert lab.db.row('Port', device(1))


@NO_SWITCH
def test_rows_with_marks_of_another_owner(lab):
    stale.port(lab, 1)
    lab.vsctl('set', 'Port', device(1), 'external_ids:contNetns=/run/netns/x')
    stale.per_port_bridge(lab, 2)
    lab.vsctl('set', 'Bridge', device(2, 'pb'), 'external_ids:who=me')
    stale.per_port_bridge(lab, 3)
    lab.vsctl('add-port', device(3, 'pb'), 'other', '--', 'set', 'Interface', 'other',
              'type=internal')
    stale.add_qos(lab, qos_id(device(4)), who='me')
    stale.add_qos(lab, vif_id(5))                   # a UUID, but not of os-vif's
    lab.vsctl('--', '--id=@q', 'create', 'QoS', 'type=linux-htb', 'external_ids:id=x')
    before = lab.snapshot()
    assert remove(lab).json == {'stale': []}
    assert_same(before, lab.snapshot())


def bond(lab):
    """A port of two interfaces."""
    lab.vsctl('add-bond', 'br-int', device(1), device(2), device(3), '--', 'set', 'Interface',
              device(2), *stale.column('external_ids', ids(2)))


def enslaved(lab):
    stale.hybrid_links(lab, 1)
    stale.tap(lab, 2, alias='')
    lab.ip('link', 'set', device(2), 'master', device(1, 'qbr'))


def renamed_peer(lab):
    stale.veth(lab, 1)
    lab.ip('link', 'set', device(1, 'qvo'), 'name', 'uplink')


def on_another_bridge(lab):
    stale.veth(lab, 1)
    lab.ip('link', 'add', 'br0', 'type', 'bridge')
    lab.ip('link', 'set', device(1, 'qvo'), 'master', 'br0')


def other_alias(lab):
    for n, alias in ((1, 'of the lab'), (2, 'vif ' + vif_id(3))):
        stale.qbr(lab, n)
        lab.ip('link', 'set', device(n, 'qbr'), 'alias', alias)
    stale.tap(lab, 4, alias='')
    stale.tap(lab, 5, alias='vif five')


def other_kind(lab):
    lab.ip('tuntap', 'add', device(1, 'qbr'), 'mode', 'tap')
    lab.ip('link', 'add', device(2, 'qvo'), 'type', 'bridge')
    lab.ip('link', 'add', 'qbrother', 'type', 'bridge')


def with_port(lab):
    """Links whose port is there, whatever state it is in."""
    stale.hybrid_links(lab, 1)
    add_port(lab, device(1, 'qvo'), {})
    stale.tap(lab, 2)
    add_port(lab, device(2), {})
    stale.tap(lab, 3)
    add_port(lab, 'elsewhere', ids(3), ofport=7)


def in_use_by_id(lab):
    """A bridge of another name is one only when nothing else bears its VIF's id."""
    lab.ip('link', 'add', 'mybridge', 'type', 'bridge')
    lab.ip('link', 'set', 'mybridge', 'alias', 'vif ' + vif_id(1))
    add_port(lab, device(1), {'iface-id': vif_id(1)}, ofport=0)


def device_is_there(lab):
    """ovs-vswitchd cannot make the port, though the device exists."""
    stale.port(lab, 1)
    lab.ip('tuntap', 'add', device(1), 'mode', 'tap')


def not_judged_yet(lab):
    """ovs-vswitchd has said nothing of the port, or has made it."""
    add_port(lab, device(1), ids(1), ofport=0)
    add_port(lab, device(2), ids(2), ofport=7)


def socket_is_there(lab):
    name = stale.vhost_user_port(lab, 1)
    lab.run('touch', '/run/' + name)


def guest_is_connected(lab):
    """Its socket is out of our sight, but ovs-vswitchd sees the guest."""
    lab.vsctl('set', 'Interface', stale.vhost_user_port(lab, 1), 'link_state=up')


def peer_is_there(lab):
    stale.patch_port(lab, 1)
    add_port(lab, 'pbp' + vif_id(1), {}, 'patch', options={'peer': 'ibp' + vif_id(1)})


def tap_is_there(lab):
    stale.per_port_bridge(lab, 1)
    lab.ip('tuntap', 'add', device(1), 'mode', 'tap')


def qos_in_use(lab):
    row = stale.qos(lab, 1)
    add_port(lab, 'some-port', {}, ofport=0)
    lab.vsctl('set', 'Port', 'some-port', 'qos=' + row)


NEAR = [bond, enslaved, renamed_peer, on_another_bridge, other_alias, other_kind, with_port,
        in_use_by_id, device_is_there, not_judged_yet, socket_is_there, guest_is_connected,
        peer_is_there, tap_is_there, qos_in_use]


@NO_SWITCH
@pytest.mark.parametrize('make', NEAR, ids=lambda make: make.__name__)
def test_what_is_only_like_one(lab, make):
    make(lab)
    before = lab.snapshot()
    assert remove(lab).json == {'stale': []}
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_tap_with_a_reader(lab):
    """Whether it is up or not; when the reader ends, it is a leftover."""
    stale.tap(lab, 1)
    lab.ip('link', 'set', device(1), 'up')
    reader = lab.guest(device(1), '192.0.2.1', mac(1))
    for state in ('up', 'down'):
        lab.ip('link', 'set', device(1), state)
        assert remove(lab).json == {'stale': []}
    reader.wire.end()
    assert found(look(lab)) == {('tap', device(1))}


@NO_SWITCH
def test_veth_that_leads_into_a_container(lab):
    stale.veth(lab, 1)
    container = Holder('unshare', '--net', 'sh', '-c', 'echo ready; exec cat')
    try:
        lab.ip('link', 'set', device(1, 'qvo'), 'netns', str(container.process.pid))
        assert remove(lab).json == {'stale': []}
        assert device(1, 'qvb') in lab.links()
    finally:
        container.end()


@NO_SWITCH
def test_libvirts_port_is_shown_and_left(lab):
    stale.libvirt_port(lab, 1)
    before = lab.snapshot()
    [one] = remove(lab).json['stale']
    assert (one['kind'], one['name'], one['state']) == ('libvirt-port', 'vnet1', 'kept')
    assert one['reason'].endswith('not removed: libvirt made it')
    assert_same(before, lab.snapshot())
    with guest(lab, 1):
        assert look(lab).json == {'stale': []}
