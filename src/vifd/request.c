/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and their answers, by the rules at the head of data/io.vifd.varlink.  A reply is put
 * together by a worker or the loop, and goes to the loop as a note, so
 * that replies stay in order. */
#include "vifd/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "model/model.h"
#include "vifd/daemon.h"

int64_t now_usec(void)
{
    return (int64_t)(uv_hrtime() / 1000);
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
        request->n_ids += uuid_parse(texts[0], request->ids[request->n_ids].bytes) == 0;
        if (strcmp(texts[0], texts[1]) != 0)
            request->n_ids += uuid_parse(texts[1], request->ids[request->n_ids].bytes) == 0;
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

/* ---- replies ---- */

static void deliver(struct note *note)
{
    struct post *post = (struct post *)note;
    struct request *request = post->request;
    struct text text = post->text;
    bool last = post == &request->end;

    if (!last)
        free(post);
    daemon_reply(request, &text, last);
    text_done(&text);
}

/* Ends the reply and sends it.  Without memory for one, the connection ends with the last one, so
 * that the peer notices. */
static void send_reply(struct request *request, struct text *text, bool last)
{
    struct post *post = last ? &request->end : calloc(1, sizeof *post);

    varlink_end(text, last ? NULL : "continues");
    request->answered |= last;
    request->lost |= !post || text->failed;
    if (request->lost)
        text_done(text);
    if (request->lost && !last) {
        free(post);
        return;
    }
    *post = (struct post){{.deliver = deliver}, request, *text};
    post->text.failed = request->lost;
    mailbox_post(&request->daemon->mailbox, &post->note);
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

static void begin_error(struct text *text, const struct vif_error *error)
{
    char name[64];

    (void)snprintf(name, sizeof name, VIFD_INTERFACE ".%s", vif_error_kind_name(error->kind));
    varlink_begin(text, "error", name);
    add(text, "{\"text\":");
    text_add_json(text, error->text);
}

void request_answer(struct request *request, const char *text)
{
    struct text reply = {.failed = !text};

    varlink_begin(&reply, "error", NULL);
    if (text)
        add(&reply, text);
    send_reply(request, &reply, true);
}

void request_finish(struct request *request, const char *transaction)
{
    const struct outcomes *outcomes = &request->outcomes;
    bool failed = outcomes->n_failed && outcomes->n_failed == request->n_vifs;
    struct text reply = {0};

    if (request->answered)
        return;
    if (failed) {
        begin_error(&reply, &outcomes->error);
        add(&reply, ",");
    } else {
        varlink_begin(&reply, "error", NULL);
        add(&reply, "{");
    }
    add_results(request, &reply);
    if (transaction && !failed) {
        add(&reply, ",\"transaction\":");
        add(&reply, transaction);
    }
    add(&reply, "}");
    send_reply(request, &reply, true);
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
    struct text reply = {0};
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
    varlink_begin(&reply, "error", NULL);
    add(&reply, "{\"results\":[");
    add(&reply, json);
    add(&reply, "]}");
    send_reply(request, &reply, false);
}

void request_progress(struct request *request, const struct vif_progress *progress)
{
    const struct progress_record record = {vif_stage_name(progress->stage), progress->done,
                                           progress->total};
    struct text reply = {0};

    if (request->answered || !request->call.more)
        return;
    varlink_begin(&reply, "error", NULL);
    record_write(request->op->reply, &(struct reply){.progress = &record}, &reply);
    send_reply(request, &reply, false);
}

void request_fail(struct request *request, const struct vif_error *error)
{
    struct text reply = {0};

    if (request->answered)
        return;
    request->outcomes.error = *error;
    begin_error(&reply, error);
    if (request->outcomes.n_reported) {
        add(&reply, ",");
        add_results(request, &reply);
    }
    add(&reply, "}");
    send_reply(request, &reply, true);
}

void request_refuse(struct request *request, const char *error, const char *key, const char *value)
{
    struct text reply = {0};

    (void)error_set(&request->outcomes.error, VIF_ERROR_INVALID, "%s%s%s", error, key ? ": " : "",
                    key ? value : "");
    varlink_begin(&reply, "error", error);
    add(&reply, "{");
    if (key) {
        text_add(&reply, "\"%s\":", key);
        text_add_json(&reply, value);
    }
    add(&reply, "}");
    send_reply(request, &reply, true);
}
