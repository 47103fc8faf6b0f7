# SPDX-License-Identifier: Apache-2.0
"""What os-vif and vifctl are compared with: VIFs of every type, and all that is known to differ.

    CASES            {what: Case}
    clean(lab)       takes away what the cases' preparations made
"""
from nic import VFS, Nic
from vifs import device, document, versioned, vif_id

TAP, QBR, QVB, QVO, VHU, VFR, OWN = (device(1, prefix) for prefix in (
    'tap', 'qbr', 'qvb', 'qvo', 'vhu', 'vfr', 'pb'))
REP = 'rep0'


# ------------------------------------------------------------------------------ the documents

def wire(kind, profile=(), without=(), **fields):
    """A document as nova hands it over, in the versions Debian's os-vif knows."""
    plain = document(1, kind, dict(profile), **fields)
    for name in without:
        del plain['vif'][name]
    doc = versioned(plain)
    doc['vif']['versioned_object.data']['port_profile']['versioned_object.version'] = '1.3'
    return doc


def direct(profile=(), **fields):
    fields.setdefault('bridge_name', fields.get('bridge', 'br-int'))
    return wire('VIFOpenVSwitch', profile, **fields)


def hybrid(profile=(), **fields):
    return wire('VIFBridge', profile, bridge_name=QBR, **fields)


def vhost_user(mode, profile=(), **fields):
    return wire('VIFVHostUser', profile, mode=mode, vif_name=VHU, path='/run/vhost/' + VHU,
                **fields)


def host_device(profile=(), **fields):
    return wire('VIFHostDevice', profile, without=['vif_name'], dev_type='ethernet',
                dev_address=VFS[0] % 2, **fields)


def of_network(has_traffic_filtering=True):
    doc = wire('VIFBridge', plugin='linux_bridge', bridge_name='br-lb0',
               has_traffic_filtering=has_traffic_filtering)
    doc['vif']['versioned_object.data']['network']['versioned_object.data'].update(
        should_provide_bridge=True, bridge_interface='uplink', mtu=1450)
    return doc


# ----------------------------------------------------------------- what is there before a plug

def guest_tap(lab):
    lab.ip('tuntap', 'add', TAP, 'mode', 'tap')
    lab.ip('link', 'set', TAP, 'up')


class SysfsNic(Nic):
    """os-vif finds the network devices by the link to their class, which every one has."""

    def write(self):
        super().write()
        self.lab.run('sh', '-c', 'for n in /sys/class/net/*; do '
                     'ln -s ../../../../class/net $n/subsystem; done')


def nic(lab):
    """An SR-IOV NIC with VFs, the first of which has a representor."""
    one = SysfsNic(lab)
    one.representor(REP, 'pf0vf0')
    return one


def uplink(lab):
    lab.ip('link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'far')
    lab.ip('link', 'set', 'far', 'up')
    lab.ip('link', 'set', 'uplink', 'up')
    lab.ip('addr', 'add', '192.0.2.2/24', 'dev', 'uplink')
    lab.ip('route', 'add', '198.51.100.0/24', 'via', '192.0.2.1')


CLEAN = '''
test -e /sys/kernel || umount /sys
for name in %s; do test ! -e /sys/class/net/$name || ip link del $name; done
nft flush ruleset
''' % ' '.join((REP, 'uplink', 'br-lb0', TAP))


def clean(lab):
    """Takes away what the preparations made and what, by contract, stays after unplug."""
    if lab.db.row('Bridge', 'br-new'):
        lab.vsctl('del-br', 'br-new')
    lab.run('sh', '-c', CLEAN)


# ------------------------------------------------------------------------------ the cases

class Case:
    """One VIF and what is known to differ.  Each is a list of (pattern, reason); a pattern is a
    regular expression for one whole line of state.differences, and has to be found."""

    def __init__(self, doc, options=None, prepare=None, wait='vswitchd', apart=(), mended=(),
                 retouched=(), left=(), stranded=(), kept=()):
        self.doc, self.options, self.prepare, self.wait = doc, options or {}, prepare, wait
        self.apart = apart            # from the state os-vif makes to that which vifctl makes
        self.mended = mended          # what vifctl changes in what os-vif plugged
        self.retouched = retouched    # what os-vif changes in what vifctl plugged
        self.left = left              # what os-vif's unplug leaves of what vifctl plugged
        self.stranded = stranded      # what vifctl's own unplug does not find after that
        self.kept = kept              # what stays after unplug, whoever does it


NETDEV = {'create_port': True, 'datapath_type': 'netdev'}
RULED = [of_network(has_traffic_filtering=False)]
ISOLATED, PER_PORT = {'isolate_vif': True}, {'per_port_bridge': True}


def new(path):
    return r'%s: new: .*' % path


def gone(path):
    return r'%s: gone \(was .*\)' % path


def qos(name):
    """The os-vif of Debian knows no default QoS: it writes no row and so removes none."""
    why = 'contract: a QoS row; this os-vif has no default_qos_type'
    return {'apart': [(new('/database/Port/%s/qos' % name), why),
                      (new('/database/QoS/linux-noop'), why)],
            'left': [(new('/database/QoS/linux-noop'), why)]}


def trunk_name(name):
    """On a trunk bridge the interface says its name; the os-vif of Debian does not yet."""
    line = (r'/database/Interface/%s/external_ids/bridge_name: new: "tbr-1"' % name,
            'contract: the name of a trunk bridge; this os-vif does not write it')
    return {'apart': [line], 'mended': [line]}


def isolation(name):
    """The os-vif of Debian only sets the tag; both write at creation only."""
    why = 'contract: isolation is vlan_mode and trunks, too; this os-vif sets the tag alone'
    return {'apart': [(r'/database/Port/%s/vlan_mode: new: "trunk"' % name, why),
                      (r'/database/Port/%s/trunks: new: 4095' % name, why)]}


def hybrid_links():
    """The alias is ours.  os-vif says promisc='on' where its own function wants True, so neither
    end is made so; that which is a port of a Linux bridge or of a userspace switch is anyway."""
    lines = [(r'/links/%s/alias: new: "vif %s"' % (name, vif_id(1)), 'links of ours have an alias')
             for name in (QBR, QVB, QVO)]
    return {'apart': lines + [(r'/links/%s/promisc: new: true' % QVB, 'a mistake of this os-vif')]}


def not_promiscuous():
    line = (r'/links/%s/promisc: new: true' % QVO, 'a mistake of this os-vif: difference 2')
    return {'apart': [line], 'mended': [line]}


def no_tap():
    """Whoever made it, unplug deletes the guest's tap."""
    return {'kept': [(gone('/links/' + TAP), 'contract: the link is deleted'),
                     (gone('/sysctls/' + TAP), 'contract: the link is deleted')]}


def new_bridge():
    why = 'contract: the network\'s bridge is kept'
    return {'kept': [*((new('/database/%s/br-new' % table), why)
                       for table in ('Bridge', 'Port', 'Interface')),
                     (r'/database/Open_vSwitch/./bridges: .*', why)]}


def dpdk_mtu():
    line = (r'/database/Interface/%s/mtu_request: new: 1500' % VFR,
            'difference 7: the MTU of a DPDK representor by mtu_request')
    return {'apart': [line], 'mended': [line]}


def nameless():
    """Where the port is gone, nothing tells the name from which the id of its QoS row was made: the
    row goes with the next port of the representor."""
    return {'stranded': [(new('/database/QoS/linux-noop'), 'this os-vif left it')]}


def rules():
    why = 'difference 12: rules through nftables in a table of our own'
    ours, theirs = new(r'/rules/inet \w+'), new(r'/rules/ip \w+')
    return {'apart': [(ours, why), (gone(r'/rules/ip \w+'), why)], 'mended': [(ours, why)],
            'retouched': [(theirs, why)], 'kept': [(ours, why), (theirs, why)]}


def network_bridge():
    why = 'contract: unplug does nothing; the bridge is the network\'s'
    return {'kept': [(new('/links/br-lb0'), why), (new('/sysctls/br-lb0'), why),
                     (r'/links/uplink/addresses: gone .*', why),
                     (r'/links/uplink/master: new: "br-lb0"', why),
                     (r'/links/uplink/mtu: 1500 -> 1450', why),
                     (r'/routes/.* dev uplink.*: gone .*', why),
                     (r'/routes/.* dev br-lb0.*: new: true', why)]}


def case(doc, *known, options=None, prepare=None, wait='vswitchd'):
    """A case with all that is known of it, sort by sort."""
    sorts = {}
    for one in known:
        for sort, lines in one.items():
            sorts[sort] = sorts.get(sort, []) + lines
    return Case(doc, options, prepare, wait, **sorts)


def without_switch(doc, *known, **arguments):
    """A port this switch cannot make: it has neither DPDK nor the kernel's datapath."""
    return case(doc, *known, wait='none', **arguments)


CASES = {
    'VIFOpenVSwitch': case(direct(NETDEV)),
    'VIFOpenVSwitch with a tap': case(direct(NETDEV, mtu=1442), no_tap(), prepare=guest_tap),
    'VIFOpenVSwitch without a port': without_switch(direct(bridge='br-sys')),
    'VIFOpenVSwitch on a new bridge': without_switch(direct(bridge='br-new'), new_bridge()),
    'VIFOpenVSwitch in the kernel': without_switch(
        direct({'create_port': True}, bridge='br-sys'), qos(TAP), no_tap(), prepare=guest_tap),
    'trunk bridge': case(direct(NETDEV, bridge='tbr-1'), trunk_name(TAP)),
    'isolate_vif': case(direct(NETDEV), isolation(TAP), options=ISOLATED),
    'isolate_vif on a trunk bridge': case(
        direct(NETDEV, bridge='tbr-1'), trunk_name(TAP),
        {'apart': [(gone('/database/Port/%s/tag' % TAP), 'contract: not on a trunk bridge')],
         'retouched': [(new('/database/Port/%s/tag' % TAP), 'this os-vif isolates there')]},
        options=ISOLATED),
    'per_port_bridge': case(direct(NETDEV), options=PER_PORT),
    'per_port_bridge with a tap': case(direct(NETDEV), no_tap(), options=PER_PORT,
                                       prepare=guest_tap),
    'per_port_bridge in the kernel': without_switch(direct(bridge='br-sys'), qos(TAP),
                                                    options=PER_PORT),
    'per_port_bridge and isolate_vif': case(direct(NETDEV), isolation(TAP),
                                            options={**PER_PORT, **ISOLATED}),
    'per_port_bridge on a trunk bridge': case(direct(NETDEV, bridge='tbr-1'), options=PER_PORT),
    'VIFBridge': case(hybrid({'datapath_type': 'netdev'}, mtu=1442), hybrid_links()),
    'VIFBridge in the kernel': without_switch(hybrid(bridge='br-sys'), qos(QVO), hybrid_links(),
                                              not_promiscuous()),
    'VIFBridge and isolate_vif': case(hybrid({'datapath_type': 'netdev'}), isolation(QVO),
                                      hybrid_links(), options=ISOLATED),
    'VIFBridge on a trunk bridge': case(hybrid({'datapath_type': 'netdev'}, bridge='tbr-1'),
                                        trunk_name(QVO), hybrid_links()),
    'VIFVHostUser client': without_switch(vhost_user('client')),
    'VIFVHostUser server': without_switch(vhost_user('server', mtu=9000)),
    'VIFVHostUser and isolate_vif': without_switch(vhost_user('server'), isolation(VHU),
                                                   options=ISOLATED),
    'VIFVHostUser on a trunk bridge': without_switch(vhost_user('client', bridge='tbr-1'),
                                                     trunk_name(VHU)),
    'VIFHostDevice system': without_switch(host_device(bridge='br-sys'), qos(REP), nameless(),
                                           prepare=nic),
    'VIFHostDevice netdev': without_switch(host_device({'datapath_type': 'netdev'}), dpdk_mtu(),
                                           prepare=nic),
    'linux_bridge': case(of_network(), network_bridge(), prepare=uplink),
    'linux_bridge with rules': case(RULED[0], network_bridge(), rules(), prepare=uplink),
    'noop': case(direct(NETDEV, plugin='noop')),
    'noop, VIFVHostUser': case(vhost_user('server', plugin='noop')),
}
