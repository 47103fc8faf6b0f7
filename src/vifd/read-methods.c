/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that are no batch of VIFs.  What the library says in JSON is what varlink says. */
#include "vifd/read-methods.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "libvif/host.h"
#include "vifd/daemon.h"

DEFINE_AUTO(auto_batch, struct vif_batch *, vif_batch_free);
#define auto_batch __attribute__((cleanup(auto_batch_fn)))

static int copy(const char *json, char **ret_text, struct vif_error *err)
{
    *ret_text = json ? strdup(json) : NULL;
    return *ret_text ? 0 : error_memory(err);
}

int read_list(struct request *request, struct vif_host *host, char **ret_text,
              struct vif_error *err)
{
    const struct params *params = &request->params;
    struct vif_list_options options = {.size = sizeof options,
                                       .instance = params->instance,
                                       .bridge = params->bridge,
                                       .state = params->state,
                                       .timeout_ms = time_left(request->until)};
    struct vif_list *list = NULL;
    int r = vif_host_list(host, &options, &list, err);

    if (r == 0)
        r = copy(vif_list_json(list), ret_text, err);
    vif_list_free(list);
    return r;
}

static int make_batch(const struct params *params, struct vif_batch **ret, struct vif_error *err)
{
    auto_batch struct vif_batch *batch = NULL;
    int r = vif_batch_new(&batch, err);

    for (size_t i = 0; i < params_n_vifs(params) && r == 0; i++) {
        char name[32];

        (void)snprintf(name, sizeof name, "vifs[%zu]", i);
        r = batch_add_json(batch, params->sources ? params->sources[i] : name,
                           json_array_get(params->vifs, i), err);
    }
    if (r == 0)
        *ret = take_ptr(batch);
    return r;
}

int read_show(struct request *request, struct vif_host *host, char **ret_text,
              struct vif_error *err)
{
    const struct params *params = &request->params;
    struct vif_show_options options = {.size = sizeof options,
                                       .timeout_ms = time_left(request->until)};
    auto_batch struct vif_batch *batch = NULL;
    struct vif_drawing *drawing = NULL;
    int r = params->vifs ? make_batch(params, &batch, err) : 0;

    if (r == 0)
        r = vif_host_show(host, batch, params->ids, &options, &drawing, err);
    if (r == 0)
        r = copy(vif_drawing_json(drawing), ret_text, err);
    vif_drawing_free(drawing);
    return r;
}

int read_prune(struct request *request, struct vif_host *host, char **ret_text,
               struct vif_error *err)
{
    const struct params *params = &request->params;
    struct vif_prune_options options = {.size = sizeof options,
                                        .match = params->match,
                                        .remove = params->remove,
                                        .dry_run = params->dry_run,
                                        .grace_ms = params->grace_ms,
                                        .timeout_ms = time_left(request->until),
                                        .wait = (enum vif_wait)params->wait,
                                        .stop_fd = request->daemon->stop_fd};
    struct vif_leftovers *leftovers = NULL;
    int r = vif_host_prune(host, &options, &leftovers, err);

    if (r == 0)
        r = copy(vif_leftovers_json(leftovers), ret_text, err);
    vif_leftovers_free(leftovers);
    return r;
}

int read_host_info(struct request *request, struct vif_host *host, char **ret_text,
                   struct vif_error *err)
{
    const struct params *params = &request->params;
    struct vif_info_options options = {
        .size = sizeof options, .vif_types = params->vif_types, .versions = params->versions};
    char *info = NULL;
    struct text text = {0};
    int r = vif_host_info(host, &options, &info, err);

    if (r < 0)
        return r;
    text_add_bytes(&text, "{\"host_info\":", strlen("{\"host_info\":"));
    text_add_bytes(&text, info, strlen(info));
    text_add_bytes(&text, "}", 1);
    vif_free(info);
    *ret_text = text_take(&text);
    return *ret_text ? 0 : error_memory(err);
}

/* Its own default is shorter than that of other calls. */
int read_doctor(struct request *request, struct vif_host *host, char **ret_text,
                struct vif_error *err)
{
    struct vif_doctor_options options = {.size = sizeof options,
                                         .timeout_ms = request->params.timeout_ms};
    struct vif_findings *findings = NULL;
    int r = vif_host_doctor(host, &options, &findings, err);

    if (r == 0)
        r = copy(vif_findings_json(findings), ret_text, err);
    vif_findings_free(findings);
    return r;
}
