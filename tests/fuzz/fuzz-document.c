/* SPDX-License-Identifier: Apache-2.0 */
/* The VIFs of a text: cut, parsed and decoded. */
#include <vif/vif.h>

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vif_error err = {0};
    struct vif_batch *batch;

    if (vif_batch_new(&batch, &err) < 0)
        return 0;
    (void)vif_batch_add(batch, "fuzz", (const char *)data, size, &err);
    vif_batch_free(batch);
    return 0;
}
