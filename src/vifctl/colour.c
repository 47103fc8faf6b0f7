/* SPDX-License-Identifier: Apache-2.0 */
/* Colours are for a person at a terminal who does not mind them: never into a file or a pipe, and not
 * where NO_COLOR is set. */
#include "vifctl/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no && no[0]) && terminal && strcmp(terminal, "dumb") != 0;
}
