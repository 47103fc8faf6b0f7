/* SPDX-License-Identifier: Apache-2.0 */
/* Links with addresses and routes; ip(8) sets and shows them: another reading of the same kernel. */
#ifndef ADDRESS_FIXTURE_H
#define ADDRESS_FIXTURE_H

#include "kernel-fixture.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "failing-alloc.h"
#include "kernel/address.h"

#define TEXT_SIZE 4096

static int fail_send = -1; /* this one from now on, 0 is the next; -1: none */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names ld gives them */
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (fail_send >= 0 && fail_send-- == 0) {
        errno = EIO;
        return -1;
    }
    return __real_sendmsg(fd, message, flags);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static inline void ip(const char *arguments)
{
    char command[512];

    (void)snprintf(command, sizeof command, "ip %s", arguments);
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* What 'command' prints, with every whole 'name' as "LINK". */
static inline void show(const char *command, const char *name, char *text)
{
    FILE *out = popen(command, "r"); /* NOLINT(cert-env33-c) */
    size_t n = 0, length = strlen(name);
    char raw[TEXT_SIZE];

    assert_non_null(out);
    raw[fread(raw, 1, sizeof raw - 1, out)] = '\0';
    assert_int_equal(pclose(out), 0);
    for (const char *at = raw; *at;) {
        if (length > 0 && strncmp(at, name, length) == 0 && strchr(" :\\\n", at[length]) &&
            n < TEXT_SIZE - 8) {
            n += (size_t)snprintf(text + n, 8, "LINK");
            at += length;
        } else {
            text[n++] = *at++;
        }
    }
    text[n] = '\0';
}

/* Addresses and routes of a link, in an order of their own, without those of the kernel. */
static inline void show_link(const char *name, char *text)
{
    char command[512];

    (void)snprintf(command, sizeof command,
                   "{ ip -o addr show dev %s scope global | "
                   "sed 's/^[0-9]*: *//; s/ nodad//; s/[0-9]*sec/SEC/g'; "
                   "for v in 4 6; do ip -$v route show table all dev %s | "
                   "grep -Ev 'table local|fe80::|ff00::' | "
                   "sed 's/ linkdown//; s/ dead//; s/expires [0-9]*sec/expires/' | sort; done; }",
                   name, name);
    show(command, name, text);
}

static inline int make_links(void **state)
{
    struct netlink_batch batch = {0};

    (void)state;
    link_add_create_veth(&batch, "eth0", "far0", &(struct link_change){.set_up = true});
    link_add_create_bridge(&batch, "br0", &(struct link_change){.bridge = &quiet_bridge});
    send_all(&batch);
    set_link("br0", 0, &(struct link_change){.set_up = true});
    return 0;
}

static inline int remove_links(void **state)
{
    (void)state;
    fail_send = -1;
    failing_alloc_set(0);
    delete_link("eth0");
    delete_link("br0");
    return 0;
}

static inline struct address_list read_all(const char *name)
{
    struct vif_error err = {0};
    struct address_list list;

    if (address_read(nl, get(name).ifindex, &list, &err) < 0)
        fail_msg("%s", err.text);
    return list;
}

static inline int move_all(struct vif_error *err)
{
    int from = (int)if_nametoindex("eth0"), to = (int)if_nametoindex("br0");
    struct address_list list;
    int r = address_read(nl, from, &list, err);

    if (r < 0)
        return r;
    r = address_move(nl, from, to, &list, err);
    address_list_done(&list);
    return r;
}

#endif
