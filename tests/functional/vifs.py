# SPDX-License-Identifier: Apache-2.0
"""VIF documents, in the plain form a person writes and in the form nova serialises.

    ovs_vif(1, create_tap=True)                 plain
    versioned(ovs_vif(1, create_tap=True))      the same as oslo.versionedobjects writes it
"""
import copy
import uuid

NAMESPACE = 'os_vif'
VERSIONS = {
    'Network': '1.1', 'VIFVHostUser': '1.1', 'VIFPortProfileOpenVSwitch': '1.4',
    'VIFPortProfileFPOpenVSwitch': '1.4', 'VIFPortProfileOVSRepresentor': '1.4',
    'VIFPortProfileBase': '1.1',
}
TYPES = {'network': 'Network', 'instance_info': 'InstanceInfo', 'subnets': 'SubnetList',
         'ips': 'FixedIPList', 'routes': 'RouteList'}
ELEMENTS = {'subnets': 'Subnet', 'ips': 'FixedIP', 'routes': 'Route'}
QOS_NAMESPACE = uuid.UUID('68da264a-847f-42a8-8ab0-5e774aee3d95')


def vif_id(n):
    """The id of test VIF n; its first eleven characters, which name devices, are n's alone."""
    return '%08x-%04x-4000-8000-%012x' % (n, n % 65536, n)


def mac(n):
    return 'fa:16:3e:%02x:%02x:%02x' % (n >> 16 & 255, n >> 8 & 255, n & 255)


def device(n, prefix='tap'):
    return (prefix + vif_id(n))[:14]


def instance_id(n):
    return '%08x-0000-4000-9000-%012x' % (n, n)


def qos_id(name):
    return str(uuid.uuid5(QOS_NAMESPACE, name))


def document(n, kind, profile, mtu=1500, bridge='br-int', **fields):
    vif = {
        'type': kind, 'id': vif_id(n), 'address': mac(n), 'vif_name': device(n),
        'plugin': 'ovs', 'active': False, 'preserve_on_delete': False,
        'has_traffic_filtering': True,
        'network': {'id': vif_id(0xffff), 'bridge': bridge, 'label': 'net', 'mtu': mtu,
                    'multi_host': False, 'should_provide_bridge': False,
                    'should_provide_vlan': False, 'bridge_interface': None},
        'port_profile': {'type': 'VIFPortProfileOpenVSwitch', 'interface_id': vif_id(n),
                         **profile},
    }
    vif.update(fields)
    if mtu is None:
        del vif['network']['mtu']
    return {'vif': vif, 'instance_info': {'uuid': instance_id(n), 'name': 'instance-%08x' % n,
                                          'project_id': '3f2b8f0d6c5e4a7b9d1c2e3f4a5b6c7d'}}


def ovs_vif(n=1, create_port=True, datapath_type=None, create_tap=None, multiqueue=None,
            **fields):
    """A VIFOpenVSwitch: the guest's tap is a port of the integration bridge itself."""
    profile = {'create_port': create_port, 'datapath_type': datapath_type,
               'create_tap': create_tap, 'multiqueue': multiqueue}
    profile = {k: v for k, v in profile.items() if v is not None}
    fields.setdefault('bridge_name', fields.get('bridge', 'br-int'))
    return document(n, 'VIFOpenVSwitch', profile, **fields)


def hybrid_vif(n=1, datapath_type=None, **fields):
    """A VIFBridge: a Linux bridge and a veth pair stand between the tap and the switch."""
    profile = {'datapath_type': datapath_type} if datapath_type is not None else {}
    fields.setdefault('bridge_name', device(n, 'qbr'))
    return document(n, 'VIFBridge', profile, **fields)


def versioned_object(kind, data):
    return {
        'versioned_object.name': kind, 'versioned_object.namespace': NAMESPACE,
        'versioned_object.version': VERSIONS.get(kind, '1.0'),
        'versioned_object.data': data, 'versioned_object.changes': sorted(data),
    }


def versioned(doc):
    """The document with every object written as nova writes it."""
    return {name: primitive(name, value) for name, value in doc.items()}


def primitive(name, value):
    if isinstance(value, dict):
        kind = value.get('type') or TYPES[name]
        return versioned_object(kind, {k: primitive(k, v) for k, v in value.items()
                                       if k != 'type'})
    if isinstance(value, list) and name in ELEMENTS:
        elements = [primitive('', dict(v, type=ELEMENTS[name])) for v in value]
        return versioned_object(TYPES[name], {'objects': elements})
    return value


def edited(doc, path, *value):
    """A copy of the document with the field at 'path' ("vif/network/mtu") set, or taken out when no
    value is given; works in both forms."""
    doc = copy.deepcopy(doc)
    *steps, last = path.split('/')
    place = doc
    for step in steps:
        place = place[step]
        place = place.get('versioned_object.data', place)
    if value:
        place[last] = value[0]
    else:
        del place[last]
    return doc
