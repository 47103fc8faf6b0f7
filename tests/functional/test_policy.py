# SPDX-License-Identifier: Apache-2.0
"""Callers that are not trusted with the whole host: a library that is to enforce the policy refuses
what is not allowed, by name, and touches nothing."""
import json
import os

import pytest

from attempts import ALL, ATTEMPTS, CONFIG, FIELDS, MALFORMED, allowed, prepare
from lab import VIFCTL, Lab
import stale
from nic import Nic, hostdev_vif, pretend_dpdk
from state import assert_same, identities
from vifs import device, ovs_vif, vif_id

ATTEMPT = os.path.join(os.path.dirname(VIFCTL), 'attempt')
DENIED = 'PermissionDenied'


def call(lab, verb, doc=None, config=CONFIG, trusted=False):
    """(exit status, answer)"""
    words = [ATTEMPT, *(['-t'] if trusted else []), verb, lab.config(config)[9:], lab.address]
    if doc is not None:
        words.append(lab.write('vif.json', doc))
    done = lab.run(*words, check=False)
    assert done.stderr == '' and done.returncode in (0, 1, 2, 3, 5), done.stderr
    return done.returncode, json.loads(done.stdout)


def errors(answer):
    """Those of all VIFs, results or drawn."""
    return [one.get('error') for one in answer.get('results', answer.get('vifs'))]


def everything(lab):
    return lab.snapshot(), identities(lab)


@pytest.fixture(scope='module')
def host():
    with Lab(vswitchd=False) as lab:
        lab.add_bridge('br-int')
        pretend_dpdk(lab)
        prepare(lab, Nic(lab))
        lab.before = everything(lab)
        yield lab


def assert_untouched(lab):
    for before, after in zip(lab.before, everything(lab)):
        assert_same(before, after)


def test_there_are_many():
    assert len(ATTEMPTS) >= 30 and len({one.what for one in ATTEMPTS}) == len(ATTEMPTS)


@pytest.mark.parametrize('attempt', ATTEMPTS, ids=lambda one: one.what)
def test_attempt_is_refused(host, attempt):
    for verb in attempt.verbs:
        status, answer = call(host, verb, attempt.document)
        error, = errors(answer)
        assert error and error['kind'] == DENIED, (verb, answer)
        assert error['text'].endswith(attempt.words), (verb, error)
        assert status == 5, verb
    assert_untouched(host)


def test_most_would_be_obeyed_otherwise(host):
    """The table tries what can be had: without the policy most of it is planned."""
    obeyed = 0
    for attempt in ATTEMPTS:
        for verb in ('plug', 'unplug'):
            answer = call(host, verb, attempt.document, trusted=True)[1]
            if answer['results'][0]['state'] == 'planned' and answer['results'][0]['changed']:
                obeyed += 1
                break
    assert obeyed > len(ATTEMPTS) // 2, obeyed
    assert_untouched(host)


@pytest.mark.parametrize('field,make', FIELDS, ids=[field for field, _ in FIELDS])
def test_names_that_are_none(host, field, make):
    for name in MALFORMED:
        for verb in ALL:
            status, answer = call(host, verb, make(name))
            error, = errors(answer)
            assert error and error['kind'] in ('InvalidInput', DENIED), (name, verb, answer)
            assert status in (2, 5) and '\n' not in error['text'] and '\x1b' not in error['text']
    assert_untouched(host)


def test_the_others_of_a_batch_are_none_the_worse(host):
    docs = [ovs_vif(0x61), ovs_vif(0x62, vif_name='eth0'), ovs_vif(0x63)]
    answer = call(host, 'plug', docs)[1]
    assert [one['state'] for one in answer['results']] == ['waiting', 'failed', 'waiting']
    assert call(host, 'unplug', docs)[0] == 3
    assert_untouched(host)


@pytest.mark.lab(vswitchd=False)
def test_what_is_allowed_works(lab):
    nic = Nic(lab)
    pretend_dpdk(lab)
    prepare(lab, nic)
    for doc in allowed():
        before = lab.snapshot()
        status, answer = call(lab, 'plug', doc)
        assert status == 0 and answer['results'][0]['changed'], answer
        nic.follow()
        assert call(lab, 'check', doc)[0] == 0
        assert call(lab, 'show', doc)[0] == 0
        status, answer = call(lab, 'unplug', doc)
        assert status == 0 and answer['results'][0]['changed'], answer
        nic.follow()
        after = lab.snapshot()
        assert set(before['links']) == set(after['links'])
        assert set(before['database']['Port']) == set(after['database']['Port'])


@pytest.mark.lab(vswitchd=False)
def test_device_without_a_name_that_is_listed(lab):
    """The representor of an allowed VF is known by its device, on the way out as well."""
    nic = Nic(lab)
    nic.representor('enp3s0f0_3', 'pf0vf3')
    doc = hostdev_vif(1, '0000:03:00.5')
    assert call(lab, 'plug', doc)[0] == 0
    assert lab.vsctl('port-to-br', 'enp3s0f0_3').strip() == 'br-int'
    assert call(lab, 'unplug', doc)[0] == 0
    assert lab.db.row('Port', 'enp3s0f0_3') is None


def test_whole_host_may_be_read(host):
    status, answer = call(host, 'list')
    assert status == 0 and 'br-ex' in {one['bridge'] for one in answer['vifs']}
    status, answer = call(host, 'show')
    assert status == 0 and 'br-ex' in {part['name'] for part in answer['parts']}


@pytest.mark.lab(vswitchd=False)
def test_leftovers_outside_are_kept(lab):
    lab.add_bridge('br-ex')
    mine = stale.port(lab, 1)
    theirs = stale.add_port(lab, device(2), stale.ids(2), bridge='br-ex')
    answer = call(lab, 'prune')[1]
    found = {one['name']: one for one in answer['stale']}
    assert found[mine]['state'] == 'removed' and lab.db.row('Port', mine) is None
    assert found[theirs]['state'] == 'kept' and lab.db.row('Port', theirs)
    assert found[theirs]['reason'].endswith(
        '; not removed: bridge br-ex is not allowed ([vifd] allowed_bridges)')
    assert found[theirs]['id'] == vif_id(2)
