/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of os-vif's objects, by which the program reads and documents them. */
#ifndef MODEL_TABLES_H
#define MODEL_TABLES_H

#include "model/model.h"
#include "model/object.h"

/* The beginning of a row: member 'member' of 'struct object', bit 'number' of its 'present'. */
#define ROW_AS(word, object, member, kind, number)                                                 \
    .name = (word), .type = (kind), .bit = (number), .offset = offsetof(struct object, member)
#define ROW(object, member, kind, number) ROW_AS(#member, object, member, kind, number)

#define TABLE_LENGTH(table) (sizeof(table) / sizeof((table)[0]))

/* A class by name, newest minor version and field table. */
#define CLASS(class_name, newest, table)                                                           \
    {                                                                                              \
        class_name, newest, table, TABLE_LENGTH(table)                                             \
    }

extern const struct field_object vif_object;
extern const struct field_object port_profile_object;
extern const struct field_object datapath_offload_object;
extern const struct field_object network_object;
extern const struct field_object instance_info_object;

#endif
