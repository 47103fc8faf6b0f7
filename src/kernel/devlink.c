/* SPDX-License-Identifier: Apache-2.0 */
/* devlink by generic netlink (linux/devlink.h).  Not to have it is an ordinary answer here: many
 * drivers offer none, containers may not ask, and callers have sysfs to fall back on.  Stands on
 * genetlink; sriov stands on it. */
#include "kernel/devlink.h"

#include <errno.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "kernel/genetlink.h"
#include "kernel/link.h"
#include "kernel/netlink-message.h"

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

static struct nlmsghdr *begin(struct genetlink *genl, uint8_t command, bool dump, const char *pci)
{
    struct nlmsghdr *message = genetlink_begin(genl, command, dump);

    mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, "pci");
    mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME, pci);
    return message;
}

static int parse_mode(const struct nlattr *attr, void *data)
{
    char *mode = data;

    if (mnl_attr_get_type(attr) != DEVLINK_ATTR_ESWITCH_MODE)
        return MNL_CB_OK;
    if (mnl_attr_get_payload_len(attr) < sizeof(uint16_t))
        return MNL_CB_OK;
    if (netlink_u16(attr) == DEVLINK_ESWITCH_MODE_SWITCHDEV)
        (void)snprintf(mode, DEVLINK_MODE_SIZE, "switchdev");
    else if (netlink_u16(attr) == DEVLINK_ESWITCH_MODE_LEGACY)
        (void)snprintf(mode, DEVLINK_MODE_SIZE, "legacy");
    return MNL_CB_OK;
}

static int parse_eswitch(void *data, const struct nlmsghdr *message)
{
    (void)mnl_attr_parse(message, GENL_HDRLEN, parse_mode, data);
    return 0;
}

int devlink_eswitch_mode(const char *pci, char ret_mode[DEVLINK_MODE_SIZE], struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = NULL;
    char mode[DEVLINK_MODE_SIZE] = "";
    struct netlink_result result = {0};
    struct vif_error why = {0};
    int r = genetlink_open(DEVLINK_GENL_NAME, &genl, &why);

    if (r == 0) {
        (void)begin(genl, DEVLINK_CMD_ESWITCH_GET, false, pci);
        r = genetlink_send(genl, parse_eswitch, mode, &result);
        if (r < 0)
            (void)link_result_error(&result, &why, "read the eswitch mode of %s", pci);
    }
    if (r < 0 && !is_no_devlink(r)) {
        if (err)
            *err = why;
        return r;
    }
    memcpy(ret_mode, mode, sizeof mode);
    return 0;
}

static int parse_port(const struct nlattr *attr, void *data)
{
    struct devlink_port *port = data;

    switch (mnl_attr_get_type(attr)) {
    case DEVLINK_ATTR_BUS_NAME:
        netlink_text(attr, port->bus, sizeof port->bus);
        break;
    case DEVLINK_ATTR_DEV_NAME:
        netlink_text(attr, port->device, sizeof port->device);
        break;
    case DEVLINK_ATTR_PORT_INDEX:
        port->index = netlink_u32(attr);
        break;
    case DEVLINK_ATTR_PORT_FLAVOUR:
        port->flavour = netlink_u16(attr);
        break;
    case DEVLINK_ATTR_PORT_CONTROLLER_NUMBER:
        port->controller = netlink_u32(attr);
        break;
    case DEVLINK_ATTR_PORT_EXTERNAL:
        port->external = netlink_u8(attr) != 0;
        break;
    case DEVLINK_ATTR_PORT_PCI_PF_NUMBER:
        port->pf = netlink_u16(attr);
        break;
    case DEVLINK_ATTR_PORT_PCI_VF_NUMBER:
        port->vf = netlink_u16(attr);
        break;
    case DEVLINK_ATTR_PORT_NETDEV_NAME:
        netlink_text(attr, port->netdev, sizeof port->netdev);
        break;
    }
    return MNL_CB_OK;
}

bool devlink_read_port(const struct nlmsghdr *message, struct devlink_port *ret_port)
{
    struct devlink_port port = {.index = UINT32_MAX, .flavour = -1, .pf = -1, .vf = -1};

    (void)mnl_attr_parse(message, GENL_HDRLEN, parse_port, &port);
    if (!port.bus[0] || !port.device[0] || port.index == UINT32_MAX)
        return false;
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
static int visit_port(void *data, const struct nlmsghdr *message)
{
    const struct visit *visit = data;
    struct devlink_port port;

    if (devlink_read_port(message, &port) && strcmp(port.bus, "pci") == 0 &&
        strcmp(port.device, visit->pci) == 0)
        visit->each(visit->data, &port);
    return 0;
}

int devlink_ports(const char *pci, void (*each)(void *data, const struct devlink_port *port),
                  void *data, struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = NULL;
    struct visit visit = {pci, each, data};
    struct netlink_result result = {0};
    struct vif_error why = {0};
    int r = genetlink_open(DEVLINK_GENL_NAME, &genl, &why);

    if (r == 0) {
        (void)begin(genl, DEVLINK_CMD_PORT_GET, true, pci);
        r = genetlink_send(genl, visit_port, &visit, &result);
        if (r < 0)
            (void)link_result_error(&result, &why, "read the devlink ports of %s", pci);
    }
    if (r >= 0 || is_no_devlink(r))
        return 0;
    if (err)
        *err = why;
    return r;
}
