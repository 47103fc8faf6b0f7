# SPDX-License-Identifier: Apache-2.0
"""vifctl --connect: how it is used, and a vifd that cannot be reached."""
import json
import socket

import pytest

from validators import vifctl
from vifs import ovs_vif

VERBS = ('plug', 'unplug', 'check', 'show', 'graph', 'list', 'prune', 'doctor', 'host-info', 'metrics')
FILES = ('plug', 'unplug', 'check', 'show', 'graph')   # verbs that take them
DOCUMENT = json.dumps(ovs_vif(1))


def connected(verb, path, *words):
    return vifctl(verb, '--connect=%s' % path, *words, *['-'] * (verb in FILES), stdin=DOCUMENT)


@pytest.mark.parametrize('other', ['--ovsdb=unix:/x', '--config=/x'])
@pytest.mark.parametrize('order', [1, -1])
def test_vifd_has_a_database_and_a_configuration_of_its_own(other, order):
    done = vifctl('list', *['--connect', other][::order])
    assert done.returncode == 2 and done.stdout == ''
    assert done.stderr == ('vifctl: %s cannot be used with --connect: vifd has its own configuration '
                           'and database; see vifctl list --help\n'
                           % other.split('=', maxsplit=1)[0])


@pytest.mark.parametrize('words', [(), ('--json',)])
@pytest.mark.parametrize('verb', VERBS)
def test_there_is_no_vifd(tmp_path, verb, words):
    done = connected(verb, tmp_path / 'io.vifd', *words)
    assert done.returncode == 4 and done.stdout == ''
    assert done.stderr == ('vifctl: vifd cannot be reached: unix:%s/io.vifd: No such file or directory\n'
                           % tmp_path)


@pytest.mark.parametrize('verb', VERBS)
def test_nobody_listens(tmp_path, verb):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / 'socket'))
        done = connected(verb, tmp_path / 'socket')
        assert done.returncode == 4
        assert done.stderr == ('vifctl: vifd cannot be reached: unix:%s/socket: Connection refused\n'
                               % tmp_path)
    done = connected(verb, 'socket')
    assert done.returncode == 2 and "begin with '/'" in done.stderr

