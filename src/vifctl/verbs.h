/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb, in the order of the help.  A new one is a row here and a file with its function,
 * verb_NAME(). */
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
         "Connect VIFs: create what is missing, repair what differs. If everything is in place, "  \
         "nothing changes. A VIF that fails leaves nothing half done.")                            \
    VERB(unplug, "unplug", "FILE...", CHANGING, "disconnect VIFs",                                 \
         "Disconnect VIFs: remove their ports and links. A VIF that is not plugged is not an "     \
         "error. Ports and links of another owner stay.")                                          \
    VERB(check, "check", "FILE...", CHANGING | BIT(ON_TIMEOUT) | BIT(REPAIR),                      \
         "report differences from the description, or fix them",                                   \
         "Report how VIFs differ from their description; the exit status is 1 if one does. "       \
         "Without --repair nothing is changed.")                                                   \
    VERB(show, "show", "FILE|ID...", ASKING,                                                       \
         "draw the wiring of VIFs, with the state of each part",                                   \
         "Draw the wiring of VIFs as trees, each part with its state, along the path of a frame "  \
         "from the guest's network device to the Open vSwitch bridge.")                            \
    VERB(graph, "graph", "[FILE|ID]...", ASKING | BIT(FORMAT),                                     \
         "print the wiring of VIFs or the whole host as a graph",                                  \
         "Print the wiring of VIFs as a graph, for programs that draw pictures; without "          \
         "operands that of the whole host.")                                                       \
    VERB(list, "list", "", ASKING | BIT(INSTANCE) | BIT(BRIDGE) | BIT(STATE),                      \
         "list all VIFs of this host",                                                             \
         "List all VIFs of this host, with their type, instance, bridge, port and state.")         \
    VERB(prune, "prune", "", CHANGING | BIT(YES) | BIT(MATCH) | BIT(GRACE),                        \
         "list stale ports, links and QoS rows, or remove them",                                   \
         "List the ports, links and QoS rows that guests, os-vif or crashes left behind, each "    \
         "with the reason; --yes removes them.")                                                   \
    VERB(doctor, "doctor", "", ASKING, "check whether this host is ready for VIFs",                \
         "Check whether this host is ready for VIFs, and say what to do if not. Nothing is "       \
         "changed.")                                                                               \
    VERB(host_info, "host-info", "",                                                               \
         PRINTING | BIT(CONFIG) | BIT(CONNECT) | BIT(VIF_TYPE) | BIT(COMPAT),                      \
         "print which VIFs the plugins take (os-vif's HostInfo)",                                  \
         "Print which VIFs the plugins take, as os-vif's HostInfo object in its versioned JSON "   \
         "form.")                                                                                  \
    VERB(metrics, "metrics", "", PRINTING | BIT(CONNECT),                                          \
         "print the counters and histograms of vifd",                                              \
         "Print the counters and histograms of vifd, as OpenMetrics text. The request goes to "    \
         "vifd even without --connect.")                                                           \
    VERB(schema, "schema", "[TYPE]", PRINTING, "print the JSON Schema of the input",               \
         "Print the JSON Schema of the input, of one type of object, or of what a verb prints.")   \
    VERB(help, "help", "[VERB]", BIT(HELP) | BIT(VERSION),                                         \
         "print the list of verbs, or what one verb does",                                         \
         "Print the list of verbs, or what one verb does, its operands and its options.")

#endif
