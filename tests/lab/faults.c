/* SPDX-License-Identifier: Apache-2.0 */
/* faults: makes chosen changes of a program fail, from outside (LD_PRELOAD).
 *
 *     FAULT_AT=3,7     the third and the seventh change fail
 *     FAULT_FROM=3     the third fails and every one behind it
 *     FAULT_LOG=FILE   a line for each change: its number, what it is, and "spoilt" where it was
 *
 * A change is one rtnetlink request that creates, sets or deletes; one batch for nftables; one ethtool
 * request that sets; one ioctl that makes or sets a tap; one write below /proc/sys; one transaction of an
 * OVSDB client that writes.  A batch for nftables is tried again by those who send it, so behind one
 * that failed all of them fail.  A message is spoilt in a copy, so that the kernel or the server itself
 * refuses it, in its own words, and answers the rest of the buffer as ever. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_tun.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* No message of these numbers is known to any kernel. */
#define UNKNOWN_RTNETLINK 0x0fff
#define UNKNOWN_COMMAND   0xee

static unsigned changes;
static bool nftables_fails;

static bool is_listed(const char *list, unsigned number)
{
    char *end;

    while (list && *list) {
        if (strtoul(list, &end, 10) == number)
            return true;
        list = *end ? end + 1 : end;
    }
    return false;
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found)
        _exit(99);
    return found;
}

/* Counts one change; whether it is to fail. */
static bool strikes(const char *what, const char *detail)
{
    const char *from = getenv("FAULT_FROM"), *path = getenv("FAULT_LOG");
    bool hit;
    FILE *log;

    changes++;
    hit = is_listed(getenv("FAULT_AT"), changes) || (from && changes >= strtoul(from, NULL, 10));
    log = path ? fopen(path, "ae") : NULL;
    if (log) {
        fprintf(log, "%u %s %s%s\n", changes, what, detail, hit ? " spoilt" : "");
        fclose(log);
    }
    return hit;
}

static const char *rtnetlink_word(unsigned type)
{
    switch (type) {
    case RTM_NEWLINK:
        return "RTM_NEWLINK";
    case RTM_SETLINK:
        return "RTM_SETLINK";
    case RTM_DELLINK:
        return "RTM_DELLINK";
    case RTM_NEWADDR:
        return "RTM_NEWADDR";
    case RTM_DELADDR:
        return "RTM_DELADDR";
    case RTM_NEWROUTE:
        return "RTM_NEWROUTE";
    case RTM_DELROUTE:
        return "RTM_DELROUTE";
    }
    return NULL;
}

static void spoil_rtnetlink(char *bytes, size_t n)
{
    for (size_t at = 0; at + sizeof(struct nlmsghdr) <= n;) {
        struct nlmsghdr message;
        const char *word;

        memcpy(&message, bytes + at, sizeof message);
        word = message.nlmsg_flags & NLM_F_ACK ? rtnetlink_word(message.nlmsg_type) : NULL;
        if (word && strikes("rtnetlink", word)) {
            message.nlmsg_type = UNKNOWN_RTNETLINK;
            memcpy(bytes + at, &message, sizeof message);
        }
        if (message.nlmsg_len < sizeof message)
            return;
        at += NLMSG_ALIGN(message.nlmsg_len);
    }
}

/* The first message of a batch says that it begins. */
static void spoil_nftables(char *bytes, size_t n)
{
    struct nlmsghdr message;
    size_t second;

    if (n < 2 * sizeof message)
        return;
    memcpy(&message, bytes, sizeof message);
    second = NLMSG_ALIGN(message.nlmsg_len);
    if (message.nlmsg_type != NFNL_MSG_BATCH_BEGIN || second + sizeof message > n)
        return;
    nftables_fails |= strikes("nftables", "batch");
    if (!nftables_fails)
        return;
    memcpy(&message, bytes + second, sizeof message);
    message.nlmsg_type = (unsigned short)((message.nlmsg_type & 0xff00) | UNKNOWN_COMMAND);
    memcpy(bytes + second, &message, sizeof message);
}

static void spoil_ethtool(char *bytes, size_t n)
{
    struct nlmsghdr message;
    struct genlmsghdr command;

    if (n < sizeof message + sizeof command)
        return;
    memcpy(&message, bytes, sizeof message);
    memcpy(&command, bytes + NLMSG_HDRLEN, sizeof command);
    if (message.nlmsg_type == GENL_ID_CTRL || command.cmd != ETHTOOL_MSG_FEATURES_SET ||
        !strikes("ethtool", "features"))
        return;
    command.cmd = UNKNOWN_COMMAND;
    memcpy(bytes + NLMSG_HDRLEN, &command, sizeof command);
}

static char *find(char *bytes, size_t n, const char *text)
{
    return memmem(bytes, n, text, strlen(text));
}

/* The first operation that writes gets a name no server knows. */
static void spoil_ovsdb(char *bytes, size_t n)
{
    static const char *const writes[] = {"\"op\":\"insert\"", "\"op\":\"update\"",
                                         "\"op\":\"mutate\"", "\"op\":\"delete\""};
    char *first = NULL;

    if (!find(bytes, n, "\"method\":\"transact\""))
        return;
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        char *at = find(bytes, n, writes[i]);

        if (at && (!first || at < first))
            first = at;
    }
    if (first && strikes("ovsdb", "transact"))
        first[strlen(writes[0]) - 2] = 'X';
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t n = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &n) == 0 ? value : -1;
}

static void spoil(int fd, char *bytes, size_t n)
{
    int saved = errno;

    if (socket_option(fd, SO_DOMAIN) != AF_NETLINK) {
        spoil_ovsdb(bytes, n);
    } else {
        switch (socket_option(fd, SO_PROTOCOL)) {
        case NETLINK_ROUTE:
            spoil_rtnetlink(bytes, n);
            break;
        case NETLINK_NETFILTER:
            spoil_nftables(bytes, n);
            break;
        case NETLINK_GENERIC:
            spoil_ethtool(bytes, n);
            break;
        }
    }
    errno = saved;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t (*real)(int, const struct msghdr *, int) = next("sendmsg");
    struct msghdr own = *message;
    struct iovec part = {0};
    ssize_t sent;
    char *at;

    for (size_t i = 0; i < message->msg_iovlen; i++)
        part.iov_len += message->msg_iov[i].iov_len;
    part.iov_base = at = malloc(part.iov_len + 1);
    if (!at)
        _exit(99);
    for (size_t i = 0; i < message->msg_iovlen; i++)
        at = mempcpy(at, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    spoil(fd, part.iov_base, part.iov_len);
    own.msg_iov = &part;
    own.msg_iovlen = 1;
    sent = real(fd, &own, flags);
    free(part.iov_base);
    return sent;
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *to,
               socklen_t to_size)
{
    struct iovec part = {(void *)bytes, n};
    struct msghdr message = {
        .msg_name = (void *)to, .msg_namelen = to_size, .msg_iov = &part, .msg_iovlen = 1};

    return sendmsg(fd, &message, flags);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    return sendto(fd, bytes, n, flags, NULL, 0);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    static const char below[] = "/proc/sys/";
    ssize_t (*real)(int, const void *, size_t) = next("write");
    char link[64], path[256] = "";
    int saved = errno;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) > 0 && strncmp(path, below, sizeof below - 1) == 0 &&
        strikes("sysctl", path)) {
        errno = EIO;
        return -1;
    }
    errno = saved;
    return real(fd, bytes, n);
}

static const char *tun_word(unsigned long request)
{
    switch (request) {
    case TUNSETIFF:
        return "TUNSETIFF";
    case TUNSETPERSIST:
        return "TUNSETPERSIST";
    case TUNSETOWNER:
        return "TUNSETOWNER";
    case TUNSETGROUP:
        return "TUNSETGROUP";
    }
    return NULL;
}

int ioctl(int fd, unsigned long request, ...)
{
    int (*real)(int, unsigned long, ...) = next("ioctl");
    const char *word = tun_word(request);
    void *argument;
    va_list ap;

    va_start(ap, request);
    argument = va_arg(ap, void *);
    va_end(ap);
    if (word && strikes("tun", word)) {
        errno = EIO;
        return -1;
    }
    return real(fd, request, argument);
}
