/* SPDX-License-Identifier: Apache-2.0 */
/* The policy: what of a host the VIFs of callers that are not trusted with all of it may touch.  A
 * list of what is allowed; everything else is refused.  A wiring is checked by what it names before
 * anything is looked at, and again by where its ports were found. */
#ifndef STATE_POLICY_H
#define STATE_POLICY_H

#include "base/text.h"
#include "state/observe.h"

/* Each list has patterns of names, as words_match() takes them, but for the directories, which are
 * absolute paths as policy_normalise() writes them.  Beside the lists, names that are made of a
 * VIF's id (qbr, qvb, qvo, vhu, vfr, pb, pbp, ibp and the id, cut as os-vif cuts it) are always
 * allowed, each for what it names. */
struct policy {
    struct words bridges; /* of Open vSwitch */
    struct words linux_bridges;
    struct words interfaces;         /* network devices and ports */
    struct words socket_directories; /* of vhost-user sockets, which are in them, not below */
    struct words devices;            /* VFs by their PCI addresses, in lower case */
    /* Allowed on Linux bridges and below VLANs besides 'interfaces'; "" none. */
    char flat_interface[VIF_DEVICE_NAME_SIZE];
    char vlan_interface[VIF_DEVICE_NAME_SIZE];
};

/* The default lists; policy_done() frees what they were replaced by. */
void policy_init(struct policy *policy);
void policy_done(struct policy *policy);

/* Writes an absolute path without empty components and ".", or returns false for one that is not
 * absolute, has a component ".." or a control character, or does not fit. */
bool policy_normalise(const char *path, char *ret_path, size_t size);

/* Checks every part of the wiring; those without a name yet (a port that is found by its owner) are
 * to be checked again when they have one.  Pure.
 *
 * 0; kind PERMISSION, with a message that names the part and the option. */
int policy_check(const struct policy *policy, const struct vif_wiring *wiring,
                 struct vif_error *err);

/* The same of where the ports of the wiring were found: one on a bridge that is not allowed is not
 * moved, repaired or removed. */
int policy_check_found(const struct policy *policy, const struct vif_wiring *wiring,
                       const struct observed *observed, struct vif_error *err);

/* The same of a vhost-user socket that a VIF names, whether or not its wiring has it. */
int policy_check_socket(const struct policy *policy, const char *path, struct vif_error *err);

#endif
