/* SPDX-License-Identifier: Apache-2.0 */
/* From a VF's PCI address to its PF (physfn, virtfnN: Documentation/ABI/testing/sysfs-bus-pci) and
 * its representor, which devlink names where the driver registers ports, and phys_switch_id with
 * phys_port_name (Documentation/networking/switchdev.rst) where it does not. */
#include "kernel/sriov.h"

#include <ctype.h>
#include <errno.h>
#include <linux/devlink.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kernel/sysfs.h"

#define DEVICES        "bus/pci/devices"
#define NETDEVS        "class/net"
#define VFS_MAX        65535 /* PCI_SRIOV_TOTAL_VF has 16 bits */
#define PORT_NAME_SIZE 32    /* the kernel makes names of up to 15 characters */
#define PORT_WORDS     64    /* "pci/0000:03:00.0/4" */

/* --- which VF of which PF --- */

struct virtfn_search {
    const struct sriov_vf *vf;
    int number; /* -1: not found */
};

static int match_virtfn(void *data, const char *name)
{
    struct virtfn_search *search = data;
    char target[PCI_TEXT_SIZE];
    int64_t number;

    if (strncmp(name, "virtfn", 6) != 0 || parse_int(name + 6, 0, VFS_MAX, &number) < 0)
        return 0;
    if (sysfs_read_link(target, sizeof target, DEVICES "/%s/%s", search->vf->pf_pci, name) < 0 ||
        strcmp(target, search->vf->pci) != 0)
        return 0;
    search->number = (int)number;
    return 1;
}

static int not_a_vf(const char *pci, struct vif_error *err)
{
    if (sysfs_exists(DEVICES "/%s/sriov_totalvfs", pci) || sysfs_exists(DEVICES "/%s/virtfn0", pci))
        return error_set(err, VIF_ERROR_INVALID, "PCI device %s is a PF, not a VF", pci);
    return error_set(err, VIF_ERROR_INVALID, "PCI device %s is not a VF: it has no physfn", pci);
}

static int read_physfn(struct sriov_vf *vf, struct vif_error *err)
{
    char name[PCI_TEXT_SIZE];
    int r;

    if (!sysfs_exists(DEVICES "/%s", vf->pci))
        return error_sys(err, VIF_ERROR_KERNEL, ENODEV, "PCI device %s", vf->pci);
    r = sysfs_read_link(name, sizeof name, DEVICES "/%s/physfn", vf->pci);
    if (r == -ENOENT)
        return not_a_vf(vf->pci, err);
    if (r < 0)
        return error_sys(err, VIF_ERROR_KERNEL, -r, "read physfn of PCI device %s", vf->pci);
    if (parse_pci(name, vf->pf_pci) < 0)
        return error_set(err, VIF_ERROR_KERNEL,
                         "physfn of PCI device %s leads to '%s', which is not a PCI address",
                         vf->pci, name);
    return 0;
}

int sriov_pf_of(const char *pci_address, struct sriov_vf *ret_vf, struct vif_error *err)
{
    struct sriov_vf vf = {0};
    struct virtfn_search search = {&vf, -1};
    int r;

    if (parse_pci(pci_address, vf.pci) < 0)
        return error_set(err, VIF_ERROR_INVALID, "'%s' is not a PCI address", pci_address);
    r = read_physfn(&vf, err);
    if (r < 0)
        return r;
    r = sysfs_each(match_virtfn, &search, DEVICES "/%s", vf.pf_pci);
    if (r < 0)
        return error_sys(err, VIF_ERROR_KERNEL, -r, "read the VFs of PF %s", vf.pf_pci);
    if (search.number < 0)
        return error_set(err, VIF_ERROR_KERNEL, "PF %s has no virtfn link to its VF %s", vf.pf_pci,
                         vf.pci);
    vf.vf = search.number;
    vf.pf = vf.pf_pci[strlen(vf.pf_pci) - 1] - '0';
    *ret_vf = vf;
    return 0;
}

/* --- names of ports --- */

/* What phys_port_name says of a VF's representor; -1 for what it does not say. */
struct port_name {
    int controller, pf, vf;
};

/* Moves '*p' over 'word', in any case, and the number behind it. */
static bool skip_number(const char **p, const char *word, int *ret_number)
{
    const char *q = *p + strlen(word);
    int number = 0;

    if (strncasecmp(*p, word, strlen(word)) != 0 || !isdigit((unsigned char)*q))
        return false;
    if (q[0] == '0' && isdigit((unsigned char)q[1]))
        return false;
    for (; isdigit((unsigned char)*q); q++) {
        number = number * 10 + (*q - '0');
        if (number > VFS_MAX)
            return false;
    }
    *p = q;
    *ret_number = number;
    return true;
}

/* "N", "vfN", "vfN@pfM", "pfMvfN", "cKpfMvfN", from end to end. */
static bool parse_vf_port(const char *text, struct port_name *ret_port)
{
    struct port_name port = {-1, -1, -1};
    const char *p = text;

    if (!skip_number(&p, "", &port.vf)) {
        bool pf_first;

        (void)skip_number(&p, "c", &port.controller);
        pf_first = skip_number(&p, "pf", &port.pf);
        if (!pf_first && port.controller >= 0)
            return false;
        if (!skip_number(&p, "vf", &port.vf))
            return false;
        if (!pf_first)
            (void)skip_number(&p, "@pf", &port.pf);
    }
    *ret_port = port;
    return *p == '\0';
}

/* "p0", or "p0s1" for a part of a split port. */
static bool parse_uplink(const char *text, int *ret_number)
{
    const char *p = text;
    int part;

    if (!skip_number(&p, "p", ret_number))
        return false;
    (void)skip_number(&p, "s", &part);
    return *p == '\0';
}

/* Without an eswitch in switchdev mode the driver answers EOPNOTSUPP, an old one says nothing, and
 * a link that goes away ENOENT or EINVAL: none has a switch id. */
static bool read_switch_id(const char *netdev, char ret_id[SWITCH_ID_TEXT_SIZE])
{
    return sysfs_read(ret_id, SWITCH_ID_TEXT_SIZE, NETDEVS "/%s/phys_switch_id", netdev) == 0 &&
           ret_id[0] && ret_id[strspn(ret_id, "0123456789abcdefABCDEF")] == '\0';
}

/* "" when the link has none. */
static void read_port_name(const char *netdev, char ret_name[PORT_NAME_SIZE])
{
    if (sysfs_read(ret_name, PORT_NAME_SIZE, NETDEVS "/%s/phys_port_name", netdev) < 0)
        ret_name[0] = '\0';
}

/* --- the PF's network device --- */

enum uplink_rank {
    RANK_NONE,
    RANK_OTHER,
    RANK_NAMELESS,
    RANK_UPLINK,
    RANK_OWN_UPLINK,
};

struct uplink_search {
    const struct sriov_vf *vf;
    enum uplink_rank rank;
    char any[LIMIT_IFNAME]; /* a network device of the PF, with or without a switch id */
    char name[LIMIT_IFNAME];
    char switch_id[SWITCH_ID_TEXT_SIZE];
};

static enum uplink_rank rank_uplink(const char *netdev, int pf)
{
    char port[PORT_NAME_SIZE];
    int number;

    read_port_name(netdev, port);
    if (!port[0])
        return RANK_NAMELESS;
    if (!parse_uplink(port, &number))
        return RANK_OTHER;
    return number == pf ? RANK_OWN_UPLINK : RANK_UPLINK;
}

static void set_name(char to[LIMIT_IFNAME], const char *name)
{
    (void)snprintf(to, LIMIT_IFNAME, "%.*s", LIMIT_IFNAME - 1, name);
}

static int consider_uplink(void *data, const char *name)
{
    struct uplink_search *search = data;
    char id[SWITCH_ID_TEXT_SIZE];
    enum uplink_rank rank;

    if (ifname_fault(name))
        return 0;
    set_name(search->any, name);
    if (!read_switch_id(name, id))
        return 0;
    rank = rank_uplink(name, search->vf->pf);
    if (rank < search->rank || (rank == search->rank && strcmp(name, search->name) > 0))
        return 0;
    search->rank = rank;
    set_name(search->name, name);
    memcpy(search->switch_id, id, sizeof id);
    return 0;
}

int sriov_find_uplink(struct sriov_vf *vf, struct vif_error *err)
{
    struct uplink_search search = {.vf = vf};
    int r = sysfs_each(consider_uplink, &search, DEVICES "/%s/net", vf->pf_pci);

    if (r < 0 && r != -ENOENT)
        return error_sys(err, VIF_ERROR_KERNEL, -r, "read the network devices of PF %s",
                         vf->pf_pci);
    if (!search.any[0]) {
        (void)error_set(err, VIF_ERROR_KERNEL, "PF %s of VF %s has no network device", vf->pf_pci,
                        vf->pci);
        return -ENODEV;
    }
    set_name(vf->pf_netdev, search.any);
    if (search.rank == RANK_NONE) {
        (void)error_set(err, VIF_ERROR_KERNEL, "PF %s (%s) has no phys_switch_id%s", vf->pf_pci,
                        search.any,
                        vf->eswitch_mode[0] ? "" : ": its eswitch is not in switchdev mode");
        return -EOPNOTSUPP;
    }
    set_name(vf->pf_netdev, search.name);
    memcpy(vf->switch_id, search.switch_id, sizeof vf->switch_id);
    return 0;
}

int sriov_find_vf(const char *pci_address, struct sriov_vf *ret_vf, struct vif_error *err)
{
    struct sriov_vf vf;
    int r = sriov_pf_of(pci_address, &vf, err);

    if (r < 0)
        return r;
    /* What devlink does not know sysfs may. */
    if (devlink_eswitch_mode(vf.pf_pci, vf.eswitch_mode, NULL) == -ENOMEM)
        return error_memory(err);
    /* Some drivers give switch ids in legacy mode too. */
    if (strcmp(vf.eswitch_mode, "legacy") == 0) {
        (void)error_set(err, VIF_ERROR_KERNEL, "eswitch of %s is in legacy mode, not switchdev",
                        vf.pf_pci);
        return -EOPNOTSUPP;
    }
    r = sriov_find_uplink(&vf, err);
    if (r < 0)
        return r;
    *ret_vf = vf;
    return 0;
}

/* --- the representor --- */

/* A network device that may be it, and the name of its port. */
struct candidate {
    char name[LIMIT_IFNAME];
    char port[PORT_WORDS];
};

struct representor_search {
    const struct sriov_vf *vf;
    size_t n;
    struct candidate found[2]; /* of more the first two by name */
    struct candidate other;    /* of another controller; name "": none */
};

static void add_candidate(struct representor_search *search, bool other, const char *name,
                          const char *port)
{
    struct candidate new = {0};
    struct candidate *found = search->found;

    set_name(new.name, name);
    (void)snprintf(new.port, sizeof new.port, "%s", port);
    if (other) {
        search->other = new;
        return;
    }
    if (search->n == 0 || strcmp(name, found[0].name) < 0) {
        found[1] = found[0];
        found[0] = new;
    } else if (search->n == 1 || strcmp(name, found[1].name) < 0) {
        found[1] = new;
    }
    search->n++;
}

static void consider_port(void *data, const struct devlink_port *port)
{
    struct representor_search *search = data;
    char words[PORT_WORDS];

    if (port->flavour != DEVLINK_PORT_FLAVOUR_PCI_VF || port->pf != search->vf->pf ||
        port->vf != search->vf->vf || !port->netdev[0])
        return;
    (void)snprintf(words, sizeof words, "%s/%s/%u", port->bus, port->device, port->index);
    add_candidate(search, port->external || port->controller != 0, port->netdev, words);
}

/* A name without the PF's number may be that of a VF of another PF behind the same switch; there
 * may be two PFs of the same function number, on two buses, as well. */
static bool is_of_other_pci_device(const char *netdev, const char *pf_pci)
{
    char name[PCI_TEXT_SIZE], pci[PCI_TEXT_SIZE];

    return sysfs_read_link(name, sizeof name, NETDEVS "/%s/device", netdev) == 0 &&
           parse_pci(name, pci) == 0 && strcmp(pci, pf_pci) != 0;
}

static int consider_netdev(void *data, const char *name)
{
    struct representor_search *search = data;
    const struct sriov_vf *vf = search->vf;
    char id[SWITCH_ID_TEXT_SIZE], text[PORT_NAME_SIZE];
    struct port_name port;

    if (ifname_fault(name) || !read_switch_id(name, id) || strcmp(id, vf->switch_id) != 0)
        return 0;
    read_port_name(name, text);
    if (!parse_vf_port(text, &port) || port.vf != vf->vf || (port.pf >= 0 && port.pf != vf->pf) ||
        is_of_other_pci_device(name, vf->pf_pci))
        return 0;
    add_candidate(search, port.controller >= 0, name, text);
    return 0;
}

static int choose(const struct representor_search *search, char ret_name[LIMIT_IFNAME],
                  struct vif_error *err)
{
    const struct candidate *found = search->found;
    const struct sriov_vf *vf = search->vf;

    if (search->n == 1) {
        set_name(ret_name, found[0].name);
        return 0;
    }
    if (search->n > 1)
        return error_set(err, VIF_ERROR_CONFLICT,
                         "VF %d of PF %s has two representors: %s (port %s) and %s (port %s)",
                         vf->vf, vf->pf_pci, found[0].name, found[0].port, found[1].name,
                         found[1].port);
    if (search->other.name[0])
        (void)error_set(err, VIF_ERROR_KERNEL,
                        "VF %d of PF %s has no representor of its own: %s (port %s) is another "
                        "controller's",
                        vf->vf, vf->pf_pci, search->other.name, search->other.port);
    else
        (void)error_set(err, VIF_ERROR_KERNEL,
                        "VF %d of PF %s has no representor: no network device of switch %s has "
                        "phys_port_name %d, vf%d, pf%dvf%d or vf%d@pf%d%s",
                        vf->vf, vf->pf_pci, vf->switch_id, vf->vf, vf->vf, vf->pf, vf->vf, vf->vf,
                        vf->pf, vf->eswitch_mode[0] ? "" : "; is its eswitch in switchdev mode?");
    return -ENODEV;
}

int sriov_find_representor(const struct sriov_vf *vf, char ret_name[LIMIT_IFNAME],
                           struct vif_error *err)
{
    struct representor_search search = {.vf = vf};
    int r = devlink_ports(vf->pf_pci, consider_port, &search, NULL);

    if (r == -ENOMEM)
        return error_memory(err);
    if (r == 0 && (search.n > 0 || search.other.name[0]))
        return choose(&search, ret_name, err);
    search = (struct representor_search){.vf = vf};
    r = sysfs_each(consider_netdev, &search, NETDEVS);
    if (r < 0)
        return error_sys(err, VIF_ERROR_KERNEL, -r, "read /sys/" NETDEVS);
    return choose(&search, ret_name, err);
}
