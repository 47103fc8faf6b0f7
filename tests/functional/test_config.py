# SPDX-License-Identifier: Apache-2.0
"""Configuration files: our own, or a nova.conf as it is."""
import pytest

from state import assert_same
from vifs import device, ovs_vif

NO_SWITCH = pytest.mark.lab(vswitchd=False)
pytestmark = NO_SWITCH
NOVA_CONF = '''# nova.conf of a compute host
[DEFAULT]
my_ip = 10.0.0.11
transport_url = rabbit://openstack:pass=word@controller:5672/
# network_allocate_retries = 0

[libvirt]
virt_type = kvm
cpu_models = a,
    b,
    c

[neutron]
url = http://controller:9696
ovs_bridge = br-int

[os_vif_ovs]
# From os_vif
network_device_mtu = 1450
ovsdb_interface = native
isolate_vif = true
ovs_vsctl_timeout = 120
ovsdb_connection = %s
per_port_bridge = False
default_qos_type = linux-htb

[os_vif_linux_bridge]
use_ipv6 = False
iptables_top_regex =
iptables_drop_action = DROP
forward_bridge_interface = all
forward_bridge_interface = br-ex
'''


def test_nova_conf_is_read_as_it_is(lab):
    lab.ip('tuntap', 'add', device(1), 'mode', 'tap')
    lab.plug(ovs_vif(1, mtu=None), options=[lab.config(NOVA_CONF % lab.address)], ovsdb='')
    assert lab.db.row('Port', device(1))['tag'] == 4095
    assert lab.links()[device(1)]['mtu'] == 1450
    assert [q['type'] for q in lab.db.select('QoS')] == ['linux-htb']


def test_default_file_is_read_when_it_is_there(lab):
    lab.run('mkdir', '/etc/vifd')
    lab.run('sh', '-c', 'cat > /etc/vifd/vifd.conf',
            stdin='[os_vif_ovs]\novsdb_connection = %s\nisolate_vif = yes\n' % lab.address)
    lab.plug(ovs_vif(1), ovsdb='')
    assert lab.db.row('Port', device(1))['tag'] == 4095


def test_option_of_the_command_line_wins(lab):
    conf = lab.config('[os_vif_ovs]\novsdb_connection = unix:/nonexistent\n')
    lab.plug(ovs_vif(1), options=[conf])
    assert lab.db.row('Port', device(1))


@pytest.mark.parametrize('text, words', [
    ('[os_vif_ovs]\nisolate_vfi = True\n', ['os_vif_ovs', 'isolate_vfi']),
    ('[os_vif_linux_bridge]\nno_such = 1\n', ['os_vif_linux_bridge', 'no_such']),
    ('[vifd]\ncolour = red\n', ['vifd', 'colour']),
    ('[os_vif_ovs]\nisolate_vif = perhaps\n', ['isolate_vif', 'perhaps']),
    ('[os_vif_ovs]\nnetwork_device_mtu = big\n', ['network_device_mtu', 'big']),
    ('[os_vif_ovs]\nnetwork_device_mtu = -1\n', ['network_device_mtu', '-1']),
    ('[os_vif_ovs]\ndefault_qos_type = linux-nosuch\n', ['default_qos_type', 'linux-nosuch']),
    ('[os_vif_ovs]\novsdb_connection = somewhere\n', ['ovsdb_connection', 'somewhere']),
    ('[os_vif_ovs\nisolate_vif = True\n', []),
    ('[os_vif_ovs]\nisolate_vif\n', []),
])
def test_mistake_names_file_group_and_option(lab, text, words):
    before = lab.snapshot()
    failed = lab.plug(ovs_vif(1), options=[lab.config(text, 'mine.conf')], status=2, ovsdb='')
    for word in ['mine.conf', *words]:
        assert word in failed.line(), failed
    assert_same(before, lab.snapshot())


def test_unknown_groups_are_left_alone(lab):
    lab.plug(ovs_vif(1), options=[lab.config('[colours]\nisolate_vif = purple\n')])


def test_file_that_is_named_but_missing(lab):
    failed = lab.plug(ovs_vif(1), options=['--config=/nonexistent.conf'], status=2)
    assert '/nonexistent.conf' in failed.line()
