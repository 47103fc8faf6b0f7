#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""os-vif in a process that has loaded it and is connected, told what to plug: for tests/bench.

    os_vif_worker.py ADDRESS DIRECTORY wait|nowait alone|privsep

A line of standard input is a request as JSON, and is answered with a line.  Each VIF is handed to
os_vif.plug() or os_vif.unplug() alone, as nova does.  The native interface to the database is used.
What needs privileges is done in this process, which has them, or by a privsep daemon that oslo.privsep
starts as it would in production, without sudo.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'functional'))
from os_vif_peer import initialize, wait_for_replica     # noqa: E402


def do_not_wait():
    """os-vif always waits for ovs-vswitchd; where there is none, it must not."""
    from ovsdbapp.schema.open_vswitch import impl_idl

    impl_idl.OvsVsctlTransaction.do_post_commit = lambda self, transaction: None


def start_privsep(directory):
    from oslo_config import cfg
    from vif_plug_ovs import privsep

    privsep.vif_plug.set_client_mode(True)
    cfg.CONF.set_override('helper_command', 'privsep-helper --config-file %s/os-vif.conf' % directory,
                          group='vif_plug_ovs_privileged')


def known(classes, primitive):
    """The object as this os-vif would have written it: its version, and no field it lacks."""
    if isinstance(primitive, list):
        return [known(classes, one) for one in primitive]
    if not isinstance(primitive, dict) or 'versioned_object.name' not in primitive:
        return primitive
    latest = classes[primitive['versioned_object.name']][0]
    data = {name: known(classes, value)
            for name, value in primitive['versioned_object.data'].items() if name in latest.fields}
    return dict(primitive, **{'versioned_object.version': latest.VERSION,
                              'versioned_object.data': data,
                              'versioned_object.changes': sorted(data)})


def peak_kib():
    """Peak memory.  Not getrusage(): that counts what this process was before exec, too."""
    with open('/proc/self/status') as f:
        return next(int(line.split()[1]) for line in f if line.startswith('VmHWM:'))


def carry_out(os_vif, request):
    from os_vif.objects.base import VersionedObject
    from oslo_versionedobjects.base import VersionedObjectRegistry

    classes = VersionedObjectRegistry.obj_classes()
    with open(request['file']) as f:
        documents = json.load(f)
    pairs = [tuple(VersionedObject.obj_from_primitive(known(classes, one[name]))
                   for name in ('vif', 'instance_info')) for one in documents]
    wait_for_replica(os_vif, request['next_cfg'])
    act = getattr(os_vif, request['verb'])
    begun, cpu, done = time.perf_counter(), time.process_time(), 0
    for vif, instance in pairs:
        act(vif, instance)
        done += 1
        if time.perf_counter() - begun > request['limit']:
            break
    return {'wall': time.perf_counter() - begun, 'cpu': time.process_time() - cpu, 'done': done,
            'peak': peak_kib(), 'error': None}


def main(address, directory, wait, privileges):
    answers = os.fdopen(os.dup(1), 'w', buffering=1)
    os.dup2(2, 1)                 # whatever os-vif prints must not be taken for an answer
    if wait == 'nowait':
        do_not_wait()
    os_vif = initialize(address, directory)
    from oslo_config import cfg
    cfg.CONF.set_override('ovsdb_interface', 'native', group='os_vif_ovs')
    if privileges == 'privsep':
        start_privsep(directory)
    print(json.dumps({'error': None}), file=answers)
    for line in sys.stdin:
        try:
            answer = carry_out(os_vif, json.loads(line))
        except Exception as e:    # told to the benchmark, which gives up
            answer = {'error': '%s: %s' % (type(e).__name__, e)}
        print(json.dumps(answer), file=answers)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
