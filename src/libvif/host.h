/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of libvif's public functions share. */
#ifndef LIBVIF_HOST_H
#define LIBVIF_HOST_H

#include <vif/vif.h>

#include "base/error.h"
#include "base/text.h"
#include "engine/reconcile.h"
#include "model/model.h"
#include "plugin/plugin.h"
#include "state/policy.h"

#define OVSDB_ADDRESS_MAX 256
#define CONFIG_FILE_MAX   256 /* longer paths are cut */

#define SOCKET_PATH_MAX 108 /* struct sockaddr_un's, with its NUL */

/* What the daemon alone is configured with.  Users and groups are names or numbers; whether there
 * are such is for the daemon to see. */
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
    int64_t timeout_ms;                       /* VIF_TIMEOUT_NEVER: forever */
    char file[CONFIG_FILE_MAX];               /* the file that was read; "": none */
    struct policy policy;                     /* for hosts that are to enforce it */
    struct daemon_options daemon;
};

/* Reads 'file'; NULL: CONFIG_FILE where it exists.  Kind CONFIG, naming file, group and option. */
int config_read(const char *file, struct config *ret, struct vif_error *err);
void config_done(struct config *config);

/* ---- the table of options, for the file that reads the configuration ---- */

struct config_row {
    const char *group, *name;
    /* Stores a value 'at' its place: 0, -ENOMEM, or another errno if it is not as 'expected'. */
    int (*store)(const struct config_row *row, void *at, const char *value);
    size_t offset, size; /* of its place in struct config */
    const char *expected;
    int64_t min, max; /* of a number */
    bool or_zero;
    const char *const *words;                    /* of a choice, NULL-ended */
    bool (*is_text)(const char *value);          /* of a text; NULL: any */
    bool (*is_word)(const char *word, size_t n); /* of a list: whether it takes a word */
};

extern const struct config_row config_rows[];
extern const size_t n_config_rows;

/* The defaults; what follows from other options, when all are read; and the end. */
void config_init(struct config *config);
void config_finish(struct config *config);

/* ---- the host ---- */

struct client;

struct vif_host {
    struct config config;
    bool enforce_policy;
    struct log log;
    struct plugin_registry *plugins;
    struct netlink *nl;
    struct nft *nft; /* NULL until rules are needed */
    struct ovsdb_client *db;
    uint64_t retries;      /* see struct host_counts */
    struct client *client; /* not NULL: vifd does the work, and nothing else is open */
};

/* When a call that may last 'timeout_ms' (or as long as configured) has to end. */
int64_t host_deadline(const struct vif_host *host, int64_t timeout_ms);

/* What the VIFs of the host's callers may touch; NULL: everything. */
const struct policy *host_policy(const struct vif_host *host);

/* Logs what a call about 'n' VIFs cost. */
void host_log_counts(const struct vif_host *host, size_t n);

/* What the host's calls took besides, since it was opened. */
struct host_counts {
    uint64_t retries;  /* rounds beyond the first of a call: another program interfered */
    uint64_t connects; /* connections to the database */
};

struct host_counts host_counts(const struct vif_host *host);

/* The wiring of a VIF, as its plugin describes it and the policy allows it.  '*ret' (zeroed)
 * belongs to the caller, who ends it with wiring_done() also after an error. */
int host_describe(const struct vif_host *host, const struct vif_input *request, enum vif_goal goal,
                  struct vif_wiring *ret, struct vif_error *err);

#endif
