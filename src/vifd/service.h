/* SPDX-License-Identifier: Apache-2.0 */
/* What can be called. */
#ifndef VIFD_SERVICE_H
#define VIFD_SERVICE_H

#include "vifd/peer.h"

/* Takes one message text[0..n) of a peer.  A call becomes peer->request, and will be answered.
 * -EINVAL with a message for anything else; -ENOMEM. */
int service_call(struct peer *peer, const char *text, size_t n, struct vif_error *err);

#endif
