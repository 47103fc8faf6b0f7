# SPDX-License-Identifier: Apache-2.0
"""vifctl graph: the wiring of VIFs, or of a whole host, for programs that make pictures."""
import os
import re
import shutil
import xml.etree.ElementTree
from collections import Counter

import pytest

from state import assert_same
from vifs import device, hybrid_vif, instance_id, ovs_vif, vif_id
from watch import traced

pytestmark = pytest.mark.lab(vswitchd=False)
EVIL = '"];a->b[label="\\N\n&quot;\x1b[31m\x9b</svg>'
needs_graphviz = pytest.mark.skipif(not shutil.which('dot'),
                                    reason='Graphviz is not there: no one to judge the graph')


def graph(lab, *what, options=(), **arguments):
    return lab.vifctl('graph', *what, options=options, **arguments).out


class Plain:
    """A graph as 'dot -Tplain' understands it: {id: name}, edges as pairs of names."""

    def __init__(self, lab, text):
        lines = lab.run('dot', '-Tplain', stdin=text).stdout.replace('\\\n', '').splitlines()
        words = [re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line) for line in lines]
        self.nodes = {w[1]: w[6].strip('"').split('\\n')[0] for w in words if w[0] == 'node'}
        self.edges = {(self.nodes[w[1]], self.nodes[w[2]]) for w in words if w[0] == 'edge'}
        self.n_edges = sum(w[0] == 'edge' for w in words)
        self.labels = {w[1]: w[6] for w in words if w[0] == 'node'}


def wire_host(lab):
    lab.plug(ovs_vif(1, create_tap=True), hybrid_vif(3))
    lab.vsctl('add-br', 'br-ex', '--', 'add-port', 'br-int', 'int-br-ex', '--', 'set', 'Interface',
              'int-br-ex', 'type=patch', 'options:peer=phy-br-ex', '--', 'add-port', 'br-ex',
              'phy-br-ex', '--', 'set', 'Interface', 'phy-br-ex', 'type=patch',
              'options:peer=int-br-ex', '--', 'add-port', 'br-ex', 'bond0')


@needs_graphviz
def test_whole_host(lab):
    wire_host(lab)
    qbr, qvb, qvo, tap = (device(3, p) for p in ('qbr', 'qvb', 'qvo', 'tap'))
    text = graph(lab)
    plain = Plain(lab, text)
    assert plain.edges == {
        (instance_id(1), device(1)), (device(1), device(1)), (device(1), 'br-int'),
        (instance_id(3), tap), (tap, qbr), (qbr, qvb), (qvb, qvo), (qvo, qvo), (qvo, 'br-int'),
        ('br-int', 'int-br-ex'), ('int-br-ex', 'phy-br-ex'), ('phy-br-ex', 'br-ex'),
        ('br-ex', 'bond0')}
    assert len(plain.nodes) == 14, plain.nodes
    boxes = re.findall(r'subgraph cluster_(\d+) \{(?: label="(.*?)".*?;)? n\d+ \[', text)
    labels = {number: label for number, label in boxes if label}
    assert Counter(labels[number] for number, _ in boxes) == {'br-int': 4, 'br-ex': 3}


@needs_graphviz
def test_some_vifs(lab):
    wire_host(lab)
    lab.vsctl('set', 'Port', device(3, 'qvo'), 'tag=7')
    plain = Plain(lab, graph(lab, hybrid_vif(3)))
    assert device(1) not in plain.nodes.values() and len(plain.nodes) == 7
    assert any('tag 7' in label for label in plain.labels.values())
    assert len(Plain(lab, graph(lab, hybrid_vif(3), device(1))).nodes) == 10
    assert len(Plain(lab, graph(lab, vif_id(3), vif_id(3))).nodes) == 7
    assert Plain(lab, graph(lab, vif_id(3), vif_id(3))).n_edges == 6
    done = lab.vifctl('graph', 'nosuch', device(1), status=3)
    assert 'nosuch' in done.line() and len(Plain(lab, done.out).nodes) == 4


@needs_graphviz
def test_empty_host(lab):
    assert Plain(lab, graph(lab)).nodes == {'n0': 'br-int'}


@needs_graphviz
def test_names_of_others_break_nothing(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    sane = Plain(lab, graph(lab))
    lab.db.update('Interface', device(1), error=EVIL, ofport=-1, external_ids=['map', [
        ['iface-id', EVIL], ['attached-mac', EVIL], ['vm-uuid', EVIL]]])
    text = graph(lab)
    assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f]', text)
    evil = Plain(lab, text)
    assert set(evil.nodes) == set(sane.nodes) and len(evil.edges) == len(sane.edges)
    picture = graph(lab, options=['--format=svg'])
    titles = [one.text for one in xml.etree.ElementTree.fromstring(picture).iter()
              if one.tag.endswith('text')]
    assert any(one.startswith('"];a->b[label="\\N?&quot;?[31m?</svg>') for one in titles), titles


@needs_graphviz
def test_picture(lab):
    wire_host(lab)
    picture = xml.etree.ElementTree.fromstring(graph(lab, options=['--format=svg']))
    assert picture.tag.endswith('svg')
    assert device(1) in [one.text for one in picture.iter()]


def still(drawing):
    """A drawing without its counters, which go on."""
    for part in drawing['parts']:
        part['attributes'] = {key: value for key, value in part['attributes'].items()
                              if key[:3] not in ('rx_', 'tx_')}
    return drawing


def test_json_is_that_of_show(lab):
    wire_host(lab)
    shown = still(lab.vifctl('show', vif_id(3), options=['--json']).json)
    for options in (['--json'], ['--format=json']):
        assert still(lab.vifctl('graph', vif_id(3), options=options).json) == shown
    whole = lab.vifctl('graph', options=['--json']).json
    assert [v['id'] for v in whole['vifs']] == [vif_id(3), vif_id(1)]
    for part in whole['parts']:
        if part['kind'] == 'bridge':
            assert 'vif' not in part


def test_without_graphviz(lab):
    bare = lab.path('bin')
    os.mkdir(bare)
    done = lab.vifctl('graph', status=3, options=['--format=svg'], prefix=('env', 'PATH=' + bare))
    assert 'package graphviz' in done.line() and done.out == ''
    lab.write('bin/dot', '#!/bin/sh\nexec /bin/false\n')
    os.chmod(lab.path('bin/dot'), 0o755)
    done = lab.vifctl('graph', status=3, options=['--format=svg'], prefix=('env', 'PATH=' + bare))
    assert 'run dot: it failed' in done.line()


def test_program_that_does_not_read(lab):
    """A graph larger than a pipe holds, and nobody at its other end."""
    lab.db.transact(*[{'op': 'insert', 'table': 'Interface', 'uuid-name': 'i%d' % n, 'row': {
        'name': 'p%d' % n, 'external_ids': ['map', [['iface-id', 'x%d' % n]]]}}
        for n in range(300)], *[{'op': 'insert', 'table': 'Port', 'uuid-name': 'p%d' % n, 'row': {
            'name': 'p%d' % n, 'interfaces': ['named-uuid', 'i%d' % n]}} for n in range(300)],
        {'op': 'mutate', 'table': 'Bridge', 'where': [], 'mutations': [[
            'ports', 'insert', ['set', [['named-uuid', 'p%d' % n] for n in range(300)]]]]})
    assert len(graph(lab)) > 100000
    lab.write('bin/dot', '#!/bin/sh\nexec sleep 0.2\n')
    os.chmod(lab.path('bin/dot'), 0o755)
    assert graph(lab, options=['--format=svg'],
                 prefix=('env', 'PATH=%s:/bin' % lab.path('bin'))) == ''


def test_usage(shared_lab):
    done = shared_lab.vifctl('graph', status=2, options=['--format=png'])
    assert 'expected dot, svg or json, got png' in done.line()
    shared_lab.vifctl('graph', status=2, options=['--format=svg', '--json'])
    assert '--format is not an option of show' in shared_lab.vifctl(
        'show', 'x', status=2, options=['--format=dot']).line()


def test_changes_nothing(lab, proxy):
    wire_host(lab)
    before = lab.snapshot()
    proxy.clear()
    _, changes = traced(lab, 'graph')
    assert not changes and proxy.transacts and not proxy.commits
    assert_same(before, lab.snapshot())
