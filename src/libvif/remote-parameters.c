/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of a call of vifd, written as text: what they come from is text or numbers, and the
 * documents, most of it, need not be parsed again.  Files that make calls stand on it. */
#include <string.h>

#include "base/error.h"
#include "libvif/remote-call.h"

static void add_key(struct remote_call *call, const char *key)
{
    text_add(&call->message, "%s\"%s\":", call->some ? "," : "{", key);
    call->some = true;
}

void remote_add_text(struct remote_call *call, const char *key, const char *value)
{
    if (!value)
        return;
    add_key(call, key);
    text_add_json(&call->message, value);
}

void remote_add_texts(struct remote_call *call, const char *key, const char *const *values)
{
    if (!values)
        return;
    add_key(call, key);
    for (size_t i = 0; values[i]; i++) {
        text_add(&call->message, i ? "," : "[");
        text_add_json(&call->message, values[i]);
    }
    text_add(&call->message, values[0] ? "]" : "[]");
}

void remote_add_int(struct remote_call *call, const char *key, int64_t value)
{
    if (!value)
        return;
    add_key(call, key);
    text_add(&call->message, "%lld", (long long)value);
}

void remote_add_flag(struct remote_call *call, const char *key, bool value)
{
    if (!value)
        return;
    add_key(call, key);
    text_add(&call->message, "true");
}

void remote_add_wait(struct remote_call *call, enum vif_wait wait)
{
    static const char *const words[] = {
        [VIF_WAIT_NONE] = "none",
        [VIF_WAIT_VSWITCHD] = "vswitchd",
        [VIF_WAIT_OVN] = "ovn",
        [VIF_WAIT_ML2] = "ml2",
    };

    if (wait != VIF_WAIT_VSWITCHD && (size_t)wait < sizeof words / sizeof words[0])
        remote_add_text(call, "wait", words[wait]);
}

int remote_add_vifs(struct remote_call *call, const struct vif_batch *batch, size_t *ret_n,
                    struct vif_error *err)
{
    size_t n = 0;

    add_key(call, "vifs");
    for (size_t i = 0; i < batch->n; i++) {
        const struct vif_input *request = batch->entries[i].request;

        if (!request)
            continue;
        if (!request->document)
            return error_set(err, VIF_ERROR_INVALID,
                             "the batch has not kept its documents, as it has to for vifd "
                             "(vif_batch_keep())");
        text_add(&call->message, n++ ? "," : "[");
        text_add_bytes(&call->message, request->document, strlen(request->document));
    }
    text_add(&call->message, n ? "]" : "[]");
    *ret_n = n;
    n = 0;
    add_key(call, "sources");
    for (size_t i = 0; i < batch->n; i++) {
        if (!batch->entries[i].request)
            continue;
        text_add(&call->message, n++ ? "," : "[");
        text_add_json(&call->message, batch->entries[i].request->source);
    }
    text_add(&call->message, n ? "]" : "[]");
    return 0;
}
