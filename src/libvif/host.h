/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of libvif's public functions share. */
#ifndef LIBVIF_HOST_H
#define LIBVIF_HOST_H

#include <vif/vif.h>

#include "base/log.h"
#include "base/pool.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/reconcile.h"
#include "model/model.h"
#include "plugin/plugin.h"
#include "state/policy.h"

#define OVSDB_ADDRESS_MAX 256
#define CONFIG_FILE_MAX   256 /* longer paths are cut */

#define SOCKET_PATH_MAX 108 /* struct sockaddr_un's, with its NUL */

/* What the daemon alone is configured with.  Users and groups are names or numbers; whether there are
 * such is for the daemon to see. */
struct daemon_options {
    char socket[SOCKET_PATH_MAX];
    unsigned socket_mode;                       /* permission bits */
    struct words socket_group;                  /* one word, or none */
    struct words allowed_users, allowed_groups; /* may change things */
    struct words read_only_users, read_only_groups;
    unsigned max_connections;
    char metrics_textfile[CONFIG_FILE_MAX]; /* "": none is written */
};

/* The configuration, os-vif's option names and defaults. */
struct config {
    struct plugin_options plugins;
    char ovsdb_connection[OVSDB_ADDRESS_MAX]; /* "": the local socket, then tcp:127.0.0.1:6640 */
    int64_t timeout_ms;                       /* VIF_TIMEOUT_NEVER: for ever */
    char file[CONFIG_FILE_MAX];               /* that was read, for people; "": there was none */
    struct policy policy;                     /* for hosts that are to enforce it */
    struct daemon_options daemon;
};

/* Reads 'file'; NULL: CONFIG_FILE where it exists.  Kind CONFIG, naming file, group and option. */
int config_read(const char *file, struct config *ret, struct vif_error *err);
void config_done(struct config *config);

struct vif_host {
    struct config config;
    bool enforce_policy;
    struct log log;
    struct plugin_registry *plugins;
    struct netlink *nl;
    struct nft *nft; /* NULL until rules are needed */
    struct ovsdb_client *db;
    uint64_t retries;      /* see struct host_counts */
    struct remote *remote; /* not NULL: vifd does the work, and none of the others is there */
};

/* When a call that may last 'timeout_ms' (or as long as configured) has to end. */
int64_t host_deadline(const struct vif_host *host, int64_t timeout_ms);

/* What the VIFs of the host's callers may touch; NULL: everything. */
const struct policy *host_policy(const struct vif_host *host);

/* One line of -v: what a call about 'n' VIFs cost. */
void host_log_counts(const struct vif_host *host, size_t n);

/* What the calls of a host took besides, since it was opened. */
struct host_counts {
    uint64_t retries;  /* rounds beyond the first of a call: somebody else acted meanwhile */
    uint64_t connects; /* connections to the database */
};

struct host_counts host_counts(const struct vif_host *host);

/* The wiring of a VIF, as its plugin describes it, which the policy allows.  '*ret' (zeroed) belongs to the caller, who ends it
 * with wiring_done() also after an error. */
int host_describe(const struct vif_host *host, const struct vif_input *request, enum vif_goal goal,
                  struct vif_wiring *ret, struct vif_error *err);

/* One VIF of a batch: decoded, or why not. */
struct batch_entry {
    struct vif_input *request; /* NULL: 'fault' says why */
    char id[UUID_TEXT_SIZE];
    struct vif_error fault;
};

struct vif_batch {
    struct batch_entry *entries;
    size_t n, room;
    bool keep; /* the documents, too */
};

struct json_t;

/* Adds the one VIF of a document that is a JSON value already: exactly one entry.  -ENOMEM; -E2BIG. */
int batch_add_json(struct vif_batch *batch, const char *name, struct json_t *document,
                   struct vif_error *err);

/* Adds ,"<key>": and an array of the lines of 'steps', each of which ends in a newline. */
void report_add_lines(const char *key, const char *steps, struct text *text);

struct report_entry {
    struct vif_result result; /* its strings point into this struct */
    char id[UUID_TEXT_SIZE];
    char name[LIMIT_IFNAME];
    char bridge[LIMIT_IFNAME];
    char *steps;
    char *warnings;
    struct differences differences; /* the result's differences */
};

struct vif_report {
    struct report_entry *entries;
    size_t n;
    char *transaction;
    struct pool pool; /* the results' texts, where they came from vifd */
    char *json;       /* made when first asked for */
};

#endif
