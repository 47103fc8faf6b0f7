/* SPDX-License-Identifier: Apache-2.0 */
/* A message of varlink, read as a call and as a reply. */
#include <stdint.h>

#include "rpc/varlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct varlink_reply reply = {0};
    struct varlink_call call = {0};
    struct vif_error err = {0};

    (void)varlink_call_read((const char *)data, size, &call, &err);
    (void)varlink_reply_read((const char *)data, size, &reply, &err);
    varlink_call_done(&call);
    varlink_reply_done(&reply);
    return 0;
}
