# SPDX-License-Identifier: Apache-2.0
"""An SR-IOV NIC that is not there: its tree on the lab's own /sys, taps for its representors.

    nic = Nic(lab)                          two PFs of one switch, four VFs each, in switchdev mode
    nic.representor('rep3', 'pf0vf3')
    lab.plug(hostdev_vif(1, nic.vf(3)))
"""
import json
import shlex

from state import assert_same
from vifs import document

SWITCH = '0c42a1fffe000100'
ADDRESSES = ('0000:03:00.0', '0000:03:00.1')
VFS = ('0000:03:00.%d', '0000:03:01.%d')


def hostdev_vif(n, dev_address, datapath_type=None, name=None, offload=None, **fields):
    """A VIFHostDevice; 'name' (and 'offload') is the representor_name in either of its places."""
    profile = {'datapath_type': datapath_type} if datapath_type is not None else {}
    if name:
        profile.update(type='VIFPortProfileOVSRepresentor', representor_name=name,
                       representor_address=dev_address)
    if offload:
        profile['datapath_offload'] = {'type': 'DatapathOffloadRepresentor',
                                       'representor_name': offload,
                                       'representor_address': dev_address}
    fields.setdefault('dev_type', 'ethernet')
    doc = document(n, 'VIFHostDevice', profile, dev_address=dev_address, **fields)
    del doc['vif']['vif_name']
    return doc


def vhostuser_vif(n=1, mode='server', path=None, datapath_type=None, **fields):
    """A VIFVHostUser; its socket's directory is /run, which every host has."""
    profile = {'datapath_type': datapath_type} if datapath_type is not None else {}
    fields.setdefault('path', '/run/vhu%d' % n if path is None else path)
    return document(n, 'VIFVHostUser', profile, mode=mode, **fields)


def pretend_dpdk(lab):
    """The database says what an ovs-vswitchd with DPDK would say."""
    lab.db.transact({'op': 'update', 'table': 'Open_vSwitch', 'where': [],
                     'row': {'dpdk_initialized': True}})


class Nic:
    def __init__(self, lab, switch=SWITCH, uplinks=True, vfs=4):
        """Without 'switch' the eswitch is in legacy mode; without 'uplinks' the PFs have no network
        device."""
        self.lab, self.vfs, self.nets = lab, {0: list(range(vfs)), 1: list(range(vfs))}, []
        lab.run('mount', '-t', 'tmpfs', 'tmpfs', '/sys')
        for pf in (0, 1) if uplinks else ():
            self.nets.append({'name': 'pf%d' % pf, 'pf': pf, 'switch': switch, 'port': 'p%d' % pf})
        self.write()

    def vf(self, n, pf=0):
        return VFS[pf] % (n + 2)

    def pf(self, n=0):
        return ADDRESSES[n]

    def representor(self, name, port, pf=0, switch=SWITCH, link=True):
        """A network device of this phys_port_name; link=False: /sys names it, but it is gone."""
        index = None
        if link:
            self.lab.ip('tuntap', 'add', name, 'mode', 'tap')
            index = self.names()[name]
        self.nets.append({'name': name, 'pf': pf, 'switch': switch, 'port': port, 'index': index})
        self.write()

    def names(self):
        return {link['ifname']: link['ifindex']
                for link in json.loads(self.lab.ip('-j', 'link', 'show'))}

    def follow(self):
        """The kernel moves the entries of a device that gets another name by itself."""
        name_of = {index: name for name, index in self.names().items()}
        for net in self.nets:
            net['name'] = name_of.get(net.get('index'), net['name'])
        self.write()

    def lose_vf(self, n, pf=0):
        self.vfs[pf].remove(n)
        self.write()

    def lose_all(self):
        self.lab.run('sh', '-c', 'rm -rf /sys/*')

    def write(self):
        """Makes the whole tree anew."""
        lines = ['set -e', 'rm -rf /sys/*', 'mkdir -p /sys/bus/pci/devices /sys/class/net',
                 'put() { printf "%s\\n" "$1" >"$2"; }',
                 'device() { mkdir -p "/sys/devices/$1/net"; '
                 'ln -s "../../../devices/$1" "/sys/bus/pci/devices/$1"; }']
        for pf, vfs in self.vfs.items():
            home = '/sys/devices/' + ADDRESSES[pf]
            lines += ['device ' + ADDRESSES[pf], 'put 4 %s/sriov_totalvfs' % home]
            for vf in vfs:
                address = self.vf(vf, pf)
                lines += ['device ' + address,
                          'ln -s ../%s /sys/devices/%s/physfn' % (ADDRESSES[pf], address),
                          'ln -s ../%s %s/virtfn%d' % (address, home, vf)]
        for net in self.nets:
            home = 'devices/%s/net/%s' % (ADDRESSES[net['pf']], net['name'])
            lines += ['mkdir /sys/' + home, 'ln -s ../../../%s /sys/%s/device' % (
                ADDRESSES[net['pf']], home),
                'ln -s ../../%s /sys/class/net/%s' % (home, net['name'])]
            for key, what in (('phys_switch_id', 'switch'), ('phys_port_name', 'port')):
                if net[what] is not None:
                    lines.append('put %s /sys/%s/%s' % (shlex.quote(net[what]), home, key))
        self.lab.run('sh', '-c', '\n'.join(lines))

    # ------------------------------------------------------------------ vifctl

    def plug(self, doc, **arguments):
        done = self.lab.plug(doc, **arguments)
        self.follow()
        return done

    def unplug(self, doc, **arguments):
        done = self.lab.unplug(doc, **arguments)
        self.follow()
        return done

    def refuses(self, doc, *words, status=3):
        """The VIF fails in one line that has all these words, and nothing is changed."""
        before = self.lab.snapshot()
        failed = self.lab.plug(doc, status=status)
        for word in words:
            assert word in failed.line(), failed
        assert_same(before, self.lab.snapshot())


def nic_with_vf3(lab):
    """A NIC whose VF 3 has the representor rep3."""
    if not lab.with_vswitchd:
        pretend_dpdk(lab)
    one = Nic(lab)
    one.representor('rep3', 'pf0vf3')
    return one
