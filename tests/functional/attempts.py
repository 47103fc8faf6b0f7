# SPDX-License-Identifier: Apache-2.0
"""What a caller that may plug VIFs could try in order to reach the rest of the host, as data.

    prepare(lab, nic)    makes the things that are tried for
    ATTEMPTS             each a document, the words it is refused by, and the verbs to try it with

Nothing of it may change the host, and every answer is PermissionDenied.  CONFIG is the policy.
"""
from collections import namedtuple

from stale import ids
from linux_host import lb_vif
from nic import hostdev_vif, vhostuser_vif
from vifs import device, document, edited, hybrid_vif, ovs_vif, versioned, vif_id

CONFIG = '[vifd]\nallowed_devices = 0000:03:00.3 0000:03:00.5\n'

ALL = ('plug', 'unplug', 'check', 'repair', 'show')
PLUG = ('plug', 'check', 'repair', 'show')      # what is said of the wiring of a plug alone
FOUND = ('plug', 'unplug', 'check', 'repair')   # what takes a look at the host to see
UNPLUG = ('unplug',)

Attempt = namedtuple('Attempt', 'what document words verbs')


def bridge(name):
    return 'bridge %s is not allowed ([vifd] allowed_bridges)' % name


def linux(name):
    return 'Linux bridge %s is not allowed ([vifd] allowed_linux_bridges)' % name


def interface(name):
    return 'interface %s is not allowed ([vifd] allowed_interfaces)' % name


def socket(path):
    return 'socket %s is not in an allowed directory ([vifd] allowed_socket_directories)' % path


def vlan_vif(nic, **network):
    return lb_vif(1, vlan=7, bridge_interface=nic, **network)


def on_brq(doc, name='brqffffffff-ff'):
    """The document of a Linux bridge whose name is allowed."""
    return edited(doc, 'vif/bridge_name', name)


def other_id(doc, n):
    """The document with the interface_id of VIF n."""
    return edited(doc, 'vif/port_profile/interface_id', vif_id(n))


# VIFs whose ports prepare() puts where they do not belong.
ASTRAY, NIC_PORT = 0x71, 0x72


def tries():
    # Open vSwitch bridges
    yield 'the bridge outside', ovs_vif(1, bridge='br-ex'), bridge('br-ex'), ALL
    yield 'the same as nova writes it', versioned(ovs_vif(1, bridge='br-ex')), bridge('br-ex'), ALL
    yield 'hybrid, outside', hybrid_vif(1, bridge='br-ex'), bridge('br-ex'), ALL
    yield 'vhost-user, outside', vhostuser_vif(1, path='/run/openvswitch/a', bridge='br-ex'), \
        bridge('br-ex'), ALL
    yield 'a new bridge', ovs_vif(1, bridge='evil'), bridge('evil'), ALL
    yield 'a bridge that begins so', ovs_vif(1, bridge='br-int0'), bridge('br-int0'), ALL
    yield 'the tunnel bridge', ovs_vif(1, bridge='br-tun'), bridge('br-tun'), ALL
    yield 'almost a trunk', ovs_vif(1, bridge='tbr'), bridge('tbr'), ALL
    yield 'almost a bridge of its own', ovs_vif(1, bridge='pbx'), bridge('pbx'), ALL
    yield 'a bridge as a pattern', ovs_vif(1, bridge='br-*'), bridge('br-*'), ALL
    # network devices
    yield 'the host\'s NIC', ovs_vif(1, vif_name='eth0'), interface('eth0'), ALL
    yield 'a NIC, its tap to be made', ovs_vif(1, vif_name='eth0', create_tap=True), \
        interface('eth0'), ALL
    yield 'a name nobody has', ovs_vif(1, vif_name='new0', create_tap=True), interface('new0'), ALL
    yield 'loopback', ovs_vif(1, vif_name='lo'), interface('lo'), ALL
    yield 'a bridge as the port', ovs_vif(1, vif_name='br-ex'), interface('br-ex'), ALL
    yield 'a Linux bridge as the port', ovs_vif(1, vif_name='virbr0'), interface('virbr0'), ALL
    yield 'the switch\'s own device', ovs_vif(1, vif_name='ovs-netdev'), interface('ovs-netdev'), \
        ALL
    yield 'another case', ovs_vif(1, vif_name='Tap1'), interface('Tap1'), ALL
    yield 'a veth of a container', ovs_vif(1, vif_name='vethc0'), interface('vethc0'), ALL
    # Linux bridges
    yield 'libvirt\'s bridge', hybrid_vif(1, bridge_name='virbr0'), linux('virbr0'), ALL
    yield 'the host\'s bridge', hybrid_vif(1, bridge_name='br0'), linux('br0'), ALL
    yield 'a NIC as the bridge', hybrid_vif(1, bridge_name='eth0'), linux('eth0'), ALL
    yield 'a Linux bridge of another', lb_vif(1), linux('br-lb'), PLUG
    yield 'a NIC onto a bridge', on_brq(lb_vif(1, bridge_interface='eth0')), interface('eth0'), PLUG
    yield 'a VLAN of the NIC', on_brq(vlan_vif('eth0')), interface('eth0'), PLUG
    yield 'loopback onto a bridge', on_brq(lb_vif(1, bridge_interface='lo')), interface('lo'), PLUG
    # sockets
    for what, path in (
            ('someone\'s socket', '/run/docker.sock'), ('a file', '/etc/shadow'),
            ('up', '/run/openvswitch/../docker.sock'),
            ('up and down', '/run/openvswitch/../../run/openvswitch/a'),
            ('up by another way', '/run/openvswitch/./..//docker.sock'),
            ('only up', '/run/openvswitch/..'), ('above the root', '/../run/openvswitch/a'),
            ('the directory', '/run/openvswitch/'), ('below', '/run/openvswitch/a/b'),
            ('a directory that begins so', '/run/openvswitch-x/a'), ('the root', '/')):
        yield 'server: ' + what, vhostuser_vif(1, path=path), socket(path), ALL
        yield 'client: ' + what, vhostuser_vif(1, 'client', path=path), socket(path), ALL
    yield 'a line\'s end', vhostuser_vif(1, path='/run/openvswitch/a\nb'), \
        socket('/run/openvswitch/a b'), ALL
    yield 'a socket nobody makes', edited(vhostuser_vif(1, path='/tmp/a'), 'vif/plugin', 'noop'), \
        socket('/tmp/a'), ALL
    # virtual functions
    denied = 'device 0000:03:00.4 is not allowed ([vifd] allowed_devices)'
    yield 'a VF of another', hostdev_vif(1, '0000:03:00.4'), denied, ALL
    yield 'the same for DPDK', hostdev_vif(1, '0000:03:00.4', 'netdev'), denied, PLUG
    yield 'a VF with a NIC\'s name', hostdev_vif(1, '0000:03:00.5', name='eth1'), \
        interface('eth1'), PLUG
    yield 'a VF with its uplink\'s name', hostdev_vif(1, '0000:03:00.5', name='pf0'), \
        interface('pf0'), PLUG
    yield 'the same in the other place', hostdev_vif(1, '0000:03:00.5', offload='br-ex'), \
        interface('br-ex'), PLUG
    # what is found, whatever is said
    yield 'a port that is on the bridge outside', ovs_vif(ASTRAY), \
        'port %s is on bridge br-ex, which is not allowed ([vifd] allowed_bridges)' % \
        device(ASTRAY), FOUND
    yield 'a NIC\'s port, by its iface-id', other_id(hostdev_vif(1, '0000:03:00.6'), NIC_PORT), \
        interface('eth0'), UNPLUG


ATTEMPTS = [Attempt(*one) for one in tries()]

# Names that are refused before a policy has to judge: the decoder knows that they are none.
MALFORMED = ['../eth0', 'a/b', '/etc/shadow', '..', '.', '', 'a b', 'tap1\n', 'tap1\0', 'tap\x1b[2J',
             'tap%d', 'eth0:1', 'tap' + 'x' * 13, 'täp1', 'all', 'default']
FIELDS = [('vif_name', lambda name: ovs_vif(1, vif_name=name)),
          ('network/bridge', lambda name: ovs_vif(1, bridge=name)),
          ('bridge_name', lambda name: hybrid_vif(1, bridge_name=name)),
          ('representor_name', lambda name: hostdev_vif(1, '0000:03:00.5', name=name or ' ')),
          ('bridge_interface', lambda name: on_brq(lb_vif(1, bridge_interface=name)))]


def prepare(lab, nic):
    """Everything that is tried for is there: a refusal is not for want of it."""
    for name in ('br-ex', 'br-tun'):
        lab.add_bridge(name)
    for name in ('eth0', 'eth1', 'vethc0', device(1), device(ASTRAY)):
        lab.ip('tuntap', 'add', name, 'mode', 'tap')
    for name in ('virbr0', 'br0', 'br-lb', 'brqffffffff-ff'):
        lab.ip('link', 'add', name, 'type', 'bridge')
    for n, port, where in ((ASTRAY, device(ASTRAY), 'br-ex'), (NIC_PORT, 'eth0', 'br-int')):
        words = ['external_ids:%s="%s"' % pair for pair in ids(n).items()]
        lab.vsctl('add-port', where, port, '--', 'set', 'Interface', port, *words)
    for n in (1, 2, 3):
        nic.representor('rep%d' % n, 'pf0vf%d' % n)
    lab.run('mkdir', '-p', '/run/openvswitch')


def allowed():
    """What the same policy lets pass."""
    return [ovs_vif(0x51, create_tap=True), hybrid_vif(0x52), ovs_vif(0x53, bridge='tbr-1'),
            vhostuser_vif(0x54, path='/run/openvswitch/vhu54'),
            hostdev_vif(0x55, '0000:03:00.5', name='nic00000055-00'),
            on_brq(document(0x56, 'VIFBridge', {}, bridge_name='x'), 'qbr1')]
