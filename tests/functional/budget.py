# SPDX-License-Identifier: Apache-2.0
"""What a run of vifctl costs, counted: instructions by valgrind, system calls by strace."""
import collections
import json
import os
import re
import shutil
import subprocess

import pytest

from lab import VIFCTL


def build_options():
    """Of the build that is tested; none for a program that lies elsewhere."""
    folder = os.path.dirname(VIFCTL)
    if not os.path.isdir(os.path.join(folder, 'meson-info')):
        return {}
    done = subprocess.run(['meson', 'introspect', '--buildoptions', folder],
                          stdout=subprocess.PIPE, check=True)
    return {option['name']: option['value'] for option in json.loads(done.stdout)}


def is_measured_build():
    """Whether the counts of this build are those a user has: optimized, and without sanitizers."""
    options = build_options()
    return (options.get('b_sanitize', 'none') == 'none' and
            options.get('optimization', '2') in ('2', '3', 's') and
            not options.get('b_coverage'))


def instructions(lab, verb, doc):
    """All that are executed, from the first of the dynamic linker to the last."""
    if not shutil.which('valgrind'):
        pytest.skip('valgrind is missing, NOTHING WAS COUNTED: tools/deps test installs it')
    done = lab.vifctl(verb, doc, timeout=300, prefix=(
        'valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'))
    return int(re.search(r'Collected : (\d+)', done.err).group(1))


def system_calls(lab, verb, doc):
    """How often each is called, by name."""
    log = lab.path('calls.log')
    lab.vifctl(verb, doc, prefix=('strace', '-f', '-qq', '-o', log))
    with open(log, errors='replace') as f:
        return collections.Counter(re.findall(r'^\d+ +(\w+)\(', f.read(), re.M))
