/* SPDX-License-Identifier: Apache-2.0 */
/* devlink by generic netlink (linux/devlink.h).  Not to have it is an ordinary answer: many drivers
 * offer none, containers may not ask, and callers have sysfs to fall back on. */
#include "kernel/devlink.h"

#include <errno.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "kernel/link.h"
#include "kernel/netlink.h"

/* The errnos that say that devlink knows nothing, not that something went wrong. */
static bool is_no_devlink(int r)
{
    switch (-r) {
    case ENOENT: /* no such family */
    case ENODEV: /* no such instance */
    case EOPNOTSUPP:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
    case EPERM:
    case EACCES:
        return true;
    default:
        return false;
    }
}

/* Asks about the device 'pci' and hands each answer to 'each'; 'what' is for the error. */
static int ask(const char *pci, uint8_t command, bool dump, const char *what,
               int (*each)(void *data, size_t index, const struct nlmsghdr *message), void *data,
               struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = NULL;
    struct netlink_result result = {0};
    struct vif_error why = {0};
    int r = genetlink_open(DEVLINK_GENL_NAME, &genl, &why);

    if (r == 0) {
        struct nlmsghdr *message = genetlink_begin(genl, command, dump);

        mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, "pci");
        mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME, pci);
        r = genetlink_send(genl, each, data, &result);
        if (r < 0)
            (void)link_result_error(&result, &why, "read the %s of %s", what, pci);
    }
    if (r >= 0 || is_no_devlink(r))
        return 0;
    if (err)
        *err = why;
    return r;
}

static int parse_eswitch(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct nlattr *of[DEVLINK_ATTR_ESWITCH_MODE + 1], *mode;

    (void)index;
    netlink_attributes(message, GENL_HDRLEN, of, DEVLINK_ATTR_ESWITCH_MODE + 1);
    mode = of[DEVLINK_ATTR_ESWITCH_MODE];
    if (!mode || mnl_attr_get_payload_len(mode) < sizeof(uint16_t))
        return 0;
    if (netlink_u16(mode) == DEVLINK_ESWITCH_MODE_SWITCHDEV)
        (void)snprintf(data, DEVLINK_MODE_SIZE, "switchdev");
    else if (netlink_u16(mode) == DEVLINK_ESWITCH_MODE_LEGACY)
        (void)snprintf(data, DEVLINK_MODE_SIZE, "legacy");
    return 0;
}

int devlink_eswitch_mode(const char *pci, char ret_mode[DEVLINK_MODE_SIZE], struct vif_error *err)
{
    char mode[DEVLINK_MODE_SIZE] = "";
    int r = ask(pci, DEVLINK_CMD_ESWITCH_GET, false, "eswitch mode", parse_eswitch, mode, err);

    if (r == 0)
        memcpy(ret_mode, mode, sizeof mode);
    return r;
}

bool devlink_read_port(const struct nlmsghdr *message, struct devlink_port *ret_port)
{
    const struct nlattr *of[DEVLINK_ATTR_MAX + 1];
    struct devlink_port port = {.flavour = -1, .pf = -1, .vf = -1};
    uint16_t number;

    netlink_attributes(message, GENL_HDRLEN, of, DEVLINK_ATTR_MAX + 1);
    netlink_text(of[DEVLINK_ATTR_BUS_NAME], port.bus, sizeof port.bus);
    netlink_text(of[DEVLINK_ATTR_DEV_NAME], port.device, sizeof port.device);
    if (!port.bus[0] || !port.device[0] || !of[DEVLINK_ATTR_PORT_INDEX])
        return false;
    port.index = netlink_u32(of[DEVLINK_ATTR_PORT_INDEX]);
    if (netlink_bytes(of[DEVLINK_ATTR_PORT_FLAVOUR], &number, sizeof number))
        port.flavour = number;
    if (netlink_bytes(of[DEVLINK_ATTR_PORT_PCI_PF_NUMBER], &number, sizeof number))
        port.pf = number;
    if (netlink_bytes(of[DEVLINK_ATTR_PORT_PCI_VF_NUMBER], &number, sizeof number))
        port.vf = number;
    port.controller = netlink_u32(of[DEVLINK_ATTR_PORT_CONTROLLER_NUMBER]);
    port.external = netlink_u8(of[DEVLINK_ATTR_PORT_EXTERNAL]) != 0;
    netlink_text(of[DEVLINK_ATTR_PORT_NETDEV_NAME], port.netdev, sizeof port.netdev);
    if (ifname_fault(port.netdev))
        port.netdev[0] = '\0';
    *ret_port = port;
    return true;
}

struct visit {
    const char *pci;
    void (*each)(void *data, const struct devlink_port *port);
    void *data;
};

/* Kernels before 6.5 ignore the device in the request and report all of them. */
static int visit_port(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct visit *visit = data;
    struct devlink_port port;

    (void)index;
    if (devlink_read_port(message, &port) && strcmp(port.bus, "pci") == 0 &&
        strcmp(port.device, visit->pci) == 0)
        visit->each(visit->data, &port);
    return 0;
}

int devlink_ports(const char *pci, void (*each)(void *data, const struct devlink_port *port),
                  void *data, struct vif_error *err)
{
    struct visit visit = {pci, each, data};

    return ask(pci, DEVLINK_CMD_PORT_GET, true, "devlink ports", visit_port, &visit, err);
}
