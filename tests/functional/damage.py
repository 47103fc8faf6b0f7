# SPDX-License-Identifier: Apache-2.0
"""What a person can break by hand, and how check is to tell it: {kind: (commands, lines)}."""
from state import assert_same
from vifs import device, hybrid_vif, instance_id, mac, ovs_vif, vif_id

TAP, QBR, QVB, QVO, OWN, VHU = (device(1, prefix)
                                for prefix in ('tap', 'qbr', 'qvb', 'qvo', 'pb', 'vhu'))
INNER, OUTER = 'pbp' + vif_id(1), 'ibp' + vif_id(1)
DIRECT, HYBRID = ovs_vif(1, create_tap=True, mtu=1442), hybrid_vif(1, mtu=1442)


def harm(lab, commands):
    for tool, *words in commands:
        if tool == 'ovs':
            lab.vsctl(*words)
        else:
            lab.run(*(['ip', tool] if tool in ('link', 'tuntap') else [tool]), *words)


def judged(text):
    """The lines of a person's report that count."""
    return [line for line in text.splitlines() if line[:2] == '  ' and line[2] != ' ']


def seen_and_repaired(lab, doc, lines, options=()):
    """The drift is told in exactly these lines, mended, and then there is none."""
    name = lab.plug(doc, options=[*options, '--dry-run', '--json']).result['name']
    found = lab.vifctl('check', doc, options=options, status=1)
    assert judged(found.out) == ['  ' + line for line in lines], found.out
    assert found.out.startswith('%s %s on br-int: drifted\n' % (vif_id(1), name))
    assert found.err == ''
    repaired = lab.vifctl('check', doc, options=[*options, '--repair'])
    assert repaired.out.startswith('repaired %s %s:\n' % (vif_id(1), name)), repaired.out
    assert judged(repaired.out) == judged(found.out)
    clean(lab, doc, options)


def clean(lab, doc, options=()):
    done = lab.vifctl('check', doc, options=options)
    assert len(done.out.splitlines()) == 1 and ': as described' in done.out, done.out
    before = lab.snapshot()
    again = lab.vifctl('check', doc, options=[*options, '--repair', '--json']).result
    assert again['changed'] is False and again['state'] in ('wired', 'waiting')
    assert_same(before, lab.snapshot(), 'there was nothing to mend')


TAP_DRIFTS = {
    'tap removed': ([['link', 'del', TAP]], ['+ tap %s: missing' % TAP]),
    'tap down': ([['link', 'set', TAP, 'down']], ['~ tap %s: state down, should be up' % TAP]),
    'MTU': ([['link', 'set', TAP, 'mtu', '1400']],
            ['~ tap %s: mtu 1400, should be 1442' % TAP]),
    'tap in a Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', TAP, 'master', 'br-x']],
        ['~ tap %s: master br-x, should be none' % TAP]),
    'port removed': ([['ovs', 'del-port', TAP]], ['+ port %s on bridge br-int: missing' % TAP]),
    'port on another bridge': (
        [['ovs', 'add-br', 'br-ex', '--', 'set', 'Bridge', 'br-ex', 'datapath_type=netdev'],
         ['ovs', 'del-port', TAP, '--', 'add-port', 'br-ex', TAP, '--', 'set', 'Interface', TAP,
          'external_ids:iface-id=' + vif_id(1), 'external_ids:iface-status=active',
          'external_ids:attached-mac="%s"' % mac(1), 'external_ids:vm-uuid=' + instance_id(1)]],
        ['~ port %s: bridge br-ex, should be br-int' % TAP]),
    'all ids removed': (
        [['ovs', 'clear', 'Interface', TAP, 'external_ids']],
        ['~ interface %s: no external_ids:attached-mac, should be %s' % (TAP, mac(1)),
         '~ interface %s: no external_ids:iface-id, should be %s' % (TAP, vif_id(1)),
         '~ interface %s: no external_ids:iface-status, should be active' % TAP,
         '~ interface %s: no external_ids:vm-uuid, should be %s' % (TAP, instance_id(1))]),
    'another address in the ids': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:attached-mac=x']],
        ['~ interface %s: external_ids:attached-mac x, should be %s' % (TAP, mac(1))]),
    'inactive': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:iface-status=inactive']],
        ['~ interface %s: external_ids:iface-status inactive, should be active' % TAP]),
    'another instance': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:vm-uuid=' + vif_id(9)]],
        ['~ interface %s: external_ids:vm-uuid %s, should be %s' % (
            TAP, vif_id(9), instance_id(1))]),
    'a request that a reopening left': (
        [['ovs', 'set', 'Interface', TAP, 'ofport_request=40001']],
        ['~ interface %s: ofport_request 40001, should be none' % TAP]),
    'leftovers of a bridge per port': (
        [['ovs', 'add-br', OWN, '--', 'set', 'Bridge', OWN, 'datapath_type=netdev', '--',
          'add-port', OWN, INNER, '--', 'set', 'Interface', INNER, 'type=patch',
          'options:peer=' + OUTER, '--', 'add-port', 'br-int', OUTER, '--', 'set', 'Interface',
          OUTER, 'type=patch', 'options:peer=' + INNER, 'external_ids:iface-id=' + vif_id(1)]],
        ['- bridge %s: in the way' % OWN, '- port %s, bridge br-int: in the way' % OUTER]),
}

HYBRID_DRIFTS = {
    'pair removed': ([['link', 'del', QVO]], ['+ veth %s/%s: missing' % (QVB, QVO)]),
    'Linux bridge removed': (
        [['link', 'del', QBR]],
        ['+ Linux bridge %s: missing' % QBR,
         '~ veth %s: no master, should be %s' % (QVB, QBR)]),
    'Linux bridge down': ([['link', 'set', QBR, 'down']],
                          ['~ Linux bridge %s: state down, should be up' % QBR]),
    'Linux bridge with other settings': (
        [['link', 'set', QBR, 'type', 'bridge', 'stp_state', '1', 'ageing_time', '30000',
          'mcast_snooping', '1', 'forward_delay', '1500']],
        ['~ Linux bridge %s: ageing_time 30000, should be 0' % QBR,
         '~ Linux bridge %s: forward_delay 1500, should be 0' % QBR,
         '~ Linux bridge %s: stp_state 1, should be 0' % QBR,
         '~ Linux bridge %s: mcast_snooping 1, should be 0' % QBR]),
    'Linux bridge speaks IPv6 and answers ARP': (
        [['sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=0' % QBR,
          'net.ipv4.conf.%s.arp_ignore=0' % QBR, 'net.ipv4.conf.%s.arp_announce=0' % QBR]],
        ['~ Linux bridge %s: disable_ipv6 0, should be 1' % QBR,
         '~ Linux bridge %s: arp_ignore 0, should be 1' % QBR,
         '~ Linux bridge %s: arp_announce 0, should be 2' % QBR]),
    'qvb not in the Linux bridge': ([['link', 'set', QVB, 'nomaster']],
                                    ['~ veth %s: no master, should be %s' % (QVB, QBR)]),
    'qvb in another Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', QVB, 'master', 'br-x']],
        ['~ veth %s: master br-x, should be %s' % (QVB, QBR)]),
    'qvo in a Linux bridge': (
        [['link', 'add', 'br-x', 'type', 'bridge'], ['link', 'set', QVO, 'master', 'br-x']],
        ['~ veth %s: master br-x, should be none' % QVO]),
    'qvb with another peer': (
        [['link', 'del', QVB], ['link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'stranger']],
        ['- veth %s, peer stranger: in the way' % QVB, '+ veth %s/%s: missing' % (QVB, QVO)]),
    'both ends with other peers': (
        [['link', 'del', QVB], ['link', 'add', QVB, 'type', 'veth', 'peer', 'name', 'stranger'],
         ['link', 'add', QVO, 'type', 'veth', 'peer', 'name', 'stranger2']],
        ['- veth %s, peer stranger: in the way' % QVB,
         '- veth %s, peer stranger2: in the way' % QVO, '+ veth %s/%s: missing' % (QVB, QVO)]),
    'both ends down': (
        [['link', 'set', QVB, 'down'], ['link', 'set', QVO, 'down']],
        ['~ veth %s: state down, should be up' % QVB,
         '~ veth %s: state down, should be up' % QVO]),
    'one end not promiscuous': (
        [['link', 'set', QVB, 'nomaster', 'promisc', 'off']],
        ['~ veth %s: no master, should be %s' % (QVB, QBR),
         '~ veth %s: promiscuous off, should be on' % QVB]),
    'MTU of one end': ([['link', 'set', QVB, 'mtu', '1300']],
                       ['~ veth %s: mtu 1300, should be 1442' % QVB]),
    'port of qvo removed': ([['ovs', 'del-port', QVO]],
                            ['+ port %s on bridge br-int: missing' % QVO]),
    'id of qvo': ([['ovs', 'remove', 'Interface', QVO, 'external_ids', 'vm-uuid']],
                  ['~ interface %s: no external_ids:vm-uuid, should be %s' % (
                      QVO, instance_id(1))]),
}

OWN_BRIDGE_DRIFTS = {
    'bridge of its own removed': (
        [['ovs', 'del-br', OWN]],
        ['+ bridge %s of datapath_type netdev: missing' % OWN,
         '+ port %s on bridge %s: missing' % (INNER, OWN),
         '+ port %s on bridge %s: missing' % (TAP, OWN)]),
    'outer patch port removed': ([['ovs', 'del-port', OUTER]],
                                 ['+ port %s on bridge br-int: missing' % OUTER]),
    'patch port with another peer': (
        [['ovs', 'set', 'Interface', INNER, 'options:peer=elsewhere']],
        ['~ interface %s: options:peer elsewhere, should be %s' % (INNER, OUTER)]),
    'patch port without a peer': (
        [['ovs', 'clear', 'Interface', OUTER, 'options']],
        ['~ interface %s: no options:peer, should be %s' % (OUTER, INNER),
         "! port %s: %s: patch type requires valid 'peer' argument" % (OUTER, OUTER)]),
    'patch port of another type': (
        [['ovs', 'set', 'Interface', OUTER, 'type=internal']],
        ['~ interface %s: type internal, should be patch' % OUTER]),
    'id of the VIF on the tap, too': (
        [['ovs', 'set', 'Interface', TAP, 'external_ids:iface-id=' + vif_id(1)]],
        ['~ interface %s: external_ids:iface-id %s, should be none' % (TAP, vif_id(1))]),
    'tap on the bridge of the network': (
        [['ovs', 'del-port', TAP, '--', 'add-port', 'br-int', TAP]],
        ['~ port %s: bridge br-int, should be %s' % (TAP, OWN)]),
    'iface-id of the patch port': (
        [['ovs', 'remove', 'Interface', OUTER, 'external_ids', 'iface-id']],
        ['~ interface %s: no external_ids:iface-id, should be %s' % (OUTER, vif_id(1))]),
}

VHOSTUSER_DRIFTS = {
    'path': ([['ovs', 'set', 'Interface', VHU, 'options:vhost-server-path=/x']],
             ['~ interface %s: options:vhost-server-path /x, should be /run/vhu1' % VHU]),
    'the other mode': (
        [['ovs', 'set', 'Interface', VHU, 'type=dpdkvhostuser', '--', 'clear', 'Interface', VHU,
          'options']],
        ['~ interface %s: type dpdkvhostuser, should be dpdkvhostuserclient' % VHU,
         '~ interface %s: no options:vhost-server-path, should be /run/vhu1' % VHU]),
    'MTU': ([['ovs', 'set', 'Interface', VHU, 'mtu_request=9000']],
            ['~ interface %s: mtu_request 9000, should be 1500' % VHU]),
    'no MTU': ([['ovs', 'clear', 'Interface', VHU, 'mtu_request']],
               ['~ interface %s: no mtu_request, should be 1500' % VHU]),
    'datapath of the bridge': (
        [['ovs', 'del-port', VHU, '--', 'set', 'Bridge', 'br-int', 'datapath_type=system']],
        ['~ bridge br-int: datapath_type system, should be netdev',
         '+ port %s on bridge br-int: missing' % VHU]),
}
