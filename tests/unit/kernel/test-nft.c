/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of bridges on a real kernel, in namespaces of their own.  What there is is shown by
 * nft(8). Linked with --wrap=dlopen: a host without libnftables. */
#include "kernel-fixture.h"

#include <dlfcn.h>

#include "base/text.h"
#include "kernel/nft.h"

#define TEXT_SIZE 8192

static struct nft *nft;
static bool no_library;
static char all[][VIF_DEVICE_NAME_SIZE] = {"eth0", "all"};
static char some[][VIF_DEVICE_NAME_SIZE] = {"eth0", "", "wan+"};

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names ld gives them */
void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
    return __real_dlopen(no_library ? "libnot-there.so.0" : name, flags);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#define CHAIN                                                                                      \
    "table inet vifd {\n"                                                                          \
    "\tchain forward {\n"                                                                          \
    "\t\ttype filter hook forward priority filter; policy accept;\n"
#define ALL_BR0                                                                                    \
    "\t\tiifname \"br0\" accept comment \"br0\"\n"                                                 \
    "\t\toifname \"br0\" accept comment \"br0\"\n"
#define SOME_BR0                                                                                   \
    "\t\tiifname \"br0\" oifname \"eth0\" accept comment \"br0\"\n"                                \
    "\t\tiifname \"eth0\" oifname \"br0\" accept comment \"br0\"\n"                                \
    "\t\tiifname \"br0\" oifname \"wan*\" accept comment \"br0\"\n"                                \
    "\t\tiifname \"wan*\" oifname \"br0\" accept comment \"br0\"\n"                                \
    "\t\tiifname \"br0\" oifname \"br0\" accept comment \"br0\"\n"                                 \
    "\t\tiifname \"br0\" drop comment \"br0\"\n"                                                   \
    "\t\toifname \"br0\" drop comment \"br0\"\n"
#define NONE_BR1                                                                                   \
    "\t\tiifname \"br1\" oifname \"br1\" accept comment \"br1\"\n"                                 \
    "\t\tiifname \"br1\" reject comment \"br1\"\n"                                                 \
    "\t\toifname \"br1\" reject comment \"br1\"\n"
#define END "\t}\n}\n"

static void run(const char *command)
{
    if (system(command) != 0) /* NOLINT(cert-env33-c) */
        fail_msg("%s", command);
}

static void show(const char *command, char *text)
{
    FILE *out = popen(command, "r"); /* NOLINT(cert-env33-c) */

    assert_non_null(out);
    text[fread(text, 1, TEXT_SIZE - 1, out)] = '\0';
    assert_int_equal(pclose(out), 0);
}

static void assert_table(const char *wanted)
{
    char text[TEXT_SIZE];

    show("nft list table inet vifd", text);
    assert_string_equal(text, wanted);
}

static int flush(void **state)
{
    (void)state;
    return system("nft flush ruleset"); /* NOLINT(cert-env33-c) */
}

/* The rules of a bridge with 'interfaces', made or only asked for. */
static int act(const char *bridge, char (*interfaces)[VIF_DEVICE_NAME_SIZE], size_t n,
               const char *drop_action, bool check, struct vif_error *err)
{
    struct vif_wiring_rules rules = {.interfaces = interfaces, .n_interfaces = n};

    text_copy(rules.bridge, sizeof rules.bridge, bridge);
    text_copy(rules.drop_action, sizeof rules.drop_action, drop_action);
    return nft_bridge_rules(nft, &rules, check, err);
}

static int ensure_all(const char *bridge)
{
    struct vif_error err = {0};
    int r = act(bridge, all, 2, "", false, &err);

    if (r < 0)
        fail_msg("%s", err.text);
    return r;
}

static int ensure_some(const char *bridge)
{
    struct vif_error err = {0};
    int r = act(bridge, some, 3, "DROP", false, &err);

    if (r < 0)
        fail_msg("%s", err.text);
    return r;
}

static void test_accept_all(void **state)
{
    char before[TEXT_SIZE], after[TEXT_SIZE];

    (void)state;
    assert_int_equal(act("br0", all, 2, "", true, NULL), 0);
    assert_int_equal(ensure_all("br0"), 0);
    assert_table(CHAIN ALL_BR0 END);
    show("nft -a list ruleset", before);
    assert_int_equal(ensure_all("br0"), 1);
    assert_int_equal(act("br0", all, 2, "", true, NULL), 1);
    assert_int_equal(act("br0", some, 3, "", true, NULL), 0);
    show("nft -a list ruleset", after);
    assert_string_equal(after, before);
}

static void test_some(void **state)
{
    (void)state;
    assert_int_equal(ensure_all("br0"), 0);
    assert_int_equal(ensure_some("br0"), 0);
    assert_table(CHAIN SOME_BR0 END);
    assert_int_equal(ensure_some("br0"), 1);
    assert_int_equal(ensure_all("br0"), 0);
    assert_table(CHAIN ALL_BR0 END);
}

/* What a bridge closes is closed, whether it came before or after one that is open. */
static void test_drop_before_accept(void **state)
{
    (void)state;
    assert_int_equal(ensure_all("br0"), 0);
    assert_int_equal(act("br1", NULL, 0, "reject", false, NULL), 0);
    assert_table(CHAIN NONE_BR1 ALL_BR0 END);
    assert_int_equal(act("br1", NULL, 0, "reject", false, NULL), 1);
    /* The rules of br0 alone go and come again behind those of br1. */
    run("nft -a list chain inet vifd forward | sed -n 's/.*\"br0.* handle //p' |"
        " xargs -n 1 nft delete rule inet vifd forward handle");
    assert_table(CHAIN NONE_BR1 END);
    assert_int_equal(ensure_all("br0"), 0);
    assert_table(CHAIN NONE_BR1 ALL_BR0 END);
}

/* A bridge whose name begins with another's. */
static void test_name_within_name(void **state)
{
    (void)state;
    run("! nft list table inet vifd 2>/dev/null");
    assert_int_equal(ensure_all("br0"), 0);
    assert_int_equal(ensure_some("br"), 0);
    assert_int_equal(ensure_some("br0"), 0);
    assert_int_equal(ensure_all("br"), 0);
    assert_int_equal(ensure_some("br0"), 1);
    assert_int_equal(ensure_all("br"), 1);
}

/* Whatever became of the rules, they are put right, and nobody else's are touched. */
static void test_drift(void **state)
{
    static const char *const changes[] = {
        "nft flush chain inet vifd forward",
        "nft delete table inet vifd",
        "nft delete chain inet vifd forward",
        "nft add rule inet vifd forward iifname br0 accept comment br0",
        "nft insert rule inet vifd forward iifname br0 accept comment br0",
        "nft insert rule inet vifd forward counter drop comment br0",
        "nft flush chain inet vifd forward; nft add rule inet vifd forward iifname br0 drop",
        "nft 'add chain inet vifd forward { policy drop; }'",
    };
    char before[TEXT_SIZE], after[TEXT_SIZE], foreign[TEXT_SIZE];

    (void)state;
    run("nft 'add table ip vifd; add chain ip vifd forward; add rule ip vifd forward drop comment "
        "br0;"
        "add table inet other; add chain inet other forward; "
        "add rule inet other forward drop comment br0'");
    show("nft -a list table inet other; nft -a list table ip vifd", foreign);
    assert_int_equal(ensure_some("br0"), 0);
    show("nft list table inet vifd", before);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        run(changes[i]);
        assert_int_equal(act("br0", some, 3, "", true, NULL), 0);
        assert_int_equal(ensure_some("br0"), 0);
        run("nft -a list table inet vifd | sed -n 's/.*\"br0\" drop # handle/"
            "delete rule inet vifd forward handle/p' | nft -f -");
        show("nft list table inet vifd", after);
        assert_string_equal(after, before);
    }
    show("nft -a list table inet other; nft -a list table ip vifd", after);
    assert_string_equal(after, foreign);
}

static void test_names(void **state)
{
    static char bad[][VIF_DEVICE_NAME_SIZE] = {"br*",  "br\"", "br\\", "",
                                               "br 0", "br/0", "all",  "+"};
    struct vif_error err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(act(bad[i], NULL, 0, "", false, &err), -EINVAL);
        assert_int_equal(err.kind, VIF_ERROR_INVALID);
        if (bad[i][0] && strcmp(bad[i], "all") != 0)
            assert_int_equal(act("br0", &bad[i], 1, "", false, &err), -EINVAL);
    }
    assert_string_equal(err.text, "interface name \"+\" means any interface; \"all\" says that");
    run("test -z \"$(nft list ruleset)\"");
    assert_int_equal(ensure_all("b.1-x_y@z{}$;#"), 0);
    assert_int_equal(ensure_all("b.1-x_y@z{}$;#"), 1);
}

static void test_refused(void **state)
{
    struct vif_error err = {0};

    (void)state;
    run("nft 'add table inet vifd; add chain inet vifd forward { type filter hook input priority "
        "0; }'");
    assert_int_equal(act("br0", all, 2, "", false, &err), -EIO);
    assert_int_equal(err.kind, VIF_ERROR_KERNEL);
    assert_null(strchr(err.text, '\n'));
    assert_ptr_equal(strstr(err.text, "rules of br0: nftables: Could not process rule: "),
                     err.text);
    assert_int_equal(nft_run(nft, "{\"nftables\":[{\"list\":{\"no\":1}}]}", NULL, &err), -EIO);
    run("nft flush ruleset");
    assert_int_equal(ensure_all("br0"), 0);
}

static int act_unprivileged(void)
{
    struct vif_error err = {0};
    struct nft *mine = NULL;

    return nft_open(&mine, &err) == -EPERM && err.kind == VIF_ERROR_PERMISSION &&
                   strcmp(err.text, "speak to nftables: Operation not permitted") == 0
               ? 0
               : 1;
}

static void test_unprivileged(void **state)
{
    (void)state;
    assert_int_equal(run_unprivileged(act_unprivileged), 0);
}

static void test_no_library(void **state)
{
    struct nft *none = NULL;
    struct vif_error err = {0};

    (void)state;
    no_library = true;
    assert_int_equal(nft_open(&none, &err), -EIO);
    no_library = false;
    assert_int_equal(err.kind, VIF_ERROR_SYSTEM);
    assert_non_null(strstr(err.text, "load libnftables: "));
    assert_null(none);
    nft_close(NULL);
}

static void test_drop_action(void **state)
{
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(act("br1", NULL, 0, "REJECT", false, NULL), 0);
    assert_int_equal(act("br1", NULL, 0, "reject", true, NULL), 1);
    assert_int_equal(act("br1", NULL, 0, "drop", true, NULL), 0);
    assert_int_equal(act("br1", NULL, 0, "my-chain", false, &err), -EINVAL);
    assert_string_equal(err.text, "iptables_drop_action my-chain: DROP or REJECT");
    assert_table(CHAIN NONE_BR1 END);
}

/* Two that find nothing and act at the same moment: the next look puts it right. */
static void test_at_once(void **state)
{
    pid_t pids[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            int r = nft_open(&nft, NULL);

            for (int turn = 0; r >= 0 && turn < 20; turn++)
                r = act("br0", turn % 2 ? all : some, turn % 2 ? 2 : 3, "", false, NULL);
            nft_close(nft);
            _exit(0);
        }
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
    assert_true(ensure_some("br0") >= 0);
    assert_table(CHAIN SOME_BR0 END);
}

static int open_nft(void **state)
{
    struct vif_error err = {0};

    (void)state;
    if (nft_open(&nft, &err) == 0)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return -1;
}

static int close_nft(void **state)
{
    (void)state;
    nft_close(nft);
    return 0;
}

int main(void)
{
#define ALONE(test) cmocka_unit_test_setup_teardown(test, NULL, flush)
    static const struct CMUnitTest tests[] = {
        ALONE(test_accept_all),       ALONE(test_some),         ALONE(test_drop_before_accept),
        ALONE(test_name_within_name), ALONE(test_drift),        ALONE(test_names),
        ALONE(test_refused),          ALONE(test_unprivileged), ALONE(test_no_library),
        ALONE(test_drop_action),      ALONE(test_at_once),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, open_nft, close_nft);
}
