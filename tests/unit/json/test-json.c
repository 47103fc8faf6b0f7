/* SPDX-License-Identifier: Apache-2.0 */
/* Framing, limits and paths. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "json/json-text.h"

#define LARGE ((size_t)1 << 20)

static int scan_once(const char *text, size_t max_bytes, struct json_scan *scan, size_t *ret_length)
{
    *scan = (struct json_scan){0};
    *ret_length = 0;
    return json_scan(scan, text, strlen(text), max_bytes, ret_length);
}

static void scan_finds_the_end(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"{}", 2},
        {" \t\r\n[] []", 6},
        {"{\"a\":[1,{\"b\":\"}]\"}]}tail", 20},
        {"[\"\\\"]\"]", 7},
        {"[\"\\\\\"]]", 6},
        {"{]", 2}, /* a pair that does not match is for the parser to refuse */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json_scan scan;
        size_t length;

        assert_int_equal(scan_once(rows[i].text, LARGE, &scan, &length), 1);
        assert_int_equal(length, rows[i].length);
    }
}

static void scan_goes_on_where_it_stopped(void **state)
{
    static const char text[] = " {\"k\\\"}\": [\"\\\\\", {}]} [";
    struct json_scan scan = {0};
    size_t length = 0;

    (void)state;
    for (size_t n = 0; n < strlen(text) - 2; n++)
        assert_int_equal(json_scan(&scan, text, n, LARGE, &length), 0);
    assert_int_equal(json_scan(&scan, text, strlen(text), LARGE, &length), 1);
    assert_int_equal(length, strlen(text) - 2);
}

static void scan_tells_garbage_and_limits(void **state)
{
    struct json_scan scan;
    char deep[LIMIT_JSON_DEPTH + 2];
    size_t length;

    (void)state;
    assert_int_equal(scan_once("  x{}", LARGE, &scan, &length), -EPROTO);
    assert_int_equal(scan.scanned, 2);
    assert_int_equal(scan_once("]", LARGE, &scan, &length), -EPROTO);
    assert_int_equal(scan_once("\"a\"", LARGE, &scan, &length), -EPROTO);
    assert_int_equal(scan_once("[\"a", LARGE, &scan, &length), 0);
    assert_int_equal(scan_once("[1,2]", 5, &scan, &length), 1);
    assert_int_equal(scan_once("[1,2]", 4, &scan, &length), -EMSGSIZE);
    assert_int_equal(scan.scanned, 4);
    assert_int_equal(scan_once("[1] [", 4, &scan, &length), 1);
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(scan_once(deep, LARGE, &scan, &length), -E2BIG);
    assert_int_equal(scan.scanned, LIMIT_JSON_DEPTH);
}

static void parse_refuses(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "empty: expected an object or a list"},
        {" \n", "empty: expected an object or a list"},
        {"5", "line 1 column 1: expected an object or a list"},
        {"{\n ]", "line 2 column 2: string or '}' expected near ']'"},
        {"{\"a\":1}\n x", "line 1 column 8: trailing data after the JSON text"},
        {"{\"a\":1,\"a\":2}", "line 1 column 10: duplicate object key near '\"a\"'"},
        {"[NaN]", "line 1 column 4: invalid token near 'NaN'"},
        {"[\"\xff\"]", "line 1 column 2: unable to decode byte 0xff near '\"'"},
        {"[\"\\u0000\"]",
         "line 1 column 9: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"'"},
        {"[18446744073709551616]", "line 1 column 21: too big integer near '18446744073709551616'"},
        {"[\n\n{\"a\": \"", "ends in the middle of a JSON text"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vif_error err = {0};
        json_t *json = NULL;

        assert_int_equal(json_text_parse(rows[i].text, strlen(rows[i].text), LARGE, &json, &err),
                         -EINVAL);
        assert_string_equal(err.text, rows[i].words);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
        assert_null(json);
    }
}

static void parse_keeps_to_the_limits(void **state)
{
    size_t n = (size_t)100 << 20;
    char *deep = malloc(n);
    struct vif_error err = {0};
    auto_json json_t *json = NULL;

    (void)state;
    assert_non_null(deep);
    memset(deep, '[', n);
    assert_int_equal(json_text_parse(deep, n, LIMIT_DOCUMENT_BYTES, &json, &err), -EINVAL);
    assert_string_equal(err.text, "line 1 column 65: nested deeper than 64 levels (byte 65)");
    free(deep);
    assert_int_equal(json_text_parse("[1,2]", 5, 4, &json, &err), -EINVAL);
    assert_string_equal(err.text, "larger than 4 bytes");
    assert_int_equal(json_text_parse(" [1] ", 5, 5, &json, &err), 0);
    assert_int_equal(json_array_size(json), 1);
}

struct seen {
    char text[256];
    int stop_at;
    int count;
};

static int see(void *data, const char *where, json_t *json, struct vif_error *err)
{
    struct seen *seen = data;
    size_t n = strlen(seen->text);

    (void)err;
    (void)snprintf(seen->text + n, sizeof seen->text - n, "<%s:%zu>", where,
                   json_is_array(json) ? json_array_size(json) : json_object_size(json));
    return ++seen->count == seen->stop_at ? -EBUSY : 0;
}

static int see_each(const char *text, struct seen *seen, struct vif_error *err)
{
    *err = (struct vif_error){0};
    *seen = (struct seen){.stop_at = seen->stop_at};
    return json_text_each(text, strlen(text), LARGE, see, seen, err);
}

static void each_cuts_texts(void **state)
{
    struct seen seen = {0};
    struct vif_error err;

    (void)state;
    assert_int_equal(see_each("{\"a\":1}\n", &seen, &err), 0);
    assert_string_equal(seen.text, "<:1>");
    assert_int_equal(see_each("{}\n[1,2]\n\n{\"a\":1}", &seen, &err), 0);
    assert_string_equal(seen.text, "<text 1:0><text 2:2><text 3:1>");
    assert_int_equal(see_each("{}[1]", &seen, &err), 0);
    assert_string_equal(seen.text, "<text 1:0><text 2:1>");
    seen.stop_at = 2;
    assert_int_equal(see_each("{}{}{}", &seen, &err), -EBUSY);
    assert_int_equal(seen.count, 2);
}

static void each_says_where_it_went_wrong(void **state)
{
    static const struct {
        const char *text;
        const char *words;
        int count;
    } rows[] = {
        {" ", "empty: expected an object or a list", 0},
        {"{}\n{}\n{\"a\":", "ends in the middle of a JSON text", 2},
        {"{}\n{},\n{}", "line 2 column 3: expected an object or a list", 2},
        {"{}\n{}\n  {\"a\" 1}", "line 3 column 8: ':' expected near '1'", 2},
        {"{} {\"a\" 1}", "line 1 column 9: ':' expected near '1'", 1},
        {"{}\n}", "line 2 column 1: expected an object or a list", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen seen = {0};
        struct vif_error err;

        assert_int_equal(see_each(rows[i].text, &seen, &err), -EINVAL);
        assert_string_equal(err.text, rows[i].words);
        assert_int_equal(seen.count, rows[i].count);
    }
}

static void path_is_written(void **state)
{
    struct json_path root = {.key = "vif.json"};
    struct json_path element = {.up = &root, .index = 3};
    struct json_path key = {.up = &element, .key = "a/b~c\x1b\x7f"};
    struct json_path nameless = {.key = ""};
    struct json_path below = {.up = &nameless, .key = "vif"};
    char text[JSON_PATH_TEXT_MAX];
    struct vif_error err = {0};

    (void)state;
    json_path_text(&root, text);
    assert_string_equal(text, "vif.json");
    json_path_text(&key, text);
    assert_string_equal(text, "vif.json: /3/a~1b~0c??");
    json_path_text(&below, text);
    assert_string_equal(text, "/vif");
    assert_int_equal(json_path_error(&below, &err, "is %d", 5), -EINVAL);
    assert_string_equal(err.text, "/vif: is 5");
    assert_int_equal(json_path_error(&nameless, &err, "is %d", 5), -EINVAL);
    assert_string_equal(err.text, "is 5");
}

static void path_goes_on_from_a_place(void **state)
{
    static const char *const rows[][2] = {
        {"vif.json: /12", "vif.json: /12/vif"},
        {": /0", ": /0/vif"},
        {"vif.json: /", "vif.json: /: /vif"},
        {"a /3", "a /3: /vif"},
        {"3", "3: /vif"},
        {"/3", "/3: /vif"},
        {"a: /3x", "a: /3x: /vif"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json_path root = {.key = rows[i][0]};
        struct json_path below = {.up = &root, .key = "vif"};
        char text[JSON_PATH_TEXT_MAX];

        json_path_text(&root, text);
        assert_string_equal(text, rows[i][0]);
        json_path_text(&below, text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void long_path_keeps_its_end(void **state)
{
    char long_key[1000];
    struct json_path root = {.key = "vif.json"};
    struct json_path key = {.up = &root, .key = long_key};
    struct json_path last = {.up = &key, .key = "mtu"};
    struct json_path name = {.key = long_key};
    char text[JSON_PATH_TEXT_MAX];

    (void)state;
    memset(long_key, 'x', sizeof long_key);
    long_key[sizeof long_key - 1] = '\0';
    json_path_text(&last, text);
    assert_int_equal(strlen(text), JSON_PATH_TEXT_MAX - 1);
    assert_memory_equal(text, "...xxx", 6);
    assert_string_equal(text + strlen(text) - 5, "x/mtu");

    for (size_t i = 0; i + 2 < sizeof long_key; i += 2)
        memcpy(long_key + i, "\xc3\xa4", 2);
    long_key[sizeof long_key - 1] = '\0';
    json_path_text(&name, text);
    assert_memory_equal(text, "...\xc3\xa4", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan_finds_the_end),
        cmocka_unit_test(scan_goes_on_where_it_stopped),
        cmocka_unit_test(scan_tells_garbage_and_limits),
        cmocka_unit_test(parse_refuses),
        cmocka_unit_test(parse_keeps_to_the_limits),
        cmocka_unit_test(each_cuts_texts),
        cmocka_unit_test(each_says_where_it_went_wrong),
        cmocka_unit_test(path_is_written),
        cmocka_unit_test(path_goes_on_from_a_place),
        cmocka_unit_test(long_path_keeps_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
