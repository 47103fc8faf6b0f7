/* SPDX-License-Identifier: Apache-2.0 */
/* Rows known by their column "name": one by one, or many at a cost that does not depend on how many
 * others there are. */
#ifndef OVSDB_SELECT_NAMED_H
#define OVSDB_SELECT_NAMED_H

#include "ovsdb/rows.h"

/* From this many names on, in all tables together, select_named() is to be preferred to a select for
 * each.  Milliseconds of ovsdb-server 3.1 for half as many ports and as many interfaces, by the rows
 * that each of the two tables has:
 *
 *               |            selects            |        select_named()
 *          rows | 16 names |  24 |  32 |  48 | 200  | 16 |  24 |  32 |  48 | 200
 *             0 |     0.06 | 0.1 | 0.1 | 0.2 | 0.8  | 0.1| 0.1 | 0.1 | 0.1 | 0.2
 *          1000 |      1.2 | 1.7 | 2.0 | 3.7 |  12  | 1.9| 2.1 | 2.2 | 1.8 |   5
 *        10,000 |  36..51  |  35 |  43 |  44 | 203  | 48 |  45 |  45 |  47 |  45
 *
 * For us a name costs less in a monitor, too, since a select repeats the columns. */
#define SELECT_NAMED_FROM 24

/* The rows with these names. */
struct named_rows {
    struct rows *rows;
    const char *const *names;
    size_t n;
};

/* Adds the rows of 'n' tables as they were at one moment, and perhaps rows of other names; it may take
 * more than one request.  Errors
 * as select_run(), but a connection lost for good is -ETIMEDOUT. */
int select_named(struct ovsdb_client *client, const struct named_rows *wanted, size_t n,
                 int64_t until, struct vif_error *err);

#endif
