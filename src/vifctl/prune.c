/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl prune: lists stale ports, links and rows, each with the reason; --yes removes them. */
#include <stdio.h>

#include "base/cleanup.h"
#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

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

static void print_list(const struct vif_report *list, bool verbose)
{
    size_t n = 0, young = 0;

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
}

int verb_prune(const struct arguments *arguments)
{
    auto_host struct vif_host *host = NULL;
    auto_report struct vif_report *list = NULL;
    struct vif_prune_options options = arguments->prune;
    struct vif_error err = {0};
    int r, status = STATUS_OK;

    options.timeout_ms = arguments->call.timeout_ms;
    options.dry_run = arguments->call.dry_run;
    options.wait = arguments->call.wait;
    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0 && options.remove && !options.dry_run)
        options.stop_fd = signals_catch();
    if (r == 0)
        r = vif_host_prune(host, &options, &list, &err);
    if (r < 0)
        return failed(&err);
    if (arguments->json)
        status = print_json(vif_report_json(list));
    else
        print_list(list, arguments->host.log != NULL);
    for (size_t i = 0; i < vif_report_count(list); i++)
        if (vif_report_stale(list, i)->error)
            complain(vif_report_stale(list, i)->error->text);
    return status ? status : vif_report_status(list);
}
