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
    /* The path of vifd's socket, as a rule VIF_SOCKET: vifd does the work, with its own configuration,
     * and of these options only this and 'log' have a meaning.  Batches have to keep their documents, see
     * vif_batch_keep().  NULL: this process does it. */
    const char *connect;
    /* For callers that are not trusted with the whole host: VIFs and leftovers that touch what the
     * configuration does not allow ([vifd] allowed_*) are refused (PERMISSION), by every call. */
    int enforce_policy;
};

#define VIF_SOCKET "/run/vifd/io.vifd"

/* Reads the configuration and opens what is needed of the kernel; the database is connected to when
 * first needed.  With 'connect', only connects to vifd; a connection that has ended is made again by the
 * next call.  'options' may be NULL.  Errors: CONFIG (file, group and option are named), PERMISSION,
 * KERNEL, DAEMON_UNREACHABLE. */
int vif_host_open(const struct vif_host_options *options, struct vif_host **ret_host,
                  struct vif_error *err);
void vif_host_close(struct vif_host *host);

/* ---- batch ---- */

struct vif_batch;

int vif_batch_new(struct vif_batch **ret_batch, struct vif_error *err);
void vif_batch_free(struct vif_batch *batch);

/* Has the batch keep the documents of the VIFs that are added from now on, which costs their size: a
 * host that was opened with 'connect' hands them on. */
void vif_batch_keep(struct vif_batch *batch);

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
    VIF_WAIT_OVN, /* plug: as VSWITCHD, and until OVN has claimed the ports and installed their flows */
    VIF_WAIT_ML2, /* plug: as VSWITCHD, and until Neutron's ML2 agent has wired the ports */
};

/* What becomes of a VIF that has not become real in time (kind TIMEOUT; its words say why, as far as
 * the host shows, and what became of it).  What this call is not sure to have done is never undone. */
enum vif_on_timeout {
    VIF_ON_TIMEOUT_KEEP, /* it is left as plugged, and may become real later */
    VIF_ON_TIMEOUT_UNDO, /* what this call did for it is taken back, which may take 10 s more */
};

#define VIF_TIMEOUT_CONFIGURED 0
#define VIF_TIMEOUT_NEVER      (-1)

/* What a call is doing, in the order of a plug; a stage in which nothing is to be done is left
 * out, and some come again when others got in between.  New ones are only ever added at the end. */
enum vif_stage {
    VIF_STAGE_LOCK,    /* waiting for other calls that work on the same VIFs */
    VIF_STAGE_OBSERVE, /* looking at what is there, and planning */
    VIF_STAGE_LINKS,   /* network devices: made, set, deleted; counts steps on them */
    VIF_STAGE_COMMIT,  /* the database transaction */
    /* Waiting for ovs-vswitchd (or an agent) with more to do afterwards: unplug, where it lets go of
     * devices before they are deleted; a device it has to open again; VIFs that have to be looked at
     * again; a check, which lets it catch up. */
    VIF_STAGE_SWITCH,
    VIF_STAGE_SETTLE, /* waiting for ovs-vswitchd to make the ports real, and nothing else */
    VIF_STAGE_AGENT,  /* waiting for OVN or the ML2 agent, and nothing else; counts ports */
    VIF_STAGE_UNDO,   /* taking back what was done for VIFs that failed after the transaction */
    VIF_STAGE_FINISHED,
};

/* "lock", "observe", "links", ...; never NULL. */
const char *vif_stage_name(enum vif_stage stage);

/* How far a call is.  New members are only ever added at the end. */
struct vif_progress {
    enum vif_stage stage;
    size_t done, total; /* within the stage: VIFs, unless it says what it counts */
};

struct vif_result;

/* Zero-initialise, set 'size' to sizeof(struct vif_call_options), then what is needed. */
struct vif_call_options {
    size_t size;
    enum vif_wait wait;
    int64_t timeout_ms; /* for the whole call; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    int dry_run; /* change nothing, say what would be done (vif_host_check() never does more) */
    enum vif_on_timeout on_timeout; /* plug */
    /* Above 0: the call ends early once this descriptor is readable, see below.  It is never read from,
     * and has to stay readable until the call returns. */
    int stop_fd;

    /* Both are called in the calling thread, from within the call, should be quick, must not use the
     * same host, and may be NULL.  What they are handed is valid as long as it says.
     *
     * 'progress' is called at the beginning of each stage, when 'done' grows, and a few times a second
     * while there is something to wait for, then with nothing new; '*progress' is valid until it returns.
     * Whoever has been told VIF_STAGE_SETTLE, AGENT or FINISHED knows: links and transaction of all VIFs
     * of the call are done, and from here on it writes neither to the kernel nor to the database, it reads
     * and waits; only VIF_STAGE_UNDO, which is told before the first change, ends that.  So another host
     * handle can plug other VIFs meanwhile (the VIFs of this call are locked until it returns).  A call
     * that returns 0 has told VIF_STAGE_FINISHED, after which it only returns; one with 'dry_run', and
     * vif_host_check(), never write at all.
     *
     * 'result' is called once for each VIF, as soon as what became of it is known for good, in any order:
     * at once when it does not decode, else when it needs nothing more, or has failed and what was done
     * for it is taken back; 'i' and '*result' are those of vif_report_result(), and '*result' does not
     * change any more and is valid as long as the report.  When the call returns 0 all have been told;
     * when it fails, perhaps some, whose results went with it. */
    void (*progress)(void *data, const struct vif_progress *progress);
    void (*result)(void *data, size_t i, const struct vif_result *result);
    void *data; /* for both */
};

struct vif_report;

/* Connects (vif_host_plug) or disconnects the VIFs of the batch, all in one database transaction.
 * Either is harmless where it is done already, and mends what is half there.  'options' may be NULL.
 *
 * A port whose network device is not there yet cannot be claimed and is not waited for.  When time is
 * up, up to 3 s more go into finding out why.
 *
 * A call that is ended early (by 'stop_fd') leaves each VIF either as it was before or whole, and says
 * which.  What is not in the database yet is taken back: VIF_STATE_FAILED with kind INTERRUPTED, and
 * 'changed' is 0 where it is as it was before (what cannot be taken back is named, as ever).  What is in
 * the database stands, and is VIF_STATE_FAILED with kind INTERRUPTED and 'changed' set where it was not
 * known yet to be real (with VIF_ON_TIMEOUT_UNDO it is taken back, too).  A VIF whose rows an unplug has
 * removed is unplugged to the end, without waiting for ovs-vswitchd.  The answer to a transaction that is
 * under way is waited for as long as the call may last.  Of a host that was opened with 'connect' only the
 * wait ends: VIFs nothing was told of are VIF_STATE_FAILED with kind INTERRUPTED, with 'changed' set
 * because vifd goes on with what it has begun.
 *
 * 0 whenever there is a report, however many VIFs failed; -ENOMEM; -EINVAL for an option that has a
 * value this library does not know; -ETIMEDOUT, or -EINTR (kind INTERRUPTED), when another program worked
 * on the same VIFs until then: nothing is done.  The batch can be used again. */
int vif_host_plug(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_call_options *options, struct vif_report **ret_report,
                  struct vif_error *err);
int vif_host_unplug(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* Compares what the VIFs of the batch should be with what is there, and changes nothing: no link, no
 * row, no file.  A VIF is then VIF_STATE_WIRED, VIF_STATE_WAITING (as described, but for its network
 * device) or VIF_STATE_DRIFTED, with its differences; one that a plug would refuse is VIF_STATE_FAILED
 * with the same error.  What agents own after creation is never judged.  Waits for a plug or unplug of
 * the same VIFs that is under way; with VIF_WAIT_VSWITCHD also until ovs-vswitchd has taken up what
 * others asked of it (TIMEOUT), and what it could not make is a difference, too.
 *
 * vif_host_repair() finds the same differences and then mends them, as vif_host_plug() would, all in
 * one transaction.  What was mended is VIF_STATE_PLUGGED or VIF_STATE_WAITING with the differences
 * that were found; a VIF with nothing to mend is as in a check.  With 'dry_run' the steps are only
 * said.
 *
 * Options and result as for vif_host_plug(). */
int vif_host_check(struct vif_host *host, const struct vif_batch *batch,
                   const struct vif_call_options *options, struct vif_report **ret_report,
                   struct vif_error *err);
int vif_host_repair(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* ---- report ---- */

enum vif_state {
    VIF_STATE_FAILED,
    VIF_STATE_PLUGGED,
    VIF_STATE_WAITING, /* plugged; its network device does not exist yet (a guest makes it later) */
    VIF_STATE_UNPLUGGED,
    VIF_STATE_PLANNED, /* dry run */
    VIF_STATE_WIRED,   /* check: as described */
    VIF_STATE_DRIFTED, /* check: not as described */
};

/* "failed", "plugged", ...; never NULL. */
const char *vif_state_name(enum vif_state state);

/* One thing that is not as described, or that is shown beside it.  Texts are UTF-8 as far as kernel and
 * database have them so, in one line unless someone put a line's end into a value. */
struct vif_difference {
    char sign; /* '+' missing; '-' there and in the way; '~' differs; '!' ovs-vswitchd's complaint;
                         ' ' shown but not judged: an agent's, or set at creation only */
    const char
        *part; /* "tap tap1", "port tap1", "interface tap1", "bridge br-int", "Linux bridge qbr1",
                         "veth qvb1/qvo1", ... */
    const char *attribute; /* "mtu", "external_ids:iface-id"; "" for the whole part */
    const char *is; /* what is there; of '-' more of what it is; of '!' the complaint; "" none */
    const char *should; /* what should be there; of '+' more of what is missing; of ' ' the value
                              given at creation; "" none */
};

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
    const struct vif_difference *differences; /* check and repair: what was found; else NULL */
    size_t n_differences;
};

size_t vif_report_count(const struct vif_report *report);
/* 'i' below vif_report_count(); in the order in which the VIFs were added. */
const struct vif_result *vif_report_result(const struct vif_report *report, size_t i);
/* Dry run: the operations of the database transaction as a JSON array; NULL when there is none. */
const char *vif_report_transaction(const struct vif_report *report);
/* The whole report as JSON text, which belongs to the report; NULL when memory is gone.
 *   {"results": [{"id", "name", "bridge", "state", "changed", "ofport"?, "note"?, "steps"?, "warnings"?,
 *                 "differences"?: [{"sign", "part", "attribute"?, "is"?, "should"?}],
 *                 "error"?: {"kind", "text"}}], "transaction"?: [...]} */
const char *vif_report_json(struct vif_report *report);
/* One result as JSON text, the object it has in the report with its place as first member, "index"; the
 * caller frees it with vif_free().  NULL when memory is gone. */
char *vif_result_json(const struct vif_result *result, size_t index);
/* The exit status that says it all: 0; 1 when a VIF has drifted and none failed; that of the only kind of
 * error when nothing succeeded; 3. */
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

/* Counters and histograms of vifd, as OpenMetrics text; only of a host that was opened with 'connect'
 * (else UNSUPPORTED).  On success the caller frees '*ret_text' with vif_free(). */
int vif_host_metrics(struct vif_host *host, char **ret_text, struct vif_error *err);

/* JSON Schema (draft 2020-12) of what vif_batch_add() takes; with 'type' not NULL, of the objects of
 * one class, e.g. "VIFBridge".  It says all the decoder demands but for two things: a text may have
 * 4096 bytes, not characters, and 5.0 is no integer.
 *
 * On success '*ret_text' is a JSON text that the caller frees with vif_free().  INVALID for a type
 * there is not: the words say which there are. */
int vif_schema(const char *type, char **ret_text, struct vif_error *err);

#ifdef __cplusplus
}
#endif

#include <vif/inspect.h>

#endif
