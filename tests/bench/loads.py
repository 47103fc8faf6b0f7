# SPDX-License-Identifier: Apache-2.0
"""What is plugged: VIFs of one kind, and the same work as each rival is told to do it.

A load has the documents for vifctl and os-vif, the rows as words of ovs-vsctl and the links as lines
of `ip -batch`.  The messages for the raw socket are recorded: hosts.py has them.
"""
from vifs import device, document, hybrid_vif, instance_id, mac, ovs_vif, qos_id, versioned, vif_id

BRIDGE, USER_BRIDGE = 'br-int', 'br-user'
SOCKETS = '/run/vhost'
TITLES = {'port': 'VIFOpenVSwitch, port only', 'tap': 'VIFOpenVSwitch with create_tap',
          'hybrid': 'VIFBridge (hybrid)', 'vhost-user': 'VIFVHostUser'}


def vhost_user(n):
    vif = document(n, 'VIFVHostUser', {}, bridge=USER_BRIDGE, mode='server',
                   path='%s/%s' % (SOCKETS, device(n, 'vhu')))
    return vif


class Load:
    """VIFs 'first' to 'first' + n - 1 of a kind.

    'port' is written to a bridge of type system, where a QoS row belongs to it, as it is with the
    kernel's datapath; 'tap' and 'hybrid' to one of type netdev, which ovs-vswitchd can make real in
    a namespace."""

    def __init__(self, kind, n, first=1):
        self.kind, self.n, self.first = kind, n, first
        self.numbers = range(first, first + n)
        self.bridge = USER_BRIDGE if kind == 'vhost-user' else BRIDGE

    @property
    def name(self):
        return '%s-%d-%d' % (self.kind, self.first, self.n)

    @property
    def has_links(self):
        return self.kind in ('tap', 'hybrid')

    def documents(self):
        make = {'port': ovs_vif, 'vhost-user': vhost_user,
                'tap': lambda n: ovs_vif(n, create_tap=True, datapath_type='netdev'),
                'hybrid': lambda n: hybrid_vif(n, datapath_type='netdev')}[self.kind]
        return [versioned(make(n)) for n in self.numbers]

    def ports(self):
        prefix = {'hybrid': 'qvo', 'vhost-user': 'vhu'}.get(self.kind, 'tap')
        return [device(n, prefix) for n in self.numbers]

    def vsctl_plug(self, again=False):
        """Words of one call of ovs-vsctl.  'again': no second QoS row."""
        words = []
        for n, name in zip(self.numbers, self.ports()):
            ids = {'iface-id': vif_id(n), 'iface-status': 'active', 'attached-mac': mac(n),
                   'vm-uuid': instance_id(n)}
            words += ['--', '--may-exist', 'add-port', self.bridge, name, '--', 'set', 'Interface',
                      name, *('external_ids:%s="%s"' % pair for pair in ids.items())]
            if self.kind == 'vhost-user':
                words += ['type=dpdkvhostuserclient', 'mtu_request=1500',
                          'options:vhost-server-path="%s/%s"' % (SOCKETS, name)]
            if self.kind == 'port' and not again:
                words += ['--', '--id=@q%d' % n, 'create', 'QoS', 'type=linux-noop',
                          'external_ids:id="%s"' % qos_id(name),
                          'external_ids:_type=linux-noop', '--', 'set', 'Port', name,
                          'qos=@q%d' % n]
        return words

    def vsctl_unplug(self):
        words = []
        for name in self.ports():
            words += ['--', '--if-exists', 'del-port', self.bridge, name]
        return words

    def ip_plug(self):
        """Lines for `ip -batch`; what ip cannot set (a bridge's sysctls) it is let off."""
        lines = []
        for n in self.numbers:
            if self.kind == 'tap':
                lines += ['tuntap add dev %s mode tap' % device(n),
                          'link set dev %s address %s mtu 1500 up' % (device(n), mac(n))]
            elif self.kind == 'hybrid':
                qbr, qvb, qvo = (device(n, p) for p in ('qbr', 'qvb', 'qvo'))
                lines += ['link add %s up type bridge ageing_time 0 forward_delay 0 stp_state 0 '
                          'mcast_snooping 0' % qbr,
                          'link add %s mtu 1500 up promisc on master %s type veth peer name %s '
                          'mtu 1500' % (qvb, qbr, qvo),
                          'link set dev %s up promisc on' % qvo]
        return lines

    def ip_unplug(self):
        first = {'tap': ['tap'], 'hybrid': ['qvb', 'qbr']}.get(self.kind, [])
        return ['link del dev ' + device(n, p) for n in self.numbers for p in first]
