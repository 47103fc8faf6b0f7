# SPDX-License-Identifier: Apache-2.0
"""VIFOpenVSwitch: the guest's tap is a port of the integration bridge."""
import itertools
import os
import re
import subprocess

import pytest

from lab import end, wait_until
from state import assert_same
from vifs import device, instance_id, mac, ovs_vif, versioned, vif_id
from watch import traced

BOTH_FORMS = pytest.mark.parametrize('form', [lambda doc: doc, versioned],
                                     ids=['plain', 'versioned'])
NO_SWITCH = pytest.mark.lab(vswitchd=False)
NO_BRIDGE = pytest.mark.lab(vswitchd=False, bridge=None)
TAP = device(1)


def port(lab, name=TAP):
    return lab.snapshot()['database']['Port'].get(name)


def interface(lab, name=TAP):
    return lab.snapshot()['database']['Interface'].get(name)


@BOTH_FORMS
def test_plug_makes_a_port_that_works_and_unplug_takes_it_away(lab, form):
    before = lab.snapshot()
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    result = lab.plug(form(ovs_vif(1)), options=['--json']).result
    assert result['id'] == vif_id(1) and result['name'] == TAP
    assert result['state'] == 'plugged' and result['changed'] is True
    assert result['ofport'] == lab.db.row('Interface', TAP)['ofport'] > 0
    assert lab.vsctl('port-to-br', TAP).strip() == 'br-int'
    assert interface(lab)['external_ids'] == {
        'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1),
        'vm-uuid': instance_id(1)}
    result = lab.unplug(form(ovs_vif(1)), options=['--json']).result
    assert result['state'] == 'unplugged' and result['changed'] is True
    assert_same(before, lab.snapshot(), 'unplug leaves what was there before')


def test_person_reads_one_line_for_each_vif(lab):
    done = lab.plug(ovs_vif(1, create_tap=True))
    assert re.fullmatch(r'plugged %s %s on br-int \(port \d+\)\n' % (vif_id(1), TAP), done.out)
    assert done.err == ''
    done = lab.unplug(ovs_vif(1, create_tap=True))
    assert re.fullmatch(r'unplugged %s %s.*\n' % (vif_id(1), TAP), done.out)


def test_second_plug_says_that_nothing_changed(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    plugged = lab.snapshot()
    again = lab.plug(ovs_vif(1, create_tap=True), options=['--json']).result
    assert again['state'] == 'plugged' and again['changed'] is False
    assert_same(plugged, lab.snapshot())


def test_second_unplug_says_that_nothing_changed(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1, create_tap=True))
    lab.unplug(ovs_vif(1, create_tap=True))
    again = lab.unplug(ovs_vif(1, create_tap=True), options=['--json']).result
    assert again['state'] == 'unplugged' and again['changed'] is False
    assert_same(before, lab.snapshot())


def test_guest_device_that_comes_later_is_waited_for_and_then_works(lab):
    result = lab.plug(ovs_vif(1), options=['--json']).result
    assert result['state'] == 'waiting'
    assert result['note'] == 'waiting for its network device'
    assert 'waiting for its network device' in lab.plug(ovs_vif(1)).out
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    wait_until(lambda: (lab.db.row('Interface', TAP)['ofport'] or 0) > 0, what='an ofport')
    result = lab.plug(ovs_vif(1), options=['--json']).result
    assert result['state'] == 'plugged' and result['ofport'] > 0


def test_device_that_is_deleted_and_made_again_has_its_port_mended(lab):
    doc = ovs_vif(1, create_tap=True)
    before = lab.snapshot()
    lab.plug(doc)
    lab.ip('link', 'del', TAP)
    lab.settle()
    result = lab.plug(doc, options=['--json']).result
    assert result['state'] == 'plugged' and result['changed'] is True and result['ofport'] > 0
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_without_create_port_only_the_bridge_is_ensured(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1, create_port=False))
    assert_same(before, lab.snapshot())


@NO_BRIDGE
def test_bridge_that_is_missing_is_made_with_datapath_system(lab):
    lab.plug(ovs_vif(1, create_port=False))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'system'
    assert interface(lab, 'br-int')['type'] == 'internal'


@NO_BRIDGE
def test_bridge_gets_the_datapath_of_the_profile(lab):
    lab.plug(ovs_vif(1, datapath_type='netdev'))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'netdev'


@NO_SWITCH
def test_create_tap_makes_a_persistent_tap(lab):
    lab.plug(ovs_vif(1, create_tap=True, mtu=1442))
    tap = lab.links()[TAP]
    assert tap['kind'] == 'tun' and tap['type'] == 'tap' and tap['persist']
    assert tap['up'] and tap['mtu'] == 1442 and tap['address'] == mac(1)
    assert tap['alias'] == 'vif ' + vif_id(1)
    assert 'multi_queue' not in tap
    assert interface(lab)['external_ids']['iface-id'] == vif_id(1)
    lab.unplug(ovs_vif(1, create_tap=True, mtu=1442))
    assert TAP not in lab.links() and port(lab) is None


def carrier(lab, name):
    """What a user sees of a device that waits for its guest, or has one."""
    files = ['/sys/class/net/%s/%s' % (name, what)
             for what in ('carrier', 'operstate', 'flags', 'carrier_changes')]
    addresses = lab.ip('-o', '-6', 'address', 'show', 'dev', name).splitlines()
    return (*lab.run('cat', *files).stdout.split(), len(addresses))


@NO_SWITCH
@pytest.mark.parametrize('queues', [False, True], ids=['one queue', 'many queues'])
def test_new_tap_has_a_carrier_only_while_a_guest_has_it_open(lab, queues):
    lab.ip('tuntap', 'add', 'tap-other', 'mode', 'tap', *(['multi_queue'] if queues else []))
    lab.ip('link', 'set', 'tap-other', 'up')
    with open(lab.path('monitor.out'), 'w') as out:
        monitor = subprocess.Popen((*lab.inside(), 'ip', '-o', 'monitor', 'link'), stdout=out)
    try:
        mtus = itertools.count(2000)
        wait_until(lambda: lab.ip('link', 'set', 'lo', 'mtu', str(next(mtus))) or
                   os.path.getsize(lab.path('monitor.out')), what='the monitor listens')
        lab.plug(ovs_vif(1, create_tap=True, multiqueue=queues))
        lab.ip('link', 'add', 'ovs-last', 'type', 'bridge')

        def seen():
            with open(lab.path('monitor.out')) as f:
                return f.read()
        wait_until(lambda: 'ovs-last' in seen(), what='the monitor has told all')
    finally:
        end(monitor)
    assert TAP in seen()
    assert not re.search(TAP + '.*LOWER_UP', seen()), 'no carrier that goes again'
    wait_until(lambda: carrier(lab, TAP)[:2] == ('0', 'down'), what='no carrier')
    assert carrier(lab, TAP) == carrier(lab, 'tap-other')
    guests = [lab.guest(TAP, '10.0.0.1', mac(1)), lab.guest('tap-other', '10.0.0.2', mac(2))]
    for name in (TAP, 'tap-other'):
        wait_until(lambda name=name: carrier(lab, name)[:2] == ('1', 'up'), what=name + ' has a carrier')
    for guest in guests:
        guest.wire.end()
    for name in (TAP, 'tap-other'):
        wait_until(lambda name=name: carrier(lab, name)[:2] == ('0', 'down'), what=name + ' has none')


@NO_SWITCH
def test_multiqueue_tap_has_many_queues(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1, create_tap=True, multiqueue=True))
    assert lab.links()[TAP]['multi_queue'] is True
    outcome, changes = traced(lab, 'plug', ovs_vif(1, create_tap=True, multiqueue=True))
    assert not changes
    lab.unplug(ovs_vif(1, create_tap=True, multiqueue=True))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_create_tap_without_create_port_makes_the_tap_alone(lab):
    before = lab.snapshot()
    doc = ovs_vif(1, create_port=False, create_tap=True)
    lab.plug(doc)
    assert lab.links()[TAP]['address'] == mac(1)
    assert port(lab) is None
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_tap_that_is_there_keeps_its_address_and_gets_the_mtu(lab):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.ip('link', 'set', TAP, 'address', '02:00:00:00:00:09')
    lab.plug(ovs_vif(1, create_tap=True, mtu=1400))
    tap = lab.links()[TAP]
    assert tap['address'] == '02:00:00:00:00:09' and tap['mtu'] == 1400


@NO_SWITCH
def test_device_that_is_there_gets_the_mtu_of_the_network(lab):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.plug(ovs_vif(1, mtu=9000))
    assert lab.links()[TAP]['mtu'] == 9000
    lab.plug(ovs_vif(1, mtu=1400))
    assert lab.links()[TAP]['mtu'] == 1400


@NO_SWITCH
@pytest.mark.parametrize('network, option, expected', [
    (None, 1500, 1500), (None, 1450, 1450), (1400, 1450, 1400), (0, 1450, 1450), (0, 0, 1280)])
def test_mtu_comes_from_network_then_option_and_0_leaves_it(lab, network, option, expected):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.ip('link', 'set', TAP, 'mtu', '1280')
    conf = lab.config('[os_vif_ovs]\nnetwork_device_mtu = %d\n' % option)
    lab.plug(ovs_vif(1, mtu=network), options=[conf])
    assert lab.links()[TAP]['mtu'] == expected
    assert 'mtu_request' not in interface(lab)


# ---------------------------------------------------------------- datapath type (no bridge flips)

@NO_SWITCH
def test_datapath_type_unset_leaves_the_bridge_as_it_is(lab):
    lab.db.update('Bridge', 'br-int', datapath_type='netdev')
    lab.plug(ovs_vif(1))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'netdev'


@NO_SWITCH
def test_datapath_type_of_an_empty_bridge_is_changed(lab):
    lab.db.update('Bridge', 'br-int', datapath_type='netdev')
    lab.plug(ovs_vif(1, datapath_type='system'))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'system'


@NO_SWITCH
def test_datapath_type_of_a_bridge_in_use_is_a_conflict(lab):
    lab.db.update('Bridge', 'br-int', datapath_type='netdev')
    lab.plug(ovs_vif(2))
    before = lab.snapshot()
    failed = lab.plug(ovs_vif(1, datapath_type='system', create_tap=True), status=3)
    assert 'br-int' in failed.line() and 'netdev' in failed.line()
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_empty_datapath_type_means_system(lab):
    lab.db.update('Bridge', 'br-int', datapath_type='')
    lab.plug(ovs_vif(2))
    lab.plug(ovs_vif(1, datapath_type='system'))


# ---------------------------------------------------------------- trunk bridge

@NO_SWITCH
def test_trunk_bridge_comes_with_its_port_and_goes_with_all_its_ports(lab):
    before = lab.snapshot()
    doc = ovs_vif(1, bridge='tbr-5f1c2b6a-3', create_tap=True)
    lab.plug(doc)
    assert lab.vsctl('port-to-br', TAP).strip() == 'tbr-5f1c2b6a-3'
    assert interface(lab)['external_ids']['bridge_name'] == 'tbr-5f1c2b6a-3'
    lab.vsctl('add-port', 'tbr-5f1c2b6a-3', 'spt-5f1c', '--', 'set', 'Interface', 'spt-5f1c',
              'type=patch', 'options:peer=spi-5f1c')
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- rows others write to as well

@NO_SWITCH
def test_words_of_others_stay_and_ours_are_mended(lab):
    lab.plug(ovs_vif(1))
    lab.vsctl('set', 'Interface', TAP, 'external_ids:ovn-installed=true',
              'external_ids:attached-mac=00:00:00:00:00:01', '--', 'remove', 'Interface', TAP,
              'external_ids', 'vm-uuid', '--', 'set', 'Port', TAP, 'other_config:tag=3')
    lab.plug(ovs_vif(1))
    assert interface(lab)['external_ids'] == {
        'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1),
        'vm-uuid': instance_id(1), 'ovn-installed': 'true'}
    assert port(lab)['other_config'] == {'tag': '3'}


@NO_SWITCH
def test_new_address_of_a_vif_is_written_by_the_next_plug(lab):
    lab.plug(ovs_vif(1))
    lab.plug(ovs_vif(1, address='fa:16:3e:ff:ff:01'))
    assert interface(lab)['external_ids']['attached-mac'] == 'fa:16:3e:ff:ff:01'


@NO_SWITCH
def test_other_settings_of_the_bridge_stay(lab):
    lab.vsctl('set', 'Bridge', 'br-int', 'fail_mode=secure', 'other_config:mac-table-size=50000',
              'protocols=[OpenFlow13,OpenFlow14]')
    before = lab.snapshot()
    lab.plug(ovs_vif(1, create_tap=True))
    lab.unplug(ovs_vif(1, create_tap=True))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_vif_name_of_15_characters_works(lab):
    before = lab.snapshot()
    doc = ovs_vif(1, vif_name='tap-15-characte', create_tap=True)
    lab.plug(doc)
    assert lab.links()['tap-15-characte']['up'] and port(lab, 'tap-15-characte')
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_unplug_removes_what_the_hybrid_way_left_behind(lab):
    before = lab.snapshot()
    lab.plug(ovs_vif(1))
    lab.ip('link', 'add', device(1, 'qbr'), 'type', 'bridge')
    lab.ip('link', 'add', device(1, 'qvb'), 'type', 'veth', 'peer', 'name', device(1, 'qvo'))
    lab.ip('link', 'set', device(1, 'qvb'), 'master', device(1, 'qbr'))
    lab.vsctl('add-port', 'br-int', device(1, 'qvo'), '--', 'set', 'Interface', device(1, 'qvo'),
              'external_ids:iface-id=' + vif_id(1))
    lab.unplug(ovs_vif(1))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_unplug_of_what_was_never_plugged_changes_nothing(lab):
    before = lab.snapshot()
    lab.unplug(ovs_vif(1, create_tap=True))
    assert_same(before, lab.snapshot())


def test_port_the_switch_cannot_make_is_not_reported_as_plugged(lab):
    lab.ip('link', 'add', TAP, 'type', 'veth', 'peer', 'name', 'other')
    lab.vsctl('add-br', 'br-two', '--', 'set', 'Bridge', 'br-two', 'datapath_type=nosuch')
    failed = lab.plug(ovs_vif(1, bridge='br-two'), options=['--timeout=5'], status=None)
    assert failed.status in (3, 6) and TAP in failed.line()
