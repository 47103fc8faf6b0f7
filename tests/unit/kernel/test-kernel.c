/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink batches on a real kernel, in namespaces of their own: large ones, refused ones, lost
 * answers, no memory. */
#include "failing-alloc.h"
#include "kernel-fixture.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void test_many_names(void **state)
{
    char texts[300][LIMIT_IFNAME];
    const char *names[300];
    struct link_info *info = calloc(300, sizeof *info);
    uint64_t sends, reads = netlink_counts(nl)->reads;
    struct vif_error err = {0};

    (void)state;
    assert_non_null(info);
    for (int i = 0; i < 9; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "many%d", i);
        create_bridge(texts[i]);
    }
    for (int i = 0; i < 300; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "many%d", i % 10);
        names[i] = texts[i];
    }
    sends = netlink_counts(nl)->sends;
    if (link_get_many(nl, names, 300, info, &err) < 0)
        fail_msg("%s", err.text);
    assert_in_range(netlink_counts(nl)->sends - sends, 1, 12);
    assert_int_equal(netlink_counts(nl)->reads - reads, 300);
    for (int i = 0; i < 300; i++) {
        assert_string_equal(info[i].name, names[i]);
        assert_int_equal(info[i].ifindex != 0, i % 10 != 9);
        assert_int_equal(info[i].ifindex, info[i % 10].ifindex);
    }
    assert_int_equal(link_get_many(nl, NULL, 0, NULL, NULL), 0);
    for (int i = 0; i < 9; i++)
        delete_link(texts[i]);
    free(info);
}

static void test_many_creates(void **state)
{
    struct link_change change = {.alias = ALIAS}, small = {.alias = ALIAS, .mtu = 10};
    struct netlink_result *results = calloc(800, sizeof *results);
    struct netlink_batch batch = {0};
    struct vif_error err = {0};
    char name[LIMIT_IFNAME];

    (void)state;
    assert_non_null(results);
    for (size_t i = 0; i < 400; i++) {
        (void)snprintf(name, sizeof name, "c%zu", i % 10 == 3 ? 0 : i);
        link_add_create_bridge(&batch, name, i % 10 == 7 ? &small : &change);
    }
    assert_int_equal(batch.n, 800);
    if (netlink_batch_send(nl, &batch, 1, results, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    netlink_batch_done(&batch);
    for (size_t i = 0; i < 400; i++) {
        int wanted = i % 10 == 3 ? -EEXIST : i % 10 == 7 ? -EINVAL : 0;
        struct link_info info;

        (void)snprintf(name, sizeof name, "c%zu", i);
        info = get(name);
        assert_int_equal(results[2 * i].error, wanted);
        assert_int_equal(results[2 * i + 1].error, wanted ? -ECANCELED : 0);
        assert_int_equal(info.ifindex != 0, wanted == 0);
        assert_string_equal(info.alias, wanted ? "" : ALIAS);
        assert_int_equal(strstr(results[2 * i].text, "mtu less than") != NULL, i % 10 == 7);
    }
    free(results);
}

/* A receive buffer of one answer: the others are lost, which is an error, and the socket is usable
 * afterwards. */
static void test_lost_answers(void **state)
{
    struct netlink *small = NULL;
    struct vif_error err = {0};
    struct link_info info[64];
    const char *names[64];
    int fd = dup(0), size = 1;

    (void)state;
    (void)close(fd); /* the number the socket gets */
    assert_int_equal(netlink_open(NETLINK_ROUTE, NULL, &small, NULL), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    for (size_t i = 0; i < 64; i++)
        names[i] = "lo";
    assert_int_equal(link_get_many(small, names, 64, info, &err), -ENOBUFS);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_non_null(strstr(err.text, "read links: the kernel dropped answers"));
    assert_int_equal(link_get_many(small, names, 1, info, &err), 0);
    assert_string_equal(info[0].name, "lo");
    assert_true(info[0].ifindex > 0);
    netlink_close(small);
}

/* An answer nobody waits for any more stands before the one that is asked for. */
static void test_stale_answer(void **state)
{
    struct netlink_batch batch = {0};
    struct netlink *own = NULL;
    struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, 0, 64);
    struct link_info info = {0};
    const char *name = "stale";
    int fd = dup(0);

    (void)state;
    (void)close(fd); /* the number the socket gets */
    assert_int_equal(netlink_open(NETLINK_ROUTE, NULL, &own, NULL), 0);
    (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, "lo");
    message->nlmsg_seq = 77;
    assert_int_equal(send(fd, message, message->nlmsg_len, 0), message->nlmsg_len);
    create_bridge(name);
    assert_int_equal(link_get_many(own, &name, 1, &info, NULL), 0);
    assert_string_equal(info.name, name);
    assert_string_equal(info.kind, "bridge");
    delete_link(name);
    netlink_batch_done(&batch);
    netlink_close(own);
}

static int refuse_answer(void *data, size_t index, const struct nlmsghdr *message)
{
    (void)message;
    *(size_t *)data = index;
    return -EDOM;
}

/* What an exchange that ended early leaves behind does not answer the next one. */
static void test_each_ends_the_exchange(void **state)
{
    struct netlink_batch batch = {0};
    struct netlink_result results[8];
    size_t index = 99;

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, 0, 64);

        (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
        mnl_attr_put_strz(message, IFLA_IFNAME, i == 0 ? "absent" : "lo");
        netlink_batch_end(&batch, message);
    }
    assert_int_equal(netlink_batch_send(nl, &batch, 0, results, refuse_answer, &index, NULL),
                     -EDOM);
    assert_int_equal(index, 1);
    assert_int_equal(results[0].error, -ENODEV);
    assert_int_equal(results[1].error, 0);
    assert_int_equal(results[2].error, -EDOM);
    netlink_batch_done(&batch);
    assert_int_equal(get("absent").ifindex, 0);
    assert_string_equal(get("lo").name, "lo");
}

static int create_unprivileged(void)
{
    auto_netlink struct netlink *own = NULL;
    struct netlink_batch batch = {0};
    struct netlink_result results[2];
    struct vif_error err = {0};
    int r;

    if (netlink_open(NETLINK_ROUTE, NULL, &own, NULL) < 0)
        return 1;
    link_add_create_bridge(&batch, "mine", &(struct link_change){.alias = ALIAS});
    r = netlink_batch_send(own, &batch, 1, results, NULL, NULL, NULL);
    netlink_batch_done(&batch);
    if (r < 0 || results[0].error != -EPERM || results[1].error != -ECANCELED)
        return 2;
    (void)link_result_error(&results[0], &err, "create bridge mine");
    if (err.kind != VIF_ERROR_PERMISSION)
        return 3;
    return strcmp(err.text, "create bridge mine: Operation not permitted") == 0 ? 0 : 4;
}

static void test_unprivileged(void **state)
{
    (void)state;
    assert_int_equal(run_unprivileged(create_unprivileged), 0);
    assert_int_equal(get("mine").ifindex, 0);
}

/* Opens, reads, creates and deletes; undone where it fails. */
static int whole_scenario(struct vif_error *err)
{
    static const char *const names[] = {"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8",
                                        "m9", "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"};
    struct link_change change = {.alias = ALIAS, .bridge = &quiet_bridge};
    auto_netlink struct netlink *own = NULL;
    struct netlink_batch batch = {0};
    struct netlink_result results[32];
    struct link_info info[18];
    int r = netlink_open(NETLINK_ROUTE, NULL, &own, err);

    if (r < 0)
        return r;
    r = link_get_many(own, names, 18, info, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < 5; i++) {
        link_add_create_veth(&batch, names[2 * i], names[2 * i + 1], &change);
        link_add_set(&batch, names[2 * i], 0, &(struct link_change){.set_up = true});
        link_add_delete(&batch, "absent", 0);
    }
    link_add_create_bridge(&batch, "m10", &change);
    r = netlink_batch_send(own, &batch, 1, results, NULL, NULL, err);
    netlink_batch_done(&batch);
    return r;
}

static void test_no_memory(void **state)
{
    struct vif_error err = {0};

    (void)state;
    each_allocation_fails(n, 5) {
        int r;

        assert_true(n <= 100);
        assert_int_equal(get("m0").ifindex, 0);
        err = (struct vif_error){0};
        failing_alloc_set(n);
        r = whole_scenario(&err);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
        if (r < 0)
            assert_int_equal(err.kind, VIF_ERROR_NO_MEMORY);
    }
    assert_true(get("m0").ifindex > 0);
    delete_link("m0");
    delete_link("m10");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_many_creates),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_stale_answer),
        cmocka_unit_test(test_each_ends_the_exchange),
        cmocka_unit_test(test_unprivileged),
        cmocka_unit_test(test_no_memory),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("kernel", tests, open_socket, close_socket);
}
