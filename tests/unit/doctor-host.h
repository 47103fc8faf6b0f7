/* SPDX-License-Identifier: Apache-2.0 */
/* A healthy host for the doctor, and examples: a change to it and what is found then. */
#ifndef DOCTOR_HOST_H
#define DOCTOR_HOST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/doctor.h"

/* --- facts --- */

#define ROOM 16

static inline void set(struct vif_map *map, const char *key, const char *value)
{
    assert_int_equal(strmap_set(map, key, value), 0);
}

static inline struct vswitch_interface *add_interface(struct doctor_facts *facts, const char *name,
                                                      const char *type)
{
    struct vswitch_interface *interface = &facts->vs.interfaces[facts->vs.n_interfaces++];

    assert_in_range(facts->vs.n_interfaces, 1, ROOM);
    (void)snprintf(interface->name, sizeof interface->name, "%s", name);
    (void)snprintf(interface->type, sizeof interface->type, "%s", type);
    return interface;
}

static inline void add_broken(struct doctor_facts *facts, const char *name, const char *error)
{
    add_interface(facts, name, "")->error = strdup(error);
}

static inline void add_bridge(struct doctor_facts *facts, const char *name, const char *type)
{
    struct vswitch_bridge *bridge = &facts->vs.bridges[facts->vs.n_bridges++];

    assert_in_range(facts->vs.n_bridges, 1, ROOM);
    (void)snprintf(bridge->name, sizeof bridge->name, "%s", name);
    (void)snprintf(bridge->datapath_type, sizeof bridge->datapath_type, "%s", type);
    bridge->n_ports = 1;
}

static inline struct sriov_pf *add_pf(struct doctor_facts *facts)
{
    struct sriov_pf *pfs = realloc(facts->system.pfs, (facts->system.n_pfs + 1) * sizeof *pfs);
    struct sriov_pf *pf;

    assert_non_null(pfs);
    facts->system.pfs = pfs;
    pf = &pfs[facts->system.n_pfs++];
    *pf = (struct sriov_pf){.pci = "0000:03:00.0",
                            .n_vfs = 4,
                            .netdev = "pf0",
                            .has_switch_id = true,
                            .eswitch_mode = "switchdev",
                            .tc_known = true,
                            .tc_on = true};
    return pf;
}

static inline struct directory_facts *add_directory(struct doctor_facts *facts, mode_t mode)
{
    struct directory_facts *directory = &facts->directories[facts->n_directories++];

    assert_in_range(facts->n_directories, 1, ROOM);
    directory->path = strdup("/run/vhost");
    directory->n_ports = 2;
    directory->mode = mode;
    strcpy(directory->owner, "root");
    strcpy(directory->group, "kvm");
    return directory;
}

/* A host on which nothing is wrong. */
static inline struct doctor_facts healthy(void)
{
    struct doctor_facts facts = {
        .system = {.user = "root",
                   .net_admin = true,
                   .release = "6.1.0",
                   .strict_checks = true,
                   .bridge = FEATURE_PRESENT,
                   .veth = FEATURE_PRESENT,
                   .datapath = FEATURE_PRESENT,
                   .bridge_nf = 1,
                   .sees_all = true,
                   .vswitchd = {0, 101},
                   .ovn_controller = {-ESRCH, 0},
                   .ml2_agent = {-ESRCH, 0}},
        .database = {.address = "unix:/run/db.sock", .round_trip_ms = 0.25, .later_cfg = 7},
        .vs = {.schema_version = "8.3.1",
               .has_row = true,
               .cur_cfg = 7,
               .next_cfg = 7,
               .ovs_version = "3.1.0",
               .bridges = calloc(ROOM, sizeof(struct vswitch_bridge)),
               .interfaces = calloc(ROOM, sizeof(struct vswitch_interface))},
        .directories = calloc(ROOM, sizeof(struct directory_facts)),
    };

    assert_true(facts.vs.bridges && facts.vs.interfaces && facts.directories);
    set(&facts.vs.datapath_types, "netdev", "");
    set(&facts.vs.datapath_types, "system", "");
    set(&facts.vs.iface_types, "system", "");
    set(&facts.vs.iface_types, "internal", "");
    set(&facts.vs.iface_types, "dpdkvhostuserclient", "");
    add_bridge(&facts, "br-int", "");
    add_interface(&facts, "br-int", "internal");
    return facts;
}

/* --- what is reported --- */

static inline const struct vif_finding *find(const struct vif_findings *findings, const char *check,
                                             size_t nth)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct vif_finding *finding = &findings->items[i];

        if (strcmp(finding->check, check) == 0 && nth-- == 0)
            return finding;
    }
    return NULL;
}

struct example {
    const char *name;
    void (*change)(struct doctor_facts *facts); /* of the healthy host */
    const char *check;
    enum vif_finding_level level;
    const char *text;   /* occurs in it */
    const char *advice; /* likewise; "": there is none */
};

static inline void check_example(const struct example *example)
{
    struct doctor_facts facts = healthy();
    struct pool pool = {0};
    struct vif_findings list = {.pool = &pool}, *findings = &list;
    const struct vif_finding *finding;

    if (example->change)
        example->change(&facts);
    doctor_check(&facts, findings);
    finding = find(findings, example->check, 0);
    if (!finding)
        fail_msg("%s: there is no finding %s", example->name, example->check);
    if (finding->level != example->level || !strstr(finding->text, example->text) ||
        !strstr(finding->advice, example->advice) || !example->advice[0] != !finding->advice[0])
        fail_msg("%s: %s %s: %s -> %s", example->name, finding->check,
                 vif_finding_level_name(finding->level), finding->text, finding->advice);
    for (size_t i = 0; i < findings->n; i++) {
        finding = &findings->items[i];
        assert_true(finding->text[0] && !strchr(finding->text, '\n'));
        if (finding->level == VIF_FINDING_OK)
            assert_string_equal(finding->advice, "");
        if (finding->level >= VIF_FINDING_WARN && !finding->advice[0])
            fail_msg("%s: %s is without advice", example->name, finding->text);
    }
    free(list.items);
    pool_done(&pool);
    doctor_facts_done(&facts);
}

#define OK_   VIF_FINDING_OK
#define INFO_ VIF_FINDING_INFO
#define WARN_ VIF_FINDING_WARN
#define FAIL_ VIF_FINDING_FAIL

/* CHANGE(name, statement with 'f') makes the function of an example. */
#define CHANGE(name, ...)                                                                          \
    static void name(struct doctor_facts *f)                                                       \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

CHANGE(old_switch, strcpy(f->vs.ovs_version, "2.7.4"))
CHANGE(ovn, set(&f->vs.external_ids, "ovn-remote", "ssl:10.0.0.1:6642");
       set(&f->vs.external_ids, "system-id", "host1"); f->system.ovn_controller.error = 0;
       f->system.ovn_controller.pid = 102; strcpy(f->vs.bridges[0].fail_mode, "secure"))
CHANGE(other_bridge, ovn(f); set(&f->vs.external_ids, "ovn-bridge", "br-ovn"))
CHANGE(chassis, other_bridge(f); set(&f->vs.external_ids, "ovn-bridge-host1", "br-two");
       set(&f->vs.external_ids, "ovn-remote-host1", "tcp:192.0.2.7:6642"))

#define EXAMPLES(name)                                                                             \
    static void checks_##name(void **state)                                                        \
    {                                                                                              \
        (void)state;                                                                               \
        for (size_t i = 0; i < sizeof name##_examples / sizeof name##_examples[0]; i++)            \
            check_example(&name##_examples[i]);                                                    \
    }

#endif
