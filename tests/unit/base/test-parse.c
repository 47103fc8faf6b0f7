/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of small things: what is taken, in which form it comes out, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

struct form {
    const char *text;
    const char *normal; /* NULL: refused */
};

#define CHECK_FORMS(parse, size, rows)                                                             \
    for (size_t i_ = 0; i_ < LENGTH(rows); i_++) {                                                 \
        char out_[size] = "untouched";                                                             \
        int r_ = parse((rows)[i_].text, out_);                                                     \
                                                                                                   \
        if (r_ != ((rows)[i_].normal ? 0 : -EINVAL))                                               \
            fail_msg("'%s': %d", (rows)[i_].text, r_);                                             \
        assert_string_equal(out_, (rows)[i_].normal ? (rows)[i_].normal : "untouched");            \
    }

static void mac(void **state)
{
    static const struct form rows[] = {
        {"fa:16:3e:00:00:01", "fa:16:3e:00:00:01"},
        {"FA-16-3E-0a-0B-0C", "fa:16:3e:0a:0b:0c"},
        {"fa:16-3e:00:00:01", "fa:16:3e:00:00:01"},
        {"", NULL},
        {"fa163e000001", NULL},
        {"fa:16:3e:00:00:1", NULL},
        {"fa:16:3e:00:00:01:", NULL},
        {"fa:16:3e:00:00:0g", NULL},
        {"fa.16.3e.00.00.01", NULL},
        {"fa:16:3e:00:00: 1", NULL},
        {"+a:16:3e:00:00:01", NULL},
        {" fa:16:3e:00:00:0", NULL},
    };
    uint8_t bytes[6];

    (void)state;
    CHECK_FORMS(parse_mac, MAC_TEXT_SIZE, rows)
    assert_int_equal(parse_mac_bytes("FA:16:3e:00:ff:01", bytes), 0);
    assert_memory_equal(bytes, "\xfa\x16\x3e\x00\xff\x01", 6);
}

static void uuid(void **state)
{
    static const struct form rows[] = {
        {"DC065497-3C8D-4f44-8fb4-e1d33c16a536", "dc065497-3c8d-4f44-8fb4-e1d33c16a536"},
        {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
        {"", NULL},
        {"dc0654973c8d4f448fb4e1d33c16a536", NULL},
        {"{dc065497-3c8d-4f44-8fb4-e1d33c16a536}", NULL},
        {"dc065497-3c8d-4f44-8fb4-e1d33c16a53", NULL},
        {"dc065497-3c8d-4f44-8fb4-e1d33c16a5361", NULL},
        {"dc065497-3c8d-4f44-8fb4-e1d33c16a53g", NULL},
        {"dc065497-3c8d-4f44-8fb4e-1d33c16a536", NULL},
        {"../../../../../../../../etc/passwd..", NULL},
    };
    char out[UUID_TEXT_SIZE];

    (void)state;
    CHECK_FORMS(parse_uuid, UUID_TEXT_SIZE, rows)
    uuid_v5("68da264a-847f-42a8-8ab0-5e774aee3d95", "tapdc065497-3c", out);
    assert_string_equal(out, "58b25a10-7b82-5385-9020-a2e650c6b0da");
    uuid_v5("68DA264A-847F-42A8-8AB0-5E774AEE3D95", "qvodc065497-3c", out);
    assert_string_equal(out, "6ed2d146-a3ae-557c-bffe-504001458a40");
}

static void pci(void **state)
{
    static const struct form rows[] = {
        {"0000:3B:00.2", "0000:3b:00.2"},
        {"10000:e1:1f.7", "10000:e1:1f.7"},
        {"ABCDEF01:00:00.0", "abcdef01:00:00.0"},
        {"3b:00.2", NULL},
        {"000:3b:00.2", NULL},
        {"123456789:3b:00.2", NULL},
        {"0000:3b:20.0", NULL},
        {"0000:3b:00.8", NULL},
        {"0000:3b:00.a", NULL},
        {"0000:3b:00:2", NULL},
        {"0000:3b:00.2 ", NULL},
        {"0000:3b:0.2", NULL},
        {"0000:3g:00.2", NULL},
        {"0000:../0..2", NULL},
        {"", NULL},
    };

    (void)state;
    CHECK_FORMS(parse_pci, PCI_TEXT_SIZE, rows)
}

static void ip(void **state)
{
    static const struct {
        const char *text;
        bool prefix, good;
    } rows[] = {
        {"10.0.0.1", false, true},
        {"::1", false, true},
        {"2001:DB8::ffff:10.0.0.1", false, true},
        {"10.0.0.0/0", true, true},
        {"10.0.0.0/32", true, true},
        {"2001:db8::/128", true, true},
        {"", false, false},
        {"10.0.0", false, false},
        {"10.0.0.256", false, false},
        {"10.0.0.1 ", false, false},
        {"fe80::1%eth0", false, false},
        {"10.0.0.1/8", false, false},
        {"10.0.0.1", true, false},
        {"10.0.0.0/33", true, false},
        {"2001:db8::/129", true, false},
        {"10.0.0.0/", true, false},
        {"10.0.0.0/8/8", true, false},
        {"/8", true, false},
        {"10.0.0.0/255.0.0.0", true, false},
        {"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", false, false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (parse_ip(rows[i].text, rows[i].prefix) != (rows[i].good ? 0 : -EINVAL))
            fail_msg("'%s'", rows[i].text);
}

static void integers(void **state)
{
    static const char *const bad[] = {"",    "-",   "+1",  " 1",  "1 ",
                                      "0x1", "1e3", "1.0", "--1", "9223372036854775808"};
    int64_t value = 77;

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++)
        if (parse_int(bad[i], INT64_MIN, INT64_MAX, &value) != -EINVAL)
            fail_msg("'%s'", bad[i]);
    assert_int_equal(parse_int("11", 0, 10, &value), -EINVAL);
    assert_int_equal(parse_int("-1", 0, 10, &value), -EINVAL);
    assert_int_equal(value, 77);
    assert_int_equal(parse_int("10", 0, 10, &value), 0);
    assert_int_equal(value, 10);
    assert_int_equal(parse_int("-9223372036854775808", INT64_MIN, 0, &value), 0);
    assert_true(value == INT64_MIN);
}

static void booleans(void **state)
{
    static const char *const yes[] = {"true", "True", "YES", "on", "1"};
    static const char *const no[] = {"false", "FALSE", "no", "Off", "0"};
    static const char *const bad[] = {"", "2", "t", "truee", " true", "none"};
    bool value;

    (void)state;
    for (size_t i = 0; i < LENGTH(yes); i++) {
        value = false;
        assert_int_equal(parse_bool(yes[i], &value), 0);
        assert_true(value);
        value = true;
        assert_int_equal(parse_bool(no[i], &value), 0);
        assert_false(value);
    }
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_int_equal(parse_bool(bad[i], &value), -EINVAL);
}

static void interface_names(void **state)
{
    static const char *const good[] = {
        "a", "tapdc065497-3c", "eth0.100", "br_int", "15-characters-x", "...", "$(id)", "*", "-j"};
    static const char *const bad[] = {"",        "16-characters-xx",
                                      ".",       "..",
                                      "a/b",     "../x",
                                      "a:1",     "veth%d",
                                      "a b",     "a\tb",
                                      "a\nb",    "\x1b[",
                                      "\x7f",    "t\xc3\xa4p",
                                      "\xff",    "all",
                                      "default", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < LENGTH(good); i++)
        if (ifname_fault(good[i]))
            fail_msg("'%s' %s", good[i], ifname_fault(good[i]));
    for (size_t i = 0; i < LENGTH(bad); i++)
        if (!ifname_fault(bad[i]))
            fail_msg("'%s' is taken", bad[i]);
    assert_string_equal(ifname_fault(""), "is empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mac),
        cmocka_unit_test(uuid),
        cmocka_unit_test(pci),
        cmocka_unit_test(ip),
        cmocka_unit_test(integers),
        cmocka_unit_test(booleans),
        cmocka_unit_test(interface_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
