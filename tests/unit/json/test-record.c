/* SPDX-License-Identifier: Apache-2.0 */
/* Reading records that a peer sent, good and bad, and without memory; writing them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <vif/vif.h>

#include "base/limits.h"
#include "failing-alloc.h"
#include "json/json-text.h"
#include "json/record.h"

struct inner {
    const char *word;
};

struct outer {
    const char *text, *line, *word, *string, *lines, *list_text, *page;
    const char *const *texts;
    char sign;
    enum { RED, GREEN, BLUE } colour;
    int flag;
    int64_t number;
    size_t index;
    struct record_documents documents;
    const struct vif_error *error;
    const struct inner *object;
    const struct record_list *list, *members;
};

static const struct record_field inner_fields[] = {
    {.name = "word", .type = RECORD_WORD, .offset = offsetof(struct inner, word)},
};
static const struct record_table inner_table = {RECORD_TABLE(NULL, inner_fields, struct inner)};

static const char *const colour_words[] = {"red", "green", "blue"};
static const struct record_words colours = {NULL, colour_words, 3};

#define FIELD(field, of_type)                                                                      \
    {                                                                                              \
        .name = #field, .type = RECORD_##of_type, .optional = true,                                \
        .offset = offsetof(struct outer, field), .min = -5, .max = 100, .none = -1,                \
        .words = &colours, .table = &inner_table                                                   \
    }

static const struct record_field outer_fields[] = {
    {.name = "text", .type = RECORD_TEXT, .offset = offsetof(struct outer, text)},
    FIELD(line, LINE),
    FIELD(word, WORD),
    FIELD(string, STRING),
    FIELD(sign, SIGN),
    FIELD(colour, ENUM),
    FIELD(lines, LINES),
    FIELD(texts, TEXTS),
    FIELD(list_text, RAW_LIST),
    FIELD(page, PAGE),
    FIELD(flag, BOOL),
    FIELD(number, INT),
    FIELD(index, INDEX),
    FIELD(documents, DOCUMENTS),
    FIELD(error, ERROR),
    FIELD(object, OBJECT),
    FIELD(list, LIST),
    FIELD(members, MEMBERS),
};

static const char *outer_fault(const void *record)
{
    const struct outer *outer = record;

    return outer->number == 13 ? "nobody wants this number" : NULL;
}

static const struct record_table outer_table = {RECORD_TABLE(NULL, outer_fields, struct outer),
                                                .fault = outer_fault};

/* ' stands for ". */
static json_t *parse(const char *text)
{
    char copy[1024];
    json_t *json = NULL;
    struct vif_error err = {0};

    assert_true(strlen(text) < sizeof copy);
    (void)strcpy(copy, text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    if (json_text_parse(copy, strlen(copy), LIMIT_DOCUMENT_BYTES, &json, &err) < 0)
        fail_msg("%s: %s", copy, err.text);
    return json;
}

#define ALL                                                                                        \
    "{'new':[{}],'text':'a\\nb','line':'a\\nb\\u007f\xc3\xa4','word':'br-int_2.x:y',"              \
    "'string':'s','sign':'~','colour':'green','texts':['x','y'],'documents':[7],"                  \
    "'error':{'kind':'Conflict','text':'no\\nway'},"                                               \
    "'lines':['one','two\\nthree',''],'list_text':[{'b':1,'a':'\xc3\xa4'}],'page':{'k':[]},"       \
    "'flag':true,'number':-5,'index':7,'object':{'word':'w','more':1},"                            \
    "'list':[{'word':'x'},{'word':''}],'members':{'b':'\\u0001','a:1':-3}}"

static int read_outer(const char *text, struct pool *pool, struct outer *outer,
                      struct vif_error *err)
{
    const struct json_path root = {.key = ""};
    auto_json json_t *json = parse(text);

    return record_read(&outer_table, json, &root, pool, outer, err);
}

static void check_all(const struct outer *outer)
{
    const struct inner *items = outer->list->items;
    const struct record_member *members = outer->members->items;

    assert_string_equal(outer->text, "a\nb");
    assert_string_equal(outer->line, "a b \xc3\xa4");
    assert_string_equal(outer->word, "br-int_2.x:y");
    assert_string_equal(outer->string, "s");
    assert_int_equal(outer->sign, '~');
    assert_int_equal(outer->colour, GREEN);
    assert_string_equal(outer->texts[1], "y");
    assert_null(outer->texts[2]);
    assert_non_null(outer->documents.list);
    assert_int_equal(outer->error->kind, VIF_ERROR_CONFLICT);
    assert_string_equal(outer->error->text, "no way");
    assert_string_equal(outer->lines, "one\ntwo three\n\n");
    assert_string_equal(outer->list_text, "[{\"b\":1,\"a\":\"\xc3\xa4\"}]");
    assert_string_equal(outer->page, "{\n  \"k\": []\n}");
    assert_int_equal(outer->flag, 1);
    assert_int_equal(outer->number, -5);
    assert_int_equal(outer->index, 7);
    assert_string_equal(outer->object->word, "w");
    assert_int_equal(outer->list->n, 2);
    assert_string_equal(items[0].word, "x");
    assert_string_equal(items[1].word, "");
    assert_int_equal(outer->members->n, 2);
    assert_string_equal(members[0].key, "b");
    assert_string_equal(members[0].value, "\x01");
    assert_int_equal(members[0].is_number, 0);
    assert_string_equal(members[1].key, "a:1");
    assert_string_equal(members[1].value, "-3");
    assert_int_equal(members[1].is_number, 1);
}

static void all_of_them(void **state)
{
    struct outer outer = {0};
    struct pool pool = {0};

    (void)state;
    assert_int_equal(read_outer(ALL, &pool, &outer, NULL), 0);
    check_all(&outer);
    pool_done(&pool);
}

static void what_is_absent(void **state)
{
    static const char *const texts[] = {
        "{'text':''}",
        "{'text':'','line':null,'word':null,'lines':null,'list_text':null,'page':null,'flag':null,"
        "'number':null,'index':null,'object':null,'list':null,'members':null,'texts':null,"
        "'string':null,'sign':null,'colour':null,'documents':null,'error':null}",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct outer outer = {0};
        struct pool pool = {0};

        assert_int_equal(read_outer(texts[i], &pool, &outer, NULL), 0);
        assert_string_equal(outer.text, "");
        assert_string_equal(outer.line, "");
        assert_string_equal(outer.word, "");
        assert_null(outer.lines);
        assert_null(outer.list_text);
        assert_null(outer.page);
        assert_int_equal(outer.flag, 0);
        assert_int_equal(outer.number, -1);
        assert_true(outer.index == SIZE_MAX);
        assert_null(outer.object);
        assert_null(outer.list);
        assert_null(outer.members);
        assert_null(outer.string);
        assert_null(outer.texts);
        assert_null(outer.error);
        assert_null(outer.documents.list);
        assert_int_equal(outer.sign, 0);
        assert_int_equal((int)outer.colour, -1);
        pool_done(&pool);
    }
}

static void faults(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"[]", "expected an object, got []"},
        {"{}", "/text: missing"},
        {"{'text':null}", "/text: expected a text, got null"},
        {"{'text':5}", "/text: expected a text, got 5"},
        {"{'text':'','line':[]}", "/line: expected a text, got []"},
        {"{'text':'','word':'a b'}", "/word: expected a word, got \"a b\""},
        {"{'text':'','word':'\xc3\xa4'}", "/word: expected a word"},
        {"{'text':'','lines':'x'}", "/lines: expected a list of texts, got \"x\""},
        {"{'text':'','lines':['x',{}]}", "/lines/1: expected a text, got {}"},
        {"{'text':'','list_text':{}}", "/list_text: expected a list, got {}"},
        {"{'text':'','page':[]}", "/page: expected an object, got []"},
        {"{'text':'','flag':1}", "/flag: expected true or false, got 1"},
        {"{'text':'','number':101}", "/number: expected an integer from -5 to 100, got 101"},
        {"{'text':'','number':-6}", "/number: expected an integer from -5 to 100, got -6"},
        {"{'text':'','number':1.0}", "/number: expected an integer from -5 to 100, got 1.0"},
        {"{'text':'','number':13}", "nobody wants this number"},
        {"{'text':'','string':7}", "/string: expected a text, got 7"},
        {"{'text':'','sign':'ab'}", "/sign: expected a sign, got \"ab\""},
        {"{'text':'','sign':'\xc3\xa4'}", "/sign: expected a sign"},
        {"{'text':'','sign':''}", "/sign: expected a sign"},
        {"{'text':'','colour':'pink'}", "/colour: expected a known word, got \"pink\""},
        {"{'text':'','colour':1}", "/colour: expected a known word, got 1"},
        {"{'text':'','texts':['x',{}]}", "/texts/1: expected a text, got {}"},
        {"{'text':'','documents':{}}", "/documents: expected a list, got {}"},
        {"{'text':'','error':'Conflict'}", "/error: expected an object"},
        {"{'text':'','error':{'kind':'Conflict'}}", "/error/text: missing"},
        {"{'text':'','index':-1}", "/index: expected an index, got -1"},
        {"{'text':'','index':'1'}", "/index: expected an index, got \"1\""},
        {"{'text':'','object':[]}", "/object: expected an object, got []"},
        {"{'text':'','object':{}}", "/object/word: missing"},
        {"{'text':'','list':{}}", "/list: expected a list, got {}"},
        {"{'text':'','list':[{'word':'a'},7]}", "/list/1: expected an object, got 7"},
        {"{'text':'','list':[{'word':'a'},{'word':7}]}", "/list/1/word: expected a text, got 7"},
        {"{'text':'','members':[]}", "/members: expected an object, got []"},
        {"{'text':'','members':{'a\\'b':1}}", "expected a word as name"},
        {"{'text':'','members':{'a':1.5}}", "/members/a: expected a text or a whole number"},
        {"{'text':'','members':{'a':null}}", "/members/a: expected a text or a whole number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outer outer = {0};
        struct vif_error err = {0};
        struct pool pool = {0};

        assert_int_equal(read_outer(rows[i].text, &pool, &outer, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
        if (!strstr(err.text, rows[i].words))
            fail_msg("%s: \"%s\" is not in \"%s\"", rows[i].text, rows[i].words, err.text);
        pool_done(&pool);
    }
}

/* What was read is written the same, but for members that no field names. */
static void written_again(void **state)
{
    struct outer outer = {0}, second = {0};
    struct pool pool = {0};
    struct text text = {0};

    (void)state;
    assert_int_equal(read_outer(ALL, &pool, &outer, NULL), 0);
    outer.documents.text = "[7]";
    record_write(&outer_table, &outer, &text);
    assert_false(text.failed);
    assert_null(strstr(text.data, "new"));
    assert_int_equal(read_outer(text.data, &pool, &second, NULL), 0);
    second.documents.text = "[7]";
    text_done(&text);
    assert_string_equal(second.line, outer.line);
    assert_string_equal(second.lines, outer.lines);
    assert_string_equal(second.list_text, outer.list_text);
    assert_string_equal(second.page, outer.page);
    assert_string_equal(second.object->word, "w");
    assert_int_equal(second.members->n, 2);
    pool_done(&pool);
}

static void what_is_absent_is_not_written(void **state)
{
    struct outer outer = {0};
    struct pool pool = {0};
    struct text text = {0};

    (void)state;
    assert_int_equal(read_outer("{'text':'\\u0001'}", &pool, &outer, NULL), 0);
    record_write(&outer_table, &outer, &text);
    assert_string_equal(text.data, "{\"text\":\"\\u0001\"}");
    text_done(&text);
    pool_done(&pool);
    assert_string_equal(record_word(&colours, BLUE), "blue");
    assert_string_equal(record_word(&colours, 3), "unknown");
    assert_string_equal(record_word(&colours, -1), "unknown");
}

/* As parameters of a call: what is not known is a fault, and the bad one is named. */
static void parameters(void **state)
{
    static const struct {
        const char *text, *bad;
    } rows[] = {
        {"{}", "text"},
        {"{'text':null}", "text"},
        {"{'text':'','pink':1}", "pink"},
        {"{'text':'','number':101}", "number"},
        {"{'text':'','number':1.0}", "number"},
        {"{'text':'','flag':0}", "flag"},
        {"{'text':'','texts':['a',1]}", "texts"},
        {"{'text':'','colour':'pink'}", "colour"},
        {"{'text':'','documents':{}}", "documents"},
        {"{'text':'','pink':null,'colour':'blue'}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auto_json json_t *json = parse(rows[i].text);
        struct outer outer = {0};
        struct pool pool = {0};
        const char *bad = NULL;
        int r = record_read_parameters(&outer_table, json, &pool, &outer, &bad);

        assert_int_equal(r, rows[i].bad ? -EINVAL : 0);
        if (rows[i].bad)
            assert_string_equal(bad, rows[i].bad);
        pool_done(&pool);
    }
}

static void without_memory(void **state)
{
    const struct json_path root = {.key = ""};
    auto_json json_t *json = parse(ALL);

    (void)state;
    each_allocation_fails(n, 1) {
        struct outer outer = {0};
        struct vif_error err = {0};
        struct pool pool = {0};
        int r;

        failing_alloc_set(n);
        r = record_read(&outer_table, json, &root, &pool, &outer, &err);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
        if (r == 0)
            check_all(&outer);
        assert_int_equal(err.kind, r ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
        pool_done(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_them),
        cmocka_unit_test(what_is_absent),
        cmocka_unit_test(faults),
        cmocka_unit_test(written_again),
        cmocka_unit_test(what_is_absent_is_not_written),
        cmocka_unit_test(parameters),
        cmocka_unit_test(without_memory),
    };

    failing_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
