/* SPDX-License-Identifier: MIT */
/*
** json_next(): a text that SQLite takes for one object, array or string is one
** value; several texts behind one another are their values; the values are parts of the text with
** nothing but white space between them.  json_list_next() finds the elements that json_each() finds.
**
** Input: a text.
*/
#include "fuzz.h"

#include <sqlite3.h>

#include "base/json.h"

static sqlite3 *db;

/* What SQLite's function makes of the text, to be freed; NULL if that is an error or NULL. */
static char *ask_sqlite(const char *sql, const char *p, size_t n) {
  sqlite3_stmt *stmt = NULL;
  char *answer = NULL;
  if (!db && sqlite3_open(":memory:", &db)) abort();
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) abort();
  sqlite3_bind_text(stmt, 1, p, (int)n, SQLITE_STATIC);
  if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
    answer = text_of((const char *)sqlite3_column_text(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
  sqlite3_finalize(stmt);
  return answer;
}

static int is_valid(const char *p, size_t n) {
  char *answer = memchr(p, 0, n) ? NULL : ask_sqlite("SELECT json_valid(?)", p, n);
  int valid = answer && *answer == '1';
  free(answer);
  return valid;
}

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Returns the number of values, or -1 on an error. */
static int check_values(const char *text, size_t n) {
  const char *p = text, *end = text + n, *last = text, *value;
  struct err e = {0};
  enum json_result rc;
  size_t length;
  int count = 0;
  while ((rc = json_next(&p, end, &value, &length, &e)) == JSON_VALUE) {
    PROPERTY(value >= last && value + length == p && p <= end, "value %d", count);
    for (; last < value; last++) PROPERTY(is_space(*last), "byte %zd is left out", last - text);
    PROPERTY(strchr("{[\"", *value) && strchr("}]\"", p[-1]), "value %d: %.*s", count, (int)length, value);
    last = p;
    count++;
  }
  if (rc == JSON_END)
    for (; last < end; last++) PROPERTY(is_space(*last), "byte %zd is left out", last - text);
  PROPERTY((rc == JSON_ERROR) == (e.code != ERR_NONE), "result %d, error %d", rc, e.code);
  return rc == JSON_END ? count : -1;
}

/*
** json_list_next() on an array finds elements of the types that SQLite finds.  What it takes for an
** array of strings is one for SQLite, but for escapes.
*/
static void check_list(const char *text, size_t n) {
  struct json_list list = {.p = text, .end = text + n};
  struct err e = {0};
  struct text types = {0};
  const char *value;
  size_t length;
  enum json_result rc;
  int only_strings = !memchr(text, '\\', n);
  while ((rc = json_list_next(&list, &value, &length, &e)) == JSON_VALUE) {
    PROPERTY(length > 0 && value >= text && value + length <= text + n, "element %zu", list.count);
    only_strings &= *value == '"';
    text_add(&types, *value == '"' ? "t" : *value == '[' ? "a" : *value == '{' ? "o" : "w", 1);
  }
  PROPERTY((rc == JSON_ERROR) == (e.code != ERR_NONE), "result %d, error %d", rc, e.code);
  static const char all[] =
      "SELECT group_concat(iif(type IN ('text', 'array', 'object'), substr(type, 1, 1), 'w'), '') FROM json_each(?1) "
      "WHERE json_type(?1) = 'array'";
  char *want = is_valid(text, n) ? ask_sqlite(all, text, n) : NULL;
  if (want)
    PROPERTY(rc == JSON_END && types.n == strlen(want) && !memcmp(types.p, want, types.n), "%.*s: %.*s instead of %s",
             (int)n, text, (int)types.n, types.p, want);
  if (rc == JSON_END && only_strings) PROPERTY(is_valid(text, n), "%.*s is no JSON", (int)n, text);
  free(want);
  free(types.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = copy_of((const char *)data, size, 0);
  int count = check_values(text, size);
  check_list(text, size);
  char *type = is_valid(text, size) ? ask_sqlite("SELECT json_type(?)", text, size) : NULL;
  if (type && (!strcmp(type, "object") || !strcmp(type, "array") || !strcmp(type, "text"))) {
    struct text twice = {0};
    PROPERTY(count == 1, "%d values in what SQLite takes for one: %.*s", count, (int)size, text);
    text_add(&twice, text, size);
    text_add(&twice, text, size);
    PROPERTY(check_values(twice.p, twice.n) == 2, "twice: %.*s", (int)size, text);
    free(twice.p);
  }
  free(type);
  free(text);
  return 0;
}
