/* SPDX-License-Identifier: Apache-2.0 */
/* All PFs with VFs, for a check of the host; a driver without an answer is a fact, not an error. */
#include "kernel/sriov.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "kernel/ethtool.h"
#include "kernel/sysfs.h"

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
