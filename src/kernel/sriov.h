/* SPDX-License-Identifier: Apache-2.0 */
/* SR-IOV facts: from the PCI address of a VF to its number, its PF, the PF's network device and
 * eswitch, and the VF's representor, read from /sys and devlink without waiting.  Errors are of
 * kind INVALID for what is not the address of a VF, CONFLICT for two representors, PERMISSION
 * and NO_MEMORY where the errno says so, else KERNEL. */
#ifndef KERNEL_SRIOV_H
#define KERNEL_SRIOV_H

#include "base/error.h"
#include "base/limits.h"
#include "base/parse.h"
#include "kernel/devlink.h"

#define SWITCH_ID_TEXT_SIZE 65 /* 32 bytes in hexadecimal, MAX_PHYS_ITEM_ID_LEN, and NUL */

struct sriov_vf {
    char pci[PCI_TEXT_SIZE];              /* the VF's, normalised */
    char pf_pci[PCI_TEXT_SIZE];           /* of its PF */
    int vf;                               /* number of the VF, as the PF counts them from 0 */
    int pf;                               /* the PF's PCI function number */
    char pf_netdev[LIMIT_IFNAME];         /* network device of the PF (the uplink) */
    char switch_id[SWITCH_ID_TEXT_SIZE];  /* phys_switch_id, as sysfs writes it */
    char eswitch_mode[DEVLINK_MODE_SIZE]; /* "switchdev", or "" when devlink does not say */
};

/* Which VF of which PF 'pci_address' is: sets pci, pf_pci, vf and pf, and empties the rest;
 * enough for a DPDK representor ("PF,representor=[VF]").
 *
 * 0; -EINVAL when it is not the address of a VF; -ENODEV when there is no such PCI device; -EIO
 * when no virtfn link of the PF leads to the VF; or what reading /sys failed with. */
int sriov_pf_of(const char *pci_address, struct sriov_vf *ret_vf, struct vif_error *err);

/* The same, and the PF's network device, switch id and eswitch mode.  Of several devices with a
 * switch id (representors are children of the PF as well) the one whose phys_port_name is p<PF
 * function> is taken, else p<N>, else one without a phys_port_name, else any; of equals the
 * first by name.
 *
 * Errnos as above; -ENODEV too when the PF has no network device; -EOPNOTSUPP when its eswitch
 * is in legacy mode, by devlink, or none of its network devices has a phys_switch_id. */
int sriov_find_vf(const char *pci_address, struct sriov_vf *ret_vf, struct vif_error *err);

/* The part of it that needs no VF: from 'pf_pci' (and 'pf') to pf_netdev and switch_id.  -ENODEV
 * and -EOPNOTSUPP as above, the latter with 'pf_netdev' set to one of the PF's network devices. */
int sriov_find_uplink(struct sriov_vf *vf, struct vif_error *err);

/* The name of the network device that represents a VF, found by sriov_find_vf(), on this host: by
 * devlink, the port of the PF with flavour pcivf and both numbers, not external and of controller
 * 0; else, among the devices with the switch id, the one with phys_port_name "N", "vfN", "pfMvfN"
 * or "vfN@pfM", in any case of the letters, unless it is a child of another PCI device than the PF.
 *
 * 0; -ENODEV when there is none, or only one of another controller ("cKpfMvfN"; it is named);
 * -EEXIST when there are two (both are named).  The link may be gone by now. */
int sriov_find_representor(const struct sriov_vf *vf, char ret_name[LIMIT_IFNAME],
                           struct vif_error *err);

struct sriov_pf {
    char pci[PCI_TEXT_SIZE];
    int n_vfs;
    char netdev[LIMIT_IFNAME];            /* the uplink; "": none in this network namespace */
    bool has_switch_id;                   /* its phys_switch_id: the eswitch is in switchdev mode */
    char eswitch_mode[DEVLINK_MODE_SIZE]; /* "" when devlink does not say */
    bool tc_known, tc_on, tc_fixed;       /* hw-tc-offload of 'netdev', where it can be read */
};

/* Lists the PFs whose sriov_numvfs is not 0, sorted by PCI address.  Unknown facts are left out,
 * and a host without PCI has no PFs.  '*ret_pfs' is freed by the caller.  0 or -ENOMEM. */
int sriov_list_pfs(struct sriov_pf **ret_pfs, size_t *ret_n);

#endif
