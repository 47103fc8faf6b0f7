# SPDX-License-Identifier: Apache-2.0
"""vifctl whose changes fail, one after the other, from given starting states.

tests/lab/faults.c, put before vifctl, counts the changes it asks kernel and database for, and makes
chosen ones fail.

    world = World(lab)
    world.start(case)                      what is there before
    done, struck = world.run('plug', case, FAULT_AT=3)
"""
import os

from nic import Nic, pretend_dpdk
from state import differences, identities, snapshot
from vifs import qos_id

ASAN = 'verify_asan_link_order=0'
EMPTY = 'ip -force -batch - 2>/dev/null; nft flush ruleset'
KINDS = ('links', 'sysctls', 'Bridge', 'Port', 'Interface')


class Case:
    """A VIF and what is there before it is plugged.

    'start' is a list of what makes that: 'plug' and 'unplug' of the VIF, tuples that begin with
    'ip' or 'vsctl', functions of the world.  'conf' is the text of the configuration,
    'conf_before' the one that 'start' plugs with.  'gone' names links that a plug takes away for
    good.
    """

    def __init__(self, doc, *start, conf='', conf_before=None, gone=()):
        self.doc, self.start, self.gone = doc, start, gone
        self.conf, self.conf_before = conf, conf if conf_before is None else conf_before


class World:
    """A lab that can be emptied and filled again and again: faster than making new ones."""

    def __init__(self, lab, datapath_type='system'):
        """A switch cannot make 'system' real here."""
        self.lab, self.nic, self.datapath_type = lab, None, datapath_type
        self.log = lab.path('faults.log')

    # ------------------------------------------------------------------ what is there

    def start(self, case):
        self.wipe()
        for action in case.start:
            if callable(action):
                action(self)
            elif isinstance(action, str):
                self.vifctl(action, case, case.conf_before, options=self.waiting)
            elif action[0] == 'vsctl':
                self.lab.vsctl(*action[1:])
            else:
                self.lab.run(*action)

    @property
    def waiting(self):
        """How far a plug that is to succeed can wait."""
        return ['--wait=none'] if self.datapath_type == 'system' else ['--wait=vswitchd']

    def wipe(self):
        """Nothing is left but br-int without a port."""
        lab = self.lab
        lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [],
                         'row': {'bridges': ['set', []]}})
        lab.db.transact({'op': 'delete', 'table': 'QoS', 'where': []})
        lab.settle()
        # The kernel waits once for a group, and not some 20 ms for each link.
        links = ['link set %s group 7\n' % name for name in lab.links() if name != 'lo']
        lab.run('sh', '-c', EMPTY, stdin=''.join([*links, 'link del group 7\n']))
        if not lab.with_vswitchd:
            pretend_dpdk(lab)
        lab.add_bridge(datapath_type=self.datapath_type)
        if self.nic:
            self.nic.nets = self.nic.nets[:2]
            self.nic.write()

    def representor(self, name='rep3', port='pf0vf3'):
        self.nic = self.nic or Nic(self.lab)
        self.nic.representor(name, port)
        self.lab.ip('link', 'set', name, 'address', '02:00:00:00:00:03')

    def move_port(self, name, bridge):
        """Takes a port with its rows to another bridge."""
        db = self.lab.db
        reference = ['uuid', db.row('Port', name)['_uuid'].lstrip('@')]
        db.transact(*({'op': 'mutate', 'table': 'Bridge', 'where': [['name', test, bridge]],
                       'mutations': [['ports', how, reference]]}
                      for test, how in (('!=', 'delete'), ('==', 'insert'))))

    def add_qos(self, name, kind):
        """A row that an earlier port of this name left."""
        self.lab.db.transact({'op': 'insert', 'table': 'QoS', 'row': {
            'type': kind, 'external_ids': ['map', [['id', qos_id(name)], ['_type', kind]]]}})

    def state(self):
        """All of it, as a person sees it, but for the addresses that the kernel makes up: those of
        veths, of what the switch makes, and of Linux bridges, which follow their ports."""
        state = snapshot(self.lab)
        for name, link in state['links'].items():
            if link.get('kind') in ('bridge', 'veth') or name in ('br-int', 'ovs-netdev'):
                link.pop('address', None)
        return state

    def identities(self):
        return identities(self.lab)

    def wired(self):
        """The state without aliases: a link that was left behind without one gets none."""
        state = self.state()
        for link in state['links'].values():
            link.pop('alias', None)
        return state

    # ------------------------------------------------------------------ vifctl

    def vifctl(self, verb, case, conf=None, status=0, prefix=(), options=()):
        words = [self.lab.config(case.conf if conf is None else conf)]
        # The search for leaks takes most of a run's time; of what only prepares, others look.
        if not prefix and 'ASAN_OPTIONS' in os.environ:
            prefix = ('env', 'ASAN_OPTIONS=%s:detect_leaks=0' % os.environ['ASAN_OPTIONS'])
        done = self.lab.vifctl(verb, case.doc, status=status, prefix=prefix,
                               options=[*words, *options])
        if self.nic:
            self.nic.follow()
        return done

    def run(self, verb, case, options=(), **faults):
        """Runs it with faults: (outcome, the changes that were spoilt)."""
        if os.path.exists(self.log):
            os.unlink(self.log)
        asan = os.environ.get('ASAN_OPTIONS', '')
        words = ['%s=%s' % pair for pair in faults.items()]
        prefix = ('env', 'LD_PRELOAD=' + self.lab.faults, 'FAULT_LOG=' + self.log, *words,
                  'ASAN_OPTIONS=' + ':'.join(filter(None, (asan, ASAN))))
        done = self.vifctl(verb, case, status=None, prefix=prefix, options=options)
        return done, [line for line in self.changes() if line.endswith(' spoilt')]

    def changes(self):
        """The changes of the last run, a line each."""
        if not os.path.exists(self.log):
            return []
        with open(self.log) as f:
            return f.read().splitlines()


def names_of(lines):
    """The links, ports and bridges of differences(); a bridge's ports speak for themselves."""
    found = set()
    for line in lines:
        parts = line.split(': ')[0].split('/')[1:]
        if parts[0] == 'database':
            parts = parts[1:]
        if parts[0] in KINDS and parts[2:] != ['ports']:
            found.add(parts[1])
    return found


def left(before, after):
    """The names of all that is not the same."""
    return names_of(differences(before, after))
