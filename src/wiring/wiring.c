/* SPDX-License-Identifier: Apache-2.0 */
/* The data of a wiring: making parts and freeing them.  Plugins stand on it. */
#include "wiring/wiring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wiring_done(struct wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_ports; i++) {
        strmap_done(&wiring->ports[i].ids);
        strmap_done(&wiring->ports[i].options);
    }
    free(wiring->links);
    free(wiring->bridges);
    free(wiring->ports);
    *wiring = (struct wiring){0};
}

/* The array 'items' with room for one more, zeroed; NULL when memory is gone. */
static void *grow(void *items, size_t n, size_t size)
{
    char *bigger = reallocarray(items, n + 1, size);

    if (bigger)
        memset(bigger + n * size, 0, size);
    return bigger;
}

static void set_name(char *to, size_t size, const char *name)
{
    (void)snprintf(to, size, "%s", name);
}

struct wiring_link *wiring_add_link(struct wiring *wiring, enum wiring_link_kind kind,
                                    const char *name)
{
    struct wiring_link *links = grow(wiring->links, wiring->n_links, sizeof *links);
    struct wiring_link *link;

    if (!links)
        return NULL;
    wiring->links = links;
    link = &links[wiring->n_links++];
    set_name(link->name, sizeof link->name, name);
    link->kind = kind;
    link->owner = (uid_t)-1;
    link->group = (gid_t)-1;
    return link;
}

struct wiring_bridge *wiring_add_bridge(struct wiring *wiring, const char *name)
{
    struct wiring_bridge *bridges = grow(wiring->bridges, wiring->n_bridges, sizeof *bridges);
    struct wiring_bridge *bridge;

    if (!bridges)
        return NULL;
    wiring->bridges = bridges;
    bridge = &bridges[wiring->n_bridges++];
    set_name(bridge->name, sizeof bridge->name, name);
    bridge->fate = WIRING_KEEP;
    return bridge;
}

struct wiring_port *wiring_add_port(struct wiring *wiring, const char *name, const char *bridge)
{
    struct wiring_port *ports = grow(wiring->ports, wiring->n_ports, sizeof *ports);
    struct wiring_port *port;

    if (!ports)
        return NULL;
    wiring->ports = ports;
    port = &ports[wiring->n_ports++];
    set_name(port->name, sizeof port->name, name);
    set_name(port->bridge, sizeof port->bridge, bridge);
    return port;
}

#define ALIAS_PREFIX "vif "

void wiring_alias(const struct wiring *wiring, char ret_alias[LINK_ALIAS_MAX])
{
    (void)snprintf(ret_alias, LINK_ALIAS_MAX, ALIAS_PREFIX "%s", wiring->vif_id);
}

bool wiring_alias_is_foreign(const struct wiring *wiring, const char *alias)
{
    char uuid[UUID_TEXT_SIZE];
    size_t n = strlen(ALIAS_PREFIX);

    return strncmp(alias, ALIAS_PREFIX, n) == 0 && parse_uuid(alias + n, uuid) == 0 &&
           strcmp(uuid, wiring->vif_id) != 0;
}
