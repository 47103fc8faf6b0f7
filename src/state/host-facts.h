/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the processes of this host, for the doctor and for diagnosis. */
#ifndef STATE_HOST_FACTS_H
#define STATE_HOST_FACTS_H

#include <sys/types.h>

enum host_program {
    HOST_VSWITCHD,
    HOST_OVN_CONTROLLER,
    HOST_ML2_AGENT, /* neutron-openvswitch-agent */
};

/* As process_find() reports it, in this network namespace. */
struct host_process {
    int error; /* 0: it runs, as 'pid'; -ESRCH: none is visible; else unknown */
    pid_t pid;
};

struct host_process host_find_process(enum host_program program);

#endif
