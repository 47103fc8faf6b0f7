/* SPDX-License-Identifier: Apache-2.0 */
/* vifd: the daemon.  Reads its command line and starts; the work is libvif's. */
#include <getopt.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/parse.h"
#include "vifd/daemon.h"
#include "vifd/privilege.h"

/* Threads that wait for the kernel and the database need no heaps of their own; big blocks
 * return to the system when freed. */
#define ARENAS    2
#define BIG_BYTES (128 << 10)
#define KEEP_FREE (256 << 10)

#define PASSED_MAX 64 /* descriptors; one is used */

static const char help[] =
    "Usage: vifd [OPTION]...\n"
    "Plug the network interfaces of virtual machines into Open vSwitch for clients.\n"
    "\n"
    "Options:\n"
    "      --config=FILE    read FILE instead of " VIF_CONFIG_FILE "\n"
    "      --socket=PATH    listen on PATH instead of the configured socket\n"
    "      --ovsdb=ADDRESS  address of the database: unix:PATH or tcp:IP:PORT\n"
    "      --user=NAME      run as user NAME instead of " PRIVILEGE_USER " (needs root)\n"
    "  -v, --verbose        log every step in detail\n"
    "      --version        print the version\n"
    "  -h, --help           print this help\n"
    "\n"
    "SIGHUP reloads the configuration. SIGTERM and SIGINT end vifd after the running\n"
    "calls.\n"
    "\n"
    "Exit status: 0 ended by a signal; 2 bad usage or configuration; 3 startup\n"
    "failed; 5 no permission.\n";

enum key { KEY_CONFIG, KEY_SOCKET, KEY_OVSDB, KEY_USER, N_TEXTS, KEY_VERSION = 256 };

static const struct option options[] = {
    {"config", required_argument, NULL, KEY_CONFIG},
    {"socket", required_argument, NULL, KEY_SOCKET},
    {"ovsdb", required_argument, NULL, KEY_OVSDB},
    {"user", required_argument, NULL, KEY_USER},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, KEY_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* -1: go on; else the exit status. */
static int take_options(int argc, char **argv, struct settings *settings)
{
    const char **texts[N_TEXTS] = {
        [KEY_CONFIG] = &settings->config_file,
        [KEY_SOCKET] = &settings->socket,
        [KEY_OVSDB] = &settings->ovsdb,
        [KEY_USER] = &settings->user,
    };
    int key;

    while ((key = getopt_long(argc, argv, "vh", options, NULL)) >= 0) {
        switch (key) {
        case KEY_CONFIG:
        case KEY_SOCKET:
        case KEY_OVSDB:
        case KEY_USER:
            *texts[key] = optarg;
            break;
        case 'v':
            settings->verbose = true;
            break;
        case KEY_VERSION:
            (void)printf("vifd %s\n", vif_version());
            return EXIT_SUCCESS;
        case 'h':
            (void)fputs(help, stdout);
            return EXIT_SUCCESS;
        default:
            (void)fputs("vifd: see vifd --help\n", stderr);
            return 2;
        }
    }
    if (optind == argc)
        return -1;
    (void)fprintf(stderr, "vifd: unexpected operand: %s; see vifd --help\n", argv[optind]);
    return 2;
}

int main(int argc, char **argv)
{
    /* What getopt's complaints begin with, wherever the program lies. */
    static char own_name[] = "vifd";
    struct settings settings = {0};
    struct vif_error err = {0};
    const char *passed = server_listen_fds();
    int64_t n_passed = 0;
    struct daemon *daemon;
    int status;

    if (argc > 0)
        argv[0] = own_name;
    status = take_options(argc, argv, &settings);
    if (status >= 0)
        return status;
    if (passed)
        (void)parse_int(passed, 0, PASSED_MAX, &n_passed);
    if (privilege_close_inherited((unsigned)n_passed, &err) < 0) {
        (void)fprintf(stderr, "vifd: %s\n", err.text);
        return vif_error_kind_status(err.kind);
    }
    (void)mallopt(M_ARENA_MAX, ARENAS);
    (void)mallopt(M_MMAP_THRESHOLD, BIG_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEEP_FREE);
    json_object_seed(0); /* before there are threads */
    daemon = calloc(1, sizeof *daemon);
    if (!daemon || daemon_open(daemon, &settings, &err) < 0) {
        if (!daemon)
            (void)error_memory(&err);
        (void)fprintf(stderr, "vifd: %s\n", err.text);
        return vif_error_kind_status(err.kind);
    }
    if (!daemon_run(daemon))
        _exit(EXIT_SUCCESS);
    free(daemon);
    return EXIT_SUCCESS;
}
