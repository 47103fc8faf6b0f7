/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and their answers, by the rules at the head of data/io.vifd.varlink.  A reply is put
 * together by a worker or the loop, and goes to the loop as a note, so
 * that replies stay in order. */
#include "vifd/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "model/vif-document.h"
#include "vifd/daemon.h"

struct post {
    struct note note;
    struct request *request;
    struct text text;
    bool last;
};

int64_t now_usec(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

struct request *request_new(struct daemon *daemon, struct varlink_call *call)
{
    struct request *request = calloc(1, sizeof *request);

    if (!request)
        return NULL;
    request->daemon = daemon;
    request->call = *call;
    *call = (struct varlink_call){0};
    request->times.arrived = now_usec();
    return request;
}

void request_free(struct request *request)
{
    if (!request)
        return;
    for (size_t i = 0; request->results && i < request->n_vifs; i++)
        free(request->results[i]);
    free(request->results);
    free(request->ids);
    pool_done(&request->pool);
    varlink_call_done(&request->call);
    free(request);
}

const struct op_documents *request_documents(const struct request *request)
{
    size_t at = request->op->documents;

    return at ? (const void *)((const char *)&request->parameters + at) : NULL;
}

const char *request_source(const struct request *request, size_t i, char buffer[32])
{
    const char *const *sources = request_documents(request)->sources;

    (void)snprintf(buffer, 32, "vifs[%zu]", i);
    return sources && sources[0] ? sources[i] : buffer;
}

int request_read_ids(struct request *request)
{
    const struct op_documents *documents = request_documents(request);
    size_t n = documents ? json_array_size(documents->vifs.list) : 0;

    request->ids = calloc(2 * n + 1, sizeof *request->ids);
    request->results = calloc(n + 1, sizeof *request->results);
    if (!request->ids || !request->results)
        return -ENOMEM;
    request->n_vifs = n;
    for (size_t i = 0; i < n; i++) {
        char texts[2][UUID_TEXT_SIZE];

        vif_document_ids(json_array_get(documents->vifs.list, i), texts[0], texts[1]);
        request->n_ids += id_read(texts[0], &request->ids[request->n_ids]);
        if (strcmp(texts[0], texts[1]) != 0)
            request->n_ids += id_read(texts[1], &request->ids[request->n_ids]);
    }
    return 0;
}

bool request_changes(const struct request *request)
{
    return request->op->changes && request->op->changes(&request->parameters);
}

bool request_is_dry_run(const struct request *request)
{
    int dry_run = 0;

    if (request->op && request->op->dry_run)
        memcpy(&dry_run, (const char *)&request->parameters + request->op->dry_run, sizeof dry_run);
    return dry_run != 0;
}

int64_t time_left(int64_t until)
{
    int left = deadline_left(until);

    if (left < 0)
        return VIF_TIMEOUT_NEVER;
    return left ? left : 1; /* 0 would be as configured */
}

/* ---- replies ---- */

static void deliver(struct note *note)
{
    struct post *reply = (struct post *)note;

    daemon_reply(reply->request, &reply->text, reply->last);
    text_done(&reply->text);
    free(reply);
}

static void deliver_lost(struct note *note)
{
    struct lost *lost = (struct lost *)note;

    daemon_lost(lost->request, lost->last);
}

/* Without memory for a reply, the connection ends, so that the peer notices. */
static void post_lost(struct request *request, bool last)
{
    struct lost *lost = &request->lost[last];

    if (lost->request)
        return;
    *lost = (struct lost){{.deliver = deliver_lost}, request, last};
    mailbox_post(&request->daemon->mailbox, &lost->note);
}

static void send_reply(struct request *request, struct text *text, bool last)
{
    struct post *reply = calloc(1, sizeof *reply);

    if (last)
        request->answered = true;
    if (!reply || text->failed) {
        text_done(text);
        free(reply);
        post_lost(request, last);
        return;
    }
    *reply = (struct post){{.deliver = deliver}, request, *text, last};
    *text = (struct text){0};
    mailbox_post(&request->daemon->mailbox, &reply->note);
}

static void add(struct text *text, const char *words)
{
    text_add_bytes(text, words, strlen(words));
}

/* "results":[...] with those that were not sent yet, each once. */
static void add_results(struct request *request, struct text *text)
{
    const char *before = "\"results\":[";

    for (size_t i = 0; i < request->n_vifs; i++) {
        if (!request->results[i])
            continue;
        add(text, before);
        add(text, request->results[i]);
        free(take_ptr(request->results[i]));
        before = ",";
    }
    add(text, *before == ',' ? "]" : "\"results\":[]");
}

static void add_error(struct text *parameters, const struct vif_error *error)
{
    add(parameters, "{\"text\":");
    text_add_json(parameters, error->text);
}

static void send_error(struct request *request, enum vif_error_kind kind, struct text *parameters)
{
    struct text text = {.failed = parameters->failed};
    char name[64];

    (void)snprintf(name, sizeof name, VIFD_INTERFACE ".%s", vif_error_kind_name(kind));
    if (!parameters->failed)
        varlink_reply_write_text(&text, name, parameters->data, parameters->n, false);
    text_done(parameters);
    send_reply(request, &text, true);
}

static void send_parameters(struct request *request, struct text *parameters, bool last)
{
    struct text text = {.failed = parameters->failed};

    if (!parameters->failed)
        varlink_reply_write_text(&text, NULL, parameters->data, parameters->n, !last);
    text_done(parameters);
    send_reply(request, &text, last);
}

void request_answer(struct request *request, const char *text)
{
    struct text reply = {.failed = !text};

    if (text)
        varlink_reply_write_text(&reply, NULL, text, strlen(text), false);
    send_reply(request, &reply, true);
}

void request_finish(struct request *request, const char *transaction)
{
    const struct outcomes *outcomes = &request->outcomes;
    struct text parameters = {0};

    if (request->answered)
        return;
    if (outcomes->n_failed && outcomes->n_failed == request->n_vifs) {
        add_error(&parameters, &outcomes->error);
        add(&parameters, ",");
        add_results(request, &parameters);
        add(&parameters, "}");
        send_error(request, outcomes->error.kind, &parameters);
        return;
    }
    add(&parameters, "{");
    add_results(request, &parameters);
    if (transaction) {
        add(&parameters, ",\"transaction\":");
        add(&parameters, transaction);
    }
    add(&parameters, "}");
    send_parameters(request, &parameters, true);
}

static void count(struct request *request, size_t index, const struct vif_result *result)
{
    struct outcomes *outcomes = &request->outcomes;

    outcomes->n_reported++;
    outcomes->n_changed += result->changed != 0;
    outcomes->by_state[result->state]++;
    if (result->state != VIF_STATE_FAILED)
        return;
    outcomes->by_kind[result->error->kind]++;
    if (!outcomes->n_failed || index < outcomes->first_failed) {
        outcomes->first_failed = index;
        outcomes->error = *result->error;
    }
    outcomes->n_failed++;
}

void request_report(struct request *request, size_t index, const struct vif_result *result)
{
    struct text parameters = {0};
    struct vif_result own = *result;
    auto_free char *json = NULL;

    if (request->answered)
        return;
    count(request, index, result);
    own.index = index; /* among the request's */
    json = vif_result_json(&own);
    if (!json) {
        struct vif_error error;

        (void)error_memory(&error);
        request_fail(request, &error);
        return;
    }
    /* The last one comes with the end, which has more to say. */
    if (!request->call.more || request->outcomes.n_reported == request->n_vifs) {
        request->results[index] = take_ptr(json);
        return;
    }
    add(&parameters, "{\"results\":[");
    add(&parameters, json);
    add(&parameters, "]}");
    send_parameters(request, &parameters, false);
}

void request_progress(struct request *request, const struct vif_progress *progress)
{
    const struct progress_record record = {vif_stage_name(progress->stage), progress->done,
                                           progress->total};
    struct text parameters = {0};

    if (request->answered || !request->call.more)
        return;
    record_write(request->op->reply, &(struct reply){.progress = &record}, &parameters);
    send_parameters(request, &parameters, false);
}

void request_fail(struct request *request, const struct vif_error *error)
{
    struct text parameters = {0};

    if (request->answered)
        return;
    request->outcomes.error = *error;
    add_error(&parameters, error);
    if (request->outcomes.n_reported) {
        add(&parameters, ",");
        add_results(request, &parameters);
    }
    add(&parameters, "}");
    send_error(request, error->kind, &parameters);
}

void request_refuse(struct request *request, const char *error, const char *key, const char *value)
{
    struct text parameters = {0}, text = {0};

    (void)error_set(&request->outcomes.error, VIF_ERROR_INVALID, "%s%s%s", error, key ? ": " : "",
                    key ? value : "");
    add(&parameters, "{");
    if (key) {
        text_add_json(&parameters, key);
        add(&parameters, ":");
        text_add_json(&parameters, value);
    }
    add(&parameters, "}");
    text.failed = parameters.failed;
    if (!text.failed)
        varlink_reply_write_text(&text, error, parameters.data, parameters.n, false);
    text_done(&parameters);
    send_reply(request, &text, true);
}
