/* SPDX-License-Identifier: Apache-2.0 */
/* What lists of addresses and routes have besides being read and moved: their end, and words for
 * their elements. */
#include "kernel/address.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "kernel/netlink-message.h"

void address_list_done(struct address_list *list)
{
    for (size_t i = 0; i < list->n_routes; i++)
        free(list->routes[i].message);
    free(list->routes);
    free(list->addresses);
    *list = (struct address_list){0};
}

void address_format(const struct address *address, char ret_text[ADDRESS_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "?";

    (void)inet_ntop(address->family, address->local, text, sizeof text);
    (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "%s/%u", text, address->prefix);
}

void route_format(const struct address_route *route, char ret_text[ADDRESS_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "?", gateway[INET6_ADDRSTRLEN] = "?";
    const struct nlattr *of[RTA_GATEWAY + 1] = {NULL}, *attr;

    if (route->message)
        netlink_attributes(route->message, sizeof(struct rtmsg), of, RTA_GATEWAY + 1);
    attr = of[RTA_GATEWAY];
    (void)inet_ntop(route->family, route->destination, text, sizeof text);
    if (route->prefix == 0)
        (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "default");
    else
        (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "%s/%u", text, route->prefix);
    if (attr && mnl_attr_get_payload_len(attr) >= (route->family == AF_INET ? 4 : 16)) {
        size_t n = strlen(ret_text);

        (void)inet_ntop(route->family, mnl_attr_get_payload(attr), gateway, sizeof gateway);
        (void)snprintf(ret_text + n, ADDRESS_TEXT_SIZE - n, " via %s", gateway);
    }
}
