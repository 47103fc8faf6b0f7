/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: the list that checks add to, and what programs see of it.  A failed allocation is
 * remembered, so that checks need no error handling of their own. */
#include "doctor/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *vif_finding_level_name(enum vif_finding_level level)
{
    switch (level) {
    case VIF_FINDING_OK:
        return "ok";
    case VIF_FINDING_INFO:
        return "info";
    case VIF_FINDING_WARN:
        return "warn";
    case VIF_FINDING_FAIL:
        return "fail";
    }
    return "unknown";
}

static char *__attribute__((format(printf, 1, 0))) make_line(const char *format, va_list ap)
{
    va_list again;
    char *line;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    line = n < 0 ? NULL : malloc((size_t)n + 1);
    if (!line)
        return NULL;
    (void)vsnprintf(line, (size_t)n + 1, format, ap);
    text_flatten(line); /* it goes to a terminal */
    return line;
}

static bool make_room(struct vif_findings *findings)
{
    size_t room = findings->room ? 2 * findings->room : 32;
    struct finding_entry *bigger;

    if (findings->n < findings->room)
        return true;
    bigger = reallocarray(findings->entries, room, sizeof *bigger);
    if (!bigger)
        return false;
    findings->entries = bigger;
    findings->room = room;
    return true;
}

void findings_add(struct vif_findings *findings, const char *check, enum vif_finding_level level,
                  const char *format, ...)
{
    struct finding_entry *entry;
    char *text;
    va_list ap;

    va_start(ap, format);
    text = make_line(format, ap);
    va_end(ap);
    if (!text || !make_room(findings)) {
        findings->failed = true;
        free(text);
        return;
    }
    entry = &findings->entries[findings->n++];
    *entry = (struct finding_entry){.finding = {check, level, text, ""}, .text = text};
}

void findings_advise(struct vif_findings *findings, const char *format, ...)
{
    struct finding_entry *entry = findings->n ? &findings->entries[findings->n - 1] : NULL;
    char *advice;
    va_list ap;

    if (!entry || findings->failed)
        return;
    va_start(ap, format);
    advice = make_line(format, ap);
    va_end(ap);
    if (!advice) {
        findings->failed = true;
        return;
    }
    free(entry->advice);
    entry->finding.advice = entry->advice = advice;
}

size_t vif_findings_count(const struct vif_findings *findings)
{
    return findings->n;
}

const struct vif_finding *vif_findings_get(const struct vif_findings *findings, size_t i)
{
    return i < findings->n ? &findings->entries[i].finding : NULL;
}

int vif_findings_status(const struct vif_findings *findings)
{
    for (size_t i = 0; i < findings->n; i++)
        if (findings->entries[i].finding.level == VIF_FINDING_FAIL)
            return 3;
    return 0;
}

const char *vif_findings_json(struct vif_findings *findings)
{
    struct text text = {0};

    if (findings->json)
        return findings->json;
    text_add(&text, "{\"findings\":[");
    for (size_t i = 0; i < findings->n; i++) {
        const struct vif_finding *finding = &findings->entries[i].finding;

        text_add(&text, "%s{\"check\":\"%s\",\"level\":\"%s\",\"text\":", i ? "," : "",
                 finding->check, vif_finding_level_name(finding->level));
        text_add_json(&text, finding->text);
        text_add(&text, ",\"advice\":");
        text_add_json(&text, finding->advice);
        text_add(&text, "}");
    }
    text_add(&text, "]}");
    findings->json = text_take(&text);
    return findings->json;
}

void vif_findings_free(struct vif_findings *findings)
{
    if (!findings)
        return;
    for (size_t i = 0; i < findings->n; i++) {
        free(findings->entries[i].text);
        free(findings->entries[i].advice);
    }
    free(findings->entries);
    free(findings->json);
    pool_done(&findings->pool);
    free(findings);
}
