# SPDX-License-Identifier: Apache-2.0
"""vifctl show at a terminal: colours, width, characters, and words of others."""
import os
import pty
import re
import subprocess

from test_show import NO_SWITCH, tree
from vifs import device, hybrid_vif, ovs_vif

EVIL = '\x1b]0;owned\x07"\\\n\x9b31m\u202e</svg>&lt;'


@NO_SWITCH
def test_words_of_others_do_nothing_to_the_terminal(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    lab.db.update('Interface', device(1), error=EVIL, external_ids=['map', [
        ['iface-id', EVIL], ['attached-mac', EVIL], ['vm-uuid', EVIL]]])
    lab.ip('link', 'set', device(1), 'alias', EVIL.replace('\x9b', ''))
    done = lab.vifctl('show', device(1))
    assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]', done.out)
    assert r'\x1b]0;owned\x07"' in done.out and r'\x0a\xc2\x9b31m\xe2\x80\xae</svg>' in done.out
    in_json = lab.vifctl('show', device(1), options=['--json'])
    assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f]', in_json.out)
    assert in_json.json['vifs'][0]['instance'] == EVIL
    lab.vsctl('add-port', 'br-int', 'b', '--', 'set', 'Interface', 'b',
              'external_ids:iface-id=' + device(1))
    assert r'\x' not in lab.vifctl('show', device(1), status=3).line()
    failed = lab.vifctl('show', 'a\x1b[31m\x9b', status=3)
    assert not re.search('[\x00-\x1f\x7f-\x9f]', failed.line())


@NO_SWITCH
def test_without_utf8(lab):
    doc = hybrid_vif(3)
    lab.plug(doc)
    text = tree(lab, doc, prefix=('env', 'LC_ALL=C'))
    assert text.isascii()
    assert re.search(r'^      `- qvb00000003-00  veth  up$', text, re.MULTILINE)
    assert re.search(r'^         `= qvo00000003-00  veth  up$', text, re.MULTILINE)
    assert re.search(r'^   `\. qbr', text, re.MULTILINE)


def at_terminal(lab, *words, **environment):
    """What a terminal of 60 columns is sent."""
    master, slave = pty.openpty()
    subprocess.run(['stty', 'cols', '60'], stdin=slave, check=True)
    argv = [*lab.inside(), *lab.command('show', *words)]
    with subprocess.Popen(argv, stdout=slave, env={
            **lab.environment(), 'TERM': 'xterm', **environment}) as process:
        os.close(slave)
        text = b''
        while True:
            try:
                more = os.read(master, 65536)
            except OSError:    # how a pty says that its other side is gone
                more = b''
            if not more:
                break
            text += more
        assert process.wait(20) == 0
    os.close(master)
    return text.decode().replace('\r\n', '\n')


@NO_SWITCH
def test_colours_and_width_of_a_terminal(lab):
    lab.plug(ovs_vif(1, create_tap=True))
    lab.ip('link', 'set', device(1), 'down')
    text = at_terminal(lab, device(1))
    assert 'tap  \x1b[33mdown\x1b[0m\n' in text
    assert max(len(line) for line in text.splitlines() if ', ' in line) <= 60
    assert '\x1b' not in at_terminal(lab, device(1), NO_COLOR='1')
    assert '\x1b' not in at_terminal(lab, device(1), TERM='dumb')
    lab.ip('link', 'del', device(1))
    assert 'tap  \x1b[31mmissing\x1b[0m\n' in at_terminal(lab, device(1))
    assert '\x1b' not in lab.vifctl('show', device(1)).out
