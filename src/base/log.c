/* SPDX-License-Identifier: Apache-2.0 */
/* Debug lines for 'vifctl -v' and the daemon's log; nothing above debug is ever logged here. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_debug(const struct log *log, const char *format, ...)
{
    char line[1024];
    va_list ap;

    if (!log || !log->line)
        return;
    va_start(ap, format);
    (void)vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    log->line(log->data, line);
}
