/* SPDX-License-Identifier: Apache-2.0 */
/* libvif, the part that looks at a whole host: is it ready, which VIFs are there, how are they
 * wired, what is stale.  Included by <vif/vif.h>, whose rules hold here. */
#ifndef VIF_INSPECT_H
#define VIF_INSPECT_H

#include <vif/vif.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- is this host ready? ---- */

enum vif_finding_level {
    VIF_FINDING_OK,
    VIF_FINDING_INFO, /* neither good nor bad, or not known */
    VIF_FINDING_WARN, /* works, but probably not as intended */
    VIF_FINDING_FAIL, /* VIFs cannot be plugged, or will not work */
};

/* "ok", "info", "warn", "fail"; "unknown" for other numbers. */
const char *vif_finding_level_name(enum vif_finding_level level);

/* The outcome of one check. */
struct vif_finding {
    const char *check; /* its stable name: "kernel", "ovsdb" ...; several findings may share it */
    enum vif_finding_level level;
    const char *text;   /* what was found, one line */
    const char *advice; /* what to do about it, one line; "" when there is nothing to do */
};

struct vif_doctor_options {
    size_t size;
    int64_t timeout_ms; /* for the database; 0: 5 s; VIF_TIMEOUT_NEVER */
};

/* Checks whether VIFs can be plugged on this host and will work: this process, the kernel, the
 * database, ovs-vswitchd, bridges and ports, SR-IOV, DPDK, vhost-user, OVN and the ML2 agent.
 * Changes nothing. 0 even if findings failed; -ENOMEM. */
int vif_host_doctor(struct vif_host *host, const struct vif_doctor_options *options,
                    struct vif_report **ret_report, struct vif_error *err);

const struct vif_finding *vif_report_finding(const struct vif_report *report, size_t i);

/* ---- the VIFs of this host ---- */

struct vif_list_options {
    size_t size;
    int64_t timeout_ms;   /* VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    const char *instance; /* only VIFs of this instance (UUID); NULL: of any */
    const char *bridge;   /* only VIFs on this bridge; NULL: on any */
    enum vif_state state; /* only VIFs in this state; VIF_STATE_NONE: in any */
};

/* One VIF on this host, plugged by any program: an interface in the database with an iface-id, or
 * links of this library without a port.  "" stands for what is not known. */
struct vif_status {
    const char *id;       /* the VIF's, where a link's alias has it; else its iface-id */
    const char *iface_id; /* external_ids:iface-id */
    const char *type;     /* class of os-vif, as far as it can be inferred: "VIFBridge" */
    const char *instance; /* external_ids:vm-uuid */
    const char *bridge;   /* the Open vSwitch bridge */
    const char *port;
    const char *device;   /* the network device behind the port, whether it exists or not */
    const char *address;  /* external_ids:attached-mac */
    enum vif_state state; /* PLUGGED, WAITING, PENDING, FAILED or UNCONNECTED */
    int64_t ofport;       /* OpenFlow port number; 0 when there is none */
    const char *error;    /* what ovs-vswitchd complains of */
};

/* Lists them, sorted by port.  Errors: INVALID for a state that no listed VIF can have, those of
 * database and kernel. */
int vif_host_list(struct vif_host *host, const struct vif_list_options *options,
                  struct vif_report **ret_report, struct vif_error *err);

const struct vif_status *vif_report_vif(const struct vif_report *report, size_t i);

/* ---- drawings: what VIFs are wired of, each part with its state ---- */

struct vif_show_options {
    size_t size;
    int64_t timeout_ms; /* VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    /* NULL-ended: VIFs to draw as they are, by ID, iface-id, or the name of a port or device. */
    const char *const *ids;
};

/* Draws the VIFs of 'batch' (NULL: none) as they should be wired and as they are, and those in
 * options->ids as they are; without either, the whole host.  The report is a drawing: a graph as
 * JSON text (vif_report_json()), DOT or trees; its entries are the VIFs.
 *
 * 0 whenever there is a drawing, even if some VIFs could not be drawn (NOT_FOUND: no VIF has the
 * ID; CONFLICT: several have it); errors of database and kernel.
 *
 *   {"vifs": [{"id", "type", "instance", "address", "state", "first"?,
 *              "error"?: {"kind", "text"}}],
 *    "parts": [{"kind", "name", "vif"?, "state", "missing", "attributes": {KEY: text or number}}],
 *    "edges": [{"from", "to", "kind", "missing"}]}
 *
 * A VIF's "state" is that of struct vif_status, or "unplugged": nothing of it exists; "first" is
 * the part at which its guest's frames come in.  Unknown texts are "".
 *
 * The "kind" of a part: "guest" (its name is a UUID), "tap", "veth", "linux-bridge", "vlan",
 * "representor", "device" (another link), "port", "patch" (port), "bridge" (of Open vSwitch),
 * "vhost-user" (socket; its name is a path), "dpdk" (device).  "vif" is absent if the part belongs
 * to several VIFs, or to none.  "state" is "missing"; of a link "up", "no-carrier", "down"; of
 * ports and bridges "up", "down", "failed", "waiting" (for its network device), "pending" (not
 * handled by ovs-vswitchd yet); of a socket "connected", "listening", "disconnected"; "": not
 * known.
 *
 * An edge joins two parts in the direction of the guest's frames; its "kind" is "guest", "member"
 * (of a bridge), "pair", "patch", "port" (of a device), "vlan".  "missing": it should exist and
 * does not. */
int vif_host_show(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_show_options *options, struct vif_report **ret_report,
                  struct vif_error *err);

/* The drawing as a graph in the DOT language of Graphviz; belongs to the report.  NULL for a report
 * that is not a drawing, or without memory. */
const char *vif_report_dot(struct vif_report *report);

enum vif_tree_flags {
    VIF_TREE_UTF8 = 1,   /* lines of box-drawing characters; else ASCII only */
    VIF_TREE_COLOUR = 2, /* ECMA-48 colours for bad states */
};
/* The drawing as trees for a terminal of 'width' columns (0: 100), without VIFs that could not be
 * drawn and safe for a terminal.  Valid until the next call; NULL as vif_report_dot(). */
const char *vif_report_tree(struct vif_report *report, unsigned flags, size_t width);

/* ---- what is stale ---- */

#define VIF_GRACE_DEFAULT 0 /* ten minutes */
#define VIF_GRACE_NONE    (-1)

struct vif_prune_options {
    size_t size;
    int64_t timeout_ms; /* for the whole call; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    const char *match;  /* only what has such a name, id or instance (a shell pattern); NULL: all */
    int remove;         /* 0: only look */
    int dry_run;        /* look, and report what removing would do */
    int64_t grace_ms;   /* nothing younger is removed; VIF_GRACE_DEFAULT, VIF_GRACE_NONE */
    enum vif_wait wait; /* after removing */
    int stop_fd;        /* as in struct vif_call_options */
};

enum vif_stale_state {
    VIF_STALE_FOUND,
    VIF_STALE_KEPT,    /* looks stale, but is not removed; the reason says why */
    VIF_STALE_PLANNED, /* dry run */
    VIF_STALE_REMOVED,
    VIF_STALE_FAILED,
};

/* "found", "kept", ...; "unknown" for other numbers. */
const char *vif_stale_state_name(enum vif_stale_state state);

/* One stale port, link, bridge or row.  "" stands for what is not known. */
struct vif_stale {
    /* "port", "hybrid-port", "representor-port", "dpdk-representor-port", "vhost-user-port",
     * "patch-port", "per-port-bridge", "libvirt-port", "qos", "hybrid-bridge", "hybrid-veth",
     * "hybrid-links", "tap" */
    const char *kind;
    const char *name;     /* the port, link or bridge; for a QoS row its UUID */
    const char *id;       /* the VIF's, as far as iface-id or a link's alias has it */
    const char *instance; /* external_ids:vm-uuid */
    const char *bridge;   /* the Open vSwitch bridge the port is on */
    const char *reason;   /* why it is stale, and why it is not removed, for users */
    enum vif_stale_state state;
    int young;         /* kept because it is younger than the grace period */
    int64_t age;       /* it is at least that many seconds old; -1: not known */
    const char *steps; /* dry run: one line per step, each ended by a newline; else NULL */
    const struct vif_error *error; /* VIF_STALE_FAILED; else NULL */
};

/* Finds what os-vif, this library and libvirt left on the host and no guest needs any more, sorted
 * by kind and name.  With 'remove', removes it in one database transaction: only what a second
 * look some seconds later finds unchanged.  Items in doubt or with another owner's marks are kept.
 *
 * 0 whenever there is a report, however many removals failed; -EINTR (kind INTERRUPTED) when it was
 * cancelled before anything was removed. */
int vif_host_prune(struct vif_host *host, const struct vif_prune_options *options,
                   struct vif_report **ret_report, struct vif_error *err);

const struct vif_stale *vif_report_stale(const struct vif_report *report, size_t i);

#ifdef __cplusplus
}
#endif
#endif
