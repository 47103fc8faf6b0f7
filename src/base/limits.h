/* SPDX-License-Identifier: Apache-2.0 */
/* Every limit of the project, each with its reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* An interface name as the kernel holds it (IFNAMSIZ with its NUL). */
#define LIMIT_IFNAME 16

/* The name of an Open vSwitch port with its NUL: patch ports may have longer names than devices
 * (os-vif cuts them at 64). */
#define LIMIT_PORT_NAME 65

/* An input text: 10,000 VIFs as nova serialises them are about 40 MB. */
#define LIMIT_DOCUMENT_BYTES ((size_t)128 << 20)

/* VIFs in one call: a host has at most a few thousand ports. */
#define LIMIT_VIFS 100000

/* Nesting: an os-vif object needs 14 levels; 64 leaves room and keeps recursion small. */
#define LIMIT_JSON_DEPTH 64

/* One message of a database server: all names of 10,000 ports are about 5 MB. */
#define LIMIT_MESSAGE_BYTES ((size_t)256 << 20)

/* A string in a VIF (labels, paths): nothing in os-vif comes near. */
#define LIMIT_STRING 4096

/* Elements of one list in a VIF (subnets, addresses, routes). */
#define LIMIT_LIST 4096

/* The name of a varlink method or error with its interface: D-Bus has the same limit. */
#define LIMIT_VARLINK_NAME 255

/* One call to the daemon: 10,000 VIFs as nova serialises them are about 40 MB. */
#define LIMIT_CALL_BYTES ((size_t)64 << 20)

/* One reply of the daemon: the drawing of a whole host with 10,000 ports is about 30 MB. */
#define LIMIT_REPLY_BYTES ((size_t)128 << 20)

/* Outstanding requests to one database server. */
#define LIMIT_IN_FLIGHT 64

/* Queued notifications; no known server sends more. */
#define LIMIT_NOTIFICATIONS 1024

/* A configuration file; nova.conf with all its comments is about 600 kB. */
#define LIMIT_CONFIG_BYTES ((size_t)4 << 20)

/* After the timeout of a call, one more reply of a local database is read, in milliseconds. */
#define LIMIT_LOOK_MS 500

/* Diagnosis after a timeout: the caller has waited already, and will not wait much longer for an
 * explanation. */
#define LIMIT_DIAGNOSIS_MS 3000
/* The part of it for a remote database. */
#define LIMIT_SOUTHBOUND_MS 2000

/* Undoing a call after its timeout: as long as a busy database may take for a transaction of
 * thousands of ports. */
#define LIMIT_UNDO_MS 10000

/* Connecting to the daemon, which takes connections at once unless it hangs. */
#define LIMIT_CONNECT_MS 5000

/* How long after a call's timeout the daemon's reply may arrive: it has limits of its own for
 * diagnosis and undo, plus scheduling delays. */
#define LIMIT_ANSWER_MS (LIMIT_UNDO_MS + LIMIT_DIAGNOSIS_MS + 5000)

/* The command line of a process: the kernel gives it a quarter of the stack, 2 MiB as a rule;
 * QEMU's with many disks is about 100 kB. */
#define LIMIT_COMMAND_LINE ((size_t)8 << 20)

/* Ancestors of this process: a dozen with a terminal, sudo and scripts. */
#define LIMIT_ANCESTORS 64

/* The log of a database server, which is compacted when it has doubled (from 10 MB on): a host's is
 * below 100 MB.  The largest record is the snapshot after compaction, 10 MB for 10,000 ports, which
 * takes ten times its size in memory while it is read. */
#define LIMIT_HISTORY_BYTES  ((int64_t)512 << 20)
#define LIMIT_HISTORY_RECORD ((size_t)64 << 20)

#endif
