/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl prune: lists stale ports, links and rows, each with the reason; --yes removes them. */
#include <stdio.h>

#include "vifctl/vifctl.h"

static void print_age(int64_t age)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"s", 1}};
    size_t i = 0;

    while (i < 3 && age < 2 * units[i].seconds)
        i++;
    printf("; at least %lld %s old", (long long)(age / units[i].seconds), units[i].unit);
}

static void print_stale(const struct vif_stale *stale)
{
    printf("%s%s %s%s%s: %s", stale->state == VIF_STALE_REMOVED ? "removed " : "", stale->kind,
           stale->name, stale->bridge[0] ? " on " : "", stale->bridge, stale->reason);
    if (stale->age >= 0 && stale->state != VIF_STALE_KEPT)
        print_age(stale->age);
    printf("\n");
    print_lines(stdout, "  ", stale->steps);
}

static int print_list(struct vif_report *list, const struct arguments *arguments)
{
    size_t n = 0, young = 0;
    int verbose = arguments->verbose;

    for (size_t i = 0; i < vif_report_count(list); i++) {
        const struct vif_stale *stale = vif_report_stale(list, i);

        n += stale->state == VIF_STALE_FOUND;
        young += stale->young;
        if (stale->state != VIF_STALE_FAILED && (verbose || !stale->young))
            print_stale(stale);
    }
    if (young && !verbose)
        printf("%zu not shown: younger than the grace period (-v shows them)\n", young);
    if (n)
        printf("%zu stale item%s; --yes removes %s\n", n, n > 1 ? "s" : "", n > 1 ? "them" : "it");
    else if (!vif_report_count(list))
        printf("nothing is stale\n");
    return STATUS_OK;
}

static int prune(struct vif_host *host, const struct arguments *arguments,
                 struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_prune_options options = arguments->prune;

    options.timeout_ms = arguments->call.timeout_ms;
    options.dry_run = arguments->call.dry_run;
    options.wait = arguments->call.wait;
    if (options.remove && !options.dry_run)
        options.stop_fd = signals_catch();
    return vif_host_prune(host, &options, ret_report, err);
}

int verb_prune(const struct arguments *arguments)
{
    return run_inspect(arguments, prune, print_list);
}
