/* SPDX-License-Identifier: Apache-2.0 */
/* What the scripted database server does, in its child process.  An expectation that is not met is
 * said on stderr and ends it with status 1. */
#include "fake-play.h"

#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

#define MAX_REQUESTS 256

struct play {
    struct fake_server *server;
    int fd; /* the connection; -1 when there is none */
    char *in;
    size_t in_n, in_room;
    json_t *ids[MAX_REQUESTS]; /* of the requests expected so far */
    int n_ids;
};

__attribute__((noreturn, format(printf, 1, 2))) static void fail_script(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)fprintf(stderr, "fake server: ");
    (void)vfprintf(stderr, format, ap);
    (void)fprintf(stderr, "\n");
    va_end(ap);
    _exit(1);
}

static void send_bytes(struct play *play, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(play->fd, bytes, n, MSG_NOSIGNAL);

        if (sent < 0)
            fail_script("cannot send: %m");
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* The next JSON text from the client; NULL at the end of the connection. */
static json_t *next_text(struct play *play)
{
    for (;;) {
        json_error_t fault;
        json_t *json = NULL;
        ssize_t n;

        /* Parsing whatever there is again and again would take for ever with big requests. */
        if (play->in_n > 0 && strchr("}\n", play->in[play->in_n - 1]))
            json = json_loadb(play->in, play->in_n, JSON_DISABLE_EOF_CHECK, &fault);
        if (json) {
            play->in_n -= (size_t)fault.position;
            memmove(play->in, play->in + fault.position, play->in_n);
            while (play->in_n > 0 && play->in[0] == '\n')
                memmove(play->in, play->in + 1, --play->in_n);
            return json;
        }
        if (play->in_room - play->in_n < 65536) {
            play->in_room = (play->in_room + 65536) * 2;
            play->in = realloc(play->in, play->in_room);
            if (!play->in)
                fail_script("out of memory");
        }
        n = recv(play->fd, play->in + play->in_n, play->in_room - play->in_n, 0);
        if (n <= 0)
            return NULL;
        /* What ends a message of varlink is white space to a JSON parser. */
        for (ssize_t i = 0; i < n; i++)
            if (play->in[play->in_n + (size_t)i] == '\0')
                play->in[play->in_n + (size_t)i] = '\n';
        play->in_n += (size_t)n;
    }
}

static void expect(struct play *play, const struct fake_action *action)
{
    json_t *request = next_text(play);
    const char *method = json_string_value(json_object_get(request, "method"));
    auto_free char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;

    if (!text || !method || strcmp(method, action->text) != 0)
        fail_script("expected \"%s\", got %.200s", action->text, text ? text : "nothing");
    if (action->more && !strstr(text, action->more))
        fail_script("expected %s within %.200s", action->more, text);
    if (play->n_ids == MAX_REQUESTS)
        fail_script("too many requests");
    play->ids[play->n_ids++] = json_incref(json_object_get(request, "id"));
    json_decref(request);
}

static char *answer_text(struct play *play, int before, const char *member, const char *value)
{
    char *text = NULL;

    if (before >= play->n_ids)
        fail_script("no such request");
    if (asprintf(&text, "{\"id\":%lld,\"%s\":%s,\"%s\":null}",
                 (long long)json_integer_value(play->ids[play->n_ids - 1 - before]), member, value,
                 member[0] == 'e' ? "result" : "error") < 0)
        fail_script("out of memory");
    return text;
}

static void answer(struct play *play, int before, const char *member, const char *value)
{
    auto_free char *text = answer_text(play, before, member, value);

    send_bytes(play, text, strlen(text));
}

/* A client without memory may say this, something else or nothing, and go at any moment. */
static void maybe(struct play *play, const char *method, const char *first)
{
    for (json_t *text; (text = next_text(play)); json_decref(text)) {
        const char *its = json_string_value(json_object_get(text, "method"));
        char *reply = NULL;

        if (!its || strcmp(its, method) != 0)
            continue;
        if (asprintf(&reply, "%s{\"id\":%lld,\"result\":[],\"error\":null}", first ? first : "",
                     (long long)json_integer_value(json_object_get(text, "id"))) < 0)
            fail_script("out of memory");
        (void)send(play->fd, reply, strlen(reply), MSG_NOSIGNAL);
        free(reply);
        json_decref(text);
        return;
    }
    _exit(0);
}

static void answer_split(struct play *play, const char *value)
{
    auto_free char *text = answer_text(play, 0, "result", value);

    for (const char *p = text; *p; p++) {
        send_bytes(play, p, 1);
        (void)usleep(300);
    }
}

static void answer_both(struct play *play, const char *first, const char *second)
{
    auto_free char *one = answer_text(play, 1, "result", first);
    auto_free char *two = answer_text(play, 0, "result", second);
    auto_free char *text = NULL;

    if (asprintf(&text, "%s\n %s", one, two) < 0)
        fail_script("out of memory");
    send_bytes(play, text, strlen(text));
}

static void answer_big(struct play *play, size_t n)
{
    auto_free char *value = NULL;

    if (asprintf(&value, "[\"%0*d\"]", (int)n, 0) < 0)
        fail_script("out of memory");
    answer(play, 0, "result", value);
}

static void expect_reply(struct play *play, const char *text)
{
    json_t *wanted = json_loads(text, 0, NULL), *reply = next_text(play);

    if (!json_equal(reply, wanted))
        fail_script("expected %s", text);
    json_decref(reply);
    json_decref(wanted);
}

static void ask_echo(struct play *play)
{
    static const char request[] = "{\"id\":\"probe\",\"method\":\"echo\",\"params\":[1,\"two\"]}";

    send_bytes(play, request, sizeof request - 1);
    expect_reply(play, "{\"id\":\"probe\",\"result\":[1,\"two\"],\"error\":null}");
}

static void send_notifications(struct play *play, int number)
{
    char text[8192 + 64];
    int head = snprintf(text, sizeof text, "{\"id\":null,\"method\":\"update\",\"params\":[\"");

    memset(text + head, 'y', 8192);
    (void)strcpy(text + head + 8192, "\"]}");
    while (number-- > 0)
        send_bytes(play, text, strlen(text));
}

static void say(struct play *play, const struct fake_action *action)
{
    size_t n = strlen(action->text) + 1;

    if (!action->number)
        send_bytes(play, action->text, n);
    for (size_t i = 0; action->number && i < n; i++) {
        send_bytes(play, action->text + i, 1);
        (void)usleep(300);
    }
}

/* The connection there is stays. */
static void be_probed(struct play *play, const char *text)
{
    struct play other = {.server = play->server};
    json_t *question;

    other.fd = accept4(play->server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (other.fd < 0)
        fail_script("cannot accept: %m");
    question = next_text(&other);
    if (!question)
        fail_script("expected a question");
    json_decref(question);
    send_bytes(&other, text, strlen(text) + 1);
    (void)close(other.fd);
    free(other.in);
}

__attribute__((noreturn)) static void serve(const struct play *play, const char *text)
{
    for (;;) {
        struct play client = {.server = play->server};

        client.fd = accept4(play->server->listener, NULL, NULL, SOCK_CLOEXEC);
        for (json_t *question; client.fd >= 0 && (question = next_text(&client));) {
            json_decref(question);
            (void)send(client.fd, text, strlen(text) + 1, MSG_NOSIGNAL);
        }
        (void)close(client.fd);
        free(client.in);
    }
}

static void talk(struct play *play, const char *text)
{
    while (send(play->fd, text, strlen(text), MSG_NOSIGNAL) > 0)
        ;
}

static void cut(struct play *play, int n)
{
    char byte;

    while (n-- > 0)
        if (recv(play->fd, &byte, 1, 0) != 1)
            fail_script("nothing to cut");
}

static void expect_quiet(struct play *play, int milliseconds)
{
    struct pollfd p[2] = {{.fd = play->server->listener, .events = POLLIN},
                          {.fd = play->fd, .events = POLLIN}};

    if (play->in_n > 0)
        fail_script("expected nothing, got %.200s", play->in);
    if (poll(p, 2, milliseconds) != 0)
        fail_script("expected nothing, but the client did something");
}

static void hang_up(struct play *play)
{
    if (play->fd >= 0)
        (void)close(play->fd);
    play->fd = -1;
    play->in_n = 0;
}

static void accept_client(struct play *play)
{
    hang_up(play);
    play->fd = accept4(play->server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (play->fd < 0)
        fail_script("cannot accept: %m");
}

static void set_listening(struct play *play, bool on)
{
    struct fake_server *server = play->server;

    if (!on) {
        (void)close(server->listener);
        server->listener = -1;
        return;
    }
    server->listener = fake_listen(server);
    if (server->listener < 0)
        fail_script("cannot listen again: %m");
}

static void play_one(struct play *play, const struct fake_action *action)
{
    switch (action->verb) {
    case FAKE_END:
        break;
    case FAKE_ACCEPT:
        accept_client(play);
        break;
    case FAKE_EXPECT:
        expect(play, action);
        break;
    case FAKE_MAYBE:
        maybe(play, action->text, action->more);
        break;
    case FAKE_REPLY:
        expect_reply(play, action->text);
        break;
    case FAKE_ANSWER:
        answer(play, action->number, "result", action->text);
        break;
    case FAKE_REFUSE:
        answer(play, action->number, "error", action->text);
        break;
    case FAKE_BIG:
        answer_big(play, (size_t)action->number);
        break;
    case FAKE_BOTH:
        answer_both(play, action->text, action->more);
        break;
    case FAKE_SPLIT:
        answer_split(play, action->text);
        break;
    case FAKE_SEND:
        send_bytes(play, action->text, strlen(action->text));
        break;
    case FAKE_REPEAT:
        for (int i = 0; i < action->number; i++)
            send_bytes(play, action->text, strlen(action->text));
        break;
    case FAKE_SAY:
        say(play, action);
        break;
    case FAKE_PROBED:
        be_probed(play, action->text);
        break;
    case FAKE_SERVE:
        serve(play, action->text);
    case FAKE_TALK:
        talk(play, action->text);
        break;
    case FAKE_LONG:
        send_notifications(play, action->number);
        break;
    case FAKE_ECHO:
        ask_echo(play);
        break;
    case FAKE_SLEEP:
        (void)usleep((useconds_t)action->number * 1000);
        break;
    case FAKE_CLOSE:
        hang_up(play);
        break;
    case FAKE_CUT:
        cut(play, action->number);
        hang_up(play);
        break;
    case FAKE_GONE:
        for (json_t *text; (text = next_text(play));)
            json_decref(text);
        break;
    case FAKE_QUIET:
        expect_quiet(play, action->number);
        break;
    case FAKE_UNLISTEN:
        set_listening(play, false);
        break;
    case FAKE_LISTEN:
        set_listening(play, true);
        break;
    }
}

void fake_play(struct fake_server *server, const struct fake_action *script)
{
    struct play play = {.server = server, .fd = -1};

    (void)alarm(40);
    for (const struct fake_action *action = script; action->verb != FAKE_END; action++)
        play_one(&play, action);
    hang_up(&play);
    free(play.in);
    for (int i = 0; i < play.n_ids; i++)
        json_decref(play.ids[i]);
    _exit(0);
}
