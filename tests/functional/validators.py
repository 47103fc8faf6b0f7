# SPDX-License-Identifier: Apache-2.0
"""Two judges of VIF documents, the decoder and the schema, and documents to be judged.

    decoder_takes(documents)        [True, False, ...]
    good_documents()                {name: document}, those of the unit tests
    mutants(document)               (what was done to it, document) of many bad ones and some good
"""
import copy
import itertools
import json
import os
import re
import subprocess

from lab import TOP, VIFCTL
from vifs import versioned

# No such plugin, so nothing is ever plugged: a VIF that decodes is told just that.
PLUGIN = 'nosuch'
JUNK = (None, True, 17, -1, 65536, 1.5, '', 'x', ' ', '\u00e9', [], [None], {}, {'type': 'x'})
UNKNOWN = 'colour'


def vifctl(*words, stdin=''):
    """Runs vifctl on the machine itself: for verbs that look at nothing."""
    return subprocess.run([VIFCTL, *words], input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)


def decoder_takes(documents):
    done = vifctl('plug', '--json', '--dry-run', '--ovsdb=unix:/nonexistent', '-',
                  stdin=json.dumps(documents))
    results = sorted(map(json.loads, done.stdout.splitlines()), key=lambda one: one['index'])
    assert len(results) == len(documents), done.stderr[:500]
    return [takes(result['error']) for result in results]


def takes(error):
    if error['kind'] in ('InvalidInput', 'IncompatibleVersion'):
        # Without the field it decodes, too, and is of no plugin.
        return error['text'].endswith('/plugin: missing')
    assert error['kind'] == 'NoMatchingPlugin', error
    return True


def good_documents():
    """The documents of tests/unit/vif-documents.h, each with a plugin that there is not; those that
    are plain in all their parts also in the versioned form."""
    header = os.path.join(TOP, 'tests', 'unit', 'vif-documents.h')
    text = subprocess.run(['gcc', '-E', '-P', '-I', os.path.join(TOP, 'src'),
                           '-I', os.path.join(TOP, 'include'), header],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for name, literals in re.findall(r'static const char (\w+)\[\] =((?:\s*"[^"]*")+);', text):
        document = json.loads(''.join(re.findall('"([^"]*)"', literals)).replace("'", '"'))
        vif = document['vif']
        vif.get('versioned_object.data', vif)['plugin'] = PLUGIN
        found[name] = document
        if 'versioned_object' not in json.dumps(document):
            found[name + '-versioned'] = versioned(document)
    assert len(found) >= 10
    return found


def places(value, path=()):
    """The path of everything below a value."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(
        value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from places(value[step], (*path, step))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def changed(document, path, value):
    document = copy.deepcopy(document)
    at(document, path[:-1])[path[-1]] = value
    return document


def without(document, path):
    document = copy.deepcopy(document)
    del at(document, path[:-1])[path[-1]]
    return document


def mutants(document):
    junk = itertools.cycle(JUNK)   # a few for each place, all of them again and again
    for path in places(document):
        old = at(document, path)
        yield 'without %s' % (path,), without(document, path)
        for value in itertools.islice(junk, 3):
            yield '%s is %r' % (path, value), changed(document, path, value)
        if isinstance(old, str):
            for value in (old.upper(), old + '\n', old + ' ', old[:-1], old.replace(':', '-')):
                yield '%s is %r' % (path, value), changed(document, path, value)
        if isinstance(old, dict):
            yield '%s has one more' % (path,), changed(document, (*path, UNKNOWN), 1)
        if isinstance(old, list):
            yield '%s has one more' % (path,), changed(document, path, old + [5])
