# SPDX-License-Identifier: Apache-2.0
"""The virtual machine as a lab: its own kernel, network and file system are the host of the tests.

Nothing here may run on a machine that is to be kept: it loads drivers, takes NICs and writes to
/sys, and leaves the tidying to the end of the machine.
"""
import json
import os

from holder import Namespace
from lab import Lab, wait_until
import state
from vifs import device, document

# Emulated processors are slow, and slower while the machine below is busy.
PATIENCE = 90
Namespace.patience = '3'


class Vm(Lab):
    """The lab whose host is the machine itself, with an Open vSwitch on the kernel's datapath."""

    def __enter__(self):
        try:
            self.create_database()
            self.start_ovsdb()
            self.db.transact({'op': 'insert', 'table': 'Open_vSwitch', 'row': {
                'other_config': ['map', [['hw-offload', 'true']]]}})
            self.start_vswitchd()
            self.settle(PATIENCE)
        except BaseException:
            self.close()
            raise
        return self

    def inside(self, cwd=None):
        return ('env', '--chdir=' + (cwd or self.dir))

    def settle(self, seconds=PATIENCE):
        super().settle(seconds)

    def command(self, verb, *files, options=(), **arguments):
        return super().command(verb, *files, options=(*options, '--timeout=%d' % PATIENCE),
                               **arguments)

    def end_guests(self):
        while self.guests:
            self.guests.pop().end()

    def appctl(self, *argv):
        return self.run('ovs-appctl', '--target=' + self.path('vs.ctl'), *argv).stdout

    def plugged(self, *documents, **arguments):
        """Plugs, and returns the results, each of which says plugged with a port number."""
        results = self.plug(*documents, options=['--json'], **arguments).results
        for result in results:
            assert result['state'] == 'plugged' and result['ofport'] > 0, result
        return results

    def wired(self):
        """What a plug may change: links, and rows with what tells that they were written."""
        rows = {table: [(r['_uuid'], r['_version']) for r in self.db.select(table)]
                for table in ('Bridge', 'Port', 'QoS')}
        return {'links': self.links(), 'database': state.database_state(self.db), 'rows': rows}

    def assert_nothing_to_do(self, documents, **arguments):
        """Plugging what is plugged changes no row and no link."""
        before = self.wired()
        assert not any(r['changed'] for r in self.plugged(documents, **arguments))
        state.assert_same(before, self.wired())

    def refused(self, doc, *words, **arguments):
        """Plugging fails in one line that has these words, and changes nothing."""
        before = self.wired()
        outcome = self.plug(doc, status=None, **arguments)
        assert outcome.status, outcome
        for word in words:
            assert word in outcome.line()
        state.assert_same(before, self.wired())

    def dies_with_a_flow(self, one, two, match='icmp', bridge='br-int'):
        """The proof that it is the switch that carries the frames: a flow that drops them."""
        self.ofctl('add-flow', bridge, 'priority=100,%s,actions=drop' % match)
        wait_until(lambda: not one.pings(two, count=1), PATIENCE, 'a flow stops the ping')
        self.ofctl('del-flows', '--strict', bridge, 'priority=100,' + match)
        wait_until(lambda: one.pings(two, count=1), PATIENCE, 'the ping is back')


class Nic:
    """The make-believe switchdev NIC: 'pfs' PFs with two VFs each.

    rep_style is the driver's: 0 names representors pf0vf1, 1 plainly by the VF's number, 2 as those
    of another controller, c1pf0vf1.
    """

    def __init__(self, lab, style=0, pfs=1, switchdev=True):
        self.lab = lab
        lab.run('modprobe', 'swnic', 'rep_style=%d' % style)
        driver = '/sys/bus/pci/drivers/swnic'
        self.pfs = sorted(n for n in os.listdir(driver) if n[0].isdigit())
        assert len(self.pfs) >= 2, 'the machine has two cards'
        for pf in self.pfs[pfs:]:
            write(driver + '/unbind', pf)
        self.pfs = self.pfs[:pfs]
        for pf in self.pfs:
            self.set_vfs(pf, 2)
            if switchdev:
                self.set_mode(pf, 'switchdev')

    def set_vfs(self, pf, n):
        write('/sys/bus/pci/devices/%s/sriov_numvfs' % pf, str(n))

    def set_mode(self, pf, mode):
        self.lab.run('devlink', 'dev', 'eswitch', 'set', 'pci/' + pf, 'mode', mode)

    def vf(self, n, pf=0):
        """The PCI address of a VF."""
        return os.path.basename(os.readlink(
            '/sys/bus/pci/devices/%s/virtfn%d' % (self.pfs[pf], n)))

    def netdev(self, address):
        names = os.listdir('/sys/bus/pci/devices/%s/net' % address)
        assert len(names) == 1, names
        return names[0]

    def uplink(self, pf=0):
        return self.port(self.pfs[pf], 65535)

    def representor(self, n, pf=0):
        """The name the VF's representor has now: this driver numbers its ports so."""
        return self.port(self.pfs[pf], n + 1)

    def port(self, pf, index):
        ports = json.loads(self.lab.run('devlink', '-j', 'port', 'show').stdout)['port']
        return ports['pci/%s/%d' % (pf, index)]['netdev']

    def guest(self, n, pf, address):
        return VfGuest(self.lab, self.netdev(self.vf(n, pf)), address)

    def close(self):
        self.lab.run('rmmod', 'swnic')


class VfGuest(Namespace):
    """One that was given a VF."""

    def __init__(self, lab, netdev, address):
        super().__init__(lab, address)
        lab.ip('link', 'set', netdev, 'netns', str(self.holder.process.pid))
        self.run('ip', 'addr', 'add', address + '/24', 'dev', netdev)
        self.run('ip', 'link', 'set', netdev, 'up')


def write(path, text):
    with open(path, 'w', encoding='ascii') as f:
        f.write(text)


def host_device(n, address, name=True, **fields):
    """A VIFHostDevice as nova makes it for a port of vnic_type direct; its representor is to be
    called tap.., or with name=False as the kernel does."""
    name = device(n) if name is True else name
    profile = {'type': 'VIFPortProfileOVSRepresentor', 'representor_address': address}
    offload = {'type': 'DatapathOffloadRepresentor', 'representor_address': address}
    if name:
        profile['representor_name'] = offload['representor_name'] = name
    doc = document(n, 'VIFHostDevice', dict(profile, datapath_offload=offload),
                   dev_type='ethernet', dev_address=address, **fields)
    del doc['vif']['vif_name']
    return doc
