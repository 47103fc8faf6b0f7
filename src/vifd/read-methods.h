/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that are no batch of VIFs: each calls the library once and hands on its JSON. */
#ifndef VIFD_READ_METHODS_H
#define VIFD_READ_METHODS_H

#include "vifd/request.h"

/* struct method has the contract. */
int read_list(struct request *request, struct vif_host *host, char **ret_text,
              struct vif_error *err);
int read_show(struct request *request, struct vif_host *host, char **ret_text,
              struct vif_error *err);
int read_prune(struct request *request, struct vif_host *host, char **ret_text,
               struct vif_error *err);
int read_host_info(struct request *request, struct vif_host *host, char **ret_text,
                   struct vif_error *err);
int read_doctor(struct request *request, struct vif_host *host, char **ret_text,
                struct vif_error *err);

#endif
