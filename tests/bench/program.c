/* SPDX-License-Identifier: Apache-2.0 */
/* What the measured programs of tests/bench share. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long long clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

long peak_kib(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    long peak = 0;

    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtol(line + 6, NULL, 10);
    if (f)
        (void)fclose(f);
    return peak;
}

char *slurp(const char *path, size_t *ret_length)
{
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    ssize_t n = f ? getdelim(&text, &size, '\0', f) : -1;

    if (n < 0) {
        perror(path);
        exit(1);
    }
    (void)fclose(f);
    *ret_length = (size_t)n;
    return text;
}
