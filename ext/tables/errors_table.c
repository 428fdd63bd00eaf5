/* SPDX-License-Identifier: MIT */
/*
** flowlogs_errors: what a scan could not use, a row each, and records that cannot be right.  Empty
** for a clean tree.
**
**     SELECT file, line, reason FROM flowlogs_errors('AWSLogs/');
**
** It reads all files to their ends.  Files in a folder that are not flow logs are not errors;
** flowlogs_files says which they are.
*/
#include "sqlite/value.h"
#include "tables/columns.h"
#include "tables/record_cursor.h"
#include "tables/table.h"
#include "tables/tables.h"

/* --- the columns ------------------------------------------------------------------------------------------------- */

static const struct problem *problem_of(const struct record_cursor *p) { return &p->batch->problem[p->at]; }

static void result_file(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  sqlite3_result_text(ctx, record_cursor_file((const struct record_cursor *)cursor), -1, SQLITE_TRANSIENT);
}

static void result_line(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct problem *problem = problem_of((const struct record_cursor *)cursor);
  (void)column;
  if (problem->line) sqlite3_result_int64(ctx, (sqlite3_int64)problem->line);
}

static void result_reason(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  (void)column;
  uint64_t reason = problem_of(p)->reason;
  sqlite3_result_text(ctx, batch_text(p->batch, reason), (int)batch_text_n(reason), SQLITE_TRANSIENT);
}

static void result_raw(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  (void)column;
  uint64_t raw = problem_of(p)->raw;
  if (raw != BATCH_NULL) value_result_printable(ctx, batch_text(p->batch, raw), batch_text_n(raw));
}

/* Scripts decide by these words, so that the reasons can be worded anew. */
static void result_cause(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  static const char *const causes[] = {
      [ERR_IO] = "system", [ERR_EXHAUSTED] = "system",   [ERR_DAMAGED] = "damage", [ERR_FORMAT] = "file",
      [ERR_LINE] = "line", [ERR_SUSPECT] = "suspicious", [ERR_INTERRUPT] = NULL,
  };
  enum err_code code = problem_of((const struct record_cursor *)cursor)->code;
  (void)column;
  if (causes[code]) sqlite3_result_text(ctx, causes[code], -1, SQLITE_STATIC);
}

#define ERROR_COLUMN(name_, type_, result_, doc_)                                                                      \
  { .name = name_, .type = type_, .role = COLUMN_OTHER, .result = result_, .doc = doc_ }

static const struct column columns[] = {
    ERROR_COLUMN("file", "TEXT", result_file,
                 "path of the file, as it is: `printable(file)` can be shown whatever the name is"),
    ERROR_COLUMN("line", "INTEGER", result_line, "line, from 1; NULL when no line is concerned"),
    ERROR_COLUMN("reason", "TEXT", result_reason, "what is wrong, in words, and printable as `raw` is"),
    ERROR_COLUMN(
        "raw", "TEXT", result_raw,
        "the first 1024 bytes of the line, to be looked at: ? for a byte that is not UTF-8, and `\\x1b` for the "
        "control character 1b, which a terminal would obey; NULL when no line is concerned"),
    OPTION_COLUMN(path),
    OPTION_COLUMN(format),
    {.name = "cause",
     .type = "TEXT",
     .role = COLUMN_OTHER,
     .is_hidden = 1,
     .result = result_cause,
     .doc = "`system` (the operating system cannot open or read the file), `damage`, `file` (not what it should be), "
            "`line`, `suspicious` (a record that cannot be right, such as one that ends before it starts; it is read "
            "all the same)",
     .example = "cause = 'line'"},
    OPTION_COLUMN(progress),
};

const struct sql_table flowlogs_errors_table = {
    .name = "flowlogs_errors",
    .arguments = "path, format",
    .column = columns,
    .ncolumns = (int)(sizeof columns / sizeof *columns),
    .doc = "What a scan cannot use, one row for each line or file, and records that cannot be right.  It is empty when "
           "all is well.",
    .example = "SELECT file, line, reason FROM flowlogs_errors('tests/data/edge') LIMIT 5",
};

/* --- the cursor -------------------------------------------------------------------------------------------------- */

static int errors_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_errors_table, aux, out);
}

/* Goes to the next batch that has a problem. */
static int next_batch(struct record_cursor *p) {
  int rc;
  do rc = record_cursor_next(p);
  while (!rc && p->batch && !p->batch->nproblems);
  return rc;
}

static int errors_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  (void)idx;
  int rc = record_cursor_begin(p, plan, argc, argv, POLICY_COLLECT);
  return rc ? rc : next_batch(p);
}

static int errors_next(sqlite3_vtab_cursor *cursor) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  p->count++;
  return ++p->at < p->batch->nproblems ? SQLITE_OK : next_batch(p);
}

static int errors_eof(sqlite3_vtab_cursor *cursor) { return ((struct record_cursor *)cursor)->batch == NULL; }

static int errors_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  *out = (sqlite3_int64)(p->query.base << RECORD_CURSOR_LINE_BITS) + p->count;
  return SQLITE_OK;
}

const sqlite3_module flowlogs_errors_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = errors_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = errors_filter,
    .xNext = errors_next,
    .xEof = errors_eof,
    .xColumn = table_column,
    .xRowid = errors_rowid,
};
