/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of io.vifd's methods, taken out of a call. */
#ifndef VIFD_PARAMS_H
#define VIFD_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <vif/vif.h>

/* In the order of the table in params.c. */
enum param {
    PARAM_VIFS,
    PARAM_SOURCES,
    PARAM_IDS,
    PARAM_WAIT,
    PARAM_ON_TIMEOUT,
    PARAM_TIMEOUT_MS,
    PARAM_GRACE_MS,
    PARAM_DRY_RUN,
    PARAM_REMOVE,
    PARAM_INSTANCE,
    PARAM_BRIDGE,
    PARAM_STATE,
    PARAM_MATCH,
    PARAM_VIF_TYPES,
    PARAM_VERSIONS,
    PARAM_INTERFACE,
    N_PARAMS
};
#define PARAM(name) (1U << PARAM_##name)

/* What is not given is 0 or NULL.  All of it belongs to the call's message, but the lists of texts. */
struct params {
    json_t *vifs;                                         /* an array */
    const char **sources, **ids, **vif_types, **versions; /* NULL-ended */
    int64_t wait, on_timeout;                             /* enum vif_wait, vif_on_timeout */
    int64_t timeout_ms, grace_ms;
    bool dry_run, remove;
    const char *instance, *bridge, *state, *match, *interface;
};

/* Takes those of the set 'allowed' (of PARAM(...)) out of 'parameters' into the zeroed '*ret', which
 * params_done() ends also after an error.  null stands for what is not given.
 *
 * -EINVAL and in '*ret_bad' (borrowed from the call, or const) the name of a parameter that is not
 * known, not given though 'needed', or of the wrong type or value; -ENOMEM. */
int params_read(json_t *parameters, uint32_t allowed, uint32_t needed, struct params *ret,
                const char **ret_bad);
void params_done(struct params *params);

/* How many VIFs there are in 'vifs'. */
size_t params_n_vifs(const struct params *params);

#endif
