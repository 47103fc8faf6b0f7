# SPDX-License-Identifier: Apache-2.0
"""The os-vif of Debian on a lab's host: one process that plugs and unplugs what it is told to.

    with OsVif(lab) as peer:
        peer.plug(document)                            VIF and instance as os-vif serialises them
        peer.unplug(document, isolate_vif=True)        with options of [os_vif_ovs]

Run as a program it is that process: it reads one request a line, and answers each with a line.
"""
import json
import os
import subprocess
import sys

PYTHON = '/usr/bin/python3'
GROUPS = {'ovs': 'os_vif_ovs', 'linux_bridge': 'os_vif_linux_bridge'}


def version():
    """The version of Debian's os-vif, or None where it is not installed."""
    ask = 'import importlib.metadata as m; print(m.version("os-vif"))'
    done = subprocess.run([PYTHON, '-c', ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True)
    return done.stdout.strip() or None


class OsVif:
    """The process, seen from a test."""

    def __init__(self, lab):
        self.lab = lab
        with open(lab.path('os-vif.out'), 'ab') as out:
            self.process = subprocess.Popen(
                (*lab.inside(), 'setpriv', '--pdeathsig', 'KILL', PYTHON,
                 os.path.abspath(__file__), lab.address, lab.dir),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True,
                env=dict(lab.environment(), HOME=lab.dir, TMPDIR=lab.dir))
        self.facts = self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.end()

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process.stdout.close()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            with open(self.lab.path('os-vif.out'), errors='replace') as f:
                raise AssertionError('os-vif ended: ' + f.read()[-2000:])
        return json.loads(line)

    def ask(self, verb, document, options):
        # Its replica of the database follows the server's by some milliseconds.
        written = self.lab.db.select('Open_vSwitch')[0]['next_cfg']
        self.process.stdin.write(json.dumps({'verb': verb, 'document': document,
                                             'options': options, 'next_cfg': written}) + '\n')
        self.process.stdin.flush()
        answer = self.answer()
        self.lab.history.append('os-vif %s: %s' % (verb, answer))
        assert answer['error'] is None, 'os-vif %s: %s' % (verb, answer['error'])

    def restart(self):
        """Its plugins start anew, as if the process had."""
        self.process.stdin.write('null\n')
        self.process.stdin.flush()
        assert self.answer()['error'] is None

    def plug(self, document, **options):
        self.ask('plug', document, options)

    def unplug(self, document, **options):
        self.ask('unplug', document, options)


# ---------------------------------------------------------------------- the process itself

def initialize(address, directory):
    """os-vif in this very process, which is root already: no privileged helper in the way."""
    import os_vif
    from oslo_config import cfg
    from vif_plug_linux_bridge import privsep as linux_bridge_privsep
    from vif_plug_ovs import privsep as ovs_privsep

    conf = os.path.join(directory, 'os-vif.conf')
    with open(conf, 'w') as f:
        f.write('[os_vif_ovs]\novsdb_connection = %s\novs_vsctl_timeout = 20\n'
                '[oslo_concurrency]\nlock_path = %s\n' % (address, directory))
    cfg.CONF(['--config-file', conf], project='os-vif-peer', default_config_dirs=[])
    os_vif.initialize()
    for privsep in (ovs_privsep, linux_bridge_privsep):
        privsep.vif_plug.set_client_mode(False)
    return os_vif


def facts(os_vif):
    """What this version has, as far as a VIF or a configuration can ask for it."""
    from os_vif.objects import vif
    from oslo_config import cfg

    classes = [value for value in vars(vif).values()
               if isinstance(value, type) and hasattr(value, 'VERSION')]
    return {
        'versions': {one.__name__: one.VERSION for one in classes},
        'fields': {one.__name__: sorted(one.fields) for one in classes},
        'plugins': sorted(os_vif._EXT_MANAGER.names()),
        'options': sorted(cfg.CONF.os_vif_ovs),
        'host_info': os_vif.host_info().obj_to_primitive(),
    }


def wait_for_replica(os_vif, next_cfg):
    import time

    api = os_vif._EXT_MANAGER['ovs'].obj.ovsdb.ovsdb
    deadline = time.monotonic() + 10
    while api._ovs.next_cfg < next_cfg:
        if time.monotonic() > deadline:
            raise RuntimeError("os-vif's replica of the database does not follow")
        time.sleep(0.002)


def carry_out(os_vif, request):
    from os_vif.objects.base import VersionedObject
    from oslo_config import cfg

    if request is None:
        os_vif.initialize(reset=True)
        return
    document = request['document']
    vif = VersionedObject.obj_from_primitive(document['vif'])
    instance = VersionedObject.obj_from_primitive(document['instance_info'])
    group = GROUPS.get(vif.plugin)
    for name, value in request['options'].items():
        cfg.CONF.set_override(name, value, group=group)
    try:
        wait_for_replica(os_vif, request['next_cfg'])
        getattr(os_vif, request['verb'])(vif, instance)
    finally:
        for name in request['options']:
            cfg.CONF.clear_override(name, group=group)


def main(address, directory):
    answers = os.fdopen(os.dup(1), 'w', buffering=1)
    os.dup2(2, 1)                 # whatever os-vif prints must not be taken for an answer
    os_vif = initialize(address, directory)
    print(json.dumps(facts(os_vif)), file=answers)
    for line in sys.stdin:
        error = None
        try:
            carry_out(os_vif, json.loads(line))
        except Exception as e:    # an answer like any other: the test decides
            error = '%s: %s' % (type(e).__name__, e)
        print(json.dumps({'error': error}), file=answers)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
