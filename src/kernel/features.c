/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to this kernel that make and load nothing.  A dump of the links of one kind is filtered
 * by a kind the kernel knows, and shows all links for another (net/core/rtnetlink.c,
 * rtnl_dump_ifinfo()).  To ask for one generic netlink family would load its module; to list them
 * does not. */
#include "kernel/features.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "base/pool.h"
#include "base/text.h"
#include "kernel/sriov.h"
#include "kernel/sysfs.h"

#define BRIDGE_NF "/proc/sys/net/bridge/bridge-nf-call-iptables"

/* --- kinds of links --- */

/* Whether the path that begins a line ("kernel/net/bridge/bridge.ko.xz: ...") is that of a
 * module. */
static bool names_module(const char *line, const char *module)
{
    size_t n = strcspn(line, ": \n"), length = strlen(module);
    const char *name = memrchr(line, '/', n);

    if (!name)
        return false;
    name++;
    return strncmp(name, module, length) == 0 && strncmp(name + length, ".ko", 3) == 0;
}

/* 1 when the list has the module, 0 when not, -ENOENT when there is no such list. */
static int look_up(const char *release, const char *list, const char *module)
{
    char path[256];
    auto_file FILE *file = NULL;
    auto_free char *line = NULL;
    size_t room = 0;

    (void)snprintf(path, sizeof path, "/lib/modules/%s/%s", release, list);
    file = fopen(path, "re");
    if (!file)
        return -ENOENT;
    while (getline(&line, &room, file) >= 0)
        if (names_module(line, module))
            return 1;
    return 0;
}

static enum feature_state find_module(const char *module)
{
    struct utsname system = {0};
    int loadable, builtin;

    (void)uname(&system);
    builtin = look_up(system.release, "modules.builtin", module);
    loadable = look_up(system.release, "modules.dep", module);
    if (builtin == 1 || loadable == 1)
        return FEATURE_LOADABLE;
    return loadable < 0 ? FEATURE_UNKNOWN : FEATURE_MISSING;
}

/* lo is in every namespace, and of no kind. */
static int note_unfiltered(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    bool *unfiltered = data;

    if (message->nlmsg_type == RTM_NEWLINK && mnl_nlmsg_get_payload_len(message) >= sizeof *header)
        unfiltered[index] = unfiltered[index] || header->ifi_type == ARPHRD_LOOPBACK;
    return 0;
}

static void add_dump(struct netlink_batch *batch, const char *kind)
{
    struct nlmsghdr *message =
        netlink_batch_begin(batch, RTM_GETLINK, NLM_F_DUMP, 64 + strlen(kind));
    struct nlattr *info;

    if (!message)
        return;
    (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_strz(message, IFLA_INFO_KIND, kind);
    mnl_attr_nest_end(message, info);
    netlink_batch_end(batch, message);
}

int features_link_kinds(struct netlink *nl, const char *const *kinds, size_t n,
                        enum feature_state *ret_states, struct vif_error *err)
{
    auto_free struct netlink_result *results = calloc(n + 1, sizeof *results);
    auto_free bool *unfiltered = calloc(n + 1, sizeof *unfiltered);
    auto_netlink_batch struct netlink_batch batch = {0};
    int r;

    if (!results || !unfiltered)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        add_dump(&batch, kinds[i]);
    r = netlink_batch_send(nl, &batch, 0, results, note_unfiltered, unfiltered, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        if (results[i].error < 0 && results[i].error != -EINTR)
            ret_states[i] = FEATURE_UNKNOWN;
        else
            ret_states[i] = unfiltered[i] ? find_module(kinds[i]) : FEATURE_PRESENT;
    }
    return 0;
}

/* --- the datapath --- */

static int look_for_datapath(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct nlattr *of[CTRL_ATTR_FAMILY_NAME + 1];
    char name[GENL_NAMSIZ] = "";
    bool *found = data;

    (void)index;
    netlink_attributes(message, GENL_HDRLEN, of, CTRL_ATTR_FAMILY_NAME + 1);
    netlink_text(of[CTRL_ATTR_FAMILY_NAME], name, sizeof name);
    *found = *found || strcmp(name, "ovs_datapath") == 0;
    return 0;
}

int features_datapath(enum feature_state *ret_state)
{
    auto_genetlink struct genetlink *genl = NULL;
    struct netlink_result result = {0};
    bool found = false;
    int r = genetlink_open("nlctrl", &genl, NULL);

    if (r == 0) {
        (void)genetlink_begin(genl, CTRL_CMD_GETFAMILY, true);
        r = genetlink_send(genl, look_for_datapath, &found, &result);
    }
    if (r == -ENOMEM)
        return r;
    *ret_state = found ? FEATURE_PRESENT : find_module("openvswitch");
    return 0;
}

/* --- the rest --- */

int features_open_tun(void)
{
    auto_close int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    return fd < 0 ? -errno : 0;
}

bool features_strict_checks(void)
{
    auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int yes = 1;

    return fd >= 0 && setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof yes) == 0;
}

int features_bridge_nf_iptables(void)
{
    auto_close int fd = open(BRIDGE_NF, O_RDONLY | O_CLOEXEC);
    char digit = '0';

    if (fd < 0 || read(fd, &digit, 1) < 0)
        return -errno;
    return digit != '0';
}

bool features_net_admin(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{0}};

    return syscall(SYS_capget, &header, sets) == 0 &&
           (sets[CAP_NET_ADMIN / 32].effective >> (CAP_NET_ADMIN % 32) & 1);
}

/* ---- PFs with VFs; a driver without an answer is a fact, not an error ---- */

#define DEVICES "bus/pci/devices"

struct listing {
    struct sriov_pf *pfs;
    size_t n, room;
};

static int read_pf(const char *pci, int n_vfs, struct sriov_pf *ret)
{
    struct sriov_vf place = {0};
    struct sriov_pf pf = {.n_vfs = n_vfs};

    memcpy(pf.pci, pci, sizeof pf.pci);
    memcpy(place.pf_pci, pci, sizeof place.pf_pci);
    place.pf = pci[strlen(pci) - 1] - '0';
    if (devlink_eswitch_mode(pci, pf.eswitch_mode, NULL) == -ENOMEM)
        return -ENOMEM;
    pf.has_switch_id = sriov_find_uplink(&place, NULL) == 0;
    memcpy(pf.netdev, place.pf_netdev, sizeof pf.netdev);
    pf.tc_known =
        pf.netdev[0] && ethtool_get_tc_offload(pf.netdev, &pf.tc_on, &pf.tc_fixed, NULL) == 0;
    *ret = pf;
    return 0;
}

static int consider(void *data, const char *name)
{
    struct listing *listing = data;
    char pci[PCI_TEXT_SIZE], text[16];
    int64_t n_vfs;
    int r;

    if (parse_pci(name, pci) < 0 ||
        sysfs_read(text, sizeof text, DEVICES "/%s/sriov_numvfs", name) < 0 ||
        parse_int(text, 1, UINT16_MAX, &n_vfs) < 0)
        return 0;
    if (!array_grow(listing->pfs, listing->n, listing->room, 1))
        return -ENOMEM;
    r = read_pf(pci, (int)n_vfs, &listing->pfs[listing->n]);
    listing->n += r == 0;
    return r;
}

_Static_assert(offsetof(struct sriov_pf, pci) == 0, "text_compare() compares PCI addresses");

int sriov_list_pfs(struct sriov_pf **ret_pfs, size_t *ret_n)
{
    struct listing listing = {0};

    if (sysfs_each(consider, &listing, DEVICES) == -ENOMEM) {
        free(listing.pfs);
        return -ENOMEM;
    }
    if (listing.n)
        qsort(listing.pfs, listing.n, sizeof *listing.pfs, text_compare);
    *ret_pfs = listing.pfs;
    *ret_n = listing.n;
    return 0;
}
