# SPDX-License-Identifier: Apache-2.0
"""The daemon's numbers as programs that are not ours read them."""
import os
import subprocess

import pytest
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

from lab import VIFCTL

# Prints a text with something of everything.
PROGRAM = os.path.join(os.path.dirname(VIFCTL), 'test-vifd-metrics')
COUNTERS = {'vifd_requests', 'vifd_failures', 'vifd_vifs', 'vifd_retries', 'vifd_database_connects',
            'vifd_log_events_lost'}
HISTOGRAMS = {'vifd_step_seconds', 'vifd_batch_vifs'}
READERS = {'openmetrics': openmetrics, 'prometheus': prometheus}


def read(form):
    text = subprocess.run([PROGRAM, form], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {family.name: family
            for family in READERS[form].text_string_to_metric_families(text)}


@pytest.mark.parametrize('form', READERS)
def test_others_read_the_text(form):
    families = read(form)
    assert len(families) >= 14
    for name, family in families.items():
        assert name.startswith('vifd_') and family.documentation
        expected = ('counter' if name in COUNTERS else
                    'histogram' if name in HISTOGRAMS else 'gauge')
        assert family.type == expected, name
    assert COUNTERS | HISTOGRAMS <= set(families)


def test_both_forms_say_the_same():
    samples = [{(s.name, tuple(sorted(s.labels.items()))): s.value
                for family in read(form).values() for s in family.samples
                if 'memory' not in s.name and 'start_time' not in s.name} for form in READERS]
    assert samples[0] == samples[1] and len(samples[0]) > 250
    values = samples[0]
    assert values['vifd_requests_total', (('method', 'other'),)] == 1
    assert values['vifd_step_seconds_sum', (('step', 'observe'),)] == 0.0025


def test_units_are_said():
    units = {name: family.unit for name, family in read('openmetrics').items() if family.unit}
    assert units == {'vifd_step_seconds': 'seconds', 'vifd_batch_vifs': 'vifs',
                     'vifd_resident_memory_bytes': 'bytes', 'vifd_start_time_seconds': 'seconds'}
