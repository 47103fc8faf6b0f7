# SPDX-License-Identifier: Apache-2.0
"""VIFs of all types in one call."""
import pytest

from nic import Nic, hostdev_vif, pretend_dpdk, vhostuser_vif
from state import assert_same
from vifs import device, hybrid_vif, ovs_vif, versioned, vif_id
from watch import traced

pytestmark = pytest.mark.lab(vswitchd=False)


@pytest.fixture
def nic(lab):
    pretend_dpdk(lab)
    one = Nic(lab)
    for n in range(4):
        one.representor('rep%d' % n, 'pf0vf%d' % n)
    return one


def all_types(nic):
    return [ovs_vif(1), ovs_vif(2, create_tap=True), ovs_vif(3, create_tap=True, multiqueue=True),
            ovs_vif(4, create_port=False), ovs_vif(5, create_tap=True, bridge='tbr-5'),
            hybrid_vif(6), vhostuser_vif(7), vhostuser_vif(8, mode='client'),
            hostdev_vif(9, nic.vf(0)), hostdev_vif(10, nic.vf(1), name=device(10)),
            hostdev_vif(11, nic.vf(2, pf=1), datapath_type='netdev'),
            vhostuser_vif(12, plugin='noop')]


NAMES = {1: device(1), 2: device(2), 3: device(3), 5: device(5), 6: device(6, 'qvo'),
         7: device(7, 'vhu'), 8: device(8, 'vhu'), 9: 'rep0', 10: device(10),
         11: device(11, 'vfr')}


@pytest.mark.parametrize('own', [False, True], ids=['one bridge', 'bridge per port'])
@pytest.mark.parametrize('form', [lambda doc: doc, versioned], ids=['plain', 'versioned'])
def test_one_transaction_plugs_and_one_unplugs_all(lab, proxy, nic, own, form):
    before = lab.snapshot()
    docs = [form(doc) for doc in all_types(nic)]
    options = [lab.config('[os_vif_ovs]\nper_port_bridge = %s\n' % own), '--json']
    results = lab.plug(docs, options=options).results
    nic.follow()
    assert len(proxy.commits) == 1
    # vif 4 has a port only with a bridge of its own; taps of vif 1 and 4 come later
    expected = {n: 'waiting' if n == 1 or (n == 4 and own) else 'plugged' for n in range(1, 13)}
    assert [r['id'] for r in results] == [vif_id(n) for n in range(1, 13)]
    assert {n: r['state'] for n, r in enumerate(results, 1)} == expected
    owners = {row['external_ids']['iface-id']: row['name'] for row in lab.db.select('Interface')
              if 'iface-id' in row['external_ids']}
    for n, name in NAMES.items():
        assert owners[vif_id(n)] == ('ibp' + vif_id(n) if own and n < 6 else name)
    proxy.clear()
    again, changes = traced(lab, 'plug', docs, options=options)
    assert not changes and proxy.commits == []
    assert not any(r['changed'] for r in again.results)
    lab.unplug(docs, options=options)
    nic.follow()
    assert len(proxy.commits) == 1
    assert_same(before, lab.snapshot())


def test_one_bad_of_each_type_leaves_the_good(lab, nic):
    bad = [vhostuser_vif(20, path='x'), hostdev_vif(21, nic.vf(0, pf=1)),
           hostdev_vif(22, '0000:09:00.1', datapath_type='netdev'),
           hybrid_vif(23, bridge_name=device(23, 'qvb')), ovs_vif(24, vif_name='br-int'),
           hostdev_vif(25, nic.vf(3), name='rep2')]
    failed = lab.plug([doc for pair in zip(bad, all_types(nic)[4:]) for doc in pair], status=3,
                      options=['--json'])
    nic.follow()
    assert [r['state'] for r in failed.results] == ['failed', 'plugged'] * len(bad)
    assert len(failed.err.splitlines()) == len(bad)
    assert not lab.links()['rep3']['up'] and not lab.links()['rep2']['up']


def refuse_dpdk(schema):
    schema['tables']['Interface']['columns']['type'] = {
        'type': {'key': {'type': 'string', 'enum': ['set', ['', 'internal', 'patch',
                                                            'dpdkvhostuser']]}}}


@pytest.mark.lab(vswitchd=False, schema=refuse_dpdk)
def test_refused_rows_are_taken_out_and_the_rest_goes_on(lab, nic):
    before = lab.snapshot()
    docs = all_types(nic)
    failed = lab.plug(docs, status=3, options=['--json'])
    nic.follow()
    assert [n for n, r in enumerate(failed.results, 1) if r['state'] == 'failed'] == [7, 11]
    lab.unplug(docs)
    assert_same(before, lab.snapshot())
