/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filter rules for Linux bridges, in a table of our own: "inet vifd", with one chain,
 * "forward".  Each rule carries the name of its bridge as its comment.  An accepting rule makes an
 * exception from our own dropping ones and opens nothing that another table closes.  Frames
 * switched within a bridge come by only with br_netfilter, with the bridge as both ends. */
#ifndef KERNEL_NFT_H
#define KERNEL_NFT_H

#include <vif/plugin.h>

#include "base/cleanup.h"
#include "base/error.h"

/* libnftables, loaded, and its context, which belongs to the network namespace it was opened in. */
struct nft;

/* 0; -EPERM (kind PERMISSION) without permission to make rules; another negative errno (SYSTEM)
 * when the library is missing or the kernel has no nftables: libnftables itself would print, or
 * end the process, as it still does when out of memory. */
int nft_open(struct nft **ret_nft, struct vif_error *err);
void nft_close(struct nft *nft);
DEFINE_AUTO(auto_nft, struct nft *, nft_close);
#define auto_nft __attribute__((cleanup(auto_nft_fn)))

/* Runs commands of libnftables' JSON interface (libnftables-json(5)) as one transaction, and sets
 * '*ret_output' (may be NULL) to what they print, which is good until the next call.  -EIO (kind
 * KERNEL) with the library's words in one line. */
int nft_run(struct nft *nft, const char *commands, const char **ret_output, struct vif_error *err);

/* Sees to it that the rules of a bridge are exactly these, as os-vif has them for iptables:
 *
 *   with "all" among the interfaces       from the bridge: accept; to the bridge: accept
 *   otherwise, none included              between bridge and each interface, and within it:
 *                                         accept; from the bridge: drop; to the bridge: drop
 *
 * An interface name may end in '+', as in iptables, for all that begin so; an empty one is
 * passed over.  The drop action is "DROP" (also for "") or "REJECT", in any case.  Rules that drop
 * stand before those of bridges that accept all, so that no other bridge opens what this one
 * closes, in either order.  One transaction: no packet sees some of them.
 *
 * 0 when they were made; 1 when they were there, and nothing was changed; -EINVAL for a name
 * nftables cannot hold or another drop action; else as nft_run().  With 'check' 0 when they would
 * be made. */
int nft_bridge_rules(struct nft *nft, const struct vif_wiring_rules *rules, bool check,
                     struct vif_error *err);

#endif
