/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of libvif: a stable kind for programs, and a text for users. */
#ifndef VIF_ERROR_H
#define VIF_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* The one error table:
 *
 *   X(kind, varlink error name, errno, exit status of vifctl, exception of os-vif)
 *
 * Kinds are only ever added, at the end. */
#define VIF_ERROR_KINDS(X)                                                                         \
    X(NONE, "None", 0, 0, "")                                                                      \
    X(INVALID, "InvalidInput", EINVAL, 2, "PlugException")                                         \
    X(VERSION, "IncompatibleVersion", EPROTONOSUPPORT, 2, "IncompatibleObjectVersion")             \
    X(NO_PLUGIN, "NoMatchingPlugin", ENOPKG, 2, "NoMatchingPlugin")                                \
    X(NO_PROFILE, "NoMatchingPortProfileClass", EINVAL, 2, "NoMatchingPortProfileClass")           \
    X(UNSUPPORTED, "Unsupported", EOPNOTSUPP, 2, "NoSupportedPortProfileVersion")                  \
    X(CONFIG, "InvalidConfiguration", EINVAL, 2, "ExternalImport")                                 \
    X(CONFLICT, "Conflict", EEXIST, 3, "PlugException")                                            \
    X(KERNEL, "KernelRefused", EIO, 3, "NetworkInterfaceNotFound")                                 \
    X(OVSDB, "DatabaseRefused", EIO, 3, "PlugException")                                           \
    X(OVSDB_UNREACHABLE, "DatabaseUnreachable", ENOTCONN, 4, "PlugException")                      \
    X(SWITCH, "SwitchFailed", EIO, 3, "PlugException")                                             \
    X(PERMISSION, "PermissionDenied", EPERM, 5, "PlugException")                                   \
    X(TIMEOUT, "TimedOut", ETIMEDOUT, 6, "PlugException")                                          \
    X(NO_MEMORY, "OutOfMemory", ENOMEM, 3, "PlugException")                                        \
    X(SYSTEM, "SystemError", EIO, 3, "PlugException")                                              \
    X(NOT_FOUND, "NotFound", ENOENT, 3, "PlugException")                                           \
    X(INTERRUPTED, "Interrupted", EINTR, 3, "PlugException")                                       \
    X(DAEMON_UNREACHABLE, "DaemonUnreachable", ENOTCONN, 4, "PlugException")

enum vif_error_kind {
#define VIF_ERROR_ENUM(kind, name, number, status, exception) VIF_ERROR_##kind,
    VIF_ERROR_KINDS(VIF_ERROR_ENUM)
#undef VIF_ERROR_ENUM
};

#define VIF_ERROR_TEXT_MAX 512

/* Caller-owned; needs no initialisation but '= {0}' and no destructor.  Functions of this library
 * fill it when they return a negative errno and leave it alone otherwise.  May be NULL wherever a
 * public function takes one.  'text' is one line without a newline, what was being done first:
 * "plug 7d2f...: bridge br-int: No such device". */
struct vif_error {
    enum vif_error_kind kind;
    char text[VIF_ERROR_TEXT_MAX];
};

/* The varlink error name of 'kind' without its interface, e.g. "Conflict"; never NULL. */
const char *vif_error_kind_name(enum vif_error_kind kind);

/* The exit status vifctl ends with when this is all that went wrong. */
int vif_error_kind_status(enum vif_error_kind kind);

/* The exception class of os-vif that stands for 'kind', e.g. "PlugException"; never NULL. */
const char *vif_error_kind_exception(enum vif_error_kind kind);

#ifdef __cplusplus
}
#endif
#endif
