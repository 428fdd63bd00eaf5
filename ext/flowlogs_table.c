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
** The rowid is the file's number in the list of files and the line, so it is unique, and the same in every pass over
** the same files: SQLite's plans for OR go through the table several times and rely on it.
*/
#include <string.h>

#include "civil.h"
#include "columns.h"
#include "flowlogs.h"
#include "mem.h"
#include "pass.h"
#include "plan.h"
#include "report.h"
#include "survey.h"

#define ROWID_LINE_BITS 40 /* a rowid: 23 bits of file, 40 bits of line */

static const struct plan_arg arguments[] = {
    {SQL_PATH, "path"}, {SQL_ON_ERROR, "on_error"}, {SQL_FORMAT, "format"}, {SQL_THREADS, "threads"}};

#define ARGUMENTS ((int)(sizeof arguments / sizeof *arguments))

struct table {
  sqlite3_vtab base;
  sqlite3 *db;
  struct options options; /* of the CREATE; all unset for the table-valued function */
};

struct cursor {
  sqlite3_vtab_cursor base;
  struct pass pass; /* its batch is NULL at the end */
  uint32_t row;     /* in the batch */
};

static int disconnect(sqlite3_vtab *base) {
  struct table *t = (struct table *)base;
  options_clear(&t->options);
  mem_free(t);
  return SQLITE_OK;
}

/*
** Is this xCreate or xConnect?  One function serves both, or else the table-valued function would not exist.  While a
** CREATE runs, its schema is being written.  It matters when the path is wrong: that is an error for CREATE, but a
** table of an older day must still connect, or it could not be dropped.
*/
static int is_being_created(sqlite3 *db, const char *schema) {
  return sqlite3_libversion_number() < 3034000 || sqlite3_txn_state(db, schema) == SQLITE_TXN_WRITE;
}

/* Looks at the files of a created table for the fields to show; none found leaves *visible all zero. */
static int look_at_files(struct table *t, int must_exist, uint8_t visible[FIELD_COUNT], char **pzErr) {
  struct interrupt interrupt;
  struct request request;
  struct err e = {0};
  interrupt_init(&interrupt, t->db);
  request_init(&request);
  int rc = request_find(&request, t->options.path, &interrupt, pzErr);
  if (!rc && survey(&request.files, &request.confine, t->options.format, visible, &e)) rc = report_error(pzErr, &e);
  if (rc == SQLITE_ERROR && !must_exist) { /* a query will say it again */
    sqlite3_free(*pzErr);
    *pzErr = NULL;
    rc = SQLITE_OK;
  }
  request_clear(&request);
  interrupt_clear(&interrupt);
  return rc;
}

static int choose_columns(struct table *t, const char *schema, uint8_t visible[FIELD_COUNT], char **pzErr) {
  int found = 0, rc = SQLITE_OK;
  memset(visible, 0, FIELD_COUNT);
  if (t->options.path) rc = look_at_files(t, is_being_created(t->db, schema), visible, pzErr);
  if (t->options.columns == COLUMNS_DEFAULT) memset(visible, 0, FIELD_COUNT);
  for (int f = 0; f < FIELD_COUNT; f++) found |= visible[f];
  if (!found) memset(visible, 1, FIELD_DEFAULT_COUNT);
  if (t->options.columns == COLUMNS_ALL) memset(visible, 1, FIELD_COUNT);
  return rc;
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  uint8_t visible[FIELD_COUNT];
  struct table *t = mem_alloc(sizeof *t);
  (void)aux;
  *out = NULL;
  if (!t) return SQLITE_NOMEM;
  memset(t, 0, sizeof *t);
  t->db = db;
  options_init(&t->options);
  int rc = SQLITE_OK;
  for (int i = 3; i < argc && !rc; i++) rc = options_parse(&t->options, argv[i], pzErr);
  if (!rc && !t->options.path && (argc > 3 || sqlite3_stricmp(argv[2], argv[0]) != 0))
    rc = report_text(pzErr, "which files? write CREATE VIRTUAL TABLE temp.%s USING flowlogs('AWSLogs/')", argv[2]);
  if (!rc) rc = choose_columns(t, argv[1], visible, pzErr);
  char *sql = rc ? NULL : columns_declare(visible);
  if (!rc) rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
  /* Reads files: no view or trigger of a database that came from elsewhere may do that on its own. */
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  sqlite3_free(sql);
  if (rc) disconnect(&t->base);
  else *out = &t->base;
  return rc;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  return plan_best_index(info, arguments, ARGUMENTS, ((struct table *)base)->options.path != NULL);
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  struct cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(&c->base, 0, sizeof c->base);
  pass_init(&c->pass, base, ((struct table *)base)->db);
  *out = &c->base;
  return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  pass_clear(&c->pass);
  mem_free(c);
  return SQLITE_OK;
}

/* Goes to the next batch that has a row. */
static int next_batch(struct cursor *c) {
  int rc;
  c->row = 0;
  do rc = pass_next(&c->pass);
  while (!rc && c->pass.batch && !c->pass.batch->nrows);
  return rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct cursor *c = (struct cursor *)base;
  (void)idx;
  int rc = pass_begin(&c->pass, &((struct table *)base->pVtab)->options, "flowlogs", plan, argc, argv, POLICY_FAIL);
  return rc ? rc : next_batch(c);
}

static int next(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  return ++c->row < c->pass.batch->nrows ? SQLITE_OK : next_batch(c);
}

static int eof(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->pass.batch == NULL; }

static void result_text(sqlite3_context *ctx, const char *text) {
  if (text) sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static void result_time(sqlite3_context *ctx, const struct cursor *c, enum field f) {
  char text[CIVIL_TEXT];
  const struct batch *b = c->pass.batch;
  uint64_t cell = b->has[f] ? b->cell[f][c->row] : BATCH_NULL;
  size_t n = cell == BATCH_NULL ? 0 : civil_format((int64_t)cell, text);
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

/* A cell of the batch; a column that the batch doesn't have is NULL. */
static void result_cell(sqlite3_context *ctx, const struct cursor *c, int column, int is_int) {
  const struct batch *b = c->pass.batch;
  if (!b->has[column]) return;
  uint64_t cell = b->cell[column][c->row];
  if (cell == BATCH_NULL) return;
  if (is_int) sqlite3_result_int64(ctx, (sqlite3_int64)cell);
  else sqlite3_result_text(ctx, batch_text(b, cell), (int)batch_text_n(cell), SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col) {
  struct cursor *c = (struct cursor *)base;
  int f = columns_field(col);
  if (f != FIELD_NONE) {
    result_cell(ctx, c, f, fields[f].kind == KIND_INT);
    return SQLITE_OK;
  }
  switch (col) {
  case SQL_PATH: result_text(ctx, c->pass.options.path); break;
  case SQL_ON_ERROR: result_text(ctx, options_on_error(&c->pass.options)); break;
  case SQL_FORMAT: result_text(ctx, c->pass.options.format_text); break;
  case SQL_THREADS:
    if (c->pass.options.threads >= 0) sqlite3_result_int(ctx, c->pass.options.threads);
    break;
  case SQL_FILE: result_text(ctx, pass_file(&c->pass)); break;
  case SQL_LINE: sqlite3_result_int64(ctx, (sqlite3_int64)c->pass.batch->line[c->row]); break;
  case SQL_RAW: result_cell(ctx, c, COLUMN_RAW, 0); break;
  case SQL_EXTRA: result_cell(ctx, c, COLUMN_EXTRA, 0); break;
  case SQL_START_TIME: result_time(ctx, c, FIELD_start); break;
  case SQL_END_TIME: result_time(ctx, c, FIELD_end); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  struct cursor *c = (struct cursor *)base;
  *out = (sqlite3_int64)c->pass.batch->file << ROWID_LINE_BITS | (sqlite3_int64)c->pass.batch->line[c->row];
  return SQLITE_OK;
}

const sqlite3_module flowlogs_module = {
    .iVersion = 0,
    .xCreate = connect, /* the same as xConnect: the table-valued function exists without a CREATE */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xDestroy = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};
