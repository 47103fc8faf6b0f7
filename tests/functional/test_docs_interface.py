# SPDX-License-Identifier: Apache-2.0
"""io.vifd(7) says what data/io.vifd.varlink and the headers say, and its examples work."""
import os
import re

import pytest

from test_docs import blocks, entries, page, read
from lab import TOP
from vifd_client import Vifd
from vifs import device, ovs_vif

PAGE = page('io.vifd.7.scd')
INTERFACE = re.sub(r'#.*', '', read('data', 'io.vifd.varlink'))
NAMES = r'(?:^|[(,])\s*(\w+): (\??)'


def members(text):
    return re.findall(NAMES, text)


METHODS = {name: (members(taken), [one for one, _ in members(given)]) for name, taken, given in
           re.findall(r'^method (\w+)\((.*?)\)\s*->\s*\((.*?)\)$', INTERFACE, re.M | re.S)}
TYPES = dict(re.findall(r'^type (\w+) \((.*?)\)$', INTERFACE, re.M | re.S))
ERRORS = re.findall(r'^error (\w+)', INTERFACE, re.M)


def definitions(section):
    return dict(entries(PAGE[section]))


def test_methods_and_their_parameters():
    heads = [head for head, _ in entries(PAGE['METHODS'])]
    assert len(METHODS) >= 10
    assert heads == ['%s(%s)' % (name, ', '.join('[%s]' % one if optional else one
                                                 for one, optional in taken))
                     for name, (taken, _) in METHODS.items()]


def test_what_methods_reply():
    said = {head.split('(')[0]: text for head, text in entries(PAGE['METHODS'])}
    for name, (_, given) in METHODS.items():
        if said[name].endswith('Replies as for Plug.'):
            assert given == METHODS['Plug'][1]
            continue
        words = re.search(r'Repl(?:y|ies): (.*)', said[name]).group(1)
        for one in given:
            assert re.search(r'\b%s\b' % one, words), (name, one)


def test_every_parameter_is_told():
    said = definitions('PARAMETERS')
    taken = {one: optional for parameters, _ in METHODS.values() for one, optional in parameters}
    assert set(said) == set(taken)
    for name, text in said.items():
        assert ('Default: ' in text) == (name != 'vifs'), name


@pytest.mark.parametrize('kind', ['Wait', 'OnTimeout'])
def test_words_of_parameters_are_told(kind):
    said = definitions('PARAMETERS')['wait' if kind == 'Wait' else 'on_timeout']
    for word in TYPES[kind].split(', '):
        assert re.search(r'\b%s\b' % word, said), word


def test_every_type_is_told_with_its_members():
    said = definitions('REPLIES')
    assert set(said) == set(TYPES) - {'Wait', 'OnTimeout'}
    for name, text in said.items():
        for member, _ in members('(' + TYPES[name]):
            assert re.search(r'\b%s\b' % member, text), (name, member)


def test_signs_are_those_of_the_library():
    """<vif/vif.h> says of each difference's sign what it means."""
    header = read('include', 'vif', 'vif.h').split('struct vif_difference {')[1].split('*/')[0]
    signs, said = set(re.findall(r"'(.)' \w", header)), definitions('REPLIES')['Difference']
    assert signs - {' '} == set(re.findall(r'(?:: |, )([^\w\s]) ', said)) and 'a blank' in said


def test_every_error_is_told_in_order():
    assert [head for head, _ in entries(PAGE['ERRORS'])] == ERRORS and len(ERRORS) >= 17


def limit(name):
    """Its value: a number, or bytes shifted."""
    text = read('src', 'base', 'limits.h') + read('src', 'vifd', 'daemon.h')
    value, shift = re.search(r'#define %s +(?:\(\(size_t\))?(\d+)(?: << (\d+)\))?' % name,
                             text).groups()
    return int(value) << int(shift or 0)


@pytest.mark.parametrize('head,words,name,unit', [
    ('a call', '%d MiB,', 'LIMIT_CALL_BYTES', 1 << 20),
    ('a call', '%d levels', 'LIMIT_JSON_DEPTH', 1),
    ('a call', '%d VIFs', 'LIMIT_VIFS', 1),
    ('a call', '%d MiB of calls that are not complete', 'LIMIT_INPUT_BYTES', 1 << 20),
    ('a call', '%d bytes', 'LIMIT_STRING', 1),
    ('a reply', '%d MiB', 'LIMIT_OUTPUT_BYTES', 1 << 20),
    ('a reply', '%d seconds', 'LIMIT_STALL_MS', 1000),
    ('connections', '1/%d of them', 'LIMIT_USER_PART', 1),
    ('work', '%d transactions', 'LIMIT_CHANGERS', 1),
    ('work', '%d calls that only read', 'LIMIT_READERS', 1),
    ('shutdown', '%d seconds', 'LIMIT_STOP_MS', 1000)])
def test_limits_are_those_of_the_program(head, words, name, unit):
    value, rest = divmod(limit(name), unit)
    assert rest == 0 and re.search(r'(?<!\d)' + words % value, definitions('LIMITS')[head])


def started(lab):
    """A vifd at the place where examples look for it."""
    vifd = Vifd(lab)
    lab.run('mkdir', '/run/vifd')
    lab.run('ln', '-s', vifd.path, '/run/vifd/io.vifd')
    return vifd


def test_example_in_python_works(lab):
    program = blocks(PAGE['EXAMPLES'])[0]
    assert 15 <= len(program.splitlines()) <= 25
    vifd, words = started(lab), ('/usr/bin/python3', lab.write('example.py', program))
    done = lab.run(*words, lab.write('vif.json', ovs_vif(1, create_tap=True)))
    assert (done.stdout, done.stderr) == ('plugged %s on br-int\n' % device(1), '')
    assert lab.vsctl('port-to-br', device(1)).strip() == 'br-int'
    done = lab.run(*words, lab.write('vif.json', ovs_vif(2, vif_name='eth0')), check=False)
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.startswith('io.vifd.PermissionDenied: ') and 'eth0' in done.stderr
    vifd.stop()


def test_example_of_readme_works(lab):
    program, = re.findall(r'^```python\n(.*?)^```$', read('README.md'), re.M | re.S)
    vifd = started(lab)
    lab.write('vif.json', ovs_vif(1, create_tap=True))
    said = lab.run('/usr/bin/python3', '-W', 'error', lab.write('example.py', program)).stdout
    assert '"index":0' in said and '"state":"plugged"' in said
    vifd.stop()


def test_example_of_readme_in_c_works(lab):
    function, = re.findall(r'^```c\n(.*?)^```$', read('README.md'), re.M | re.S)
    main = """int main(int argc, char **argv) {
        return argc == 5 ? plug(argv[1], argv[2], argv[3], argv[4]) : 99;
    }\n"""
    build, program = os.path.join(TOP, 'build'), os.path.join(lab.dir, 'example')
    lab.run('gcc', '-Wall', '-Wextra', '-Werror', '-I' + os.path.join(TOP, 'include'), '-o', program,
            lab.write('example.c', function + main), '-L' + build, '-lvif', '-Wl,-rpath,' + build)
    lab.run('mkdir', '/run/openvswitch')
    lab.run('ln', '-s', lab.socket, '/run/openvswitch/db.sock')
    vif = ovs_vif(1, create_tap=True)
    words = vif['vif']['id'], device(1), vif['vif']['address'], vif['instance_info']['uuid']
    assert lab.run(program, *words).stdout == 'plugged\n'
    assert lab.vsctl('port-to-br', device(1)).strip() == 'br-int'
    failed = lab.run(program, words[0], 'no/name', *words[2:], check=False)
    assert 'no/name' in failed.stdout and failed.returncode == 2


def test_example_with_varlinkctl(lab):
    """Its words are the interface's; where there is a varlinkctl, they also work."""
    commands = blocks(PAGE['EXAMPLES'])[1].splitlines()
    called = [re.search(r' io\.vifd\.(\w+) ', one).group(1) for one in commands]
    assert called == ['Plug', 'List'] and set(called) <= set(METHODS)
    if lab.run('sh', '-c', 'command -v varlinkctl', check=False).returncode:
        return
    vifd = started(lab)
    lab.write('vif.json', ovs_vif(1, create_tap=True))
    for command in commands:
        assert device(1) in lab.run('sh', '-c', command).stdout
    vifd.stop()
