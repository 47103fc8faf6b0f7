# SPDX-License-Identifier: Apache-2.0
"""vifctl schema describes what vifctl prints as JSON, and a C program plugs a port without writing any."""
import json
import os
import subprocess

import jsonschema
import pytest

import stale
from lab import VIFCTL, Lab
from vifs import device, edited, instance_id, mac, ovs_vif, vif_id


@pytest.fixture(scope='module')
def host():
    """A host with VIFs in several states, and something stale."""
    with Lab() as lab:
        lab.add_bridge()
        lab.plug(ovs_vif(1, create_tap=True), ovs_vif(2))
        lab.ip('link', 'set', device(1), 'mtu', '1400')
        stale.port(lab, 70)
        lab.settle()
        yield lab


def schema(name):
    schema = json.loads(subprocess.run([VIFCTL, 'schema', name], stdout=subprocess.PIPE,
                                       check=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(closed(schema))


def closed(schema):
    """The same where members that it does not have are faults."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if 'properties' in schema:
        schema['additionalProperties'] = False
    return schema


@pytest.mark.parametrize('name, arguments', [
    ('list', ['list']), ('show', ['show', device(1), device(2)]), ('show', ['graph']),
    ('prune', ['prune', '--grace=0']), ('prune', ['prune', '--grace=0', '--yes', '--dry-run']),
    ('doctor', ['doctor'])])
def test_what_is_printed(host, name, arguments):
    verb, *more = arguments
    done = host.vifctl(verb, *[one for one in more if one[0] != '-'],
                       options=['--json', *(one for one in more if one[0] == '-')], status=None)
    assert done.out and not list(schema(name).iter_errors(json.loads(done.out)))


def test_results(host):
    good, bad = ovs_vif(1, create_tap=True), edited(ovs_vif(3), 'vif/plugin', 'nosuch')
    validator, seen = schema('result'), set()
    for verb, options in (('check', []), ('plug', ['--dry-run']), ('unplug', ['--dry-run'])):
        done = host.vifctl(verb, good, ovs_vif(2), bad, options=['--json', *options],
                           status=None)
        for line in done.out.splitlines():
            result = json.loads(line)
            if 'transaction' not in result:
                assert not list(validator.iter_errors(result))
                seen |= set(result)
    assert seen >= {'index', 'id', 'state', 'differences', 'steps', 'error'}


def test_a_program_without_documents(lab):
    """examples/plug.c"""
    def run(verb):
        return subprocess.run((*lab.inside(), os.path.join(os.path.dirname(VIFCTL), 'example-plug'), verb, vif_id(9), device(9),
                               mac(9), instance_id(9), lab.address), stdout=subprocess.PIPE, text=True, check=True)

    assert run('plug').stdout == device(9) + ': plugged\n'
    lab.settle()
    assert lab.db.row('Interface', device(9))
    assert run('unplug').stdout == device(9) + ': unplugged\n'
    assert not lab.db.row('Port', device(9))
