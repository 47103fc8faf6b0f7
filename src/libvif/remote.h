/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose work vifd does: the public functions hand their calls on, and make of the answers what
 * they would have made themselves. */
#ifndef LIBVIF_REMOTE_H
#define LIBVIF_REMOTE_H

#include "graph/graph.h"
#include "libvif/host.h"

struct remote;

/* Connects to vifd's socket.  Errors as varlink_client_open(), "vifd cannot be reached: ...". */
int remote_open(const char *path, const struct log *log, struct remote **ret_remote,
                struct vif_error *err);
void remote_close(struct remote *remote);

/* Each as the public function of a like name; options are whole, and checked where that is said there.
 * 'verb' is "plug", "unplug", "check" or "repair". */
int remote_carry_out(struct remote *remote, const char *verb, const struct vif_batch *batch,
                     const struct vif_call_options *options, struct vif_report **ret_report,
                     struct vif_error *err);
int remote_list(struct remote *remote, const struct vif_list_options *options,
                struct vif_list **ret_list, struct vif_error *err);
int remote_show(struct remote *remote, const struct vif_batch *batch, const char *const *ids,
                const struct vif_show_options *options, struct graph *graph, struct vif_error *err);
int remote_prune(struct remote *remote, const struct vif_prune_options *options,
                 struct vif_leftovers **ret_leftovers, struct vif_error *err);
int remote_host_info(struct remote *remote, const struct vif_info_options *options, char **ret_text,
                     struct vif_error *err);
int remote_doctor(struct remote *remote, const struct vif_doctor_options *options,
                  struct vif_findings **ret_findings, struct vif_error *err);
int remote_metrics(struct remote *remote, char **ret_text, struct vif_error *err);

#endif
