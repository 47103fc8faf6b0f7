/* SPDX-License-Identifier: Apache-2.0 */
/* VLAN links: the request byte for byte where it matters, and, on a kernel that has them
 * (8021q), created and read back. */
#include "kernel-fixture.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

/* Finds attribute 'type' of a message (from 'offset') or, with 'nest', of that attribute. */
static const struct nlattr *find(const struct nlmsghdr *message, const struct nlattr *nest,
                                 uint16_t type)
{
    const char *at = nest ? mnl_attr_get_payload(nest)
                          : mnl_nlmsg_get_payload_offset(message, sizeof(struct ifinfomsg));
    const char *end =
        nest ? at + mnl_attr_get_payload_len(nest) : (const char *)message + message->nlmsg_len;

    while (end - at >= (ptrdiff_t)sizeof(struct nlattr)) {
        const struct nlattr *attr = (const void *)at;

        if (mnl_attr_get_type(attr) == type)
            return attr;
        at += MNL_ALIGN(attr->nla_len);
    }
    fail_msg("no attribute %u", type);
    return NULL;
}

static void test_request(void **state)
{
    struct link_change change = {.set_up = true, .mtu = 1400, .alias = ALIAS};
    struct netlink_batch batch = {0};
    const struct nlmsghdr *message;
    const struct nlattr *info;

    (void)state;
    link_add_create_vlan(&batch, "vlan77", 5, 77, &change);
    assert_int_equal(batch.n, 2);
    assert_int_equal(batch.requests[1].after, 0);
    message = (const void *)batch.bytes;
    assert_int_equal(message->nlmsg_type, RTM_NEWLINK);
    assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    assert_string_equal(mnl_attr_get_str(find(message, NULL, IFLA_IFNAME)), "vlan77");
    assert_int_equal(mnl_attr_get_u32(find(message, NULL, IFLA_LINK)), 5);
    assert_int_equal(mnl_attr_get_u32(find(message, NULL, IFLA_MTU)), 1400);
    info = find(message, NULL, IFLA_LINKINFO);
    assert_memory_equal(mnl_attr_get_payload(find(NULL, info, IFLA_INFO_KIND)), "vlan", 4);
    info = find(NULL, info, IFLA_INFO_DATA);
    assert_int_equal(mnl_attr_get_u16(find(NULL, info, IFLA_VLAN_ID)), 77);
    netlink_batch_done(&batch);
}

static bool kernel_has_vlans(int parent)
{
    struct netlink_batch batch = {0};
    struct netlink_result result;

    link_add_create_vlan(&batch, "probe", parent, 1, &(struct link_change){0});
    assert_int_equal(netlink_batch_send(nl, &batch, 1, &result, NULL, NULL, NULL), 0);
    netlink_batch_done(&batch);
    if (result.error == -EOPNOTSUPP)
        return false;
    assert_int_equal(result.error, 0);
    delete_link("probe");
    return true;
}

static void test_kernel(void **state)
{
    struct link_change change = {.set_up = true, .mtu = 1400, .set_master = true, .alias = ALIAS};
    struct netlink_batch batch = {0};
    struct netlink_result results[2];
    struct link_info info;
    int parent;

    (void)state;
    create_bridge("br0");
    link_add_create_veth(&batch, "eth0", "far0", &(struct link_change){.set_up = true});
    send_all(&batch);
    parent = get("eth0").ifindex;
    if (!kernel_has_vlans(parent)) {
        (void)fprintf(stderr, "this kernel has no VLANs (8021q)\n");
        skip();
    }
    change.master = get("br0").ifindex;
    link_add_create_vlan(&batch, "vlan77", parent, 77, &change);
    send_all(&batch);
    info = get("vlan77");
    assert_string_equal(info.kind, "vlan");
    assert_int_equal(info.vlan_id, 77);
    assert_int_equal(info.parent, parent);
    assert_int_equal(info.peer, 0);
    assert_int_equal(info.master, change.master);
    assert_int_equal(info.mtu, 1400);
    assert_string_equal(info.alias, ALIAS);
    assert_true(info.flags & IFF_UP);
    assert_int_equal(get("eth0").parent, 0);

    link_add_create_vlan(&batch, "again", parent, 77, &change);
    assert_int_equal(netlink_batch_send(nl, &batch, 1, results, NULL, NULL, NULL), 0);
    netlink_batch_done(&batch);
    assert_int_equal(results[0].error, -EEXIST);
    assert_int_equal(results[1].error, -ECANCELED);
    link_add_create_vlan(&batch, "large", parent, 78, &(struct link_change){.mtu = 9000});
    assert_int_equal(netlink_batch_send(nl, &batch, 1, results, NULL, NULL, NULL), 0);
    netlink_batch_done(&batch);
    assert_int_equal(results[0].error, -EINVAL);
    delete_link("eth0");
    assert_int_equal(get("vlan77").ifindex, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_kernel),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
