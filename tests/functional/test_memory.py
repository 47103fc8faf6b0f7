# SPDX-License-Identifier: Apache-2.0
"""A program that uses one host handle for long needs no more memory in the end than at first."""
import os
import subprocess

import pytest

from budget import build_options
from lab import TOP, VIFCTL
from vifs import document

ROUNDS = 100
VIFS = 250   # enough for QoS rows to be read whole, and other rows by a monitor
BUILD = os.path.dirname(VIFCTL)
# What waits in a thread's cache counts as in use, and the cache fills over many rounds.
NO_CACHE = ('env', 'GLIBC_TUNABLES=glibc.malloc.tcache_count=0')


def vhost_user_vif(n):
    """Needs no link, so that nothing but the library and the database has work."""
    return document(n, 'VIFVHostUser', {}, path='/run/vhost/%d' % n, mode='server')


@pytest.mark.skipif(build_options().get('b_sanitize', 'none') != 'none',
                    reason='sanitizers keep what was freed, and tell leaks themselves')
@pytest.mark.skipif(not os.path.exists(os.path.join(BUILD, 'libvif.so')),
                    reason='there is no libvif.so beside vifctl')
@pytest.mark.lab(vswitchd=False)
def test_memory_does_not_grow_with_the_calls(lab):
    program = lab.path('rounds')
    subprocess.run(['gcc', '-std=gnu17', '-D_GNU_SOURCE', '-O2', '-o', program, '-I', TOP + '/include',
                    TOP + '/tests/lab/rounds.c', '-L', BUILD, '-lvif', '-Wl,-rpath,' + BUILD],
                   check=True)
    vifs = lab.write('vifs.json', [vhost_user_vif(n) for n in range(1, VIFS + 1)])
    done = lab.execute((*lab.inside(), *NO_CACHE, program, lab.address, vifs, str(ROUNDS)),
                       timeout=300)
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert len(lines) == ROUNDS
    in_use, resident = zip(*lines)
    assert max(in_use[5:]) <= in_use[4] + 1024, 'bytes in use after each round: %s' % (in_use,)
    assert max(resident[10:]) <= max(resident[:10]) + 1024, 'kB after each round: %s' % (resident,)
    print('in use %d bytes, resident %d kB, after %d rounds' % (in_use[-1], resident[-1], ROUNDS))
