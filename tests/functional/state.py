# SPDX-License-Identifier: Apache-2.0
"""Everything a plug may change, as plain data: database rows, links, sysctls; and what differs.

Rows are named by what a person calls them, never by uuid, so that two states compare equal when a
user could not tell them apart.  What daemons write by themselves (counters, status) is left out.
"""
import json

VOLATILE = {
    'Open_vSwitch': {'next_cfg', 'cur_cfg', 'statistics', 'db_version', 'ovs_version',
                     'system_type', 'system_version', 'iface_types', 'datapath_types',
                     'dpdk_initialized', 'dpdk_version', 'datapaths'},
    'Bridge': {'datapath_id', 'datapath_version', 'status', 'rstp_status'},
    'Port': {'statistics', 'status', 'rstp_status', 'rstp_statistics', 'bond_active_slave'},
    'Interface': {'statistics', 'status', 'ofport', 'ifindex', 'link_state', 'link_resets',
                  'link_speed', 'duplex', 'mac_in_use', 'admin_state', 'lacp_current', 'error',
                  'mtu', 'cfm_fault', 'cfm_fault_status', 'cfm_flap_count', 'cfm_health',
                  'cfm_remote_mpids', 'cfm_remote_opstate', 'bfd_status'},
}
TABLES = ('Open_vSwitch', 'Bridge', 'Port', 'Interface', 'QoS', 'Queue')
SYSCTLS = ('ipv6/conf/%s/disable_ipv6', 'ipv4/conf/%s/arp_ignore', 'ipv4/conf/%s/arp_announce')


def empty(value):
    return value is None or value is False or value in ([], {}, '')


def database_state(db):
    """{'Bridge': {name: {column: value}}, ...}: columns at their default are left out."""
    rows = {table: db.select(table) for table in TABLES}
    names = {}
    for table in TABLES:
        for row in rows[table]:
            label = row.get('name') or '%s %s' % (row.get('type', ''), row.get('external_ids'))
            names[row['_uuid']] = label.strip()

    def named(value):
        if isinstance(value, str):
            return names.get(value, value)
        if isinstance(value, list):
            return sorted((named(v) for v in value), key=str)
        if isinstance(value, dict):
            return {k: named(v) for k, v in value.items()}
        return value

    state = {}
    for table in TABLES:
        skip = VOLATILE.get(table, set()) | {'_uuid', '_version'}
        shown = state[table] = {}
        for row in rows[table]:
            label = names[row['_uuid']] if table != 'Open_vSwitch' else '.'
            while label in shown:
                label += ' (again)'
            shown[label] = {column: named(value) for column, value in row.items()
                            if column not in skip and not empty(value)}
    return state


def link_state(link):
    """One element of 'ip -d -j addr' without what is different each time."""
    info = link.get('linkinfo', {})
    kind, data = info.get('info_kind'), info.get('info_data', {})
    shown = {
        'kind': kind, 'mtu': link['mtu'], 'master': link.get('master'),
        'up': 'UP' in link['flags'], 'promisc': 'PROMISC' in link['flags'],
        'alias': link.get('ifalias'), 'address': link.get('address'),
        'addresses': sorted('%s/%d' % (a['local'], a['prefixlen'])
                            for a in link.get('addr_info', []) if a.get('scope') != 'link'),
    }
    if kind == 'veth':
        shown['peer'] = link.get('link')
    if kind == 'bridge':
        for key in ('ageing_time', 'stp_state', 'mcast_snooping', 'forward_delay'):
            shown[key] = data.get(key)
    if kind == 'tun':
        for key in ('type', 'multi_queue', 'persist', 'user', 'group', 'vnet_hdr'):
            shown[key] = data.get(key)
    return {k: v for k, v in shown.items() if not empty(v) or k == 'up'}


def links_state(lab):
    listed = json.loads(lab.run('ip', '-d', '-j', 'addr', 'show').stdout or '[]')
    return {link['ifname']: link_state(link) for link in listed}


def sysctls_state(lab, links):
    paths = ['/proc/sys/net/' + form % name for name in sorted(links) for form in SYSCTLS]
    text = lab.run('grep', '-s', '', *paths, '/dev/null', check=False).stdout
    state = {}
    for line in text.splitlines():
        path, _, value = line.partition(':')
        family, _, name, key = path[len('/proc/sys/net/'):].split('/')
        state.setdefault(name, {})[family + '.' + key] = value
    return state


def snapshot(lab):
    """The whole state of the lab's host, as a dict that compares and prints well."""
    lab.settle()
    links = links_state(lab)
    return {'database': database_state(lab.db), 'links': links,
            'sysctls': sysctls_state(lab, links)}


def differences(before, after, path=''):
    """One line for each thing that is not the same, e.g. '/links/qvo1/mtu: 1500 -> 9000'."""
    if isinstance(before, dict) and isinstance(after, dict):
        lines = []
        for key in sorted(set(before) | set(after), key=str):
            where = '%s/%s' % (path, key)
            if key not in after:
                lines.append('%s: gone (was %s)' % (where, json.dumps(before[key])))
            elif key not in before:
                lines.append('%s: new: %s' % (where, json.dumps(after[key])))
            else:
                lines += differences(before[key], after[key], where)
        return lines
    if before != after:
        return ['%s: %s -> %s' % (path, json.dumps(before), json.dumps(after))]
    return []


def assert_same(before, after, why='nothing should have changed'):
    lines = differences(before, after)
    assert not lines, '%s:\n  %s' % (why, '\n  '.join(lines))
