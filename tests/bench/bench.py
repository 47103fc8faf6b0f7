#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures vifctl, libvif and vifd beside ovs-vsctl, os-vif, and the least the work can cost.

Run by tools/bench in namespaces of its own.  See docs/performance.md for what is measured and how it
is read, plan.py for the plan.
"""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, 'tests', 'functional'))
import hosts                                                # noqa: E402
import measure                                              # noqa: E402
import output                                               # noqa: E402
import plan                                                 # noqa: E402
from samples import Samples                                 # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog='tools/bench', description=__doc__.splitlines()[0])
    parser.add_argument('--quick', action='store_true',
                        help='every bar with few rounds and sizes, in less than three minutes')
    parser.add_argument('--markdown', action='store_true',
                        help='write the results into docs/performance.md and README.md')
    options = parser.parse_args()
    missing = [name for name in ('ovs-vsctl', 'ovs-vswitchd', 'ovsdb-server', 'ip', 'strace')
               if not shutil.which(name)]
    if missing:
        print('tools/bench: not installed: ' + ', '.join(missing), file=sys.stderr)
        return 1
    samples = Samples()
    version = hosts.has_os_vif()
    if not version:
        samples.note('os-vif is not installed (Debian: python3-os-vif): nothing of it is measured, '
                     'and the bars that compare with it are not judged.')
    subprocess.run(['mount', '-t', 'sysfs', 'sysfs', '/sys'], check=True)
    chosen = plan.quick() if options.quick else plan.full()
    measure.Measurement(chosen, samples, bool(version)).run()
    parts = output.Parts(samples, chosen, version)
    print(parts.text())
    if options.markdown:
        output.write_markdown(parts, TOP)
    return 0


if __name__ == '__main__':
    sys.exit(main())
