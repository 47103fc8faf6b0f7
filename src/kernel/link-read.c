/* SPDX-License-Identifier: Apache-2.0 */
/* Reading links: some by name in one batch, or all by one dump.  Attributes that are missing or
 * shorter than they should be leave their field at zero: kernels add and drop attributes. */
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
#include <sys/stat.h>
#include <time.h>

#include "base/parse.h"
#include "base/pool.h"
#include "base/text.h"
#include "kernel/link.h"
#include "kernel/netlink.h"
#include "kernel/sysfs.h"

/* Element 'index' of an attribute (may be NULL) that is an array of 32-bit numbers. */
static bool get_element(const struct nlattr *attr, size_t index, int32_t *ret_value)
{
    if (!attr || mnl_attr_get_payload_len(attr) < (index + 1) * sizeof *ret_value)
        return false;
    memcpy(ret_value, (const char *)mnl_attr_get_payload(attr) + index * sizeof *ret_value,
           sizeof *ret_value);
    return true;
}

/* IFLA_INFO_DATA means something else for each kind; a bridge has the most attributes. */
#define DATA_SIZE (IFLA_BR_MAX + 1)

static void parse_linkinfo(const struct nlattr *linkinfo, struct link_info *info)
{
    const struct nlattr *of[IFLA_INFO_MAX + 1], *data[DATA_SIZE];

    netlink_nested(linkinfo, of, IFLA_INFO_MAX + 1);
    netlink_nested(of[IFLA_INFO_DATA], data, DATA_SIZE);
    netlink_text(of[IFLA_INFO_KIND], info->kind, sizeof info->kind);
    netlink_text(of[IFLA_INFO_SLAVE_KIND], info->slave_kind, sizeof info->slave_kind);
    if (strcmp(info->kind, "bridge") == 0) {
        info->bridge.ageing_time = netlink_u32(data[IFLA_BR_AGEING_TIME]);
        info->bridge.forward_delay = netlink_u32(data[IFLA_BR_FORWARD_DELAY]);
        info->bridge.stp_state = netlink_u32(data[IFLA_BR_STP_STATE]);
        info->bridge.mcast_snooping = netlink_u8(data[IFLA_BR_MCAST_SNOOPING]);
    } else if (strcmp(info->kind, "tun") == 0) {
        info->tap = netlink_u8(data[IFLA_TUN_TYPE]) == IFF_TAP;
        info->multi_queue = netlink_u8(data[IFLA_TUN_MULTI_QUEUE]) != 0;
    } else if (strcmp(info->kind, "vlan") == 0) {
        info->vlan_id = netlink_u16(data[IFLA_VLAN_ID]);
    }
}

static void parse_af_spec(const struct nlattr *af_spec, struct link_info *info)
{
    const struct nlattr *of[AF_INET6 + 1], *inet[IFLA_INET_MAX + 1], *inet6[IFLA_INET6_MAX + 1];

    netlink_nested(af_spec, of, AF_INET6 + 1);
    netlink_nested(of[AF_INET], inet, IFLA_INET_MAX + 1);
    netlink_nested(of[AF_INET6], inet6, IFLA_INET6_MAX + 1);
    /* The IPv4 array begins with setting 1: net/ipv4/devinet.c, inet_fill_link_af(). */
    (void)get_element(inet[IFLA_INET_CONF], IPV4_DEVCONF_ARP_IGNORE - 1, &info->arp_ignore);
    (void)get_element(inet[IFLA_INET_CONF], IPV4_DEVCONF_ARP_ANNOUNCE - 1, &info->arp_announce);
    info->has_ipv6_conf =
        get_element(inet6[IFLA_INET6_CONF], DEVCONF_DISABLE_IPV6, &info->disable_ipv6);
}

/* Newer kernels add counters at the end. */
static void parse_counters(const struct nlattr *attr, struct link_counters *ret)
{
    size_t n = attr ? mnl_attr_get_payload_len(attr) : 0;
    struct rtnl_link_stats64 stats = {0};

    (void)netlink_bytes(attr, &stats, n < sizeof stats ? n : sizeof stats);
    *ret = (struct link_counters){
        .rx_packets = stats.rx_packets,
        .rx_bytes = stats.rx_bytes,
        .rx_errors = stats.rx_errors,
        .rx_dropped = stats.rx_dropped,
        .tx_packets = stats.tx_packets,
        .tx_bytes = stats.tx_bytes,
        .tx_errors = stats.tx_errors,
        .tx_dropped = stats.tx_dropped,
    };
}

/* Fills 'info', which is zeroed, from one answer; false when it is not a link. */
static bool parse_link(const struct nlmsghdr *message, struct link_info *info)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *of[IFLA_MAX + 1];

    if (message->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(message) < sizeof *header)
        return false;
    netlink_attributes(message, sizeof *header, of, IFLA_MAX + 1);
    info->ifindex = header->ifi_index;
    info->flags = header->ifi_flags;
    /* ifi_flags shows only what a user asked for, not what a bridge or a switch did. */
    if (netlink_u32(of[IFLA_PROMISCUITY]) > 0)
        info->flags |= IFF_PROMISC;
    netlink_text(of[IFLA_IFNAME], info->name, sizeof info->name);
    netlink_text(of[IFLA_IFALIAS], info->alias, sizeof info->alias);
    info->mtu = netlink_u32(of[IFLA_MTU]);
    if (of[IFLA_ADDRESS] && mnl_attr_get_payload_len(of[IFLA_ADDRESS]) == sizeof info->address)
        (void)netlink_bytes(of[IFLA_ADDRESS], info->address, sizeof info->address);
    info->group = netlink_u32(of[IFLA_GROUP]);
    info->master = (int)netlink_u32(of[IFLA_MASTER]);
    info->carrier = netlink_u8(of[IFLA_CARRIER]) != 0;
    info->on_switch = of[IFLA_PHYS_SWITCH_ID] != NULL;
    parse_linkinfo(of[IFLA_LINKINFO], info);
    parse_af_spec(of[IFLA_AF_SPEC], info);
    info->counted = of[IFLA_STATS64] != NULL;
    if (info->counted)
        parse_counters(of[IFLA_STATS64], &info->counters);
    /* An ifindex of another namespace means nothing here. */
    if (of[IFLA_LINK_NETNSID])
        return true;
    if (strcmp(info->kind, "veth") == 0)
        info->peer = (int)netlink_u32(of[IFLA_LINK]);
    else if (strcmp(info->kind, "vlan") == 0)
        info->parent = (int)netlink_u32(of[IFLA_LINK]);
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

int link_get_many(struct netlink *nl, const char *const *names, size_t n, struct link_info *info,
                  struct vif_error *err)
{
    auto_netlink_batch struct netlink_batch batch = {0};
    auto_free struct netlink_result *results = calloc(n + 1, sizeof *results);
    int r;

    if (!results)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        info[i] = (struct link_info){0};
        text_copy(info[i].name, sizeof info[i].name, names[i]);
        add_get(&batch, names[i]);
    }
    r = netlink_batch_send(nl, &batch, 0, results, store_link, info, err);
    if (r < 0)
        return error_prefix(err, r, "read links");
    for (size_t i = 0; i < n; i++) {
        if (results[i].error < 0 && results[i].error != -ENODEV)
            return link_result_error(&results[i], err, "read link %s", names[i]);
        info[i].altname = info[i].ifindex && strcmp(info[i].name, names[i]) != 0;
        text_copy(info[i].name, sizeof info[i].name, names[i]);
    }
    return 0;
}

/* A dump during which links came or went may lack one: it is asked for again, so often.  The last
 * one is taken as it is, for on a host where links come and go all the time there is no better. */
#define DUMPS_MAX 5

struct dump {
    struct link_info *links;
    size_t n, room;
    struct vif_error *err;
};

static int append_link(void *data, size_t index, const struct nlmsghdr *message)
{
    struct dump *dump = data;

    (void)index;
    if (!array_grow(dump->links, dump->n, dump->room, 1))
        return error_memory(dump->err);
    dump->links[dump->n] = (struct link_info){0};
    dump->n += parse_link(message, &dump->links[dump->n]);
    return 0;
}

static int dump_once(struct netlink *nl, bool counters, struct dump *dump,
                     struct netlink_result *result)
{
    auto_netlink_batch struct netlink_batch batch = {0};
    struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, NLM_F_DUMP, 64);

    dump->n = 0;
    if (message)
        (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    if (message && !counters)
        mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    netlink_batch_end(&batch, message);
    return netlink_batch_send(nl, &batch, 0, result, append_link, dump, dump->err);
}

_Static_assert(offsetof(struct link_info, name) == 0, "text_compare() compares names");

const struct link_info *link_find(const struct link_info *links, size_t n, const char *name)
{
    return n ? bsearch(name, links, n, sizeof *links, text_compare) : NULL;
}

int link_get_all(struct netlink *nl, bool counters, struct link_info **ret_links, size_t *ret_n,
                 struct vif_error *err)
{
    struct netlink_result result = {.error = -EINTR};
    struct dump dump = {.err = err};
    int r = 0;

    for (unsigned i = 0; r == 0 && result.error == -EINTR && i < DUMPS_MAX; i++)
        r = dump_once(nl, counters, &dump, &result);
    if (r == 0 && result.error < 0 && result.error != -EINTR)
        r = link_result_error(&result, err, "dump");
    if (r < 0) {
        free(dump.links);
        return error_prefix(err, r, "read all links");
    }
    if (dump.n)
        qsort(dump.links, dump.n, sizeof *dump.links, text_compare);
    *ret_links = dump.links;
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

/* The inode of the link's directory in sysfs is made when someone first looks at it (udev does as
 * the link appears), never before the link, and its time stays: the link is at least that old. */
int link_age(const char *name, int ifindex, int64_t *ret_ms)
{
    char text[16], path[64];
    struct timespec now;
    struct stat info;
    int64_t index, age;
    int r = sysfs_read(text, sizeof text, "class/net/%s/ifindex", name);

    if (r < 0)
        return r;
    /* A sysfs of another network namespace shows its own links. */
    if (parse_int(text, 1, INT32_MAX, &index) < 0 || index != ifindex)
        return -ENOENT;
    (void)snprintf(path, sizeof path, "/sys/class/net/%s", name);
    if (stat(path, &info) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
        return -errno;
    age = ((int64_t)now.tv_sec - info.st_ctim.tv_sec) * 1000 +
          (now.tv_nsec - info.st_ctim.tv_nsec) / 1000000;
    *ret_ms = age > 0 ? age : 0;
    return 0;
}
