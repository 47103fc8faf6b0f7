/* SPDX-License-Identifier: Apache-2.0 */
/* What the measured programs of tests/bench share: what time it is, how big they were, a file. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stddef.h>
#include <time.h>

long long clock_ns(clockid_t clock);

/* Peak memory in KiB.  Not getrusage(): that counts what this process was before exec, too. */
long peak_kib(void);

/* The whole file, to be freed; ends the program where it cannot be read. */
char *slurp(const char *path, size_t *ret_length);

#endif
