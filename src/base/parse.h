/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and checking of small things: MAC, UUID, PCI address, IP, interface name, numbers.
 *
 * Each parse_* takes a NUL-ended text and returns 0, or -EINVAL with nothing written.  Outputs are
 * normalised: lower case, MAC with colons. */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAC_TEXT_SIZE  18 /* "fa:16:3e:00:00:01" and NUL */
#define UUID_TEXT_SIZE 37
#define PCI_TEXT_SIZE  17 /* "00000000:3b:00.2" and NUL: a domain has 4 to 8 digits */

/* "fa:16:3e:00:00:01" or with '-'; any case.  'ret_mac' may be 'text'. */
int parse_mac(const char *text, char ret_mac[MAC_TEXT_SIZE]);

/* The same as six bytes. */
int parse_mac_bytes(const char *text, uint8_t ret_bytes[6]);

/* The 36-character form, any case.  'ret_uuid' may be 'text'. */
int parse_uuid(const char *text, char ret_uuid[UUID_TEXT_SIZE]);

/* Whether 'name' is 'prefix' and the beginning of a UUID in lower case, 'length' characters in all:
 * os-vif cuts names of devices, and gives patch ports the whole id behind three letters. */
bool name_has_id(const char *name, const char *prefix, size_t length);
#define DEVICE_ID_LENGTH 14
#define PATCH_ID_LENGTH  (3 + UUID_TEXT_SIZE - 1)

/* "0000:3b:00.2": domain of 4 to 8 hexadecimal digits, bus, device up to 1f, function 0 to 7.
 * 'ret_pci' may be 'text'. */
int parse_pci(const char *text, char ret_pci[PCI_TEXT_SIZE]);

/* An IPv4 or IPv6 address; with 'prefix', "address/length". */
int parse_ip(const char *text, bool prefix);

/* A whole decimal number between 'min' and 'max'. */
int parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value);

/* "4.8", "6.1.0-18-amd64": the two numbers a version begins with. */
int parse_version(const char *text, int *ret_major, int *ret_minor);

/* true|false, yes|no, on|off, 1|0, any case (as oslo.config takes them). */
int parse_bool(const char *text, bool *ret_value);

/* NULL if 'name' is a valid name of a network interface, else what is wrong with it, to follow
 * the name in a message: "is empty". Valid is what the kernel accepts (dev_valid_name(): no '/',
 * ':', white space, not "." or ".."), except for control characters, non-ASCII bytes, '%', which
 * RTM_NEWLINK treats as a pattern, and "all" and "default", which have another meaning in
 * sysctls. */
const char *ifname_fault(const char *name);

/* Version 5 UUID (RFC 4122) of 'name' in the name space 'space', which is a UUID. */
void uuid_v5(const char *space, const char *name, char ret_uuid[UUID_TEXT_SIZE]);

/* ---- users and groups of the system ---- */

/* The id of the user or group 'name'; a number stands for itself, even if no account has it.
 *
 * 0; -ENOENT if there is none; -ENOMEM; or the error of the look-up, which may wait for a directory
 * service. */
int account_user(const char *name, uid_t *ret_uid);
int account_group(const char *name, gid_t *ret_gid);

#endif
