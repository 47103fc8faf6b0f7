/* SPDX-License-Identifier: Apache-2.0 */
/* Representors looked for by devlink port. */
#ifndef DEVLINK_FIXTURE_H
#define DEVLINK_FIXTURE_H

#include "genetlink-fixture.h"

#include <sys/stat.h>

#include "kernel/netlink.h"
#include "kernel/sriov.h"

static inline void expect_mode(int r, const char *wanted)
{
    char mode[DEVLINK_MODE_SIZE] = "untouched";
    struct vif_error err = {0};

    assert_int_equal(devlink_eswitch_mode(PF, mode, &err), r);
    assert_string_equal(mode, wanted);
    assert_int_equal(err.kind != VIF_ERROR_NONE, r < 0);
}

static const struct devlink_port ports[] = {
    {"pci", PF, 0xffff, DEVLINK_PORT_FLAVOUR_PHYSICAL, 0, false, 0, 3, "pf0"},
    {"pci", PF, 1, DEVLINK_PORT_FLAVOUR_PCI_VF, 0, false, 0, 0, "rep0"},
    {"pci", PF, 4, DEVLINK_PORT_FLAVOUR_PCI_VF, 0, false, 0, 3, "rep3"},
    {"pci", PF, 5, DEVLINK_PORT_FLAVOUR_PCI_SF, 0, false, 0, 3, "sf3"},
    {"pci", PF, 6, DEVLINK_PORT_FLAVOUR_PCI_VF, 0, false, 1, 3, "other-pf3"},
    {"pci", PF, 7, DEVLINK_PORT_FLAVOUR_PCI_VF, 1, true, 0, 3, "dpu3"},
    {"pci", "0000:03:00.1", 4, DEVLINK_PORT_FLAVOUR_PCI_VF, 0, false, 0, 3, "second3"},
    {"auxiliary", PF, 8, DEVLINK_PORT_FLAVOUR_PCI_VF, 0, false, 0, 3, "aux3"},
};

static inline void keep_port(void *data, const struct devlink_port *port)
{
    struct devlink_port **next = data;

    *(*next)++ = *port;
}

static const struct sriov_vf vf3 = {
    .pci = "0000:03:00.5", .pf_pci = PF, .vf = 3, .switch_id = "0c42a1fffe000100"};

static inline void expect_representor(int r, const char *wanted)
{
    char name[LIMIT_IFNAME] = "untouched";
    struct vif_error err = {0};
    int got = sriov_find_representor(&vf3, name, &err);

    assert_string_equal(got < 0 ? err.text : name, wanted);
    assert_int_equal(got, r);
}

#endif
