/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy refuses, in words. */
#ifndef POLICY_FIXTURE_H
#define POLICY_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strmap.h"
#include "state/policy.h"
#include "wiring-words.h"

#define NOT_BRIDGE(name)    "bridge " name " is not allowed ([vifd] allowed_bridges)"
#define NOT_LINUX(name)     "Linux bridge " name " is not allowed ([vifd] allowed_linux_bridges)"
#define NOT_INTERFACE(name) "interface " name " is not allowed ([vifd] allowed_interfaces)"
#define NOT_PORT(name)      "port " name " is not allowed ([vifd] allowed_interfaces)"
#define NOT_SOCKET(path)                                                                           \
    "socket " path " is not in an allowed directory ([vifd] allowed_socket_directories)"

static inline void set_lists(struct policy *policy, const char *const lists[5])
{
    struct words *to[] = {&policy->bridges, &policy->linux_bridges, &policy->interfaces,
                          &policy->socket_directories, &policy->devices};

    policy_init(policy);
    for (size_t i = 0; i < 5; i++)
        if (lists[i])
            assert_int_equal(words_add(to[i], lists[i]), 0);
}

#endif
