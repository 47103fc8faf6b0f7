/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and switching one feature of a link by ethtool netlink.  Features come as bit sets with
 * names: the number of a bit differs from kernel to kernel. */
#include "kernel/devlink.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/parse.h"
#include "kernel/link.h"
#include "kernel/netlink.h"

#define FEATURE "hw-tc-offload"

/* One bit set, as far as the feature is in it.  A set with a mask lists every bit there is and says
 * of each whether it is on; one without lists the bits that are on. */
struct bit {
    bool masked, listed, value;
};

/* The feature in a bit set.  Each bit of the set is an attribute of the same type. */
static int parse_bit(const struct nlattr *attr, void *data)
{
    const struct nlattr *of[ETHTOOL_A_BITSET_BIT_MAX + 1];
    struct bit *found = data;
    char name[64] = "";

    netlink_nested(attr, of, ETHTOOL_A_BITSET_BIT_MAX + 1);
    netlink_text(of[ETHTOOL_A_BITSET_BIT_NAME], name, sizeof name);
    if (mnl_attr_get_type(attr) == ETHTOOL_A_BITSET_BITS_BIT && strcmp(name, FEATURE) == 0) {
        found->listed = true;
        found->value = of[ETHTOOL_A_BITSET_BIT_VALUE] != NULL;
    }
    return MNL_CB_OK;
}

static struct bit parse_set(const struct nlattr *set)
{
    const struct nlattr *of[ETHTOOL_A_BITSET_MAX + 1];
    struct bit bit = {0};

    netlink_nested(set, of, ETHTOOL_A_BITSET_MAX + 1);
    bit.masked = set && !of[ETHTOOL_A_BITSET_NOMASK];
    if (of[ETHTOOL_A_BITSET_BITS])
        (void)mnl_attr_parse_nested(of[ETHTOOL_A_BITSET_BITS], parse_bit, &bit);
    return bit;
}

struct features {
    struct bit hardware; /* what the driver lets be switched; masked: shows whether it is known */
    struct bit active;
    struct bit unchangeable;
};

static int parse_features(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct nlattr *of[ETHTOOL_A_FEATURES_MAX + 1];

    (void)index;
    netlink_attributes(message, GENL_HDRLEN, of, ETHTOOL_A_FEATURES_MAX + 1);
    *(struct features *)data = (struct features){
        .hardware = parse_set(of[ETHTOOL_A_FEATURES_HW]),
        .active = parse_set(of[ETHTOOL_A_FEATURES_ACTIVE]),
        .unchangeable = parse_set(of[ETHTOOL_A_FEATURES_NOCHANGE]),
    };
    return 0;
}

static bool is_on(const struct bit *bit)
{
    return bit->listed && (bit->value || !bit->masked);
}

static int open_ethtool(const char *ifname, struct genetlink **ret_genl, struct vif_error *err)
{
    const char *fault = ifname_fault(ifname);
    int r;

    if (fault)
        return error_set(err, VIF_ERROR_INVALID, "the interface name '%s' %s", ifname, fault);
    r = genetlink_open(ETHTOOL_GENL_NAME, ret_genl, err);
    if (r != -ENOENT)
        return r;
    (void)error_set(err, VIF_ERROR_KERNEL, "the kernel lacks ethtool netlink (needs Linux 5.6)");
    return -EOPNOTSUPP;
}

static struct nlmsghdr *begin(struct genetlink *genl, uint8_t command, const char *ifname)
{
    struct nlmsghdr *message = genetlink_begin(genl, command, false);
    struct nlattr *header = mnl_attr_nest_start(message, ETHTOOL_A_FEATURES_HEADER);

    mnl_attr_put_strz(message, ETHTOOL_A_HEADER_DEV_NAME, ifname);
    mnl_attr_nest_end(message, header);
    return message;
}

static int get(struct genetlink *genl, const char *ifname, bool *ret_on, bool *ret_fixed,
               struct vif_error *err)
{
    struct features features = {0};
    struct netlink_result result;

    (void)begin(genl, ETHTOOL_MSG_FEATURES_GET, ifname);
    if (genetlink_send(genl, parse_features, &features, &result) < 0)
        return link_result_error(&result, err, "read " FEATURE " of %s", ifname);
    if (!features.hardware.listed) {
        (void)error_set(err, VIF_ERROR_KERNEL,
                        "read " FEATURE " of %s: the kernel lacks this feature (needs Linux 4.8)",
                        ifname);
        return -EOPNOTSUPP;
    }
    *ret_on = is_on(&features.active);
    *ret_fixed = !is_on(&features.hardware) || is_on(&features.unchangeable);
    return 0;
}

static int set(struct genetlink *genl, const char *ifname, bool on, struct vif_error *err)
{
    struct nlmsghdr *message = begin(genl, ETHTOOL_MSG_FEATURES_SET, ifname);
    struct nlattr *wanted = mnl_attr_nest_start(message, ETHTOOL_A_FEATURES_WANTED);
    struct nlattr *bits = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS);
    struct nlattr *bit = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS_BIT);
    struct netlink_result result;

    mnl_attr_put_strz(message, ETHTOOL_A_BITSET_BIT_NAME, FEATURE);
    if (on)
        mnl_attr_put(message, ETHTOOL_A_BITSET_BIT_VALUE, 0, NULL);
    mnl_attr_nest_end(message, bit);
    mnl_attr_nest_end(message, bits);
    mnl_attr_nest_end(message, wanted);
    if (genetlink_send(genl, NULL, NULL, &result) < 0)
        return link_result_error(&result, err, "switch " FEATURE " of %s %s", ifname,
                                 on ? "on" : "off");
    return 0;
}

int ethtool_get_tc_offload(const char *ifname, bool *ret_on, bool *ret_fixed, struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = NULL;
    bool on = false, fixed = false;
    int r = open_ethtool(ifname, &genl, err);

    if (r < 0)
        return r;
    r = get(genl, ifname, &on, &fixed, err);
    if (r < 0)
        return r;
    if (ret_on)
        *ret_on = on;
    if (ret_fixed)
        *ret_fixed = fixed;
    return 0;
}

int ethtool_set_tc_offload(const char *ifname, bool on, struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = NULL;
    const char *word = on ? "on" : "off";
    bool is = false, fixed = false;
    int r = open_ethtool(ifname, &genl, err);

    if (r < 0)
        return r;
    r = get(genl, ifname, &is, &fixed, err);
    if (r < 0 || is == on)
        return r < 0 ? r : 1;
    if (fixed) {
        (void)error_set(err, VIF_ERROR_KERNEL,
                        "switch " FEATURE " of %s %s: its driver has it fixed", ifname, word);
        return -EOPNOTSUPP;
    }
    r = set(genl, ifname, on, err);
    if (r < 0)
        return r;
    /* The kernel acks what it passed on to the driver, even if the driver ignores it. */
    r = get(genl, ifname, &is, &fixed, err);
    if (r < 0 || is == on)
        return r;
    return error_set(err, VIF_ERROR_KERNEL, "switch " FEATURE " of %s %s: its driver did not do it",
                     ifname, word);
}
