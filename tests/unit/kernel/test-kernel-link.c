/* SPDX-License-Identifier: Apache-2.0 */
/* Links of every kind on a real kernel, in namespaces of their own: created, read back, changed and
 * deleted. */
#include "kernel-fixture.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

/* Sends 'batch' and empties it; the result of its first request. */
static struct netlink_result send_first(struct netlink_batch *batch)
{
    struct netlink_result results[16];

    assert_in_range(batch->n, 1, 16);
    assert_int_equal(netlink_batch_send(nl, batch, 1, results, NULL, NULL, NULL), 0);
    netlink_batch_done(batch);
    return results[0];
}

static void assert_bridge(const struct vif_bridge_attributes *is,
                          const struct vif_bridge_attributes *wanted)
{
    assert_int_equal(is->ageing_time, wanted->ageing_time);
    assert_int_equal(is->forward_delay, wanted->forward_delay);
    assert_int_equal(is->stp_state, wanted->stp_state);
    assert_int_equal(is->mcast_snooping, wanted->mcast_snooping);
}

static void test_bridge(void **state)
{
    static const struct vif_bridge_attributes busy = {30000, 400, 1, 1};
    struct link_change change = {.alias = ALIAS,
                                 .mtu = 1400,
                                 .set_address = true,
                                 .address = {2, 0, 0, 0, 0, 7},
                                 .bridge = &quiet_bridge};
    struct netlink_batch batch = {0};
    struct link_info info;

    (void)state;
    link_add_create_bridge(&batch, "br0", &change);
    assert_int_equal(batch.n, 2);
    send_all(&batch);
    info = get("br0");
    assert_string_equal(info.name, "br0");
    assert_true(info.ifindex > 0);
    assert_string_equal(info.kind, "bridge");
    assert_string_equal(info.alias, ALIAS);
    assert_int_equal(info.mtu, 1400);
    assert_memory_equal(info.address, change.address, 6);
    assert_int_equal(info.flags & (IFF_UP | IFF_PROMISC), 0);
    assert_int_equal(info.master, 0);
    assert_int_equal(info.peer, 0);
    assert_bridge(&info.bridge, &quiet_bridge);

    set_link("br0", 0, &(struct link_change){.bridge = &busy});
    info = get("br0");
    assert_bridge(&info.bridge, &busy);
    /* In one message the kernel would refuse this: it looks at the delay while STP is still on. */
    set_link("br0", info.ifindex, &(struct link_change){.bridge = &quiet_bridge});
    info = get("br0");
    assert_bridge(&info.bridge, &quiet_bridge);
    delete_link("br0");
    assert_int_equal(get("br0").ifindex, 0);
}

static void test_veth(void **state)
{
    const unsigned flags = IFF_UP | IFF_PROMISC;
    struct netlink_batch batch = {0};
    struct link_info bridge, inner, outer;

    (void)state;
    create_bridge("qbr0");
    bridge = get("qbr0");
    link_add_create_veth(&batch, "qvb0", "qvo0",
                         &(struct link_change){.set_up = true,
                                               .set_promisc = true,
                                               .mtu = 1450,
                                               .set_master = true,
                                               .master = bridge.ifindex,
                                               .alias = ALIAS});
    assert_int_equal(batch.n, 3);
    send_all(&batch);
    inner = get("qvb0");
    outer = get("qvo0");
    assert_string_equal(inner.kind, "veth");
    assert_string_equal(outer.kind, "veth");
    assert_int_equal(inner.flags & flags, flags);
    assert_int_equal(outer.flags & flags, flags);
    assert_int_equal(inner.mtu, 1450);
    assert_int_equal(outer.mtu, 1450);
    assert_int_equal(inner.master, bridge.ifindex);
    assert_int_equal(outer.master, 0);
    assert_int_equal(inner.peer, outer.ifindex);
    assert_int_equal(outer.peer, inner.ifindex);
    assert_string_equal(inner.alias, ALIAS);
    assert_string_equal(outer.alias, ALIAS);

    delete_link("qvo0");
    assert_int_equal(get("qvo0").ifindex, 0);
    assert_int_equal(get("qvb0").ifindex, 0);
    delete_link("qbr0");
}

static void test_enslaved(void **state)
{
    struct netlink_batch batch = {0};
    char name[LIMIT_IFNAME];

    (void)state;
    create_bridge("br1");
    link_add_create_veth(&batch, "pa", "pb", &(struct link_change){.set_up = true});
    assert_int_equal(batch.n, 2);
    send_all(&batch);
    assert_false(get("pa").flags & IFF_PROMISC);
    set_link("pa", 0, &(struct link_change){.set_master = true, .master = get("br1").ifindex});
    assert_true(get("pa").flags & IFF_PROMISC);
    assert_int_equal(get("pa").master, get("br1").ifindex);
    assert_string_equal(get("pa").slave_kind, "bridge");
    assert_string_equal(get("pb").slave_kind, "");
    link_name(get("br1").ifindex, name);
    assert_string_equal(name, "br1");
    link_name(12345, name);
    assert_string_equal(name, "");
    set_link("pa", 0, &(struct link_change){.set_master = true});
    assert_false(get("pa").flags & IFF_PROMISC);
    assert_int_equal(get("pa").master, 0);
    delete_link("pa");
    delete_link("br1");
}

/* The name is taken, so the pair is not made: whoever has the name must not get alias or flags. */
static void test_foreign_link_untouched(void **state)
{
    struct link_change change = {.set_up = true, .alias = ALIAS, .bridge = &quiet_bridge};
    struct netlink_batch batch = {0};
    struct netlink_result results[5];
    struct vif_error err = {0};

    (void)state;
    link_add_create_bridge(&batch, "foreign", &(struct link_change){0});
    assert_int_equal(batch.n, 1);
    send_all(&batch);
    link_add_create_veth(&batch, "mine", "foreign", &change);
    link_add_create_bridge(&batch, "foreign", &change);
    assert_int_equal(netlink_batch_send(nl, &batch, 1, results, NULL, NULL, NULL), 0);
    assert_int_equal(results[0].error, -EEXIST);
    assert_int_equal(results[1].error, -ECANCELED);
    assert_int_equal(results[2].error, -ECANCELED);
    assert_int_equal(results[3].error, -EEXIST);
    assert_int_equal(results[4].error, -ECANCELED);
    assert_int_equal(link_result_error(&results[0], &err, "create veth %s", "mine"), -EEXIST);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_string_equal(err.text, "create veth mine: File exists");
    netlink_batch_done(&batch);
    assert_int_equal(get("mine").ifindex, 0);
    assert_string_equal(get("foreign").alias, "");
    assert_false(get("foreign").flags & IFF_UP);
    delete_link("foreign");
}

static void test_change_and_delete(void **state)
{
    struct netlink_batch batch = {0};
    struct vif_error err = {0};
    struct netlink_result result;
    int ifindex;

    (void)state;
    create_bridge("br2");
    ifindex = get("br2").ifindex;
    set_link("br2", 0, &(struct link_change){.set_up = true, .set_promisc = true, .alias = ""});
    assert_true(get("br2").flags & IFF_UP);
    assert_true(get("br2").flags & IFF_PROMISC);
    assert_string_equal(get("br2").alias, "");
    set_link("br2", 0, &(struct link_change){.set_down = true});
    assert_false(get("br2").flags & IFF_UP);
    set_link("br2", ifindex, &(struct link_change){.new_name = "br3", .set_up = true});
    assert_int_equal(get("br2").ifindex, 0);
    assert_int_equal(get("br3").ifindex, ifindex);
    assert_true(get("br3").flags & IFF_UP);
    assert_true(link_is_gone("br2"));
    assert_false(link_is_gone("br3"));

    link_add_set(&batch, "br3", 0, &(struct link_change){.new_name = "br4"});
    assert_int_equal(netlink_batch_send(nl, &batch, 1, &result, NULL, NULL, &err), -EINVAL);
    netlink_batch_done(&batch);

    link_add_set(&batch, "br3", 0, &(struct link_change){.mtu = 10});
    result = send_first(&batch);
    assert_int_equal(result.error, -EINVAL);
    assert_non_null(strstr(result.text, "mtu less than"));
    assert_int_equal(link_result_error(&result, &err, "set %s", "br3"), -EINVAL);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_non_null(strstr(err.text, "set br3: mtu less than"));

    link_add_delete(&batch, "another name", ifindex);
    send_all(&batch);
    assert_int_equal(get("br3").ifindex, 0);
    link_add_delete(&batch, "br3", 0);
    assert_int_equal(send_first(&batch).error, -ENODEV);
    link_add_set(&batch, "br3", 0, &(struct link_change){.set_up = true});
    assert_int_equal(send_first(&batch).error, -ENODEV);
}

/* An alternative name takes the name as much as the real one does: creating would fail. */
static void test_alternative_name(void **state)
{
    struct netlink_batch batch = {0};
    struct nlmsghdr *message;
    struct nlattr *list;

    (void)state;
    create_bridge("br5");
    message =
        netlink_batch_begin(&batch, RTM_NEWLINKPROP, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 128);
    ((struct ifinfomsg *)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg)))->ifi_index =
        get("br5").ifindex;
    list = mnl_attr_nest_start(message, IFLA_PROP_LIST);
    mnl_attr_put_strz(message, IFLA_ALT_IFNAME, "other");
    mnl_attr_nest_end(message, list);
    netlink_batch_end(&batch, message);
    send_all(&batch);
    assert_string_equal(get("other").name, "other");
    assert_true(get("other").altname);
    assert_false(get("br5").altname);
    delete_link("br5");
}

/* The same ifindex may exist here as well; it is not the peer. */
static void test_peer_elsewhere(void **state)
{
    struct netlink_batch batch = {0};
    struct nlmsghdr *message;
    int ready[2], hold[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(hold, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        (void)close(hold[1]);
        if (unshare(CLONE_NEWNET) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        _exit(read(hold[0], &byte, 1) < 0);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    link_add_create_veth(&batch, "here", "there", &(struct link_change){0});
    message = netlink_batch_begin(&batch, RTM_NEWLINK, NLM_F_ACK, 128);
    (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, "there");
    mnl_attr_put_u32(message, IFLA_NET_NS_PID, (uint32_t)pid);
    netlink_batch_end(&batch, message);
    netlink_batch_after(&batch, 0);
    send_all(&batch);
    assert_string_equal(get("here").kind, "veth");
    assert_int_equal(get("here").peer, 0);
    assert_int_equal(get("there").ifindex, 0);
    delete_link("here");
    (void)close(ready[0]);
    (void)close(hold[0]);
    (void)close(hold[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Deletes the links with these names, and what becomes of each; "lo" can be given, too. */
static void delete_many(const char *const *names, size_t n, struct netlink_result *results)
{
    struct link_deletion links[8];

    assert_in_range(n, 1, 8);
    for (size_t i = 0; i < n; i++) {
        struct link_info info = get(names[i]);

        links[i] = (struct link_deletion){info.ifindex ? info.ifindex : 0x7000, info.group};
    }
    assert_int_equal(link_delete_many(nl, links, n, results, NULL), 0);
}

static void test_delete_many(void **state)
{
    static const char *const names[] = {"many1", "many2", "gone1", "many3", "va", "vb"};
    struct netlink_batch batch = {0};
    struct netlink_result results[6];

    (void)state;
    for (int i = 1; i <= 4; i++) {
        char name[] = "many0";

        name[4] = (char)('0' + i);
        create_bridge(name);
    }
    link_add_create_veth(&batch, "va", "vb", &(struct link_change){.set_up = true});
    send_all(&batch);
    delete_many(names, 1, results); /* few are deleted one by one */
    assert_int_equal(results[0].error, 0);
    delete_many(names + 2, 2, results);
    assert_int_equal(results[0].error, -ENODEV);
    assert_int_equal(results[1].error, 0);
    create_bridge("many1");
    create_bridge("many3");
    delete_many(names, 6, results);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(results[i].error, strncmp(names[i], "gone", 4) == 0 ? -ENODEV : 0);
        assert_int_equal(get(names[i]).ifindex, 0);
    }
    assert_true(get("many4").ifindex > 0); /* nobody asked for it */
    delete_link("many4");
}

/* The kernel refuses to delete a group with such a link in it: the others go all the same. */
static void test_delete_many_but_one(void **state)
{
    static const char *const names[] = {"x1", "lo", "x2", "x3"};
    struct netlink_result results[4];

    (void)state;
    create_bridge("x1");
    create_bridge("x2");
    create_bridge("x3");
    delete_many(names, 4, results);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(results[i].error, i == 1 ? -EOPNOTSUPP : 0);
    assert_int_equal(get("x1").ifindex, 0);
    assert_int_equal(get("x2").ifindex, 0);
    assert_int_equal(get("x3").ifindex, 0);
    assert_int_equal(get("lo").group, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bridge),
        cmocka_unit_test(test_veth),
        cmocka_unit_test(test_enslaved),
        cmocka_unit_test(test_foreign_link_untouched),
        cmocka_unit_test(test_change_and_delete),
        cmocka_unit_test(test_alternative_name),
        cmocka_unit_test(test_peer_elsewhere),
        cmocka_unit_test(test_delete_many),
        cmocka_unit_test(test_delete_many_but_one),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("kernel-link", tests, open_socket, close_socket);
}
