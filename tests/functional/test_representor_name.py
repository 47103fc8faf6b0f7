# SPDX-License-Identifier: Apache-2.0
"""A representor gets another name by plug and its own back by unplug, whatever is in between."""
import pytest

from nic import hostdev_vif, nic_with_vf3
from state import assert_same
from test_kill import every_point
from vifs import qos_id, vif_id

pytestmark = pytest.mark.lab(vswitchd=False)
NAME = 'tap-of-nova'


@pytest.fixture
def nic(lab):
    return nic_with_vf3(lab)


def interface(lab, name):
    return lab.snapshot()['database']['Interface'].get(name)


PLACES = pytest.mark.parametrize('where', [{'name': NAME}, {'offload': NAME},
                                           {'name': NAME, 'offload': 'ignored'}],
                                 ids=['profile', 'offload', 'both'])


@PLACES
@pytest.mark.parametrize('up', [False, True], ids=['down', 'up'])
def test_representor_is_renamed_and_gets_its_name_back(lab, nic, where, up):
    before = lab.snapshot()
    if up:
        lab.ip('link', 'set', 'rep3', 'up')
    doc = hostdev_vif(1, nic.vf(3), mtu=1442, **where)
    result = nic.plug(doc, options=['--json']).result
    assert result['name'] == NAME and result['state'] == 'plugged'
    links = lab.links()
    assert 'rep3' not in links and links[NAME]['up'] and links[NAME]['mtu'] == 1442
    assert links[NAME]['alias'] == 'vif %s was rep3' % vif_id(1)
    assert interface(lab, NAME)['external_ids']['iface-id'] == vif_id(1)
    assert interface(lab, 'rep3') is None
    nic.unplug(doc)
    before['links']['rep3']['mtu'] = 1442
    assert_same(before, lab.snapshot(), 'the old name is given back')


@pytest.mark.parametrize('lost', ['VF', 'all of /sys', 'the whole document'])
@pytest.mark.parametrize('name', [None, NAME])
def test_unplug_finds_the_representor_by_the_port(lab, nic, name, lost):
    before = lab.snapshot()
    nic.plug(hostdev_vif(1, nic.vf(3), name=name))
    doc = hostdev_vif(1, nic.vf(3), name=name)
    if lost == 'VF':
        nic.lose_vf(3)
    elif lost == 'all of /sys':
        nic.lose_all()
    else:
        doc = hostdev_vif(1, nic.vf(2))      # what was asked for is not what the port says
    lab.unplug(doc)
    assert_same(before, lab.snapshot())
    nic.follow()
    lab.unplug(doc)
    assert_same(before, lab.snapshot())


def test_unplug_when_the_representor_itself_is_gone(lab, nic):
    before = lab.snapshot()
    doc = hostdev_vif(1, nic.vf(3), name=NAME)
    nic.plug(doc)
    lab.ip('link', 'del', NAME)
    nic.lose_vf(3)
    lab.unplug(doc)
    for part in ('links', 'sysctls'):
        del before[part]['rep3']
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('name', [None, NAME])
@pytest.mark.parametrize('state', ['up', 'down'])
def test_unplug_without_a_port_still_finds_the_representor(lab, nic, name, state):
    """Half an unplug, or half a plug."""
    before = lab.snapshot()
    doc = hostdev_vif(1, nic.vf(3), name=name)
    nic.plug(doc)
    lab.vsctl('del-port', name or 'rep3')
    lab.db.transact({'op': 'delete', 'table': 'QoS', 'where': []})
    lab.ip('link', 'set', name or 'rep3', state)
    nic.unplug(doc)
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('state', ['up', 'down'])
def test_renamed_representor_set_up_or_down_meanwhile(lab, nic, state):
    before = lab.snapshot()
    doc = hostdev_vif(1, nic.vf(3), name=NAME)
    nic.plug(doc)
    plugged = lab.snapshot()
    lab.ip('link', 'set', NAME, state)
    nic.plug(doc)
    assert_same(plugged, lab.snapshot())
    lab.ip('link', 'set', NAME, state)
    nic.unplug(doc)
    assert_same(before, lab.snapshot())


@pytest.mark.parametrize('name', [None, NAME])
def test_plug_killed_then_unplugged(lab, nic, name):
    path = lab.write('vif.json', hostdev_vif(1, nic.vf(3), name=name))
    before = lab.snapshot()
    for n in every_point(lab, 'plug', path):
        nic.follow()
        nic.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)


@pytest.mark.parametrize('name', [None, NAME])
def test_plug_killed_then_plugged(lab, nic, name):
    path = lab.write('vif.json', hostdev_vif(1, nic.vf(3), name=name))
    before = lab.snapshot()
    nic.plug(path)
    plugged = lab.snapshot()
    nic.unplug(path)
    for n in every_point(lab, 'plug', path):
        nic.follow()
        nic.plug(path)
        assert_same(plugged, lab.snapshot(), 'plug after a kill at %s' % n)
        nic.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)


@pytest.mark.parametrize('name', [None, NAME])
def test_unplug_killed_then_unplugged(lab, nic, name):
    path = lab.write('vif.json', hostdev_vif(1, nic.vf(3), name=name))
    before = lab.snapshot()
    nic.plug(path)
    for n in every_point(lab, 'unplug', path):
        nic.follow()
        nic.unplug(path)
        assert_same(before, lab.snapshot(), 'unplug after a kill at %s' % n)
        nic.plug(path)


def test_port_made_before_under_the_old_name_is_not_stranded(lab, nic):
    """os-vif does not rename: its port has the name the driver gave."""
    before = lab.snapshot()
    nic.plug(hostdev_vif(1, nic.vf(3)))
    doc = hostdev_vif(1, nic.vf(3), name=NAME)
    nic.plug(doc)
    assert interface(lab, 'rep3') is None and interface(lab, NAME)
    assert [q['external_ids']['id'] for q in lab.db.select('QoS')] == [qos_id(NAME)]
    nic.unplug(doc)
    assert_same(before, lab.snapshot())


def test_another_new_name_keeps_the_first_one_in_mind(lab, nic):
    before = lab.snapshot()
    for name in (NAME, 'tap-of-another'):
        nic.plug(hostdev_vif(1, nic.vf(3), name=name))
    assert interface(lab, NAME) is None and interface(lab, 'tap-of-another')
    nic.unplug(hostdev_vif(1, nic.vf(3), name=NAME))
    assert_same(before, lab.snapshot())


def test_name_that_is_taken_is_a_conflict(lab, nic):
    lab.ip('tuntap', 'add', NAME, 'mode', 'tap')
    nic.refuses(hostdev_vif(1, nic.vf(3), name=NAME), 'rep3', NAME)


@pytest.mark.parametrize('port', [True, False], ids=['port', 'no port'])
def test_representor_another_vif_renamed_is_left(lab, nic, port):
    nic.plug(hostdev_vif(9, nic.vf(3), name='tap-of-nine'))
    if not port:
        lab.vsctl('del-port', 'tap-of-nine')
    nic.refuses(hostdev_vif(1, nic.vf(3), name=NAME), vif_id(9))
    before = lab.snapshot()
    lab.unplug(hostdev_vif(1, nic.vf(3), name=NAME), status=None)
    assert_same(before, lab.snapshot())


def test_late_unplug_leaves_the_vf_to_its_next_vif(lab, nic):
    for n in (9, 1):
        nic.plug(hostdev_vif(n, nic.vf(3)))
        plugged = lab.snapshot()
        if n == 9:
            nic.unplug(hostdev_vif(n, nic.vf(3)))
    lab.unplug(hostdev_vif(9, nic.vf(3)), status=None)
    assert_same(plugged, lab.snapshot())


@pytest.mark.parametrize('name', [None, NAME])
def test_representor_with_the_port_of_another_vif_is_left(lab, nic, name):
    nic.plug(hostdev_vif(9, nic.vf(3)))
    nic.refuses(hostdev_vif(1, nic.vf(3), name=name), 'rep3', vif_id(9))


@pytest.mark.parametrize('name', ['tap-16-character', 'a/b', '..'])
def test_name_no_device_can_have(lab, nic, name):
    before = lab.snapshot()
    failed = lab.plug(hostdev_vif(1, nic.vf(3), name=name), status=2)
    assert 'representor_name' in failed.line()
    assert_same(before, lab.snapshot())
