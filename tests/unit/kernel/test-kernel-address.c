/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and routes moved between links of a real kernel, in namespaces of their own.  What
 * is on a link is set and shown by ip(8): another reading of the same kernel.  Linked with
 * --wrap=sendmsg and the allocator that fails on demand. */
#include "kernel-fixture.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "failing-alloc.h"
#include "kernel/address.h"

#define TEXT_SIZE 4096

static int fail_send = -1; /* this one from now on, 0 is the next; -1: none */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names ld gives them */
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (fail_send >= 0 && fail_send-- == 0) {
        errno = EIO;
        return -1;
    }
    return __real_sendmsg(fd, message, flags);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void ip(const char *arguments)
{
    char command[512];

    (void)snprintf(command, sizeof command, "ip %s", arguments);
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* What 'command' prints, with every whole 'name' as "LINK". */
static void show(const char *command, const char *name, char *text)
{
    FILE *out = popen(command, "r"); /* NOLINT(cert-env33-c) */
    size_t n = 0, length = strlen(name);
    char raw[TEXT_SIZE];

    assert_non_null(out);
    raw[fread(raw, 1, sizeof raw - 1, out)] = '\0';
    assert_int_equal(pclose(out), 0);
    for (const char *at = raw; *at;) {
        if (length > 0 && strncmp(at, name, length) == 0 && strchr(" :\\\n", at[length]) &&
            n < TEXT_SIZE - 8) {
            n += (size_t)snprintf(text + n, 8, "LINK");
            at += length;
        } else {
            text[n++] = *at++;
        }
    }
    text[n] = '\0';
}

/* Addresses and routes of a link, in an order of their own, without those of the kernel. */
static void show_link(const char *name, char *text)
{
    char command[512];

    (void)snprintf(command, sizeof command,
                   "{ ip -o addr show dev %s scope global | "
                   "sed 's/^[0-9]*: *//; s/ nodad//; s/[0-9]*sec/SEC/g'; "
                   "for v in 4 6; do ip -$v route show table all dev %s | "
                   "grep -Ev 'table local|fe80::|ff00::' | "
                   "sed 's/ linkdown//; s/ dead//; s/expires [0-9]*sec/expires/' | sort; done; }",
                   name, name);
    show(command, name, text);
}

static int make_links(void **state)
{
    struct netlink_batch batch = {0};

    (void)state;
    link_add_create_veth(&batch, "eth0", "far0", &(struct link_change){.set_up = true});
    link_add_create_bridge(&batch, "br0", &(struct link_change){.bridge = &quiet_bridge});
    send_all(&batch);
    set_link("br0", 0, &(struct link_change){.set_up = true});
    return 0;
}

static int remove_links(void **state)
{
    (void)state;
    fail_send = -1;
    failing_alloc_set(0);
    delete_link("eth0");
    delete_link("br0");
    return 0;
}

static struct address_list read_all(const char *name)
{
    struct vif_error err = {0};
    struct address_list list;

    if (address_read(nl, get(name).ifindex, &list, &err) < 0)
        fail_msg("%s", err.text);
    return list;
}

static int move_all(struct vif_error *err)
{
    int from = (int)if_nametoindex("eth0"), to = (int)if_nametoindex("br0");
    struct address_list list;
    int r = address_read(nl, from, &list, err);

    if (r < 0)
        return r;
    r = address_move(nl, from, to, &list, err);
    address_list_done(&list);
    return r;
}

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
        ON_LINKS(test_read),        ON_LINKS(test_move),
        ON_LINKS(test_ipv6_stays),  ON_LINKS(test_prefix_route_of_a_manager),
        ON_LINKS(test_half_moved),  ON_LINKS(test_refused),
        ON_LINKS(test_failed_send), ON_LINKS(test_unmovable),
        ON_LINKS(test_no_gap),      ON_LINKS(test_many),
        ON_LINKS(test_no_memory),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
