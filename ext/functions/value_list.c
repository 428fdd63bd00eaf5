/* SPDX-License-Identifier: MIT */
/*
** The array is read here and not by SQLite's json_each(), which a host may lack, and which an
** authorizer can forbid or make give NULL.  Of the escapes of JSON, only \/ is undone, because some
** programs write it; no value that is wanted has a backslash.
*/
#include "functions/value_list.h"

#include <string.h>

#include "base/chars.h"
#include "base/json.h"
#include "functions/table_ref.h"
#include "sqlite/report.h"

/* Where values come from and go to. */
struct reading {
  const char *who;
  const struct value_list_kind *kind;
  value_list_add *add;
  void *to;
};

/*
** The connections whose tables this thread is reading now.  A table may be a virtual one of temp
** that asks for a list itself, perhaps for the same one.
*/
static _Thread_local struct active {
  sqlite3 *db;
  struct active *next;
} * active;

static int is_active(sqlite3 *db) {
  for (const struct active *a = active; a; a = a->next)
    if (a->db == db) return 1;
  return 0;
}

int value_list_is_json(const char *text) { return text[chars_space(text, strlen(text))] == '['; }

static void set_text(struct value_list_value *value, const char *p, size_t n) {
  value->n = n < sizeof value->text ? n : sizeof value->text - 1;
  memcpy(value->text, p, value->n);
  value->text[value->n] = 0;
}

/* --- a JSON array ------------------------------------------------------------------------------------------------- */

static void take_element(struct value_list_value *value, const char *p, size_t n) {
  value->type = *p == '"' ? SQLITE_TEXT : *p == '[' || *p == '{' ? SQLITE_BLOB : SQLITE_INTEGER;
  if (value->type != SQLITE_TEXT) {
    set_text(value, p, n);
    return;
  }
  set_text(value, p + 1, n - 2);
  size_t to = 0;
  for (size_t i = 0; i < value->n; i++) {
    i += value->text[i] == '\\' && value->text[i + 1] == '/';
    value->text[to++] = value->text[i];
  }
  value->text[value->n = to] = 0;
}

static int read_json(const struct reading *r, const char *text, char **pzErr) {
  struct json_list list = {.p = text, .end = text + strlen(text)};
  struct value_list_value value;
  struct err e = {0};
  const char *p;
  size_t n;
  enum json_result found;
  while ((found = json_list_next(&list, &p, &n, &e)) == JSON_VALUE) {
    take_element(&value, p, n);
    int rc = r->add(r->to, &value);
    if (rc == SQLITE_ERROR)
      return report_text(pzErr, "%s: element %lld of the list is %.*s, which is no %s", r->who, (long long)list.count,
                         n < 100 ? (int)n : 100, p, r->kind->wanted);
    if (rc) return rc;
  }
  if (found == JSON_END) return SQLITE_OK;
  return report_text(pzErr, "%s: '%!.100s' is no JSON array such as '%s': it %s", r->who, text, r->kind->sample,
                     e.text);
}

/* --- a table ------------------------------------------------------------------------------------------------------ */

static int bad_row(const struct reading *r, const struct table_ref *place, sqlite3_stmt *stmt,
                   const struct value_list_value *value, char **pzErr) {
  const char *is = value->type == SQLITE_BLOB ? "a blob" : value->text, *quote = value->type == SQLITE_TEXT ? "'" : "";
  char *row = place->rowid ? sqlite3_mprintf(" of the row with rowid %lld", sqlite3_column_int64(stmt, 0))
                           : sqlite3_mprintf(" of a row");
  int rc = !row ? SQLITE_NOMEM
                : report_text(pzErr, "%s: %s.%s%s is %s%!.100s%s, which is no %s", r->who, place->name, place->column,
                              row, quote, is, quote, r->kind->wanted);
  sqlite3_free(row);
  return rc;
}

/* *has_value becomes 1 unless the row has NULL or an empty text. */
static int read_row(const struct reading *r, const struct table_ref *place, sqlite3_stmt *stmt, int *has_value,
                    char **pzErr) {
  struct value_list_value value = {.type = sqlite3_column_type(stmt, 1)};
  if (value.type == SQLITE_NULL) return SQLITE_OK;
  if (value.type != SQLITE_BLOB) {
    const char *text = (const char *)sqlite3_column_text(stmt, 1);
    if (!text) return SQLITE_NOMEM;
    set_text(&value, text, (size_t)sqlite3_column_bytes(stmt, 1));
    if (!value.n) return SQLITE_OK;
  }
  *has_value = 1;
  int rc = r->add(r->to, &value);
  return rc == SQLITE_ERROR ? bad_row(r, place, stmt, &value, pzErr) : rc;
}

static int read_rows(sqlite3 *db, const struct reading *r, const struct table_ref *place, char **pzErr) {
  sqlite3_stmt *stmt = NULL;
  int has_row = 0, has_value = 0, step = SQLITE_DONE;
  int rc = table_ref_prepare(db, place, &stmt, pzErr);
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    has_row = 1;
    rc = read_row(r, place, stmt, &has_value, pzErr);
  }
  if (!rc && step != SQLITE_DONE) rc = table_ref_error(db, place, step, pzErr);
  sqlite3_finalize(stmt);
  if (rc || has_value || !has_row) return rc;
  return report_text(pzErr,
                     "%s: %s.%s is NULL or empty in all rows; each row needs a %s, and an authorizer of the "
                     "program must let the column be read",
                     r->who, place->name, place->column, r->kind->wanted);
}

static int read_table(sqlite3 *db, const struct reading *r, const char *name, char **pzErr) {
  struct table_ref place = {.who = r->who};
  struct active reading = {.db = db, .next = active};
  if (is_active(db))
    return report_text(pzErr, "%s: table %s is asked for by what is read to answer another such question", r->who,
                       name);
  char *usage = sqlite3_mprintf("name a table with a column %s, or write a JSON array such as '%s'", r->kind->column,
                                r->kind->sample);
  if (!usage) return SQLITE_NOMEM;
  place.usage = usage;
  active = &reading;
  int rc = table_ref_find(db, name, r->kind->column, &place, pzErr);
  if (!rc) rc = read_rows(db, r, &place, pzErr);
  active = reading.next;
  table_ref_clear(&place);
  sqlite3_free(usage);
  return rc;
}

int value_list_read(sqlite3 *db, const char *who, const struct value_list_kind *kind, const char *text,
                    value_list_add *add, void *to, char **pzErr) {
  const struct reading r = {who, kind, add, to};
  return value_list_is_json(text) ? read_json(&r, text, pzErr) : read_table(db, &r, text, pzErr);
}
