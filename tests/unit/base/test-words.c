/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words, and names against patterns. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/parse.h"
#include "base/text.h"

static void patterns(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool like;
    } rows[] = {
        {"br-int", "br-int", true},
        {"br-int", "br-in", false},
        {"br-int", "br-intx", false},
        {"br-int", "xbr-int", false},
        {"br-int", "BR-INT", false},
        {"br-int", "", false},
        {"", "", true},
        {"", "x", false},
        {"*", "", true},
        {"*", "anything at/all", true},
        {"tap*", "tap", true},
        {"tap*", "tap1", true},
        {"tap*", "xtap1", false},
        {"*tap", "a-tap", true},
        {"*tap", "tap1", false},
        {"t*p", "tp", true},
        {"t*p", "tapp", true},
        {"t*p", "tapx", false},
        {"t?p", "tap", true},
        {"t?p", "tp", false},
        {"?", "", false},
        {"??*", "a", false},
        {"**a**b**", "xaxbx", true},
        {"*a*b", "ab", true},
        {"*a*b", "aab", true},
        {"*a*b", "aba", false},
        {"*ab*cd", "abababcd", true},
        {"[a-z]*", "tap1", false},
        {"[a-z]", "[a-z]", true},
        {"\\*", "*", false},
        {"0000:03:00.?", "0000:03:00.2", true},
        {"0000:03:00.?", "0000:03:00.12", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (words_like(rows[i].pattern, strlen(rows[i].pattern), rows[i].name) != rows[i].like)
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].name);
}

/* A pattern that would take a slow matcher longer than the universe has been there. */
static void many_stars(void **state)
{
    char pattern[200], name[4000];

    (void)state;
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    memset(name, 'a', sizeof name);
    name[sizeof name - 2] = 'b';
    name[sizeof name - 1] = '\0';
    assert_false(words_like(pattern, sizeof pattern, name));
}

static void lists(void **state)
{
    struct words words = {.otherwise = "one two"};

    (void)state;
    assert_true(words_match(&words, "two"));
    assert_int_equal(words_add(&words, " a*,b ,\tc,,"), 0);
    assert_false(words_match(&words, "two"));
    assert_true(words_match(&words, "abc"));
    assert_true(words_match(&words, "b"));
    assert_true(words_match(&words, "c"));
    assert_false(words_match(&words, "d"));
    assert_false(words_match(&words, ""));
    assert_int_equal(words_add(&words, "d"), 0);
    assert_true(words_match(&words, "b"));
    assert_true(words_match(&words, "d"));
    words_done(&words);
    /* A list that is given and empty is not the same as none. */
    assert_int_equal(words_add(&words, ""), 0);
    assert_false(words_match(&words, "two"));
    assert_string_equal(words_text(&words), "");
    words_done(&words);
    assert_string_equal(words_text(&words), "one two");
    words = (struct words){0};
    assert_string_equal(words_text(&words), "");
}

static void accounts(void **state)
{
    uid_t uid = 7;
    gid_t gid = 7;

    (void)state;
    assert_int_equal(account_user("root", &uid), 0);
    assert_int_equal(uid, 0);
    assert_int_equal(account_group("root", &gid), 0);
    assert_int_equal(gid, 0);
    assert_int_equal(account_user("4294967294", &uid), 0);
    assert_int_equal(uid, 4294967294U);
    assert_int_equal(account_user("4294967295", &uid), -ENOENT);
    assert_int_equal(account_group("no-such-group", &gid), -ENOENT);
    assert_int_equal(account_group("", &gid), -ENOENT);
    assert_int_equal(gid, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(many_stars),
        cmocka_unit_test(lists),
        cmocka_unit_test(accounts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
