/* SPDX-License-Identifier: Apache-2.0 */
/* The PFs of this host that have VFs. */
#ifndef KERNEL_SRIOV_PF_H
#define KERNEL_SRIOV_PF_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/sriov.h"

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
