/* SPDX-License-Identifier: MIT */
/*
** A piece is bytes in any wrapping (gzip, base64, both, or none).  Unwrapped, it holds lines or
** documents, that is, JSON values.  A document holds events, or records with one more piece each,
** or it is a string that is a piece itself:
**
**     piece -> unwrap -> lines
**                     -> document -> events -> lines
**                                 -> records -> piece -> ...
**                                 -> string  -> piece -> ...
**
** PAYLOAD_LEVELS says how deep pieces may lie in one another, so the functions call one another
** to a fixed depth whatever the input is.  Each level has its own prepared statements, because
** the statement of the level above is still running.
**
** SQLite is given each document with a NUL at its end, because otherwise each of the functions
** that look at the document would make a copy of it.
*/
#include "tables/payload_decode.h"

#include <string.h>

#include "base/chars.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "file/unwrap.h"
#include "sqlite/report.h"
#include "tables/payload_sql.h"

#define NAME_MAX_BYTES 512 /* of the name of a log group or stream, AWS's limit */

struct payload_decoder {
  struct payload_sql sql;
  struct unwrap unwrap;
  struct interrupt *interrupt;
  /* of the value that is being decoded */
  struct payload *payload;
  enum policy policy;
  int level;
  int has_nul;                       /* a document had \u0000, which json_plain() made \u0001 */
  uint64_t document[PAYLOAD_LEVELS]; /* number of the present document in its piece, from 1; 0: none */
  uint64_t record[PAYLOAD_LEVELS];   /* number of the present record in its list, from 1; 0: none */
  char **pzErr;
};

/* --- errors ------------------------------------------------------------------------------------------------------ */

/*
** Replaces what is not UTF-8, and control characters, by '?'.  Names from a payload appear in
** messages and in the column file, where hosts such as Python require UTF-8.  NULL is allowed.
*/
static char *clean(char *name) {
  if (name) printable_replace(name, strlen(name));
  return name;
}

/* Where the decoder is, for messages: "payload, record 2, document 3". */
static char *where(const struct payload_decoder *u) {
  sqlite3_str *s = sqlite3_str_new(NULL);
  sqlite3_str_appendall(s, PAYLOAD_DECODE_NAME);
  for (int level = 0; level <= u->level; level++) {
    if (u->document[level] > 1) sqlite3_str_appendf(s, ", document %llu", u->document[level]);
    if (u->record[level]) sqlite3_str_appendf(s, ", record %llu", u->record[level]);
  }
  return sqlite3_str_finish(s);
}

/* Something cannot be used: an error, or nothing with POLICY_SKIP. */
static int problem(struct payload_decoder *u, const char *what, const char *advice) {
  if (u->policy == POLICY_SKIP) return SQLITE_OK;
  char *at = where(u);
  int rc = at ? report_text(u->pzErr, "%s: %s; %s", at, what, advice) : SQLITE_NOMEM;
  sqlite3_free(at);
  return rc;
}

static int damaged(struct payload_decoder *u, const char *what) { return problem(u, what, "on_error=skip skips it"); }

static int foreign(struct payload_decoder *u, const char *what) { return problem(u, what, PAYLOAD_DECODE_TAKES); }

/*
** An error of the lower rooms.  A limit is an error with POLICY_SKIP, too, because what lies
** beyond it is not damaged.
*/
static int lower_error(struct payload_decoder *u, const struct err *e) {
  if (e->code == ERR_DAMAGED || e->code == ERR_FORMAT) return damaged(u, e->text);
  if (e->code != ERR_ARGUMENT) return report_error(u->pzErr, e);
  char *at = where(u);
  int rc = at ? report_text(u->pzErr, "%s %s", at, e->text) : SQLITE_NOMEM;
  sqlite3_free(at);
  return rc;
}

/* After a step that gave no row: the end, or malformed JSON. */
static int finish(struct payload_decoder *u, sqlite3_stmt *stmt, int step) {
  int rc = step == SQLITE_DONE ? SQLITE_OK : step;
  if (step == SQLITE_ERROR) {
    char *what = sqlite3_mprintf("is no JSON that SQLite can read: %s", sqlite3_errmsg(u->interrupt->db));
    rc = what ? damaged(u, what) : SQLITE_NOMEM;
    sqlite3_free(what);
  }
  sqlite3_reset(stmt);
  return rc;
}

static int is(const char *p, const char *word) { return p && !strcmp(p, word); }

/* --- events ------------------------------------------------------------------------------------------------------ */

/*
** Why a message is not a line, or NULL.  *n becomes its length without the line break at its end.
*/
static const char *no_line(const char *message, size_t *n, int has_nul) {
  if (!message) return "has no \"message\" that is a text";
  *n = strlen(message);
  while (*n > 0 && (message[*n - 1] == '\n' || message[*n - 1] == '\r')) --*n;
  if (strspn(message, " \t\r\n") >= *n) return "has an empty message";
  if (has_nul && memchr(message, 1, *n)) return "has a message with a NUL byte (\\u0000)";
  return memchr(message, '\n', *n) ? "has a message of several lines; a record is one" : NULL;
}

/*
** Adds the message of an event.  One that cannot be used leaves a blank line, so that the others
** keep their numbers.
*/
static int add_event(struct payload_decoder *u, const char *name, const char *message) {
  struct err e = {0};
  uint64_t line;
  size_t n = 0;
  const char *why = no_line(message, &n, u->has_nul);
  if (payload_add_line(u->payload, name, why ? "" : message, why ? 0 : n, &line, &e)) return lower_error(u, &e);
  if (!why || u->policy == POLICY_SKIP) return SQLITE_OK;
  return report_text(u->pzErr, "%s:%llu: the event %s; on_error=skip skips it", name, line, why);
}

/* How many bytes of a name are kept. */
static int name_bytes(const char *name) { return name ? (int)utf8_cut(name, strlen(name), NAME_MAX_BYTES) : 0; }

/* GROUP:STREAM, or the one of the two that there is.  NULL: no memory. */
static char *stream_name(const char *group, const char *stream) {
  int has_group = group && *group, has_stream = stream && *stream;
  if (!has_group && !has_stream) return sqlite3_mprintf("%s", PAYLOAD_DECODE_NAME);
  return clean(sqlite3_mprintf("%.*s%s%.*s", name_bytes(group), has_group ? group : "",
                               has_group && has_stream ? ":" : "", name_bytes(stream), has_stream ? stream : ""));
}

/* An event of a list. */
static int add_listed(struct payload_decoder *u, sqlite3_stmt *stmt, const char *name) {
  int rc = SQLITE_OK;
  const char *message = payload_sql_text(stmt, 0, &rc), *own = payload_sql_text(stmt, 1, &rc);
  char *own_name = NULL;
  if (!rc && !name && !(name = own_name = stream_name(NULL, own))) rc = SQLITE_NOMEM;
  if (!rc) rc = add_event(u, name, message);
  sqlite3_free(own_name);
  return rc;
}

/*
** The events of a list in the document.  name: their stream; NULL when each event may name its
** own.
*/
static int add_events(struct payload_decoder *u, const char *json, const char *list, const char *name) {
  sqlite3_stmt *stmt;
  int rc = payload_sql_begin(&u->sql, u->level, PAYLOAD_EVENTS, json, list, &stmt, u->pzErr), step = SQLITE_DONE;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) rc = add_listed(u, stmt, name);
  return rc ? rc : finish(u, stmt, step);
}

/* --- documents --------------------------------------------------------------------------------------------------- */

static int add_piece(struct payload_decoder *u, const char *p, size_t n, enum unwrap_form form);

/* A piece within the present one. */
static int add_within(struct payload_decoder *u, const char *p, size_t n, enum unwrap_form form) {
  if (u->level + 1 == PAYLOAD_LEVELS) return foreign(u, "has records within records within records");
  u->level++;
  int rc = add_piece(u, p, n, form);
  u->level--;
  return rc;
}

/* A document in no known form, or in several; format has a %s for its keys. */
static int unknown(struct payload_decoder *u, const char *json, const char *format) {
  sqlite3_stmt *stmt;
  int rc = payload_sql_begin(&u->sql, u->level, PAYLOAD_KEYS, json, NULL, &stmt, u->pzErr);
  if (rc) return rc;
  int step = sqlite3_step(stmt);
  if (step != SQLITE_ROW) return finish(u, stmt, step);
  const char *keys = payload_sql_text(stmt, 0, &rc);
  char *what = rc ? NULL : clean(sqlite3_mprintf(format, keys ? keys : "none"));
  if (!rc) rc = what ? foreign(u, what) : SQLITE_NOMEM;
  sqlite3_free(what);
  sqlite3_reset(stmt);
  return rc;
}

/* A record without data in any place that is known. */
static int no_data(struct payload_decoder *u, sqlite3_stmt *stmt) {
  int rc = SQLITE_OK;
  const char *record = payload_sql_text(stmt, 1, &rc);
  if (rc) return rc;
  if (!record || *record != '{') return foreign(u, "is no JSON object");
  if (sqlite3_column_type(stmt, 2) != SQLITE_NULL)
    return foreign(u, "is an event of S3, which names objects and holds no records; read these with flowlogs(path)");
  return unknown(u, record, "has no kinesis.data, data or Data that is a text; its keys are %s");
}

/* The records of a list in the document, each with a piece of its own. */
static int add_records(struct payload_decoder *u, const char *json, const char *list) {
  sqlite3_stmt *stmt;
  uint64_t *record = &u->record[u->level];
  int rc = payload_sql_begin(&u->sql, u->level, PAYLOAD_RECORDS, json, list, &stmt, u->pzErr), step = SQLITE_DONE;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    ++*record;
    const char *data = payload_sql_text(stmt, 0, &rc);
    if (data) rc = add_within(u, data, (size_t)sqlite3_column_bytes(stmt, 0), UNWRAP_BASE64);
    else if (!rc) rc = no_data(u, stmt);
  }
  if (!rc && step == SQLITE_DONE && !*record) rc = foreign(u, "has a list of records that is empty");
  *record = 0;
  return rc ? rc : finish(u, stmt, step);
}

/* The message that CloudWatch sends to a subscription. */
static int add_message(struct payload_decoder *u, const char *json, sqlite3_stmt *stmt) {
  int rc = SQLITE_OK;
  const char *type = payload_sql_text(stmt, TEXT_MESSAGE_TYPE, &rc),
             *list = payload_sql_text(stmt, TYPE_LOG_EVENTS, &rc);
  const char *group = payload_sql_text(stmt, TEXT_LOG_GROUP, &rc),
             *stream = payload_sql_text(stmt, TEXT_LOG_STREAM, &rc);
  if (rc) return rc;
  if (is(type, "CONTROL_MESSAGE")) return SQLITE_OK;
  if (sqlite3_column_type(stmt, TYPE_MESSAGE_TYPE) != SQLITE_NULL && !is(type, "DATA_MESSAGE"))
    return unknown(u, json, "has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys are %s");
  if (!is(list, "array")) return unknown(u, json, "has no list of logEvents; its keys are %s");
  char *name = stream_name(group, stream);
  rc = name ? add_events(u, json, "$.logEvents", name) : SQLITE_NOMEM;
  sqlite3_free(name);
  return rc;
}

static int add_object(struct payload_decoder *u, const char *json, sqlite3_stmt *stmt) {
  int rc = SQLITE_OK, kinds = 0;
  const char *type[TYPES];
  for (int i = 0; i < TYPES; i++) {
    type[i] = payload_sql_text(stmt, i, &rc);
    if (is(type[i], "null")) type[i] = NULL;
    kinds += type[i] && !(i == TYPE_MESSAGE_TYPE && type[TYPE_LOG_EVENTS]);
  }
  const char *data = payload_sql_text(stmt, TEXT_AWSLOGS, &rc), *message = payload_sql_text(stmt, TEXT_MESSAGE, &rc);
  if (rc) return rc;
  if (kinds > 1) return unknown(u, json, "can be read in more than one way; its keys are %s");
  if (data) return add_within(u, data, (size_t)sqlite3_column_bytes(stmt, TEXT_AWSLOGS), UNWRAP_BASE64);
  if (message) return add_event(u, PAYLOAD_DECODE_NAME, message);
  if (type[TYPE_LOG_EVENTS] || type[TYPE_MESSAGE_TYPE]) return add_message(u, json, stmt);
  if (is(type[TYPE_KINESIS], "array")) return add_records(u, json, "$.Records");
  if (is(type[TYPE_FIREHOSE], "array")) return add_records(u, json, "$.records");
  if (is(type[TYPE_EVENTS], "array")) return add_events(u, json, "$.events", NULL);
  return unknown(u, json, "is a JSON object without flow log records; its keys are %s");
}

static int add_object_text(struct payload_decoder *u, const char *json) {
  sqlite3_stmt *stmt;
  int rc = payload_sql_begin(&u->sql, u->level, PAYLOAD_DOCUMENT, json, NULL, &stmt, u->pzErr);
  if (rc) return rc;
  int step = sqlite3_step(stmt);
  if (step != SQLITE_ROW) return finish(u, stmt, step);
  rc = add_object(u, json, stmt);
  sqlite3_reset(stmt);
  return rc;
}

/* The elements of an array, or a string as the only one. */
static int add_elements(struct payload_decoder *u, const char *json) {
  sqlite3_stmt *stmt;
  uint64_t elements = 0;
  int rc = payload_sql_begin(&u->sql, u->level, PAYLOAD_ELEMENTS, json, NULL, &stmt, u->pzErr), step = SQLITE_DONE;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *type = payload_sql_text(stmt, 0, &rc), *value = payload_sql_text(stmt, 1, &rc);
    elements++;
    if (rc) break;
    if (is(type, "object")) rc = add_object_text(u, value);
    else if (is(type, "text")) rc = add_within(u, value, (size_t)sqlite3_column_bytes(stmt, 1), UNWRAP_GUESS);
    else rc = foreign(u, "has a list of things that are neither objects nor texts");
  }
  if (!rc && step == SQLITE_DONE && !elements) rc = foreign(u, "is an empty list");
  return rc ? rc : finish(u, stmt, step);
}

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static int add_document(struct payload_decoder *u, const char *p, size_t n) {
  if (interrupt_poll(u->interrupt)) return SQLITE_INTERRUPT;
  char *json = mem_alloc(n + 1);
  if (!json) return SQLITE_NOMEM;
  memcpy(json, p, n);
  json[json_plain(json, n, &u->has_nul)] = 0;
  int rc = *json == '{' ? add_object_text(u, json) : add_elements(u, json);
  mem_free(json);
  return rc;
}

static int add_documents(struct payload_decoder *u, const char *p, size_t n) {
  const char *end = p + n, *value;
  size_t value_n;
  struct err e = {0};
  enum json_result result = JSON_END;
  int rc = SQLITE_OK;
  uint64_t *document = &u->document[u->level];
  *document = 1;
  for (; !rc && (result = json_next(&p, end, &value, &value_n, &e)) == JSON_VALUE; ++*document)
    rc = add_document(u, value, value_n);
  if (!rc && result == JSON_ERROR) rc = lower_error(u, &e);
  *document = 0;
  return rc;
}

static int add_lines(struct payload_decoder *u, const char *p, size_t n) {
  struct err e = {0};
  return payload_add_text(u->payload, PAYLOAD_DECODE_NAME, p, n, &e) ? lower_error(u, &e) : SQLITE_OK;
}

/* What was in the wrapping.  is_whole: the wrapping was neither cut off nor damaged. */
static int add_unwrapped(struct payload_decoder *u, const char *p, size_t n, int is_whole) {
  if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3, n -= 3;
  size_t blank = chars_space(p, n);
  if (blank == n) return is_whole ? foreign(u, "is empty") : SQLITE_OK;
  if (p[blank] == '{' || p[blank] == '[' || p[blank] == '"') return add_documents(u, p, n);
  while (!is_whole && n > 0 && p[n - 1] != '\n') n--; /* the last line may be cut */
  return add_lines(u, p, n);
}

static int add_piece(struct payload_decoder *u, const char *p, size_t n, enum unwrap_form form) {
  struct unwrapped within;
  struct err e = {0};
  int rc = SQLITE_OK;
  if (unwrap(&u->unwrap, p, n, form, &within, &e)) rc = lower_error(u, &e);
  if (!rc) rc = add_unwrapped(u, within.p, within.n, !e.code);
  unwrapped_free(&within);
  return rc;
}

struct payload_decoder *payload_decoder_new(struct interrupt *interrupt) {
  struct payload_decoder *u = mem_alloc(sizeof *u);
  struct err e = {0};
  if (!u) return NULL;
  memset(u, 0, sizeof *u);
  u->interrupt = interrupt;
  u->sql.db = interrupt->db;
  if (unwrap_init(&u->unwrap, &e)) {
    payload_decoder_free(u);
    return NULL;
  }
  u->unwrap.stop = (struct stop){.ask = interrupt_poll, .context = interrupt};
  return u;
}

void payload_decoder_free(struct payload_decoder *u) {
  if (!u) return;
  payload_sql_clear(&u->sql);
  unwrap_clear(&u->unwrap);
  mem_free(u);
}

int payload_decode(struct payload_decoder *u, const char *p, size_t n, enum policy policy, struct payload *payload,
                   char **pzErr) {
  u->payload = payload;
  u->policy = policy;
  u->level = 0;
  u->has_nul = 0;
  memset(u->document, 0, sizeof u->document);
  memset(u->record, 0, sizeof u->record);
  unwrap_begin(&u->unwrap, n);
  u->pzErr = pzErr;
  int rc = add_piece(u, p, n, UNWRAP_GUESS);
  payload_sql_retire(&u->sql);
  return rc;
}
