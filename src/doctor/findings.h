/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of the doctor, as they are collected. */
#ifndef DOCTOR_FINDINGS_H
#define DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <vif/vif.h>

#include "base/pool.h"

struct vif_findings {
    struct vif_finding *items;
    size_t n, room;
    bool failed;       /* memory ran out: not all is here */
    struct pool *pool; /* of the texts */
};

/* Adds a finding without advice; 'check' is a constant.  Control characters of foreign words are
 * shown as blanks. */
void findings_add(struct vif_findings *findings, const char *check, enum vif_finding_level level,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
#define findings_ok(out, check, ...)   findings_add(out, check, VIF_FINDING_OK, __VA_ARGS__)
#define findings_info(out, check, ...) findings_add(out, check, VIF_FINDING_INFO, __VA_ARGS__)
#define findings_warn(out, check, ...) findings_add(out, check, VIF_FINDING_WARN, __VA_ARGS__)
#define findings_fail(out, check, ...) findings_add(out, check, VIF_FINDING_FAIL, __VA_ARGS__)

/* Gives the finding added last its advice. */
void findings_advise(struct vif_findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
