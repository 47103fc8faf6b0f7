/* SPDX-License-Identifier: Apache-2.0 */
/* data/io.vifd.varlink says what the table of operations says: each declaration that follows from
 * the tables is in the text, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "libvif/op.h"
#include "vifd/server.h"

#define MOST 128

/* Declarations without white space: "typeWait(none,vswitchd,ovn,ml2)". */
struct declarations {
    char *items[MOST];
    size_t n;
};

static void add(struct declarations *to, struct text *text)
{
    char *item = text_take(text);

    assert_non_null(item);
    for (size_t i = 0; i < to->n; i++)
        if (strcmp(to->items[i], item) == 0) {
            free(item);
            return;
        }
    assert_true(to->n < MOST);
    to->items[to->n++] = item;
}

static void done(struct declarations *declarations)
{
    for (size_t i = 0; i < declarations->n; i++)
        free(declarations->items[i]);
}

/* ---- of the text ---- */

static bool begins_one(const char *line)
{
    static const char *const words[] = {"interface ", "type ", "method ", "error "};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(line, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void read_text(const char *text, struct declarations *to)
{
    struct text one = {0};

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t n = strcspn(line, "#\n");

        if (begins_one(line) && one.n)
            add(to, &one);
        for (size_t i = 0; i < n; i++)
            if (line[i] != ' ' && line[i] != '\t')
                text_add_bytes(&one, &line[i], 1);
    }
    add(to, &one);
}

/* ---- of the tables ---- */

static void declare_table(const struct record_table *table, struct declarations *to);

static void declare_words(const struct record_words *words, struct declarations *to)
{
    struct text text = {0};
    bool first = true;

    text_add(&text, "type%s(", words->name);
    for (int i = 0; i < words->n; i++, first = false)
        text_add(&text, "%s%s", first ? "" : ",", words->words[i]);
    text_add(&text, ")");
    add(to, &text);
}

static void add_type(struct text *text, const struct record_field *field, struct declarations *to)
{
    switch (field->type) {
    case RECORD_TEXT:
    case RECORD_LINE:
    case RECORD_WORD:
    case RECORD_STRING:
    case RECORD_SIGN:
        text_add(text, "string");
        break;
    case RECORD_ENUM:
        text_add(text, "%s", field->words->name ? field->words->name : "string");
        if (field->words->name)
            declare_words(field->words, to);
        break;
    case RECORD_BOOL:
        text_add(text, "bool");
        break;
    case RECORD_INT:
    case RECORD_INDEX:
        text_add(text, "int");
        break;
    case RECORD_LINES:
    case RECORD_TEXTS:
        text_add(text, "[]string");
        break;
    case RECORD_RAW_LIST:
    case RECORD_DOCUMENTS:
        text_add(text, "[]object");
        break;
    case RECORD_PAGE:
        text_add(text, "object");
        break;
    case RECORD_ERROR:
        text_add(text, "Failure");
        break;
    case RECORD_OBJECT:
        text_add(text, "%s", field->table->name);
        declare_table(field->table, to);
        break;
    case RECORD_LIST:
        text_add(text, "[]%s", field->table->name);
        declare_table(field->table, to);
        break;
    case RECORD_MEMBERS:
        text_add(text, "[string]object");
        break;
    }
}

static void add_fields(struct text *text, const struct record_table *table, struct declarations *to)
{
    text_add(text, "(");
    for (size_t i = 0; i < table->n; i++) {
        text_add(text, "%s%s:%s", i ? "," : "", table->fields[i].name,
                 table->fields[i].optional ? "?" : "");
        add_type(text, &table->fields[i], to);
    }
    text_add(text, ")");
}

static void declare_table(const struct record_table *table, struct declarations *to)
{
    struct text text = {0};

    text_add(&text, "type%s", table->name);
    add_fields(&text, table, to);
    add(to, &text);
}

static void declare_op(const struct op *op, struct declarations *to)
{
    struct text text = {0};

    text_add(&text, "method%s", op->name);
    add_fields(&text, op->parameters, to);
    text_add(&text, "->");
    add_fields(&text, op->reply, to);
    add(to, &text);
}

static void declare_others(struct declarations *to)
{
    struct text text = {0};

    text_add(&text, "interfaceio.vifd");
    add(to, &text);
    text_add(&text, "typeFailure(kind:string,text:string)");
    add(to, &text);
    for (int kind = VIF_ERROR_NONE + 1; kind < VIF_ERROR_DAEMON_UNREACHABLE; kind++) {
        text_add(&text, "error%s(text:string,results:?[]Result)",
                 vif_error_kind_name((enum vif_error_kind)kind));
        add(to, &text);
    }
}

static void compare(const struct declarations *has, const struct declarations *wants,
                    const char *words)
{
    for (size_t i = 0; i < wants->n; i++) {
        size_t k = 0;

        while (k < has->n && strcmp(has->items[k], wants->items[i]) != 0)
            k++;
        if (k == has->n)
            fail_msg("%s: %s", words, wants->items[i]);
    }
}

static void the_text_says_what_the_tables_say(void **state)
{
    struct declarations text = {.n = 0}, tables = {.n = 0};

    (void)state;
    read_text(vifd_interface_text, &text);
    for (size_t i = 0; ops[i]; i++)
        declare_op(ops[i], &tables);
    declare_others(&tables);
    compare(&text, &tables, "not in data/io.vifd.varlink");
    compare(&tables, &text, "not in the tables");
    done(&text);
    done(&tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_says_what_the_tables_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
