/* SPDX-License-Identifier: Apache-2.0 */
/* libvif: plugs the network interfaces of virtual machines into Open vSwitch.
 *
 * Open a host once, collect VIFs in a batch, plug or unplug the batch, read the report.  Calls
 * block, at most until their timeout.  The library has no threads and no globals, and never prints,
 * exits or aborts.  A handle may be used by one thread at a time.
 *
 * Functions return 0, or a negative errno with 'err' filled (where it is not NULL).  Those that
 * free take a NULL handle; others then fail.  Strings and structs reached through a handle belong
 * to it.
 *
 * Structs of options begin with their size: zero-initialise, set 'size' to sizeof(struct ...), then
 * what is needed; NULL means the defaults.  A size that is too small is -EINVAL, an option that
 * this library does not know -E2BIG (both kind INVALID).  Structs only ever grow at the end, enums
 * only ever get new values. */
#ifndef VIF_VIF_H
#define VIF_VIF_H

#include <stddef.h>
#include <stdint.h>

#include <vif/error.h>

/* The version of these headers: 102 stands for 0.1.2. */
#define VIF_VERSION_MAJOR  0
#define VIF_VERSION_MINOR  1
#define VIF_VERSION_PATCH  0
#define VIF_VERSION_NUMBER (VIF_VERSION_MAJOR * 10000 + VIF_VERSION_MINOR * 100 + VIF_VERSION_PATCH)

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, e.g. "0.1.0". */
const char *vif_version(void);

/* Frees a text that a function has handed over; NULL is fine. */
void vif_string_free(char *text);

/* ---- host ---- */

struct vif_host;

#define VIF_SOCKET "/run/vifd/io.vifd"

struct vif_host_options {
    size_t size;
    const char *config_file; /* NULL: /etc/vifd/vifd.conf where it exists */
    const char *ovsdb;       /* "unix:PATH" or "tcp:IP:PORT"; NULL: as configured */
    void (*log)(void *data, const char *line); /* debug lines; NULL: none */
    void *log_data;
    /* The path of vifd's socket, usually VIF_SOCKET: vifd does the work, with its own
     * configuration.  NULL: this process does the work. */
    const char *connect;
    /* Every call refuses VIFs and stale parts that the configuration does not allow
     * ([vifd] allowed_*; PERMISSION). */
    int enforce_policy;
};

/* Reads the configuration and opens netlink, or connects to vifd; the first call that needs the
 * database connects to it.  Errors: CONFIG (names file, group and option), PERMISSION, KERNEL,
 * DAEMON_UNREACHABLE. */
int vif_host_open(const struct vif_host_options *options, struct vif_host **ret_host,
                  struct vif_error *err);
void vif_host_close(struct vif_host *host);

/* ---- batch ---- */

struct vif_batch;

int vif_batch_new(struct vif_batch **ret_batch, struct vif_error *err);
void vif_batch_free(struct vif_batch *batch);

/* Adds the VIFs of a JSON text: a document {"vif": OBJECT, "instance_info": OBJECT}, an array of
 * documents, or several one after the other.  OBJECT is an oslo.versionedobjects primitive or the
 * plain form.  'name' is what messages call the text.
 *
 * A VIF that does not decode is kept with its error, which the report then shows; other VIFs in the
 * text are unaffected.  -ENOMEM; -E2BIG for more VIFs than one call takes. */
int vif_batch_add(struct vif_batch *batch, const char *name, const char *text, size_t length,
                  struct vif_error *err);

/* A port of a guest on an Open vSwitch bridge, for programs that have no document. */
struct vif_port {
    size_t size;
    const char *id;           /* UUID of the VIF */
    const char *name;         /* its network device: "tap3f2b8f0d-6c" */
    const char *bridge;       /* NULL: "br-int" */
    const char *address;      /* the guest's MAC address */
    const char *interface_id; /* the port's iface-id; NULL: 'id' */
    const char *instance;     /* UUID of the guest */
    int64_t mtu;              /* 0: as configured */
    int create_tap;           /* create the tap; otherwise the hypervisor does */
    int multiqueue;           /* with 'create_tap': a tap with several queues */
};

/* Adds a port, as vif_batch_add() does with a VIFOpenVSwitch document.  'id', 'name', 'address' and
 * 'instance' are required: -EINVAL without one of them. */
int vif_batch_add_port(struct vif_batch *batch, const struct vif_port *port, struct vif_error *err);

/* Adds an entry that has failed already, e.g. for a file that cannot be read. */
int vif_batch_add_error(struct vif_batch *batch, const struct vif_error *fault,
                        struct vif_error *err);

size_t vif_batch_count(const struct vif_batch *batch);

/* ---- reports ---- */

/* What a call has found out or done.  Its entries are of one kind: results (plug, unplug, check,
 * repair), VIFs (list, show), stale parts (prune) or findings (doctor).  A function for another
 * kind, or for a place beyond vif_report_count(), returns NULL. */
struct vif_report;

size_t vif_report_count(const struct vif_report *report);
/* The whole report as JSON text, which belongs to it; vifctl(1) describes it.  NULL without
 * memory. */
const char *vif_report_json(struct vif_report *report);
/* Dry run: the operations of the database transaction as a JSON array; NULL when there is none. */
const char *vif_report_transaction(const struct vif_report *report);
/* The error of the 'i'-th entry that has failed; NULL beyond the last. */
const struct vif_error *vif_report_error(const struct vif_report *report, size_t i);
/* An exit status that sums it up: 0; 1 when a VIF has drifted and nothing failed; that of the error
 * if all failed with the same kind; else 3. */
int vif_report_status(const struct vif_report *report);
void vif_report_free(struct vif_report *report);

/* What a VIF is like, after a call or as it was found. */
enum vif_state {
    VIF_STATE_NONE, /* not known */
    VIF_STATE_FAILED,
    VIF_STATE_PLUGGED,
    VIF_STATE_WAITING, /* plugged; its network device does not exist yet (a guest makes it later) */
    VIF_STATE_UNPLUGGED,
    VIF_STATE_PLANNED,     /* dry run */
    VIF_STATE_WIRED,       /* check: as described */
    VIF_STATE_DRIFTED,     /* check: not as described */
    VIF_STATE_PENDING,     /* list, show: ovs-vswitchd has not handled its port yet */
    VIF_STATE_UNCONNECTED, /* list, show: it has links, but no port */
};

/* "failed", "plugged", ...; "" for NONE, "unknown" for other numbers. */
const char *vif_state_name(enum vif_state state);

struct vif_differences;

/* The result of one VIF. */
struct vif_result {
    size_t index;       /* its place in the batch */
    const char *id;     /* the VIF's; "" when its document has none */
    const char *name;   /* the network device it is known by; "" when not known */
    const char *bridge; /* the Open vSwitch bridge; "" when not known */
    enum vif_state state;
    int changed;          /* kernel or database were changed (dry run: would be) */
    int64_t ofport;       /* OpenFlow port number; 0 when not known */
    const char *note;     /* what a user should know about the state; "" for nothing */
    const char *steps;    /* dry run: one line per step, each ended by a newline; else NULL */
    const char *warnings; /* one line each, as 'steps'; NULL for none */
    const struct vif_differences *differences; /* check and repair: what was found; else NULL */
    const struct vif_error *error;             /* VIF_STATE_FAILED; else NULL */
};

/* One thing that is not as described, or that is shown beside it. */
struct vif_difference {
    /* '+' missing; '-' there and in the way; '~' differs; '!' a complaint of ovs-vswitchd; ' ' not
     * checked, because it is an agent's or set at creation only */
    char sign;
    const char *part;      /* "tap tap1", "port tap1", "bridge br-int", "veth qvb1/qvo1", ... */
    const char *attribute; /* "mtu", "external_ids:iface-id"; "" for the whole part */
    const char *is;        /* what is there; '-': details of it; '!': the complaint; "" none */
    const char *should;    /* what should be; '+': details; ' ': the value at creation; "" none */
};

/* Entries of plug, unplug, check and repair are in the order of the batch. */
const struct vif_result *vif_report_result(const struct vif_report *report, size_t i);
size_t vif_result_difference_count(const struct vif_result *result);
/* NULL when 'i' is not below the count. */
const struct vif_difference *vif_result_difference(const struct vif_result *result, size_t i);
/* One result as JSON text, the object it is in the report; the caller frees it with
 * vif_string_free(). NULL without memory. */
char *vif_result_json(const struct vif_result *result);

/* ---- calls ---- */

enum vif_wait {
    VIF_WAIT_VSWITCHD, /* until ovs-vswitchd has made the ports ready, or reports why it cannot */
    VIF_WAIT_NONE,     /* until the database has the rows */
    VIF_WAIT_OVN, /* plug: as VSWITCHD, and until OVN has claimed the ports and installed flows */
    VIF_WAIT_ML2, /* plug: as VSWITCHD, and until Neutron's ML2 agent has wired the ports */
};

/* What happens to a VIF that is not ready in time (TIMEOUT).  Changes that this call may not have
 * made itself are never undone. */
enum vif_on_timeout {
    VIF_ON_TIMEOUT_KEEP, /* it is left as plugged, and may become ready later */
    VIF_ON_TIMEOUT_UNDO, /* this call's changes for it are undone, which may take 10 s more */
};

#define VIF_TIMEOUT_CONFIGURED 0
#define VIF_TIMEOUT_NEVER      (-1)

/* What a call is doing, in the order of a plug.  Stages with nothing to do are left out; some come
 * again when another program interferes. */
enum vif_stage {
    VIF_STAGE_LOCK,    /* waiting for other calls that work on the same VIFs */
    VIF_STAGE_OBSERVE, /* reading what is there, and planning */
    VIF_STAGE_LINKS,   /* creating, changing, deleting network devices; counts steps */
    VIF_STAGE_COMMIT,  /* the database transaction */
    VIF_STAGE_SWITCH,  /* waiting for ovs-vswitchd or an agent, with more changes to follow */
    VIF_STAGE_WAIT,    /* waiting for ovs-vswitchd to make the ports ready, and nothing else */
    VIF_STAGE_AGENT,   /* waiting for OVN or the ML2 agent, and nothing else; counts ports */
    VIF_STAGE_UNDO,    /* undoing changes for VIFs that failed after the transaction */
    VIF_STAGE_FINISHED,
};

/* "lock", "observe", "links", ...; never NULL. */
const char *vif_stage_name(enum vif_stage stage);

struct vif_progress {
    enum vif_stage stage;
    size_t done, total; /* within the stage: VIFs, unless the stage says what it counts */
};

struct vif_call_options {
    size_t size;
    int64_t timeout_ms; /* for the whole call; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    enum vif_wait wait;
    int dry_run; /* change nothing, report what would be done (vif_host_check() never does more) */
    enum vif_on_timeout on_timeout; /* plug, repair */
    /* Above 0: the call is cancelled once this descriptor is readable.  The library never reads
     * from it; it has to stay readable until the call returns. */
    int stop_fd;

    /* Both are called in the calling thread, from within the call; they should be quick and must
     * not use the same host.
     *
     * 'progress' is called at the start of each stage, when 'done' grows, and a few times a second
     * while the call waits.  From VIF_STAGE_WAIT, AGENT or FINISHED on the call only reads and
     * waits, unless VIF_STAGE_UNDO follows: another host handle can plug other VIFs meanwhile.
     * FINISHED is the last stage of every call that returns 0.
     *
     * 'result' is called once for each VIF, in any order, as soon as its result is final; '*result'
     * is valid as long as the report.  When the call fails, results may be missing. */
    void (*progress)(void *data, const struct vif_progress *progress);
    void (*result)(void *data, const struct vif_result *result);
    void *data; /* for both */
};

/* Connects (plug) or disconnects (unplug) the VIFs of the batch, all in one database transaction.
 * Both may be repeated, and complete what is half done.  The batch can be used again.
 *
 * A port whose network device does not exist yet is not waited for.  When the time is up, up to 3 s
 * more go into finding out why.
 *
 * A call that is cancelled leaves each VIF either as it was or complete, and reports which: FAILED
 * with kind INTERRUPTED, and 'changed' set where the VIF is in the database but not known to be
 * ready (with VIF_ON_TIMEOUT_UNDO, that is undone as well).  A VIF whose rows an unplug has removed
 * is unplugged completely.  With 'connect', only the waiting ends: vifd completes what it has
 * begun, so VIFs without a result are INTERRUPTED with 'changed' set.
 *
 * 0 whenever there is a report, however many VIFs failed.  -ENOMEM; -EINVAL for an option whose
 * value is not known; -ETIMEDOUT or -EINTR when another program worked on the same VIFs until then,
 * in which case nothing was done. */
int vif_host_plug(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_call_options *options, struct vif_report **ret_report,
                  struct vif_error *err);
int vif_host_unplug(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* Compares the VIFs of the batch with what is there, and changes nothing.  A VIF is then WIRED,
 * WAITING (as described except for its network device) or DRIFTED, with its differences; one that a
 * plug would refuse is FAILED with the same error.  Attributes that agents manage after creation
 * are not checked. With VIF_WAIT_VSWITCHD, first waits until ovs-vswitchd has handled earlier
 * changes (TIMEOUT). */
int vif_host_check(struct vif_host *host, const struct vif_batch *batch,
                   const struct vif_call_options *options, struct vif_report **ret_report,
                   struct vif_error *err);

/* Checks the VIFs and repairs what differs, as vif_host_plug() would, in one transaction.  A
 * repaired VIF is PLUGGED or WAITING with the differences that were found; others are as after a
 * check. */
int vif_host_repair(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* ---- about the library ---- */

struct vif_info_options {
    size_t size;
    const char *const *vif_types; /* NULL-ended: "VIFBridge", ...; NULL: all */
    const char *const *versions;  /* NULL-ended: "HostVIFInfo=1.0", ...; NULL: the newest of each */
};

/* The plugins of the host and the VIFs they take, as os-vif's HostInfo object: a JSON text, freed
 * with vif_string_free().  INVALID for a type or object that does not exist, VERSION for a version
 * that is not available: the error lists the choices. */
int vif_host_info(struct vif_host *host, const struct vif_info_options *options, char **ret_text,
                  struct vif_error *err);

/* Counters and histograms of vifd as OpenMetrics text, freed with vif_string_free().  UNSUPPORTED
 * for a host that was opened without 'connect'. */
int vif_host_metrics(struct vif_host *host, char **ret_text, struct vif_error *err);

/* JSON Schema (draft 2020-12), freed with vif_string_free(): of the documents that vif_batch_add()
 * takes (NULL), of the objects of one class ("VIFBridge", ...), of vif_result_json() ("result"), or
 * of the JSON that a verb of vifctl or a method of vifd replies with ("list", "prune", "plug",
 * ...).  Documents: it is as strict as the decoder, except that a text may have 4096 bytes, not
 * characters, and that 5.0 is not an integer.  INVALID for a type that does not exist. */
int vif_schema(const char *type, char **ret_text, struct vif_error *err);

#ifdef __cplusplus
}
#endif

#include <vif/inspect.h>

#endif
