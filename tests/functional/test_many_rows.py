# SPDX-License-Identifier: Apache-2.0
"""Many VIFs at once: what is read of the database does not grow with the ports of others."""
import json

import pytest

from state import assert_same
from vifs import device, hybrid_vif, ovs_vif

pytestmark = pytest.mark.lab(vswitchd=False)
COUNT = 20    # enough for the rows of all to be read together
OTHERS = ['other-%d' % n for n in range(3)]
DOCUMENTS = {
    'taps': [ovs_vif(n, create_tap=True) for n in range(1, COUNT + 1)],
    'hybrid': [hybrid_vif(n) for n in range(1, COUNT + 1)],
}
EVERY = pytest.mark.parametrize('docs', DOCUMENTS.values(), ids=DOCUMENTS)


@pytest.fixture
def others(lab):
    """Ports of others on the same bridge; the words by which their rows are known."""
    words = []
    for name in OTHERS:
        lab.vsctl('--no-wait', 'add-port', 'br-int', name, '--', 'set', 'Interface', name,
                  'type=internal')
        words += [name, *(lab.db.row(table, name)['_uuid'][1:] for table in ('Port', 'Interface'))]
    return words


def told_of(proxy, words):
    """Of these words, those that an answer of the server had."""
    answers = json.dumps([request.answer for request in proxy.requests])
    return [word for word in words if word in answers]


def methods(proxy):
    return [request.method for request in proxy.requests]


def interfaces(lab):
    return {row['name']: (row['type'], row['external_ids'], row['options'])
            for row in lab.db.select('Interface')}


@EVERY
def test_rows_of_others_are_not_read(lab, others, proxy, docs):
    before = lab.snapshot()
    for verb, wrote in (('plug', True), ('plug', False), ('unplug', True)):
        proxy.clear()
        lab.vifctl(verb, docs)
        assert 'monitor_cond' in methods(proxy), 'else this test sees nothing'
        assert told_of(proxy, others) == []
        assert bool(proxy.commits) == wrote
    assert_same(before, lab.snapshot())


@EVERY
def test_old_server_without_conditional_monitors(lab, others, proxy, docs):
    """It tells the rows of all; the outcome is the same."""
    lab.plug(docs)
    plugged = interfaces(lab)
    lab.unplug(docs)
    proxy.rename = {'monitor_cond': 'monitor_of_another_name'}
    proxy.clear()
    lab.plug(docs)
    assert set(OTHERS) < set(told_of(proxy, others))
    assert interfaces(lab) == plugged
    proxy.clear()
    lab.plug(docs)
    assert proxy.commits == []
    lab.unplug(docs)
    assert set(interfaces(lab)) == {'br-int', *OTHERS}


def test_one_reply_has_all_rows(lab, proxy):
    """A plug that finds everything asks once more, whether the ports are on their bridge."""
    docs = DOCUMENTS['taps']
    for asked in (['monitor_cond', 'monitor_cancel', 'transact'],) * 2:
        proxy.clear()
        lab.plug(docs)
        assert methods(proxy) == asked
    assert proxy.commits == []


def test_port_on_another_bridge(lab, proxy):
    """One port that is not where it is expected is found and moved back, the others stay."""
    docs = DOCUMENTS['taps']
    lab.plug(docs)
    port = lab.vsctl('get', 'Port', device(7), '_uuid').strip()
    lab.vsctl('--no-wait', 'add-br', 'br-other', '--', 'remove', 'Bridge', 'br-int', 'ports', port,
              '--', 'add', 'Bridge', 'br-other', 'ports', port)
    done = lab.plug(docs, options=['--json'])
    assert [i + 1 for i, result in enumerate(done.results) if result['changed']] == [7]
    assert lab.vsctl('port-to-br', device(7)).strip() == 'br-int'
