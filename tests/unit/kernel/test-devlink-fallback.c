/* SPDX-License-Identifier: Apache-2.0 */
/* Representors without devlink, strange answers, and the real families.  Linked with
 * --wrap=sendmsg,recvmsg. */
#include "devlink-fixture.h"

static int put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    int r = file && fputs(text, file) >= 0 ? 0 : -1;

    return file && fclose(file) == 0 ? r : -1;
}

/* A switch of two links on /sys: 'sysrep3' is VF 3's. */
static void mount_sysfs(void)
{
    assert_int_equal(mount("tmpfs", "/sys", "tmpfs", 0, NULL), 0);
    assert_int_equal(mkdir("/sys/class", 0755) | mkdir("/sys/class/net", 0755), 0);
    assert_int_equal(mkdir("/sys/class/net/sysrep3", 0755), 0);
    assert_int_equal(put_file("/sys/class/net/sysrep3/phys_switch_id", vf3.switch_id), 0);
    assert_int_equal(put_file("/sys/class/net/sysrep3/phys_port_name", "pf0vf3"), 0);
}

/* No devlink, none that may be asked, no port of this VF, a dump that broke off, a port without a
 * network device: sysfs says so. */
static void test_fallback(void **state)
{
    struct devlink_port nameless = ports[2];

    (void)state;
    mount_sysfs();
    expect_representor(0, "sysrep3");
    fake.ports = ports;
    fake.n_ports = 2;
    expect_representor(0, "sysrep3");
    fake.n_ports = 8;
    fake.dump_error = -ENOBUFS;
    expect_representor(0, "sysrep3");
    fake.dump_error = 0;
    fake.error = -EPERM;
    expect_representor(0, "sysrep3");
    fake.error = 0;
    fake.family = false;
    expect_representor(0, "sysrep3");
    fake.family = true;
    nameless.netdev[0] = '\0';
    fake.ports = &nameless;
    fake.n_ports = 1;
    expect_representor(0, "sysrep3");
    fake.on = false;
    expect_representor(0, "sysrep3");
    assert_int_equal(umount("/sys"), 0);
}

static void test_legacy(void **state)
{
    struct vif_error err = {0};
    struct sriov_vf vf;

    (void)state;
    assert_int_equal(mount("tmpfs", "/sys", "tmpfs", 0, NULL), 0);
    assert_int_equal(mkdir("/sys/bus", 0755) | mkdir("/sys/bus/pci", 0755) |
                         mkdir("/sys/bus/pci/devices", 0755) |
                         mkdir("/sys/bus/pci/devices/" PF, 0755) |
                         mkdir("/sys/bus/pci/devices/0000:03:00.5", 0755),
                     0);
    assert_int_equal(symlink("../" PF, "/sys/bus/pci/devices/0000:03:00.5/physfn"), 0);
    assert_int_equal(symlink("../0000:03:00.5", "/sys/bus/pci/devices/" PF "/virtfn3"), 0);
    fake.mode = DEVLINK_ESWITCH_MODE_LEGACY;
    assert_int_equal(sriov_find_vf("0000:03:00.5", &vf, &err), -EOPNOTSUPP);
    assert_string_equal(err.text, "eswitch of 0000:03:00.0 is in legacy mode, not switchdev");
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_int_equal(sriov_pf_of("0000:03:00.5", &vf, &err), 0);
    assert_int_equal(vf.vf, 3);
    fake.mode = DEVLINK_ESWITCH_MODE_SWITCHDEV;
    assert_int_equal(sriov_find_vf("0000:03:00.5", &vf, &err), -ENODEV);
    assert_int_equal(umount("/sys"), 0);
}

static void test_other_sender(void **state)
{
    (void)state;
    fake.other_sender = true;
    /* The look-up of the family loses its answer, and the ack alone says nothing. */
    expect_mode(0, "");
}

static int count(void *data, size_t index, const struct nlmsghdr *message)
{
    (void)index;
    (void)message;
    ++*(int *)data;
    return 0;
}

/* Answers to an earlier request are no answers; an ack cut short is none that says yes. */
static void test_stale_and_short_answers(void **state)
{
    auto_genetlink struct genetlink *genl = NULL;
    struct netlink_result result;
    int n = 0;

    (void)state;
    assert_int_equal(genetlink_open(DEVLINK_GENL_NAME, &genl, NULL), 0);
    (void)genetlink_begin(genl, DEVLINK_CMD_ESWITCH_GET, false);
    assert_int_equal(genetlink_send(genl, count, &n, &result), 0);
    assert_int_equal(n, 1);
    fake.stale = true;
    (void)genetlink_begin(genl, DEVLINK_CMD_ESWITCH_GET, false);
    assert_int_equal(genetlink_send(genl, count, &n, &result), -EIO);
    assert_int_equal(n, 1);
    fake.stale = false;
    fake.cut = true;
    (void)genetlink_begin(genl, DEVLINK_CMD_ESWITCH_GET, false);
    assert_int_equal(genetlink_send(genl, count, &n, &result), -EBADMSG);
}

static void test_real_family(void **state)
{
    auto_genetlink struct genetlink *genl = NULL;
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(genetlink_open("no-such-family", &genl, &err), -ENOENT);
    assert_string_equal(err.text, "this kernel has no no-such-family netlink");
    assert_null(genl);
    assert_int_equal(genetlink_open("nlctrl", &genl, &err), 0);
}

/* There is no such device here, with devlink or without. */
static void test_real_devlink(void **state)
{
    struct devlink_port got[1], *next = got;
    char mode[DEVLINK_MODE_SIZE] = "untouched";

    (void)state;
    assert_int_equal(devlink_eswitch_mode("ffff:ff:1f.7", mode, NULL), 0);
    assert_string_equal(mode, "");
    assert_int_equal(devlink_ports("ffff:ff:1f.7", keep_port, &next, NULL), 0);
    assert_ptr_equal(next, got);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FAKED(test_fallback),
        FAKED(test_legacy),
        FAKED(test_other_sender),
        FAKED(test_stale_and_short_answers),
        cmocka_unit_test(test_real_family),
        cmocka_unit_test(test_real_devlink),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("devlink", tests, NULL, NULL);
}
