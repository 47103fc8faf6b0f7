/* SPDX-License-Identifier: Apache-2.0 */
/* libvif: plugs the network interfaces of virtual machines into Open vSwitch.
 *
 * A host is opened once; batches of VIFs, handed in as JSON text, are plugged and unplugged; a report
 * says what became of each.  Calls block, at most until their timeout.  The library has no threads and
 * no globals, never prints, exits or aborts, and every handle may be used by one thread at a time.
 * Only the functions that free take NULL for a handle.
 *
 * Functions return 0, or a negative errno with 'err' filled (where it is not NULL).  Strings and
 * structs reached through a handle belong to it. */
#ifndef VIF_VIF_H
#define VIF_VIF_H

#include <stddef.h>
#include <stdint.h>

#include <vif/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, e.g. "0.1.0". */
const char *vif_version(void);

/* ---- host ---- */

struct vif_host;

/* Zero-initialise, set 'size' to sizeof(struct vif_host_options), then what is needed. */
struct vif_host_options {
    size_t size;
    const char *config_file; /* NULL: /etc/vifd/vifd.conf where it exists */
    const char *ovsdb;       /* "unix:PATH" or "tcp:IP:PORT"; NULL: as configured */
    void (*log)(void *data, const char *line); /* debug lines; NULL: none */
    void *log_data;
};

/* Reads the configuration and opens what is needed of the kernel; the database is connected to when
 * first needed.  'options' may be NULL.  Errors: CONFIG (file, group and option are named),
 * PERMISSION, KERNEL. */
int vif_host_open(const struct vif_host_options *options, struct vif_host **ret_host,
                  struct vif_error *err);
void vif_host_close(struct vif_host *host);

/* ---- batch ---- */

struct vif_batch;

int vif_batch_new(struct vif_batch **ret_batch, struct vif_error *err);
void vif_batch_free(struct vif_batch *batch);

/* Adds the VIFs of a JSON text: a document {"vif": OBJECT, "instance_info": OBJECT}, an array of
 * them, or several one after the other.  OBJECT is an oslo.versionedobjects primitive or the plain
 * form.  'name' is what messages call the text.
 *
 * A VIF that does not decode is kept with its error and shows up in the report; the others of the text
 * are none the worse for it.  -ENOMEM; -E2BIG for more VIFs than one call takes. */
int vif_batch_add(struct vif_batch *batch, const char *name, const char *text, size_t length,
                  struct vif_error *err);

/* Adds an entry that failed before its text could be had (a file that cannot be read). */
int vif_batch_add_error(struct vif_batch *batch, const struct vif_error *fault,
                        struct vif_error *err);

size_t vif_batch_count(const struct vif_batch *batch);

/* ---- calls ---- */

enum vif_wait {
    VIF_WAIT_VSWITCHD, /* until ovs-vswitchd has made the ports real, or said why it cannot */
    VIF_WAIT_NONE,     /* until the database has the rows */
};

#define VIF_TIMEOUT_CONFIGURED 0
#define VIF_TIMEOUT_NEVER      (-1)

/* Zero-initialise, set 'size' to sizeof(struct vif_call_options), then what is needed. */
struct vif_call_options {
    size_t size;
    enum vif_wait wait;
    int64_t timeout_ms; /* for the whole call; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    int dry_run;        /* change nothing, say what would be done */
};

struct vif_report;

/* Connects (vif_host_plug) or disconnects the VIFs of the batch, all in one database transaction.
 * Either is harmless where it is done already, and mends what is half there.  'options' may be NULL.
 *
 * 0 whenever there is a report, however many VIFs failed; -ENOMEM.  The batch can be used again. */
int vif_host_plug(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_call_options *options, struct vif_report **ret_report,
                  struct vif_error *err);
int vif_host_unplug(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* ---- report ---- */

enum vif_state {
    VIF_STATE_FAILED,
    VIF_STATE_PLUGGED,
    VIF_STATE_WAITING, /* plugged; its network device does not exist yet (a guest makes it later) */
    VIF_STATE_UNPLUGGED,
    VIF_STATE_PLANNED, /* dry run */
};

/* "failed", "plugged", ...; never NULL. */
const char *vif_state_name(enum vif_state state);

/* What became of one VIF.  New members are only ever added at the end. */
struct vif_result {
    const char *id;     /* of the VIF; "" when its document did not say */
    const char *name;   /* the network device it is known by; "" when not known */
    const char *bridge; /* the Open vSwitch bridge; "" when not known */
    enum vif_state state;
    int changed;            /* kernel or database were changed (dry run: would be) */
    int64_t ofport;         /* OpenFlow port number; 0 when not known */
    const char *steps;      /* dry run: one line per step, each ended by a newline; else NULL */
    struct vif_error error; /* VIF_STATE_FAILED */
    const char *warnings;   /* what is no error but should be known, one line each; else NULL */
};

size_t vif_report_count(const struct vif_report *report);
/* 'i' below vif_report_count(); in the order in which the VIFs were added. */
const struct vif_result *vif_report_result(const struct vif_report *report, size_t i);
/* Dry run: the operations of the database transaction as a JSON array; NULL when there is none. */
const char *vif_report_transaction(const struct vif_report *report);
/* The whole report as JSON text, which belongs to the report; NULL when memory is gone.
 *   {"results": [{"id", "name", "bridge", "state", "changed", "ofport"?, "note"?, "steps"?, "warnings"?,
 *                 "error"?: {"kind", "text"}}], "transaction"?: [...]} */
const char *vif_report_json(struct vif_report *report);
/* The exit status that says it all: 0; that of the only kind of error when nothing succeeded; 3. */
int vif_report_status(const struct vif_report *report);
void vif_report_free(struct vif_report *report);

/* ---- what there is ---- */

/* Frees a text that a function below has handed over; NULL is fine. */
void vif_free(char *text);

/* Zero-initialise, set 'size' to sizeof(struct vif_info_options), then what is needed. */
struct vif_info_options {
    size_t size;
    const char *const *vif_types; /* NULL-ended: "VIFBridge", ...; NULL: all */
    const char *const *versions;  /* NULL-ended: "HostVIFInfo=1.0", ...; NULL: the newest of each */
};

/* The plugins of the host and the VIFs they take: os-vif's HostInfo object as a versioned primitive.
 * With 'vif_types' plugins that take none of these are left out; with 'versions' objects are written
 * as they were in an older version.  'options' may be NULL.
 *
 * On success '*ret_text' is a JSON text that the caller frees with vif_free().  INVALID for a type
 * or object there is not, VERSION for a version that cannot be had: the words say what can. */
int vif_host_info(struct vif_host *host, const struct vif_info_options *options, char **ret_text,
                  struct vif_error *err);

/* JSON Schema (draft 2020-12) of what vif_batch_add() takes; with 'type' not NULL, of the objects of
 * one class, e.g. "VIFBridge".  It says all the decoder demands but for two things: a text may have
 * 4096 bytes, not characters, and 5.0 is no integer.
 *
 * On success '*ret_text' is a JSON text that the caller frees with vif_free().  INVALID for a type
 * there is not: the words say which there are. */
int vif_schema(const char *type, char **ret_text, struct vif_error *err);

/* ---- the VIFs of this host ---- */

struct vif_list;

/* Zero-initialise, set 'size' to sizeof(struct vif_list_options), then what is needed.  What is NULL
 * does not matter. */
struct vif_list_options {
    size_t size;
    const char *instance; /* only VIFs of this instance (UUID) */
    const char *bridge;   /* only those on this bridge */
    const char *state;    /* only those in this state: a word of struct vif_found */
    int64_t timeout_ms;   /* VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
};

/* One VIF as it shows on this host, whoever plugged it: every interface of the database with an
 * iface-id, and every id that only links plugged by this library bear.  What is not known is "".
 * New members are only ever added at the end. */
struct vif_found {
    const char *id;       /* of the VIF, where a link's alias says it; else its iface-id */
    const char *iface_id; /* external_ids:iface-id */
    const char *type;     /* class of os-vif, as far as what is there tells: "VIFBridge" */
    const char *instance; /* external_ids:vm-uuid */
    const char *bridge;   /* the Open vSwitch bridge */
    const char *port;
    const char *device;  /* the network device behind the port, there or not; "" for none */
    const char *address; /* external_ids:attached-mac */
    int64_t ofport;      /* OpenFlow port number; 0 when there is none */
    /* "plugged"; "waiting": its network device is not there; "pending": ovs-vswitchd has not taken it
     * up; "failed": ovs-vswitchd could not make it; "unconnected": it has links, but no port */
    const char *state;
    const char *error; /* ovs-vswitchd's words */
};

/* Finds them, sorted by port.  'options' may be NULL.  Errors: INVALID for a state there is not, those
 * of database and kernel.  The list is freed with vif_list_free(). */
int vif_host_list(struct vif_host *host, const struct vif_list_options *options,
                  struct vif_list **ret_list, struct vif_error *err);
size_t vif_list_count(const struct vif_list *list);
/* 'i' below vif_list_count(). */
const struct vif_found *vif_list_get(const struct vif_list *list, size_t i);
/* The list as JSON text, which belongs to it; NULL when memory is gone.
 *   {"vifs": [{"id", "iface_id", "type", "instance", "bridge", "port", "device", "address", "state",
 *              "ofport"?, "error"?}]} */
const char *vif_list_json(struct vif_list *list);
void vif_list_free(struct vif_list *list);

/* ---- what belongs to nothing ---- */

struct vif_leftovers;

#define VIF_GRACE_DEFAULT 0 /* ten minutes */
#define VIF_GRACE_NONE    (-1)

/* Zero-initialise, set 'size' to sizeof(struct vif_prune_options), then what is needed. */
struct vif_prune_options {
    size_t size;
    const char
        *match;  /* only what has a name, id or instance like this (a shell's pattern); NULL: all */
    int remove;  /* 0: only look */
    int dry_run; /* look, and say what removing would do */
    int64_t grace_ms;   /* nothing younger is removed; VIF_GRACE_DEFAULT, VIF_GRACE_NONE */
    int64_t timeout_ms; /* for the whole call; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    enum vif_wait wait; /* after removing */
};

/* One leftover.  What is not known is "".  New members are only ever added at the end. */
struct vif_leftover {
    /* "port", "hybrid-port", "representor-port", "dpdk-representor-port", "vhost-user-port",
     * "patch-port", "per-port-bridge", "libvirt-port", "qos", "hybrid-bridge", "hybrid-veth",
     * "hybrid-links", "tap" */
    const char *kind;
    const char *name;     /* of the port, link or bridge; of a QoS row its UUID */
    const char *id;       /* of the VIF, as far as iface-id or a link's alias says it */
    const char *instance; /* external_ids:vm-uuid */
    const char *bridge;   /* the Open vSwitch bridge the port is on */
    const char *reason;   /* why it is one, and why it is not removed, for a person */
    /* "found"; "kept": it has the form of one, but is not removed; "planned": dry run; "removed";
     * "failed" */
    const char *state;
    int young;              /* kept because it is younger than the grace period */
    int64_t age_ms;         /* it is at least that old; -1: not known */
    const char *steps;      /* dry run: one line per step, each ended by a newline; else NULL */
    struct vif_error error; /* "failed" */
};

/* Finds what os-vif, this library and libvirt left on the host and no guest needs any more, sorted by
 * kind and name, and removes it where 'remove' says so: all in one database transaction, each only if
 * a second look some seconds later finds it unchanged and no other program of this library is at work
 * on it.  What is in doubt is kept, and so is everything that bears another owner's marks.  'options'
 * may be NULL.
 *
 * 0 whenever there is a list, however many removals failed; errors: those of database and kernel, and
 * of the lock file where something is to be removed.  The list is freed with vif_leftovers_free(). */
int vif_host_prune(struct vif_host *host, const struct vif_prune_options *options,
                   struct vif_leftovers **ret_leftovers, struct vif_error *err);
size_t vif_leftovers_count(const struct vif_leftovers *leftovers);
/* 'i' below vif_leftovers_count(). */
const struct vif_leftover *vif_leftovers_get(const struct vif_leftovers *leftovers, size_t i);
/* Dry run: the operations of the database transaction as a JSON array; NULL when there is none. */
const char *vif_leftovers_transaction(const struct vif_leftovers *leftovers);
/* The list as JSON text, which belongs to it; NULL when memory is gone.
 *   {"leftovers": [{"kind", "name", "id", "instance", "bridge", "reason", "state", "age"?, "steps"?,
 *                   "error"?: {"kind", "text"}}], "transaction"?: [...]}
 * "age" is in whole seconds. */
const char *vif_leftovers_json(struct vif_leftovers *leftovers);
/* The exit status that says it all: 0; that of the only kind of error when nothing was removed; 3. */
int vif_leftovers_status(const struct vif_leftovers *leftovers);
void vif_leftovers_free(struct vif_leftovers *leftovers);

#ifdef __cplusplus
}
#endif
#endif
