/* SPDX-License-Identifier: Apache-2.0 */
/* From a VF to its representor, by switch id and port name.  Linked with --wrap=read. */
#include "sysfs-fixture.h"

static void expect_representor(const char *pci, const char *wanted)
{
    struct vif_error err = {0};
    struct sriov_vf vf = find_vf(pci);
    char name[LIMIT_IFNAME];

    if (sriov_find_representor(&vf, name, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(name, wanted);
}

static void expect_no_representor(const char *pci, int r, enum vif_error_kind kind,
                                  const char *words)
{
    struct vif_error err = {0};
    struct sriov_vf vf = find_vf(pci);
    char name[LIMIT_IFNAME] = "untouched";

    assert_int_equal(sriov_find_representor(&vf, name, &err), r);
    assert_string_equal(err.text, words);
    assert_int_equal(err.kind, kind);
    assert_string_equal(name, "untouched");
    assert_int_equal(sriov_find_representor(&vf, name, NULL), r);
}

static void test_port_names(void **state)
{
    static const char *const good[] = {"3",   "vf3", "pf0vf3", "vf3@pf0",
                                       "VF3", "Vf3", "PF0VF3", "VF3@PF0"};
    static const char *const bad[] = {
        "",           "13",      "30",           "03",         "3 ",       "pf0sf3",
        "pf1vf3",     "vf3@pf1", "vf13",         "vf3x",       "xvf3",     "p3",
        "pf3",        "pf0",     "pf0vf",        "vf3@",       "vf3@pf",   "vf3@pf0x",
        "pf0vf3@pf0", "pf00vf3", "c1vf3",        "c1",         "pf0vf3s0", "-3",
        "vf-3",       "3vf",     "vf4294967299", "EOPNOTSUPP", "pf0vf2"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        put_file(good[i], "class/net/rep/phys_port_name");
        put_file(SWITCH, "class/net/rep/phys_switch_id");
        expect_representor("0000:03:00.5", "rep");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sriov_vf vf = find_vf("0000:03:00.5");
        char name[LIMIT_IFNAME];

        put_file(bad[i], "class/net/rep/phys_port_name");
        if (sriov_find_representor(&vf, name, NULL) != -ENODEV)
            fail_msg("'%s' was taken for VF 3", bad[i]);
    }
}

static void test_no_representor(void **state)
{
    (void)state;
    put_netdev(PF0, "rep0", SWITCH, "pf0vf0");
    put_netdev(PF0, "repsf", SWITCH, "pf0sf3");
    put_virtual("elsewhere", "0c42a1fffe000200", "pf0vf3");
    put_virtual("nowhere", "", "pf0vf3");
    expect_no_representor(
        "0000:03:00.5", -ENODEV, VIF_ERROR_KERNEL,
        "VF 3 of PF 0000:03:00.0 has no representor: no network device of switch " SWITCH
        " has phys_port_name 3, vf3, pf0vf3 or vf3@pf0; is its eswitch in switchdev mode?");
    put_virtual("has space", SWITCH, "pf0vf3");
    put_virtual("seventeen-letters", SWITCH, "pf0vf3");
    put_link("../../devices/virtual/net/gone", "class/net/vanished");
    expect_no_representor(
        "0000:03:00.5", -ENODEV, VIF_ERROR_KERNEL,
        "VF 3 of PF 0000:03:00.0 has no representor: no network device of switch " SWITCH
        " has phys_port_name 3, vf3, pf0vf3 or vf3@pf0; is its eswitch in switchdev mode?");
}

/* Plain numbers, representors that are children of the PF and ones that are nobody's. */
static void test_plain_numbers(void **state)
{
    (void)state;
    put_netdev(PF0, "rep0", SWITCH, "0");
    put_netdev(PF0, "rep1", SWITCH, "1");
    put_virtual("rep13", SWITCH, "13");
    put_virtual("rep3", SWITCH, "3");
    expect_representor("0000:03:00.2", "rep0");
    expect_representor("0000:03:00.5", "rep3");
}

static void test_two_pfs(void **state)
{
    (void)state;
    put_netdev(PF0, "rep03", SWITCH, "pf0vf3");
    put_netdev(PF1, "rep13", SWITCH, "pf1vf3");
    put_netdev(PF0, "rep00", SWITCH, "vf0@pf0");
    put_netdev(PF1, "rep10", SWITCH, "vf0@pf1");
    expect_representor("0000:03:00.5", "rep03");
    expect_representor("0000:03:01.5", "rep13");
    expect_representor("0000:03:00.2", "rep00");
    expect_representor("0000:03:01.2", "rep10");
}

/* The names alone would be the same; so would function numbers on two buses. */
static void test_two_pfs_plain_numbers(void **state)
{
    (void)state;
    put_netdev(PF0, "rep03", SWITCH, "3");
    put_netdev(PF1, "rep13", SWITCH, "3");
    expect_representor("0000:03:00.5", "rep03");
    expect_representor("0000:03:01.5", "rep13");

    put_pf("0000:83:00.0");
    put_vf("0000:83:00.0", "0000:83:00.3", 0);
    put_netdev("0000:83:00.0", "far", SWITCH, "p0");
    put_netdev("0000:83:00.0", "farrep", SWITCH, "pf0vf0");
    put_netdev(PF0, "rep00", SWITCH, "pf0vf0");
    expect_representor("0000:83:00.3", "farrep");
    expect_representor("0000:03:00.2", "rep00");
}

static void test_two_candidates(void **state)
{
    (void)state;
    put_netdev(PF0, "repb", SWITCH, "pf0vf3");
    put_virtual("repc", SWITCH, "vf3@pf0");
    expect_no_representor(
        "0000:03:00.5", -EEXIST, VIF_ERROR_CONFLICT,
        "VF 3 of PF 0000:03:00.0 has two representors: repb (port pf0vf3) and repc "
        "(port vf3@pf0)");
    put_virtual("repa", SWITCH, "3");
    expect_no_representor(
        "0000:03:00.5", -EEXIST, VIF_ERROR_CONFLICT,
        "VF 3 of PF 0000:03:00.0 has two representors: repa (port 3) and repb (port "
        "pf0vf3)");
}

static void test_other_controller(void **state)
{
    (void)state;
    put_netdev(PF0, "dpu3", SWITCH, "c1pf0vf3");
    put_netdev(PF0, "dpu13", SWITCH, "c1pf1vf3");
    expect_no_representor("0000:03:00.5", -ENODEV, VIF_ERROR_KERNEL,
                          "VF 3 of PF 0000:03:00.0 has no representor of its own: dpu3 (port "
                          "c1pf0vf3) is another controller's");
    put_netdev(PF0, "rep3", SWITCH, "pf0vf3");
    expect_representor("0000:03:00.5", "rep3");
}

/* A link that is no PCI device's child says nothing about whose it is. */
static void test_device_link(void **state)
{
    (void)state;
    put_virtual("rep3", SWITCH, "3");
    put_link("../../mlx5_core.eth-rep.0", "devices/virtual/net/rep3/device");
    expect_representor("0000:03:00.5", "rep3");
}

static void test_no_class_net(void **state)
{
    struct sriov_vf vf = {.pf_pci = PF0, .switch_id = SWITCH};
    struct vif_error err = {0};
    char name[LIMIT_IFNAME];

    (void)state;
    assert_int_equal(sriov_find_representor(&vf, name, &err), -ENOENT);
    assert_string_equal(err.text, "read /sys/class/net: No such file or directory");
    assert_int_equal(sriov_find_vf("0000:03:00.2", &vf, NULL), -ENODEV);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_TREE(test_port_names),
        ON_TREE(test_no_representor),
        ON_TREE(test_plain_numbers),
        ON_TREE(test_two_pfs),
        ON_TREE(test_two_pfs_plain_numbers),
        ON_TREE(test_two_candidates),
        ON_TREE(test_other_controller),
        ON_TREE(test_device_link),
        ON_NOTHING(test_no_class_net),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("representor", tests, NULL, NULL);
}
