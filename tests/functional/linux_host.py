# SPDX-License-Identifier: Apache-2.0
"""A host of the linux_bridge plugin: no Open vSwitch has a part in it, and none is there."""
from state import assert_same, links_state, sysctls_state
from vifs import document
from watch import traced

BRIDGE = 'br-lb'
OTHER = 'br-other'
NIC = 'eth0-lb'
ADDRESS, GATEWAY = '192.0.2.5/24', '192.0.2.1'
DATABASE = 'unix:/nonexistent'
NFT_WRITES = ('NFT_MSG_NEW', 'NFT_MSG_DEL')


def lb_vif(n=1, vlan=None, mtu=1500, plugin='linux_bridge', **network):
    """A VIFBridge as nova has it for nova-network's successors: without a port profile."""
    fields = {'should_provide_bridge': True, 'bridge_interface': NIC, **network}
    if vlan is not None:
        fields.update(should_provide_vlan=True, vlan=vlan)
    doc = document(n, 'VIFBridge', {}, mtu=mtu, bridge=BRIDGE, plugin=plugin,
                   bridge_name=BRIDGE, has_traffic_filtering=False)
    del doc['vif']['port_profile']
    doc['vif']['network'].update(fields)
    return doc


class Host:
    """A lab whose database server is stopped, with an interface that has an address."""

    def __init__(self, lab):
        self.lab = lab
        lab.stop('ovsdb-server')
        lab.ip('link', 'add', NIC, 'type', 'veth', 'peer', 'name', 'wire0')
        lab.ip('link', 'set', NIC, 'up')
        lab.ip('link', 'set', 'wire0', 'up')

    def add_addresses(self):
        self.lab.ip('addr', 'add', ADDRESS, 'brd', '+', 'dev', NIC)
        self.lab.ip('addr', 'add', '198.51.100.9/32', 'dev', NIC)
        self.lab.ip('route', 'add', 'default', 'via', GATEWAY, 'metric', '7')
        self.lab.ip('route', 'add', '203.0.113.0/24', 'via', GATEWAY, 'table', '100')

    def plug(self, *docs, text=None, **arguments):
        return self.verb('plug', docs, text, arguments)

    def unplug(self, *docs, text=None, **arguments):
        return self.verb('unplug', docs, text, arguments)

    def verb(self, verb, docs, text, arguments):
        options = ['--json', '--wait=vswitchd', *arguments.pop('options', ())]
        if text is not None:
            options.append(self.lab.config('[os_vif_linux_bridge]\n' + text))
        trace = arguments.pop('trace', False)
        words = {'options': options, 'ovsdb': DATABASE, **arguments}
        if trace:
            return traced(self.lab, verb, *docs, **words)
        return self.lab.vifctl(verb, *docs, **words)

    def refused(self, *docs, status=3, lines=1, **arguments):
        """Plug is refused in one line for each VIF, and nothing is changed."""
        before = self.state()
        failed = self.plug(*docs, status=status, **arguments)
        assert_same(before, self.state())
        assert len(failed.err.splitlines()) == lines, failed
        return failed.line() if lines == 1 else failed.err

    def link(self, name):
        return self.lab.links()[name]

    def routes(self):
        """Every IPv4 route but the kernel's own, '(table) words' without what cannot be chosen."""
        text = self.lab.ip('-4', 'route', 'show', 'table', 'all')
        return sorted(line.strip() for line in text.splitlines() if 'table local' not in line)

    def rules(self):
        """The rules of our table in nft's words."""
        text = self.lab.run('nft', 'list', 'table', 'inet', 'vifd', check=False).stdout
        return [line.strip() for line in text.splitlines() if 'comment' in line]

    def state(self):
        links = links_state(self.lab)
        for link in links.values():
            if link.get('kind') == 'bridge':
                link.pop('address', None)   # follows its ports
        return {'links': links, 'sysctls': sysctls_state(self.lab, links),
                'routes': self.routes(),
                'ruleset': self.lab.run('nft', 'list', 'ruleset').stdout}


def accepts(bridge, *names):
    """nft's words for rules that let all, or these interfaces alone, talk with the bridge."""
    if not names:
        return ['iifname "%s" accept comment "%s"' % (bridge, bridge),
                'oifname "%s" accept comment "%s"' % (bridge, bridge)]
    pairs = [(bridge, bridge)] + [pair for name in names
                                  for pair in ((bridge, name), (name, bridge))]
    return ['iifname "%s" oifname "%s" accept comment "%s"' % (one, other, bridge)
            for one, other in pairs]


def drops(bridge, verdict='drop'):
    return ['%s "%s" %s comment "%s"' % (side, bridge, verdict, bridge)
            for side in ('iifname', 'oifname')]


# ---------------------------------------------------------------------- flat networks


def nft_writes(lab):
    with open(lab.path('strace.log'), errors='replace') as f:
        return sum(any(word in line for word in NFT_WRITES) for line in f if 'send' in line)
