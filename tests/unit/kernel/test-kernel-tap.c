/* SPDX-License-Identifier: Apache-2.0 */
/* Taps and sysctls on a real kernel, in namespaces of their own. */
#include "kernel-fixture.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "kernel/link.h"
#include "kernel/sysfs.h"

static const struct tap_options plain_tap = {false, (uid_t)-1, (gid_t)-1};

static void test_tap(void **state)
{
    const struct tap_options queues = {true, (uid_t)-1, (gid_t)-1};
    const struct link_change change = {.set_up = true,
                                       .mtu = 1300,
                                       .set_address = true,
                                       .address = {0xfe, 0x16, 0x3e, 1, 2, 3},
                                       .alias = ALIAS};
    struct link_info info;
    int fd = -1;

    (void)state;
    assert_int_equal(tap_create("tap0", &queues, &fd, NULL), 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    set_link("tap0", 0, &change);
    info = get("tap0");
    assert_string_equal(info.kind, "tun");
    assert_true(info.tap);
    assert_true(info.multi_queue);
    assert_true(info.flags & IFF_UP);
    assert_int_equal(info.mtu, 1300);
    assert_memory_equal(info.address, change.address, 6);
    assert_string_equal(info.alias, ALIAS);
    assert_int_equal(tap_persist(fd, "tap0", NULL), 0);
    (void)close(fd);
    assert_int_equal(get("tap0").ifindex, info.ifindex);
    delete_link("tap0");
    assert_int_equal(get("tap0").ifindex, 0);

    assert_int_equal(tap_create("tap0", &plain_tap, &fd, NULL), 0);
    assert_true(get("tap0").tap);
    assert_false(get("tap0").multi_queue);
    (void)close(fd);
    assert_int_equal(get("tap0").ifindex, 0);
}

static int find_ids(const struct nlattr *attr, void *data)
{
    uint32_t *ids = data;

    if (mnl_attr_get_type(attr) == IFLA_TUN_OWNER)
        ids[0] = mnl_attr_get_u32(attr);
    else if (mnl_attr_get_type(attr) == IFLA_TUN_GROUP)
        ids[1] = mnl_attr_get_u32(attr);
    return MNL_CB_OK;
}

static int find_data(const struct nlattr *attr, void *data)
{
    if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
        return mnl_attr_parse_nested(attr, find_ids, data);
    return MNL_CB_OK;
}

static int find_linkinfo(const struct nlattr *attr, void *data)
{
    if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
        return mnl_attr_parse_nested(attr, find_data, data);
    return MNL_CB_OK;
}

static int take_ids(void *data, size_t index, const struct nlmsghdr *message)
{
    (void)index;
    (void)mnl_attr_parse(message, sizeof(struct ifinfomsg), find_linkinfo, data);
    return 0;
}

static void get_ids(const char *name, uint32_t ids[2])
{
    struct netlink_batch batch = {0};
    struct netlink_result result;
    struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, 0, 64);

    ids[0] = ids[1] = UINT32_MAX;
    (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    netlink_batch_end(&batch, message);
    assert_int_equal(netlink_batch_send(nl, &batch, 0, &result, take_ids, ids, NULL), 0);
    netlink_batch_done(&batch);
}

static void test_tap_owner(void **state)
{
    /* Of a user namespace with one user only 0 is a number. */
    const struct tap_options owned = {false, 0, 0};
    uint32_t ids[2];
    int fd = -1;

    (void)state;
    assert_int_equal(tap_create("tap1", &owned, &fd, NULL), 0);
    get_ids("tap1", ids);
    assert_int_equal(ids[0], 0);
    assert_int_equal(ids[1], 0);
    (void)close(fd);
    assert_int_equal(tap_create("tap1", &plain_tap, &fd, NULL), 0);
    get_ids("tap1", ids);
    assert_int_equal(ids[0], UINT32_MAX);
    assert_int_equal(ids[1], UINT32_MAX);
    (void)close(fd);
}

static void assert_taken(const char *name)
{
    char words[64];
    struct vif_error err = {0};
    int fd = -7;

    (void)snprintf(words, sizeof words, "create tap %s: there is a link of that name", name);
    assert_int_equal(tap_create(name, &plain_tap, &fd, &err), -EEXIST);
    assert_int_equal(err.kind, VIF_ERROR_CONFLICT);
    assert_string_equal(err.text, words);
    assert_int_equal(fd, -7);
}

static void test_tap_name_taken(void **state)
{
    int fd = -1;

    (void)state;
    create_bridge("taken");
    assert_taken("taken");
    delete_link("taken");
    assert_int_equal(tap_create("taken", &plain_tap, &fd, NULL), 0);
    assert_taken("taken");
    assert_int_equal(tap_persist(fd, "taken", NULL), 0);
    (void)close(fd);
    assert_taken("taken");
    delete_link("taken");
}

static const char *const hostile[] = {"",       ".",         "..",  "../lo", "a/b",
                                      "tap%d",  "has space", "a:b", "a\nb",  "sixteen-letters-",
                                      "../../x"};

static void test_tap_hostile_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct vif_error err = {0};
        int fd = -7;

        assert_int_equal(tap_create(hostile[i], &plain_tap, &fd, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
        assert_int_equal(fd, -7);
    }
    assert_int_equal(get("tap0").ifindex, 0);
}

static int tap_unprivileged(void)
{
    struct vif_error err = {0};
    int fd = -1;

    if (tap_create("tap2", &plain_tap, &fd, &err) != -EPERM || err.kind != VIF_ERROR_PERMISSION)
        return 1;
    return strcmp(err.text, "create tap tap2: Operation not permitted") == 0 ? 0 : 2;
}

static void test_tap_unprivileged(void **state)
{
    (void)state;
    assert_int_equal(run_unprivileged(tap_unprivileged), 0);
}

static void test_tap_persist_refused(void **state)
{
    auto_close int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(tap_persist(fd, "tap3", &err), -ENOTTY);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_non_null(strstr(err.text, "make tap tap3 persistent: "));
}

static void test_sysctl(void **state)
{
    static const char *const names[] = {"br0", "br0.100", "-v"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct link_info info;

        create_bridge(names[i]);
        info = get(names[i]);
        assert_true(info.has_ipv6_conf);
        assert_int_equal(info.disable_ipv6, 0);
        assert_int_equal(info.arp_ignore, 0);
        assert_int_equal(info.arp_announce, 0);
        assert_int_equal(sysctl_set(names[i], SYSCTL_DISABLE_IPV6, 1, NULL), 0);
        assert_int_equal(sysctl_set(names[i], SYSCTL_ARP_IGNORE, 1, NULL), 0);
        assert_int_equal(sysctl_set(names[i], SYSCTL_ARP_ANNOUNCE, 2, NULL), 0);
        info = get(names[i]);
        assert_int_equal(info.disable_ipv6, 1);
        assert_int_equal(info.arp_ignore, 1);
        assert_int_equal(info.arp_announce, 2);
        delete_link(names[i]);
    }
    assert_int_equal(get("lo").disable_ipv6, 0);
    assert_int_equal(get("lo").arp_ignore, 0);
}

static void test_sysctl_absent(void **state)
{
    struct vif_error err = {0};
    struct link_info info;

    (void)state;
    assert_int_equal(sysctl_set("absent", SYSCTL_ARP_IGNORE, 1, &err), 1);
    assert_int_equal(err.kind, VIF_ERROR_NONE);
    /* IPv6 lets go of a link whose MTU is under 1280. */
    create_bridge("br1");
    set_link("br1", 0, &(struct link_change){.set_up = true, .mtu = 1000});
    info = get("br1");
    assert_false(info.has_ipv6_conf);
    assert_int_equal(info.disable_ipv6, 0);
    assert_int_equal(sysctl_set("br1", SYSCTL_DISABLE_IPV6, 1, &err), 1);
    delete_link("br1");
}

static void test_sysctl_refused(void **state)
{
    static const char *const everyone[] = {"all", "default"};
    struct vif_error err;

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        err = (struct vif_error){0};
        assert_int_equal(sysctl_set(hostile[i], SYSCTL_DISABLE_IPV6, 1, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sysctl_set(everyone[i], SYSCTL_DISABLE_IPV6, 1, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
    }
    assert_int_equal(get("lo").disable_ipv6, 0);
    create_bridge("br2");
    assert_int_equal(get("br2").disable_ipv6, 0);
    delete_link("br2");
    assert_string_equal(sysctl_word(SYSCTL_DISABLE_IPV6), "disable_ipv6");
    assert_string_equal(sysctl_word(SYSCTL_ARP_ANNOUNCE), "arp_announce");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tap),
        cmocka_unit_test(test_tap_owner),
        cmocka_unit_test(test_tap_name_taken),
        cmocka_unit_test(test_tap_hostile_names),
        cmocka_unit_test(test_tap_unprivileged),
        cmocka_unit_test(test_tap_persist_refused),
        cmocka_unit_test(test_sysctl),
        cmocka_unit_test(test_sysctl_absent),
        cmocka_unit_test(test_sysctl_refused),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("kernel-tap", tests, open_socket, close_socket);
}
