/* SPDX-License-Identifier: Apache-2.0 */
/* libvif, the part that looks at a whole host: is it ready, which VIFs are there, how are they wired,
 * what is left over.  Included by <vif/vif.h>, whose rules hold here. */
#ifndef VIF_INSPECT_H
#define VIF_INSPECT_H

#include <vif/vif.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- is this host ready? ---- */

enum vif_finding_level {
    VIF_FINDING_OK,
    VIF_FINDING_INFO, /* neither good nor bad, or not to be told here */
    VIF_FINDING_WARN, /* works, but not as it probably should */
    VIF_FINDING_FAIL, /* VIFs cannot be plugged, or will not work */
};

/* "ok", "info", "warn", "fail"; never NULL. */
const char *vif_finding_level_name(enum vif_finding_level level);

/* One thing that was looked at.  New members are only ever added at the end. */
struct vif_finding {
    const char *check; /* its stable name: "kernel", "ovsdb" ...; several findings may share one */
    enum vif_finding_level level;
    const char *text;   /* what was found, one line */
    const char *advice; /* what to do about it, one line; "" when there is nothing to do */
};

/* Zero-initialise, set 'size' to sizeof(struct vif_doctor_options), then what is needed. */
struct vif_doctor_options {
    size_t size;
    int64_t timeout_ms; /* for the database; 0: 5 s; VIF_TIMEOUT_NEVER */
};

struct vif_findings;

/* Looks whether VIFs can be plugged on this host and will work: this process, the kernel, the database,
 * ovs-vswitchd, its bridges and ports, SR-IOV, DPDK, vhost-user, OVN and the ML2 agent.  Changes
 * nothing.  'options' may be NULL.
 *
 * 0 whatever was found, a database out of reach included; -ENOMEM. */
int vif_host_doctor(struct vif_host *host, const struct vif_doctor_options *options,
                    struct vif_findings **ret_findings, struct vif_error *err);

size_t vif_findings_count(const struct vif_findings *findings);
/* NULL when 'i' is not below vif_findings_count(). */
const struct vif_finding *vif_findings_get(const struct vif_findings *findings, size_t i);
/* All as JSON text, which belongs to the findings; NULL when memory is gone.
 *   {"findings": [{"check", "level", "text", "advice"}]} */
const char *vif_findings_json(struct vif_findings *findings);
/* The exit status that says it all: 0 when nothing failed, else 3. */
int vif_findings_status(const struct vif_findings *findings);
void vif_findings_free(struct vif_findings *findings);

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

/* ---- drawings: how VIFs are wired, each part with its state ---- */

struct vif_drawing;

/* Zero-initialise, set 'size' to sizeof(struct vif_show_options), then what is needed. */
struct vif_show_options {
    size_t size;
    int64_t timeout_ms; /* VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
};

/* Draws the VIFs of 'batch' (NULL: none), as they should be wired and as they are, and those with
 * 'ids' (NULL-terminated; NULL: none) as they are: an ID is that of a VIF, an iface-id, or the name of a
 * port or network device.  With both NULL, the whole host: every VIF, every bridge and every other
 * port.  Changes nothing.  'options' may be NULL.
 *
 * 0 whenever there is a drawing, even if some VIFs could not be drawn (NOT_FOUND: no VIF has the ID;
 * CONFLICT: several have it); errors of database and kernel.  The drawing is freed with
 * vif_drawing_free(). */
int vif_host_show(struct vif_host *host, const struct vif_batch *batch, const char *const *ids,
                  const struct vif_show_options *options, struct vif_drawing **ret_drawing,
                  struct vif_error *err);

/* Why the 'i'-th of the VIFs that could not be drawn could not; NULL beyond the last one. */
const struct vif_error *vif_drawing_error(const struct vif_drawing *drawing, size_t i);

/* The exit status that says it all, as vif_report_status(). */
int vif_drawing_status(const struct vif_drawing *drawing);

/* The drawing as JSON text, which belongs to it; NULL when memory is gone.
 *   {"vifs": [{"id", "type", "instance", "address", "state", "first"?, "error"?: {"kind", "text"}}],
 *    "parts": [{"kind", "name", "vif"?, "state", "missing", "attributes": {KEY: text or number}}],
 *    "edges": [{"from", "to", "kind", "missing"}]}
 *
 * A VIF's "state" is that of struct vif_found, or "unplugged": nothing of it exists; "first" is the part
 * at which its guest's frames come in.  Unknown texts are "".
 *
 * The "kind" of a part: "guest" (its name is a UUID), "tap", "veth", "linux-bridge", "vlan",
 * "representor", "device" (another link), "port", "patch" (port), "bridge" (of Open vSwitch),
 * "vhost-user" (socket; its name is a path), "dpdk" (device).  "vif" is absent if the part belongs to
 * several VIFs, or to none.  "state" is "missing"; of a link "up", "no-carrier", "down"; of ports and
 * bridges "up", "down", "failed", "waiting" (for its network device), "pending" (ovs-vswitchd has not
 * taken it up); of a socket "connected", "listening", "disconnected"; "": not known.
 *
 * An edge joins two parts in the direction of the guest's frames; its "kind" is "guest", "member" (of a
 * bridge), "pair", "patch", "port" (of a device), "vlan".  "missing": it should exist and does not. */
const char *vif_drawing_json(struct vif_drawing *drawing);
/* The same as a graph in the DOT language of Graphviz. */
const char *vif_drawing_dot(struct vif_drawing *drawing);

enum vif_tree_flags {
    VIF_TREE_UTF8 = 1,   /* lines of box-drawing characters; else ASCII only */
    VIF_TREE_COLOUR = 2, /* ECMA-48 colours for bad states */
};
/* The same as trees for a terminal of 'width' columns (0: 100), without the VIFs that could not be
 * drawn.  The text is valid until the next call.  Text of others is made safe for a terminal. */
const char *vif_drawing_tree(struct vif_drawing *drawing, unsigned flags, size_t width);
void vif_drawing_free(struct vif_drawing *drawing);

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
    int stop_fd;        /* as in struct vif_call_options */
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
 * of the lock file where something is to be removed; -EINTR (kind INTERRUPTED) when 'stop_fd' ended it
 * before anything was removed.  The list is freed with vif_leftovers_free(). */
int vif_host_prune(struct vif_host *host, const struct vif_prune_options *options,
                   struct vif_leftovers **ret_leftovers, struct vif_error *err);
size_t vif_leftovers_count(const struct vif_leftovers *leftovers);
/* 'i' below vif_leftovers_count(). */
const struct vif_leftover *vif_leftovers_get(const struct vif_leftovers *leftovers, size_t i);
/* Dry run: the operations of the database transaction as a JSON array; NULL when there is none. */
const char *vif_leftovers_transaction(const struct vif_leftovers *leftovers);
/* The list as JSON text, which belongs to it; NULL when memory is gone.
 *   {"leftovers": [{"kind", "name", "id", "instance", "bridge", "reason", "state", "young"?, "age"?,
 *                   "steps"?, "error"?: {"kind", "text"}}], "transaction"?: [...]}
 * "age" is in whole seconds; "young" is there where it is true. */
const char *vif_leftovers_json(struct vif_leftovers *leftovers);
/* The exit status that says it all: 0; that of the only kind of error when nothing was removed; 3. */
int vif_leftovers_status(const struct vif_leftovers *leftovers);
void vif_leftovers_free(struct vif_leftovers *leftovers);

#ifdef __cplusplus
}
#endif
#endif
