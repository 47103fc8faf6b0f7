/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: the list that checks add to, and what programs see of it.  A failed allocation is
 * remembered, so that checks need no error handling of their own. */
#include "doctor/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

static const char *__attribute__((format(printf, 2, 0)))
make_line(struct vif_findings *findings, const char *format, va_list ap)
{
    auto_free char *line = NULL;
    char *copy;

    if (vasprintf(&line, format, ap) < 0)
        line = NULL;
    copy = line ? pool_text(findings->pool, line) : NULL;
    if (copy)
        text_flatten(copy); /* it goes to a terminal */
    else
        findings->failed = true;
    return copy;
}

void findings_add(struct vif_findings *findings, const char *check, enum vif_finding_level level,
                  const char *format, ...)
{
    const char *text;
    va_list ap;

    va_start(ap, format);
    text = make_line(findings, format, ap);
    va_end(ap);
    if (!array_grow(findings->items, findings->n, findings->room, 1))
        findings->failed = true;
    else if (text)
        findings->items[findings->n++] = (struct vif_finding){check, level, text, ""};
}

void findings_advise(struct vif_findings *findings, const char *format, ...)
{
    const char *advice;
    va_list ap;

    if (!findings->n || findings->failed)
        return;
    va_start(ap, format);
    advice = make_line(findings, format, ap);
    va_end(ap);
    if (advice)
        findings->items[findings->n - 1].advice = advice;
}
