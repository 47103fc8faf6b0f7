/* SPDX-License-Identifier: Apache-2.0 */
/* libnftables, loaded when it is needed: linked to, it and the four libraries it brings would cost
 * every start of a program that mostly makes no rules. */
#include "kernel/nft.h"

#include <dlfcn.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>
#include <string.h>
#include <sys/socket.h>

#define LIBRARY "libnftables.so.1"

#define FUNCTIONS(X)                                                                               \
    X(nft_ctx_new)                                                                                 \
    X(nft_ctx_free)                                                                                \
    X(nft_ctx_output_set_flags)                                                                    \
    X(nft_ctx_buffer_output)                                                                       \
    X(nft_ctx_buffer_error)                                                                        \
    X(nft_ctx_get_output_buffer)                                                                   \
    X(nft_ctx_get_error_buffer)                                                                    \
    X(nft_run_cmd_from_buffer)

struct nft {
    void *library;
    struct nft_ctx *context;
#define FUNCTION(name) __typeof__(name) *name;
    FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static int load(struct nft *nft, struct vif_error *err)
{
    static const struct {
        const char *name;
        size_t offset;
    } functions[] = {
#define FUNCTION(name) {#name, offsetof(struct nft, name)},
        FUNCTIONS(FUNCTION)
#undef FUNCTION
    };

    nft->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!nft->library) {
        const char *words = dlerror();

        return error_set(err, VIF_ERROR_SYSTEM, "load libnftables: %s", words ? words : LIBRARY);
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *found = dlsym(nft->library, functions[i].name);

        if (!found)
            return error_set(err, VIF_ERROR_SYSTEM, LIBRARY " has no function %s",
                             functions[i].name);
        memcpy((char *)nft + functions[i].offset, &found, sizeof found);
    }
    return 0;
}

/* Asks for the number of the rule set's generation, which is free.  libnftables ends the process
 * when it cannot have such a socket, and prints when it may not use it. */
static int try_kernel(struct vif_error *err)
{
    auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    _Alignas(struct nlmsghdr) char bytes[1024];
    struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
    struct nfgenmsg *header;
    ssize_t n;

    message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
    message->nlmsg_flags = NLM_F_REQUEST;
    header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->nfgen_family = AF_UNSPEC;
    header->version = NFNETLINK_V0;
    if (fd < 0 || send(fd, bytes, message->nlmsg_len, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "speak to nftables");
    /* The answer is there once send() is back. */
    n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 || mnl_cb_run(bytes, (size_t)n, 0, 0, NULL, NULL) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "speak to nftables");
    return 0;
}

int nft_open(struct nft **ret_nft, struct vif_error *err)
{
    auto_nft struct nft *nft = calloc(1, sizeof *nft);
    int r;

    if (!nft)
        return error_memory(err);
    r = load(nft, err);
    if (r == 0)
        r = try_kernel(err);
    if (r < 0)
        return r;
    nft->context = nft->nft_ctx_new(NFT_CTX_DEFAULT);
    if (!nft->context || nft->nft_ctx_buffer_output(nft->context) != 0 ||
        nft->nft_ctx_buffer_error(nft->context) != 0)
        return error_memory(err);
    nft->nft_ctx_output_set_flags(nft->context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE |
                                                    NFT_CTX_OUTPUT_STATELESS);
    *ret_nft = take_ptr(nft);
    return 0;
}

void nft_close(struct nft *nft)
{
    if (!nft)
        return;
    if (nft->context)
        nft->nft_ctx_free(nft->context);
    if (nft->library)
        (void)dlclose(nft->library);
    free(nft);
}

/* libnftables says "internal:0:0-0: Error: Could not process rule: ..." and shows where below. */
static int failure(const char *words, struct vif_error *err)
{
    static const char mark[] = "Error: ";
    const char *at = strstr(words, mark);

    if (at)
        words = at + sizeof mark - 1;
    return error_set(err, VIF_ERROR_KERNEL, "nftables: %.*s", (int)strcspn(words, "\n"), words);
}

int nft_run(struct nft *nft, const char *commands, const char **ret_output, struct vif_error *err)
{
    int r = nft->nft_run_cmd_from_buffer(nft->context, commands);
    /* To get a buffer is also to empty it for the next run. */
    const char *output = nft->nft_ctx_get_output_buffer(nft->context);
    const char *words = nft->nft_ctx_get_error_buffer(nft->context);

    if (r != 0)
        return failure(words && *words ? words : "it failed", err);
    if (ret_output)
        *ret_output = output ? output : "";
    return 0;
}
