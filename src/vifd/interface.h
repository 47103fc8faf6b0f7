/* SPDX-License-Identifier: Apache-2.0 */
/* data/io.vifd.varlink as it is, put into the program by tools/embed. */
#ifndef VIFD_INTERFACE_H
#define VIFD_INTERFACE_H

extern const char vifd_interface_text[];

#endif
