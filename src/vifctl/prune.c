/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl prune: lists stale ports, links and rows, each with the reason; --yes removes them. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_leftovers, struct vif_leftovers *, vif_leftovers_free);
#define auto_host      __attribute__((cleanup(auto_host_fn)))
#define auto_leftovers __attribute__((cleanup(auto_leftovers_fn)))

static bool is_state(const struct vif_leftover *leftover, const char *state)
{
    return strcmp(leftover->state, state) == 0;
}

static void print_age(int64_t age_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"days", 86400000}, {"hours", 3600000}, {"minutes", 60000}, {"s", 1000}};
    size_t i = 0;

    while (i < 3 && age_ms < 2 * units[i].ms)
        i++;
    printf("; at least %lld %s old", (long long)(age_ms / units[i].ms), units[i].unit);
}

static void print_leftover(const struct vif_leftover *leftover)
{
    printf("%s%s %s%s%s: %s", is_state(leftover, "removed") ? "removed " : "", leftover->kind,
           leftover->name, leftover->bridge[0] ? " on " : "", leftover->bridge, leftover->reason);
    if (leftover->age_ms >= 0 && !is_state(leftover, "kept"))
        print_age(leftover->age_ms);
    printf("\n");
    print_lines(stdout, "  ", leftover->steps);
}

static void print_list(const struct vif_leftovers *list, bool verbose)
{
    size_t n = 0, young = 0;

    for (size_t i = 0; i < vif_leftovers_count(list); i++) {
        const struct vif_leftover *leftover = vif_leftovers_get(list, i);

        n += is_state(leftover, "found");
        young += leftover->young;
        if (!is_state(leftover, "failed") && (verbose || !leftover->young))
            print_leftover(leftover);
    }
    if (young && !verbose)
        printf("%zu not shown: younger than the grace period (-v shows them)\n", young);
    if (n)
        printf("%zu stale item%s; --yes removes %s\n", n, n > 1 ? "s" : "", n > 1 ? "them" : "it");
    else if (!vif_leftovers_count(list))
        printf("nothing is stale\n");
}

int verb_prune(const struct arguments *arguments)
{
    auto_host struct vif_host *host = NULL;
    auto_leftovers struct vif_leftovers *list = NULL;
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
        status = print_json(vif_leftovers_json(list));
    else
        print_list(list, arguments->host.log != NULL);
    for (size_t i = 0; i < vif_leftovers_count(list); i++)
        if (is_state(vif_leftovers_get(list, i), "failed"))
            complain(vif_leftovers_get(list, i)->error.text);
    return status ? status : vif_leftovers_status(list);
}
