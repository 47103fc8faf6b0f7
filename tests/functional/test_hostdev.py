# SPDX-License-Identifier: Apache-2.0
"""VIFHostDevice: the representor of a virtual function, a kernel link or a port of DPDK's."""
import pytest

from nic import SWITCH, Nic, hostdev_vif, nic_with_vf3
from state import assert_same
from vifs import instance_id, mac, qos_id, versioned, vif_id
from watch import traced

NO_SWITCH = pytest.mark.lab(vswitchd=False)
pytestmark = NO_SWITCH
NAME = 'tap-of-nova'


@pytest.fixture
def nic(lab):
    return nic_with_vf3(lab)


def interface(lab, name):
    return lab.snapshot()['database']['Interface'].get(name)


# ---------------------------------------------------------------- datapath system

@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
def test_plug_and_unplug(lab, nic, form):
    doc = form(hostdev_vif(1, nic.vf(3), mtu=1442))
    before = lab.snapshot()
    result = nic.plug(doc, options=['--json']).result
    assert (result['name'], result['state'], result['changed']) == ('rep3', 'plugged', True)
    assert lab.vsctl('port-to-br', 'rep3').strip() == 'br-int'
    assert interface(lab, 'rep3')['external_ids'] == {
        'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1),
        'vm-uuid': instance_id(1)}
    assert lab.links()['rep3']['up'] and lab.links()['rep3']['mtu'] == 1442
    assert [q['external_ids']['id'] for q in lab.db.select('QoS')] == [qos_id('rep3')]
    nic.unplug(doc)
    before['links']['rep3']['mtu'] = 1442
    assert_same(before, lab.snapshot(), 'unplug keeps the representor, down')


@pytest.mark.lab(vswitchd=True)
@pytest.mark.parametrize('name', [None, NAME])
def test_port_works(lab, nic, name):
    before = lab.snapshot()
    doc = hostdev_vif(1, nic.vf(3), name=name)
    result = nic.plug(doc, options=['--json']).result
    assert result['state'] == 'plugged' and result['ofport'] > 0
    again = nic.plug(doc, options=['--json']).result
    assert again['changed'] is False and again['ofport'] == result['ofport']
    nic.unplug(doc)
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('port', ['3', 'vf3', 'VF3', 'pf0vf3', 'PF0VF3', 'vf3@pf0'])
def test_names_a_driver_may_give(lab, port):
    nic = Nic(lab)
    for name, other in (('rep2', port.replace('3', '2')), ('rep3', port),
                        ('rep13', port.replace('3', '13')), ('sf', 'pf0sf3'), ('odd', 'xvf3y')):
        nic.representor(name, other)
    nic.representor('other', port, switch='00' + SWITCH[2:])
    before = lab.snapshot()
    nic.plug(hostdev_vif(1, nic.vf(3)))
    assert [n for n, link in lab.links().items() if link['up']] == ['lo', 'rep3'], lab.links()
    assert interface(lab, 'rep3')
    nic.unplug(hostdev_vif(1, nic.vf(3)))
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('forms', ['pf%dvf%d', 'vf@', 'vf%.0s%d', '%.0s%d'])
def test_two_pfs_behind_one_switch(lab, forms):
    nic = Nic(lab)
    for pf in (0, 1):
        port = 'vf3@pf%d' % pf if forms == 'vf@' else forms % (pf, 3)
        nic.representor('rep%d3' % pf, port, pf=pf)
    nic.plug(hostdev_vif(1, nic.vf(3, pf=1)))
    assert interface(lab, 'rep13') and not interface(lab, 'rep03')
    assert lab.links()['rep13']['up'] and not lab.links()['rep03']['up']


@pytest.mark.parametrize('kind', ['ethernet', 'generic'])
def test_type_of_device_makes_no_difference(lab, nic, kind):
    nic.plug(hostdev_vif(1, nic.vf(3), dev_type=kind))
    assert interface(lab, 'rep3')


def test_isolation_and_qos_are_set_at_creation_only(lab, nic):
    options = [lab.config('[os_vif_ovs]\nisolate_vif = true\ndefault_qos_type = linux-htb\n')]
    nic.plug(hostdev_vif(1, nic.vf(3)), options=options)
    port = lab.db.row('Port', 'rep3')
    assert (port['tag'], port['vlan_mode'], port['trunks']) == (4095, 'trunk', 4095)
    assert [q['type'] for q in lab.db.select('QoS')] == ['linux-htb']
    lab.db.update('Port', 'rep3', tag=7, vlan_mode=['set', []], trunks=['set', []])
    bound = lab.snapshot()
    nic.plug(hostdev_vif(1, nic.vf(3)), options=options)
    assert_same(bound, lab.snapshot())


def test_new_mtu_reaches_the_representor(lab, nic):
    for mtu in (1442, 9000, 1500):
        nic.plug(hostdev_vif(1, nic.vf(3), mtu=mtu))
        assert lab.links()['rep3']['mtu'] == mtu
        assert 'mtu_request' not in interface(lab, 'rep3')


@pytest.mark.parametrize('harm', ['down', 'no port', 'no ids', 'MTU'])
def test_plug_mends(lab, nic, harm):
    doc = hostdev_vif(1, nic.vf(3))
    nic.plug(doc)
    plugged = lab.snapshot()
    if harm == 'down':
        lab.ip('link', 'set', 'rep3', 'down')
    elif harm == 'MTU':
        lab.ip('link', 'set', 'rep3', 'mtu', '1300')
    elif harm == 'no port':
        lab.vsctl('del-port', 'rep3')
    else:
        lab.vsctl('clear', 'Interface', 'rep3', 'external_ids')
    assert nic.plug(doc, options=['--json']).result['changed'] is True
    assert_same(plugged, lab.snapshot())


@pytest.mark.parametrize('name', [None, NAME])
def test_second_plug_writes_nothing(lab, nic, proxy, name):
    doc = hostdev_vif(1, nic.vf(3), name=name)
    nic.plug(doc)
    proxy.clear()
    again, changes = traced(lab, 'plug', doc, options=['--json'])
    assert not changes and proxy.commits == [] and again.result['changed'] is False
    nic.unplug(doc)
    proxy.clear()
    again, changes = traced(lab, 'unplug', doc, options=['--json'])
    assert not changes and proxy.commits == [] and again.result['changed'] is False


@pytest.mark.parametrize('name', [None, NAME])
def test_dry_run_shows_the_steps_and_takes_none(lab, nic, name):
    doc = hostdev_vif(1, nic.vf(3), name=name)
    before = lab.snapshot()
    shown = lab.plug(doc, options=['--dry-run'])
    assert 'rep3' in shown.out and (name or 'rep3') in shown.out
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- datapath netdev (DPDK)

@pytest.mark.parametrize('vf, pf, devargs', [(3, 0, '0000:03:00.0,representor=[3]'),
                                             (0, 1, '0000:03:00.1,representor=[0]')])
@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
def test_dpdk_representor(lab, nic, form, vf, pf, devargs):
    before = lab.snapshot()
    doc = form(hostdev_vif(1, nic.vf(vf, pf), datapath_type='netdev', mtu=9000))
    result = nic.plug(doc, options=['--json']).result
    name = 'vfr' + vif_id(1)[:11]
    assert result['name'] == name and result['state'] == 'plugged'
    row = interface(lab, name)
    assert (row['type'], row['options'], row['mtu_request']) == (
        'dpdk', {'dpdk-devargs': devargs}, 9000)
    assert row['external_ids'] == {'iface-id': vif_id(1), 'iface-status': 'active',
                                   'attached-mac': mac(1), 'vm-uuid': instance_id(1)}
    assert lab.db.select('QoS') == []
    nic.lose_all()                            # unplug does not look at it
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


def test_dpdk_representor_is_replugged_without_a_write(lab, nic, proxy):
    doc = hostdev_vif(1, nic.vf(3), datapath_type='netdev')
    lab.plug(doc)
    proxy.clear()
    again, changes = traced(lab, 'plug', doc, options=['--json'])
    assert not changes and proxy.commits == [] and again.result['changed'] is False
    lab.plug(hostdev_vif(1, nic.vf(2), datapath_type='netdev', mtu=1400))
    row = interface(lab, 'vfr' + vif_id(1)[:11])
    assert row['options'] == {'dpdk-devargs': '0000:03:00.0,representor=[2]'}
    assert row['mtu_request'] == 1400


def test_dpdk_representor_is_isolated(lab, nic):
    lab.plug(hostdev_vif(1, nic.vf(3), datapath_type='netdev'),
             options=[lab.config('[os_vif_ovs]\nisolate_vif = true\n')])
    port = lab.db.row('Port', 'vfr' + vif_id(1)[:11])
    assert (port['tag'], port['vlan_mode'], port['trunks']) == (4095, 'trunk', 4095)


@pytest.mark.lab(vswitchd=True)
def test_switch_without_dpdk_is_the_reason_and_everything_is_taken_back(lab, nic):
    before = lab.snapshot()
    failed = lab.plug(hostdev_vif(1, nic.vf(3), datapath_type='netdev'), status=3)
    *warnings, reason = failed.err.splitlines()
    assert 'could not make port' in reason and 'DPDK' in reason
    assert all('warning' in line and 'DPDK' in line for line in warnings)
    assert_same(before, lab.snapshot())


# ---------------------------------------------------------------- bad input

@pytest.mark.parametrize('datapath_type', [None, 'netdev'])
@pytest.mark.parametrize('address, words', [
    ('0000:04:00.7', ['0000:04:00.7', 'No such device']),
    ('0000:03:00.0', ['0000:03:00.0', 'is a PF'])], ids=['not there', 'a PF'])
def test_address_of_no_vf(nic, address, words, datapath_type):
    lab = nic.lab
    before = lab.snapshot()
    failed = lab.plug(hostdev_vif(1, address, datapath_type=datapath_type), status=None)
    assert failed.status in (2, 3)
    for word in words:
        assert word in failed.line(), failed
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('address', ['', '3', '0000:03:00', '0000:03:00.9', '03:00.2', 'x'])
def test_address_that_is_none(lab, nic, address):
    before = lab.snapshot()
    failed = lab.plug(hostdev_vif(1, address), status=2)
    assert 'dev_address' in failed.line()
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('others', [[], ['pf0vf2'], ['pf1vf3'], ['vf3@pf1'], ['pf0sf3'], ['vf33'],
                                    ['vf3x'], ['xvf3'], ['pf0vf03'], ['p3'], ['', None]], ids=str)
def test_vf_without_a_representor(lab, others):
    nic = Nic(lab)
    for n, port in enumerate(others):
        nic.representor('other%d' % n, port)
    nic.refuses(hostdev_vif(1, nic.vf(3)), 'dev_address', 'VF 3 of PF ' + nic.pf(),
                'no representor')


def test_two_candidates_are_both_named(lab, nic):
    nic.representor('twin', 'vf3@pf0')
    nic.refuses(hostdev_vif(1, nic.vf(3)), 'rep3', 'pf0vf3', 'twin', 'vf3@pf0')


def test_representor_of_another_controller(lab):
    nic = Nic(lab)
    nic.representor('dpu', 'c1pf0vf3')
    nic.refuses(hostdev_vif(1, nic.vf(3)), 'dpu', 'c1pf0vf3', 'controller')
    nic.representor('own', 'pf0vf3')
    nic.plug(hostdev_vif(1, nic.vf(3)))
    assert interface(lab, 'own')


def test_pf_in_legacy_mode(lab):
    nic = Nic(lab, switch=None)
    nic.representor('rep3', 'pf0vf3', switch=None)
    nic.refuses(hostdev_vif(1, nic.vf(3)), nic.pf(), 'switchdev')


def test_pf_with_an_empty_switch_id(lab):
    nic = Nic(lab, switch='')
    nic.representor('rep3', 'pf0vf3', switch='')
    nic.refuses(hostdev_vif(1, nic.vf(3)), nic.pf(), 'switchdev')


def test_pf_without_a_network_device(lab):
    nic = Nic(lab, uplinks=False)
    nic.refuses(hostdev_vif(1, nic.vf(3)), nic.pf(), 'no network device')


def test_representor_that_vanished(lab):
    nic = Nic(lab)
    nic.representor('rep3', 'pf0vf3', link=False)
    nic.refuses(hostdev_vif(1, nic.vf(3)), 'rep3', 'gone')
    nic.refuses(hostdev_vif(1, nic.vf(3), name=NAME), 'rep3', 'gone')


@pytest.mark.parametrize('datapath_type', ['offload', 'SYSTEM'])
def test_datapath_type_that_is_none(lab, nic, datapath_type):
    before = lab.snapshot()
    failed = lab.plug(hostdev_vif(1, nic.vf(3), datapath_type=datapath_type), status=2)
    assert 'datapath_type' in failed.line() and datapath_type in failed.line()
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('how', ['warn', 'enable'])
def test_offload_that_cannot_be_switched_on_is_a_warning(lab, nic, how):
    lab.ip('tuntap', 'add', 'pf0', 'mode', 'tap')
    conf = lab.config('[vifd]\nhw_tc_offload = %s\n' % how)
    done = lab.plug(hostdev_vif(1, nic.vf(3)), options=[conf])
    assert 'warning' in done.line() and 'hw-tc-offload' in done.line() and 'pf0' in done.line()
    assert lab.plug(hostdev_vif(1, nic.vf(3))).err == ''


# ---------------------------------------------------------------- a transaction that is refused

def without_room_for_ports(schema):
    schema['tables']['Port']['maxRows'] = 1


@pytest.mark.lab(vswitchd=False, schema=without_room_for_ports)
@pytest.mark.parametrize('up', [False, True], ids=['down', 'up'])
@pytest.mark.parametrize('more', [{}, {'name': NAME}, {'datapath_type': 'netdev'}],
                         ids=['system', 'renamed', 'DPDK'])
def test_refused_transaction_takes_everything_back(lab, nic, more, up):
    if up:
        lab.ip('link', 'set', 'rep3', 'up', 'alias', 'mine')
    nic.refuses(hostdev_vif(1, nic.vf(3), mtu=9000, **more), 'rows')
