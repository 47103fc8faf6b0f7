/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a bridge, as wanted and as present: arrays of nftables' expressions in its JSON,
 * which come back as they were given, so that they can be compared. */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/parse.h"
#include "base/text.h"
#include "kernel/nft.h"

#define TABLE      "\"family\":\"inet\",\"name\":\"vifd\""
#define IN_TABLE   "\"family\":\"inet\",\"table\":\"vifd\""
#define CHAIN      IN_TABLE ",\"name\":\"forward\""
#define IN_CHAIN   IN_TABLE ",\"chain\":\"forward\""
#define CHAIN_KIND "\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"accept\""

#define ACCEPT "{\"accept\":null}"
#define DROP   "{\"drop\":null}"
#define REJECT "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"port-unreachable\"}}"

/* Another program may act between a look and a change; then it is looked at again. */
#define MAX_TRIES 4

/* The rules of one bridge. */
struct wanted {
    const char *bridge;
    json_t *rules; /* an array of the expressions of each */
    bool drops;    /* what no rule accepts */
};

/* What is there of it. */
struct present {
    bool chain;      /* as we make it */
    json_t *rules;   /* as in struct wanted */
    json_t *handles; /* the rules', in the same order */
};

static void wanted_done(struct wanted *wanted)
{
    json_decref(wanted->rules);
}

static void present_done(struct present *present)
{
    json_decref(present->rules);
    json_decref(present->handles);
    *present = (struct present){0};
}

#define auto_wanted  __attribute__((cleanup(wanted_done)))
#define auto_present __attribute__((cleanup(present_done)))
#define auto_text    __attribute__((cleanup(text_done)))

/* An asterisk at the end means any end to nftables, a backslash escapes it, and its own text has
 * no way to say a quotation mark. */
static int check_name(const char *name, struct vif_error *err)
{
    const char *fault = ifname_fault(name);

    if (!fault && strpbrk(name, "*\\\""))
        fault = "has a character that means something else to nftables";
    if (!fault && strcmp(name, "+") == 0)
        fault = "means any interface; \"all\" says that";
    return fault ? error_set(err, VIF_ERROR_INVALID, "interface name \"%s\" %s", name, fault) : 0;
}

static void add_match(struct text *text, const char *key, const char *name)
{
    if (!name)
        return;
    text_add(text,
             "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"%s\"}},\"right\":", key);
    text_add_json(text, name);
    text_add(text, "}},");
}

/* Adds the rule for what comes from 'in' and goes to 'out'; NULL: anything. */
static void add_rule(struct text *text, const char *in, const char *out, const char *verdict)
{
    text_add(text, "%s[", text->n > 1 ? "," : "");
    add_match(text, "iifname", in);
    add_match(text, "oifname", out);
    text_add(text, "%s]", verdict);
}

static bool has_all(const struct vif_wiring_rules *rules)
{
    for (size_t i = 0; i < rules->n_interfaces; i++)
        if (strcmp(rules->interfaces[i], "all") == 0)
            return true;
    return false;
}

static int add_exceptions(struct text *text, const char *bridge, const char *interface,
                          struct vif_error *err)
{
    char pattern[LIMIT_IFNAME];
    size_t n = strlen(interface);
    int r;

    if (n == 0)
        return 0;
    r = check_name(interface, err);
    if (r < 0)
        return r;
    text_copy(pattern, sizeof pattern, interface);
    /* What iptables writes with a plus nftables does with an asterisk. */
    if (pattern[n - 1] == '+')
        pattern[n - 1] = '*';
    add_rule(text, bridge, pattern, ACCEPT);
    add_rule(text, pattern, bridge, ACCEPT);
    return 0;
}

static int add_rules(struct text *text, const struct vif_wiring_rules *rules, struct vif_error *err)
{
    const char *action = rules->drop_action, *bridge = rules->bridge, *verdict = DROP;
    int r = check_name(bridge, err);

    if (strcasecmp(action, "reject") == 0)
        verdict = REJECT;
    else if (r == 0 && action[0] && strcasecmp(action, "drop") != 0)
        r = error_set(err, VIF_ERROR_INVALID, "iptables_drop_action %s: DROP or REJECT", action);
    if (r == 0 && has_all(rules)) {
        add_rule(text, bridge, NULL, ACCEPT);
        add_rule(text, NULL, bridge, ACCEPT);
        return 0;
    }
    for (size_t i = 0; r == 0 && i < rules->n_interfaces; i++)
        r = add_exceptions(text, bridge, rules->interfaces[i], err);
    add_rule(text, bridge, bridge, ACCEPT);
    add_rule(text, bridge, NULL, verdict);
    add_rule(text, NULL, bridge, verdict);
    return r;
}

static int wanted_init(struct wanted *wanted, const struct vif_wiring_rules *rules,
                       struct vif_error *err)
{
    auto_text struct text text = {0};
    int r;

    text_add(&text, "[");
    r = add_rules(&text, rules, err);
    if (r < 0)
        return r;
    text_add(&text, "]");
    wanted->bridge = rules->bridge;
    wanted->drops = !has_all(rules);
    wanted->rules = text.failed ? NULL : json_loadb(text.data, text.n, 0, NULL);
    return wanted->rules ? 0 : error_memory(err);
}

static bool has_text(const json_t *object, const char *key, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text && strcmp(text, wanted) == 0;
}

/* Runs one command that lists, '*ret_list' is the array of what there is. */
static int list(struct nft *nft, const char *command, json_t **ret_list, struct vif_error *err)
{
    json_auto_t *root = NULL;
    const char *output;
    json_t *found;
    int r = nft_run(nft, command, &output, err);

    if (r < 0)
        return r;
    root = json_loads(output, 0, NULL);
    found = json_object_get(root, "nftables");
    if (!json_is_array(found))
        return error_set(err, VIF_ERROR_KERNEL, "nftables: its list is not understood");
    *ret_list = json_incref(found);
    return 0;
}

/* Only a list of all tables is sure not to fail when ours is not there. */
static int has_table(struct nft *nft, struct vif_error *err)
{
    json_auto_t *tables = NULL;
    json_t *entry;
    size_t i;
    int r =
        list(nft, "{\"nftables\":[{\"list\":{\"tables\":{\"family\":\"inet\"}}}]}", &tables, err);

    if (r < 0)
        return r;
    json_array_foreach(tables, i, entry)
    {
        if (has_text(json_object_get(entry, "table"), "name", "vifd"))
            return 1;
    }
    return 0;
}

static bool is_our_chain(const json_t *chain)
{
    const json_t *priority = json_object_get(chain, "prio");

    return has_text(chain, "name", "forward") && has_text(chain, "type", "filter") &&
           has_text(chain, "hook", "forward") && has_text(chain, "policy", "accept") &&
           json_is_integer(priority) && json_integer_value(priority) == 0;
}

static int store_entry(struct present *present, const char *bridge, const json_t *entry)
{
    const json_t *rule = json_object_get(entry, "rule");

    if (is_our_chain(json_object_get(entry, "chain")))
        present->chain = true;
    if (!has_text(rule, "chain", "forward") || !has_text(rule, "comment", bridge))
        return 0;
    if (json_array_append(present->rules, json_object_get(rule, "expr")) < 0 ||
        json_array_append(present->handles, json_object_get(rule, "handle")) < 0)
        return -ENOMEM;
    return 0;
}

static int present_read(struct nft *nft, const char *bridge, struct present *present,
                        struct vif_error *err)
{
    json_auto_t *entries = NULL;
    const json_t *entry;
    size_t i;
    int r;

    present_done(present);
    present->rules = json_array();
    present->handles = json_array();
    if (!present->rules || !present->handles)
        return error_memory(err);
    r = has_table(nft, err);
    if (r > 0)
        r = list(nft, "{\"nftables\":[{\"list\":{\"table\":{" TABLE "}}}]}", &entries, err);
    if (r < 0)
        return r;
    json_array_foreach(entries, i, entry)
    {
        if (store_entry(present, bridge, entry) < 0)
            return error_memory(err);
    }
    return 0;
}

static bool is_as_wanted(const struct present *present, const struct wanted *wanted)
{
    return present->chain && json_equal(present->rules, wanted->rules);
}

static void add_command(struct text *text, const struct wanted *wanted, size_t i)
{
    auto_free char *rule = json_dumps(json_array_get(wanted->rules, i), JSON_COMPACT);

    if (!rule) {
        text->failed = true;
        return;
    }
    text_add(text,
             ",{\"%s\":{\"rule\":{" IN_CHAIN ",\"comment\":", wanted->drops ? "insert" : "add");
    text_add_json(text, wanted->bridge);
    text_add(text, ",\"expr\":%s}}}", rule);
}

/* One transaction: the chain ensured, the rules that are there removed, the wanted ones made. */
static int replace(struct nft *nft, const struct present *present, const struct wanted *wanted,
                   struct vif_error *err)
{
    auto_text struct text text = {0};
    size_t i, n = json_array_size(wanted->rules);
    const json_t *handle;

    text_add(&text, "{\"nftables\":[{\"add\":{\"table\":{" TABLE "}}},"
                    "{\"add\":{\"chain\":{" CHAIN "," CHAIN_KIND "}}}");
    json_array_foreach(present->handles, i, handle)
    {
        text_add(&text, ",{\"delete\":{\"rule\":{" IN_CHAIN ",\"handle\":%lld}}}",
                 (long long)json_integer_value(handle));
    }
    /* Each inserted one comes before those inserted earlier. */
    for (i = 0; i < n; i++)
        add_command(&text, wanted, wanted->drops ? n - 1 - i : i);
    text_add(&text, "]}");
    if (text.failed)
        return error_memory(err);
    return nft_run(nft, text.data, NULL, err);
}

int nft_bridge_rules(struct nft *nft, const struct vif_wiring_rules *rules, bool check,
                     struct vif_error *err)
{
    auto_wanted struct wanted wanted = {0};
    auto_present struct present present = {0};
    struct vif_error words = {0};
    bool changed = false;
    int r = wanted_init(&wanted, rules, err);

    if (r < 0)
        return r;
    /* Looked at again after each change: another program at the same moment would have the rules
     * made twice. */
    for (int tries = 0; r != -ENOMEM && tries < (check ? 1 : MAX_TRIES); tries++) {
        r = present_read(nft, rules->bridge, &present, &words);
        if (r == 0 && is_as_wanted(&present, &wanted))
            return changed ? 0 : 1;
        if (r == 0 && !check)
            r = replace(nft, &present, &wanted, &words);
        changed |= r == 0;
    }
    if (r == 0)
        return 0;
    if (err)
        *err = words;
    return error_prefix(err, r, "rules of %s", rules->bridge);
}
