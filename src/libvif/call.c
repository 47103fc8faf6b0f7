/* SPDX-License-Identifier: Apache-2.0 */
/* How every operation is called: its options are checked, then it runs here, or vifd does the
 * work. */
#include <errno.h>
#include <string.h>

#include "base/deadline.h"
#include "libvif/report.h"

const struct op *const ops[] = {
    &op_plug,  &op_unplug,    &op_check,  &op_repair,  &op_list, &op_show,
    &op_prune, &op_host_info, &op_doctor, &op_metrics, NULL,
};

static const char *const waits[] = {
    [VIF_WAIT_VSWITCHD] = "vswitchd",
    [VIF_WAIT_NONE] = "none",
    [VIF_WAIT_OVN] = "ovn",
    [VIF_WAIT_ML2] = "ml2",
};
const struct record_words op_waits = {"Wait", waits, sizeof waits / sizeof waits[0]};

int options_copy(const void *given, size_t first, void *ret, size_t size, const char *what,
                 struct vif_error *err)
{
    const unsigned char *bytes = given;
    size_t own;

    if (!given)
        return 0;
    memcpy(&own, given, sizeof own);
    if (own < first)
        return error_set(err, VIF_ERROR_INVALID, "%s: 'size' is %zu, not sizeof(struct ...)", what,
                         own);
    for (size_t i = size; i < own; i++)
        if (bytes[i]) {
            (void)error_set(err, VIF_ERROR_INVALID,
                            "%s: an option that libvif " VIF_VERSION " does not know", what);
            return -E2BIG;
        }
    memcpy(ret, given, own < size ? own : size);
    return 0;
}

static int check_words(const struct op *op, const char *parameters, struct vif_error *err)
{
    for (size_t i = 0; i < op->parameters->n; i++) {
        const struct record_field *field = &op->parameters->fields[i];
        int value = 0;

        if (field->type == RECORD_ENUM)
            memcpy(&value, parameters + field->offset, sizeof value);
        if (value < 0 || (value && value >= field->words->n))
            return error_set(err, VIF_ERROR_INVALID, "option '%s': there is no value %d",
                             field->name, value);
    }
    return 0;
}

int op_call(struct vif_host *host, const struct op *op, const struct vif_batch *batch,
            const void *options, struct vif_report **ret_report, struct vif_error *err)
{
    union op_parameters parameters = {0};
    int r;

    if (!host || !ret_report || (op->needs_batch && !batch))
        return error_set(err, VIF_ERROR_INVALID, "%s: a handle is missing (NULL)", op->name);
    r = options_copy(options, op->options_size, &parameters, op->options_size, op->name, err);
    if (r == 0)
        r = check_words(op, (const char *)&parameters, err);
    return r < 0 ? r : op_run(host, op, batch, &parameters, ret_report, err);
}

int op_run(struct vif_host *host, const struct op *op, const struct vif_batch *batch,
           const void *parameters, struct vif_report **ret_report, struct vif_error *err)
{
    auto_report struct vif_report *report = report_new(op);
    struct op_call call = {op, batch, parameters, report};
    int r;

    if (!report)
        return error_memory(err);
    if (!host->client)
        r = op->run(host, &call, err);
    else
        r = (op->ask ? op->ask : op_ask)(host, &call, err);
    if (r == 0)
        *ret_report = take_ptr(report);
    return r;
}

int64_t op_deadline(const struct vif_host *host, const struct op_call *call)
{
    int64_t ms = 0;

    if (call->op->timeout)
        memcpy(&ms, (const char *)call->parameters + call->op->timeout, sizeof ms);
    return host_deadline(host, ms ? ms : call->op->timeout_ms);
}
