/* SPDX-License-Identifier: Apache-2.0 */
/* The varlink codec: cuts the messages of a stream at their NULs, reads calls and replies with
 * limits and checks, and writes both.  It knows no interface and no socket.  Stands on json; the
 * daemon and libvif as its client stand on it. */
#include "rpc/varlink.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "json/json-text.h"

/* ---- framing ---- */

int varlink_cut(struct stream_input *in, size_t max_bytes, size_t *ret_length)
{
    size_t n = in->end - in->start;
    size_t end = n <= max_bytes ? n : max_bytes + 1; /* the NUL may follow the last byte */
    const char *nul = NULL;

    if (end > in->scanned)
        nul = memchr(in->data + in->start + in->scanned, '\0', end - in->scanned);
    if (nul) {
        *ret_length = in->scanned = (size_t)(nul - in->data) - in->start;
        return 1;
    }
    in->scanned = end;
    return end > max_bytes ? -EMSGSIZE : 0;
}

/* ---- names ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* One word of an interface's name: letters and digits, dashes within. */
static bool is_label(const char *word, size_t n, bool first)
{
    if (n == 0 || word[n - 1] == '-' || !(first ? is_letter : is_letter_or_digit)(word[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter_or_digit(word[i]) && word[i] != '-')
            return false;
    return true;
}

static bool is_interface(const char *name, size_t n)
{
    size_t labels = 0;

    for (size_t start = 0, end; start <= n; start = end + 1) {
        for (end = start; end < n && name[end] != '.'; end++)
            continue;
        if (!is_label(name + start, end - start, labels++ == 0))
            return false;
    }
    return labels >= 2;
}

bool varlink_is_member(const char *name, size_t *ret_interface)
{
    const char *dot = strrchr(name, '.');

    if (!dot || strnlen(name, LIMIT_VARLINK_NAME + 1) > LIMIT_VARLINK_NAME ||
        !is_interface(name, (size_t)(dot - name)) || !(dot[1] >= 'A' && dot[1] <= 'Z'))
        return false;
    for (const char *p = dot + 1; *p; p++)
        if (!is_letter_or_digit(*p))
            return false;
    if (ret_interface)
        *ret_interface = (size_t)(dot - name);
    return true;
}

/* ---- what comes in ---- */

static json_t *member_of(json_t *message, const char *key)
{
    json_t *value = json_object_get(message, key);

    return json_is_null(value) ? NULL : value;
}

static int wrong_type(const char *key, const char *expected, struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INVALID, "\"%s\": expected %s", key, expected);
}

static int read_message(const char *text, size_t n, json_t **ret, struct vif_error *err)
{
    auto_json json_t *message = NULL;
    /* The size was checked where the message was cut. */
    int r = json_text_parse(text, n, n, &message, err);

    if (r < 0)
        return r;
    if (!json_is_object(message))
        return error_set(err, VIF_ERROR_INVALID, "expected an object");
    *ret = take_ptr(message);
    return 0;
}

static int read_flag(json_t *message, const char *key, bool *ret, struct vif_error *err)
{
    json_t *value = member_of(message, key);

    if (value && !json_is_boolean(value))
        return wrong_type(key, "true or false", err);
    *ret = json_is_true(value);
    return 0;
}

/* A name that has to be one; '*ret' is NULL when the member is not there. */
static int read_name(json_t *message, const char *key, const char **ret, struct vif_error *err)
{
    json_t *value = member_of(message, key);

    *ret = json_string_value(value);
    if (value && (!*ret || !varlink_is_member(*ret, NULL)))
        return wrong_type(key, "a name as \"org.varlink.service.GetInfo\"", err);
    return 0;
}

/* The parameters become a member of the message where it has none, so that it owns them. */
static int read_parameters(json_t *message, json_t **ret, struct vif_error *err)
{
    json_t *value = member_of(message, "parameters");

    if (value && !json_is_object(value))
        return wrong_type("parameters", "an object", err);
    if (!value) {
        value = json_object();
        if (json_object_set_new(message, "parameters", value) < 0)
            return error_memory(err);
    }
    *ret = value;
    return 0;
}

int varlink_call_read(const char *text, size_t n, struct varlink_call *ret, struct vif_error *err)
{
    auto_json json_t *message = NULL;
    struct varlink_call call = {0};
    int r = read_message(text, n, &message, err);

    if (r == 0)
        r = read_name(message, "method", &call.method, err);
    if (r == 0 && !call.method)
        r = error_set(err, VIF_ERROR_INVALID, "\"method\": missing");
    if (r == 0)
        r = read_flag(message, "oneway", &call.oneway, err);
    if (r == 0)
        r = read_flag(message, "more", &call.more, err);
    if (r == 0)
        r = read_flag(message, "upgrade", &call.upgrade, err);
    if (r == 0 && call.oneway && (call.more || call.upgrade))
        r = error_set(err, VIF_ERROR_INVALID, "\"%s\" together with \"oneway\"",
                      call.more ? "more" : "upgrade");
    if (r == 0)
        r = read_parameters(message, &call.parameters, err);
    if (r < 0)
        return r;
    call.message = take_ptr(message);
    *ret = call;
    return 0;
}

int varlink_reply_read(const char *text, size_t n, struct varlink_reply *ret, struct vif_error *err)
{
    auto_json json_t *message = NULL;
    struct varlink_reply reply = {0};
    int r = read_message(text, n, &message, err);

    if (r == 0)
        r = read_name(message, "error", &reply.error, err);
    if (r == 0)
        r = read_flag(message, "continues", &reply.continues, err);
    if (r == 0 && reply.error && reply.continues)
        r = error_set(err, VIF_ERROR_INVALID, "\"continues\" together with \"error\"");
    if (r == 0)
        r = read_parameters(message, &reply.parameters, err);
    if (r < 0)
        return r;
    reply.message = take_ptr(message);
    *ret = reply;
    return 0;
}

void varlink_call_done(struct varlink_call *call)
{
    json_decref(call->message);
    *call = (struct varlink_call){0};
}

void varlink_reply_done(struct varlink_reply *reply)
{
    json_decref(reply->message);
    *reply = (struct varlink_reply){0};
}

/* ---- what goes out ---- */

void varlink_begin(struct text *out, const char *key, const char *name)
{
    text_add(out, "{");
    if (name)
        text_add(out, "\"%s\":\"%s\",", key, name);
    text_add(out, "\"parameters\":");
}

void varlink_end(struct text *out, const char *flag)
{
    if (flag)
        text_add(out, ",\"%s\":true", flag);
    text_add_bytes(out, "}", 2);
}
