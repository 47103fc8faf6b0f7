/* SPDX-License-Identifier: Apache-2.0 */
/* Is this host ready? facts.c reads the facts from the kernel and the database; system.c,
 * switch.c and offload.c check them.  Nothing is changed, and only lack of memory makes
 * it fail. */
#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pool.h"
#include "base/text.h"

#define INTEGRATION_BRIDGE "br-int"

const char *doctor_config(const struct doctor_facts *facts, const char *key)
{
    return strmap_get(&facts->vs.other_config, key);
}

const char *doctor_id(const struct doctor_facts *facts, const char *key)
{
    return vswitch_ovn_setting(&facts->vs.external_ids, key);
}

const char *doctor_integration_bridge(const struct doctor_facts *facts)
{
    const char *name = doctor_id(facts, "ovn-bridge");

    return name && name[0] ? name : INTEGRATION_BRIDGE;
}

void doctor_check(const struct doctor_facts *facts, struct vif_findings *findings)
{
    doctor_check_system(facts, findings);
    doctor_check_database(facts, findings);
    if (facts->database.error < 0 || !facts->vs.has_row)
        return;
    doctor_check_vswitchd(facts, findings);
    doctor_check_bridges(facts, findings);
    doctor_check_offload(facts, findings);
    doctor_check_dpdk(facts, findings);
    doctor_check_network(facts, findings);
}

/* --- findings --- */

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
