/* SPDX-License-Identifier: Apache-2.0 */
/* Calls libvif as a daemon does for a caller it does not trust: with the policy of the configuration.
 *
 *   attempt [-t] VERB CONFIG OVSDB [FILE]
 *
 * VERB is plug, unplug, check, repair, show, list or prune; -t trusts the caller and changes nothing (a
 * dry run).  Prints the answer as JSON; ends with the exit status vifctl would end with. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vif/vif.h>

typedef int call_fn(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

static int fail(const struct vif_error *err)
{
    printf("{\"error\": {\"kind\": \"%s\", \"text\": \"%s\"}}\n", vif_error_kind_name(err->kind),
           err->text);
    return vif_error_kind_status(err->kind);
}

static int call(call_fn *function, struct vif_host *host, const struct vif_batch *batch, int dry,
                struct vif_error *err)
{
    struct vif_call_options options = {
        .size = sizeof options, .wait = VIF_WAIT_NONE, .timeout_ms = 20000, .dry_run = dry};
    struct vif_report *report = NULL;
    int status;

    if (function(host, batch, &options, &report, err) < 0)
        return fail(err);
    printf("%s\n", vif_report_json(report));
    status = vif_report_status(report);
    vif_report_free(report);
    return status;
}

static int show(struct vif_host *host, const struct vif_batch *batch, struct vif_error *err)
{
    struct vif_report *drawing = NULL;
    int status;

    if (vif_host_show(host, batch, NULL, &drawing, err) < 0)
        return fail(err);
    printf("%s\n", vif_report_json(drawing));
    status = vif_report_status(drawing);
    vif_report_free(drawing);
    return status;
}

static int list(struct vif_host *host, struct vif_error *err)
{
    struct vif_report *vifs = NULL;

    if (vif_host_list(host, NULL, &vifs, err) < 0)
        return fail(err);
    printf("%s\n", vif_report_json(vifs));
    vif_report_free(vifs);
    return 0;
}

static int prune(struct vif_host *host, struct vif_error *err)
{
    struct vif_prune_options options = {.size = sizeof options,
                                        .remove = 1,
                                        .grace_ms = VIF_GRACE_NONE,
                                        .wait = VIF_WAIT_NONE,
                                        .timeout_ms = 20000};
    struct vif_report *leftovers = NULL;

    if (vif_host_prune(host, &options, &leftovers, err) < 0)
        return fail(err);
    printf("%s\n", vif_report_json(leftovers));
    vif_report_free(leftovers);
    return 0;
}

static int run(const char *verb, struct vif_host *host, const struct vif_batch *batch, int dry,
               struct vif_error *err)
{
    static const struct {
        const char *verb;
        call_fn *function;
    } calls[] = {{"plug", vif_host_plug},
                 {"unplug", vif_host_unplug},
                 {"check", vif_host_check},
                 {"repair", vif_host_repair}};

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].verb, verb) == 0)
            return call(calls[i].function, host, batch, dry, err);
    if (strcmp(verb, "show") == 0)
        return show(host, vif_batch_count(batch) ? batch : NULL, err);
    if (strcmp(verb, "list") == 0)
        return list(host, err);
    return strcmp(verb, "prune") == 0 ? prune(host, err) : 99;
}

int main(int argc, char **argv)
{
    static char text[1 << 20];
    int trusted = argc > 1 && strcmp(argv[1], "-t") == 0;
    struct vif_host_options options = {.size = sizeof options, .enforce_policy = !trusted};
    struct vif_host *host = NULL;
    struct vif_batch *batch = NULL;
    struct vif_error err = {0};
    int status = 99;

    argv += trusted;
    argc -= trusted;
    if (argc < 4)
        return 99;
    options.config_file = argv[2];
    options.ovsdb = argv[3];
    if (vif_host_open(&options, &host, &err) < 0 || vif_batch_new(&batch, &err) < 0)
        return fail(&err);
    if (argc > 4) {
        FILE *file = fopen(argv[4], "re");
        size_t n = file ? fread(text, 1, sizeof text, file) : 0;

        if (!file || fclose(file) != 0 || vif_batch_add(batch, "vif.json", text, n, &err) < 0)
            return 98;
    }
    status = run(argv[1], host, batch, trusted, &err);
    vif_batch_free(batch);
    vif_host_close(host);
    return status;
}
