# SPDX-License-Identifier: Apache-2.0
"""A varlink client that is not ours: Debian's varlink library for Go, with code its generator makes from
nothing but the interface file."""
import os
import shutil
import subprocess

import pytest

from lab import TOP
from vifd_client import Vifd
from vifs import ovs_vif, vif_id

GENERATOR = 'varlink-go-interface-generator'
LIBRARY = '/usr/share/gocode'
INTERFACE = os.path.join(TOP, 'data', 'io.vifd.varlink')


@pytest.fixture
def client(lab, tmp_path):
    """Runs the client with a daemon of the lab's; its output and exit status."""
    if not shutil.which(GENERATOR) or not shutil.which('go'):
        pytest.skip('varlink for Go is missing, NOTHING WAS TESTED: tools/deps test installs it')
    package = tmp_path / 'src' / 'iovifd'
    package.mkdir(parents=True)
    shutil.copy(INTERFACE, package)
    subprocess.run([GENERATOR, 'io.vifd.varlink'], cwd=package, check=True)
    program = str(tmp_path / 'client')
    environment = dict(os.environ, GO111MODULE='off', GOPATH='%s:%s' % (tmp_path, LIBRARY),
                       GOCACHE=str(tmp_path / 'cache'), GOFLAGS='-p=1')
    subprocess.run(['go', 'build', '-o', program,
                    os.path.join(TOP, 'tests', 'lab', 'varlink-go', 'main.go')],
                   env=environment, check=True, timeout=300)
    daemon = Vifd(lab)

    def run(*args):
        done = lab.run(program, 'unix:' + daemon.path, *args, check=False)
        return done.stdout, done.returncode
    yield run
    daemon.stop()


def test_go_speaks_with_vifd(lab, client):
    good, other, third = [lab.write('vif%d.json' % n, ovs_vif(n, create_tap=True)) for n in (1, 2, 3)]
    bad = lab.write('bad.json', {'vif': {'type': 'VIFNosuch', 'id': vif_id(4)}})

    # What it says of itself; the description is the file, word for word.
    said, status = client('info')
    product, description = said.split('\n', 1)
    with open(INTERFACE, encoding='utf-8') as f:
        assert description == f.read()
    assert status == 0 and product.startswith('vifd ') and 'io.vifd' in product

    said, status = client('plug', good)
    assert (said, status) == ('0 %s tap00000001-00 plugged\n' % vif_id(1), 0)
    assert lab.db.row('Interface', 'tap00000001-00')['external_ids']['iface-id'] == vif_id(1)

    # An error by its type in Go.
    said, status = client('plug', bad)
    assert status == 1 and said.startswith('InvalidInput: ') and 'VIFNosuch' in said

    # Several replies to one call: every VIF once, and what the call is at in between.
    said, status = client('more', other, bad, third)
    lines = said.splitlines()
    assert status == 0 and lines[-1] == 'done'
    assert any(line.startswith('progress ') for line in lines)
    told = sorted(line for line in lines[:-1] if not line.startswith('progress '))
    assert [line.split()[0] for line in told] == ['0', '1', '2']
    assert [line.split()[-1] for line in told] == ['plugged', 'failed', 'plugged']

    said, status = client('unplug', good, other, third)
    assert status == 0 and said.count('unplugged') == 3
    assert not lab.db.row('Interface', 'tap00000001-00')
