# SPDX-License-Identifier: Apache-2.0
"""Both programs on one host: the os-vif of Debian and vifctl, live, for every type of VIF.

What os-vif plugged, vifctl plugs again without a change and unplugs without a trace, and the other
way round; and both leave the same state.  Wherever that is not so, the case says what differs, line
by line, and why: one of the differences chosen on purpose, or something this os-vif does not have.
"""
import json
import os
import re

import pytest

from lab import VIFCTL, Lab
from nic import VFS, Nic
from os_vif_peer import OsVif, version
from state import differences
from vifs import device, document, versioned, vif_id
from watch import traced

VERSION = version()
if not VERSION and os.environ.get('CI') != 'true':
    pytest.skip('python3-os-vif is not installed: NOTHING is compared with os-vif; tools/deps test',
                allow_module_level=True)

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


def clean(lab):
    """Takes away what the preparations made and what, by contract, stays after unplug."""
    lab.vsctl('--if-exists', 'del-br', 'br-new')
    lab.run('sh', '-c', 'test -e /sys/kernel || umount /sys')
    for name in (REP, 'uplink', 'br-lb0', TAP):
        lab.run('ip', 'link', 'del', name, check=False)
    lab.run('sh', '-c', 'nft list tables | while read -r t; do nft delete $t; done')


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
    """The alias is ours.  os-vif says promisc='on' where its own function wants True, so neither end
    is made so; that which is a port of a Linux bridge or of a userspace switch is anyway."""
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
    ours, theirs = new('/rules/inet vifd'), new('/rules/ip filter')
    return {'apart': [(ours, why), (gone('/rules/ip filter'), why)], 'mended': [(ours, why)],
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
        {'apart': [(gone('/database/Port/%s/tag' % TAP), 'contract: no isolation on a trunk bridge')],
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
    'linux_bridge with rules': case(of_network(has_traffic_filtering=False), network_bridge(),
                                    rules(), prepare=uplink),
    'noop': case(direct(NETDEV, plugin='noop')),
    'noop, VIFVHostUser': case(vhost_user('server', plugin='noop')),
}


# ------------------------------------------------------------------------------ one host

class Host:
    """The lab that all cases share while they leave it as it was, with an os-vif on it."""

    def __init__(self):
        self.lab = Lab()
        self.lab.__enter__()
        try:
            self.lab.add_bridge()
            self.lab.add_bridge('br-sys', 'system')
            self.lab.start_proxy()
            self.peer = OsVif(self.lab)
        except BaseException:
            self.lab.close()
            raise
        self.clean_state = self.lab.snapshot()

    def end(self):
        self.peer.end()
        self.lab.close()

    def is_clean(self):
        return self.lab.snapshot() == self.clean_state


@pytest.fixture(scope='module')
def hosts():
    """At most one host; a test that spoils it has it replaced."""
    assert VERSION, 'python3-os-vif is not installed: run tools/deps test'
    made = []
    yield made
    for one in made:
        one.end()


@pytest.fixture
def host(hosts, request):
    if not hosts:
        hosts.append(Host())
    one = hosts[0]
    request.node.funcargs['lab'] = one.lab          # for the report of a failure
    one.lab.history.clear()
    yield one
    clean(one.lab)
    if not one.is_clean():
        hosts.remove(one)
        one.end()


def state_of(lab):
    """The snapshot, with QoS rows named by their type, and the routes."""
    state = lab.snapshot()
    database = state['database']
    database['QoS'] = {label.split()[0]: row for label, row in database['QoS'].items()}
    for port in database['Port'].values():
        if 'qos' in port:
            port['qos'] = port['qos'].split()[0]
    routes = re.sub(r' (linkdown|proto \w+)', '', lab.ip('route'))
    state['routes'] = {line.strip(): True for line in sorted(routes.splitlines())}
    state['rules'] = {}
    for table in lab.run('nft', 'list', 'tables').stdout.splitlines():
        text = lab.run('nft', '-s', 'list', *table.split()).stdout
        state['rules'][table.split(' ', 1)[1]] = text
    return state


def assert_differs(before, after, expected, what):
    """The lines by which two states differ are those of the patterns, each once."""
    lines = differences(before, after)
    patterns = [pattern for pattern, _ in expected]
    surprises = [line for line in lines if not any(re.fullmatch(p, line) for p in patterns)]
    missing = ['%s (%s)' % (p, why) for p, why in expected
               if not any(re.fullmatch(p, line) for line in lines)]
    assert not surprises and not missing, '%s:\nnot expected:\n  %s\nexpected, but not so:\n  %s' % (
        what, '\n  '.join(surprises), '\n  '.join(missing))


def without_addresses(state):
    """The kernel makes up the addresses of links."""
    for link in state['links'].values():
        link.pop('address', None)
    return state


def prepare(host, case):
    return case.prepare(host.lab) if case.prepare else None


def vifctl(host, verb, case, look=False):
    """Runs vifctl; with 'look' under strace: (its result, the changes of links it asked for)."""
    group = 'os_vif_linux_bridge' if 'linux_bridge' in str(case.doc) else 'os_vif_ovs'
    config = '[%s]\n%s' % (group, ''.join('%s = %s\n' % pair for pair in case.options.items()))
    options = ['--json', '--wait=' + case.wait, host.lab.config(config)]
    host.lab.proxy.clear()
    if look:
        outcome, changes = traced(host.lab, verb, case.doc, options=options)
        return outcome.result, changes
    return host.lab.vifctl(verb, case.doc, options=options).result, None


ALL = pytest.mark.parametrize('case', CASES.values(), ids=CASES)


@ALL
def test_what_os_vif_plugged_vifctl_takes_over(host, case):
    lab = host.lab
    prepare(host, case)
    before = state_of(lab)
    host.peer.plug(case.doc, **case.options)
    plugged = state_of(lab)
    result, changes = vifctl(host, 'plug', case, look=True)
    after = state_of(lab)
    assert_differs(plugged, after, case.mended, 'vifctl plugged again what os-vif had plugged')
    assert result['changed'] is bool(case.mended), result
    if case.mended:
        _, changes = vifctl(host, 'plug', case, look=True)
    assert lab.proxy.commits == [] and not changes, (lab.proxy.commits, changes)
    vifctl(host, 'unplug', case)
    assert_differs(before, state_of(lab), case.kept, 'vifctl unplugged what os-vif had plugged')


@ALL
def test_what_vifctl_plugged_os_vif_takes_over(host, case):
    lab = host.lab
    prepare(host, case)
    before = state_of(lab)
    vifctl(host, 'plug', case)
    plugged = state_of(lab)
    host.peer.plug(case.doc, **case.options)
    assert_differs(plugged, state_of(lab), case.retouched,
                   'os-vif plugged again what vifctl had plugged')
    host.peer.unplug(case.doc, **case.options)
    assert_differs(before, state_of(lab), (*case.left, *case.kept),
                   'os-vif unplugged what vifctl had plugged')
    vifctl(host, 'unplug', case)
    assert_differs(before, state_of(lab), (*case.stranded, *case.kept), 'vifctl unplugged the rest')
    if case.stranded:
        vifctl(host, 'plug', case)
        vifctl(host, 'unplug', case)
        assert_differs(before, state_of(lab), case.kept, 'vifctl plugged and unplugged once more')


@ALL
def test_both_leave_the_same_state(host, case):
    lab = host.lab
    prepare(host, case)
    host.peer.plug(case.doc, **case.options)
    theirs = without_addresses(state_of(lab))
    host.peer.unplug(case.doc, **case.options)
    clean(lab)
    prepare(host, case)
    vifctl(host, 'plug', case)
    assert_differs(theirs, without_addresses(state_of(lab)), case.apart,
                   'from the state os-vif makes to that which vifctl makes')
    vifctl(host, 'unplug', case)


# ------------------------------------------------------------------- from one way to another

def test_port_with_a_bridge_of_its_own_is_found_without_the_option(host):
    """os-vif plugged with per_port_bridge; vifctl's configuration does not have it."""
    lab, doc = host.lab, direct(NETDEV)
    before = state_of(lab)
    host.peer.plug(doc, **PER_PORT)
    assert OWN in lab.snapshot()['database']['Bridge']
    vifctl(host, 'unplug', case(doc))
    assert_differs(before, state_of(lab), (), 'vifctl unplugged without per_port_bridge')


def test_hybrid_pieces_of_a_port_that_is_direct_now(host):
    """Difference 11: os-vif plugged a VIFBridge, and Neutron has changed its firewall since."""
    lab = host.lab
    before = state_of(lab)
    host.peer.plug(hybrid({'datapath_type': 'netdev'}))
    vifctl(host, 'plug', case(direct(NETDEV)))
    vifctl(host, 'unplug', case(direct(NETDEV)))
    assert_differs(before, state_of(lab), (), 'vifctl unplugged both')


def test_bridge_of_another_datapath_is_flipped_by_os_vif_only(host):
    """Difference 3: without a datapath_type os-vif makes any bridge one of the kernel's."""
    lab, one = host.lab, case(direct())
    before = state_of(lab)
    vifctl(host, 'plug', one)
    assert_differs(before, state_of(lab), (), 'vifctl leaves the bridge as it is')
    host.peer.plug(one.doc)
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'system'


def renamed(nic_of_lab):
    """As nova has it: the representor is to be named after the port."""
    doc = host_device(bridge='br-sys')
    profile = doc['vif']['versioned_object.data']['port_profile']
    profile['versioned_object.name'] = 'VIFPortProfileOVSRepresentor'
    profile['versioned_object.data'].update(representor_name=TAP,
                                            representor_address=nic_of_lab.vf(0))
    return without_switch(doc)


def test_representor_that_os_vif_did_not_rename(host):
    """Difference 7: vifctl renames it, and its port with it."""
    lab = host.lab
    one = nic(lab)
    before = state_of(lab)
    host.peer.plug(renamed(one).doc)
    assert lab.db.row('Interface', REP)['external_ids']['iface-id'] == vif_id(1)
    vifctl(host, 'plug', renamed(one))
    one.follow()
    assert lab.db.row('Port', TAP) and lab.db.row('Port', REP) is None
    assert vifctl(host, 'plug', renamed(one))[0]['changed'] is False
    vifctl(host, 'unplug', renamed(one))
    assert_differs(before, state_of(lab), (), 'vifctl unplugged what os-vif had plugged')


def test_representor_that_vifctl_renamed(host):
    """os-vif finds it under its new name, and vifctl gives the old one back."""
    lab = host.lab
    one = nic(lab)
    before = state_of(lab)
    vifctl(host, 'plug', renamed(one))
    one.follow()
    plugged = state_of(lab)
    host.peer.plug(renamed(one).doc)
    assert_differs(plugged, state_of(lab), (), 'os-vif plugged again')
    host.peer.unplug(renamed(one).doc)
    assert lab.db.row('Port', TAP) is None and lab.links()[TAP]['up'] is False
    vifctl(host, 'unplug', renamed(one))
    assert_differs(before, state_of(lab), qos(TAP)['left'], 'vifctl unplugged the rest')


# ------------------------------------------------------------------- what Debian's does not have

LACKS = {
    'create_tap and multiqueue': lambda facts: not {'create_tap', 'multiqueue'} & set(
        facts['fields']['VIFPortProfileOpenVSwitch']),
    'VIFPortProfileOpenVSwitch above 1.3': lambda facts: facts['versions'][
        'VIFPortProfileOpenVSwitch'] == '1.3',
    'VIFPortProfileFPOpenVSwitch above 1.3': lambda facts: facts['versions'][
        'VIFPortProfileFPOpenVSwitch'] == '1.3',
    'VIFPortProfileOVSRepresentor above 1.3': lambda facts: facts['versions'][
        'VIFPortProfileOVSRepresentor'] == '1.3',
    'default_qos_type': lambda facts: 'default_qos_type' not in facts['options'],
}


@pytest.mark.parametrize('what', LACKS)
def test_debians_os_vif_lacks(host, what):
    """When it does not any more, that has to be compared, too."""
    assert LACKS[what](host.peer.facts), 'os-vif %s has %s' % (VERSION, what)


def test_vlan_of_a_linux_bridge_fails_in_os_vif(host):
    """Difference 12: so there is nothing to compare."""
    doc = of_network()
    uplink(host.lab)
    doc['vif']['versioned_object.data']['network']['versioned_object.data'].update(
        should_provide_vlan=True, vlan=7)
    with pytest.raises(AssertionError, match='PlugException.*gateway|missing 1 required'):
        host.peer.plug(doc)


def contents(primitive):
    """A primitive without the order of its changes."""
    if isinstance(primitive, dict):
        return {key: sorted(value) if key == 'versioned_object.changes' else contents(value)
                for key, value in primitive.items()}
    if isinstance(primitive, list):
        return [contents(value) for value in primitive]
    return primitive


def test_both_say_the_same_of_the_host(host):
    done = host.lab.vifctl('host-info', ovsdb='', options=['--wait=none'], status=None)
    if done.status == 2:
        done = host.lab.run(VIFCTL, 'host-info', '--json')
    told = json.loads(getattr(done, 'out', None) or done.stdout)
    assert contents(told) == contents(host.peer.facts['host_info'])
