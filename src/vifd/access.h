/* SPDX-License-Identifier: Apache-2.0 */
/* Access control: the users and groups of the configuration, and the peer of a connection. */
#ifndef VIFD_ACCESS_H
#define VIFD_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "libvif/host.h"

/* A process that has connected, as the kernel knows it from the moment it did. */
struct peer_identity {
    pid_t pid; /* 0: of another PID namespace */
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* supplementary */
    size_t n_groups;
    char comm[16]; /* for logs: the caller chooses it; "" if unknown */
};

/* The peer of a connected unix socket; peer_identity_done() frees '*ret'.  Kind PERMISSION if
 * the kernel does not know it; -ENOMEM. */
int peer_identity_read(int fd, struct peer_identity *ret, struct vif_error *err);
void peer_identity_done(struct peer_identity *peer);

struct access_ids {
    id_t *ids;
    size_t n, room;
};

struct access_rules {
    struct access_ids users, groups;           /* may change things */
    struct access_ids read_users, read_groups; /* may read */
    gid_t socket_group;                        /* NOBODY: root's own */
};

/* Looks up the users and groups of the configuration; may wait for a directory service.  An
 * unknown name is kind CONFIG, naming file, group and option; the default group may be
 * missing.  access_rules_done() frees '*ret'. */
int access_rules_load(const struct config *config, struct access_rules *ret, struct vif_error *err);
void access_rules_done(struct access_rules *rules);

/* Whether the peer may change things, or read if not 'change'.  Pure.  0; kind PERMISSION,
 * naming the user and the options. */
int access_check(const struct access_rules *rules, const struct peer_identity *peer, bool change,
                 struct vif_error *err);

#endif
