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
#include <string.h>

#include "flowlogs.h"
#include "mem.h"
#include "pass.h"
#include "plan.h"

enum { FILE_COLUMN, LINE_COLUMN, REASON_COLUMN, RAW_COLUMN, PATH_COLUMN, FORMAT_COLUMN };

static const char schema[] = "CREATE TABLE x(file TEXT, line INTEGER, reason TEXT, raw TEXT, path TEXT HIDDEN, "
                             "format TEXT HIDDEN)";

static const struct plan_arg arguments[] = {{PATH_COLUMN, "path"}, {FORMAT_COLUMN, "format"}};

struct table {
  sqlite3_vtab base;
  sqlite3 *db;
  struct options options; /* all unset: there is no CREATE */
};

struct cursor {
  sqlite3_vtab_cursor base;
  struct pass pass;
  uint32_t problem; /* in the batch */
  sqlite3_int64 rowid;
};

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  struct table *t = mem_alloc(sizeof *t);
  (void)aux, (void)argc, (void)argv, (void)pzErr;
  *out = NULL;
  if (!t) return SQLITE_NOMEM;
  memset(t, 0, sizeof *t);
  t->db = db;
  options_init(&t->options);
  int rc = sqlite3_declare_vtab(db, schema);
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY); /* reads files: see flowlogs_table.c */
  if (rc) mem_free(t);
  else *out = &t->base;
  return rc;
}

static int disconnect(sqlite3_vtab *base) {
  mem_free(base);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  (void)base;
  return plan_best_index(info, arguments, 2, 0);
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

/* Goes to the next batch that has a problem. */
static int next_batch(struct cursor *c) {
  int rc;
  c->problem = 0;
  do rc = pass_next(&c->pass);
  while (!rc && c->pass.batch && !c->pass.batch->nproblems);
  return rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct cursor *c = (struct cursor *)base;
  (void)idx;
  c->rowid = 1;
  int rc = pass_begin(&c->pass, &((struct table *)base->pVtab)->options, "flowlogs_errors", plan, argc, argv,
                      POLICY_COLLECT);
  return rc ? rc : next_batch(c);
}

static int next(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  c->rowid++;
  return ++c->problem < c->pass.batch->nproblems ? SQLITE_OK : next_batch(c);
}

static int eof(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->pass.batch == NULL; }

static void result_cell(sqlite3_context *ctx, const struct batch *b, uint64_t cell) {
  if (cell == BATCH_NULL) return;
  sqlite3_result_text(ctx, batch_text(b, cell), (int)batch_text_n(cell), SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col) {
  struct cursor *c = (struct cursor *)base;
  const struct batch *b = c->pass.batch;
  const struct problem *p = &b->problem[c->problem];
  switch (col) {
  case FILE_COLUMN: sqlite3_result_text(ctx, pass_file(&c->pass), -1, SQLITE_TRANSIENT); break;
  case LINE_COLUMN:
    if (p->line) sqlite3_result_int64(ctx, (sqlite3_int64)p->line);
    break;
  case REASON_COLUMN: result_cell(ctx, b, p->reason); break;
  case RAW_COLUMN: result_cell(ctx, b, p->raw); break;
  case PATH_COLUMN: sqlite3_result_text(ctx, c->pass.options.path, -1, SQLITE_TRANSIENT); break;
  case FORMAT_COLUMN: sqlite3_result_text(ctx, c->pass.options.format_text, -1, SQLITE_TRANSIENT); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((struct cursor *)base)->rowid;
  return SQLITE_OK;
}

const sqlite3_module flowlogs_errors_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};
