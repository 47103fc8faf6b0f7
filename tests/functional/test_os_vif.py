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
from os_vif_cases import (CASES, NETDEV, OWN, PER_PORT, REP, RULED, TAP, case, clean, direct,
                          host_device, hybrid, nic, of_network, qos, uplink, without_switch)
from os_vif_peer import OsVif, version
from state import differences
from vifs import vif_id
from watch import traced

VERSION = version()
if not VERSION and os.environ.get('CI') != 'true':
    pytest.skip('python3-os-vif is not installed: NOTHING is compared with os-vif; tools/deps test',
                allow_module_level=True)


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
    usable = False
    try:
        clean(one.lab)
        usable = one.is_clean()
    finally:
        if not usable:
            hosts.remove(one)
            one.end()


def state_of(lab):
    """The snapshot, with QoS rows named by their type; routes, and the rules of packet filters."""
    state = lab.snapshot()
    database = state['database']
    database['QoS'] = {label.split()[0]: row for label, row in database['QoS'].items()}
    for port in database['Port'].values():
        if 'qos' in port:
            port['qos'] = port['qos'].split()[0]
    text = lab.run('sh', '-c', 'ip route; echo ---; nft -s list ruleset').stdout
    routes, _, rules_there = re.sub(' (linkdown|proto \\w+)', '', text).partition('---\n')
    state['routes'] = {line.strip(): True for line in routes.splitlines()}
    state['rules'] = dict(re.findall(r'^table (\S+ \S+) \{\n(.*?)^\}', rules_there, re.M | re.S))
    return state


def assert_differs(before, after, expected, what):
    """The lines by which two states differ are those of the patterns, each once."""
    lines = differences(before, after)
    patterns = [pattern for pattern, _ in expected]
    surprises = [line for line in lines if not any(re.fullmatch(p, line) for p in patterns)]
    missing = ['%s (%s)' % (p, why) for p, why in expected
               if not any(re.fullmatch(p, line) for line in lines)]
    assert not surprises, '%s, and not expected:\n  %s' % (what, '\n  '.join(surprises))
    assert not missing, '%s; expected, but not so:\n  %s' % (what, '\n  '.join(missing))


def without_addresses(state):
    """The kernel makes up the addresses of links."""
    for link in state['links'].values():
        link.pop('address', None)
    return state


def prepare(host, case):
    if case.doc in RULED:
        host.peer.restart()       # it remembers the rules it wrote
    if case.prepare:
        case.prepare(host.lab)


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
    one.follow()
    vifctl(host, 'plug', renamed(one))
    one.follow()
    vifctl(host, 'unplug', renamed(one))
    assert_differs(before, state_of(lab), (), 'vifctl plugged and unplugged once more')


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
    """Difference 12: so there is nothing to compare.  (A kernel may not have VLANs, besides.)"""
    doc = of_network()
    uplink(host.lab)
    doc['vif']['versioned_object.data']['network']['versioned_object.data'].update(
        should_provide_vlan=True, vlan=7)
    with pytest.raises(AssertionError, match="argument: 'gateway'|Operation not supported"):
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
    told = json.loads(host.lab.run(VIFCTL, 'host-info').stdout)
    assert contents(told) == contents(host.peer.facts['host_info'])


# ------------------------------------------------------------------ last, since it spoils the host

def test_bridge_of_another_datapath_is_flipped_by_os_vif_only(host):
    """Difference 3: without a datapath_type os-vif makes any bridge one of the kernel's."""
    lab, one = host.lab, case(direct())
    before = state_of(lab)
    vifctl(host, 'plug', one)
    assert_differs(before, state_of(lab), (), 'vifctl leaves the bridge as it is')
    host.peer.plug(one.doc)
    assert lab.db.row('Bridge', 'br-int')['datapath_type'] == 'system'
