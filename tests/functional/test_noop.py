# SPDX-License-Identifier: Apache-2.0
"""Plugin noop: succeeds and does nothing, and needs nothing for it."""
import pytest

from nic import hostdev_vif, vhostuser_vif
from vifs import edited, hybrid_vif, ovs_vif, versioned, vif_id
from watch import traced

POWERLESS = ('setpriv', '--inh-caps=-all', '--bounding-set=-all')
NOWHERE = 'unix:/nonexistent/db.sock'
DOCUMENTS = {
    'vhost-user': vhostuser_vif(1, plugin='noop'),
    'remote-managed': edited(hostdev_vif(1, '0000:03:00.2', plugin='noop'), 'vif/port_profile'),
    'port': ovs_vif(1, create_tap=True, plugin='noop'),
    'hybrid': hybrid_vif(1, plugin='noop'),
}
ALL = pytest.mark.parametrize('doc', DOCUMENTS.values(), ids=DOCUMENTS)
VERBS = pytest.mark.parametrize('verb, state', [('plug', 'plugged'), ('unplug', 'unplugged')])


@ALL
@VERBS
@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
def test_nothing_is_done(untouched, doc, verb, state, form):
    done, changes = traced(untouched, verb, form(doc), options=['--json'])
    assert not changes
    result = done.result
    assert (result['id'], result['state'], result['changed']) == (vif_id(1), state, False)


@ALL
@VERBS
def test_no_database_and_no_rights_are_needed(untouched, doc, verb, state):
    done = untouched.vifctl(verb, doc, ovsdb=NOWHERE, prefix=POWERLESS)
    assert done.out.startswith(state + ' ' + vif_id(1)) and done.err == ''



def test_others_of_the_batch_are_plugged(lab):
    lab.plug([DOCUMENTS['vhost-user'], ovs_vif(2, create_tap=True)])
    assert lab.db.row('Port', ovs_vif(2)['vif']['vif_name'])


@VERBS
def test_document_still_has_to_be_a_vif(untouched, verb, state):
    failed = untouched.vifctl(verb, edited(DOCUMENTS['vhost-user'], 'vif/mode', 'both'), status=2)
    assert 'mode' in failed.line()
