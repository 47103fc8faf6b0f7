/* SPDX-License-Identifier: Apache-2.0 */
/* The whole switch: its schema, the one Open_vSwitch row, and of every bridge, port and
 * interface the few columns that show whether something is wrong. */
#ifndef OVSDB_VSWITCH_ROOT_H
#define OVSDB_VSWITCH_ROOT_H

#include "ovsdb/vswitch.h"

/* Reads the schema, and then all of it in one transaction that writes nothing.  A column that the
 * schema lacks is not an error: see 'missing'.  On an error '*ret' is untouched; errors as
 * ovsdb_client_transact(), and -EPROTO (kind OVSDB) for a reply that does not match the schema. */
int vswitch_root_read(struct ovsdb_client *client, int64_t until, struct vswitch *ret,
                      struct vif_error *err);

/* Reads cur_cfg and next_cfg alone, which is one round trip of the smallest size. */
int vswitch_root_read_cfg(struct ovsdb_client *client, int64_t until, int64_t *ret_cur_cfg,
                          int64_t *ret_next_cfg, struct vif_error *err);

/* A setting of OVN in external_ids of the Open_vSwitch row: of this chassis alone ("KEY-SYSTEM_ID",
 * where several share the database), else of all.  NULL when there is none. */
const char *vswitch_ovn_setting(const struct vif_map *external_ids, const char *key);

#endif
