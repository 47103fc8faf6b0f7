/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel of the test's own for generic netlink: for programs linked with --wrap=sendmsg,recvmsg,
 * which see the bytes of every request and give the answers of a switchdev NIC with devlink and
 * ethtool. */
#ifndef GENETLINK_FIXTURE_H
#define GENETLINK_FIXTURE_H

#include "kernel-fixture.h"

#include <linux/devlink.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#include "kernel/devlink.h"

#define PF      "0000:03:00.0"
#define DEVLINK 0x21
#define ETHTOOL 0x22

/* --- the kernel --- */

struct queued {
    size_t n;
    uint32_t sender;
    _Alignas(struct nlmsghdr) char bytes[1024];
};

static struct {
    bool on;
    bool family;       /* knows devlink and ethtool */
    int error;         /* of every request but the look-up of a family */
    const char *words; /* of its extended ack */
    int dump_error;    /* at the end of a dump */
    bool interrupted;  /* flag of a dump */
    int mode;          /* of the eswitch, -1: not said */
    bool other_sender; /* the first answer seems to come from another process */
    bool stale;        /* the answers are to an earlier request */
    bool cut;          /* acks end after the verdict */
    const struct devlink_port *ports;
    size_t n_ports;
    bool feature, hardware, active, fixed, stubborn;

    struct queued queue[16];
    size_t n, next;
    char last[512]; /* the last request */
    size_t n_last;
} fake;

static inline struct nlmsghdr *answer(uint16_t type, uint16_t flags, uint8_t command)
{
    const struct nlmsghdr *request = (const void *)fake.last;
    struct queued *queued = &fake.queue[fake.n++];
    struct nlmsghdr *message = mnl_nlmsg_put_header(queued->bytes);

    assert_in_range(fake.n, 1, 16);
    queued->sender = 0;
    message->nlmsg_type = type;
    message->nlmsg_flags = flags;
    message->nlmsg_seq = request->nlmsg_seq - fake.stale;
    if (type >= NLMSG_MIN_TYPE) {
        struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        header->cmd = command;
        header->version = 1;
    }
    return message;
}

static inline void answer_verdict(int error)
{
    struct nlmsghdr *message = answer(NLMSG_ERROR, NLM_F_CAPPED, 0);
    struct nlmsgerr *ack = mnl_nlmsg_put_extra_header(message, sizeof *ack);

    ack->error = error;
    memcpy(&ack->msg, fake.last, sizeof ack->msg);
    if (fake.cut)
        message->nlmsg_len -= (uint32_t)sizeof ack->msg;
    if (error && fake.words) {
        message->nlmsg_flags |= NLM_F_ACK_TLVS;
        mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, fake.words);
    }
}

static inline void answer_family(void)
{
    const struct nlattr *name =
        mnl_nlmsg_get_payload_offset((const struct nlmsghdr *)(const void *)fake.last, GENL_HDRLEN);

    assert_int_equal(mnl_attr_get_type(name), CTRL_ATTR_FAMILY_NAME);
    if (!fake.family) {
        answer_verdict(-ENOENT);
        return;
    }
    mnl_attr_put_u16(answer(GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY), CTRL_ATTR_FAMILY_ID,
                     strcmp(mnl_attr_get_str(name), DEVLINK_GENL_NAME) == 0 ? DEVLINK : ETHTOOL);
    answer_verdict(0);
}

static inline void put_port(struct nlmsghdr *message, const struct devlink_port *port)
{
    mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, port->bus);
    mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME, port->device);
    mnl_attr_put_u32(message, DEVLINK_ATTR_PORT_INDEX, port->index);
    mnl_attr_put_u16(message, DEVLINK_ATTR_PORT_TYPE, DEVLINK_PORT_TYPE_ETH);
    if (port->netdev[0])
        mnl_attr_put_strz(message, DEVLINK_ATTR_PORT_NETDEV_NAME, port->netdev);
    mnl_attr_put_u16(message, DEVLINK_ATTR_PORT_FLAVOUR, (uint16_t)port->flavour);
    mnl_attr_put_u32(message, DEVLINK_ATTR_PORT_CONTROLLER_NUMBER, port->controller);
    mnl_attr_put_u16(message, DEVLINK_ATTR_PORT_PCI_PF_NUMBER, (uint16_t)port->pf);
    mnl_attr_put_u16(message, DEVLINK_ATTR_PORT_PCI_VF_NUMBER, (uint16_t)port->vf);
    mnl_attr_put_u8(message, DEVLINK_ATTR_PORT_EXTERNAL, port->external);
}

static inline void answer_ports(void)
{
    uint16_t flags = NLM_F_MULTI | (fake.interrupted ? NLM_F_DUMP_INTR : 0);
    struct nlmsghdr *end;

    for (size_t i = 0; i < fake.n_ports; i++)
        put_port(answer(DEVLINK, flags, DEVLINK_CMD_PORT_NEW), &fake.ports[i]);
    end = answer(NLMSG_DONE, NLM_F_MULTI, 0);
    memcpy(mnl_nlmsg_put_extra_header(end, sizeof(int)), &fake.dump_error, sizeof(int));
}

static inline void answer_mode(void)
{
    struct nlmsghdr *message = answer(DEVLINK, 0, DEVLINK_CMD_ESWITCH_GET);

    mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, "pci");
    mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME, PF);
    if (fake.mode >= 0)
        mnl_attr_put_u16(message, DEVLINK_ATTR_ESWITCH_MODE, (uint16_t)fake.mode);
    answer_verdict(0);
}

static inline void put_bit(struct nlmsghdr *message, const char *name, bool value)
{
    struct nlattr *bit = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS_BIT);

    mnl_attr_put_u32(message, ETHTOOL_A_BITSET_BIT_INDEX, 1);
    mnl_attr_put_strz(message, ETHTOOL_A_BITSET_BIT_NAME, name);
    if (value)
        mnl_attr_put(message, ETHTOOL_A_BITSET_BIT_VALUE, 0, NULL);
    mnl_attr_nest_end(message, bit);
}

/* As net/ethtool/features.c has it: the first set with a mask, the others without. */
static inline void put_set(struct nlmsghdr *message, uint16_t type, bool mask, bool value)
{
    struct nlattr *set = mnl_attr_nest_start(message, type), *bits;

    if (!mask)
        mnl_attr_put(message, ETHTOOL_A_BITSET_NOMASK, 0, NULL);
    mnl_attr_put_u32(message, ETHTOOL_A_BITSET_SIZE, 64);
    bits = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS);
    put_bit(message, "tx-scatter-gather", true);
    if (fake.feature && (mask || value))
        put_bit(message, "hw-tc-offload", mask && value);
    mnl_attr_nest_end(message, bits);
    mnl_attr_nest_end(message, set);
}

static inline void answer_features(void)
{
    struct nlmsghdr *message = answer(ETHTOOL, 0, ETHTOOL_MSG_FEATURES_GET_REPLY);

    put_set(message, ETHTOOL_A_FEATURES_HW, true, fake.hardware);
    put_set(message, ETHTOOL_A_FEATURES_WANTED, false, fake.active);
    put_set(message, ETHTOOL_A_FEATURES_ACTIVE, false, fake.active);
    put_set(message, ETHTOOL_A_FEATURES_NOCHANGE, false, fake.fixed);
    answer_verdict(0);
}

static inline void answer_request(void)
{
    const struct nlmsghdr *request = (const void *)fake.last;
    const struct genlmsghdr *header = mnl_nlmsg_get_payload(request);

    if (request->nlmsg_type == GENL_ID_CTRL) {
        answer_family();
    } else if (fake.error) {
        answer_verdict(fake.error);
    } else if (request->nlmsg_type == DEVLINK) {
        if (header->cmd == DEVLINK_CMD_PORT_GET)
            answer_ports();
        else
            answer_mode();
    } else if (header->cmd == ETHTOOL_MSG_FEATURES_SET) {
        if (!fake.stubborn)
            fake.active = !fake.active;
        answer_verdict(0);
    } else {
        answer_features();
    }
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names ld gives them */
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    size_t n = message->msg_iov->iov_len;

    if (!fake.on)
        return __real_sendmsg(fd, message, flags);
    assert_int_equal(message->msg_iovlen, 1);
    assert_in_range(n, MNL_NLMSG_HDRLEN + GENL_HDRLEN, sizeof fake.last);
    memcpy(fake.last, message->msg_iov->iov_base, n);
    fake.n_last = n;
    fake.n = fake.next = 0;
    answer_request();
    if (fake.other_sender)
        fake.queue[0].sender = 4711;
    return (ssize_t)n;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    const struct queued *queued = &fake.queue[fake.next];
    const struct nlmsghdr *header = (const void *)queued->bytes;

    if (!fake.on)
        return __real_recvmsg(fd, message, flags);
    assert_true(flags & MSG_DONTWAIT);
    if (fake.next == fake.n) {
        errno = EAGAIN;
        return -1;
    }
    fake.next++;
    ((struct sockaddr_nl *)message->msg_name)->nl_pid = queued->sender;
    message->msg_flags = 0;
    assert_true(header->nlmsg_len <= message->msg_iov->iov_len);
    memcpy(message->msg_iov->iov_base, queued->bytes, header->nlmsg_len);
    return header->nlmsg_len;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static inline int fake_kernel(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.on = fake.family = fake.feature = fake.hardware = true;
    fake.mode = DEVLINK_ESWITCH_MODE_SWITCHDEV;
    return 0;
}

static inline int real_kernel(void **state)
{
    (void)state;
    fake.on = false;
    return 0;
}

#define FAKED(test) cmocka_unit_test_setup_teardown(test, fake_kernel, real_kernel)

#endif
