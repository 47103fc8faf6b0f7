/* SPDX-License-Identifier: Apache-2.0 */
/* The list of leftovers: for programs and as JSON text.  prune.c fills it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "libvif/host.h"
#include "prune/prune.h"

void vif_leftovers_free(struct vif_leftovers *leftovers)
{
    if (!leftovers)
        return;
    for (size_t i = 0; i < leftovers->n; i++) {
        free(leftovers->entries[i].reason);
        free(leftovers->entries[i].steps);
    }
    free(leftovers->entries);
    free(leftovers->transaction);
    free(leftovers->json);
    pool_done(&leftovers->pool);
    free(leftovers);
}

size_t vif_leftovers_count(const struct vif_leftovers *leftovers)
{
    return leftovers->n;
}

const struct vif_leftover *vif_leftovers_get(const struct vif_leftovers *leftovers, size_t i)
{
    return i < leftovers->n ? &leftovers->entries[i].leftover : NULL;
}

const char *vif_leftovers_transaction(const struct vif_leftovers *leftovers)
{
    return leftovers->transaction;
}

int vif_leftovers_status(const struct vif_leftovers *leftovers)
{
    int status = 0;

    for (size_t i = 0; i < leftovers->n; i++) {
        const struct vif_leftover *leftover = &leftovers->entries[i].leftover;
        int own = vif_error_kind_status(leftover->error.kind);

        if (strcmp(leftover->state, "removed") == 0)
            own = -1; /* a success beside failures */
        else if (strcmp(leftover->state, "failed") != 0)
            continue;
        if (status && status != own)
            return vif_error_kind_status(VIF_ERROR_CONFLICT);
        status = own;
    }
    return status > 0 ? status : 0;
}

static void add_leftover(const struct vif_leftover *leftover, struct text *text)
{
    const struct {
        const char *key, *value;
    } members[] = {
        {"kind", leftover->kind},     {"name", leftover->name},
        {"id", leftover->id},         {"instance", leftover->instance},
        {"bridge", leftover->bridge}, {"reason", leftover->reason},
        {"state", leftover->state},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        text_add(text, "%s\"%s\":", i ? "," : "{", members[i].key);
        text_add_json(text, members[i].value);
    }
    if (leftover->young)
        text_add(text, ",\"young\":true");
    if (leftover->age_ms >= 0)
        text_add(text, ",\"age\":%lld", (long long)(leftover->age_ms / 1000));
    if (leftover->steps)
        report_add_lines("steps", leftover->steps, text);
    if (strcmp(leftover->state, "failed") == 0) {
        text_add(text, ",\"error\":{\"kind\":\"%s\",\"text\":",
                 vif_error_kind_name(leftover->error.kind));
        text_add_json(text, leftover->error.text);
        text_add(text, "}");
    }
    text_add(text, "}");
}

const char *vif_leftovers_json(struct vif_leftovers *leftovers)
{
    struct text text = {0};

    if (leftovers->json)
        return leftovers->json;
    text_add(&text, "{\"leftovers\":[");
    for (size_t i = 0; i < leftovers->n; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_leftover(&leftovers->entries[i].leftover, &text);
    }
    text_add(&text, "]");
    if (leftovers->transaction) {
        text_add(&text, ",\"transaction\":");
        text_add_bytes(&text, leftovers->transaction, strlen(leftovers->transaction));
    }
    text_add(&text, "}");
    leftovers->json = text_take(&text);
    return leftovers->json;
}
