/* SPDX-License-Identifier: Apache-2.0 */
/* Marks that distinguish foreign rows from those of a VIF, read of all rows at once, for prune. */
#ifndef OVSDB_VSWITCH_MARKS_H
#define OVSDB_VSWITCH_MARKS_H

#include "ovsdb/vswitch.h"

/* One row of Bridge, Port, Interface or QoS. */
struct vswitch_mark {
    char uuid[UUID_TEXT_SIZE]; /* first: they are sorted by it */
    bool foreign; /* Bridge, Port: it has external_ids; QoS: queues, or other ids than "id" and a
                     "_type" that is its type */
    bool link_up; /* Interface: ovs-vswitchd sees its link up (of a vhost-user port: its guest) */
};

struct vswitch_marks {
    struct vswitch_mark *items;
    size_t n;
};

/* One transaction.  '*ret' is freed by vswitch_marks_done().  Errors as vswitch_read(). */
int vswitch_marks_read(struct ovsdb_client *client, int64_t until, struct vswitch_marks *ret,
                       struct vif_error *err);
void vswitch_marks_done(struct vswitch_marks *marks);

/* NULL for an unknown row. */
const struct vswitch_mark *vswitch_mark_of(const struct vswitch_marks *marks, const char *uuid);

#endif
