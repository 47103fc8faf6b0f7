/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of our own on /sys, in a mount namespace of the test's own: two PFs behind one switch and
 * their VFs.  For programs linked with --wrap=read: a file with the text "EOPNOTSUPP" fails like
 * one whose driver has nothing to say. */
#ifndef SYSFS_FIXTURE_H
#define SYSFS_FIXTURE_H

#include "kernel-fixture.h"

#include <sys/stat.h>

#include "kernel/sriov.h"

#define SWITCH "0c42a1fffe000100"
#define PF0    "0000:03:00.0"
#define PF1    "0000:03:00.1"
#define ROOT   "devices/pci0000:00/"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names ld gives them */
ssize_t __real_read(int fd, void *buffer, size_t n);
ssize_t __wrap_read(int fd, void *buffer, size_t n);

ssize_t __wrap_read(int fd, void *buffer, size_t n)
{
    ssize_t got = __real_read(fd, buffer, n);

    if (got == 11 && memcmp(buffer, "EOPNOTSUPP\n", 11) == 0) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return got;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- trees --- */

static inline void make_parents(char *path)
{
    for (char *p = path + strlen("/sys/"); (p = strchr(p, '/')); p++) {
        *p = '\0';
        if (mkdir(path, 0755) < 0)
            assert_int_equal(errno, EEXIST);
        *p = '/';
    }
}

static inline void put_file(const char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void put_link(const char *target, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void put_file(const char *text, const char *format, ...)
{
    char path[512] = "/sys/";
    FILE *file;
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(path + 5, sizeof path - 5, format, ap);
    va_end(ap);
    make_parents(path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "%s\n", text) > 0);
    assert_int_equal(fclose(file), 0);
}

static inline void put_link(const char *target, const char *format, ...)
{
    char path[512] = "/sys/";
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(path + 5, sizeof path - 5, format, ap);
    va_end(ap);
    make_parents(path);
    assert_int_equal(symlink(target, path), 0);
}

static inline void put_pci(const char *pci)
{
    char target[64];

    (void)snprintf(target, sizeof target, "../../../" ROOT "%s", pci);
    put_file("0x15b3", ROOT "%s/vendor", pci);
    put_link(target, "bus/pci/devices/%s", pci);
}

static inline void put_pf(const char *pci)
{
    put_pci(pci);
    put_file("4", ROOT "%s/sriov_totalvfs", pci);
}

static inline void put_vf(const char *pf, const char *pci, int vf)
{
    char target[64];

    put_pci(pci);
    (void)snprintf(target, sizeof target, "../%s", pf);
    put_link(target, ROOT "%s/physfn", pci);
    (void)snprintf(target, sizeof target, "../%s", pci);
    put_link(target, ROOT "%s/virtfn%d", pf, vf);
}

/* NULL for a file that is not there. */
static inline void put_netdev(const char *pf, const char *name, const char *switch_id,
                              const char *port)
{
    char target[128];

    put_file("1", ROOT "%s/net/%s/flags", pf, name);
    if (switch_id)
        put_file(switch_id, ROOT "%s/net/%s/phys_switch_id", pf, name);
    if (port)
        put_file(port, ROOT "%s/net/%s/phys_port_name", pf, name);
    (void)snprintf(target, sizeof target, "../../../%s", pf);
    put_link(target, ROOT "%s/net/%s/device", pf, name);
    (void)snprintf(target, sizeof target, "../../" ROOT "%s/net/%s", pf, name);
    put_link(target, "class/net/%s", name);
}

/* A representor that is a child of no device. */
static inline void put_virtual(const char *name, const char *switch_id, const char *port)
{
    char target[128];

    put_file(switch_id, "devices/virtual/net/%s/phys_switch_id", name);
    put_file(port, "devices/virtual/net/%s/phys_port_name", name);
    (void)snprintf(target, sizeof target, "../../devices/virtual/net/%s", name);
    put_link(target, "class/net/%s", name);
}

/* Two PFs behind one switch, each with VFs 0 and 3. */
static inline int mount_tree(void **state)
{
    (void)state;
    if (mount("tmpfs", "/sys", "tmpfs", 0, NULL) < 0)
        return -1;
    put_pf(PF0);
    put_pf(PF1);
    put_vf(PF0, "0000:03:00.2", 0);
    put_vf(PF0, "0000:03:00.5", 3);
    put_vf(PF1, "0000:03:01.2", 0);
    put_vf(PF1, "0000:03:01.5", 3);
    put_netdev(PF0, "pf0", SWITCH, "p0");
    put_netdev(PF1, "pf1", SWITCH, "p1");
    return 0;
}

static inline int mount_nothing(void **state)
{
    (void)state;
    return mount("tmpfs", "/sys", "tmpfs", 0, NULL);
}

static inline int unmount_tree(void **state)
{
    (void)state;
    return umount("/sys");
}

static inline struct sriov_vf find_vf(const char *pci)
{
    struct vif_error err = {0};
    struct sriov_vf vf;

    if (sriov_find_vf(pci, &vf, &err) < 0)
        fail_msg("%s", err.text);
    return vf;
}

#define ON_TREE(test)    cmocka_unit_test_setup_teardown(test, mount_tree, unmount_tree)
#define ON_NOTHING(test) cmocka_unit_test_setup_teardown(test, mount_nothing, unmount_tree)

#endif
