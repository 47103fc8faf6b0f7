/* SPDX-License-Identifier: Apache-2.0 */
/* Clients of vifd that call it at once and do nothing else: for tests/bench.
 *
 *   bench-clients SOCKET
 *
 * A line of standard input names a file of varlink calls, one a line.  Each is of a client of its own,
 * which is connected before the clock starts; then all are sent, none waiting for another.  The answer on
 * standard output is a line "WALL_NS CPU_US PEAK_KIB STATUS": from the first byte sent to the last answer's
 * end; STATUS not 0 where an answer tells of an error.  One thread serves all clients, so that on a
 * small machine it is vifd that is measured and not the switching between them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

#define MAX_CLIENTS 1024

struct client {
    const char *call; /* what is left to send, its NUL included */
    size_t left;
    char *answer;
    size_t length, capacity;
    bool done;
};

static struct client clients[MAX_CLIENTS];
static struct pollfd polled[MAX_CLIENTS];

static int dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        perror(path);
        exit(1);
    }
    return fd;
}

/* Sends what the socket takes; false when the connection is lost. */
static bool push(struct client *client, int fd)
{
    while (client->left) {
        ssize_t n = send(fd, client->call, client->left, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        client->call += n;
        client->left -= (size_t)n;
    }
    return true;
}

/* Takes what has come; false when the connection is lost. */
static bool pull(struct client *client, int fd)
{
    ssize_t n;

    if (client->capacity - client->length < 65536) {
        char *more = realloc(client->answer, client->capacity = 2 * client->capacity + 65536);

        if (!more)
            return false;
        client->answer = more;
    }
    n = recv(fd, client->answer + client->length, client->capacity - client->length, 0);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    client->length += (size_t)n;
    client->done = client->answer[client->length - 1] == '\0';
    return true;
}

/* All calls at once until all are answered; false when a connection is lost. */
static bool talk(size_t n)
{
    size_t waiting = n;

    for (size_t i = 0; i < n; i++)
        if (!push(&clients[i], polled[i].fd))
            return false;
    while (waiting) {
        for (size_t i = 0; i < n; i++)
            polled[i].events = clients[i].done ? 0 : clients[i].left ? POLLIN | POLLOUT : POLLIN;
        if (poll(polled, n, -1) < 0 && errno != EINTR)
            return false;
        for (size_t i = 0; i < n; i++) {
            if (clients[i].done || !polled[i].revents)
                continue;
            if (!push(&clients[i], polled[i].fd) || !pull(&clients[i], polled[i].fd))
                return false;
            waiting -= clients[i].done;
        }
    }
    return true;
}

/* A client for each line of 'text', connected; how many. */
static size_t assemble(char *text, size_t length, const char *socket_path)
{
    size_t n = 0;

    for (char *at = text, *end; at < text + length; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + length - at));
        if (!end || n == MAX_CLIENTS) {
            (void)fprintf(stderr, "the last line has no end, or there are too many\n");
            exit(1);
        }
        *end = '\0';
        clients[n] = (struct client){.call = at, .left = (size_t)(end + 1 - at)};
        polled[n++] = (struct pollfd){.fd = dial(socket_path)};
    }
    return n;
}

/* Whether no answer tells of an error, of the call or of one of its VIFs; says the first. */
static bool is_good(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *answer = clients[i].answer;

        if (clients[i].done && !strstr(answer, "\"error\":\"") && !strstr(answer, "\"error\":{"))
            continue;
        (void)fprintf(stderr, "client %zu: %.1000s\n", i, clients[i].done ? answer : "no answer");
        return false;
    }
    return true;
}

static void run(const char *socket_path, const char *path)
{
    size_t length;
    char *text = slurp(path, &length);
    size_t n = assemble(text, length, socket_path);
    long long wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    bool good = talk(n);

    wall = clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    good = is_good(n) && good;
    printf("%lld %lld %ld %d\n", wall, cpu / 1000, peak_kib(), !good);
    (void)fflush(stdout);
    for (size_t i = 0; i < n; i++) {
        (void)close(polled[i].fd);
        free(clients[i].answer);
    }
    free(text);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;

    if (argc != 2)
        return 2;
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        run(argv[1], line);
    }
    free(line);
    return 0;
}
