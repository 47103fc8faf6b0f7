/* SPDX-License-Identifier: Apache-2.0 */
/* Sends ready-made messages to an OVSDB server and does nothing else: what tests/bench takes for the
 * limit that any client of the database has.
 *
 *   bench-raw SOCKET
 *
 * A line of standard input names a file of JSON-RPC messages, one a line; each is sent when the one
 * before has been answered.  The answer on standard output is a line
 * "WALL_NS CPU_US PEAK_KIB STATUS", STATUS not 0 where an answer tells of an error. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

static char *answer;
static size_t capacity;

static int dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror(path);
        exit(1);
    }
    return fd;
}

static bool send_all(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

/* How deep in brackets the text is, as far as it has come. */
struct depth {
    int depth;
    bool in_string, escaped;
};

static void follow(struct depth *at, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (at->escaped)
            at->escaped = false;
        else if (at->in_string && c == '\\')
            at->escaped = true;
        else if (c == '"')
            at->in_string = !at->in_string;
        else if (!at->in_string && (c == '{' || c == '['))
            at->depth++;
        else if (!at->in_string && (c == '}' || c == ']'))
            at->depth--;
    }
}

/* Reads one whole message into 'answer', with a NUL at its end. */
static bool receive(int fd)
{
    struct depth at = {0};
    size_t length = 0;

    do {
        ssize_t n;

        if (capacity - length < 65536) {
            answer = realloc(answer, capacity = 2 * capacity + 131072);
            if (!answer)
                return false;
        }
        n = recv(fd, answer + length, capacity - length - 1, 0);
        if (n <= 0)
            return false;
        follow(&at, answer + length, (size_t)n);
        length += (size_t)n;
    } while (at.depth || at.in_string);
    answer[length] = '\0';
    return true;
}

/* The server asks now and then whether we live; the answer repeats its id. */
static bool is_echo(void)
{
    return strstr(answer, "\"method\":\"echo\"") != NULL;
}

static bool answer_echo(int fd)
{
    static const char alive[] = "{\"id\":\"echo\",\"result\":[],\"error\":null}";

    return send_all(fd, alive, sizeof alive - 1);
}

static bool talk(int fd, const char *text, size_t length)
{
    if (!send_all(fd, text, length) || !receive(fd))
        return false;
    while (is_echo())
        if (!answer_echo(fd) || !receive(fd))
            return false;
    return !strstr(answer, "\"error\":\"") && !strstr(answer, "\"error\":{");
}

static void run(int fd, const char *path)
{
    size_t length;
    char *text = slurp(path, &length);
    long long wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    bool good = true;

    for (char *at = text; good && at < text + length;) {
        char *end = memchr(at, '\n', (size_t)(text + length - at));
        size_t size = (size_t)((end ? end : text + length) - at);

        good = talk(fd, at, size);
        at += size + 1;
    }
    wall = clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (!good)
        (void)fprintf(stderr, "%s: %.1000s\n", path, answer ? answer : "no answer");
    printf("%lld %lld %ld %d\n", wall, cpu / 1000, peak_kib(), !good);
    (void)fflush(stdout);
    free(text);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    int fd;

    if (argc != 2)
        return 2;
    fd = dial(argv[1]);
    while ((n = getline(&line, &size, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        run(fd, line);
    }
    free(line);
    free(answer);
    (void)close(fd);
    return 0;
}
