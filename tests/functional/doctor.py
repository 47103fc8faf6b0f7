# SPDX-License-Identifier: Apache-2.0
"""What vifctl doctor finds, for its tests."""
LEVELS = {'ok': 'ok', '-': 'info', 'warn': 'warn', 'FAIL': 'fail'}


def findings(lab, status=0, **arguments):
    """All findings, by the name of their check: [{'level', 'text', 'advice'}]."""
    done = lab.vifctl('doctor', status=status, options=['--json', *arguments.pop('options', [])],
                      **arguments)
    assert done.err == ''
    found = {}
    for one in done.json['findings']:
        assert set(one) == {'check', 'level', 'text', 'advice'}
        assert one['level'] in LEVELS.values()
        assert one['advice'] or one['level'] in ('ok', 'info'), one
        found.setdefault(one['check'], []).append(one)
    worst = [one for many in found.values() for one in many if one['level'] == 'fail']
    assert done.status == (3 if worst else 0)
    return found


def finding(lab, check, level, *words, advice='', status=0, **arguments):
    """The first finding of this check is of this level and has all these words."""
    one = findings(lab, status, **arguments)[check][0]
    assert one['level'] == level, one
    for word in words:
        assert word in one['text'], one
    assert advice in one['advice'], one
    return one


def set_root(lab, column, **values):
    lab.vsctl('set', 'Open_vSwitch', '.', *('%s:%s="%s"' % (column, key.replace('_', '-'), value)
                                            for key, value in values.items()))

