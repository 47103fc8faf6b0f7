# SPDX-License-Identifier: Apache-2.0
"""Two guests, one plugged directly and one the hybrid way, reach each other through Open vSwitch.

Frames that come in on the ports' devices are dropped for the host itself (the switch has its copy
by then), so that nothing but the switch can carry them; its counters, and a flow that drops, prove
it.
"""
from vifs import device, hybrid_vif, mac, ovs_vif


def plug_guests(lab):
    """The two guests, as a hypervisor starts them once their VIFs are plugged."""
    done = lab.plug([ovs_vif(1, create_tap=True), hybrid_vif(2)], options=['--json'])
    assert [r['state'] for r in done.results] == ['plugged', 'plugged']
    for name in (device(1), device(2, 'qvo')):
        lab.shield(name)
    one = lab.guest(device(1), '10.9.0.1', mac(1))
    two = lab.guest(device(2), '10.9.0.2', mac(2))
    lab.ip('link', 'set', device(2), 'master', device(2, 'qbr'), 'up')
    return one, two


def test_direct_and_hybrid_guests_ping_through_the_switch(lab):
    before = lab.snapshot()
    one, two = plug_guests(lab)
    counted = lab.port_frames(device(1))
    assert one.pings(two) and two.pings(one)
    now = lab.port_frames(device(1))
    assert now[0] >= counted[0] + 6 and now[1] >= counted[1] + 6
    lab.ofctl('add-flow', 'br-int', 'priority=100,icmp,actions=drop')
    assert not one.pings(two, count=2), 'a flow that drops stops the ping'
    lab.ofctl('del-flows', '--strict', 'br-int', 'priority=100,icmp')
    assert one.pings(two)

    lab.plug([ovs_vif(1, create_tap=True), hybrid_vif(2)])
    assert one.pings(two), 'plugging again disturbs nothing'

    lab.unplug([ovs_vif(1, create_tap=True), hybrid_vif(2)])
    assert not one.pings(two, count=1)
    for guest in (one, two):
        guest.wire.end()
    after = lab.snapshot()
    assert after['database'] == before['database']
    assert set(after['links']) == set(before['links'])


def test_mended_hybrid_guest_is_reachable_again(lab):
    one, two = plug_guests(lab)
    assert one.pings(two)
    lab.ip('link', 'set', device(2, 'qvb'), 'nomaster')
    assert not one.pings(two, count=1)
    lab.plug(hybrid_vif(2))
    assert one.pings(two)


def test_guest_of_a_multiqueue_tap_pings(lab):
    lab.plug([ovs_vif(1, create_tap=True, multiqueue=True), ovs_vif(2, create_tap=True)])
    for n in (1, 2):
        lab.shield(device(n))
    one, two = (lab.guest(device(n), '10.9.0.%d' % n, mac(n)) for n in (1, 2))
    assert one.pings(two)
