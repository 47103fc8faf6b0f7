/* SPDX-License-Identifier: Apache-2.0 */
/* Generic netlink and devlink: the bytes of requests, answers good and bad, representors by devlink
 * port, and sysfs in its place.  Linked with --wrap=sendmsg,recvmsg. */
#include "devlink-fixture.h"

/* --- eswitch mode --- */

static void test_mode(void **state)
{
    static const unsigned char wanted[] = {
        0x30,
        0,
        0,
        0,
        DEVLINK,
        0,
        0x05,
        0,
        2,
        0,
        0,
        0,
        0,
        0,
        0,
        0, /* request, ack */
        DEVLINK_CMD_ESWITCH_GET,
        1,
        0,
        0, /* command, version */
        0x08,
        0,
        1,
        0,
        'p',
        'c',
        'i',
        0, /* bus */
        0x11,
        0,
        2,
        0,
        '0',
        '0',
        '0',
        '0',
        ':',
        '0',
        '3',
        ':',
        '0',
        '0',
        '.',
        '0',
        0,
        0,
        0,
        0,
    };

    (void)state;
    expect_mode(0, "switchdev");
    assert_int_equal(fake.n_last, sizeof wanted);
    assert_memory_equal(fake.last, wanted, sizeof wanted);
    fake.mode = DEVLINK_ESWITCH_MODE_LEGACY;
    expect_mode(0, "legacy");
    fake.mode = 99;
    expect_mode(0, "");
    fake.mode = -1;
    expect_mode(0, "");
}

static void test_mode_unknown(void **state)
{
    static const int silent[] = {ENODEV, EOPNOTSUPP, EPERM, EACCES};

    (void)state;
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        fake.error = -silent[i];
        expect_mode(0, "");
    }
    fake.family = false;
    expect_mode(0, "");
}

static void test_mode_errors(void **state)
{
    char mode[DEVLINK_MODE_SIZE];
    struct vif_error err = {0};

    (void)state;
    fake.error = -EBUSY;
    fake.words = "device is in reset";
    expect_mode(-EBUSY, "untouched");
    assert_int_equal(devlink_eswitch_mode(PF, mode, &err), -EBUSY);
    assert_string_equal(err.text, "read the eswitch mode of 0000:03:00.0: device is in reset");
    fake.words = NULL;
    assert_int_equal(devlink_eswitch_mode(PF, mode, &err), -EBUSY);
    assert_string_equal(err.text, "read the eswitch mode of 0000:03:00.0: Device or resource busy");
    assert_int_equal(devlink_eswitch_mode(PF, mode, NULL), -EBUSY);
}

/* --- ports --- */

static void test_ports(void **state)
{
    struct devlink_port got[8], *next = got;
    const struct nlmsghdr *request = (const void *)fake.last;

    (void)state;
    fake.ports = ports;
    fake.n_ports = 8;
    assert_int_equal(devlink_ports(PF, keep_port, &next, NULL), 0);
    assert_int_equal(request->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    assert_int_equal(next - got, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(got[i].bus, "pci");
        assert_string_equal(got[i].device, PF);
        assert_string_equal(got[i].netdev, ports[i].netdev);
        assert_int_equal(got[i].index, ports[i].index);
        assert_int_equal(got[i].flavour, ports[i].flavour);
        assert_int_equal(got[i].controller, ports[i].controller);
        assert_int_equal(got[i].external, ports[i].external);
        assert_int_equal(got[i].pf, ports[i].pf);
        assert_int_equal(got[i].vf, ports[i].vf);
    }
}

static void test_ports_errors(void **state)
{
    struct devlink_port got[8], *next = got;
    struct vif_error err = {0};

    (void)state;
    fake.dump_error = -ENODEV;
    assert_int_equal(devlink_ports(PF, keep_port, &next, &err), 0);
    fake.dump_error = -ENOBUFS;
    assert_int_equal(devlink_ports(PF, keep_port, &next, &err), -ENOBUFS);
    assert_string_equal(err.text,
                        "read the devlink ports of 0000:03:00.0: No buffer space available");
    fake.dump_error = 0;
    fake.ports = ports;
    fake.n_ports = 2;
    fake.interrupted = true;
    assert_int_equal(devlink_ports(PF, keep_port, &next, &err), -EINTR);
    next = got; /* the result says that these may not be all */
    fake.family = false;
    assert_int_equal(devlink_ports(PF, keep_port, &next, &err), 0);
    assert_ptr_equal(next, got);
}

/* Attributes that are missing, too short, too long or not what they should be. */
static void test_read_port(void **state)
{
    _Alignas(struct nlmsghdr) char bytes[512];
    struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
    struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    struct devlink_port port = {.index = 77};

    (void)state;
    assert_false(devlink_read_port(message, &port));
    mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, "a bus of very many letters");
    mnl_attr_put(message, DEVLINK_ATTR_DEV_NAME, 4, "abcd");
    assert_false(devlink_read_port(message, &port));
    assert_int_equal(port.index, 77);
    mnl_attr_put_u8(message, DEVLINK_ATTR_PORT_INDEX, 9);
    mnl_attr_put_strz(message, DEVLINK_ATTR_PORT_NETDEV_NAME, "../pf0");
    assert_true(devlink_read_port(message, &port));
    assert_string_equal(port.bus, "a bus of very m");
    assert_string_equal(port.device, "abcd");
    assert_string_equal(port.netdev, "");
    assert_int_equal(port.index, 0);
    assert_int_equal(port.flavour, -1);
    assert_int_equal(port.pf, -1);
    assert_int_equal(port.vf, -1);
    /* An attribute that says it is longer than the message. */
    ((struct nlattr *)mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN))->nla_len = 0x7fff;
    assert_false(devlink_read_port(message, &port));
}

/* --- representors by port --- */

static void test_representor(void **state)
{
    (void)state;
    fake.ports = ports;
    fake.n_ports = 8;
    expect_representor(0, "rep3");
}

static void test_representor_of_other_controller(void **state)
{
    (void)state;
    fake.ports = &ports[4];
    fake.n_ports = 4;
    expect_representor(-ENODEV, "VF 3 of PF 0000:03:00.0 has no representor of its own: dpu3 (port "
                                "pci/0000:03:00.0/7) is another controller's");
}

static void test_two_representors(void **state)
{
    struct devlink_port two[] = {ports[2], ports[2]};

    (void)state;
    two[0].index = 9;
    (void)snprintf(two[0].netdev, sizeof two[0].netdev, "rep9");
    fake.ports = two;
    fake.n_ports = 2;
    expect_representor(-EEXIST, "VF 3 of PF 0000:03:00.0 has two representors: rep3 (port "
                                "pci/0000:03:00.0/4) and rep9 (port pci/0000:03:00.0/9)");
}

/* --- misfortunes of the socket --- */

/* --- the kernel this runs on --- */

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FAKED(test_mode),
        FAKED(test_mode_unknown),
        FAKED(test_mode_errors),
        FAKED(test_ports),
        FAKED(test_ports_errors),
        FAKED(test_read_port),
        FAKED(test_representor),
        FAKED(test_representor_of_other_controller),
        FAKED(test_two_representors),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("devlink", tests, NULL, NULL);
}
