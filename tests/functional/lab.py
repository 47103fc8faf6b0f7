# SPDX-License-Identifier: Apache-2.0
"""A host of its own for one test: private network and mount namespaces, an Open vSwitch, guests.

Everything a lab starts is a child of this process that ends with it; the namespaces have no name
and so vanish with their processes.  /run and /etc are private too: the host's Open vSwitch and
configuration are out of reach.
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from holder import ENVIRONMENT, Guest, Holder, end, wait_until
from outcome import Outcome
from ovsdb import Ovsdb
from proxy import Proxy
import state

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
VIFCTL = os.path.abspath(os.environ.get('VIFCTL', os.path.join(TOP, 'build', 'vifctl')))
SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema'
NOBODY = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
WAITING = ('plug', 'unplug', 'check', 'prune')   # verbs that have --wait
# VIF_CONNECT=1 in the environment: vifctl has a vifd do it, one for each configuration and database.
CONNECT = bool(os.environ.get('VIF_CONNECT'))
CONNECTING = (*WAITING, 'show', 'graph', 'list', 'doctor')
ALLOW_ALL = '''
allowed_bridges = *
allowed_linux_bridges = *
allowed_interfaces = *
allowed_socket_directories = /run /run/nosuch /run/openvswitch /var/run/openvswitch %s
'''
SANITIZERS = ('AddressSanitizer', 'LeakSanitizer', 'runtime error:')

SETUP = '''
set -e
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs "$1/etc"
mkdir "$1/etc/upper" "$1/etc/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc/upper,workdir=$1/etc/work" /etc
ip link set lo up
echo ready
exec cat
'''


class Lab:
    """with Lab() as lab: ...; vswitchd=False is faster where no switch is needed."""

    connect = CONNECT   # conftest.py clears it for tests of vifctl alone
    tapwire = os.environ.get('TAPWIRE', '/nonexistent')   # conftest.py has them compiled
    faults = os.environ.get('FAULTS', '/nonexistent')
    empty_database = None   # the file of a database, made once

    def __init__(self, vswitchd=True, schema=None):
        """'schema' is a function that changes the database schema (a dict) before it is used."""
        self.with_vswitchd, self.change_schema = vswitchd, schema
        self.dir = tempfile.mkdtemp(prefix='vif-t%d-' % os.getpid())
        self.home = os.getcwd()
        os.chmod(self.dir, 0o755)
        os.mkdir(self.path('etc'))
        self.holder = self.db = self.proxy = None
        self.processes, self.guests, self.history, self.written = {}, [], [], 0
        self.daemons = {}

    def path(self, name):
        return os.path.join(self.dir, name)

    def __enter__(self):
        try:
            self.holder = Holder('unshare', '--net', '--mount', '--propagation=private',
                                 'sh', '-c', SETUP, 'sh', self.dir)
            self.create_database()
            self.start_ovsdb()
            self.db.transact({'op': 'insert', 'table': 'Open_vSwitch', 'row': {}})
            if self.with_vswitchd:
                self.start_vswitchd()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        for guest in self.guests:
            guest.end()
        for one in (self.proxy, self.db):
            if one:
                one.close()
        for process in reversed(list(self.processes.values())):
            end(process)
        if self.holder:
            self.holder.end()
        shutil.rmtree(self.dir)

    # ------------------------------------------------------------------ processes

    def inside(self, cwd=None):
        """What to put before a command so that it runs on this host."""
        pid = self.holder.process.pid
        return ('nsenter', '--net=/proc/%d/ns/net' % pid, '--mount=/proc/%d/ns/mnt' % pid,
                '--wdns=' + (cwd or self.dir))

    def environment(self):
        mine = {name: self.dir for name in ('OVS_RUNDIR', 'OVS_DBDIR', 'OVS_LOGDIR',
                                            'OVS_SYSCONFDIR')}
        return dict(os.environ, **ENVIRONMENT, **mine)

    def execute(self, argv, check=True, stdin=None, timeout=60):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL if stdin is None else None,
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, errors='replace', timeout=timeout,
                              env=self.environment())
        if check and done.returncode:
            raise AssertionError('%s: exit status %d: %s%s' % (
                ' '.join(argv), done.returncode, done.stdout[-2000:], done.stderr[-2000:]))
        return done

    def run(self, *argv, check=True, stdin=None):
        return self.execute((*self.inside(), *argv), check, stdin)

    def start(self, name, *argv):
        """Starts a daemon that ends with us, whatever happens to us."""
        with open(self.path(name + '.out'), 'ab') as out:
            self.processes[name] = subprocess.Popen(
                (*self.inside(), 'setpriv', '--pdeathsig', 'KILL', *argv),
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment())
        return self.processes[name]

    def start_as(self, name, title, *argv):
        """start(), and waits until its command line begins with 'title': it can be found by that."""
        process = self.start(name, *argv)

        def runs():
            with open('/proc/%d/cmdline' % process.pid) as f:
                return f.read().startswith(title)

        wait_until(runs, what='%s runs' % title)
        return process

    def stop(self, name):
        end(self.processes.pop(name))

    # ------------------------------------------------------------------ Open vSwitch

    @property
    def socket(self):
        return self.path('db.sock')

    @property
    def address(self):
        return 'unix:' + self.socket

    def create_database(self):
        schema = SCHEMA
        if self.change_schema:
            with open(SCHEMA) as f:
                changed = json.load(f)
            self.change_schema(changed)
            changed.pop('cksum', None)
            schema = self.write('schema.json', changed)
        elif Lab.empty_database:
            return self.write('conf.db', Lab.empty_database)
        self.execute(('ovsdb-tool', 'create', self.path('conf.db'), schema))
        if not self.change_schema:
            with open(self.path('conf.db'), 'rb') as f:
                Lab.empty_database = f.read()

    def start_ovsdb(self):
        process = self.start('ovsdb-server', 'ovsdb-server', self.path('conf.db'),
                             '--remote=punix:' + self.socket, '--unixctl=' + self.path('db.ctl'),
                             '--log-file=' + self.path('ovsdb-server.log'), '-vconsole:off')
        self.db = self.connected(process)
        os.chmod(self.socket, 0o777)

    def connected(self, process):
        def connect():
            assert process.poll() is None, 'ovsdb-server ended'
            try:
                return Ovsdb(self.socket)
            except OSError:
                return None
        return wait_until(connect, what='ovsdb-server answers')

    def start_vswitchd(self):
        self.start('ovs-vswitchd', 'ovs-vswitchd', self.address, '-vconsole:off',
                   '--unixctl=' + self.path('vs.ctl'), '--pidfile=' + self.path('vs.pid'),
                   '--log-file=' + self.path('ovs-vswitchd.log'))

    def stop_switch(self):
        """ovs-vswitchd hangs until it is woken."""
        self.processes['ovs-vswitchd'].send_signal(signal.SIGSTOP)

    def wake_switch(self):
        self.processes['ovs-vswitchd'].send_signal(signal.SIGCONT)

    def settle(self, seconds=20):
        """Waits until ovs-vswitchd has acted upon all that was written."""
        if 'ovs-vswitchd' not in self.processes:
            return
        self.db.transact({'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
                          'mutations': [['next_cfg', '+=', 1]]})
        want = self.db.select('Open_vSwitch')[0]['next_cfg']
        wait_until(lambda: self.db.select('Open_vSwitch')[0]['cur_cfg'] >= want, seconds,
                   'ovs-vswitchd is done')

    def vsctl(self, *argv):
        wait = [] if 'ovs-vswitchd' in self.processes else ['--no-wait']
        return self.run('ovs-vsctl', '--db=' + self.address, '--timeout=20', *wait, *argv).stdout

    def ofctl(self, *argv):
        return self.run('ovs-ofctl', *argv).stdout

    def add_bridge(self, name='br-int', datapath_type='netdev'):
        """A bridge; only datapath_type netdev carries traffic here."""
        self.db.transact(
            {'op': 'insert', 'table': 'Interface', 'row': {'name': name, 'type': 'internal'},
             'uuid-name': 'interface'},
            {'op': 'insert', 'table': 'Port', 'uuid-name': 'port',
             'row': {'name': name, 'interfaces': ['named-uuid', 'interface']}},
            {'op': 'insert', 'table': 'Bridge', 'uuid-name': 'bridge',
             'row': {'name': name, 'datapath_type': datapath_type,
                     'ports': ['named-uuid', 'port']}},
            {'op': 'mutate', 'table': 'Open_vSwitch', 'where': [],
             'mutations': [['bridges', 'insert', ['named-uuid', 'bridge']]]})
        self.settle()

    def port_frames(self, port, bridge='br-int'):
        """(received, sent) frames of a port, as the switch counts them."""
        words = self.ofctl('dump-ports', bridge, port).replace('=', ' ').replace(',', ' ').split()
        return tuple(int(words[words.index(side) + 2]) for side in ('rx', 'tx'))

    def start_proxy(self):
        """From now on vifctl talks to the database through a proxy."""
        self.proxy = Proxy(self.path('proxy.sock'), self.socket)
        return self.proxy

    # ------------------------------------------------------------------ the host

    def ip(self, *argv):
        return self.run('ip', *argv).stdout

    def links(self):
        return state.links_state(self)

    def snapshot(self):
        return state.snapshot(self)

    def shield(self, device):
        """Frames that come in on 'device' reach the switch and nothing else: a userspace switch
        gets a copy, taken before this drop; without it the host's own stack could answer."""
        name = 'in_' + device.replace('-', '_')
        self.run('nft', 'add table netdev lab; add chain netdev lab %s { type filter hook ingress '
                 'device "%s" priority 0; policy drop; }' % (name, device))

    def guest(self, tap, address, mac):
        return Guest(self, tap, address, mac)

    # ------------------------------------------------------------------ vifctl

    def write(self, name, content):
        """Writes a file of the lab's directory; anything but text and bytes as JSON."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        with open(path, 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o644)
        return path

    def config(self, text, name='vifd.conf'):
        return '--config=' + self.write(name, text)

    def vifd_for(self, options, ovsdb):
        """A vifd with the configuration that the options name, and this database; None when there is
        no such file, or no daemon that takes it: then vifctl has to say so."""
        from vifd_client import Vifd
        text = ''
        try:
            for option in options:
                if option.startswith('--config='):
                    with open(option.split('=', 1)[1]) as f:
                        text = f.read()
        except OSError:
            return None
        head, _, tail = text.partition('[vifd]\n')
        key = (head + '\n[vifd]\n' + ALLOW_ALL % self.dir + tail, ovsdb)
        if key not in self.daemons:
            name = 'vifd%d' % len(self.daemons)
            try:
                self.daemons[key] = Vifd(self, config=key[0], name=name, ovsdb=ovsdb)
            except AssertionError:   # it ended and has said why
                self.daemons[key] = None
        return self.daemons[key]

    def command(self, verb, *files, options=(), ovsdb=None, program=None, alone=False):
        """The words of a vifctl command.  'files' are paths, or documents to be written."""
        paths = []
        for one in files:
            if not isinstance(one, str):
                self.written += 1
                one = self.write('vif%d.json' % self.written, one)
            paths.append(one)
        words = [program or VIFCTL, verb]
        if ovsdb is None:
            ovsdb = self.proxy.address if self.proxy else self.address
        through = (self.connect and verb in CONNECTING and ovsdb and not (program or alone) and
                   not any(one.startswith('--connect') for one in options))
        daemon = self.vifd_for(options, ovsdb) if through else None
        if daemon:
            options = [one for one in options if not one.startswith('--config=')]
            options.append('--connect=' + daemon.path)
        elif ovsdb:
            words.append('--ovsdb=' + ovsdb)
        if verb in WAITING and not any(o.startswith('--wait') for o in options):
            words += [] if self.with_vswitchd else ['--wait=none']
        if not any(o.startswith('--timeout') for o in options):
            words.append('--timeout=20')
        return [*words, *options, *paths]

    def vifctl(self, verb, *files, status=0, options=(), ovsdb=None, stdin=None, prefix=(),
               program=None, cwd=None, timeout=60):
        """Runs vifctl and checks its exit status (None: any)."""
        # What is put before vifctl is about its own process.
        argv = self.command(verb, *files, options=options, ovsdb=ovsdb, program=program,
                            alone=bool(prefix))
        begun = time.monotonic()
        done = self.execute((*self.inside(cwd), *prefix, *argv), False, stdin, timeout)
        outcome = Outcome(argv, done, time.monotonic() - begun)
        self.history.append(str(outcome))
        for word in SANITIZERS:
            assert word not in outcome.err, outcome.err
        assert outcome.status >= 0 or status is None, 'ended by a signal: %s' % outcome
        if status is not None:
            assert outcome.status == status, 'expected exit status %d:\n%s' % (status, outcome)
        return outcome

    def background(self, verb, *files, options=()):
        """Starts vifctl and returns its Popen."""
        return subprocess.Popen((*self.inside(), *self.command(verb, *files, options=options)),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=self.environment())

    def plug(self, *files, **arguments):
        return self.vifctl('plug', *files, **arguments)

    def unplug(self, *files, **arguments):
        return self.vifctl('unplug', *files, **arguments)
