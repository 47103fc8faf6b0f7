/* SPDX-License-Identifier: Apache-2.0 */
/* hw-tc-offload read and switched, on a kernel of the test's own and, as far as a link without the
 * feature goes, on the real one.  Linked with --wrap=sendmsg,recvmsg. */
#include "genetlink-fixture.h"

#include "kernel/devlink.h"

static void expect_offload(bool on, bool fixed)
{
    struct vif_error err = {0};
    bool is_on = !on, is_fixed = !fixed;

    if (ethtool_get_tc_offload("pf0", &is_on, &is_fixed, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(is_on, on);
    assert_int_equal(is_fixed, fixed);
    assert_int_equal(ethtool_get_tc_offload("pf0", NULL, NULL, NULL), 0);
}

static void test_get_offload(void **state)
{
    (void)state;
    expect_offload(false, false);
    fake.active = true;
    expect_offload(true, false);
    fake.hardware = false;
    expect_offload(true, true);
    fake.hardware = fake.fixed = true;
    fake.active = false;
    expect_offload(false, true);
}

static void expect_set(bool on, int r, const char *words)
{
    struct vif_error err = {0};

    assert_int_equal(ethtool_set_tc_offload("pf0", on, &err), r);
    assert_string_equal(err.text, words);
}

static void test_set_offload(void **state)
{
    (void)state;
    expect_set(true, 0, "");
    assert_true(fake.active);
    expect_set(true, 1, "");
    assert_true(fake.active);
    expect_set(false, 0, "");
    assert_false(fake.active);
    fake.stubborn = true;
    expect_set(true, -EIO, "switch hw-tc-offload of pf0 on: its driver did not do it");
    fake.hardware = false;
    expect_set(true, -EOPNOTSUPP, "switch hw-tc-offload of pf0 on: its driver has it fixed");
    fake.error = -ENODEV;
    fake.words = "no device matches name";
    expect_set(true, -ENODEV, "read hw-tc-offload of pf0: no device matches name");
}

static void test_no_offload(void **state)
{
    struct vif_error err = {0};
    bool on;

    (void)state;
    fake.feature = false;
    assert_int_equal(ethtool_get_tc_offload("pf0", &on, NULL, &err), -EOPNOTSUPP);
    assert_string_equal(err.text, "read hw-tc-offload of pf0: the kernel lacks this feature "
                                  "(needs Linux 4.8)");
    fake.family = false;
    assert_int_equal(ethtool_get_tc_offload("pf0", &on, NULL, &err), -EOPNOTSUPP);
    assert_string_equal(err.text, "the kernel lacks ethtool netlink (needs Linux 5.6)");
    assert_int_equal(ethtool_get_tc_offload("a/b", &on, NULL, &err), -EINVAL);
    assert_int_equal(err.kind, VIF_ERROR_INVALID);
    assert_int_equal(ethtool_set_tc_offload("a/b", true, &err), -EINVAL);
}

/* --- the kernel this runs on --- */

static void test_real_ethtool(void **state)
{
    struct vif_error err = {0};
    bool on = true, fixed = false;

    (void)state;
    if (ethtool_get_tc_offload("lo", &on, &fixed, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(on);
    assert_true(fixed);
    assert_int_equal(ethtool_set_tc_offload("lo", false, &err), 1);
    assert_int_equal(ethtool_set_tc_offload("lo", true, &err), -EOPNOTSUPP);
    assert_int_equal(ethtool_get_tc_offload("absent", &on, &fixed, &err), -ENODEV);
    assert_string_equal(err.text, "read hw-tc-offload of absent: no device matches name");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FAKED(test_get_offload),
        FAKED(test_set_offload),
        FAKED(test_no_offload),
        cmocka_unit_test(test_real_ethtool),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("ethtool", tests, NULL, NULL);
}
