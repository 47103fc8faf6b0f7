# SPDX-License-Identifier: Apache-2.0
"""The hosts on which is measured: a lab of the functional tests, made big, with helpers inside.

    Host(1000)                    ovsdb-server alone, br-int with 1000 patch ports, type system
    Host(1000, vswitchd=True)     the same with ovs-vswitchd, type netdev
"""
import json
import os
import subprocess

from lab import TOP, VIFCTL, Lab, end
import loads
from proxy import Proxy
from samples import Sample
from vifs import mac, vif_id

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.environ.get('BENCH_TOOLS', os.path.join(TOP, 'build', 'tests', 'bench'))
PYTHON = '/usr/bin/python3'
OTHERS_FROM = 10 ** 6              # numbers of the ports that are there already
PATIENCE = 600                     # seconds; more than any settling takes


class Helper:
    """A process on the host that answers each line with a line."""

    def __init__(self, host, name, *argv):
        self.host, self.name = host, name
        with open(host.lab.path(name + '.out'), 'ab') as out:
            self.process = subprocess.Popen(
                (*host.lab.inside(), 'setpriv', '--pdeathsig', 'KILL', *argv),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True,
                env=dict(host.lab.environment(), HOME=host.lab.dir, TMPDIR=host.lab.dir))

    def ask(self, line):
        try:
            self.process.stdin.write(line + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass                               # the missing answer tells
        return self.answer(line)

    def answer(self, line=''):
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError('%s ended at "%.200s": %s' % (self.name, line, self.words()))
        return answer

    def words(self):
        with open(self.host.lab.path(self.name + '.out'), errors='replace') as f:
            return f.read()[-2000:]

    def sample(self, line):
        try:
            return Sample.from_line(self.ask(line), line[:200])
        except RuntimeError as e:
            raise RuntimeError('%s\n%s' % (e, self.words())) from None

    def end(self):
        self.process.stdin.close()
        end(self.process)
        self.process.stdout.close()


class Host:
    """with Host(1000) as host: ...; 'address' of the database, 'file' of a load, helpers."""

    def __init__(self, others, vswitchd=False):
        self.others, self.vswitchd = others, vswitchd
        self.place = 'switch' if vswitchd else 'database'
        self.lab = Lab(vswitchd=vswitchd)
        self.helpers, self.files, self.messages, self.spy = {}, {}, {}, None

    def __enter__(self):
        self.lab.__enter__()
        try:
            self.lab.db.socket.settimeout(PATIENCE)
            self.lab.run('mkdir', loads.SOCKETS)
            self.lab.add_bridge(loads.BRIDGE, 'netdev' if self.vswitchd else 'system')
            if not self.vswitchd:
                self.lab.add_bridge(loads.USER_BRIDGE, 'netdev')
            self.fill()
            self.settle()
        except BaseException:
            self.lab.close()
            raise
        return self

    def __exit__(self, *exc):
        for helper in self.helpers.values():
            helper.end()
        if self.spy:
            self.spy.close()
        self.lab.close()

    @property
    def address(self):
        return self.lab.address

    def settle(self):
        self.lab.settle(PATIENCE)

    def fill(self):
        """The ports that are there already: patch ports, which cost no link of the kernel."""
        operations, ports = [], []
        for n in range(self.others):
            name, iface, port = 'patch%d' % n, 'i%d' % n, 'p%d' % n
            operations += [
                {'op': 'insert', 'table': 'Interface', 'uuid-name': iface, 'row': {
                    'name': name, 'type': 'patch', 'options': ['map', [['peer', 'x' + name]]],
                    'external_ids': ['map', [['iface-id', vif_id(OTHERS_FROM + n)],
                                             ['iface-status', 'active'],
                                             ['attached-mac', mac(n)]]]}},
                {'op': 'insert', 'table': 'Port', 'uuid-name': port, 'row': {
                    'name': name, 'interfaces': ['named-uuid', iface]}}]
            ports.append(['named-uuid', port])
        if ports:
            self.lab.db.transact(*operations, {
                'op': 'mutate', 'table': 'Bridge', 'where': [['name', '==', loads.BRIDGE]],
                'mutations': [['ports', 'insert', ['set', ports]]]})

    # ------------------------------------------------------------------ helpers

    def helper(self, name, *argv):
        if name not in self.helpers:
            self.helpers[name] = Helper(self, name, *argv)
        return self.helpers[name]

    def spawn(self, *words):
        """Runs a program; what it took."""
        helper = self.helper('spawn', os.path.join(TOOLS, 'bench-spawn'),
                             self.lab.path('spawned.out'))
        try:
            return Sample.from_line(helper.ask('\t'.join(words)), ' '.join(words)[:300])
        except RuntimeError as e:
            raise RuntimeError('%s\n%s' % (e, self.spawned())) from None

    def spawned(self):
        with open(self.lab.path('spawned.out'), errors='replace') as f:
            return f.read()[-2000:]

    def warm(self, wait):
        return self.helper('warm-' + wait, os.path.join(TOOLS, 'bench-warm'), self.address, wait)

    def raw(self):
        return self.helper('raw', os.path.join(TOOLS, 'bench-raw'), self.lab.socket)

    def os_vif(self, name='os-vif', address=None, prefix=(), privsep=False):
        known = name in self.helpers
        helper = self.helper(name, *prefix, PYTHON, os.path.join(HERE, 'os_vif_worker.py'),
                             address or self.address, self.lab.dir,
                             'wait' if self.vswitchd else 'nowait',
                             'privsep' if privsep else 'alone')
        if not known:
            helper.answer('start')
        return helper

    def next_cfg(self):
        return self.lab.db.select('Open_vSwitch')[0]['next_cfg']

    def ask_os_vif(self, helper, verb, load, limit):
        request = {'verb': verb, 'file': self.file(load), 'next_cfg': self.next_cfg(),
                   'limit': limit}
        answer = json.loads(helper.ask(json.dumps(request)))
        if answer['error']:
            raise RuntimeError('os-vif %s: %s\n%s' % (verb, answer['error'], helper.words()))
        whole = load.n / answer['done']
        return Sample(answer['wall'] * whole, answer['cpu'] * whole, answer['peak'], 1 / whole)

    # ------------------------------------------------------------------ loads

    def file(self, load, suffix='.json'):
        """The path of the load's documents ('.ip', '.noip': of its lines for ip)."""
        name = load.name + suffix
        if name not in self.files:
            content = {'.json': load.documents,
                       '.ip': lambda: '\n'.join(load.ip_plug()) + '\n',
                       '.noip': lambda: '\n'.join(load.ip_unplug()) + '\n'}[suffix]()
            self.files[name] = self.lab.write(name, content)
        return self.files[name]

    def proxy(self):
        """A proxy before the database, to see what is said."""
        if not self.spy:
            self.spy = Proxy(self.lab.path('spy.sock'), self.lab.socket)
        self.spy.clear()
        return self.spy

    def transaction(self, load):
        """(select, commit): the operations libvif plugs this load with, from a dry run.  Many names
        are read by a monitor: then the least work reads nothing."""
        if load.name not in self.messages:
            proxy = self.proxy()
            done = self.lab.execute((*self.lab.inside(), VIFCTL, 'plug', '--dry-run', '--json',
                                     '--ovsdb=' + proxy.address, self.file(load)), timeout=PATIENCE)
            selects = [request.operations for request in proxy.transacts] or [[]]
            self.messages[load.name] = selects[0], commit_of(done.stdout)
        return self.messages[load.name]

    def message_file(self, load):
        """The messages for the raw socket.  With a switch, the last waits until it has taken them
        up: that is the cheapest way to wait there is."""
        select, commit = self.transaction(load)
        requests = [select, commit]
        if self.vswitchd:
            raised = self.next_cfg() + 1
            requests = [select, [*commit, {'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
                                           'mutations': [['next_cfg', '+=', 1]]}],
                        [{'op': 'wait', 'table': 'Open_vSwitch', 'where': [], 'until': '==',
                          'columns': ['cur_cfg'], 'rows': [{'cur_cfg': raised}],
                          'timeout': PATIENCE * 1000}]]
        lines = [json.dumps({'method': 'transact', 'params': ['Open_vSwitch', *operations],
                             'id': n}, separators=(',', ':')) for n, operations in
                 enumerate(requests)]
        return self.lab.write(load.name + '.raw', '\n'.join(lines) + '\n')

    def qos_uuids(self, load):
        """The QoS rows of the load's ports, for a program that removes rows by their UUID."""
        ours = {loads.qos_id(name) for name in load.ports()}
        return [row['_uuid'].lstrip('@') for row in self.lab.db.select('QoS')
                if row['external_ids'].get('id') in ours]

    def clean(self, load):
        """Nothing of the load is there any more, and the switch has taken note."""
        self.spawn(VIFCTL, 'unplug', '--wait=' + ('vswitchd' if self.vswitchd else 'none'),
                   '--timeout=%d' % PATIENCE, '--ovsdb=' + self.address, self.file(load))
        self.settle()


def commit_of(text):
    """The transaction in what a dry run prints: one document, or a line for each thing."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        if isinstance(value, dict) and 'transaction' in value:
            return value['transaction']
    raise RuntimeError('no transaction in the dry run: %.500s' % text)


def has_os_vif():
    ask = 'import importlib.metadata as m; print(m.version("os-vif"))'
    done = subprocess.run([PYTHON, '-c', ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True)
    return done.stdout.strip() or None


