# SPDX-License-Identifier: Apache-2.0
"""Many VIFs in one call, and the forms a FILE may have."""
import json

import pytest

from lab import wait_until
from state import assert_same
from vifs import device, edited, hybrid_vif, ovs_vif, versioned, vif_id

NO_SWITCH = pytest.mark.lab(vswitchd=False)


def ports(lab):
    return {row['name'] for row in lab.db.select('Port')} - {'br-int'}


def ten():
    return [ovs_vif(n, create_tap=True) for n in range(1, 6)] + \
           [hybrid_vif(n) for n in range(6, 11)]


def name_of(n):
    return device(n) if n < 6 else device(n, 'qvo')


@pytest.mark.parametrize('bad', [3, 8])
@pytest.mark.parametrize('how', ['port of another VIF', 'unknown field', 'name too long',
                                 'datapath conflict'])
def test_ten_with_one_bad_plugs_nine_and_names_the_one(lab, proxy, how, bad):
    docs = ten()
    if how == 'port of another VIF':
        lab.vsctl('add-port', 'br-int', name_of(bad), '--', 'set', 'Interface', name_of(bad),
                  'external_ids:iface-id=' + vif_id(99))
    elif how == 'unknown field':
        docs[bad - 1] = edited(docs[bad - 1], 'vif/colour', 'red')
    elif how == 'name too long':
        docs[bad - 1] = edited(docs[bad - 1], 'vif/network/bridge', 'b' * 16)
    else:
        docs[bad - 1] = edited(docs[bad - 1], 'vif/port_profile/datapath_type', 'system')
        lab.plug(ovs_vif(50))
        proxy.clear()
    links = set(lab.links())
    failed = lab.plug(docs, status=3, options=['--json'])
    states = {r.get('id'): r['state'] for r in failed.results}
    good = [n for n in range(1, 11) if n != bad]
    assert all(states[vif_id(n)] == 'plugged' for n in good)
    line = failed.line()
    assert vif_id(bad) in line or '/%d/' % (bad - 1) in line, line
    assert {name_of(n) for n in good} <= ports(lab)
    assert len(proxy.commits) == 1
    new = set(lab.links()) - links
    assert not any(device(bad, prefix) in new for prefix in ('tap', 'qbr', 'qvb', 'qvo'))
    lab.unplug([docs[n - 1] for n in good])
    assert set(lab.links()) == links


def refuse_ids_of_trunks(schema):
    words = ['iface-id', 'iface-status', 'attached-mac', 'vm-uuid']
    ids = schema['tables']['Interface']['columns']['external_ids']['type']
    ids['key'] = {'type': 'string', 'enum': ['set', words]}


@pytest.mark.lab(vswitchd=False, schema=refuse_ids_of_trunks)
def test_vif_whose_rows_are_refused_is_taken_out_and_the_rest_goes_on(lab, proxy):
    docs = ten()
    docs[2] = ovs_vif(3, create_tap=True, bridge='tbr-1')
    failed = lab.plug(docs, status=3, options=['--json'])
    assert [r['state'] for r in failed.results].count('plugged') == 9
    assert vif_id(3) in failed.line()
    assert len(ports(lab)) == 9 and device(3) not in lab.links()
    assert lab.db.row('Bridge', 'tbr-1') is None


def test_batch_is_one_transaction(lab, proxy):
    before = lab.snapshot()
    lab.plug(ten())
    assert len(proxy.commits) == 1 and ports(lab) == {name_of(n) for n in range(1, 11)}
    proxy.clear()
    lab.unplug(ten())
    assert len(proxy.commits) == 1
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_results_come_in_the_order_of_the_input(lab):
    docs = list(reversed(ten()))
    ids = [doc['vif']['id'] for doc in docs]
    assert [r['id'] for r in lab.plug(docs, options=['--json']).results] == ids
    lines = lab.unplug(docs).out.splitlines()
    assert [line.split()[1] for line in lines] == ids


@NO_SWITCH
def test_same_vif_twice_in_one_call(lab):
    before = lab.snapshot()
    lab.plug([ovs_vif(1, create_tap=True), ovs_vif(1, create_tap=True)], status=None)
    assert ports(lab) <= {device(1)}
    lab.unplug(ovs_vif(1, create_tap=True))
    assert_same(before, lab.snapshot())


@NO_SWITCH
def test_two_vifs_that_want_the_same_device(lab):
    failed = lab.plug([ovs_vif(1), ovs_vif(2, vif_name=device(1))], status=None)
    assert failed.status in (2, 3) and device(1) in failed.err
    row = lab.db.row('Interface', device(1))
    assert row is None or row['external_ids']['iface-id'] in (vif_id(1), vif_id(2))


# ---------------------------------------------------------------- forms of FILE

@NO_SWITCH
@pytest.mark.parametrize('form', ['object', 'array', 'lines', 'pretty', 'mixed', 'stdin',
                                  'directory', 'several', 'stdin lines'])
def test_forms_of_file(lab, form):
    docs = [ovs_vif(1), versioned(ovs_vif(2)), ovs_vif(3)]
    lines = ''.join(json.dumps(doc) + '\n' for doc in docs)
    names, stdin, count = ['a.json'], None, 3
    if form == 'object':
        lab.write('a.json', docs[0])
        count = 1
    elif form == 'array':
        lab.write('a.json', docs)
    elif form == 'lines':
        lab.write('a.json', lines)
    elif form == 'pretty':
        lab.write('a.json', '\n'.join(json.dumps(doc, indent=2) for doc in docs))
    elif form == 'mixed':
        lab.write('a.json', json.dumps(docs[:2]) + json.dumps(docs[2]))
    elif form == 'stdin':
        names, stdin = ['-'], json.dumps(docs)
    elif form == 'stdin lines':
        names, stdin = ['-'], lines
    elif form == 'directory':
        names = ['vifs']
        for n, doc in enumerate(docs, 1):
            lab.write('vifs/%d.json' % n, doc)
        lab.write('vifs/README.txt', 'not for vifctl')
    else:
        lab.write('a.json', docs[:1])
        lab.write('b.json', docs[1:])
        names = ['a.json', 'b.json']
    done = lab.plug(*names, stdin=stdin, cwd=lab.dir, options=['--json'])
    assert [r['id'] for r in done.results] == [vif_id(n) for n in range(1, count + 1)]
    assert ports(lab) == {device(n) for n in range(1, count + 1)}


@NO_SWITCH
def test_empty_array_and_empty_directory_are_no_vifs(lab):
    lab.run('mkdir', lab.path('none'))
    lab.write('empty.json', [])
    for name in ('empty.json', 'none'):
        done = lab.plug(name, options=['--json'], cwd=lab.dir, status=None)
        assert done.status in (0, 2)
        if done.status == 0:
            assert done.results == []


@NO_SWITCH
def test_bad_place_in_an_array_is_named(lab):
    docs = [ovs_vif(1), edited(ovs_vif(2), 'vif/network/mtu', 'big')]
    lab.write('vifs.json', docs)
    failed = lab.plug('vifs.json', cwd=lab.dir, status=3)
    assert 'vifs.json: /1/vif/network/mtu: ' in failed.line()


@NO_SWITCH
def test_bad_line_of_lines_is_named(lab):
    lab.write('vifs.json', json.dumps(ovs_vif(1)) + '\n{"vif": \n')
    failed = lab.plug('vifs.json', cwd=lab.dir, status=2)
    assert 'vifs.json' in failed.line()
    assert ports(lab) == set()


@NO_SWITCH
def test_examples_of_nova_hosts_decode(lab):
    """Other members of a document than "vif" and "instance_info" are nobody's business."""
    doc = dict(versioned(ovs_vif(1)), description='as found', libvirt_interface={'type': 'x'})
    lab.plug(doc)
    assert ports(lab) == {device(1)}


def test_hundred_vifs_at_once_work(lab):
    before = lab.snapshot()
    docs = [ovs_vif(n, create_tap=True) for n in range(1, 101)]
    done = lab.plug(docs, options=['--json'])
    assert {r['state'] for r in done.results} == {'plugged'}
    assert len({r['ofport'] for r in done.results}) == 100
    lab.unplug(docs)
    wait_until(lambda: set(lab.links()) == set(before['links']))
    assert_same(before, lab.snapshot())
