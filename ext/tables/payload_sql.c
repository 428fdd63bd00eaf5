/* SPDX-License-Identifier: MIT */
/*
** A statement is tried on a sample document when it is prepared, because a host's authorizer can
** make functions and columns give NULL, which would look like a document without records.
*/
#include "tables/payload_sql.h"

#include "sqlite/report.h"

/* SQL for the text at a JSON path; NULL for anything else that may stand there. */
#define TEXT_AT(json, path)                                                                                            \
  "CASE json_type(" json ", '" path "') WHEN 'text' THEN json_extract(" json ", '" path "') END"

/* clang-format off: one column a line */
static const char *const sql[PAYLOAD_STATEMENTS] = {
    [PAYLOAD_DOCUMENT] =
        "SELECT json_type(?1, '$.awslogs'), json_type(?1, '$.Records'), json_type(?1, '$.records'), "
        "json_type(?1, '$.events'), json_type(?1, '$.message'), json_type(?1, '$.logEvents'), "
        "json_type(?1, '$.messageType'), " TEXT_AT("?1", "$.awslogs.data") ", " TEXT_AT("?1", "$.message") ", " TEXT_AT(
            "?1", "$.messageType") ", " TEXT_AT("?1", "$.logGroup") ", " TEXT_AT("?1", "$.logStream"),
    [PAYLOAD_EVENTS] = "SELECT CASE type WHEN 'object' THEN " TEXT_AT(
        "value", "$.message") " END, "
                              "CASE type WHEN 'object' THEN " TEXT_AT("value",
                                                                      "$.logStreamName") " END "
                                                                                         "FROM json_each(?1, ?2)",
    [PAYLOAD_RECORDS] = "SELECT CASE type WHEN 'object' THEN coalesce(" TEXT_AT("value", "$.kinesis.data") ", " TEXT_AT(
        "value", "$.data") ", " TEXT_AT("value", "$.Data") ") END, "
                                                           "value, "
                                                           "CASE type WHEN 'object' THEN json_type(value, '$.s3') END "
                                                           "FROM json_each(?1, ?2)",
    [PAYLOAD_ELEMENTS] = "SELECT type, value FROM json_each(?1)",
    [PAYLOAD_KEYS] = "SELECT substr(group_concat(key, ', '), 1, 300) FROM (SELECT key FROM json_each(?1) LIMIT 12)",
};
/* clang-format on */

/*
** For each statement a document, and a path in it, for which it gives a row without a NULL.  See
** check().
*/
static const struct {
  const char *json, *path;
} sample[PAYLOAD_STATEMENTS] = {
    [PAYLOAD_DOCUMENT] = {"{\"awslogs\":{\"data\":\"x\"},\"Records\":[],\"records\":[],\"events\":[],\"message\":\"x\","
                          "\"logEvents\":[],\"messageType\":\"x\",\"logGroup\":\"x\",\"logStream\":\"x\"}",
                          NULL},
    [PAYLOAD_EVENTS] = {"[{\"message\":\"x\",\"logStreamName\":\"x\"}]", "$"},
    [PAYLOAD_RECORDS] = {"[{\"Data\":\"x\",\"s3\":{}}]", "$"},
    [PAYLOAD_ELEMENTS] = {"[\"x\"]", NULL},
    [PAYLOAD_KEYS] = {"{\"x\":1}", NULL},
};

/* Binds the JSON, which must stay, and the path unless it is NULL. */
static int bind(sqlite3_stmt *stmt, const char *json, const char *path) {
  sqlite3_reset(stmt);
  int rc = sqlite3_bind_text(stmt, 1, json, -1, SQLITE_STATIC);
  return rc || !path ? rc : sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
}

/*
** SQLite's own message says what is wrong; a failure that is not about the statement keeps its
** code.
*/
static int no_functions(const struct payload_sql *s, int rc, char **pzErr) {
  if (rc != SQLITE_ERROR && rc != SQLITE_AUTH) return rc;
  return report_text(pzErr, "flowlogs_payload needs SQLite's JSON functions: %s", sqlite3_errmsg(s->db));
}

/*
** Does the statement give values?  The authorizer of a host can turn the results of functions and
** columns into NULL.
*/
static int check(struct payload_sql *s, enum payload_statement which, sqlite3_stmt *stmt, char **pzErr) {
  int rc = bind(stmt, sample[which].json, sample[which].path), step, answers = 1;
  if (rc) return rc;
  step = sqlite3_step(stmt);
  if (step != SQLITE_ROW && step != SQLITE_DONE) return no_functions(s, step, pzErr);
  for (int i = 0; i < sqlite3_column_count(stmt); i++) answers &= sqlite3_column_type(stmt, i) != SQLITE_NULL;
  if (step == SQLITE_ROW && answers) return SQLITE_OK;
  return report_text(pzErr, "flowlogs_payload needs SQLite's JSON functions, and the program's authorizer makes "
                            "them give NULL (SQLITE_IGNORE); it must allow json_each, json_type and json_extract");
}

static int prepare(struct payload_sql *s, enum payload_statement which, sqlite3_stmt **stmt, char **pzErr) {
  int rc = sqlite3_prepare_v2(s->db, sql[which], -1, stmt, NULL);
  if (rc) return no_functions(s, rc, pzErr);
  if (*stmt) rc = check(s, which, *stmt, pzErr);
  if (!rc) return *stmt ? SQLITE_OK : SQLITE_INTERNAL;
  sqlite3_finalize(*stmt);
  *stmt = NULL;
  return rc;
}

int payload_sql_begin(struct payload_sql *s, int level, enum payload_statement which, const char *json,
                      const char *path, sqlite3_stmt **out, char **pzErr) {
  sqlite3_stmt **stmt = &s->stmt[level][which];
  int rc = *stmt ? SQLITE_OK : prepare(s, which, stmt, pzErr);
  *out = *stmt;
  return rc ? rc : bind(*stmt, json, path);
}

const char *payload_sql_text(sqlite3_stmt *stmt, int column, int *rc) {
  if (sqlite3_column_type(stmt, column) != SQLITE_TEXT) return NULL;
  const char *p = (const char *)sqlite3_column_text(stmt, column);
  if (!p) *rc = SQLITE_NOMEM;
  return p;
}

/*
** No statement may stay active after a query ends, because hosts such as Python refuse to close a
** connection that has one, and because row_cache.c tells executions apart by the active
** statements. The bindings are cleared because they point to bytes of the caller.
*/
void payload_sql_retire(struct payload_sql *s) {
  for (int level = 0; level < PAYLOAD_LEVELS; level++) {
    for (int i = 0; i < PAYLOAD_STATEMENTS; i++) {
      if (!s->stmt[level][i]) continue;
      sqlite3_reset(s->stmt[level][i]);
      sqlite3_clear_bindings(s->stmt[level][i]);
    }
  }
}

void payload_sql_clear(struct payload_sql *s) {
  for (int level = 0; level < PAYLOAD_LEVELS; level++)
    for (int i = 0; i < PAYLOAD_STATEMENTS; i++) sqlite3_finalize(s->stmt[level][i]);
}
