# SPDX-License-Identifier: Apache-2.0
"""A small OVN on a lab's host: both databases, ovn-northd, and ovn-controller on bridge br-int.

All of it lives in the lab's directory and namespaces and ends with the lab.  The southbound
database is reached over TCP, as in a deployment.
"""
import os
import shutil

import pytest

from lab import wait_until
from vifs import mac, vif_id

SCHEMAS = '/usr/share/ovn'
PROGRAMS = ('ovn-controller', 'ovn-northd', 'ovn-nbctl')
CHASSIS, HOST, SWITCH = 'hv1', 'host1.example', 'sw0'
REMOTE = 'tcp:127.0.0.1:6642'


class Ovn:
    """Ovn(lab): the lab's host is chassis hv1 of a cloud with one logical switch, sw0."""

    def __init__(self, lab, controller=True):
        missing = [one for one in PROGRAMS if not shutil.which(one)]
        if missing:
            pytest.skip('%s is not installed: OVN is not tested (packages ovn-central, ovn-host)'
                        % ', '.join(missing))
        self.lab = lab
        for name in ('nb', 'sb'):
            self.create_database(name)
        self.start_nb()
        self.start_sb()
        self.nb('init')
        self.sb('init')
        self.start('ovn-northd', '--ovnnb-db=' + self.address('nb'),
                   '--ovnsb-db=' + self.address('sb'))
        self.nb('ls-add', SWITCH)
        lab.vsctl('set', 'Bridge', 'br-int', 'fail-mode=secure')
        self.configure(**{'system-id': CHASSIS, 'hostname': HOST, 'ovn-remote': REMOTE,
                          'ovn-encap-type': 'geneve', 'ovn-encap-ip': '127.0.0.1',
                          'ovn-bridge-datapath-type': 'netdev'})
        if controller:
            self.start_controller()
            wait_until(lambda: self.find('Chassis', 'name', 'name=' + CHASSIS) == CHASSIS, 20,
                       'ovn-controller registers its chassis')

    # ------------------------------------------------------------------ processes

    def start(self, name, *argv):
        lab = self.lab
        mine = ['%s_%s=%s' % (who, what, lab.dir) for who in ('OVS', 'OVN')
                for what in ('RUNDIR', 'DBDIR', 'LOGDIR', 'SYSCONFDIR')]
        return lab.start(name, 'env', *mine, name.split('@')[0], *argv, '-vconsole:off',
                         '--log-file=' + lab.path(name + '.log'))

    def create_database(self, name):
        self.lab.execute(('ovsdb-tool', 'create', self.lab.path(name + '.db'),
                          os.path.join(SCHEMAS, 'ovn-%s.ovsschema' % name)))

    def start_server(self, name, *remotes):
        self.start('ovsdb-server@' + name, self.lab.path(name + '.db'),
                   '--unixctl=' + self.lab.path(name + '.ctl'),
                   '--remote=punix:' + self.lab.path(name + '.sock'), *remotes)
        wait_until(lambda: os.path.exists(self.lab.path(name + '.sock')), 10, name + ' listens')

    def start_nb(self):
        self.start_server('nb')

    def start_sb(self):
        self.start_server('sb', '--remote=ptcp:6642:127.0.0.1')

    def stop_sb(self):
        self.lab.stop('ovsdb-server@sb')
        os.unlink(self.lab.path('sb.sock'))

    def start_controller(self):
        return self.start('ovn-controller', self.lab.address)

    def stop_controller(self):
        self.lab.stop('ovn-controller')

    # ------------------------------------------------------------------ databases

    def address(self, name):
        return 'unix:' + self.lab.path(name + '.sock')

    def nb(self, *argv):
        return self.lab.run('ovn-nbctl', '--db=' + self.address('nb'), '--timeout=20',
                            *argv).stdout.strip()

    def sb(self, *argv):
        return self.lab.run('ovn-sbctl', '--db=' + self.address('sb'), '--timeout=20',
                            *argv).stdout.strip()

    def find(self, table, column, *where):
        return self.sb('--bare', '--columns=' + column, 'find', table, *where)

    def configure(self, **ids):
        """external_ids of table Open_vSwitch; None takes one away."""
        for key, value in ids.items():
            if value is None:
                self.lab.vsctl('remove', 'Open_vSwitch', '.', 'external_ids', key)
            else:
                self.lab.vsctl('set', 'Open_vSwitch', '.',
                               'external_ids:%s="%s"' % (key, value))

    # ------------------------------------------------------------------ logical ports

    def add_port(self, n, name=None, **options):
        """The logical port of test VIF n, perhaps under another name than its iface-id."""
        name = name or vif_id(n)
        self.nb('lsp-add', SWITCH, name, '--', 'lsp-set-addresses', name,
                '%s 10.0.0.%d' % (mac(n), n))
        for key, value in options.items():
            self.nb('lsp-set-options', name, '%s=%s' % (key.replace('_', '-'), value))
        wait_until(lambda: self.find('Port_Binding', 'logical_port', 'logical_port="%s"' % name),
                   10, 'ovn-northd makes the port')

    def claimed_by(self, n):
        """The chassis that has claimed the port of VIF n, or ''."""
        uuid = self.find('Port_Binding', 'chassis', 'logical_port="%s"' % vif_id(n))
        return self.sb('get', 'Chassis', uuid, 'name').strip('"') if uuid else ''

    def is_installed(self, device):
        row = self.lab.db.row('Interface', device)
        return row is not None and row['external_ids'].get('ovn-installed') == 'true'
