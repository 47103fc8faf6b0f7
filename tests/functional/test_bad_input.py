# SPDX-License-Identifier: Apache-2.0
"""Bad input: one clear line, the right exit status, and nothing changed; no database is needed."""
import json

import pytest

from vifs import edited, hybrid_vif, ovs_vif, versioned

NOWHERE = 'unix:/nonexistent/db.sock'
OVS, WIRE = ovs_vif(1), versioned(ovs_vif(1))
TEXT = json.dumps(WIRE)
DATA = '/vif/versioned_object.data'


def refused(lab, content, *words, verb='plug', status=2, name='vif.json'):
    """Each verb refuses the document named 'name' in one line that has all these words."""
    path = lab.write(name, content)
    for ovsdb in (None, NOWHERE):
        failed = lab.vifctl(verb, name, status=status, ovsdb=ovsdb, cwd=lab.dir)
        assert failed.out == ''
        line = failed.line()
        for word in words:
            assert word in line, '%r is not in %r' % (word, line)
        assert len(line) < 600
    return path


@pytest.mark.parametrize('text', ['', ' \n', 'hello', '{', '[', TEXT[:-1], TEXT[:200],
                                  TEXT.replace(':', '=', 1), '[1, 2', '{"vif": {}}}', '\0', '\xff',
                                  '{"vif": {}, "vif": {}}', '"vif"', '5', 'null', TEXT + ']'],
                         ids=lambda text: repr(text[:12] + text[-4:]))
def test_not_json_or_truncated(untouched, text):
    refused(untouched, text.encode('latin-1'), 'vif.json')


@pytest.mark.parametrize('value', [[5], [None], {}, [{}], {'vif': None}, {'vif': 5},
                                   {'vif': []}, {'vif': {}}, [[OVS]]])
def test_json_that_is_no_vif(untouched, value):
    refused(untouched, value, 'vif.json')


@pytest.mark.parametrize('text', [b'[' * 100_000_000, b'{"a":' * 20_000_000,
                                  b'["' + b'x' * 100_000_000],
                         ids=['brackets', 'objects', 'a string without end'])
def test_100_megabytes_of_nonsense_are_refused_at_once(untouched, text):
    untouched.write('big.json', text)
    failed = untouched.plug('big.json', status=2, cwd=untouched.dir)
    assert 'big.json' in failed.line()
    assert failed.seconds < 10
    untouched.write('big.json', b'')


REQUIRED = ['id', 'vif_name', 'plugin', 'network', 'network/bridge', 'port_profile',
            'port_profile/interface_id', 'address']
HYBRID_REQUIRED = ['id', 'bridge_name', 'address', 'network', 'port_profile/interface_id']


@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
@pytest.mark.parametrize('what', ['missing', 'null', 'mistyped'])
@pytest.mark.parametrize('field', REQUIRED)
def test_field_that_is_missing_null_or_mistyped(untouched, field, what, form):
    value = {'missing': (), 'null': (None,), 'mistyped': (17,)}[what]
    doc = edited(form(ovs_vif(1, create_tap=True)), 'vif/' + field, *value)
    refused(untouched, doc, 'vif.json', field.rsplit('/')[-1])


@pytest.mark.parametrize('what', ['missing', 'null'])
@pytest.mark.parametrize('field', HYBRID_REQUIRED)
def test_hybrid_field_that_is_missing_or_null(untouched, field, what):
    value = {'missing': (), 'null': (None,)}[what]
    refused(untouched, edited(hybrid_vif(1), 'vif/' + field, *value), field.rsplit('/')[-1])


def test_error_names_the_path_as_the_document_has_it(untouched):
    refused(untouched, edited(WIRE, 'vif/network/mtu', 'big'),
            'vif.json: %s/network/versioned_object.data/mtu: expected an integer, got "big"' % DATA)
    refused(untouched, edited(OVS, 'vif/network/mtu', 'big'),
            'vif.json: /vif/network/mtu: expected an integer, got "big"')


@pytest.mark.parametrize('field, value', [
    ('id', 'not-a-uuid'), ('address', 'fa:16:3e'), ('address', 'fa:16:3e:00:00:0g'),
    ('active', 'yes'), ('network', []), ('network/mtu', -1), ('network/mtu', 1.5),
    ('network/id', ''), ('network/subnets', {'type': 'NoSuchList'}),
    ('port_profile/create_port', 1), ('port_profile/datapath_type', 'nosuch'),
    ('port_profile/type', 'VIFPortProfileNoSuch'), ('type', 'VIFNoSuch'),
    ('port_profile/interface_id', 'x')])
def test_value_that_makes_no_sense(untouched, field, value):
    last = field.rsplit('/')[-1]
    refused(untouched, edited(OVS, 'vif/' + field, value), 'vif.json', last if last != 'type' else
            str(value))


@pytest.mark.parametrize('field', ['vif/colour', 'vif/network/colour', 'vif/port_profile/colour',
                                   'instance_info/colour'])
@pytest.mark.parametrize('doc', [OVS, WIRE], ids=['plain', 'versioned'])
def test_unknown_field(untouched, field, doc):
    refused(untouched, edited(doc, field, 'red'), 'vif.json: /', '/colour', 'unknown field')


@pytest.mark.parametrize('path, version, ours', [
    ('vif', '1.1', '1.0'), ('vif', '2.0', '1.0'), ('vif/network', '1.2', '1.1'),
    ('vif/port_profile', '1.5', '1.4'), ('instance_info', '1.9', '1.0')])
def test_newer_version_is_refused_naming_both(untouched, path, version, ours):
    doc = edited(WIRE, 'vif/active', False)
    place = doc
    for step in path.split('/'):
        place = place.get('versioned_object.data', place)[step]
    place['versioned_object.version'] = version
    refused(untouched, doc, 'vif.json', version, ours)


@pytest.mark.parametrize('version', ['', '1', 'x.y', '1.0.0', 1, None])
def test_version_that_is_none(untouched, version):
    doc = edited(WIRE, 'vif/active', False)
    doc['vif']['versioned_object.version'] = version
    refused(untouched, doc, 'vif.json', 'version')


NAMES = ['tap-16-character', 'a/b', '', '..', '.', 'a b', 'tap\n', 'tap:1', 'tap%d', 'täp']


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_vif_name_no_device_can_have(untouched, name, verb):
    refused(untouched, edited(OVS, 'vif/vif_name', name), 'vif_name', verb=verb)


@pytest.mark.parametrize('name', NAMES)
def test_bridge_name_no_device_can_have(untouched, name):
    refused(untouched, edited(OVS, 'vif/network/bridge', name), 'bridge')
    refused(untouched, edited(hybrid_vif(1), 'vif/bridge_name', name), 'bridge_name')


@pytest.mark.parametrize('verb', ['plug', 'unplug'])
def test_plugin_that_is_not_there(untouched, verb):
    refused(untouched, edited(WIRE, 'vif/plugin', 'nosuch'), "no VIF plugin named 'nosuch'",
            verb=verb)


def test_create_tap_on_another_type(untouched):
    refused(untouched, edited(hybrid_vif(1), 'vif/port_profile/create_tap', True), 'create_tap')


def test_profile_of_the_wrong_class(untouched):
    doc = edited(OVS, 'vif/port_profile', {'type': 'VIFPortProfile8021Qbh', 'profile_id': 'x'})
    refused(untouched, doc, 'VIFPortProfile8021Qbh')


@pytest.mark.parametrize('kind, more', [('VIFGeneric', {}), ('VIFDirect', {'mode': 'vepa'})])
def test_type_the_plugin_does_not_take(untouched, kind, more):
    vif = {'type': kind, **{k: v for k, v in OVS['vif'].items()
                            if k not in ('type', 'bridge_name')}, **more}
    refused(untouched, {'vif': vif, 'instance_info': OVS['instance_info']}, kind)


def test_file_that_is_missing_or_is_none(untouched):
    for name in ('nosuch.json', '/dev'):
        failed = untouched.plug(name, status=None, cwd=untouched.dir)
        if name == 'nosuch.json':
            assert failed.status == 2 and 'nosuch.json' in failed.line()
            assert 'No such file' in failed.line()


def test_control_characters_do_not_reach_the_terminal(untouched):
    failed = untouched.plug(edited(OVS, 'vif/plugin', 'x\x1b[31m\ny'), status=2)
    assert '\x1b' not in failed.err
    failed.line()


@pytest.mark.parametrize('words', [
    [], ['nosuch'], ['plug'], ['plug', '--nosuch', 'x'], ['plug', '--wait=never', 'x'],
    ['plug', '--timeout=soon', 'x'], ['plug', '--timeout=-1', 'x'], ['plug', '--ovsdb=foo', 'x'],
    ['--nosuch'], ['unplug']])
def test_usage_errors(untouched, words):
    from lab import VIFCTL
    untouched.write('x', OVS)
    done = untouched.run(VIFCTL, *words, check=False)
    assert done.returncode == 2 and done.stdout == ''
    assert done.stderr.startswith('vifctl: ')


@pytest.mark.parametrize('words', [['--help'], ['--version'], ['plug', '--help']])
def test_help_and_version_need_nothing(untouched, words):
    from lab import NOBODY, VIFCTL
    done = untouched.run(VIFCTL, *words)
    assert done.stdout and done.stderr == ''
    assert untouched.run(*NOBODY, 'true').returncode == 0
