/* SPDX-License-Identifier: Apache-2.0 */
/* Taps through /dev/net/tun (Documentation/networking/tuntap.rst).  rtnetlink can delete and change
 * a tap but not create one. */
#include "kernel/link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/parse.h"

/* Asks for the device.  IFF_TUN_EXCL: -EBUSY for any link of that name, instead of attaching to a
 * tap that is there. */
static int set_interface(int fd, const char *name, const struct tap_options *options,
                         struct vif_error *err)
{
    struct ifreq request = {.ifr_flags = 0};
    int flags = IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL;

    if (options->multi_queue)
        flags |= IFF_MULTI_QUEUE;
    (void)strncat(request.ifr_name, name, sizeof request.ifr_name - 1);
    request.ifr_flags = (short)flags;
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        if (errno != EBUSY)
            return error_sys(err, VIF_ERROR_KERNEL, errno, "create tap %s", name);
        return error_set(err, VIF_ERROR_CONFLICT, "create tap %s: there is a link of that name",
                         name);
    }
    if (strncmp(request.ifr_name, name, sizeof request.ifr_name) != 0)
        return error_set(err, VIF_ERROR_KERNEL, "create tap %s: the kernel named it %.*s instead",
                         name, (int)sizeof request.ifr_name, request.ifr_name);
    return 0;
}

static int set_owner(int fd, const char *name, const struct tap_options *options,
                     struct vif_error *err)
{
    if (options->owner != (uid_t)-1 && ioctl(fd, TUNSETOWNER, (unsigned long)options->owner) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "give tap %s to user %u", name,
                         options->owner);
    if (options->group != (gid_t)-1 && ioctl(fd, TUNSETGROUP, (unsigned long)options->group) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "give tap %s to group %u", name,
                         options->group);
    return 0;
}

int tap_create(const char *name, const struct tap_options *options, int *ret_fd,
               struct vif_error *err)
{
    const char *fault = ifname_fault(name);
    auto_close int fd = -1;
    int r, carrier = 0;

    if (fault)
        return error_set(err, VIF_ERROR_INVALID, "create tap: the name '%s' %s", name, fault);
    fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "create tap %s: open /dev/net/tun", name);
    r = set_interface(fd, name, options, err);
    if (r < 0)
        return r;
    /* The kernel gives a new tap a carrier and takes it away when the descriptor is closed.
     * Without one from the start the tap does not come up to go down again at once: each change
     * is announced, and ovs-vswitchd looks at all its ports.  A kernel before 5.0 cannot. */
    (void)ioctl(fd, TUNSETCARRIER, &carrier);
    r = set_owner(fd, name, options, err);
    if (r < 0)
        return r;
    *ret_fd = take_fd(&fd);
    return 0;
}

int tap_persist(int fd, const char *name, struct vif_error *err)
{
    if (ioctl(fd, TUNSETPERSIST, 1UL) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "make tap %s persistent", name);
    return 0;
}
