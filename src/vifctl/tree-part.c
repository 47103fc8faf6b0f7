/* SPDX-License-Identifier: Apache-2.0 */
/* One part of a tree, in words: what it is, its state, and below that what matters of it. */
#include <stdio.h>
#include <string.h>

#include "vifctl/colour.h"
#include "vifctl/tree.h"

/* What stands around name, kind and reason at most: "  " and "  up, no carrier: ". */
#define REASON_SPACE 20

/* ---- lines ---- */

const char *tree_stem(const struct tree *tree, bool more)
{
    if (!more)
        return "   ";
    return tree->utf8 ? "│  " : "|  ";
}

const char *tree_branch(const struct tree *tree, const struct vif_edge *edge, bool more)
{
    bool twin = strcmp(edge->kind, "pair") == 0 || strcmp(edge->kind, "patch") == 0;
    static const char *const utf8[] = {"└─ ", "├─ ", "╘═ ", "╞═ ", "└┄ ", "├┄ "};
    static const char *const ascii[] = {"`- ", "|- ", "`= ", "|= ", "`. ", "|. "};
    size_t i = (edge->missing ? 4 : twin ? 2 : 0) + (more ? 1 : 0);

    return tree->utf8 ? utf8[i] : ascii[i];
}

void tree_say(struct tree *tree, const char *text)
{
    text_add_bytes(&tree->line, text, strlen(text));
}

void tree_print_line(struct tree *tree)
{
    struct text *line = &tree->line;

    while (line->n && line->data[line->n - 1] == ' ')
        line->n--;
    printf("%.*s\n", (int)line->n, line->n ? line->data : "");
    line->n = 0;
}

/* Details: items with ", " between them, on as many lines as they need. */
struct details {
    struct tree *tree;
    struct text item;
    bool more; /* the part has others below it */
    bool begun;
};

static void begin_line(const struct details *details)
{
    struct tree *tree = details->tree;

    text_add_bytes(&tree->line, tree->before.data, tree->before.n);
    tree_say(tree, tree_stem(tree, details->more));
}

static void end_details(struct details *details)
{
    if (details->begun)
        tree_print_line(details->tree);
    details->begun = false;
}

static void add_detail(struct details *details)
{
    struct tree *tree = details->tree;
    struct text *item = &details->item;
    size_t width = plain_width(tree->line.data, tree->line.n) + plain_width(item->data, item->n);

    if (!item->n)
        return;
    if (details->begun && width + 3 > tree->width) {
        tree_say(tree, ",");
        end_details(details);
    }
    if (!details->begun)
        begin_line(details);
    else
        tree_say(tree, ", ");
    text_add_bytes(&tree->line, item->data, item->n);
    details->begun = true;
    item->n = 0;
}

/* ---- words ---- */

static const char *attribute(const struct vif_part *part, const char *key)
{
    for (size_t i = 0; i < part->n_attributes; i++)
        if (strcmp(part->attributes[i].key, key) == 0)
            return part->attributes[i].value;
    return NULL;
}

static const char *words_of_kind(const char *kind)
{
    static const char *const words[][2] = {
        {"linux-bridge", "Linux bridge"}, {"bridge", "Open vSwitch bridge"},
        {"patch", "patch port"},          {"vhost-user", "vhost-user socket"},
        {"dpdk", "DPDK device"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], kind) == 0)
            return words[i][1];
    return kind;
}

/* What a state means to a person, and how bad it is. */
static const struct state {
    const char *word, *words;
    enum colour colour;
} states[] = {
    {"missing", "missing", COLOUR_RED},
    {"failed", "failed", COLOUR_RED},
    {"unplugged", "unplugged", COLOUR_RED},
    {"down", "down", COLOUR_YELLOW},
    {"no-carrier", "up, no carrier", COLOUR_YELLOW},
    {"pending", "pending: ovs-vswitchd has not taken it up", COLOUR_YELLOW},
    {"waiting", "waiting for its network device", COLOUR_YELLOW},
    {"unconnected", "unconnected: it has no port", COLOUR_YELLOW},
    {"listening", "listening, not connected", COLOUR_YELLOW},
    {"disconnected", "nobody listens", COLOUR_YELLOW},
};

void tree_say_state(struct tree *tree, const char *state, const char *detail)
{
    enum colour colour = COLOUR_PLAIN;
    const char *words = state;

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].word, state) == 0) {
            words = states[i].words;
            colour = states[i].colour;
        }
    if (!tree->colour)
        colour = COLOUR_PLAIN;
    text_add(&tree->line, "  %s%s%s", colour == COLOUR_PLAIN ? "" : colour_sequence(colour), words,
             detail ? ": " : "");
    if (detail)
        plain_add(&tree->line, detail, tree->utf8);
    tree_say(tree, colour == COLOUR_PLAIN ? "" : colour_sequence(COLOUR_PLAIN));
}

void tree_say_pair(struct tree *tree, const char *key, const char *value)
{
    if (!value || !value[0])
        return;
    text_add(&tree->line, "  %s ", key);
    plain_add(&tree->line, value, tree->utf8);
}

/* ---- a part ---- */

/* What stands in the part's own line. */
static const char *const in_line[] = {"ofport", "tag", "vlan_mode", "trunks", "datapath_type"};

static bool is_counter(const char *key)
{
    return strncmp(key, "rx_", 3) == 0 || strncmp(key, "tx_", 3) == 0;
}

/* Why a part is in a bad state, as far as the state does not say it all. */
static const char *reason(const struct vif_part *part)
{
    if (strcmp(part->kind, "tap") == 0 && strcmp(part->state, "no-carrier") == 0)
        return "no process has it open";
    return strcmp(part->state, "waiting") == 0 ? NULL : attribute(part, "error");
}

static void say_head(struct tree *tree, const struct vif_part *part, const struct vif_edge *edge,
                     const char *why)
{
    plain_add(&tree->line, part->name, tree->utf8);
    text_add(&tree->line, "  %s", words_of_kind(part->kind));
    if (part->state[0])
        tree_say_state(tree, part->state, why);
    for (size_t i = 0; i < sizeof in_line / sizeof in_line[0]; i++)
        tree_say_pair(tree, in_line[i], attribute(part, in_line[i]));
    if (edge && edge->missing && !vif_drawing_part(tree->drawing, edge->from)->missing &&
        !vif_drawing_part(tree->drawing, edge->to)->missing)
        tree_say(tree, "  (not joined)");
    tree_print_line(tree);
}

/* What is said elsewhere: by the part's line, or by its state. */
static bool is_said(const struct vif_part *part, const struct vif_attribute *attribute)
{
    static const char *const by_state[] = {"error", "link_state", "exists", "listening", "status"};

    for (size_t i = 0; i < sizeof in_line / sizeof in_line[0]; i++)
        if (strcmp(in_line[i], attribute->key) == 0)
            return true;
    for (size_t i = 0; i < sizeof by_state / sizeof by_state[0]; i++)
        if (strcmp(by_state[i], attribute->key) == 0)
            return true;
    return is_counter(attribute->key) || strcmp(attribute->value, part->name) == 0;
}

static void add_attribute(struct details *details, const struct vif_attribute *attribute)
{
    const struct tree *tree = details->tree;
    const struct vif_drawn *vif = vif_drawing_vif(tree->drawing, tree->vif);
    const struct {
        const char *key, *own, *words;
    } of_vif[] = {
        {"owner", vif->id, "this VIF"},
        {"iface_id", vif->id, "this VIF"},
        {"attached_mac", vif->address, "this address"},
        {"vm_uuid", vif->instance, "this instance"},
    };
    const char *value = attribute->value ? attribute->value : "";

    for (size_t i = 0; i < sizeof of_vif / sizeof of_vif[0]; i++)
        if (strcmp(of_vif[i].key, attribute->key) == 0 && strcmp(of_vif[i].own, value) == 0)
            value = of_vif[i].words;
    text_add(&details->item, "%s", attribute->key);
    if (strcmp(value, "yes") != 0) {
        text_add(&details->item, " ");
        plain_add(&details->item, value, tree->utf8);
    }
    add_detail(details);
}

/* "rx 10 packets 840 bytes 1 dropped": errors and drops only where there are any. */
static void add_counters(struct details *details, const struct vif_part *part, const char *way)
{
    static const char *const words[] = {"packets", "bytes", "errors", "dropped"};
    bool any = false;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char key[16];
        const char *value;

        (void)snprintf(key, sizeof key, "%s_%s", way, words[i]);
        value = attribute(part, key);
        if (!value || (i > 1 && strcmp(value, "0") == 0))
            continue;
        text_add(&details->item, "%s %s %s", any ? "" : way, value, words[i]);
        any = true;
    }
    add_detail(details);
}

void tree_print_part(struct tree *tree, size_t index, const struct vif_edge *edge, bool more)
{
    const struct vif_part *part = vif_drawing_part(tree->drawing, index);
    struct details details = {.tree = tree, .more = more};
    const char *why = reason(part), *below = NULL;
    size_t width = plain_width(tree->line.data, tree->line.n) + strlen(part->name) +
                   strlen(words_of_kind(part->kind)) + REASON_SPACE;

    if (why && width + strlen(why) > tree->width) { /* it gets a line of its own */
        below = why;
        why = NULL;
    }
    say_head(tree, part, edge, why);
    if (below)
        plain_add(&details.item, below, tree->utf8);
    add_detail(&details);
    end_details(&details);
    for (size_t i = 0; i < part->n_attributes; i++)
        if (!is_said(part, &part->attributes[i]))
            add_attribute(&details, &part->attributes[i]);
    end_details(&details);
    add_counters(&details, part, "rx");
    add_counters(&details, part, "tx");
    end_details(&details);
    tree->line.failed |= details.item.failed;
    text_done(&details.item);
}
