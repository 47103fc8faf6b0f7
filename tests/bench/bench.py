#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One VIFOpenVSwitch (create_port, no tap) plugged by vifctl, ovs-vsctl and os-vif, timed.

Run by tools/bench in namespaces of its own.  Each round does each thing once on each database, so
that whatever the machine does meanwhile hits all of them; the median of all rounds is shown.

  vifctl plug --wait=none   the whole process, a VIF never seen before
  ovs-vsctl --no-wait       the whole process, writing the same rows
  os-vif, warm              os_vif.plug() alone, in a process that has loaded and connected before
  empty process             what starting and ending a process costs by itself
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, 'tests', 'functional'))
from ovsdb import Ovsdb                                                    # noqa: E402
from vifs import device, instance_id, mac, ovs_vif, qos_id, versioned, vif_id    # noqa: E402

VIFCTL = os.path.abspath(os.environ.get('VIFCTL', os.path.join(TOP, 'build', 'vifctl')))
SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema'
SIZES = (0, 1000)
VIFCTL_NAME, VSCTL_NAME, OSVIF_NAME, EMPTY_NAME = (
    'vifctl plug --wait=none', 'ovs-vsctl --no-wait', 'os-vif, warm', 'empty process (true)')


class Database:
    """A server of its own with so many patch ports on br-int, and a warm os-vif beside it."""

    def __init__(self, directory, size):
        self.size = size
        self.socket = os.path.join(directory, 'db%d.sock' % size)
        self.address = 'unix:' + self.socket
        conf = os.path.join(directory, 'conf%d.db' % size)
        subprocess.run(['ovsdb-tool', 'create', conf, SCHEMA], check=True)
        self.server = subprocess.Popen(
            ['ovsdb-server', conf, '--remote=punix:' + self.socket, '-vconsole:off',
             '--unixctl=' + os.path.join(directory, 'db%d.ctl' % size)])
        self.client = self.connected()
        self.client.transact({'op': 'insert', 'table': 'Open_vSwitch', 'row': {}})
        subprocess.run(['ovs-vsctl', '--no-wait', '--db=' + self.address, 'add-br', 'br-int',
                        '--', 'set', 'Bridge', 'br-int', 'datapath_type=system'], check=True)
        self.fill(size)
        self.worker = subprocess.Popen(
            ['/usr/bin/python3', os.path.abspath(__file__), '--os-vif', self.address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.worker.stdout.readline() == 'ready\n', 'os-vif does not start'

    def connected(self):
        for _ in range(500):
            try:
                return Ovsdb(self.socket)
            except OSError:
                time.sleep(0.01)
        raise RuntimeError('ovsdb-server does not start')

    def fill(self, size):
        operations, ports = [], []
        for n in range(size):
            name, iface, port = 'patch%d' % n, 'i%d' % n, 'p%d' % n
            operations += [
                {'op': 'insert', 'table': 'Interface', 'uuid-name': iface, 'row': {
                    'name': name, 'type': 'patch', 'options': ['map', [['peer', 'x' + name]]],
                    'external_ids': ['map', [['iface-id', vif_id(10 ** 6 + n)],
                                             ['attached-mac', mac(n)]]]}},
                {'op': 'insert', 'table': 'Port', 'uuid-name': port, 'row': {
                    'name': name, 'interfaces': ['named-uuid', iface]}}]
            ports.append(['named-uuid', port])
        if ports:
            operations.append({'op': 'mutate', 'table': 'Bridge', 'where': [
                ['name', '==', 'br-int']], 'mutations': [['ports', 'insert', ['set', ports]]]})
            self.client.transact(*operations)

    def rows(self, name):
        """The rows of a port, by content: (interface, QoS)."""
        interface, port = self.client.row('Interface', name), self.client.row('Port', name)
        assert interface and port, 'no port %s' % name
        qos = []
        if port['qos']:
            qos = self.client.select('QoS', [['_uuid', '==', ['uuid', port['qos'][1:]]]])
        return [interface['external_ids'], interface['type']], [
            [q['type'], q['external_ids']] for q in qos]

    def remove(self, name):
        """Takes the port away again, so that the database keeps its size."""
        uuid = self.client.row('Port', name)['_uuid'][1:]
        self.client.transact(
            {'op': 'update', 'table': 'Port', 'where': [['name', '==', name]],
             'row': {'qos': ['set', []]}},
            {'op': 'mutate', 'table': 'Bridge', 'where': [['name', '==', 'br-int']],
             'mutations': [['ports', 'delete', ['uuid', uuid]]]},
            {'op': 'delete', 'table': 'QoS', 'where': [
                ['external_ids', 'includes', ['map', [['id', qos_id(name)]]]]]})

    def end(self):
        self.worker.stdin.close()
        self.worker.wait(10)
        self.client.close()
        self.server.terminate()
        self.server.wait(10)


NULL = [(os.POSIX_SPAWN_OPEN, fd, '/dev/null', os.O_RDWR, 0) for fd in (0, 1)]


def spawned(argv):
    """Seconds a whole process takes; starting it by posix_spawn keeps our own size out of it."""
    begun = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=NULL)
    status = os.waitpid(pid, 0)[1]
    seconds = time.perf_counter() - begun
    if status:
        raise RuntimeError('%s: status %d' % (' '.join(argv), status))
    return seconds


def document(n):
    """VIF n as nova hands it over, in the version the os-vif of Debian 12 knows."""
    wire = versioned(ovs_vif(n))
    profile = wire['vif']['versioned_object.data']['port_profile']
    profile['versioned_object.version'] = '1.3'
    return wire


def by_vifctl(database, n, directory):
    path = os.path.join(directory, 'vif.json')
    with open(path, 'w') as f:
        json.dump(document(n), f)
    return spawned([VIFCTL, 'plug', '--wait=none', '--ovsdb=' + database.address, path])


def by_vsctl(database, n, directory):
    name = device(n)
    ids = {'iface-id': vif_id(n), 'iface-status': 'active', 'attached-mac': mac(n),
           'vm-uuid': instance_id(n)}
    return spawned([
        shutil.which('ovs-vsctl'), '--no-wait', '--db=' + database.address,
        '--', '--may-exist', 'add-port', 'br-int', name,
        '--', 'set', 'Interface', name,
        *('external_ids:%s="%s"' % pair for pair in ids.items()),
        '--', '--id=@qos', 'create', 'QoS', 'type=linux-noop',
        'external_ids:id="%s"' % qos_id(name), 'external_ids:_type=linux-noop',
        '--', 'set', 'Port', name, 'qos=@qos'])


def by_os_vif(database, n, directory):
    database.worker.stdin.write('%d\n' % n)
    database.worker.stdin.flush()
    return float(database.worker.stdout.readline())


def os_vif_worker(address):
    """Plugs VIF n for each line 'n' and says how many seconds that took."""
    import os_vif
    from os_vif import objects
    from oslo_config import cfg
    from ovsdbapp.schema.open_vswitch import impl_idl
    from vif_plug_ovs import privsep

    # os-vif always waits for ovs-vswitchd; there is none here, and the other two do not wait.
    impl_idl.OvsVsctlTransaction.do_post_commit = lambda self, transaction: None

    with tempfile.NamedTemporaryFile('w', suffix='.conf') as conf:
        conf.write('[os_vif_ovs]\novsdb_connection = %s\n' % address)
        conf.flush()
        cfg.CONF(['--config-file', conf.name], project='bench')
        os_vif.initialize()
    privsep.vif_plug.set_client_mode(False)       # we are root: no helper process in the way

    def plug(n):
        vif = objects.base.VersionedObject.obj_from_primitive(document(n)['vif'])
        instance = objects.instance_info.InstanceInfo(uuid=instance_id(n), name='i')
        begun = time.perf_counter()
        os_vif.plug(vif, instance)
        return time.perf_counter() - begun

    print('ready', flush=True)
    for line in sys.stdin:
        print(plug(int(line)), flush=True)


WAYS = {VIFCTL_NAME: by_vifctl, VSCTL_NAME: by_vsctl, OSVIF_NAME: by_os_vif}


def anonymous(rows, n):
    """The rows without what is different for each VIF, to see that all three write the same."""
    text = json.dumps(rows, sort_keys=True)
    for word in (vif_id(n), mac(n), instance_id(n), qos_id(device(n))):
        text = text.replace(word, '*')
    return json.loads(text)


def measure(databases, rounds, directory):
    """{(what, size): [seconds, ...]}; the first two rounds warm everything up and do not count."""
    times, n = {}, 1
    for one in range(rounds + 2):
        for database in databases:
            written = {}
            for what, way in WAYS.items():
                n += 1
                seconds = way(database, n, directory)
                written[what] = anonymous(database.rows(device(n)), n)
                database.remove(device(n))
                time.sleep(0.01)              # os-vif's replica takes note
                if one >= 2:
                    times.setdefault((what, database.size), []).append(seconds)
            assert written[VIFCTL_NAME] == written[VSCTL_NAME], written
            # The os-vif of Debian 12 knows no default QoS and writes that much less.
            assert written[VIFCTL_NAME][0] == written[OSVIF_NAME][0], written
        if one >= 2:
            times.setdefault((EMPTY_NAME, None), []).append(spawned(['/bin/true']))
    return times


def report(times, rounds):
    median = {key: statistics.median(values) * 1000 for key, values in times.items()}
    print('One VIFOpenVSwitch (create_port) plugged; median of %d interleaved rounds, in ms'
          % rounds)
    print()
    print('%-26s' % 'ports there already' + ''.join(
        '%9d%12s' % (size, 'ratio') for size in SIZES))
    for what in WAYS:
        line = '%-26s' % what
        for size in SIZES:
            line += '%9.2f%11.2fx' % (median[what, size],
                                      median[what, size] / median[VIFCTL_NAME, size])
        print(line)
    print('%-26s%9.2f' % (EMPTY_NAME, median[EMPTY_NAME, None]))
    print()
    print('os-vif is that of Debian 12 without its wait for ovs-vswitchd; it writes no QoS row.')
    print()
    for other in (VSCTL_NAME, OSVIF_NAME):
        for size in SIZES:
            ratio = median[VIFCTL_NAME, size] / median[other, size]
            print('vifctl / %s at %d ports: %.2f%s' % (
                other, size, ratio, ' (to reach: at most 0.33)' if other == VSCTL_NAME else ''))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--quick', action='store_true', help='7 rounds instead of 31')
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--os-vif', metavar='ADDRESS', help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.os_vif:
        return os_vif_worker(options.os_vif)
    rounds = options.rounds or (7 if options.quick else 31)
    subprocess.run(['mount', '-t', 'sysfs', 'sysfs', '/sys'], check=True)
    directory = tempfile.mkdtemp(prefix='vif-bench-')
    databases = []
    try:
        for size in SIZES:
            databases.append(Database(directory, size))
        report(measure(databases, rounds, directory), rounds)
    finally:
        for database in databases:
            database.end()
        shutil.rmtree(directory)
    return 0


if __name__ == '__main__':
    sys.exit(main())
