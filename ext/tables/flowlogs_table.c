/* SPDX-License-Identifier: MIT */
/*
** flowlogs: the records.  A table-valued function, and a module to create tables with:
**
**     SELECT srcaddr, sum(bytes) FROM flowlogs('AWSLogs/') GROUP BY srcaddr;
**     CREATE VIRTUAL TABLE temp.web USING flowlogs('AWSLogs/', on_error=skip);
**
** The columns are those of columns.h.  A created table's path and options are its defaults: its hidden columns
** override them, so that a table that is called flowlogs, too, can be given other paths.
**
** flowlogs_payload: the same of a value that a stream has handed over, its first argument, in the place of files
** (payload_decode.h). A function only:
**
**     SELECT * FROM queue, flowlogs_payload(queue.body) WHERE action = 'REJECT';
**
** It reads no file, and is kept from stored views and triggers all the same: a database that came from elsewhere has no
** business with megabytes that are unpacked in this process.
**
** The rowid is the file's number (rowid_base.h) and the line, so it is unique, and the same in every pass that a statement
** makes with the same path and options: SQLite's plans for OR go through the table several times and rely on it.
*/
#include <string.h>

#include "base/calendar.h"
#include "tables/columns.h"
#include "functions/functions.h"
#include "tables/tables.h"
#include "tables/record_cursor.h"
#include "tables/plan.h"
#include "sqlite/report.h"
#include "scan/header_survey.h"
#include "tables/table.h"

static const struct plan_arg arguments[] = {
    {SQL_PATH, "path"},       {SQL_ON_ERROR, "on_error"}, {SQL_FORMAT, "format"}, {SQL_THREADS, "threads"},
    {SQL_COLUMNS, "columns"}, {SQL_FILTER, "filter"},     {SQL_SINCE, "since"},   {SQL_UNTIL, "until"}};

static const struct plan_table plan_table = {.name = "flowlogs",
                                             .args = arguments,
                                             .nargs = (int)(sizeof arguments / sizeof *arguments),
                                             .first_selecting = SQL_FILTER,
                                             .last_selecting = SQL_UNTIL,
                                             .ncolumns = SQL_COUNT,
                                             .push = columns_push};

static const struct plan_arg payload_arguments[] = {
    {SQL_PATH, "data"},       {SQL_ON_ERROR, "on_error"}, {SQL_FORMAT, "format"}, {SQL_THREADS, "threads"},
    {SQL_COLUMNS, "columns"}, {SQL_FILTER, "filter"},     {SQL_SINCE, "since"},   {SQL_UNTIL, "until"}};

static const struct plan_table payload_plan_table = {.name = "flowlogs_payload",
                                                     .args = payload_arguments,
                                                     .nargs =
                                                         (int)(sizeof payload_arguments / sizeof *payload_arguments),
                                                     .ncolumns = SQL_COUNT,
                                                     .push = columns_push,
                                                     .first_selecting = SQL_FILTER,
                                                     .last_selecting = SQL_UNTIL,
                                                     .is_payload = 1};

/*
** Is this xCreate or xConnect?  One function serves both, or else the table-valued function would not exist.  xCreate is
** called by a CREATE statement that is running.  It matters when the path is wrong: that is an error for CREATE, but a
** table of an older day must still connect, or it could not be dropped.
*/
static int is_being_created(sqlite3 *db) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (sqlite3_stmt_busy(s) && !sqlite3_stmt_readonly(s) && sqlite3_sql(s) &&
        !sqlite3_strlike("%create%virtual%table%", sqlite3_sql(s), 0))
      return 1;
  return 0;
}

/* Looks at the files of a created table for the fields to show; none found leaves *visible all zero. */
static int look_at_files(sqlite3 *db, const struct options *options, int must_exist, uint8_t visible[FIELD_COUNT],
                         char **pzErr) {
  struct interrupt interrupt;
  struct file_list list;
  struct err e = {0};
  interrupt_init(&interrupt, db);
  file_list_init(&list);
  int rc = file_list_find(&list, options->path, &interrupt, pzErr);
  struct scan_options scan = {.reader = {.guard = &list.guard, .format = options->format, .policy = POLICY_SKIP},
                              .stop = interrupt_poll,
                              .context = &interrupt};
  if (!rc && header_survey(&list.files, &scan, visible, &e)) rc = report_error(pzErr, &e);
  if (rc == SQLITE_ERROR && !must_exist) { /* a query will say it again */
    sqlite3_free(*pzErr);
    *pzErr = NULL;
    rc = SQLITE_OK;
  }
  file_list_clear(&list);
  interrupt_clear(&interrupt);
  return rc;
}

static int choose_columns(sqlite3 *db, const struct options *options, int creating, uint8_t visible[FIELD_COUNT],
                          char **pzErr) {
  int found = 0, rc = SQLITE_OK;
  memset(visible, 0, FIELD_COUNT);
  if (options->path) rc = look_at_files(db, options, creating, visible, pzErr);
  if (options->columns == COLUMNS_DEFAULT) memset(visible, 0, FIELD_COUNT);
  for (int f = 0; f < FIELD_COUNT; f++) found |= visible[f];
  if (!found) memset(visible, 1, FIELD_DEFAULT_COUNT);
  if (options->columns == COLUMNS_ALL) memset(visible, 1, FIELD_COUNT);
  return rc;
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  uint8_t visible[FIELD_COUNT];
  struct options options;
  int rc = SQLITE_OK, creating = is_being_created(db);
  options_init(&options);
  for (int i = 3; i < argc && !rc; i++) rc = options_parse(&options, argv[i], pzErr);
  if (!rc && creating && !options.path && sqlite3_stricmp(argv[2], argv[0]) != 0)
    rc = report_text(pzErr, "which files? write CREATE VIRTUAL TABLE temp.%s USING flowlogs('AWSLogs/')", argv[2]);
  if (!rc) rc = choose_columns(db, &options, creating, visible, pzErr);
  char *sql = rc ? NULL : columns_declare("path TEXT", visible);
  if (sql) rc = table_declare(db, sql, &options, aux, out);
  else options_clear(&options);
  sqlite3_free(sql);
  return rc || sql ? rc : SQLITE_NOMEM;
}

static int payload_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                           char **pzErr) {
  uint8_t visible[FIELD_COUNT];
  struct options options;
  (void)argc, (void)argv, (void)pzErr;
  memset(visible, 0, sizeof visible);
  memset(visible, 1, FIELD_DEFAULT_COUNT);
  char *sql = columns_declare("data", visible);
  if (!sql) return SQLITE_NOMEM;
  options_init(&options);
  int rc = table_declare(db, sql, &options, aux, out);
  sqlite3_free(sql);
  return rc;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  return plan_best_index(((struct table *)table)->db, info, &plan_table, ((struct table *)table)->options.path != NULL,
                         &table->zErrMsg);
}

static int payload_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  return plan_best_index(((struct table *)table)->db, info, &payload_plan_table, 0, &table->zErrMsg);
}

/* Goes to the next batch that has a row. */
static int next_batch(struct record_cursor *p) {
  int rc;
  if (p->served) return record_cursor_next_kept(p);
  do rc = record_cursor_next(p);
  while (!rc && p->batch && !p->batch->nrows);
  return rc;
}

static int begin(sqlite3_vtab_cursor *cursor, const struct plan_table *of, const char *plan, int argc,
                 sqlite3_value **argv) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  int rc = record_cursor_begin(p, of, plan, argc, argv, POLICY_FAIL);
  return rc ? rc : next_batch(p);
}

static int filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  (void)idx;
  return begin(cursor, &plan_table, plan, argc, argv);
}

static int payload_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  (void)idx;
  return begin(cursor, &payload_plan_table, plan, argc, argv);
}

static int next(sqlite3_vtab_cursor *cursor) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  return !p->served && ++p->at < p->batch->nrows ? SQLITE_OK : next_batch(p);
}

static int eof(sqlite3_vtab_cursor *cursor) { return ((struct record_cursor *)cursor)->batch == NULL; }

static void result_text(sqlite3_context *ctx, const char *text) {
  if (text) sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* The first argument. */
static void result_path(sqlite3_context *ctx, const struct query *q) {
  const struct file_list *r = &q->list;
  if (!r->data) result_text(ctx, q->options.path);
  else if (r->data_type == SQLITE_BLOB) sqlite3_result_blob64(ctx, r->data, r->data_n, SQLITE_TRANSIENT);
  else sqlite3_result_text64(ctx, r->data, r->data_n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void result_time(sqlite3_context *ctx, const struct record_cursor *p, enum field f) {
  char text[CALENDAR_TEXT];
  const struct batch *b = p->batch;
  uint64_t cell = b->has[f] ? b->cell[f][p->at] : BATCH_NULL;
  size_t n = cell == BATCH_NULL ? 0 : calendar_format((int64_t)cell, text);
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

/* A cell of the batch; a column that the batch doesn't have is NULL. */
static void result_cell(sqlite3_context *ctx, const struct record_cursor *p, int column, int is_int) {
  const struct batch *b = p->batch;
  if (!b->has[column]) return;
  uint64_t cell = b->cell[column][p->at];
  if (cell == BATCH_NULL) return;
  if (is_int) sqlite3_result_int64(ctx, (sqlite3_int64)cell);
  else sqlite3_result_text(ctx, batch_text(b, cell), (int)batch_text_n(cell), SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int col) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  int f = columns_field(col);
  if (f != FIELD_NONE) {
    result_cell(ctx, p, f, fields[f].kind == KIND_INT);
    return SQLITE_OK;
  }
  switch (col) {
  case SQL_PATH: result_path(ctx, &p->query); break;
  case SQL_ON_ERROR: result_text(ctx, options_on_error(&p->query.options)); break;
  case SQL_FORMAT: result_text(ctx, p->query.options.format_text); break;
  case SQL_THREADS:
    if (p->query.options.threads >= 0) sqlite3_result_int(ctx, p->query.options.threads);
    break;
  case SQL_COLUMNS: result_text(ctx, options_columns(&p->query.options)); break;
  case SQL_FILTER: result_text(ctx, p->query.options.filter_text); break;
  case SQL_SINCE: options_result_time(ctx, p->query.options.since); break;
  case SQL_UNTIL: options_result_time(ctx, p->query.options.until); break;
  case SQL_FILE: result_text(ctx, record_cursor_file(p)); break;
  case SQL_LINE: sqlite3_result_int64(ctx, (sqlite3_int64)p->batch->line[p->at]); break;
  case SQL_RAW: result_cell(ctx, p, COLUMN_RAW, 0); break;
  case SQL_EXTRA: result_cell(ctx, p, COLUMN_EXTRA, 0); break;
  case SQL_START_TIME: result_time(ctx, p, FIELD_start); break;
  case SQL_END_TIME: result_time(ctx, p, FIELD_end); break;
  case SQL_ADDR: report_either(ctx, "addr"); break;
  case SQL_PORT: report_either(ctx, "port"); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  *out = (sqlite3_int64)((p->query.base + p->batch->file) << RECORD_CURSOR_LINE_BITS | p->batch->line[p->at]);
  return SQLITE_OK;
}

const sqlite3_module flowlogs_module = {
    .iVersion = 0,
    .xCreate = connect, /* the same as xConnect: the table-valued function exists without a CREATE */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = table_disconnect,
    .xDestroy = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
    .xFindFunction = functions_find,
};

const sqlite3_module flowlogs_payload_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = payload_connect,
    .xBestIndex = payload_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = payload_filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
    .xFindFunction = functions_find,
};
