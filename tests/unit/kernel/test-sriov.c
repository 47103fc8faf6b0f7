/* SPDX-License-Identifier: Apache-2.0 */
/* From a PCI address to the VF's number, its PF, the uplink and the switch; and what reading below
 * /sys takes and refuses.  Linked with --wrap=read. */
#include "sysfs-fixture.h"

#include "kernel/sysfs.h"

static void expect_no_vf(const char *pci, int r, enum vif_error_kind kind, const char *words)
{
    struct sriov_vf vf = {.vf = 77};
    struct vif_error err = {0};

    assert_int_equal(sriov_find_vf(pci, &vf, &err), r);
    assert_string_equal(err.text, words);
    assert_int_equal(err.kind, kind);
    assert_int_equal(vf.vf, 77);
    assert_int_equal(sriov_find_vf(pci, &vf, NULL), r);
}

/* --- VFs --- */

static void test_vf(void **state)
{
    struct sriov_vf vf = find_vf("0000:03:01.5");

    (void)state;
    assert_string_equal(vf.pci, "0000:03:01.5");
    assert_string_equal(vf.pf_pci, PF1);
    assert_int_equal(vf.vf, 3);
    assert_int_equal(vf.pf, 1);
    assert_string_equal(vf.pf_netdev, "pf1");
    assert_string_equal(vf.switch_id, SWITCH);
    assert_string_equal(vf.eswitch_mode, "");
}

static void test_pf_of(void **state)
{
    struct sriov_vf vf;

    (void)state;
    put_pf("10000:ab:00.4");
    put_vf("10000:ab:00.4", "10000:ab:01.7", 12);
    assert_int_equal(sriov_pf_of("10000:AB:01.7", &vf, NULL), 0);
    assert_string_equal(vf.pci, "10000:ab:01.7");
    assert_string_equal(vf.pf_pci, "10000:ab:00.4");
    assert_int_equal(vf.vf, 12);
    assert_int_equal(vf.pf, 4);
    assert_string_equal(vf.pf_netdev, "");
    assert_string_equal(vf.switch_id, "");
}

static void test_no_address(void **state)
{
    (void)state;
    expect_no_vf("", -EINVAL, VIF_ERROR_INVALID, "'' is not a PCI address");
    expect_no_vf("../../net/pf0", -EINVAL, VIF_ERROR_INVALID,
                 "'../../net/pf0' is not a PCI address");
    expect_no_vf("0000:03:00.5/..", -EINVAL, VIF_ERROR_INVALID,
                 "'0000:03:00.5/..' is not a PCI address");
}

static void test_no_such_device(void **state)
{
    (void)state;
    expect_no_vf("0000:04:00.7", -ENODEV, VIF_ERROR_KERNEL,
                 "PCI device 0000:04:00.7: No such device");
    put_link("../../../" ROOT "0000:05:00.0", "bus/pci/devices/0000:05:00.0");
    expect_no_vf("0000:05:00.0", -ENODEV, VIF_ERROR_KERNEL,
                 "PCI device 0000:05:00.0: No such device");
}

static void test_not_a_vf(void **state)
{
    (void)state;
    expect_no_vf(PF0, -EINVAL, VIF_ERROR_INVALID, "PCI device 0000:03:00.0 is a PF, not a VF");
    put_pci("0000:06:00.0");
    expect_no_vf("0000:06:00.0", -EINVAL, VIF_ERROR_INVALID,
                 "PCI device 0000:06:00.0 is not a VF: it has no physfn");
    put_link("../0000:06:00.1", ROOT "0000:06:00.0/virtfn0");
    put_pci("0000:06:00.1");
    expect_no_vf("0000:06:00.0", -EINVAL, VIF_ERROR_INVALID,
                 "PCI device 0000:06:00.0 is a PF, not a VF");
}

static void test_bad_physfn(void **state)
{
    (void)state;
    put_pci("0000:06:00.1");
    put_link("../../../../etc/passwd", ROOT "0000:06:00.1/physfn");
    expect_no_vf("0000:06:00.1", -EIO, VIF_ERROR_KERNEL,
                 "physfn of PCI device 0000:06:00.1 leads to 'passwd', which is not a PCI address");
    put_pci("0000:06:00.2");
    put_file("../" PF0, ROOT "0000:06:00.2/physfn");
    expect_no_vf("0000:06:00.2", -EINVAL, VIF_ERROR_KERNEL,
                 "read physfn of PCI device 0000:06:00.2: Invalid argument");
    put_pci("0000:06:00.3");
    put_link("../0000:07:00.0", ROOT "0000:06:00.3/physfn");
    expect_no_vf("0000:06:00.3", -ENOENT, VIF_ERROR_KERNEL,
                 "read the VFs of PF 0000:07:00.0: No such file or directory");
    put_pci("0000:06:00.4");
    put_link("../a-name-longer-than-any-pci-address", ROOT "0000:06:00.4/physfn");
    expect_no_vf("0000:06:00.4", -EBADMSG, VIF_ERROR_KERNEL,
                 "read physfn of PCI device 0000:06:00.4: Bad message");
}

static void test_no_virtfn(void **state)
{
    (void)state;
    put_pci("0000:03:00.6");
    put_link("../" PF0, ROOT "0000:03:00.6/physfn");
    put_link("../0000:03:00.6", ROOT PF0 "/virtfn");
    put_link("../0000:03:00.6", ROOT PF0 "/virtfn65536");
    put_link("../0000:03:00.6", ROOT PF0 "/virtfn4x");
    put_file(PF0, ROOT PF0 "/virtfn7");
    expect_no_vf("0000:03:00.6", -EIO, VIF_ERROR_KERNEL,
                 "PF 0000:03:00.0 has no virtfn link to its VF 0000:03:00.6");
}

/* --- PFs --- */

static void put_single_pf(void)
{
    put_pf(PF0);
    put_vf(PF0, "0000:03:00.2", 0);
}

static void test_pf_without_netdev(void **state)
{
    (void)state;
    put_single_pf();
    expect_no_vf("0000:03:00.2", -ENODEV, VIF_ERROR_KERNEL,
                 "PF 0000:03:00.0 of VF 0000:03:00.2 has no network device");
    put_file("1", ROOT PF0 "/net/a name/flags");
    expect_no_vf("0000:03:00.2", -ENODEV, VIF_ERROR_KERNEL,
                 "PF 0000:03:00.0 of VF 0000:03:00.2 has no network device");
}

static void expect_no_switch_id(const char *switch_id)
{
    assert_int_equal(mount_nothing(NULL), 0);
    put_single_pf();
    put_netdev(PF0, "pf0", switch_id, "p0");
    expect_no_vf(
        "0000:03:00.2", -EOPNOTSUPP, VIF_ERROR_KERNEL,
        "PF 0000:03:00.0 (pf0) has no phys_switch_id: its eswitch is not in switchdev mode");
    assert_int_equal(umount("/sys"), 0);
}

static void test_pf_without_switch_id(void **state)
{
    (void)state;
    expect_no_switch_id(NULL);
    expect_no_switch_id("");
    expect_no_switch_id("EOPNOTSUPP");
    expect_no_switch_id("not hexadecimal");
    expect_no_switch_id("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0");
}

static void expect_uplink(const char *wanted)
{
    struct sriov_vf vf = find_vf("0000:03:00.2");

    assert_string_equal(vf.pf_netdev, wanted);
    assert_string_equal(vf.switch_id, SWITCH);
}

/* Each one added is preferred to those before, whatever the order of the directory. */
static void test_uplink_among_netdevs(void **state)
{
    (void)state;
    put_single_pf();
    put_netdev(PF0, "a", "EOPNOTSUPP", "p0");
    put_netdev(PF0, "rep3", SWITCH, "pf0vf3");
    expect_uplink("rep3");
    put_netdev(PF0, "rep1", SWITCH, "pf0vf1");
    expect_uplink("rep1");
    put_netdev(PF0, "up", SWITCH, NULL);
    expect_uplink("up");
    put_netdev(PF0, "port3", SWITCH, "p3s1");
    expect_uplink("port3");
    put_netdev(PF0, "port2", SWITCH, "p2");
    expect_uplink("port2");
    put_netdev(PF0, "zport", SWITCH, "p0");
    expect_uplink("zport");
    put_netdev(PF0, "yport", SWITCH, "p0");
    put_netdev(PF0, "b", SWITCH, "p0x");
    put_netdev(PF0, "c", SWITCH, "ppf0");
    expect_uplink("yport");
}

/* --- reading --- */

static int count_name(void *data, const char *name)
{
    (void)name;
    ++*(int *)data;
    return 0;
}

static void test_sysfs(void **state)
{
    char text[8] = "kept", name[300];
    int n = 0;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    put_file("1234567", "dir/fits");
    put_file("12345678", "dir/long");
    put_file("a\tb", "dir/control");
    put_link("fits", "dir/link");
    assert_int_equal(mkfifo("/sys/dir/fifo", 0600), 0);
    assert_int_equal(sysfs_read(text, sizeof text, "dir/long"), -EBADMSG);
    assert_int_equal(sysfs_read(text, sizeof text, "dir/control"), -EBADMSG);
    assert_int_equal(sysfs_read(text, sizeof text, "dir/fifo"), -EBADMSG);
    assert_int_equal(sysfs_read(text, sizeof text, "dir"), -EBADMSG);
    assert_int_equal(sysfs_read(text, sizeof text, "dir/link"), -ELOOP);
    assert_int_equal(sysfs_read(text, sizeof text, "dir/absent"), -ENOENT);
    assert_int_equal(sysfs_read(text, sizeof text, "%s/%s", name, name), -ENAMETOOLONG);
    assert_int_equal(sysfs_each(count_name, &n, "%s/%s", name, name), -ENAMETOOLONG);
    assert_int_equal(sysfs_read_link(text, sizeof text, "%s/%s", name, name), -ENAMETOOLONG);
    assert_false(sysfs_exists("%s/%s", name, name));
    assert_string_equal(text, "kept");
    assert_int_equal(sysfs_read(text, sizeof text, "dir/fits"), 0);
    assert_string_equal(text, "1234567");
    assert_int_equal(sysfs_read_link(text, sizeof text, "dir/link"), 0);
    assert_string_equal(text, "fits");
    assert_int_equal(sysfs_each(count_name, &n, "dir"), 0);
    assert_int_equal(n, 5);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_TREE(test_vf),
        ON_NOTHING(test_pf_of),
        ON_TREE(test_no_address),
        ON_TREE(test_no_such_device),
        ON_TREE(test_not_a_vf),
        ON_TREE(test_bad_physfn),
        ON_TREE(test_no_virtfn),
        ON_NOTHING(test_pf_without_netdev),
        cmocka_unit_test(test_pf_without_switch_id),
        ON_NOTHING(test_uplink_among_netdevs),
        ON_NOTHING(test_sysfs),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("sriov", tests, NULL, NULL);
}
