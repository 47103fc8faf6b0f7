# SPDX-License-Identifier: Apache-2.0
"""vifd with as many callers as it will ever have, for as long as one has patience.

VIFD_STRESS_SECONDS=60     how long many clients live (default 5)
VIFD_STRESS_CYCLES=10000   plugs and unplugs after which memory is looked at (default 1000)
"""
import collections
import os
import random
import threading
import time

import pytest

from ovsdb import Ovsdb
from vifd_client import VarlinkError, Vifd, is_instrumented
from vifs import ovs_vif

CLIENTS = 64
SECONDS = float(os.environ.get('VIFD_STRESS_SECONDS', '5'))
CYCLES = int(os.environ.get('VIFD_STRESS_CYCLES', '1000'))
RESTARTS = 3
GROWTH = 1 << 20           # bytes: what heaps differ by from one look to the next


@pytest.fixture
def vifd(lab):
    daemon = Vifd(lab)
    yield daemon
    daemon.stop()


def links(lab):
    """The names of the lab's links, as its kernel tells them."""
    with open('/proc/%d/net/dev' % lab.holder.process.pid) as f:
        return {line.split(':')[0].strip() for line in f if ':' in line}


class Client:
    """One caller, who believes nothing: each answer is compared with kernel and database, at once.
    Nobody else touches its VIFs, so that what it finds is what the answer was about."""

    def __init__(self, k, lab, vifd, seen):
        self.k, self.lab, self.vifd, self.seen = k, lab, vifd, seen
        self.dice, self.db = random.Random(k), None

    def live(self, until, wrong):
        try:
            with self.vifd.client(timeout=120) as connection:
                while time.monotonic() < until and not wrong:
                    documents = [ovs_vif(1000 * self.k + n, create_tap=True)
                                 for n in range(self.dice.randint(1, 3))]
                    self.insist(connection, 'Plug', documents, 'plugged')
                    self.insist(connection, 'Check', documents, 'wired')
                    self.insist(connection, 'Unplug', documents, 'unplugged')
                    self.seen['lives'] += 1
        except Exception as error:   # pylint: disable=broad-except
            wrong.append('client %d: %r' % (self.k, error))
        finally:
            if self.db:
                self.db.close()

    def insist(self, connection, method, documents, good):
        """A database that is being started anew is an error that is told; then it is tried again."""
        for _ in range(200):
            results = self.ask(connection, method, documents)
            for result, document in zip(results, documents):
                self.compare(method, result, document)
            if all(r['state'] == good for r in results):
                self.seen[good] += len(results)
                return
            time.sleep(0.05)
        raise AssertionError('%s: %s' % (method, results))

    @staticmethod
    def ask(connection, method, documents):
        try:
            results = connection.results(method, *documents, timeout_ms=60000)
        except VarlinkError as error:
            # An error of the whole call has no results: it is that of each.
            results = error.parameters.get('results') or [
                {'state': 'failed', 'error': {'kind': error.kind, 'text': error.text}}] * len(documents)
        assert len(results) == len(documents), results
        return results

    def compare(self, method, result, document):
        """What was said of a VIF, with what there is of it."""
        name, state = document['vif']['vif_name'], result['state']
        there = name in links(self.lab), self.row(name) == document['vif']['id']
        said = '%s %s: %s, tap and row there: %s' % (method, name, result, there)
        if state == 'failed':
            assert result['error']['kind'] in ('DatabaseUnreachable', 'TimedOut'), said
            assert result['error']['text'], said
            self.seen['failed %s, tap %s, row %s' % (method, *there)] += 1
            assert there[0] == there[1], said
        elif state in ('plugged', 'wired'):
            assert there == (True, True), said
        elif state == 'unplugged':
            assert there == (False, False), said
        else:
            raise AssertionError(said)

    def row(self, name):
        """The iface-id that the database has for this interface; None when there is none."""
        deadline = time.monotonic() + 60
        while True:
            try:
                if not self.db:
                    self.db = Ovsdb(self.lab.socket)
                rows = self.db.select('Interface', [['name', '==', name]])
                return rows[0]['external_ids'].get('iface-id') if rows else None
            except (OSError, EOFError, AssertionError, ValueError):
                assert time.monotonic() < deadline, 'the database does not come back'
                if self.db:
                    self.db.close()
                self.db = None
                time.sleep(0.02)


def restart_ovsdb(lab):
    lab.stop('ovsdb-server')
    os.unlink(lab.socket)
    lab.start_ovsdb()


def test_many_clients_at_once(lab, vifd):
    """Each plugs, checks and unplugs VIFs of its own, while the database is started anew three times;
    every answer is true, and nothing is left."""
    until, wrong, seen = time.monotonic() + SECONDS, [], collections.Counter()
    clients = [Client(k, lab, vifd, seen) for k in range(1, CLIENTS + 1)]
    threads = [threading.Thread(target=client.live, args=(until, wrong)) for client in clients]
    for thread in threads:
        thread.start()
    for _ in range(RESTARTS):
        time.sleep(SECONDS / (RESTARTS + 1))
        restart_ovsdb(lab)
    for thread in threads:
        thread.join(SECONDS + 120)
        assert not thread.is_alive()
    print(dict(seen))
    assert not wrong, wrong[:5]
    assert seen['lives'] >= CLIENTS
    with vifd.client() as c:
        assert c.call('List') == {'vifs': []}
    assert [n for n in lab.links() if n.startswith('tap')] == []
    assert [row['name'] for row in lab.db.select('Port')] == ['br-int']
    assert lab.db.select('QoS') == []


@pytest.mark.skipif(is_instrumented(), reason='sanitizers keep what was freed')
@pytest.mark.lab(vswitchd=False)
def test_memory_does_not_grow(lab, vifd):
    """Each VIF is another one, and so is each client's batch."""
    def cycles(first, n):
        def work(k):
            with vifd.client() as c:
                for i in range(first + k, first + n, 8):
                    document = ovs_vif(i, create_tap=True)
                    for method, good in (('Plug', 'plugged'), ('Unplug', 'unplugged')):
                        result = c.results(method, document, wait='none')[0]
                        assert result['state'] == good, result
                    done.append(i)
        done = []
        threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(done) == n
        time.sleep(0.5)   # threads that nobody needs any more end
        return vifd.memory()

    first = cycles(1, 100)
    last = cycles(101, CYCLES - 100)
    print('resident: %d KiB after 100, %d KiB after %d' % (first >> 10, last >> 10, CYCLES))
    assert last <= first + GROWTH, (first, last)
    with vifd.client() as c:
        assert c.call('List') == {'vifs': []}
