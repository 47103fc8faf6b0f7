/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of small things, and users by name.  All input that reaches a path, a sysctl, a netlink
 * attribute or a database cell is checked here first. */
#include "base/parse.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uuid/uuid.h>

#include "base/cleanup.h"
#include "base/limits.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int parse_mac_bytes(const char *text, uint8_t ret_bytes[6])
{
    uint8_t bytes[6];

    if (strlen(text) != MAC_TEXT_SIZE - 1)
        return -EINVAL;
    for (size_t i = 0; i < 6; i++) {
        int high = hex_value(text[3 * i]), low = hex_value(text[3 * i + 1]);
        char separator = text[3 * i + 2];

        if (high < 0 || low < 0)
            return -EINVAL;
        if (i < 5 && separator != ':' && separator != '-')
            return -EINVAL;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret_bytes, bytes, sizeof bytes);
    return 0;
}

/* Writes two lower-case digits; returns the position after them. */
static char *put_hex(char *at, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
    return at;
}

int parse_mac(const char *text, char ret_mac[MAC_TEXT_SIZE])
{
    uint8_t bytes[6];
    int r = parse_mac_bytes(text, bytes);
    char *at = ret_mac;

    if (r < 0)
        return r;
    for (size_t i = 0; i < 6; i++) {
        at = put_hex(at, bytes[i]);
        *at++ = i < 5 ? ':' : '\0';
    }
    return 0;
}

static bool is_uuid_dash(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

/* Not libuuid's, which calls sscanf() for each pair of digits: every row of the database has
 * one. */
int parse_uuid(const char *text, char ret_uuid[UUID_TEXT_SIZE])
{
    char uuid[UUID_TEXT_SIZE];

    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        char c = text[i];

        if (is_uuid_dash(i) ? c != '-' : hex_value(c) < 0)
            return -EINVAL; /* an early end, too */
        uuid[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    if (text[UUID_TEXT_SIZE - 1])
        return -EINVAL;
    uuid[UUID_TEXT_SIZE - 1] = '\0';
    memcpy(ret_uuid, uuid, sizeof uuid);
    return 0;
}

bool name_has_id(const char *name, const char *prefix, size_t length)
{
    size_t n = strlen(prefix);

    if (strncmp(name, prefix, n) != 0 || strlen(name) != length)
        return false;
    for (const char *c = name + n; *c; c++)
        if (is_uuid_dash((size_t)(c - name) - n) ? *c != '-' : !strchr("0123456789abcdef", *c))
            return false;
    return true;
}

int parse_pci(const char *text, char ret_pci[PCI_TEXT_SIZE])
{
    size_t domain = strspn(text, "0123456789abcdefABCDEF");
    const char *rest = text + domain;

    if (domain < 4 || domain > 8 || strlen(rest) != strlen(":3b:00.2"))
        return -EINVAL;
    if (rest[0] != ':' || hex_value(rest[1]) < 0 || hex_value(rest[2]) < 0 || rest[3] != ':' ||
        hex_value(rest[4]) < 0 || hex_value(rest[4]) > 1 || hex_value(rest[5]) < 0 ||
        rest[6] != '.' || hex_value(rest[7]) < 0 || hex_value(rest[7]) > 7)
        return -EINVAL;
    for (size_t i = 0; i <= strlen(text); i++)
        ret_pci[i] = (char)tolower((unsigned char)text[i]);
    return 0;
}

int parse_ip(const char *text, bool prefix)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    unsigned char bytes[sizeof(struct in6_addr)];
    int64_t length;

    if (prefix != (slash != NULL) || n >= sizeof address)
        return -EINVAL;
    memcpy(address, text, n);
    address[n] = '\0';
    if (inet_pton(AF_INET, address, bytes) == 1)
        return prefix ? parse_int(slash + 1, 0, 32, &length) : 0;
    if (inet_pton(AF_INET6, address, bytes) == 1)
        return prefix ? parse_int(slash + 1, 0, 128, &length) : 0;
    return -EINVAL;
}

int parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
    char *end;
    long long value;

    if (!isdigit((unsigned char)text[0]) && !(text[0] == '-' && isdigit((unsigned char)text[1])))
        return -EINVAL;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || *end || value < min || value > max)
        return -EINVAL;
    *ret_value = value;
    return 0;
}

int parse_version(const char *text, int *ret_major, int *ret_minor)
{
    char *end;
    long major, minor;

    if (!isdigit((unsigned char)text[0]))
        return -EINVAL;
    major = strtol(text, &end, 10);
    if (end[0] != '.' || !isdigit((unsigned char)end[1]))
        return -EINVAL;
    minor = strtol(end + 1, NULL, 10);
    if (major > INT_MAX || minor > INT_MAX)
        return -EINVAL;
    *ret_major = (int)major;
    *ret_minor = (int)minor;
    return 0;
}

int parse_bool(const char *text, bool *ret_value)
{
    static const char *const words[2][4] = {{"false", "no", "off", "0"},
                                            {"true", "yes", "on", "1"}};

    for (int value = 0; value < 2; value++)
        for (size_t i = 0; i < 4; i++)
            if (strcasecmp(text, words[value][i]) == 0) {
                *ret_value = value;
                return 0;
            }
    return -EINVAL;
}

const char *ifname_fault(const char *name)
{
    size_t n = strlen(name);

    if (n == 0)
        return "is empty";
    if (n >= LIMIT_IFNAME)
        return "is longer than the 15 characters an interface name may have";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "is not an interface name";
    /* net/ipv6/conf/all is every interface's setting. */
    if (strcmp(name, "all") == 0 || strcmp(name, "default") == 0)
        return "is reserved: the kernel's settings use it for all interfaces";
    for (const char *p = name; *p; p++) {
        if (*p == '/' || *p == ':' || *p == '%')
            return "has a character ('/', ':' or '%') that no interface name may have";
        if (!isgraph((unsigned char)*p))
            return "has a space, control or non-ASCII character";
    }
    return NULL;
}

void uuid_v5(const char *space, const char *name, char ret_uuid[UUID_TEXT_SIZE])
{
    char *at = ret_uuid;
    uuid_t ns, out;
    size_t n = 0;

    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i += 2) {
        i += is_uuid_dash(i);
        ns[n++] = (uint8_t)(hex_value(space[i]) * 16 + hex_value(space[i + 1]));
    }
    uuid_generate_sha1(out, ns, name, strlen(name));
    for (n = 0; n < sizeof out; n++) {
        if (is_uuid_dash((size_t)(at - ret_uuid)))
            *at++ = '-';
        at = put_hex(at, out[n]);
    }
    *at = '\0';
}

/* ---- users and groups by name or number; a group of many members needs room for all names ---- */

#define ROOM_FIRST 1024
#define ROOM_MAX   ((size_t)4 << 20)

/* Looks one up with this room.  0, -ENOENT, -ERANGE for more room, or another errno. */
typedef int lookup_fn(const char *name, char *room, size_t size, uint32_t *ret_id);

static int lookup_user(const char *name, char *room, size_t size, uint32_t *ret_id)
{
    struct passwd entry, *found = NULL;
    int r = getpwnam_r(name, &entry, room, size, &found);

    if (found)
        *ret_id = entry.pw_uid;
    return found ? 0 : -r;
}

static int lookup_group(const char *name, char *room, size_t size, uint32_t *ret_id)
{
    struct group entry, *found = NULL;
    int r = getgrnam_r(name, &entry, room, size, &found);

    if (found)
        *ret_id = entry.gr_gid;
    return found ? 0 : -r;
}

static int find(lookup_fn *lookup, const char *name, uint32_t *ret_id)
{
    int64_t number;
    int r = -ERANGE;

    if (parse_int(name, 0, UINT32_MAX - 1, &number) == 0) {
        *ret_id = (uint32_t)number;
        return 0;
    }
    for (size_t size = ROOM_FIRST; r == -ERANGE && size <= ROOM_MAX; size *= 4) {
        auto_free char *room = malloc(size);
        uint32_t id = UINT32_MAX;

        if (!room)
            return -ENOMEM;
        r = lookup(name, room, size, &id);
        if (r == 0 && id == UINT32_MAX) /* no error, but no such entry */
            r = -ENOENT;
        if (r == 0)
            *ret_id = id;
    }
    return r == -ESRCH || r == -EBADF || r == -EPERM ? -ENOENT : r;
}

int account_user(const char *name, uid_t *ret_uid)
{
    return find(lookup_user, name, ret_uid);
}

int account_group(const char *name, gid_t *ret_gid)
{
    return find(lookup_group, name, ret_gid);
}
