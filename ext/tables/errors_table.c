/* SPDX-License-Identifier: MIT */
/*
** flowlogs_errors: what a scan could not use, a row each.  Empty for a clean tree.
**
**     SELECT file, line, reason FROM flowlogs_errors('AWSLogs/');
**
** file, line (1-based; NULL where the file as a whole can't be used), reason in words, raw (the line, its first 1024
** bytes; NULL where no line is concerned).  It reads all files whole.  Files in a folder that are no flow logs are no
** errors: flowlogs_files says which they are.
*/
#include "tables/tables.h"
#include "tables/record_cursor.h"
#include "tables/plan.h"
#include "tables/table.h"

enum { FILE_COLUMN, LINE_COLUMN, REASON_COLUMN, RAW_COLUMN, PATH_COLUMN, FORMAT_COLUMN };

static const char schema[] = "CREATE TABLE x(file TEXT, line INTEGER, reason TEXT, raw TEXT, path TEXT HIDDEN, "
                             "format TEXT HIDDEN)";

static const struct plan_arg arguments[] = {{PATH_COLUMN, "path"}, {FORMAT_COLUMN, "format"}};

static const struct plan_table plan_table = {.name = "flowlogs_errors", .args = arguments, .nargs = 2, .ncolumns = 6};

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  struct options options;
  (void)argc, (void)argv, (void)pzErr;
  options_init(&options);
  return table_declare(db, schema, &options, aux, out);
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  return plan_best_index(((struct table *)table)->db, info, &plan_table, 0, &table->zErrMsg);
}

/* Goes to the next batch that has a problem. */
static int next_batch(struct record_cursor *p) {
  int rc;
  do rc = record_cursor_next(p);
  while (!rc && p->batch && !p->batch->nproblems);
  return rc;
}

static int filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  (void)idx;
  int rc = record_cursor_begin(p, &plan_table, plan, argc, argv, POLICY_COLLECT);
  return rc ? rc : next_batch(p);
}

static int next(sqlite3_vtab_cursor *cursor) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  p->count++;
  return ++p->at < p->batch->nproblems ? SQLITE_OK : next_batch(p);
}

static int eof(sqlite3_vtab_cursor *cursor) { return ((struct record_cursor *)cursor)->batch == NULL; }

static void result_cell(sqlite3_context *ctx, const struct batch *b, uint64_t cell) {
  if (cell == BATCH_NULL) return;
  sqlite3_result_text(ctx, batch_text(b, cell), (int)batch_text_n(cell), SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int col) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  const struct problem *problem = &p->batch->problem[p->at];
  switch (col) {
  case FILE_COLUMN: sqlite3_result_text(ctx, record_cursor_file(p), -1, SQLITE_TRANSIENT); break;
  case LINE_COLUMN:
    if (problem->line) sqlite3_result_int64(ctx, (sqlite3_int64)problem->line);
    break;
  case REASON_COLUMN: result_cell(ctx, p->batch, problem->reason); break;
  case RAW_COLUMN: result_cell(ctx, p->batch, problem->raw); break;
  case PATH_COLUMN: sqlite3_result_text(ctx, p->query.options.path, -1, SQLITE_TRANSIENT); break;
  case FORMAT_COLUMN: sqlite3_result_text(ctx, p->query.options.format_text, -1, SQLITE_TRANSIENT); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  *out = (sqlite3_int64)(p->query.base << RECORD_CURSOR_LINE_BITS) + p->count;
  return SQLITE_OK;
}

const sqlite3_module flowlogs_errors_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};
