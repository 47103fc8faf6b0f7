/* SPDX-License-Identifier: Apache-2.0 */
/* Reading links: one RTM_GETLINK a name, all in one batch, each answer parsed into a struct
 * link_info.  Attributes that are missing or shorter than they should be leave their field at zero:
 * kernels add and drop attributes, and a reader must not fail over one it could do without. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernel/link-dump.h"
#include "kernel/link.h"
#include "kernel/netlink-message.h"

struct reading {
    struct link_info *link; /* the one whose answer is being parsed */
    int lower;              /* its IFLA_LINK: the peer of a veth, what a VLAN stands on */
    bool elsewhere;         /* that is of another network namespace */
};

/* Element 'index' of an attribute that is an array of 32-bit numbers. */
static bool get_element(const struct nlattr *attr, size_t index, int32_t *ret_value)
{
    const char *payload = mnl_attr_get_payload(attr);

    if (mnl_attr_get_payload_len(attr) < (index + 1) * sizeof *ret_value)
        return false;
    memcpy(ret_value, payload + index * sizeof *ret_value, sizeof *ret_value);
    return true;
}

static int parse_bridge(const struct nlattr *attr, void *data)
{
    struct vif_bridge_attributes *bridge = data;

    switch (mnl_attr_get_type(attr)) {
    case IFLA_BR_AGEING_TIME:
        bridge->ageing_time = netlink_u32(attr);
        break;
    case IFLA_BR_FORWARD_DELAY:
        bridge->forward_delay = netlink_u32(attr);
        break;
    case IFLA_BR_STP_STATE:
        bridge->stp_state = netlink_u32(attr);
        break;
    case IFLA_BR_MCAST_SNOOPING:
        bridge->mcast_snooping = netlink_u8(attr);
        break;
    }
    return MNL_CB_OK;
}

static int parse_tun(const struct nlattr *attr, void *data)
{
    struct link_info *info = data;

    switch (mnl_attr_get_type(attr)) {
    case IFLA_TUN_TYPE:
        info->tap = netlink_u8(attr) == IFF_TAP;
        break;
    case IFLA_TUN_MULTI_QUEUE:
        info->multi_queue = netlink_u8(attr) != 0;
        break;
    }
    return MNL_CB_OK;
}

static int parse_vlan(const struct nlattr *attr, void *data)
{
    struct link_info *info = data;

    if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
        info->vlan_id = netlink_u16(attr);
    return MNL_CB_OK;
}

/* Kind and data of a link, in any order. */
struct linkinfo {
    const struct nlattr *kind, *data, *slave_kind;
};

static int find_linkinfo(const struct nlattr *attr, void *data)
{
    struct linkinfo *found = data;

    if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
        found->kind = attr;
    else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
        found->data = attr;
    else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
        found->slave_kind = attr;
    return MNL_CB_OK;
}

static void parse_linkinfo(const struct nlattr *linkinfo, struct link_info *info)
{
    struct linkinfo found = {NULL, NULL, NULL};

    (void)mnl_attr_parse_nested(linkinfo, find_linkinfo, &found);
    if (found.slave_kind)
        netlink_text(found.slave_kind, info->slave_kind, sizeof info->slave_kind);
    if (!found.kind)
        return;
    netlink_text(found.kind, info->kind, sizeof info->kind);
    if (found.data && strcmp(info->kind, "bridge") == 0)
        (void)mnl_attr_parse_nested(found.data, parse_bridge, &info->bridge);
    else if (found.data && strcmp(info->kind, "tun") == 0)
        (void)mnl_attr_parse_nested(found.data, parse_tun, info);
    else if (found.data && strcmp(info->kind, "vlan") == 0)
        (void)mnl_attr_parse_nested(found.data, parse_vlan, info);
}

static int parse_inet(const struct nlattr *attr, void *data)
{
    struct link_info *info = data;

    if (mnl_attr_get_type(attr) == IFLA_INET_CONF) {
        /* This array begins with setting 1: net/ipv4/devinet.c, inet_fill_link_af(). */
        (void)get_element(attr, IPV4_DEVCONF_ARP_IGNORE - 1, &info->arp_ignore);
        (void)get_element(attr, IPV4_DEVCONF_ARP_ANNOUNCE - 1, &info->arp_announce);
    }
    return MNL_CB_OK;
}

static int parse_inet6(const struct nlattr *attr, void *data)
{
    struct link_info *info = data;

    if (mnl_attr_get_type(attr) == IFLA_INET6_CONF)
        info->has_ipv6_conf = get_element(attr, DEVCONF_DISABLE_IPV6, &info->disable_ipv6);
    return MNL_CB_OK;
}

static int parse_af_spec(const struct nlattr *attr, void *data)
{
    if (mnl_attr_get_type(attr) == AF_INET)
        (void)mnl_attr_parse_nested(attr, parse_inet, data);
    else if (mnl_attr_get_type(attr) == AF_INET6)
        (void)mnl_attr_parse_nested(attr, parse_inet6, data);
    return MNL_CB_OK;
}

static int parse_attribute(const struct nlattr *attr, void *data)
{
    struct reading *reading = data;
    struct link_info *info = reading->link;

    switch (mnl_attr_get_type(attr)) {
    case IFLA_IFNAME:
        netlink_text(attr, info->name, sizeof info->name);
        break;
    case IFLA_MTU:
        info->mtu = netlink_u32(attr);
        break;
    case IFLA_ADDRESS:
        if (mnl_attr_get_payload_len(attr) == sizeof info->address)
            memcpy(info->address, mnl_attr_get_payload(attr), sizeof info->address);
        break;
    case IFLA_GROUP:
        info->group = netlink_u32(attr);
        break;
    case IFLA_MASTER:
        info->master = (int)netlink_u32(attr);
        break;
    case IFLA_LINK:
        reading->lower = (int)netlink_u32(attr);
        break;
    case IFLA_IFALIAS:
        netlink_text(attr, info->alias, sizeof info->alias);
        break;
    case IFLA_PROMISCUITY:
        /* ifi_flags shows only what a user asked for, not what a bridge or a switch did. */
        if (netlink_u32(attr) > 0)
            info->flags |= IFF_PROMISC;
        break;
    case IFLA_LINKINFO:
        parse_linkinfo(attr, info);
        break;
    case IFLA_AF_SPEC:
        (void)mnl_attr_parse_nested(attr, parse_af_spec, info);
        break;
    case IFLA_CARRIER:
        info->carrier = netlink_u8(attr) != 0;
        break;
    case IFLA_LINK_NETNSID:
        reading->elsewhere = true;
        break;
    case IFLA_PHYS_SWITCH_ID:
        info->on_switch = true;
        break;
    }
    return MNL_CB_OK;
}

/* Fills 'info' (zeroed) from one answer; false when it is none. */
static bool parse_link(const struct nlmsghdr *message, struct link_info *info)
{
    struct reading reading = {.link = info};
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);

    if (message->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(message) < sizeof *header)
        return false;
    info->ifindex = header->ifi_index;
    info->flags = header->ifi_flags;
    (void)mnl_attr_parse(message, sizeof *header, parse_attribute, &reading);
    /* An ifindex of another namespace means nothing here. */
    if (reading.elsewhere)
        return true;
    if (strcmp(info->kind, "veth") == 0)
        info->peer = reading.lower;
    else if (strcmp(info->kind, "vlan") == 0)
        info->parent = reading.lower;
    return true;
}

static int store_link(void *data, size_t index, const struct nlmsghdr *message)
{
    struct link_info *info = data;

    (void)parse_link(message, &info[index]);
    return 0;
}

static void add_get(struct netlink_batch *batch, const char *name)
{
    struct nlmsghdr *message = netlink_batch_begin(batch, RTM_GETLINK, 0, 64 + strlen(name));

    if (!message)
        return;
    (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    netlink_batch_end(batch, message);
}

static void set_name(struct link_info *info, const char *name)
{
    text_copy(info->name, sizeof info->name, name);
}

static int read_links(struct netlink *nl, struct netlink_batch *batch, const char *const *names,
                      size_t n, struct link_info *info, struct vif_error *err)
{
    auto_free struct netlink_result *results = calloc(n, sizeof *results);
    int r;

    if (!results)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        info[i] = (struct link_info){0};
        set_name(&info[i], names[i]);
        add_get(batch, names[i]);
    }
    r = netlink_batch_send(nl, batch, 0, results, store_link, info, err);
    if (r < 0)
        return error_prefix(err, r, "read links");
    for (size_t i = 0; i < n; i++) {
        if (results[i].error < 0 && results[i].error != -ENODEV)
            return link_result_error(&results[i], err, "read link %s", names[i]);
        info[i].altname = info[i].ifindex && strcmp(info[i].name, names[i]) != 0;
        set_name(&info[i], names[i]);
    }
    return 0;
}

int link_get_many(struct netlink *nl, const char *const *names, size_t n, struct link_info *info,
                  struct vif_error *err)
{
    struct netlink_batch batch = {0};
    int r;

    if (n == 0)
        return 0;
    r = read_links(nl, &batch, names, n, info, err);
    netlink_batch_done(&batch);
    return r;
}

static bool parse_dumped(const struct nlmsghdr *message, void *item)
{
    return parse_link(message, item);
}

_Static_assert(offsetof(struct link_info, name) == 0, "text_compare() compares names");

const struct link_info *link_find(const struct link_info *links, size_t n, const char *name)
{
    return n ? bsearch(name, links, n, sizeof *links, text_compare) : NULL;
}

int link_get_all(struct netlink *nl, struct link_info **ret_links, size_t *ret_n,
                 struct vif_error *err)
{
    struct link_dump dump = {.size = sizeof **ret_links};
    int r = link_dump(nl, false, parse_dumped, &dump, err);

    if (r < 0)
        return r;
    if (dump.n)
        qsort(dump.items, dump.n, dump.size, text_compare);
    *ret_links = dump.items;
    *ret_n = dump.n;
    return 0;
}

void link_name(int ifindex, char ret_name[LIMIT_IFNAME])
{
    char name[IF_NAMESIZE] = "";

    if (!if_indextoname((unsigned)ifindex, name))
        name[0] = '\0';
    memcpy(ret_name, name, LIMIT_IFNAME);
}

bool link_is_gone(const char *name)
{
    return if_nametoindex(name) == 0 && errno == ENODEV;
}
