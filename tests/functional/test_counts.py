# SPDX-License-Identifier: Apache-2.0
"""How much is said to the database and to the kernel: counted on both, from outside."""
import pytest

from vifs import hybrid_vif, ovs_vif
from watch import traced

pytestmark = pytest.mark.lab(vswitchd=False)
DOCUMENTS = {
    'port': ovs_vif(1),
    'port and tap': ovs_vif(1, create_tap=True),
    'multi-queue tap': ovs_vif(1, create_tap=True, multiqueue=True),
    'trunk bridge': ovs_vif(1, bridge='tbr-1', create_tap=True),
    'hybrid': hybrid_vif(1),
    'twenty': [ovs_vif(n, create_tap=True) for n in range(2, 12)] +
              [hybrid_vif(n) for n in range(12, 22)],
}
# The rows of many names are read by a monitor; the request that ends it is not waited for.
MONITOR = ['monitor_cond', 'monitor_cancel']
ALL = pytest.mark.parametrize('doc', DOCUMENTS.values(), ids=DOCUMENTS)


@ALL
def test_plug_is_two_round_trips(lab, proxy, doc):
    lab.plug(doc)
    read = MONITOR if doc is DOCUMENTS['twenty'] else ['transact']
    assert [r.method for r in proxy.requests] == [*read, 'transact']
    assert [r.is_commit for r in proxy.transacts][-1:] == [True]
    assert len(proxy.commits) == 1
    assert proxy.connections == 1


@ALL
def test_unplug_is_one_commit_after_a_look_or_two(lab, proxy, doc):
    lab.plug(doc)
    proxy.clear()
    lab.unplug(doc)
    assert [r.is_commit for r in proxy.transacts] in ([False, True], [False, False, True])
    assert proxy.connections == 1


@ALL
def test_second_plug_sends_no_write_and_changes_no_link(lab, proxy, doc):
    first, changes = traced(lab, 'plug', doc, options=['--json'])
    assert proxy.commits and (changes or doc is DOCUMENTS['port'])
    proxy.clear()
    again, changes = traced(lab, 'plug', doc, options=['--json'])
    assert not changes, changes
    assert proxy.commits == []
    assert len(proxy.requests) <= 2 + (doc is DOCUMENTS['twenty'])
    assert not any(r['changed'] for r in again.results)


@ALL
def test_second_unplug_sends_no_write_and_changes_no_link(lab, proxy, doc):
    lab.plug(doc)
    lab.unplug(doc)
    proxy.clear()
    _, changes = traced(lab, 'unplug', doc)
    assert not changes and proxy.commits == []


@ALL
def test_dry_run_shows_the_steps_and_takes_none(lab, proxy, doc):
    for verb in ('plug', 'unplug'):
        before = lab.snapshot()
        shown, changes = traced(lab, verb, doc, options=['--dry-run'])
        assert not changes and proxy.commits == []
        if verb == 'plug':
            assert shown.out.strip(), 'a dry run says what it would do'
            lab.plug(doc)
            proxy.clear()
        else:
            assert shown.out.strip()
            assert lab.snapshot() == before


@pytest.mark.lab(vswitchd=True)
def test_second_plug_with_a_switch_sends_no_write_and_changes_no_link(lab, proxy):
    docs = [ovs_vif(1, create_tap=True), hybrid_vif(2)]
    lab.plug(docs)
    lab.settle()
    proxy.clear()
    again, changes = traced(lab, 'plug', docs, options=['--json'])
    assert not changes and proxy.commits == []
    assert [(r['state'], r['changed']) for r in again.results] == [('plugged', False)] * 2


def test_links_of_many_vifs_are_looked_up_in_few_messages(lab):
    log_of = {}
    for count in (1, 50):
        docs = [ovs_vif(n, create_tap=True) for n in range(1, count + 1)]
        lab.plug(docs)
        _, changes = traced(lab, 'plug', docs)
        with open(lab.path('strace.log')) as f:
            log_of[count] = sum('RTM_GETLINK' in line and 'send' in line for line in f)
    assert log_of[50] <= log_of[1] + 2
