# SPDX-License-Identifier: Apache-2.0
"""vifctl prune tells the age of a port by the log the database server writes, or not at all."""
import hashlib
import json
import re
import time

import pytest

import stale
from lab import NOBODY
from stale import found, look
from vifs import device, instance_id

# A vifd with CAP_NET_ADMIN alone cannot read the log of ovsdb-server.
pytestmark = [pytest.mark.lab(vswitchd=False), pytest.mark.alone]
HOUR = 3600
PORT = {('port', device(1))}


def record(content):
    text = (json.dumps(content, separators=(',', ':')) + '\n').encode()
    return b'OVSDB JSON %d %s\n' % (len(text), hashlib.sha1(text).hexdigest().encode()) + text


def rewrite_log(lab, change):
    """Stops the server, has 'change' edit each record after the schema, and starts it again."""
    lab.db.close()
    lab.stop('ovsdb-server')
    with open(lab.path('conf.db'), 'rb') as f:
        log = f.read()
    records, at = [], 0
    while at < len(log):
        header = re.match(rb'OVSDB JSON (\d+) [0-9a-f]{40}\n', log[at:])
        end = at + header.end() + int(header.group(1))
        records.append(json.loads(log[at + header.end():end]))
        at = end
    for one in records[1:]:
        change(one)
    with open(lab.path('conf.db'), 'wb') as f:
        f.write(b''.join(record(one) for one in records))
    lab.start_ovsdb()


def make_older(lab, seconds):
    def change(one):
        if '_date' in one:
            one['_date'] -= seconds * 1000
    rewrite_log(lab, change)
    lab.vsctl('set', 'Interface', device(1), 'ofport=-1')   # not kept over a restart


def why_kept(outcome):
    [one] = outcome.json['stale']
    assert one['state'] == 'kept', one
    return one['reason']


def test_age_is_that_of_the_record(lab):
    stale.port(lab, 1)
    time.sleep(1)
    make_older(lab, 100)
    [one] = look(lab, grace=90).json['stale']
    assert one['state'] == 'found' and 100 < one['age'] < 130
    assert 'younger than the grace period' in why_kept(look(lab, '--yes', grace=300))
    assert found(look(lab, '--yes', grace=90), 'removed') == PORT


def test_nothing_is_older_than_the_host_is_up(lab):
    """After a start of the host, guests need time to come back to their ports."""
    stale.port(lab, 1)
    make_older(lab, 10 ** 8)
    [one] = look(lab).json['stale']
    with open('/proc/uptime') as f:
        assert one['age'] <= float(f.read().split()[0])


def test_new_row_of_an_old_name_is_young(lab):
    stale.port(lab, 1)
    make_older(lab, 100)
    lab.vsctl('del-port', device(1))
    stale.port(lab, 1)
    assert 'younger than the grace period' in why_kept(look(lab, '--yes', grace=90))


def test_compacted_log_dates_from_its_snapshot(lab):
    stale.port(lab, 1)
    make_older(lab, 100)
    lab.run('ovs-appctl', '-t', lab.path('db.ctl'), 'ovsdb-server/compact')
    [one] = look(lab).json['stale']
    assert one['state'] == 'found' and one['age'] < 60
    assert why_kept(look(lab, grace=90))


def test_ovns_word_for_it(lab):
    """The port was there when OVN made it real; and when that was just now, it is young."""
    stale.port(lab, 1)
    now = int(time.time() * 1000)
    lab.vsctl('set', 'Interface', device(1), 'external_ids:ovn-installed-ts=%d' % (now - 100000))
    assert found(look(lab, grace=90)) == PORT
    assert why_kept(look(lab, grace=300))
    make_older(lab, 1000)
    assert found(look(lab, grace=90)) == PORT
    lab.vsctl('set', 'Interface', device(1), 'external_ids:ovn-installed-ts=%d' % now)
    assert why_kept(look(lab, grace=90))


def unknown(outcome):
    return '; not removed: its age is unknown' in why_kept(outcome)


def test_server_behind_something_else(lab):
    """Who answers is not who keeps the log."""
    stale.port(lab, 1)
    lab.start_proxy()
    assert unknown(look(lab, '--yes', grace=1))
    assert ': its age is unknown\n' in lab.vifctl('prune', options=['--yes']).out


def test_server_over_tcp(lab):
    stale.port(lab, 1)
    lab.run('ovs-appctl', '-t', lab.path('db.ctl'), 'ovsdb-server/add-remote',
            'ptcp:6640:127.0.0.1')
    done = look(lab, '--yes', grace=1, ovsdb='tcp:127.0.0.1:6640')
    assert unknown(done) or 'it is unknown whether' in why_kept(done)
    lab.vsctl('set', 'Interface', device(1), 'external_ids:ovn-installed-ts=%d' % (
        (time.time() - 100) * 1000))
    assert found(look(lab, ovsdb='tcp:127.0.0.1:6640'), 'failed') == set()


def test_clustered_database(lab):
    """Its log has another form."""
    lab.db.close()
    lab.stop('ovsdb-server')
    lab.run('mv', lab.path('conf.db'), lab.path('alone.db'))
    lab.run('ovsdb-tool', 'create-cluster', lab.path('conf.db'), lab.path('alone.db'),
            'unix:' + lab.path('raft.sock'))
    lab.start_ovsdb()
    stale.port(lab, 1)
    assert unknown(look(lab, '--yes', grace=1))


@pytest.mark.parametrize('damage', ['garbage', 'half a record', 'a huge record'])
def test_log_with_a_damaged_tail(lab, damage):
    """What stands before the damage counts; what stands behind it is not known."""
    stale.port(lab, 1)
    with open(lab.path('conf.db'), 'ab') as f:
        f.write({'garbage': b'\0\1\2' * 100, 'half a record': record({'Port': {}})[:-9],
                 'a huge record': b'OVSDB JSON 999999999 ' + b'0' * 40 + b'\n{}'}[damage])
    assert found(look(lab)) == PORT


def test_without_the_right_to_look(lab):
    """Who may not see the server's files, or others' processes, removes no port."""
    stale.port(lab, 1)
    done = look(lab, grace=1, prefix=NOBODY)
    assert unknown(done)
    lab.run('mount', '-t', 'proc', '-o', 'hidepid=2', 'proc', '/proc')
    done = look(lab, prefix=NOBODY)
    assert 'it is unknown whether instance %s runs' % instance_id(1) in why_kept(done)
