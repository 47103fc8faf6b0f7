# SPDX-License-Identifier: Apache-2.0
"""What vifctl doctor says of OVN, of agents and of the host's side of each kind of port."""
import pytest

from doctor import finding, findings, set_root
from nic import Nic, vhostuser_vif
from vifs import hybrid_vif, ovs_vif

NO_SWITCH = pytest.mark.lab(vswitchd=False)
BRIDGE_NF = '/proc/sys/net/bridge'


def test_ovn_without_its_controller(lab):
    finding(lab, 'ovn', 'info', 'not set up')
    set_root(lab, 'external_ids', ovn_remote='tcp:127.0.0.1:6642', system_id='host1')
    finding(lab, 'ovn', 'fail', 'tcp:127.0.0.1:6642', 'no ovn-controller', advice='ovn-host',
            status=3)
    lab.run('cp', '/usr/bin/sleep', lab.path('ovn-controller'))
    lab.start_as('controller', lab.path('ovn-controller'), lab.path('ovn-controller'), '60')
    lab.vsctl('set-fail-mode', 'br-int', 'secure')
    finding(lab, 'ovn', 'ok', 'pid %d)' % lab.processes['controller'].pid, 'chassis host1')
    finding(lab, 'bridge', 'ok', 'fail mode secure')


def test_integration_bridge_of_another_name(lab):
    lab.add_bridge('br-ovn')
    set_root(lab, 'external_ids', ovn_bridge='br-ovn')
    finding(lab, 'bridge', 'ok', 'br-ovn: ')
    finding(lab, 'bridges', 'info', 'br-int (netdev)')


def test_ports_of_an_agent_that_is_gone(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    lab.vsctl('set', 'Port', 'tap00000001-00', 'other_config:net_uuid=x')
    finding(lab, 'ml2', 'warn', 'neutron-openvswitch-agent set up 1 port', advice='start it')
    path = lab.write('neutron-openvswitch-agent', 'kill -STOP $$\n')
    pid = lab.start_as('agent', '/bin/sh', '/bin/sh', path).pid
    finding(lab, 'ml2', 'ok', 'pid %d), 1 port' % pid)


def test_hybrid_port_without_br_netfilter(lab):
    lab.plug(hybrid_vif(1))
    lab.settle()
    lab.run('mount', '-t', 'tmpfs', 'tmpfs', BRIDGE_NF)
    finding(lab, 'hybrid', 'warn', '1 port', 'no br_netfilter', advice='modprobe br_netfilter')
    for value, level in (('0', 'warn'), ('1', 'ok')):
        lab.run('sh', '-c', 'echo %s > %s/bridge-nf-call-iptables' % (value, BRIDGE_NF))
        finding(lab, 'hybrid', level)
    lab.unplug(hybrid_vif(1))
    finding(lab, 'hybrid', 'info')



def test_dpdk_port_without_dpdk(lab):
    finding(lab, 'dpdk', 'info', 'not in use')
    lab.vsctl('--no-wait', 'add-port', 'br-int', 'dpdk0', '--', 'set', 'Interface', 'dpdk0',
              'type=dpdk')
    finding(lab, 'dpdk', 'fail', 'dpdk0', 'type dpdk', advice='dpdk-init=true', status=3)
    set_root(lab, 'other_config', dpdk_init='true')
    finding(lab, 'dpdk', 'fail', advice='hugepages', status=3)


@pytest.mark.alone
@NO_SWITCH
def test_directories_of_sockets(lab):
    lab.run('mkdir', '-m', '750', '/run/vhost')
    lab.plug([vhostuser_vif(1, path='/run/vhost/a'), vhostuser_vif(2, path='/run/vhost/b')])
    assert lab.plug(vhostuser_vif(3, path='/run/gone/c')).err
    # What is of ovs-vswitchd comes before; a database that none has used has no types.
    lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [], 'row': {
        'datapath_types': ['set', ['netdev', 'system']]}})
    gone, there = findings(lab, 3)['vhost-user']
    assert there['level'] == 'ok'
    assert there['text'] == '/run/vhost (2 ports): writable by root'
    assert gone['level'] == 'warn' and gone['text'].startswith('/run/gone: No such file')
    lab.run('chmod', '777', '/run/vhost')
    lab.run('touch', '/run/gone')
    gone, there = findings(lab, 3)['vhost-user']
    assert there['level'] == 'warn' and there['advice'] == 'chmod o-w /run/vhost'
    assert gone['level'] == 'fail' and 'is not a directory' in gone['text']


def test_offload_and_nics(lab):
    finding(lab, 'hw-offload', 'info', 'no NIC with VFs')
    Nic(lab)
    assert [one['text'][:32] for one in findings(lab)['hw-offload']] == [
        '0000:03:00.0 (pf0, 4 VFs) is in ', '0000:03:00.1 (pf1, 4 VFs) is in ']
    finding(lab, 'hw-offload', 'warn', 'does not offload', advice='hw-offload=true')
    set_root(lab, 'other_config', hw_offload='true')
    finding(lab, 'hw-offload', 'ok', 'switchdev mode, hw-tc-offload unknown')
    lab.ip('tuntap', 'add', 'pf0', 'mode', 'tap')
    finding(lab, 'hw-offload', 'warn', 'hw-tc-offload is off')


def test_offload_and_nic_in_legacy_mode(lab):
    Nic(lab, switch=None)
    finding(lab, 'hw-offload', 'info', 'legacy mode')
    set_root(lab, 'other_config', hw_offload='true')
    finding(lab, 'hw-offload', 'warn', 'not in switchdev mode',
            advice='devlink dev eswitch set pci/0000:03:00.0 mode switchdev')


def test_nic_without_network_devices(lab):
    Nic(lab, uplinks=False)
    finding(lab, 'hw-offload', 'info', '0000:03:00.0 (4 VFs) has no network device')
