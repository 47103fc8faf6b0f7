/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that cannot be moved, or only in part, and many at once.  Linked with --wrap=sendmsg and the
 * allocator that fails on demand. */
#include "address-fixture.h"

static void set_up_plain(void)
{
    ip("addr add 192.0.2.5/24 dev eth0");
    ip("addr add 192.0.2.6/24 dev eth0");
    ip("addr add 198.51.100.1/24 dev br0");
    ip("route add default via 192.0.2.1 dev eth0");
    ip("route add 10.0.0.0/8 via 198.51.100.2 dev br0");
}

/* The kernel takes no route over a link that is down, but addresses. */
static void test_refused(void **state)
{
    char old[TEXT_SIZE], new[TEXT_SIZE], after[TEXT_SIZE];
    struct vif_error err = {0};

    (void)state;
    set_up_plain();
    set_link("br0", 0, &(struct link_change){.set_down = true});
    show_link("eth0", old);
    show_link("br0", new);
    assert_int_equal(move_all(&err), -ENETUNREACH);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_string_equal(err.text, "move addresses and routes from eth0 to br0: add route default "
                                  "via 192.0.2.1 to br0: Nexthop has invalid gateway");
    show_link("eth0", after);
    assert_string_equal(after, old);
    show_link("br0", after);
    assert_string_equal(after, new);
}

/* Whichever send fails, both links are as they were. */
static void test_failed_send(void **state)
{
    char old[TEXT_SIZE], new[TEXT_SIZE], after[TEXT_SIZE];
    struct address_list list;
    int from = get("eth0").ifindex, to = get("br0").ifindex;

    (void)state;
    set_up_plain();
    show_link("eth0", old);
    show_link("br0", new);
    list = read_all("eth0");
    for (int i = 0; i < 2; i++) {
        fail_send = i;
        assert_int_equal(address_move(nl, from, to, &list, NULL), -EIO);
        show_link("eth0", after);
        assert_string_equal(after, old);
        show_link("br0", after);
        assert_string_equal(after, new);
    }
    assert_int_equal(address_move(nl, from, to, &list, NULL), 0);
    assert_int_equal(address_move(nl, to, to, &list, NULL), 1);
    address_list_done(&list);
}

static void test_unmovable(void **state)
{
    char before[TEXT_SIZE], after[TEXT_SIZE];
    struct vif_error err = {0};

    (void)state;
    set_up_plain();
    ip("route add 10.9.0.0/16 nexthop via 198.51.100.3 dev br0 nexthop via 192.0.2.3 dev eth0");
    show("ip route show table all", "", before);
    assert_int_equal(move_all(&err), -EOPNOTSUPP);
    assert_int_equal(err.kind, VIF_ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "route 10.9.0.0/16 of eth0 cannot move: it has several next"));
    show("ip route show table all", "", after);
    assert_string_equal(after, before);
    ip("route del 10.9.0.0/16");

    ip("nexthop add id 5 via 192.0.2.3 dev eth0");
    ip("route add 10.9.0.0/16 nhid 5");
    assert_int_equal(move_all(&err), -EOPNOTSUPP);
    assert_non_null(strstr(err.text, "it uses a nexthop object"));
    ip("route del 10.9.0.0/16");
    ip("nexthop del id 5");
    assert_int_equal(move_all(&err), 0);
}

static int count_default(const struct nlmsghdr *message, void *data)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    int *n = data;

    if ((message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_DELROUTE) &&
        header->rtm_dst_len == 0)
        *n += message->nlmsg_type == RTM_NEWROUTE ? 1 : -1;
    assert_in_range(*n, 1, 2);
    return MNL_CB_OK;
}

/* At no moment is the host without its default route. */
static void test_no_gap(void **state)
{
    struct mnl_socket *listener = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    char buffer[16384];
    int n_defaults = 1, n_events = 0;
    ssize_t n;

    (void)state;
    ip("addr add 192.0.2.5/24 dev eth0");
    ip("route add default via 192.0.2.1 dev eth0");
    assert_non_null(listener);
    assert_int_equal(mnl_socket_bind(listener, RTMGRP_IPV4_ROUTE, MNL_SOCKET_AUTOPID), 0);
    assert_int_equal(move_all(NULL), 0);
    while ((n = mnl_socket_recvfrom(listener, buffer, sizeof buffer)) > 0) {
        assert_true(mnl_cb_run(buffer, (size_t)n, 0, 0, count_default, &n_defaults) >= 0);
        n_events++;
    }
    assert_true(n_events > 1);
    assert_int_equal(n_defaults, 1);
    (void)mnl_socket_close(listener);
}

/* More than one datagram of answers. */
static void test_many(void **state)
{
    struct address_list list;

    (void)state;
    ip("addr add 192.0.2.5/24 dev eth0");
    if (system("for i in $(seq 2000); do "
               "echo route add 10.$((i / 250)).$((i % 250)).0/24 via 192.0.2.1; "
               "echo addr add 172.16.$((i / 250)).$((i % 250))/32 dev eth0; done | ip -batch -"))
        fail();
    list = read_all("eth0");
    assert_int_equal(list.n, 2001 + 2000);
    address_list_done(&list);
    assert_int_equal(move_all(NULL), 0);
    list = read_all("eth0");
    assert_int_equal(list.n, 0);
    list = read_all("br0");
    assert_int_equal(list.n, 2001 + 2000);
    address_list_done(&list);
}

static void test_no_memory(void **state)
{
    char old[TEXT_SIZE], after[TEXT_SIZE];

    (void)state;
    set_up_plain();
    show_link("eth0", old);
    each_allocation_fails(n, 4) {
        int r;

        assert_true(n <= 100);
        failing_alloc_set(n);
        r = move_all(NULL);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
        show_link("eth0", after);
        if (r < 0)
            assert_string_equal(after, old);
    }
}

int main(void)
{
#define ON_LINKS(test) cmocka_unit_test_setup_teardown(test, make_links, remove_links)
    static const struct CMUnitTest tests[] = {
        ON_LINKS(test_refused), ON_LINKS(test_failed_send), ON_LINKS(test_unmovable),
        ON_LINKS(test_no_gap),  ON_LINKS(test_many),        ON_LINKS(test_no_memory),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
