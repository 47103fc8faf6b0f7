/* SPDX-License-Identifier: Apache-2.0 */
/* The list of differences and its words, ovs-vswitchd's complaints about rows that are as they
 * should be, and what is shown beside them. */
#include "plan/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pool.h"
#include "plan/plan-internal.h"

void diff_done(struct differences *differences)
{
    for (size_t i = 0; i < differences->n; i++)
        free(differences->texts[i]);
    free(differences->texts);
    free(differences->items);
    *differences = (struct differences){0};
}

/* Copies 'text' to '*at' and moves that behind it. */
static const char *put(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    const char *start = memcpy(*at, text, n);

    *at += n;
    return start;
}

void diff_add(struct differences *differences, char sign, const char *kind, const char *name,
              const char *attribute, const char *is, const char *should)
{
    auto_free char *texts = NULL;
    char *at;

    if (!differences)
        return;
    at = texts =
        malloc(strlen(kind) + strlen(name) + strlen(attribute) + strlen(is) + strlen(should) + 5);
    if (!texts || !array_grow(differences->items, differences->n, differences->room, 1) ||
        !array_grow(differences->texts, differences->n, differences->texts_room, 1)) {
        differences->failed = true;
        return;
    }
    at += sprintf(at, "%s %s", kind, name) + 1;
    differences->items[differences->n] = (struct vif_difference){
        .sign = sign,
        .part = texts,
        .attribute = put(&at, attribute),
        .is = put(&at, is),
        .should = put(&at, should),
    };
    differences->texts[differences->n++] = take_ptr(texts);
    differences->counted += sign != ' ';
}

void diff_add_part(struct differences *differences, char sign, const char *kind, const char *name,
                   const char *format, ...)
{
    char more[LIMIT_IFNAME + VIF_OVS_TYPE_SIZE + 24];
    va_list ap;

    if (!differences)
        return;
    va_start(ap, format);
    (void)vsnprintf(more, sizeof more, format, ap);
    va_end(ap);
    diff_add(differences, sign, kind, name, "", sign == '-' ? more : "", sign == '-' ? "" : more);
}

void diff_add_number(struct differences *differences, char sign, const char *kind, const char *name,
                     const char *attribute, int64_t is, int64_t should)
{
    char is_text[24] = "", should_text[24] = "";

    if (!differences)
        return;
    if (is >= 0)
        (void)snprintf(is_text, sizeof is_text, "%" PRId64, is);
    if (should >= 0)
        (void)snprintf(should_text, sizeof should_text, "%" PRId64, should);
    diff_add(differences, sign, kind, name, attribute, is_text, should_text);
}

/* ---- words ---- */

static void add_more(const char *between, const char *words, struct text *text)
{
    if (words[0])
        text_add(text, "%s%s", between, words);
}

void diff_words(const struct vif_difference *difference, bool verdict, struct text *text)
{
    const char *is = difference->is, *should = difference->should;

    text_add(text, "%c %s", difference->sign, difference->part);
    switch (difference->sign) {
    case '+':
        add_more(" ", should, text);
        add_more(": ", verdict ? "missing" : "", text);
        break;
    case '-':
        add_more(", ", is, text);
        add_more(": ", verdict ? "in the way" : "", text);
        break;
    case '!':
        add_more(": ", is, text);
        break;
    default:
        text_add(text, "%s%s", is[0] ? ": " : ": no ", difference->attribute);
        add_more(" ", is, text);
        if (difference->sign == ' ')
            add_more(", at creation ", should, text);
        else
            add_more(", should be ", should[0] ? should : "none", text);
        break;
    }
}

void diff_lines(const struct differences *differences, struct text *text)
{
    for (size_t i = 0; i < differences->n; i++) {
        size_t start = text->n;

        if (!strchr("+-~", differences->items[i].sign))
            continue;
        diff_words(&differences->items[i], false, text);
        for (size_t k = start; k < text->n; k++) /* values may move a terminal's cursor */
            if (text->data[k] < ' ' || text->data[k] > '~')
                text->data[k] = '?';
        text_add(text, "\n");
    }
    text->failed |= differences->failed;
}

/* ---- complaints ---- */

/* A bridge whose own port has no number could not be created. */
static bool bridge_complaint(const struct observed *observed, const char *name,
                             struct differences *differences)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&observed->db, name);
    const struct vswitch_interface *own = vswitch_find_interface(&observed->db, name);
    char words[VIF_ERROR_TEXT_MAX];

    if (!there || !own || own->ofport > 0)
        return false;
    (void)snprintf(words, sizeof words,
                   "ovs-vswitchd has not made it (datapath_type %s)%s%s; its log says why",
                   attribute_type(there->datapath_type), own->error ? ": " : "",
                   own->error ? own->error : "");
    diff_add(differences, '!', "bridge", name, "error", words, "");
    return true;
}

/* Ports without their bridge cannot work either, and ports whose device is missing wait for it, or
 * the plan creates it. */
static bool port_complaint(const struct observed *observed, const struct vif_wiring_port *port,
                           struct differences *differences)
{
    const struct vswitch_port *there = vswitch_find_port(&observed->db, port->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&observed->db, port->name);
    const char *words = "ovs-vswitchd has not made it; its log may say why";

    if (!port->create || !there || !interface || interface->ofport > 0 ||
        (port->link[0] && !observed_link(observed, port->link)) ||
        bridge_complaint(observed, there->bridge, NULL))
        return false;
    if (interface->error)
        words = interface->error;
    else if (interface->ofport == 0)
        words = "ovs-vswitchd has not taken it up";
    diff_add(differences, '!', "port", port->name, "error", words, "");
    return true;
}

static bool add_complaints(const struct vif_wiring *wiring, const struct observed *observed,
                           struct differences *differences)
{
    bool any = false;

    for (size_t i = 0; i < wiring->n_bridges; i++)
        if (wiring->bridges[i].create)
            any |= bridge_complaint(observed, wiring->bridges[i].name, differences);
    for (size_t i = 0; i < wiring->n_ports; i++)
        any |= port_complaint(observed, &wiring->ports[i], differences);
    return any;
}

bool diff_complains(const struct vif_wiring *wiring, const struct observed *observed)
{
    return add_complaints(wiring, observed, NULL);
}

/* ---- what does not count ---- */

/* The entries of 'there' that are not ours. */
static void show_map(struct differences *differences, const char *name, const char *column,
                     const struct vif_map *there, const struct vif_map *ours,
                     const struct vif_map *unwanted)
{
    for (size_t i = 0; i < there->n; i++) {
        const struct vif_map_entry *entry = &there->entries[i];
        char attribute[ATTRIBUTE_MAX];

        if (strmap_get(ours, entry->key) || strmap_get(unwanted, entry->key))
            continue;
        (void)snprintf(attribute, sizeof attribute, "%s:%s", column, entry->key);
        diff_add(differences, ' ', "interface", name, attribute, entry->value, "");
    }
}

/* What a port got when it was created; an agent may have changed it since. */
static const char *at_creation(const struct vif_wiring_port *port, const char *key)
{
    if (strcmp(key, "qos") == 0)
        return port->qos_type;
    if (strcmp(key, "tag") == 0 && (port->isolate || port->dead_tag))
        return "4095";
    if (strcmp(key, "trunks") == 0 && port->isolate)
        return "4095";
    if (strcmp(key, "vlan_mode") == 0 && port->isolate)
        return "trunk";
    return "";
}

static void show_port(const struct observed *observed, const struct vif_wiring_port *port,
                      struct differences *to)
{
    const struct vswitch_port *there = vswitch_find_port(&observed->db, port->name);
    const struct vswitch_interface *row = vswitch_find_interface(&observed->db, port->name);

    if (!port->create || !there || !row)
        return;
    for (size_t i = 0; i < there->details.n; i++) {
        const struct vif_map_entry *entry = &there->details.entries[i];
        const char *first = at_creation(port, entry->key);

        diff_add(to, ' ', "port", port->name, entry->key, entry->value,
                 strcmp(first, entry->value) == 0 ? "" : first);
    }
    if (row->ofport > 0)
        diff_add_number(to, ' ', "interface", port->name, "ofport", row->ofport, -1);
    if (row->ofport_request && !plan_is_reopen_request(row->ofport_request))
        diff_add_number(to, ' ', "interface", port->name, "ofport_request", row->ofport_request,
                        -1);
    if (row->mtu_request && !port->mtu_request)
        diff_add_number(to, ' ', "interface", port->name, "mtu_request", row->mtu_request, -1);
    show_map(to, port->name, "external_ids", &row->external_ids, &port->ids, &port->drop_ids);
    show_map(to, port->name, "options", &row->options, &port->options, &port->drop_options);
}

int diff_complete(const struct vif_wiring *wiring, const struct observed *observed, bool complaints,
                  struct differences *differences, struct vif_error *err)
{
    if (complaints && observed->db.cur_cfg >= observed->db.next_cfg)
        (void)add_complaints(wiring, observed, differences);
    for (size_t i = 0; i < wiring->n_links; i++)
        plan_show_link(observed, &wiring->links[i], differences);
    for (size_t i = 0; i < wiring->n_ports; i++)
        show_port(observed, &wiring->ports[i], differences);
    return differences->failed ? error_memory(err) : 0;
}
