# SPDX-License-Identifier: Apache-2.0
"""The framework itself: its hosts are private, its eyes are open.  Uses ovs-vsctl and ip only."""
import json
import os

import pytest

from lab import NOBODY
from ovsdb import Ovsdb
from state import differences
from vifs import edited, hybrid_vif, mac, ovs_vif, versioned
from watch import Changes, strace


def test_host_of_a_test_is_not_the_machine(lab):
    names = set(lab.links())
    assert 'lo' in names and 'eth0' not in names
    for kind in ('net', 'mnt'):
        mine = os.readlink('/proc/self/ns/' + kind)
        assert lab.run('readlink', '/proc/self/ns/' + kind).stdout.strip() != mine
    lab.run('sh', '-c', 'mkdir -p /etc/vifd && touch /run/x /etc/vifd/only-here')
    assert not os.path.exists('/run/x') and not os.path.exists('/etc/vifd/only-here')


def test_a_lab_that_ends_leaves_no_process_and_no_file(lab):
    holder = lab.holder.process.pid
    with type(lab)(vswitchd=False) as other:
        directory, pids = other.dir, [p.pid for p in other.processes.values()]
        assert pids and other.holder.process.pid != holder
    assert not os.path.exists(directory)
    assert not any(os.path.exists('/proc/%d' % pid) for pid in pids)


@pytest.mark.lab(bridge='br-ex')
def test_snapshot_sees_rows_links_and_sysctls(lab):
    before = lab.snapshot()
    assert differences(before, lab.snapshot()) == []
    lab.ip('link', 'add', 'qvo1', 'mtu', '1400', 'type', 'veth', 'peer', 'name', 'qvb1')
    lab.ip('link', 'set', 'qvo1', 'up', 'promisc', 'on', 'alias', 'vif x')
    lab.vsctl('add-port', 'br-ex', 'qvo1', 'tag=7', '--', 'set', 'Interface', 'qvo1',
              'external_ids:iface-id=one', '--', '--id=@q', 'create', 'QoS', 'type=linux-noop',
              'external_ids:id=q1', '--', 'set', 'Port', 'qvo1', 'qos=@q')
    after = lab.snapshot()
    text = '\n'.join(differences(before, after))
    for part in ('/links/qvo1: new', '/database/Port/qvo1: new', '/database/QoS', 'qvb1',
                 '/sysctls/qvo1'):
        assert part in text, text
    assert after['links']['qvo1']['alias'] == 'vif x' and after['links']['qvo1']['promisc']
    assert after['links']['qvo1']['peer'] == 'qvb1'
    assert after['database']['Port']['qvo1']['tag'] == 7
    lab.vsctl('clear', 'Port', 'qvo1', 'qos')
    lab.vsctl('del-port', 'qvo1', '--', '--all', 'destroy', 'QoS')
    lab.ip('link', 'del', 'qvo1')
    assert differences(before, lab.snapshot()) == []


@pytest.mark.lab(vswitchd=False)
def test_proxy_counts_requests_and_writes(lab, proxy):
    db = Ovsdb(proxy.path)
    db.select('Port')
    db.transact({'op': 'insert', 'table': 'QoS', 'row': {'type': 'linux-noop'}})
    db.close()
    assert [r.is_commit for r in proxy.transacts] == [False, True]
    assert len(proxy.requests) == 2 and proxy.connections == 1


@pytest.mark.lab(vswitchd=False)
@pytest.mark.parametrize('action, carried_out', [('drop-before', False), ('drop-after', True)])
def test_proxy_loses_a_request_or_its_answer(lab, proxy, action, carried_out):
    proxy.misbehave(action, n=2)
    db = Ovsdb(proxy.path)
    bridges = len(lab.db.select('Bridge'))
    insert = [{'op': 'insert', 'table': 'Bridge', 'row': {'name': 'b'}, 'uuid-name': 'b'},
              {'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
               'mutations': [['bridges', 'insert', ['set', [['named-uuid', 'b']]]]]}]
    db.transact({'op': 'comment', 'comment': 'no write'}, {'op': 'insert', 'table': 'QoS',
                                                           'row': {'type': 'x'}})
    with pytest.raises((EOFError, OSError)):
        db.transact(*insert)
    db.close()
    assert len(lab.db.select('Bridge')) == bridges + carried_out


def test_strace_shows_changes_and_only_those(lab):
    log = lab.path('log')

    def changes(*argv):
        lab.run(*strace(log), *argv)
        with open(log) as f:
            return Changes(f.read())

    assert not changes('ip', 'neigh', 'show')
    assert 'RTM_NEWLINK' in changes('ip', 'link', 'add', 'd0', 'type', 'bridge').netlink
    assert 'RTM_DELLINK' in changes('ip', 'link', 'del', 'd0').netlink
    assert changes('ip', 'tuntap', 'add', 't0', 'mode', 'tap').tun == ['TUNSETIFF',
                                                                       'TUNSETPERSIST']
    path = '/proc/sys/net/ipv4/conf/t0/arp_ignore'
    assert changes('sh', '-c', 'echo 1 > ' + path).files == [path]


def test_guests_ping_across_the_switch_and_nowhere_else(lab):
    for n in (1, 2):
        tap = 'tap%d' % n
        lab.ip('tuntap', 'add', tap, 'mode', 'tap')
        lab.ip('link', 'set', tap, 'up')
        lab.vsctl('add-port', 'br-int', tap)
        lab.shield(tap)
    one, two = (lab.guest('tap%d' % n, '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    before = lab.port_frames('tap2')
    assert one.pings(two)
    after = lab.port_frames('tap2')
    assert after[0] > before[0] and after[1] > before[1]
    lab.ofctl('add-flow', 'br-int', 'priority=100,icmp,actions=drop')
    assert not one.pings(two, count=1)
    lab.ofctl('del-flows', '--strict', 'br-int', 'priority=100,icmp')
    assert one.pings(two)


def test_documents_come_in_both_forms():
    for doc in (ovs_vif(3, create_tap=True), hybrid_vif(3)):
        wire = versioned(doc)
        assert wire['vif']['versioned_object.name'] == doc['vif']['type']
        data = wire['vif']['versioned_object.data']
        assert data['network']['versioned_object.version'] == '1.1'
        for form in (doc, wire):
            assert json.dumps(edited(form, 'vif/network/mtu', 'big')).count('"big"') == 1
            assert '"mtu": 1500' not in json.dumps(edited(form, 'vif/network/mtu'))
    assert len(ovs_vif(3)['vif']['vif_name']) == 14


def test_ordinary_user_has_no_rights_on_the_host(lab):
    done = lab.run(*NOBODY, 'ip', 'link', 'add', 'd0', 'type', 'bridge', check=False)
    assert done.returncode != 0
    assert 'd0' not in lab.links()
