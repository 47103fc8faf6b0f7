# SPDX-License-Identifier: Apache-2.0
"""Plugins from elsewhere: the example of examples/plugin end to end, and files that are refused."""
import json
import os
import re
import shutil
import subprocess

import pytest

from validators import vifctl
from lab import TOP
from state import assert_same
from vifs import device, document, edited, mac, ovs_vif, vif_id
from watch import traced

EXAMPLE = os.path.join(TOP, 'examples', 'plugin')
NO_SWITCH = pytest.mark.lab(vswitchd=False)
HEAD = '''#include <stddef.h>
#include <vif/plugin.h>
static const struct vif_plugin_type types[] = {{"VIFGeneric", "1.0", "1.0", NULL}, {NULL, NULL, NULL, NULL}};
static int describe(const struct vif_describe *call) { %s }
extern const struct vif_plugin vif_plugin;
'''
PLUGIN = HEAD + 'const struct vif_plugin vif_plugin = {%s, "%s", types, describe};\n'


def build(directory, name, source):
    """Compiles a plugin's source into the directory, with nothing but <vif/plugin.h>."""
    path = os.path.join(directory, name + '.so')
    subprocess.run(['gcc', '-std=c99', '-Wall', '-Wextra', '-Werror', '-pedantic', '-fPIC', '-shared',
                    '-Wno-unused', '-Wno-unused-parameter', '-I' + os.path.join(TOP, 'include'),
                    '-x', 'c', '-', '-o', path], input=source, text=True, check=True)
    os.chmod(path, 0o755)
    return path


def plugin(name, body='return 0;', interface='VIF_PLUGIN_INTERFACE'):
    return PLUGIN % (body, interface, name)


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """The example, made with its own Makefile from a copy of its folder."""
    copy = str(tmp_path_factory.mktemp('example') / 'plugin')
    shutil.copytree(EXAMPLE, copy)
    done = subprocess.run(['make', '-C', copy, 'CPPFLAGS=-I' + os.path.join(TOP, 'include'),
                           'CFLAGS=-O2 -Werror'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout
    return os.path.join(copy, 'example_veth.so')


class Plugins:
    """A plugin directory, and a configuration that names it."""

    def __init__(self, path):
        self.path = str(path)
        os.mkdir(self.path)
        os.chmod(self.path, 0o755)
        self.conf = self.path + '.conf'
        self.configure()

    def configure(self, more=''):
        with open(self.conf, 'w', encoding='ascii') as f:
            f.write('[vifd]\nplugin_directory = %s\n%s' % (self.path, more))

    @property
    def option(self):
        return '--config=' + self.conf

    def file(self, name):
        return os.path.join(self.path, name + '.so')

    def add(self, name, content):
        with open(self.file(name), 'wb') as f:
            f.write(content)
        os.chmod(self.file(name), 0o644)
        return self.file(name)


@pytest.fixture
def plugins(tmp_path, built):
    one = Plugins(tmp_path / 'plugins')
    shutil.copy(built, one.path)
    os.chmod(one.file('example_veth'), 0o755)
    return one


def generic_vif(n=1, plugin_name='example_veth', **fields):
    return document(n, 'VIFGeneric', {}, plugin=plugin_name, **fields)


def refused(plugins, doc, status=2):
    """The one line with which a plug is refused; a refusal comes before anything is touched."""
    done = vifctl('plug', plugins.option, '--ovsdb=unix:/nonexistent', '-',
                  stdin=json.dumps(doc))
    lines = done.stderr.splitlines()
    assert done.returncode == status and len(lines) == 1, done.stderr
    return lines[0]


# ---------------------------------------------------------------------- the example

def test_example_end_to_end(lab, plugins):
    doc, host_end, other_end = generic_vif(mtu=1400), device(1), device(1, 'ctr')
    before = lab.snapshot()
    result = lab.plug(doc, options=['--json', plugins.option]).result
    assert (result['state'], result['changed'], result['name']) == ('plugged', True, host_end)
    assert result['ofport'] > 0
    links = lab.links()
    for name in (host_end, other_end):
        assert (links[name]['kind'], links[name]['mtu'], links[name]['up']) == ('veth', 1400, True)
    assert links[host_end]['peer'] == other_end
    ids = lab.db.row('Interface', host_end)['external_ids']
    assert ids == {'iface-id': vif_id(1), 'iface-status': 'active', 'attached-mac': mac(1)}
    whole = lab.snapshot()
    again, changes = traced(lab, 'plug', doc, options=['--json', plugins.option])
    assert not changes and not again.result['changed']
    assert_same(whole, lab.snapshot())
    assert lab.unplug(doc, options=['--json', plugins.option]).result['state'] == 'unplugged'
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_example_with_its_other_end_in_a_container(lab, plugins):
    """The pair is whole wherever its other end is: a second plug leaves it alone."""
    doc = generic_vif()
    lab.plug(doc, options=[plugins.option])
    before = lab.snapshot()
    guest = subprocess.Popen([*lab.inside(), 'unshare', '--net', 'sh', '-c', 'echo; exec cat'],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        guest.stdout.readline()
        lab.ip('link', 'set', device(1, 'ctr'), 'netns', str(guest.pid))
        assert device(1, 'ctr') not in lab.links()
        again, changes = traced(lab, 'plug', doc, options=['--json', plugins.option])
        assert not changes and not again.result['changed']
        # What has drifted on this side is put right.
        lab.ip('link', 'set', device(1), 'down', 'mtu', '1300')
        assert lab.plug(doc, options=['--json', plugins.option]).result['changed']
        assert lab.links()[device(1)]['up'] and lab.links()[device(1)]['mtu'] == 1500
        lab.unplug(doc, options=[plugins.option])
        inside = lab.execute(('nsenter', '--net=/proc/%d/ns/net' % guest.pid, 'ip', '-br', 'link'))
        assert 'ctr' not in inside.stdout
    finally:
        guest.stdin.close()
        guest.stdout.close()
        guest.wait(10)
    assert before['links'] and list(lab.links()) == ['lo']
    assert lab.db.row('Port', device(1)) is None


@NO_SWITCH
def test_options_of_the_plugin(lab, plugins):
    plugins.configure('\n[plugin example_veth]\npeer_prefix = x-\n\n[plugin other]\ncolour = red\n')
    lab.plug(generic_vif(), options=[plugins.option])
    assert device(1)[3:] in ' '.join(lab.links()) and 'x-' + device(1)[3:] in lab.links()
    plugins.configure('\n[plugin example_veth]\npeer_prefix = far-too-long\n')
    line = lab.plug(generic_vif(2), options=[plugins.option], status=2).line()
    assert 'vif_name' in line and 'far-too-long' in line


@NO_SWITCH
def test_plan_of_the_example(lab, plugins):
    before = lab.snapshot()
    steps = lab.plug(generic_vif(), options=['--json', '--dry-run', plugins.option]).result['steps']
    assert '+ veth %s/%s' % (device(1), device(1, 'ctr')) in steps
    assert '+ port %s on bridge br-int' % device(1) in steps
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_together_with_plugins_of_ours_and_another(lab, plugins):
    """One call, one transaction; two shared objects in one process do not get mixed up."""
    build(plugins.path, 'second', plugin('second'))
    build(plugins.path, 'third', plugin('third'))
    docs = [generic_vif(1), ovs_vif(2, create_tap=True), generic_vif(3, 'second'),
            generic_vif(4, 'third'), generic_vif(5)]
    outcome = lab.plug(docs, options=['--json', plugins.option])
    assert [r['state'] for r in outcome.results] == ['plugged'] * 5
    assert {device(1), device(2), device(5)} <= set(lab.links())


@pytest.mark.parametrize('field, words', [
    ('vif/vif_name', 'vif_name: missing'), ('vif/network/bridge', 'bridge: missing'),
    ('vif/port_profile/interface_id', 'interface_id: missing')])
def test_fault_of_the_vif_is_named_by_its_path(plugins, field, words):
    assert words in refused(plugins, edited(generic_vif(), field))


def test_type_the_example_does_not_take(plugins):
    line = refused(plugins, edited(ovs_vif(), 'vif/plugin', 'example_veth'))
    assert 'example_veth plugs VIFGeneric' in line


# ---------------------------------------------------------------------- what a plugin says

def test_words_of_a_plugin(plugins):
    build(plugins.path, 'strict', plugin('strict', '''
        return call->api->fail(call, VIF_ERROR_CONFLICT, "network", "not on a %s", "Sunday");'''))
    line = refused(plugins, generic_vif(1, 'strict'), status=3)
    assert line.endswith('/network: not on a Sunday')


def test_plugin_that_fails_without_words(plugins):
    build(plugins.path, 'mute', plugin('mute', 'return -5;'))
    assert 'plugin mute failed without a reason' in refused(plugins, generic_vif(1, 'mute'), 3)


def test_fields_that_are_absent(plugins):
    """They read as nothing, not as their defaults; so do those there are not."""
    build(plugins.path, 'curious', '#include <string.h>\n' + plugin('curious', '''
        const struct vif_plugin_api *api = call->api;
        if (api->size != sizeof *api || api->string(call->vif, "no/such") ||
            api->string(call->vif, "network") || api->boolean(call->vif, "no_such", 7) == 0 ||
            api->boolean(call->vif, "active", 1) != 0 || api->integer(call->vif, "network/mtu", 5) != 5 ||
            !call->instance || strcmp(api->string(call->instance, "name"), "instance-00000001") != 0 ||
            strcmp(api->object_class(call->vif, "port_profile"), "VIFPortProfileOpenVSwitch") != 0 ||
            api->option(call, "none") || api->add_link(call->wiring, VIF_LINK_TAP, "a/b") ||
            api->add_link(call->wiring, VIF_LINK_TAP, "sixteen-letters-") ||
            api->add_bridge(call->wiring, "") || api->add_port(call->wiring, "x", ""))
            return api->fail(call, VIF_ERROR_INVALID, NULL, "it is not so");
        api->warn(call, "mind the %s", "gap");
        return 0;'''))
    done = vifctl('plug', '--json', plugins.option, '--ovsdb=unix:/nonexistent', '-',
                  stdin=json.dumps(generic_vif(1, 'curious', mtu=None)))
    assert done.returncode == 0, done.stderr
    assert 'mind the gap' in done.stdout


# ---------------------------------------------------------------------- files that are refused

def test_file_that_others_can_write(plugins):
    for mode in (0o757, 0o775):
        os.chmod(plugins.file('example_veth'), mode)
        line = refused(plugins, generic_vif())
        assert plugins.file('example_veth') in line and '%04o' % mode in line


def test_file_of_another_owner(plugins):
    os.chown(plugins.file('example_veth'), 65534, 0)
    line = refused(plugins, generic_vif())
    assert plugins.file('example_veth') in line and 'owner 65534' in line


def test_directory_that_others_can_write(plugins):
    os.chmod(plugins.path, 0o777)
    line = refused(plugins, generic_vif())
    assert plugins.path + ':' in line and '0777' in line


def test_directory_of_another_owner(plugins):
    os.chown(plugins.path, 65534, 0)
    assert 'owner 65534' in refused(plugins, generic_vif())


def test_link_to_a_file_that_others_can_write(plugins, tmp_path):
    elsewhere = tmp_path / 'elsewhere.so'
    os.rename(plugins.file('example_veth'), elsewhere)
    os.chmod(elsewhere, 0o666)
    os.symlink(elsewhere, plugins.file('example_veth'))
    assert '0666' in refused(plugins, generic_vif())


@pytest.mark.parametrize('change', [1, -1])
def test_file_of_another_interface_version(plugins, change):
    build(plugins.path, 'other', plugin('other', interface='VIF_PLUGIN_INTERFACE + (%d)' % change))
    line = refused(plugins, generic_vif(1, 'other'))
    assert re.search(r'other\.so: is of plugin interface \d+; this program has interface \d+', line)


@pytest.mark.parametrize('content', [b'', b'# not a plugin\n', b'\x7fELF' + bytes(60)],
                         ids=['empty', 'text', 'header'])
def test_file_that_is_no_shared_object(plugins, content):
    path = plugins.add('broken', content)
    line = refused(plugins, generic_vif(1, 'broken'))
    assert path + ': ' in line and '/proc/' not in line


def test_file_that_is_no_plugin(plugins):
    path = build(plugins.path, 'plain', 'int nothing = 1;\n')
    assert path + ': has no symbol vif_plugin: not a plugin' in refused(plugins,
                                                                        generic_vif(1, 'plain'))


def test_directory_or_pipe_in_place_of_a_file(plugins):
    os.mkdir(plugins.file('folder'), 0o755)
    os.mkfifo(plugins.file('pipe'), 0o644)
    for name in ('folder', 'pipe'):
        assert 'not a regular file' in refused(plugins, generic_vif(1, name))


def test_file_with_the_name_of_another_plugin(plugins):
    os.rename(plugins.file('example_veth'), plugins.file('other'))
    line = refused(plugins, generic_vif(1, 'other'))
    assert "other.so: is not the plugin named 'other'" in line


@pytest.mark.parametrize('name', ['nosuch', '../plugins/example_veth', 'Example_veth', '', '.',
                                  'example_veth.so', 'x' * 64, '/etc/passwd'])
def test_plugin_that_is_not_there(plugins, name):
    assert "no VIF plugin named '%s'" % name in refused(plugins, generic_vif(1, name))


def test_directory_that_is_not_there(plugins):
    shutil.rmtree(plugins.path)
    assert "no VIF plugin named 'example_veth'" in refused(plugins, generic_vif())


def test_plugin_cannot_take_the_place_of_one_of_ours(lab, plugins):
    build(plugins.path, 'noop', plugin('noop', 'return call->api->fail(call, 1, NULL, "hello");'))
    assert lab.plug(generic_vif(1, 'noop'),
                    options=['--json', plugins.option]).result['state'] == 'plugged'


@pytest.mark.parametrize('path', ['plugins', './plugins', ''])
def test_directory_that_is_relative(tmp_path, path):
    conf = tmp_path / 'vifd.conf'
    conf.write_text('[vifd]\nplugin_directory = %s\n' % path)
    done = vifctl('host-info', '--config=%s' % conf)
    assert done.returncode == 2
    assert '[vifd] plugin_directory: expected an absolute path' in done.stderr


# ---------------------------------------------------------------------- host-info

def names(plugins, *words):
    done = vifctl('host-info', plugins.option, *words)
    assert done.returncode == 0 and done.stderr == '', done.stderr
    return re.findall(r'"plugin_name": ?"(\w+)"', done.stdout)


def test_host_info_tells_of_plugins_from_elsewhere(plugins):
    build(plugins.path, 'zebra', plugin('zebra'))
    os.rename(plugins.add('text', b''), os.path.join(plugins.path, 'README'))
    assert names(plugins) == ['example_veth', 'linux_bridge', 'noop', 'ovs', 'zebra']
    assert names(plugins, '--vif-type=VIFGeneric') == ['example_veth', 'zebra']


def test_host_info_without_the_directory(plugins):
    shutil.rmtree(plugins.path)
    assert names(plugins) == ['linux_bridge', 'noop', 'ovs']


@pytest.mark.parametrize('name, words', [('broken', 'broken.so: '),
                                         ('Upper', 'Upper.so: a plugin\'s name is of')])
def test_host_info_names_a_file_that_is_broken(plugins, name, words):
    plugins.add(name, b'# text\n')
    done = vifctl('host-info', plugins.option)
    assert done.returncode == 2 and done.stdout == ''
    [line] = done.stderr.splitlines()
    assert words in line and plugins.path in line
