# SPDX-License-Identifier: Apache-2.0
"""VIFVHostUser: a port of OVS-DPDK behind which is a guest.  The switch here has no DPDK."""
import pytest

from nic import pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import device, edited, instance_id, mac, versioned, vif_id
from watch import traced

NO_SWITCH = pytest.mark.lab(vswitchd=False)
NO_BRIDGE = pytest.mark.lab(vswitchd=False, bridge=None)
VHU = device(1, 'vhu')
SERVER, CLIENT = vhostuser_vif(1), vhostuser_vif(1, mode='client')
MODES = pytest.mark.parametrize('doc', [SERVER, CLIENT], ids=['server', 'client'])


@pytest.fixture(autouse=True)
def dpdk(lab):
    if not lab.with_vswitchd:
        pretend_dpdk(lab)


def interface(lab):
    return lab.snapshot()['database']['Interface'].get(VHU)


def refused(lab, doc, *words, verb='plug'):
    before = lab.snapshot()
    failed = lab.vifctl(verb, doc, status=2)
    for word in words:
        assert word in failed.line(), failed
    assert_same(before, lab.snapshot())


@NO_SWITCH
@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
@pytest.mark.parametrize('mode, kind, options', [
    ('client', 'dpdkvhostuser', None),
    ('server', 'dpdkvhostuserclient', {'vhost-server-path': '/run/vhu1'})])
def test_plug_and_unplug(lab, mode, kind, options, form):
    before = lab.snapshot()
    doc = form(vhostuser_vif(1, mode=mode, mtu=1442))
    result = lab.plug(doc, options=['--json']).result
    assert result['name'] == VHU and result['state'] == 'plugged' and result['changed'] is True
    row = interface(lab)
    assert row['type'] == kind and row.get('options') == options and row['mtu_request'] == 1442
    assert row['external_ids'] == {'iface-id': vif_id(1), 'iface-status': 'active',
                                   'attached-mac': mac(1), 'vm-uuid': instance_id(1)}
    assert lab.vsctl('port-to-br', VHU).strip() == 'br-int'
    lab.unplug(doc)
    assert_same(before, lab.snapshot(), 'unplug leaves what was there before')


@NO_SWITCH
def test_object_of_version_1_0_has_no_vif_name(lab):
    doc = edited(versioned(vhostuser_vif(1)), 'vif/vif_name')
    doc['vif']['versioned_object.version'] = '1.0'
    lab.plug(doc)
    assert interface(lab)['type'] == 'dpdkvhostuserclient'


@NO_SWITCH
def test_vif_name_is_not_the_name_of_the_port(lab):
    lab.plug(vhostuser_vif(1, vif_name='something'))
    assert interface(lab) and lab.db.row('Port', 'something') is None


@NO_BRIDGE
@pytest.mark.parametrize('datapath_type, expected', [(None, 'netdev'), ('netdev', 'netdev'),
                                                     ('system', 'system')])
def test_bridge_that_is_missing_is_made_for_userspace(lab, datapath_type, expected):
    lab.plug(vhostuser_vif(1, datapath_type=datapath_type))
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == expected


@NO_SWITCH
@MODES
def test_new_mtu_is_requested(lab, doc):
    lab.plug(doc)
    assert interface(lab)['mtu_request'] == 1500
    lab.plug(edited(doc, 'vif/network/mtu', 9000))
    assert interface(lab)['mtu_request'] == 9000


@NO_SWITCH
def test_mtu_of_0_requests_none(lab):
    conf = lab.config('[os_vif_ovs]\nnetwork_device_mtu = 0\n')
    lab.plug(vhostuser_vif(1, mtu=None), options=[conf])
    assert 'mtu_request' not in interface(lab)


@NO_SWITCH
@MODES
def test_isolated_and_without_qos(lab, doc):
    lab.plug(doc, options=[lab.config('[os_vif_ovs]\nisolate_vif = true\n')])
    port = lab.db.row('Port', VHU)
    assert (port['tag'], port['vlan_mode'], port['trunks']) == (4095, 'trunk', 4095)
    assert lab.db.select('QoS') == []


@NO_SWITCH
def test_trunk_bridge_goes_with_its_port(lab):
    before = lab.snapshot()
    doc = vhostuser_vif(1, bridge='tbr-5f1c2b6a-3')
    lab.plug(doc)
    assert interface(lab)['external_ids']['bridge_name'] == 'tbr-5f1c2b6a-3'
    lab.vsctl('add-port', 'tbr-5f1c2b6a-3', 'spt-5f1c', '--', 'set', 'Interface', 'spt-5f1c',
              'type=patch', 'options:peer=spi-5f1c')
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


@NO_SWITCH
@pytest.mark.parametrize('first, then', [(SERVER, CLIENT), (CLIENT, SERVER)],
                         ids=['to client', 'to server'])
def test_other_mode_leaves_nothing_of_the_first(lab, first, then):
    before = lab.snapshot()
    lab.plug(then)
    expected = lab.snapshot()
    lab.unplug(then)
    lab.plug(first)
    lab.vsctl('set', 'Interface', VHU, 'options:n_rxq=2')
    lab.plug(then)
    assert interface(lab)['options'].pop('n_rxq') == '2', 'the words of others stay'
    lab.vsctl('remove', 'Interface', VHU, 'options', 'n_rxq')
    assert_same(expected, lab.snapshot(), 'as if plugged in this mode at once')
    lab.unplug(first)
    assert_same(before, lab.snapshot(), 'unplug takes either')


@NO_SWITCH
def test_new_path_is_written(lab):
    lab.plug(SERVER)
    lab.plug(vhostuser_vif(1, path='/run/other'))
    assert interface(lab)['options'] == {'vhost-server-path': '/run/other'}


@NO_SWITCH
@MODES
def test_second_plug_writes_nothing(lab, proxy, doc):
    lab.plug(doc)
    proxy.clear()
    again, changes = traced(lab, 'plug', doc, options=['--json'])
    assert not changes and proxy.commits == [] and again.result['changed'] is False
    lab.unplug(doc)
    proxy.clear()
    again, changes = traced(lab, 'unplug', doc, options=['--json'])
    assert not changes and proxy.commits == [] and again.result['changed'] is False


def test_switch_without_dpdk_is_the_reason_and_everything_is_taken_back(lab):
    before = lab.snapshot()
    failed = lab.plug(SERVER, status=3, options=['--json'])
    assert failed.result['state'] == 'failed'
    *warnings, reason = failed.err.splitlines()
    assert VHU in reason and 'could not make port' in reason and 'DPDK' in reason
    assert all('warning' in line and 'DPDK' in line for line in warnings)
    assert_same(before, lab.snapshot(), 'a plug that failed leaves nothing')


def test_mode_the_switch_cannot_make_leaves_the_port_as_it_was(lab):
    lab.plug(CLIENT, options=['--wait=none'])
    before = lab.snapshot()
    failed = lab.plug(edited(SERVER, 'vif/network/mtu', 9000), status=3)
    assert 'DPDK' in failed.err
    assert_same(before, lab.snapshot(), 'a plug that failed changes nothing')


@NO_SWITCH
def test_switch_without_dpdk_is_a_warning_when_nobody_waits(lab):
    lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [],
                     'row': {'dpdk_initialized': False}})
    done = lab.plug(SERVER)
    assert 'warning' in done.line() and 'DPDK' in done.line() and VHU in done.line()
    assert interface(lab)


# ---------------------------------------------------------------- bad input

@NO_SWITCH
@pytest.mark.parametrize('path, words', [
    ('', ['path', 'empty']), ('run/vhu1', ['path', 'run/vhu1']), ('./x', ['path', './x']),
    ('/run/' + 'x' * 103, ['path', '108', '107'])], ids=['empty', 'relative', 'dot', 'too long'])
def test_path_no_socket_can_have(lab, path, words):
    refused(lab, vhostuser_vif(1, path=path), *words)


@NO_SWITCH
def test_path_of_107_bytes_is_as_long_as_a_socket_can_have(lab):
    path = '/run/' + 'x' * 102
    lab.plug(vhostuser_vif(1, path=path))
    assert interface(lab)['options'] == {'vhost-server-path': path}


@NO_SWITCH
@pytest.mark.parametrize('what', ['path', 'mode'])
def test_field_that_is_missing(lab, what):
    refused(lab, edited(SERVER, 'vif/' + what), what)


@NO_SWITCH
def test_mode_that_is_none(lab):
    refused(lab, vhostuser_vif(1, mode='both'), 'mode', 'both')


@NO_SWITCH
def test_create_tap_is_refused(lab):
    refused(lab, edited(SERVER, 'vif/port_profile/create_tap', True), 'create_tap')


@NO_SWITCH
def test_directory_that_is_missing_is_a_warning(lab):
    done = lab.plug(vhostuser_vif(1, path='/run/nosuch/vhu'))
    assert done.status == 0 and interface(lab)
    assert 'warning' in done.line() and '/run/nosuch' in done.line()
    lab.run('mkdir', '/run/nosuch')
    assert lab.plug(vhostuser_vif(1, path='/run/nosuch/vhu')).err == ''


@pytest.mark.alone
@NO_SWITCH
def test_path_of_client_mode_is_the_switchs_own_business(lab):
    assert lab.plug(vhostuser_vif(1, mode='client', path='')).err == ''
    assert interface(lab)['type'] == 'dpdkvhostuser'


@NO_SWITCH
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_port_of_another_vif_is_left(lab, verb):
    lab.vsctl('add-port', 'br-int', VHU, '--', 'set', 'Interface', VHU, 'type=dpdkvhostuser',
              'external_ids:iface-id=' + vif_id(9))
    before = lab.snapshot()
    failed = lab.vifctl(verb, SERVER, status=3)
    assert VHU in failed.line() and vif_id(9) in failed.line()
    assert_same(before, lab.snapshot())


def without_room_for_ports(schema):
    schema['tables']['Port']['maxRows'] = 1


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
@pytest.mark.parametrize('bridge', ['br-int', 'tbr-1'])
def test_refused_transaction_leaves_nothing(lab, bridge):
    before = lab.snapshot()
    failed = lab.plug(vhostuser_vif(1, bridge=bridge), status=3)
    assert 'maxRows' in failed.line() or 'rows' in failed.line()
    assert_same(before, lab.snapshot())
