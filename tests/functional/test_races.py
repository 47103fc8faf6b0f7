# SPDX-License-Identifier: Apache-2.0
"""Several programs at once: what is left is whole, and no exit status lies."""
import concurrent.futures
import random

import pytest

from state import assert_same
from vifs import device, hybrid_vif, ovs_vif

ROUNDS = 8


def kinds():
    return [pytest.param(lambda n: ovs_vif(n, create_tap=True), device, id='direct'),
            pytest.param(hybrid_vif, lambda n: device(n, 'qvo'), id='hybrid')]


def run_together(lab, calls):
    """Runs (verb, document) pairs at once and returns the outcomes."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: lab.vifctl(call[0], call[1], status=None), calls))


@pytest.mark.parametrize('make, port', kinds())
def test_plug_and_unplug_of_the_same_vif_leave_all_of_it_or_nothing(lab, make, port):
    empty = lab.snapshot()
    lab.plug(make(1))
    plugged = sorted(lab.links())
    lab.unplug(make(1))
    for _ in range(ROUNDS):
        calls = [('plug', make(1)), ('unplug', make(1)), ('plug', make(1)), ('unplug', make(1))]
        random.shuffle(calls)
        outcomes = run_together(lab, calls)
        assert [o.status for o in outcomes] == [0] * 4, '\n'.join(str(o) for o in outcomes)
        ports = {row['name'] for row in lab.db.select('Port')}
        if port(1) in ports:
            assert sorted(lab.links()) == plugged
            lab.unplug(make(1))
        assert_same(empty, lab.snapshot(), 'after a race')


@pytest.mark.parametrize('make, port', kinds())
def test_different_vifs_do_not_disturb_each_other(lab, make, port):
    empty = lab.snapshot()
    for _ in range(3):
        outcomes = run_together(lab, [('plug', make(n)) for n in range(1, 9)])
        assert [o.status for o in outcomes] == [0] * 8, '\n'.join(str(o) for o in outcomes)
        ports = {row['name'] for row in lab.db.select('Port')}
        assert ports >= {port(n) for n in range(1, 9)}
        outcomes = run_together(lab, [('unplug', make(n)) for n in range(1, 9)])
        assert [o.status for o in outcomes] == [0] * 8, '\n'.join(str(o) for o in outcomes)
        assert_same(empty, lab.snapshot(), 'after a race')
