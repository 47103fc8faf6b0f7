/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb, in the order of the help.  A new one is a row here and its function, verb_NAME(). */
#ifndef VIFCTL_VERBS_H
#define VIFCTL_VERBS_H

/* Options of verbs that print results; of those that ask the database; of those that change
 * VIFs. */
#define PRINTING (BIT(JSON) | BIT(VERBOSE) | BIT(HELP) | BIT(VERSION))
#define ASKING   (PRINTING | BIT(TIMEOUT) | BIT(OVSDB) | BIT(CONFIG) | BIT(CONNECT))
#define CHANGING (ASKING | BIT(DRY_RUN) | BIT(WAIT))

/* function, name, operands, options, summary for the list of verbs, description for its own help */
#define VERBS(VERB)                                                                                \
    VERB(plug, "plug", "FILE...", CHANGING | BIT(ON_TIMEOUT), "connect VIFs",                      \
         "Connect VIFs: create what is missing, and repair what differs. A VIF that is already "   \
         "plugged as described is left alone. If a VIF fails, its changes are undone.")            \
    VERB(unplug, "unplug", "FILE...", CHANGING, "disconnect VIFs",                                 \
         "Disconnect VIFs: remove their ports and links. A VIF that is not plugged is not an "     \
         "error. Ports and links of other owners are never removed.")                              \
    VERB(check, "check", "FILE...", CHANGING | BIT(ON_TIMEOUT) | BIT(REPAIR),                      \
         "report differences from the description, or fix them",                                   \
         "Compare VIFs with their description, and report the differences. The exit status is 1 "  \
         "if there are any. Without --repair, nothing is changed.")                                \
    VERB(show, "show", "FILE|ID...", ASKING,                                                       \
         "draw the wiring of VIFs, with the state of each part",                                   \
         "Draw the wiring of each VIF as a tree, with the state of each part. The tree follows a " \
         "frame from the guest's network device to the Open vSwitch bridge.")                      \
    VERB(graph, "graph", "[FILE|ID]...", ASKING | BIT(FORMAT),                                     \
         "print the wiring of VIFs or the whole host as a graph",                                  \
         "Print the wiring of VIFs as a graph, for programs that draw pictures. Without "          \
         "operands, print the wiring of the whole host.")                                          \
    VERB(list, "list", "", ASKING | BIT(INSTANCE) | BIT(BRIDGE) | BIT(STATE),                      \
         "list all VIFs of this host",                                                             \
         "List all VIFs of this host, with their type, instance, bridge, port and state.")         \
    VERB(prune, "prune", "", CHANGING | BIT(YES) | BIT(MATCH) | BIT(GRACE),                        \
         "list stale ports, links and QoS rows, or remove them",                                   \
         "List the ports, links and QoS rows that guests, os-vif or crashes left behind, each "    \
         "with the reason. With --yes, remove them.")                                              \
    VERB(doctor, "doctor", "", ASKING, "check whether this host is ready for VIFs",                \
         "Check whether this host is ready for VIFs, and say what to do if it is not. Nothing is " \
         "changed.")                                                                               \
    VERB(host_info, "host-info", "",                                                               \
         PRINTING | BIT(CONFIG) | BIT(CONNECT) | BIT(VIF_TYPE) | BIT(COMPAT),                      \
         "print the supported types of VIFs (os-vif's HostInfo)",                                  \
         "Print the types of VIFs that the plugins support, as os-vif's HostInfo object in its "   \
         "versioned JSON form.")                                                                   \
    VERB(metrics, "metrics", "", PRINTING | BIT(CONNECT),                                          \
         "print the counters and histograms of vifd",                                              \
         "Print the counters and histograms of vifd as OpenMetrics text. vifd is asked even "      \
         "without --connect.")                                                                     \
    VERB(schema, "schema", "[TYPE]", PRINTING,                                                     \
         "print the JSON Schema of the input or of an output",                                     \
         "Print the JSON Schema of the input, of one class of its objects, or of the JSON that a " \
         "verb prints.")                                                                           \
    VERB(help, "help", "[VERB]", BIT(HELP) | BIT(VERSION),                                         \
         "print this help, or that of a verb (like VERB --help)",                                  \
         "Print the list of verbs, or the description, operands and options of one verb.")

#endif
