/* SPDX-License-Identifier: Apache-2.0 */
/* A scripted database server, or varlink service, in a child process, for every misfortune that a real
 * one would not perform on demand. */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include <sys/types.h>

enum fake_verb {
    FAKE_END, /* of the script; the server closes and goes */
    FAKE_ACCEPT,
    FAKE_EXPECT,   /* the next request: its method is 'text', and 'more', if set, occurs in it */
    FAKE_MAYBE,    /* sends 'more' and answers [] to the next request of this method, if it comes */
    FAKE_REPLY,    /* the client's next message is 'text' */
    FAKE_ANSWER,   /* to the request 'number' before the last one: result 'text' */
    FAKE_REFUSE,   /* likewise: error 'text' (JSON) */
    FAKE_BIG,      /* answers the last request with an array of one string of 'number' bytes */
    FAKE_BOTH,     /* in one write: 'text' to the last request but one, 'more' to the last */
    FAKE_SPLIT,    /* as FAKE_ANSWER to the last request, byte by byte with pauses */
    FAKE_SEND,     /* 'text' as it is */
    FAKE_REPEAT,   /* 'text' as it is, 'number' times */
    FAKE_SAY,      /* 'text' and a NUL; byte by byte if 'number' is set */
    FAKE_PROBED,   /* another client asks something and gets 'text' and a NUL */
    FAKE_SERVE,    /* until it is killed, 'text' and a NUL for whatever anyone asks */
    FAKE_TALK,     /* 'text' again and again, reading nothing, until the client closes */
    FAKE_LONG,     /* 'number' notifications "update" of 8 kB each */
    FAKE_ECHO,     /* asks "echo" and reads the right answer */
    FAKE_SLEEP,    /* 'number' milliseconds */
    FAKE_CLOSE,    /* the connection */
    FAKE_CUT,      /* reads 'number' bytes, then closes the connection with the rest unread */
    FAKE_GONE,     /* the client closes the connection, perhaps after more requests */
    FAKE_QUIET,    /* for 'number' milliseconds nothing is received and nobody connects */
    FAKE_UNLISTEN, /* connections are refused from here on */
    FAKE_LISTEN,   /* ... and taken again */
};

struct fake_action {
    enum fake_verb verb;
    int number;
    const char *text;
    const char *more;
};

/* clang-format off */
#define FAKE(verb, number, text, more) {FAKE_##verb, number, text, more}
/* clang-format on */
#define END                           FAKE(END, 0, NULL, NULL)
#define ACCEPT                        FAKE(ACCEPT, 0, NULL, NULL)
#define EXPECT(method)                FAKE(EXPECT, 0, method, NULL)
#define EXPECT_WITH(method, words)    FAKE(EXPECT, 0, method, words)
#define MAYBE(method, first)          FAKE(MAYBE, 0, method, first)
#define EXPECT_REPLY(message)         FAKE(REPLY, 0, message, NULL)
#define TALK(bytes)                   FAKE(TALK, 0, bytes, NULL)
#define LONG_NOTIFICATIONS(number)    FAKE(LONG, number, NULL, NULL)
#define ANSWER(result)                FAKE(ANSWER, 0, result, NULL)
#define ANSWER_BEFORE(number, result) FAKE(ANSWER, number, result, NULL)
#define REFUSE(error)                 FAKE(REFUSE, 0, error, NULL)
#define BIG(bytes)                    FAKE(BIG, bytes, NULL, NULL)
#define BOTH(first, second)           FAKE(BOTH, 0, first, second)
#define SPLIT(result)                 FAKE(SPLIT, 0, result, NULL)
#define SEND(bytes)                   FAKE(SEND, 0, bytes, NULL)
#define SAY(message)                  FAKE(SAY, 0, message, NULL)
#define SAY_SPLIT(message)            FAKE(SAY, 1, message, NULL)
#define PROBED(message)               FAKE(PROBED, 0, message, NULL)
#define SERVE(message)                FAKE(SERVE, 0, message, NULL)
#define REPEAT(number, bytes)         FAKE(REPEAT, number, bytes, NULL)
#define ECHO_ASK                      FAKE(ECHO, 0, NULL, NULL)
#define SLEEP(milliseconds)           FAKE(SLEEP, milliseconds, NULL, NULL)
#define CLOSE                         FAKE(CLOSE, 0, NULL, NULL)
#define CUT(bytes)                    FAKE(CUT, bytes, NULL, NULL)
#define GONE                          FAKE(GONE, 0, NULL, NULL)
#define QUIET(milliseconds)           FAKE(QUIET, milliseconds, NULL, NULL)
#define UNLISTEN                      FAKE(UNLISTEN, 0, NULL, NULL)
#define LISTEN                        FAKE(LISTEN, 0, NULL, NULL)

enum fake_family { FAKE_UNIX, FAKE_TCP, FAKE_TCP6 };

struct fake_server {
    pid_t pid;
    enum fake_family family;
    int listener;
    int port;
    char directory[32]; /* of its socket; "" for TCP */
    char address[128];  /* what a client is given */
};

/* Starts to listen, and a child process that plays 'script' from then on. */
void fake_server_start(struct fake_server *server, enum fake_family family,
                       const struct fake_action *script);

/* Plays another script at the address of a server that was stopped before. */
void fake_server_again(struct fake_server *server, const struct fake_action *script);

/* Waits for the end of the script; the test fails when it was not followed to its end. */
void fake_server_stop(struct fake_server *server);

/* Ends it at once, wherever in its script it is. */
void fake_server_kill(struct fake_server *server);

/* Removes what was left for fake_server_again(). */
void fake_server_remove(struct fake_server *server);

#endif
