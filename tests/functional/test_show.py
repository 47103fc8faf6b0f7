# SPDX-License-Identifier: Apache-2.0
"""vifctl show: the wiring of a VIF as a tree and as JSON, by file and by ID."""
import json
import re
import socket

import pytest

from lab import wait_until
from nic import hostdev_vif, nic_with_vf3, pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, ovs_vif, vif_id
from watch import traced

NO_SWITCH = pytest.mark.lab(vswitchd=False)
OWN_BRIDGE = '[os_vif_ovs]\nper_port_bridge = true\n'


def way(drawing, vif=0):
    """[(kind, name, state)] of the parts a frame of the guest goes through; None: not joined."""
    at, found = drawing['vifs'][vif]['first'], []
    while True:
        part = drawing['parts'][at]
        found.append((part['kind'], part['name'], part['state']))
        edges = [e for e in drawing['edges'] if e['from'] == at]
        if not edges:
            return found
        if edges[0]['missing']:
            found.append(None)
        at = edges[0]['to']


def show(lab, *what, **arguments):
    options = [*arguments.pop('options', ()), '--json']
    return lab.vifctl('show', *what, options=options, **arguments).json


def attributes(drawing, kind, name):
    found = [p for p in drawing['parts'] if (p['kind'], p['name']) == (kind, name)]
    assert len(found) == 1, drawing
    return found[0]['attributes']


def tree(lab, *what, prefix=(), **arguments):
    """The text with all counters at 0 and made-up addresses as MAC."""
    text = lab.vifctl('show', *what, prefix=prefix, **arguments).out
    text = re.sub(r'(rx|tx) \d+ packets \d+ bytes( \d+ (errors|dropped))*', r'\1', text)
    return re.sub(r'address (?!fa:16)[0-9a-f:]{17}', 'address MAC', text)


# ---------------------------------------------------------------------- every type

def test_tap_of_a_running_guest(lab):
    doc = ovs_vif(1, create_tap=True)
    lab.plug(doc)
    lab.guest(device(1), '10.0.0.1', mac(1))
    lab.settle()
    expected = '''\
VIF 00000001-0001-4000-8000-000000000001  VIFOpenVSwitch  plugged
│  instance 00000001-0000-4000-9000-000000000001  address fa:16:3e:00:00:01
└─ tap00000001-00  tap  up
   │  mtu 1500, address fa:16:3e:00:00:01, promiscuous, owner this VIF
   │  rx, tx
   └─ tap00000001-00  port  up  ofport 1
      │  qos linux-noop, mtu 1500, iface_id this VIF, iface_status active,
      │  attached_mac this address, vm_uuid this instance
      │  rx, tx
      └─ br-int  Open vSwitch bridge  up  datapath_type netdev
            ports 2
'''.replace('00000001-0000-4000-9000-000000000001', instance_id(1))
    assert tree(lab, doc) == expected
    for name in (vif_id(1), vif_id(1).upper(), device(1)):
        assert tree(lab, name) == expected
    in_json = attributes(show(lab, doc), 'tap', device(1))
    sent = json.loads(lab.ip('-j', '-s', 'link', 'show', device(1)))[0]['stats64']['rx']
    assert 0 < in_json['rx_packets'] <= sent['packets'] and in_json['rx_bytes'] <= sent['bytes']
    assert in_json['mtu'] == 1500 and in_json['owner'] == vif_id(1)


def test_hybrid_with_the_tag_of_an_agent(lab):
    doc = hybrid_vif(3)
    lab.plug(doc)
    qbr, qvb, qvo, tap = (device(3, p) for p in ('qbr', 'qvb', 'qvo', 'tap'))
    lab.ip('tuntap', 'add', tap, 'mode', 'tap')
    lab.ip('link', 'set', tap, 'master', qbr, 'up')
    lab.vsctl('set', 'Port', qvo, 'tag=5')
    lab.settle()
    text = tree(lab, doc)
    # The lines of the bridge are broken by the length of its address.
    flat = re.sub(r',\n      │  (owner|mcast)', r', \1', text)
    assert flat.replace('mcast_snooping 0, owner this VIF', 'and so on') == '''\
VIF 00000003-0003-4000-8000-000000000003  VIFBridge  plugged
│  instance 00000003-0000-4000-9000-000000000003  address fa:16:3e:00:00:03
└─ tap00000003-00  tap  up, no carrier: no process has it open
   │  mtu 1500, address MAC, promiscuous
   │  rx, tx
   └─ qbr00000003-00  Linux bridge  up
      │  mtu 1500, address MAC, ageing_time 0, forward_delay 0, stp_state 0, and so on
      │  rx, tx
      └─ qvb00000003-00  veth  up
         │  mtu 1500, address MAC, promiscuous, owner this VIF
         │  rx, tx
         ╘═ qvo00000003-00  veth  up
            │  mtu 1500, address MAC, promiscuous, owner this VIF
            │  rx, tx
            └─ qvo00000003-00  port  up  ofport 1  tag 5
               │  qos linux-noop, mtu 1500, iface_id this VIF, iface_status active,
               │  attached_mac this address, vm_uuid this instance
               │  rx, tx
               └─ br-int  Open vSwitch bridge  up  datapath_type netdev
                     ports 2
'''.replace('00000003-0000-4000-9000-000000000003', instance_id(3))
    for name in (doc, vif_id(3), qbr, qvb, qvo, tap):
        assert tree(lab, name) == text


def listen(lab, path):
    """A program of the lab's host that listens there, as a hypervisor does."""
    lab.start('listener', 'python3', '-c', 'import socket, sys, time; '
              's = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); '
              'time.sleep(600)', path)
    wait_until(lambda: path in lab.run('cat', '/proc/net/unix').stdout, what='someone listens')


@NO_SWITCH
def test_every_other_type_by_file_and_by_id(lab):
    nic = nic_with_vf3(lab)
    own = lab.config(OWN_BRIDGE)
    patches = ['p'.join((one, vif_id(4))) for one in ('pb', 'ib')]
    cases = [
        (ovs_vif(4, create_tap=True), [own], vif_id(4), [
            ('tap', device(4), 'no-carrier'), ('port', device(4), 'pending'),
            ('bridge', device(4, 'pb'), 'pending'), ('patch', patches[0], 'pending'),
            ('patch', patches[1], 'pending')]),
        (vhostuser_vif(7, path=lab.path('vhu7')), [], device(7, 'vhu'), [
            ('vhost-user', lab.path('vhu7'), 'listening'), ('port', device(7, 'vhu'), 'pending')]),
        (vhostuser_vif(8, mode='client'), [], device(8, 'vhu'), [
            ('vhost-user', device(8, 'vhu'), ''), ('port', device(8, 'vhu'), 'pending')]),
        (hostdev_vif(6, nic.vf(3)), [], 'rep3', [
            ('tap', 'rep3', 'no-carrier'), ('port', 'rep3', 'pending')]),
        (hostdev_vif(9, nic.vf(2), datapath_type='netdev'), [], vif_id(9), [
            ('representor', '0000:03:00.0,representor=[2]', ''),
            ('port', device(9, 'vfr'), 'pending')]),
    ]
    listen(lab, lab.path('vhu7'))
    for doc, options, name, expected in cases:
        nic.plug(doc, options=options)
        for what in (doc, name):
            assert way(show(lab, what, options=options)) == [
                *expected, ('bridge', 'br-int', 'pending')]


@NO_SWITCH
def test_socket_of_a_guest(lab):
    """There or not, with someone who listens or without; nobody is connected to."""
    pretend_dpdk(lab)
    path = lab.path('vhu1')
    doc = vhostuser_vif(1, path=path)
    lab.plug(doc)
    assert 'vhost-user socket  missing' in tree(lab, doc)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path)
        assert 'vhost-user socket  no process listens' in tree(lab, doc)
    drawing = show(lab, doc)
    assert attributes(drawing, 'vhost-user', path) == {'exists': 'yes', 'listening': 'no'}
    assert attributes(drawing, 'port', device(1, 'vhu'))['mtu_request'] == 1500
    lab.db.update('Interface', device(1, 'vhu'),
                  status=['map', [['status', 'connected'], ['mode', 'client']]])
    assert 'vhost-user socket  connected' in tree(lab, doc)


@NO_SWITCH
def test_other_plugins(lab):
    doc = hybrid_vif(1, plugin='noop')
    assert tree(lab, doc).splitlines()[::2] == ['VIF %s  VIFBridge' % vif_id(1),
                                                '   its plugin wires nothing']
    doc = hybrid_vif(1, plugin='linux_bridge', bridge_name='brq1')
    doc['vif']['network'].update(should_provide_bridge=True, bridge_interface='nic')
    lab.ip('link', 'add', 'nic', 'type', 'veth', 'peer', 'name', 'wire')
    assert show(lab, doc)['vifs'][0]['state'] == 'unplugged'
    lab.plug(doc)
    lab.ip('tuntap', 'add', device(1), 'mode', 'tap')
    assert way(show(lab, doc)) == [('tap', device(1), 'down'), None,
                                   ('linux-bridge', 'brq1', 'no-carrier'),
                                   ('veth', 'nic', 'no-carrier')]
    lab.ip('link', 'set', device(1), 'master', 'brq1')
    drawing = show(lab, doc)
    assert None not in way(drawing) and drawing['vifs'][0]['state'] == 'plugged'


# ---------------------------------------------------------------------- what is wrong

@NO_SWITCH
def test_missing_parts(lab):
    doc = hybrid_vif(3)
    qbr, qvb, qvo, tap = (device(3, p) for p in ('qbr', 'qvb', 'qvo', 'tap'))
    drawing = show(lab, doc)
    assert drawing['vifs'][0]['state'] == 'unplugged'
    assert way(drawing) == [
        ('tap', tap, 'missing'), None, ('linux-bridge', qbr, 'missing'), None,
        ('veth', qvb, 'missing'), None, ('veth', qvo, 'missing'), None, ('port', qvo, 'missing'),
        None, ('bridge', 'br-int', 'pending')]
    assert 'tap00000003-00  tap  missing\n   └┄ qbr' in tree(lab, doc)
    lab.plug(doc)
    lab.ip('link', 'set', qvb, 'nomaster')
    lab.ip('link', 'set', qvo, 'down')
    drawing = show(lab, vif_id(3))
    assert ('veth', qvo, 'down') in way(drawing) and way(drawing)[3] is None
    assert '└┄ qvb00000003-00  veth  up, no carrier  (not joined)\n' in tree(lab, vif_id(3))
    lab.ip('link', 'del', qvb)
    assert [one[2] for one in way(show(lab, vif_id(3))) if one][:4] == [
        'missing', 'no-carrier', 'missing', 'missing']
    lab.vsctl('--no-wait', 'del-port', qvo)
    drawing = show(lab, vif_id(3))
    assert drawing['vifs'][0]['state'] == 'unconnected' and drawing['vifs'][0]['id'] == vif_id(3)
    assert ('port', qvo, 'missing') in way(drawing)


@NO_SWITCH
def test_port_on_another_bridge(lab):
    doc = ovs_vif(1, create_tap=True)
    lab.plug(doc)
    lab.vsctl('add-br', 'br-b', '--', 'del-port', device(1), '--', 'add-port', 'br-b', device(1),
              '--', 'set', 'Interface', device(1), 'external_ids:iface-id=' + vif_id(1))
    text = tree(lab, doc)
    assert '├─ br-b  Open vSwitch bridge' in text
    assert '└┄ br-int  Open vSwitch bridge  pending: ovs-vswitchd has not taken it up' in text
    assert 'br-int' not in tree(lab, vif_id(1))


def test_error_of_ovs_vswitchd(lab):
    """A switch without DPDK cannot make a vhost-user port."""
    pretend_dpdk(lab)
    doc = vhostuser_vif(1)
    lab.plug(doc, options=['--wait=none'])
    lab.settle()
    said = lab.db.row('Interface', device(1, 'vhu'))['error']
    assert attributes(show(lab, doc), 'port', device(1, 'vhu'))['error'] == said
    text = tree(lab, doc)
    assert text.startswith('VIF %s  VIFVHostUser  failed\n' % vif_id(1))
    assert 'port  failed' in text and said in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_guest_has_yet_to_make_its_tap(lab):
    lab.plug(ovs_vif(1))
    text = tree(lab, vif_id(1))
    assert 'tap  missing' in text and 'port  waiting for its network device\n' in text


@NO_SWITCH
def test_what_only_people_want_to_see(lab):
    lab.plug(ovs_vif(1, create_tap=True), options=[
        lab.config('[os_vif_ovs]\ndefault_qos_type = linux-htb\n')])
    lab.db.update('Port', device(1), vlan_mode='trunk', trunks=['set', [7, 4095]], tag=9)
    lab.db.update('Bridge', 'br-int', fail_mode='secure')
    lab.vsctl('set', 'Interface', device(1), 'external_ids:ovn-installed=true', 'mtu_request=1400')
    drawing = show(lab, device(1))
    port = attributes(drawing, 'port', device(1))
    assert (port['tag'], port['vlan_mode'], port['trunks'], port['qos'], port['ovn_installed'],
            port['mtu_request']) == (9, 'trunk', '7, 4095', 'linux-htb', 'true', 1400)
    assert attributes(drawing, 'bridge', 'br-int') == {
        'datapath_type': 'netdev', 'fail_mode': 'secure', 'ports': 2}
    assert 'tag 9  vlan_mode trunk  trunks 7, 4095\n' in tree(lab, device(1))


# ---------------------------------------------------------------------- which VIF

@NO_SWITCH
def test_plugged_by_hand(lab):
    lab.ip('link', 'add', 'mine', 'type', 'veth', 'peer', 'name', 'theirs')
    lab.vsctl('add-port', 'br-int', 'mine', '--', 'set', 'Interface', 'mine',
              'external_ids:iface-id=lsp-1', '--', 'add-port', 'br-int', 'inner', '--', 'set',
              'Interface', 'inner', 'type=internal', 'external_ids:iface-id=lsp-2')
    for name in ('lsp-1', 'mine', 'theirs'):
        assert way(show(lab, name)) == [
            ('veth', 'theirs', 'down'), ('veth', 'mine', 'down'), ('port', 'mine', 'pending'),
            ('bridge', 'br-int', 'pending')]
    assert way(show(lab, 'lsp-2')) == [('port', 'inner', 'pending'),
                                       ('bridge', 'br-int', 'pending')]


@NO_SWITCH
def test_not_found_and_ambiguous(lab):
    before = lab.snapshot()
    for name in ('nosuch', vif_id(5), 'br-int', 'lo', 'vif.json'):
        failed = lab.vifctl('show', name, status=3)
        assert failed.line() == (
            'vifctl: show %s: no VIF, port or network device of a VIF has this id or name, and '
            'there is no such file' % name)
        assert failed.out == ''
    assert show(lab, 'nosuch', status=3)['vifs'][0]['error']['kind'] == 'NotFound'
    assert_same(before, lab.snapshot())
    for name in 'ab':
        lab.vsctl('add-port', 'br-int', name, '--', 'set', 'Interface', name,
                  'external_ids:iface-id=twice')
    line = lab.vifctl('show', 'twice', status=3).line()
    assert 'ambiguous, matches ports a and b; name one' in line
    assert ('port', 'b', 'waiting') in way(show(lab, 'b'))


@NO_SWITCH
def test_files_and_ids_together(lab):
    lab.plug(ovs_vif(1, create_tap=True), ovs_vif(2, create_tap=True))
    bad = lab.write('bad.json', '{"vif": {"type": "VIFBridge"}}')
    done = lab.vifctl('show', ovs_vif(1, create_tap=True), bad, device(2), 'nosuch', status=3)
    assert re.findall('^VIF (.*?) ', done.out, re.MULTILINE) == [vif_id(1), vif_id(2)]
    assert len(done.err.splitlines()) == 2 and 'bad.json' in done.err and 'nosuch' in done.err
    assert lab.vifctl('show', bad, status=2).line()
    both = [ovs_vif(1, create_tap=True), ovs_vif(2, create_tap=True)]
    done = lab.vifctl('show', '-', stdin=json.dumps(both))
    assert done.out.count('VIF 0000') == 2
    # A file of this name comes before the device.
    lab.write(device(2), ovs_vif(1, create_tap=True))
    assert lab.vifctl('show', device(2), cwd=lab.dir).out.startswith('VIF ' + vif_id(1))


@NO_SWITCH
def test_same_vif_twice(lab):
    doc = hybrid_vif(3)
    lab.plug(doc)
    one = tree(lab, doc)
    assert tree(lab, doc, doc) == tree(lab, vif_id(3), vif_id(3)) == one + '\n' + one


def test_usage_and_unreachable(shared_lab):
    assert 'no FILE or ID given' in shared_lab.vifctl('show', status=2).line()
    assert '/nonexistent' in shared_lab.vifctl(
        'show', 'x', status=4, ovsdb='unix:/nonexistent').line()


# ---------------------------------------------------------------------- how it is said

# ---------------------------------------------------------------------- what it does

@NO_SWITCH
def test_changes_nothing(lab, proxy):
    doc = hybrid_vif(3)
    lab.plug(doc)
    before = lab.snapshot()
    proxy.clear()
    for what in ((doc, hybrid_vif(4)), (vif_id(3),)):
        _, changes = traced(lab, 'show', *what)
        assert not changes
    assert proxy.transacts and not proxy.commits
    assert len(proxy.transacts) == 2, 'one request each'
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_plug_does_not_ask_for_what_is_only_shown(lab, proxy):
    lab.plug(hybrid_vif(3))
    asked = {column for request in proxy.transacts for op in request.operations
             for column in op.get('columns', ())}
    assert 'ofport' in asked
    assert not asked & {'statistics', 'status', 'link_state', 'tag', 'trunks', 'fail_mode'}


def test_instance_of_the_file_is_shown_before_it_is_plugged(shared_lab):
    drawing = show(shared_lab, ovs_vif(1, create_tap=True))
    assert drawing['vifs'][0]['instance'] == instance_id(1)
    assert ('guest', instance_id(1)) in [(p['kind'], p['name']) for p in drawing['parts']]
