/* SPDX-License-Identifier: Apache-2.0 */
/* Starts programs and says what each took: for tests/bench, which runs it on the measured host.
 *
 * A line of standard input is a command, its words separated by tabs; the answer is a line
 * "WALL_NS CPU_US PEAK_KIB STATUS".  The measuring program is Python, and big: forked from there, a
 * child would have its size as peak memory, and starting it would cost its page tables.  A child's
 * output goes to the file named by the first argument. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long us(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/* Cuts 'line' at its tabs.  Returns the words with NULL at the end, to be freed. */
static char **split(char *line)
{
    size_t n = 2;
    char **words;

    for (const char *c = line; *c; c++)
        n += *c == '\t';
    words = calloc(n, sizeof *words);
    n = 0;
    for (char *word = words ? strsep(&line, "\t") : NULL; word; word = strsep(&line, "\t"))
        words[n++] = word;
    return words;
}

static int run(char **words, const posix_spawn_file_actions_t *actions)
{
    struct rusage usage = {0};
    long long begun = now_ns();
    int status = -1;
    pid_t pid;
    int r = posix_spawnp(&pid, words[0], actions, NULL, words, environ);

    if (r) {
        (void)fprintf(stderr, "%s: %s\n", words[0], strerror(r));
    } else {
        while (wait4(pid, &status, 0, &usage) < 0)
            if (errno != EINTR)
                return -1;
    }
    printf("%lld %lld %ld %d\n", now_ns() - begun, us(usage.ru_utime) + us(usage.ru_stime),
           usage.ru_maxrss, status);
    return fflush(stdout);
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    const char *output = argc > 1 ? argv[1] : "/dev/null";
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    while ((length = getline(&line, &size, stdin)) > 0) {
        char **words;

        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        words = split(line);
        if (!words || run(words, &actions))
            return 1;
        free(words);
    }
    free(line);
    posix_spawn_file_actions_destroy(&actions);
    return 0;
}
