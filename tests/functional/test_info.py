# SPDX-License-Identifier: Apache-2.0
"""vifctl host-info is what os-vif says; vifctl schema judges documents as the decoder does."""
import json
import subprocess

import jsonschema
import pytest

from validators import changed, decoder_takes, good_documents, mutants, vifctl

GOOD = good_documents()
TYPES = ['VIFGeneric', 'VIFBridge', 'VIFOpenVSwitch', 'VIFDirect', 'VIFVHostUser',
         'VIFHostDevice', 'VIFNestedDPDK']

FILTERS = [None, *([one] for one in TYPES), ['VIFVHostUser', 'VIFBridge'],
           ['VIFDirect', 'VIFOpenVSwitch']]
VERSIONS = ['1.0', '1.1']   # of HostVIFInfo

# Says it of each filter, then of each version.  With HostPortProfileInfo in the manifest os-vif
# raises KeyError.
OS_VIF = '''
import json, sys
import os_vif
os_vif.initialize()
filters, versions = json.loads(sys.argv[1])
results = [os_vif.host_info(permitted_vif_type_names=f).obj_to_primitive() for f in filters]
for version in versions:
    info = os_vif.host_info()
    result = info.obj_to_primitive()
    for plugin, wire in zip(info.plugin_info, result['versioned_object.data']['plugin_info']):
        wire['versioned_object.data']['vif_info'] = [
            vif.obj_to_primitive(target_version=version, version_manifest={'HostVIFInfo': version})
            for vif in plugin.vif_info]
    results.append(result)
print(json.dumps(results))
'''


def printed(*words):
    done = vifctl(*words)
    assert done.returncode == 0 and done.stderr == '', done
    return json.loads(done.stdout)


def refused(*words):
    """The one line on stderr of a command that is refused."""
    done = vifctl(*words)
    assert done.returncode == 2 and done.stdout == '', done
    assert done.stderr.startswith('vifctl: ') and done.stderr.count('\n') == 1, done.stderr
    return done.stderr


# ---------------------------------------------------------------------- host-info

@pytest.fixture(scope='module')
def of_os_vif():
    """What the original says of FILTERS and then of VERSIONS."""
    done = subprocess.run(['/usr/bin/python3', '-c', OS_VIF, json.dumps([FILTERS, VERSIONS])],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if "No module named 'os_vif'" in done.stderr:
        pytest.skip('python3-os-vif is not installed: host-info is not compared with the original')
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sorted_changes(value):
    """os-vif's changes come out of a set."""
    if isinstance(value, dict):
        return {name: sorted(one) if name == 'versioned_object.changes' else sorted_changes(one)
                for name, one in value.items()}
    return [sorted_changes(one) for one in value] if isinstance(value, list) else value


def same(ours, theirs):
    assert sorted_changes(ours) == sorted_changes(theirs)


@pytest.mark.parametrize('number', range(len(FILTERS)))
def test_host_info_is_that_of_os_vif(of_os_vif, number):
    words = ['--vif-type=' + one for one in FILTERS[number] or []]
    same(printed('host-info', *words), of_os_vif[number])


@pytest.mark.parametrize('version', VERSIONS)
def test_older_version_is_that_of_os_vif(of_os_vif, version):
    same(printed('host-info', '--compat', 'HostVIFInfo=' + version),
         of_os_vif[len(FILTERS) + VERSIONS.index(version)])


def test_last_word_on_a_version_counts():
    both = printed('host-info', '--compat=HostVIFInfo=1.0', '--compat=HostVIFInfo=1.1')
    assert both == printed('host-info')


def test_present_versions_can_be_asked_for():
    words = ['--compat=%s=1.0' % one for one in ('HostInfo', 'HostPluginInfo',
                                                 'HostPortProfileInfo')]
    assert printed('host-info', *words) == printed('host-info', '--json')


@pytest.mark.parametrize('name', ['VIFNoSuch', '', 'vifbridge', 'VIFBridge,VIFDirect', 'Network'])
def test_unknown_vif_type_says_what_is_possible(name):
    line = refused('host-info', '--vif-type=VIFBridge', '--vif-type=' + name)
    assert repr(name) in line
    assert all(one in line for one in TYPES)


@pytest.mark.parametrize('wish, possible', [
    ('HostVIFInfo=1.2', 'HostVIFInfo 1.0 to 1.1'), ('HostVIFInfo=', 'HostVIFInfo 1.0 to 1.1'),
    ('HostVIFInfo=1.00', '1.0 to 1.1'), ('HostInfo=0.9', 'HostInfo 1.0'),
    ('HostInfo=2.0', 'HostInfo 1.0'), ('HostPluginInfo=x', 'HostPluginInfo 1.0'),
    ('HostVIF=1.0', 'HostVIFInfo 1.0 to 1.1'), ('=1.0', 'HostPluginInfo 1.0'),
    ('HostInfo', 'OBJECT=VERSION'), ('', 'OBJECT=VERSION'),
    ('VIFPortProfileOpenVSwitch=1.0', 'HostPortProfileInfo 1.0')])
def test_version_that_cannot_be_had_says_what_can(wish, possible):
    line = refused('host-info', '--compat', wish)
    assert repr(wish) in line and possible in line


# ---------------------------------------------------------------------- options of verbs

@pytest.mark.parametrize('verb, words', [
    ('plug', ['--vif-type=VIFBridge']), ('unplug', ['--compat=HostVIFInfo=1.0']),
    ('host-info', ['--wait=none']), ('host-info', ['--ovsdb=unix:/x']),
    ('host-info', ['--timeout', '5']), ('host-info', ['--dry-run']),
    ('schema', ['--config=/dev/null']), ('schema', ['--vif-type=VIFBridge'])])
def test_option_of_another_verb_is_refused(verb, words):
    name = words[0].split('=')[0]
    for line in (refused(verb, *words), refused(*words, verb)):
        assert line.startswith('vifctl: %s is not an option of %s' % (name, verb))


def test_operands_that_are_too_many():
    assert 'x.json' in refused('host-info', 'x.json')
    assert 'VIFDirect' in refused('schema', 'VIFBridge', 'VIFDirect')


def test_configuration_is_minded():
    assert '/nonexistent' in refused('host-info', '--config=/nonexistent')


# ---------------------------------------------------------------------- schema

@pytest.fixture(scope='module')
def validator():
    schema = printed('schema')
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope='module')
def strict(validator):
    """The same, which also holds the values against the names of their formats."""
    return jsonschema.Draft202012Validator(validator.schema,
                                           format_checker=jsonschema.FormatChecker())


def judged_the_same(validator, cases):
    """'cases' are pairs of words and document; the number of good and of bad ones."""
    cases = list(cases)
    counts = [0, 0]
    differ = []
    for (words, document), taken in zip(cases, decoder_takes([doc for _, doc in cases])):
        counts[taken] += 1
        if validator.is_valid(document) != taken:
            differ.append('%s: the decoder %s it' % (words, 'takes' if taken else 'refuses'))
    assert not differ, '\n'.join(differ)
    return counts[True], counts[False]


@pytest.mark.parametrize('name', GOOD)
def test_schema_judges_as_the_decoder_does(validator, name):
    assert judged_the_same(validator, [(name, GOOD[name])]) == (1, 0)
    good, bad = judged_the_same(validator, mutants(GOOD[name]))
    assert good > 10 and bad > 30


def test_many_documents_in_an_array(validator):
    documents = list(GOOD.values())
    assert validator.is_valid(documents) and validator.is_valid([])
    assert not validator.is_valid([*documents, {'vif': {}}])
    assert not validator.is_valid([documents])
    for nothing in (None, 5, 'x', {}):
        assert not validator.is_valid(nothing)


def v4():
    yield from ('0.0.0.0', '255.255.255.255', '256.1.1.1', '1.2.3', '1.2.3.4.5', '01.2.3.4',
                '1.2.3.04', '1.2.3.1000', '1.2.3.', '.1.2.3', '1..2.3', '0x1.2.3.4', '-1.2.3.4')


def v6():
    """Every way to write up to nine groups with and without '::' and with an IPv4 end."""
    for left in range(10):
        for right in range(10 - left):
            for tail in ('', '1.2.3.4', '::1.2.3.4', ':1.2.3.4'):
                yield ':'.join('a' * left) + '::' + ':'.join('b' * right) + tail
        yield ':'.join(['FfFf'] * left)
        yield ':'.join(['0'] * left + ['1.2.3.4'])
    yield from (':', ':::', '1::2::3', '::12345', '::g', ':1::2', '1::2:', 'fe80::1%eth0',
                '::1.2.3', '::256.1.1.1', '::1.2.3.4:5', '[::1]', '1:2:3:4:5:6:7:')


SCALARS = {
    ('vif_name',): ('a' * 15, 'a' * 16, '.', '..', '...', 'all', 'all1', 'default', 'a/b', 'a:b',
                    'a%d', 'a b', 'a\tb', '\x7f', '~', '!', 'é', 'tap-1.2@x', 'ALL', '\n', 'all\n'),
    ('id',): ('{7a9e4d11-6b2c-4e0d-8f3a-91b0c2d4e502}', '7a9e4d116b2c4e0d8f3a91b0c2d4e502',
              '7A9E4D11-6B2C-4E0D-8F3A-91B0C2D4E502', '7a9e4d11-6b2c-4e0d-8f3a-91b0c2d4e50g',
              '00000000-0000-0000-0000-000000000000'),
    ('address',): ('fa:16:3e:00:00:0A', 'fa-16-3e-00-00-01', 'fa:16-3e:00-00:01', 'fa163e000001',
                   'fa:16:3e:00:00', 'fa:16:3e:00:00:01:02', 'fa:16:3e:00:00:1', 'fa.16.3e.00.00.01'),
    ('network', 'mtu'): (0, 1, 67, 68, 65535, 65536, -1, 2**40),
    ('network', 'vlan'): (0, 1, 4094, 4095, -1),
    ('network', 'label'): ('x' * 4096, 'x' * 4097, 'x\ny', ''),
    ('network', 'subnets', 0, 'gateway'): (*v4(), *v6()),
    ('network', 'subnets', 0, 'cidr'): tuple(
        ip + length for ip in ('10.0.0.0', 'fd00::', '::ffff:1.2.3.4', 'x')
        for length in ('', '/', '/0', '/8', '/32', '/33', '/128', '/129', '/024', '/1x', '/+1',
                       '/99', '/100', '/8/8', '/ 8')),
    ('network', 'subnets', 0, 'dns'): (['::1'] * 4096, ['::1'] * 4097, ['::1', 'x']),
    ('network', 'subnets'): ([{}] * 4096, [{}] * 4097),
}


@pytest.mark.parametrize('path', SCALARS, ids=lambda path: '/'.join(map(str, path)))
def test_forms_of_values(validator, strict, path):
    base = GOOD['bridge']
    cases = [(value if len(str(value)) < 60 else '...', changed(base, ('vif', *path), value))
             for value in SCALARS[path]]
    for one in (validator, strict):
        good, bad = judged_the_same(one, cases)
        assert good and bad


@pytest.mark.parametrize('version', ['1.0', '1.1', '1.2', '2.0', '0.9', '1', '01.0', '1.00', '1.0 ',
                                     '1.-0', '1.0.0', 'x', '', ' 1.0', '1.+0'])
def test_versions(validator, version):
    path = ('vif', 'versioned_object.data', 'network', 'versioned_object.version')
    judged_the_same(validator, [(version, changed(GOOD['openvswitch'], path, version))])


def test_schema_of_one_type():
    for document in GOOD.values():
        vif = document['vif']
        name = vif.get('type') or vif['versioned_object.name']
        for one in TYPES:
            schema = printed('schema', one)
            assert schema['title'] == one
            assert jsonschema.Draft202012Validator(schema).is_valid(vif) == (one == name)


@pytest.mark.parametrize('name', ['VIFNoSuch', '', 'VIFBase', 'uuid', 'document', 'vifbridge'])
def test_unknown_type_says_what_is_possible(name):
    line = refused('schema', name)
    assert repr(name) in line
    assert all(' ' + one in line for one in [*TYPES, 'Network', 'VIFPortProfileOpenVSwitch'])
