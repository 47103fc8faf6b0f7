/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and routes moved between links of a real kernel, in namespaces of their own.  What
 * is on a link is set and shown by ip(8): another reading of the same kernel.  Linked with
 * --wrap=sendmsg and the allocator that fails on demand. */
#include "address-fixture.h"

/* Moves all from eth0 to br0: it is there as it was here, and a second move changes nothing. */
static void assert_moves(void)
{
    char before[TEXT_SIZE], after[TEXT_SIZE];
    struct vif_error err = {0};
    uint64_t changes;

    show_link("eth0", before);
    assert_string_not_equal(before, "");
    if (move_all(&err) != 0)
        fail_msg("%s", err.text);
    show_link("br0", after);
    assert_string_equal(after, before);
    show_link("eth0", after);
    assert_string_equal(after, "");
    changes = netlink_counts(nl)->changes;
    assert_int_equal(move_all(&err), 1);
    assert_int_equal(netlink_counts(nl)->changes, changes);
}

static void test_read(void **state)
{
    struct address_list list;

    (void)state;
    ip("addr add 192.0.2.5/24 brd 192.0.2.255 label eth0:x dev eth0");
    ip("addr add 192.0.2.9 peer 198.51.100.1/32 dev eth0");
    ip("addr add 192.0.3.6/24 noprefixroute dev eth0");
    ip("addr add 169.254.1.1/16 scope link dev eth0");
    ip("addr add 2001:db8::5/64 dev eth0 nodad");
    ip("addr add 203.0.113.1/24 dev br0");
    ip("route add default via 192.0.2.1 dev eth0 metric 7");
    ip("route add 10.9.0.0/16 scope link dev eth0");
    ip("route add 203.0.113.128/25 dev br0");
    list = read_all("eth0");
    assert_string_equal(list.link, "eth0");
    assert_int_equal(list.n, 5);
    assert_string_equal(list.items[0].text, "192.0.2.5/24");
    assert_memory_equal(list.items[0].network, "\xc0\x00\x02\x05", 4);
    assert_false(list.items[0].is_route || list.items[0].no_prefix_route);
    assert_string_equal(list.items[1].text, "192.0.2.9/32");
    assert_memory_equal(list.items[1].network, "\xc6\x33\x64\x01", 4);
    assert_string_equal(list.items[2].text, "192.0.3.6/24");
    assert_true(list.items[2].no_prefix_route);
    assert_string_equal(list.items[3].text, "10.9.0.0/16");
    assert_string_equal(list.items[4].text, "default via 192.0.2.1");
    assert_true(list.items[4].is_route && list.items[4].rank > list.items[3].rank);
    address_list_done(&list);
    assert_int_equal(address_read(nl, 99999, &list, NULL), -ENODEV);
}

static void test_move(void **state)
{
    char text[TEXT_SIZE];

    (void)state;
    ip("addr add 192.0.2.5/24 brd 192.0.2.255 dev eth0");
    ip("addr add 192.0.2.6/24 label eth0:1 dev eth0");
    ip("addr add 192.0.2.7/24 dev eth0 valid_lft 5000 preferred_lft 4000");
    ip("addr add 198.51.100.9 peer 198.51.100.1/32 dev eth0 metric 55");
    ip("addr add 169.254.1.1/16 scope link dev eth0");
    ip("route add default via 192.0.2.1 dev eth0 proto static src 192.0.2.6 mtu 1400");
    ip("route add default via 192.0.2.2 dev eth0 metric 10");
    ip("route add 203.0.113.1 dev eth0 scope link metric 3");
    ip("route add 10.0.0.0/8 via 203.0.113.1 dev eth0");
    ip("route add 10.1.0.0/16 via 203.0.113.77 dev eth0 onlink proto 77");
    ip("route add 10.2.0.0/16 via inet6 fe80::1 dev eth0");
    ip("route add 10.3.0.0/16 tos 0x10 dev eth0 table 1234");
    ip("addr del 169.254.1.1/16 dev eth0");
    assert_moves();
    show("ip -o addr show dev br0 label br0:1 | wc -l", "", text);
    assert_string_equal(text, "1\n");
    show("ip -4 route get 10.1.2.3 | head -n 1", "br0", text);
    assert_non_null(strstr(text, "via 203.0.113.77 dev LINK"));
}

/* IPv6 stays. */
static void test_ipv6_stays(void **state)
{
    char before[TEXT_SIZE], after[TEXT_SIZE];

    (void)state;
    ip("addr add 2001:db8::5/64 dev eth0 nodad");
    ip("-6 route add default via 2001:db8::1 dev eth0 metric 20");
    show_link("eth0", before);
    assert_int_equal(move_all(NULL), 1);
    show_link("eth0", after);
    assert_string_equal(after, before);
}

/* A network manager makes the prefix route itself, as the kernel's, and gives it a metric. */
static void test_prefix_route_of_a_manager(void **state)
{
    (void)state;
    ip("addr add 192.0.2.5/24 dev eth0 noprefixroute");
    ip("route add 192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.5 metric 100");
    ip("route add default via 192.0.2.1 dev eth0 proto dhcp metric 100");
    assert_moves();
}

/* A move that was cut short: some is on both, some only here. */
static void test_half_moved(void **state)
{
    char before[TEXT_SIZE], after[TEXT_SIZE];
    struct vif_error err = {0};

    (void)state;
    ip("addr add 192.0.2.5/24 dev eth0");
    ip("addr add 192.0.2.6/24 dev eth0");
    ip("addr add 192.0.2.5/24 dev br0");
    ip("route add default via 192.0.2.1 dev eth0");
    ip("route append default via 192.0.2.1 dev br0");
    show_link("eth0", before);
    if (move_all(&err) != 0)
        fail_msg("%s", err.text);
    show_link("br0", after);
    assert_string_equal(after, before);
    show_link("eth0", after);
    assert_string_equal(after, "");
}

int main(void)
{
#define ON_LINKS(test) cmocka_unit_test_setup_teardown(test, make_links, remove_links)
    static const struct CMUnitTest tests[] = {
        ON_LINKS(test_read),       ON_LINKS(test_move),
        ON_LINKS(test_ipv6_stays), ON_LINKS(test_prefix_route_of_a_manager),
        ON_LINKS(test_half_moved),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
