/* SPDX-License-Identifier: Apache-2.0 */
/* Access control.  Names become ids when the configuration is read, so that no call waits for a
 * directory service.  A peer is the process that connected: the kernel keeps its user and groups
 * from that moment, even if the socket is handed to another process. */
#include "vifd/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/pool.h"

void peer_identity_done(struct peer_identity *peer)
{
    free(peer->groups);
    *peer = (struct peer_identity){0};
}

/* The kernel says how much room it wants when there is too little. */
static int read_groups(int fd, struct peer_identity *peer)
{
    socklen_t size = 64 * sizeof *peer->groups;

    for (;;) {
        auto_free gid_t *groups = malloc(size);
        socklen_t had = size;

        if (!groups)
            return -ENOMEM;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
            peer->n_groups = size / sizeof *groups;
            peer->groups = take_ptr(groups);
            return 0;
        }
        if (errno != ERANGE || size <= had)
            return -errno;
    }
}

int peer_identity_read(int fd, struct peer_identity *ret, struct vif_error *err)
{
    struct ucred cred = {.uid = (uid_t)-1};
    struct peer_identity peer = {0};
    socklen_t size = sizeof cred;
    int r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0 ? -errno : 0;

    if (r == 0) /* the user is -1 if it is not a unix socket, or not connected */
        r = cred.uid == (uid_t)-1 ? -ENOTCONN : read_groups(fd, &peer);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_PERMISSION, "cannot identify the caller: %s",
                        strerrordesc_np(-r));
        return r;
    }
    peer.pid = cred.pid;
    peer.uid = cred.uid;
    peer.gid = cred.gid;
    *ret = peer;
    return 0;
}

static bool has_id(const struct access_ids *ids, id_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->ids[i] == id)
            return true;
    return false;
}

typedef int account_fn(const char *name, id_t *ret_id);

static int look_up(const struct config *config, const char *option, account_fn *account,
                   const char *word, size_t n, id_t *ret_id, struct vif_error *err)
{
    auto_free char *name = strndup(word, n);
    int r = name ? account(name, ret_id) : -ENOMEM;

    if (r == -ENOMEM)
        return error_memory(err);
    if (r == -ENOENT)
        return error_set(err, VIF_ERROR_CONFIG, "%s: [vifd] %s: there is no %s %.64s", config->file,
                         option, account == account_user ? "user" : "group", name);
    if (r < 0)
        return error_set(err, VIF_ERROR_CONFIG, "%s: [vifd] %s: %.64s: %s", config->file, option,
                         name, strerrordesc_np(-r));
    return 0;
}

static int load_ids(const struct config *config, const char *option, const struct words *words,
                    account_fn *account, struct access_ids *ids, struct vif_error *err)
{
    const char *at = words_text(words), *word;
    struct vif_error why = {0};
    size_t n;
    int r = 0;

    while (r == 0 && words_next(&at, &word, &n)) {
        id_t id;

        r = look_up(config, option, account, word, n, &id, &why);
        if (r < 0 && !words->given && why.kind == VIF_ERROR_CONFIG)
            r = 0; /* the default group, on a host without it */
        else if (r == 0 && !array_grow(ids->ids, ids->n, ids->room, 1))
            r = error_memory(&why);
        else if (r == 0)
            ids->ids[ids->n++] = id;
    }
    if (r < 0 && err)
        *err = why;
    return r;
}

void access_rules_done(struct access_rules *rules)
{
    free(rules->users.ids);
    free(rules->groups.ids);
    free(rules->read_users.ids);
    free(rules->read_groups.ids);
    *rules = (struct access_rules){.socket_group = NOBODY};
}

int access_rules_load(const struct config *config, struct access_rules *ret, struct vif_error *err)
{
    const struct daemon_options *daemon = &config->daemon;
    struct access_rules rules = {0};
    struct access_ids socket = {0};
    const struct {
        const char *option;
        const struct words *words;
        account_fn *account;
        struct access_ids *ids;
    } rows[] = {
        {"allowed_users", &daemon->allowed_users, account_user, &rules.users},
        {"allowed_groups", &daemon->allowed_groups, account_group, &rules.groups},
        {"read_only_users", &daemon->read_only_users, account_user, &rules.read_users},
        {"read_only_groups", &daemon->read_only_groups, account_group, &rules.read_groups},
        {"socket_group", &daemon->socket_group, account_group, &socket},
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof rows / sizeof rows[0]; i++)
        r = load_ids(config, rows[i].option, rows[i].words, rows[i].account, rows[i].ids, err);
    rules.socket_group = socket.n ? socket.ids[0] : NOBODY;
    free(socket.ids);
    if (r < 0) {
        access_rules_done(&rules);
        return r;
    }
    *ret = rules;
    return 0;
}

static bool is_among(const struct peer_identity *peer, const struct access_ids *users,
                     const struct access_ids *groups)
{
    if (has_id(users, peer->uid) || has_id(groups, peer->gid))
        return true;
    for (size_t i = 0; i < peer->n_groups; i++)
        if (has_id(groups, peer->groups[i]))
            return true;
    return false;
}

int access_check(const struct access_rules *rules, const struct peer_identity *peer, bool change,
                 struct vif_error *err)
{
    bool may_read;

    if (peer->uid == 0 || is_among(peer, &rules->users, &rules->groups))
        return 0;
    may_read = is_among(peer, &rules->read_users, &rules->read_groups);
    if (may_read && !change)
        return 0;
    if (may_read)
        return error_set(err, VIF_ERROR_PERMISSION,
                         "user %u has read-only access ([vifd] allowed_users, allowed_groups)",
                         (unsigned)peer->uid);
    return error_set(err, VIF_ERROR_PERMISSION,
                     "user %u may not call vifd ([vifd] allowed_users, allowed_groups, "
                     "read_only_users, read_only_groups)",
                     (unsigned)peer->uid);
}
