/* SPDX-License-Identifier: Apache-2.0 */
/* One table says what each parameter is called and what may stand in it.  The documents of VIFs are none
 * of its business: one that is bad fails alone, later. */
#include "vifd/params.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Beyond any use, and far from where points in time overflow: 30 years. */
#define MAX_MS ((int64_t)1000000000000)

enum shape {
    SHAPE_ARRAY,
    SHAPE_TEXTS,
    SHAPE_WORD, /* int64_t, the place of the word in 'words' */
    SHAPE_MS,   /* int64_t from -1 */
    SHAPE_BOOL,
    SHAPE_TEXT,
};

static const char *const waits[] = {
    [VIF_WAIT_VSWITCHD] = "vswitchd",
    [VIF_WAIT_NONE] = "none",
    [VIF_WAIT_OVN] = "ovn",
    [VIF_WAIT_ML2] = "ml2",
    NULL,
};
static const char *const on_timeouts[] = {
    [VIF_ON_TIMEOUT_KEEP] = "keep", [VIF_ON_TIMEOUT_UNDO] = "undo", NULL};

static const struct {
    const char *name;
    enum shape shape;
    size_t offset;
    const char *const *words;
} rows[N_PARAMS] = {
    [PARAM_VIFS] = {"vifs", SHAPE_ARRAY, offsetof(struct params, vifs), NULL},
    [PARAM_SOURCES] = {"sources", SHAPE_TEXTS, offsetof(struct params, sources), NULL},
    [PARAM_IDS] = {"ids", SHAPE_TEXTS, offsetof(struct params, ids), NULL},
    [PARAM_WAIT] = {"wait", SHAPE_WORD, offsetof(struct params, wait), waits},
    [PARAM_ON_TIMEOUT] = {"on_timeout", SHAPE_WORD, offsetof(struct params, on_timeout),
                          on_timeouts},
    [PARAM_TIMEOUT_MS] = {"timeout_ms", SHAPE_MS, offsetof(struct params, timeout_ms), NULL},
    [PARAM_GRACE_MS] = {"grace_ms", SHAPE_MS, offsetof(struct params, grace_ms), NULL},
    [PARAM_DRY_RUN] = {"dry_run", SHAPE_BOOL, offsetof(struct params, dry_run), NULL},
    [PARAM_REMOVE] = {"remove", SHAPE_BOOL, offsetof(struct params, remove), NULL},
    [PARAM_INSTANCE] = {"instance", SHAPE_TEXT, offsetof(struct params, instance), NULL},
    [PARAM_BRIDGE] = {"bridge", SHAPE_TEXT, offsetof(struct params, bridge), NULL},
    [PARAM_STATE] = {"state", SHAPE_TEXT, offsetof(struct params, state), NULL},
    [PARAM_MATCH] = {"match", SHAPE_TEXT, offsetof(struct params, match), NULL},
    [PARAM_VIF_TYPES] = {"vif_types", SHAPE_TEXTS, offsetof(struct params, vif_types), NULL},
    [PARAM_VERSIONS] = {"versions", SHAPE_TEXTS, offsetof(struct params, versions), NULL},
    [PARAM_INTERFACE] = {"interface", SHAPE_TEXT, offsetof(struct params, interface), NULL},
};

static int take_text(json_t *json, const char **ret)
{
    if (!json_is_string(json) || json_string_length(json) > LIMIT_STRING)
        return -EINVAL;
    *ret = json_string_value(json);
    return 0;
}

static int take_texts(json_t *json, const char ***ret)
{
    size_t n = json_array_size(json);

    if (!json_is_array(json) || n > LIMIT_VIFS)
        return -EINVAL;
    *ret = calloc(n + 1, sizeof **ret);
    if (!*ret)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (take_text(json_array_get(json, i), &(*ret)[i]) < 0)
            return -EINVAL;
    return 0;
}

static int take_word(json_t *json, const char *const *words, int64_t *ret)
{
    for (int64_t i = 0; json_is_string(json) && words[i]; i++)
        if (strcmp(words[i], json_string_value(json)) == 0) {
            *ret = i;
            return 0;
        }
    return -EINVAL;
}

static int take_ms(json_t *json, int64_t *ret)
{
    json_int_t value = json_integer_value(json);

    if (!json_is_integer(json) || value < -1 || value > MAX_MS)
        return -EINVAL;
    *ret = value;
    return 0;
}

static int take(json_t *json, enum param i, struct params *params)
{
    void *at = (char *)params + rows[i].offset;

    switch (rows[i].shape) {
    case SHAPE_ARRAY:
        *(json_t **)at = json;
        return json_is_array(json) ? 0 : -EINVAL;
    case SHAPE_TEXTS:
        return take_texts(json, at);
    case SHAPE_WORD:
        return take_word(json, rows[i].words, at);
    case SHAPE_MS:
        return take_ms(json, at);
    case SHAPE_BOOL:
        *(bool *)at = json_is_true(json);
        return json_is_boolean(json) ? 0 : -EINVAL;
    case SHAPE_TEXT:
        return take_text(json, at);
    }
    return -EINVAL;
}

static enum param find(const char *name)
{
    unsigned i = 0;

    while (i < N_PARAMS && strcmp(rows[i].name, name) != 0)
        i++;
    return (enum param)i;
}

static size_t count(const char *const *texts)
{
    size_t n = 0;

    while (texts && texts[n])
        n++;
    return n;
}

int params_read(json_t *parameters, uint32_t allowed, uint32_t needed, struct params *ret,
                const char **ret_bad)
{
    const char *name;
    json_t *value;

    json_object_foreach(parameters, name, value)
    {
        enum param i = find(name);
        int r;

        if (json_is_null(value))
            continue;
        r = i < N_PARAMS && allowed >> i & 1 ? take(value, i, ret) : -EINVAL;
        if (r < 0) {
            *ret_bad = name;
            return r;
        }
        needed &= ~(1U << i);
    }
    for (unsigned i = 0; i < N_PARAMS; i++)
        if (needed >> i & 1) {
            *ret_bad = rows[i].name;
            return -EINVAL;
        }
    if (ret->sources && count(ret->sources) != params_n_vifs(ret)) {
        *ret_bad = rows[PARAM_SOURCES].name;
        return -EINVAL;
    }
    return 0;
}

void params_done(struct params *params)
{
    free(params->sources);
    free(params->ids);
    free(params->vif_types);
    free(params->versions);
    *params = (struct params){0};
}

size_t params_n_vifs(const struct params *params)
{
    return json_array_size(params->vifs);
}
