/* SPDX-License-Identifier: MIT */
/*
** flowlogs_files: the files that a path stands for, a row each, in the order in which they are read.
**
**     SELECT path, size, note FROM flowlogs_files('AWSLogs/') WHERE note IS NOT NULL;
**
** path, size (bytes), mtime (Unix seconds), and what AWS's rule for names says: account_id, region, flow_log_id,
** delivered (Unix seconds).  These open no file.  Naming kind, verdict, fields or note opens each; naming rows, min_start,
** max_end or errors reads each whole.
**
** kind: plain, gzip, empty, parquet, ... by the first bytes.  verdict: 'flow log'; 'empty'; 'other' for what nothing
** marks as a flow log, which the scan of a folder passes over and which is an error when it is named; 'unreadable' for
** what ends a query with on_error=fail.  The verdict does not depend on whether the file was named.  fields: the names of the file's fields, as its header
** spells them; NULL for what is no flow log.  note: why a file is passed over or can't be read, or
** the first of its problems, as far as it was read; NULL when there is none.  rows: records that can be read; errors: the number of things that can't.
*/
#include <string.h>

#include "tables/tables.h"
#include "file/object_name.h"
#include "base/mem.h"
#include "tables/plan.h"
#include "tables/query.h"
#include "sqlite/report.h"
#include "scan/scan.h"
#include "tables/table.h"

enum {
  PATH_COLUMN,
  SIZE_COLUMN,
  MTIME_COLUMN,
  ACCOUNT_COLUMN,
  REGION_COLUMN,
  FLOW_LOG_COLUMN,
  DELIVERED_COLUMN,
  KIND_COLUMN, /* from here on a file has to be opened */
  VERDICT_COLUMN,
  FIELDS_COLUMN,
  NOTE_COLUMN,
  ROWS_COLUMN, /* from here on it has to be read */
  MIN_START_COLUMN,
  MAX_END_COLUMN,
  ERRORS_COLUMN,
  PATHS_COLUMN,
  FORMAT_COLUMN,
};

static const char schema[] =
    "CREATE TABLE x(path TEXT, size INTEGER, mtime INTEGER, account_id TEXT, region TEXT, flow_log_id TEXT, "
    "delivered INTEGER, kind TEXT, verdict TEXT, fields TEXT, note TEXT, rows INTEGER, min_start INTEGER, max_end "
    "INTEGER, "
    "errors INTEGER, paths TEXT HIDDEN, format TEXT HIDDEN)";

static const struct plan_arg arguments[] = {{PATHS_COLUMN, "path"}, {FORMAT_COLUMN, "format"}};

static const struct plan_table plan_table = {.name = "flowlogs_files", .args = arguments, .nargs = 2, .ncolumns = 17};

/* How much has to be known of a file. */
enum depth { DEPTH_NAME, DEPTH_OPEN, DEPTH_READ };

struct cursor {
  sqlite3_vtab_cursor base;
  struct query query; /* the options in force, and the files */
  struct reader_options reader_options;
  enum depth depth;
  size_t row;             /* in the list of files */
  struct object_name key; /* of this row's file */
  int has_reader;         /* reader and batch are there: depth is not DEPTH_NAME */
  struct reader reader;   /* what it says of the file */
  struct batch batch;
  uint64_t min_start, max_end; /* BATCH_NULL when no record has the field */
};

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  struct options options;
  (void)argc, (void)argv, (void)pzErr;
  options_init(&options);
  return table_declare(db, schema, &options, aux, out);
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  return plan_best_index(((struct table *)table)->db, info, &plan_table, 0, &table->zErrMsg);
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  struct cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, offsetof(struct cursor, reader));
  query_open(&c->query, base);
  *out = &c->base;
  return SQLITE_OK;
}

static void clear_reader(struct cursor *c) {
  if (!c->has_reader) return;
  reader_clear(&c->reader);
  batch_clear(&c->batch);
  c->has_reader = 0;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  clear_reader(c);
  query_close(&c->query, base->pVtab);
  mem_free(c);
  return SQLITE_OK;
}

static void add_times(struct cursor *c) {
  const struct batch *b = &c->batch;
  for (uint32_t i = 0; i < b->nrows; i++) {
    uint64_t start = b->has[FIELD_start] ? b->cell[FIELD_start][i] : BATCH_NULL;
    uint64_t end = b->has[FIELD_end] ? b->cell[FIELD_end][i] : BATCH_NULL;
    if (start < c->min_start) c->min_start = start; /* BATCH_NULL is the largest */
    if (end != BATCH_NULL && (c->max_end == BATCH_NULL || end > c->max_end)) c->max_end = end;
  }
}

/* Learns of the row's file what the query wants to know. */
static int look(struct cursor *c) {
  struct err e = {0};
  enum reader_result rc;
  if (c->row >= c->query.list.files.n) return SQLITE_OK;
  const struct file *file = &c->query.list.files.file[c->row];
  object_name_parse(&c->key, file->path);
  if (c->depth == DEPTH_NAME) return SQLITE_OK;
  c->min_start = c->max_end = BATCH_NULL;
  reader_open(&c->reader, file->path, scan_expectation(file));
  do {
    if (interrupt_poll(&c->query.interrupt)) return SQLITE_INTERRUPT;
    batch_reset(&c->batch);
    rc = reader_next(&c->reader, &c->batch, &e);
    add_times(c);
  } while ((rc == READER_MORE || rc == READER_FULL) && (c->depth == DEPTH_READ || c->reader.verdict == VERDICT_OPEN));
  reader_close(&c->reader);
  return rc == READER_ERROR ? report_error(&c->base.pVtab->zErrMsg, &e) : SQLITE_OK;
}

static enum depth depth_of(sqlite3_uint64 used) {
  const sqlite3_uint64 read = (UINT64_C(1) << PATHS_COLUMN) - (UINT64_C(1) << ROWS_COLUMN);
  const sqlite3_uint64 open = (UINT64_C(1) << ROWS_COLUMN) - (UINT64_C(1) << KIND_COLUMN);
  return used & read ? DEPTH_READ : used & open ? DEPTH_OPEN : DEPTH_NAME;
}

static int open_reader(struct cursor *c) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  struct err e = {0};
  wanted[FIELD_start] = wanted[FIELD_end] = c->depth == DEPTH_READ;
  c->reader_options.guard = &c->query.list.guard;
  c->reader_options.format = c->query.options.format;
  c->reader_options.policy = POLICY_SKIP;
  c->has_reader = 1;
  reader_init(&c->reader, &c->reader_options, &e);
  batch_init(&c->batch, wanted, &e);
  return e.code ? report_error(&c->base.pVtab->zErrMsg, &e) : SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct cursor *c = (struct cursor *)base;
  (void)idx;
  clear_reader(c);
  c->row = 0;
  int rc = query_begin(&c->query, base->pVtab, &plan_table, plan, argc, argv);
  c->depth = depth_of(c->query.used);
  if (!rc && c->depth != DEPTH_NAME) rc = open_reader(c);
  return rc ? rc : look(c);
}

static int next(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  c->row++;
  return look(c);
}

static int eof(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  return c->row >= c->query.list.files.n;
}

static void result_part(sqlite3_context *ctx, const struct object_name_part *part) {
  if (part->p) sqlite3_result_text(ctx, part->p, (int)part->n, SQLITE_TRANSIENT);
}

static void result_cell(sqlite3_context *ctx, uint64_t cell) {
  if (cell != BATCH_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)cell);
}

static void result_kind(sqlite3_context *ctx, const struct reader *r) {
  if (r->verdict == VERDICT_BAD && !r->source_known) return;
  sqlite3_result_text(ctx, source_kind_name(r->source.kind), -1, SQLITE_STATIC);
}

static void result_verdict(sqlite3_context *ctx, const struct reader *r) {
  static const char *const names[] = {
      [VERDICT_OPEN] = NULL,     [VERDICT_FLOW_LOG] = "flow log", [VERDICT_EMPTY] = "empty",
      [VERDICT_OTHER] = "other", [VERDICT_BAD] = "unreadable",
  };
  sqlite3_result_text(ctx, names[r->is_other ? VERDICT_OTHER : r->verdict], -1, SQLITE_STATIC);
}

/* The names of the file's fields, a space between two. */
static void result_fields(sqlite3_context *ctx, const struct reader *r) {
  if (r->verdict != VERDICT_FLOW_LOG) return;
  sqlite3_result_text(ctx, r->layout.text, r->layout.text_n - 1, SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col) {
  struct cursor *c = (struct cursor *)base;
  const struct file *file = &c->query.list.files.file[c->row];
  const struct reader *r = &c->reader;
  switch (col) {
  case PATH_COLUMN: sqlite3_result_text(ctx, file->path, -1, SQLITE_TRANSIENT); break;
  case SIZE_COLUMN:
    if (file->size >= 0) sqlite3_result_int64(ctx, file->size);
    break;
  case MTIME_COLUMN:
    if (file->size >= 0) sqlite3_result_int64(ctx, file->mtime);
    break;
  case ACCOUNT_COLUMN: result_part(ctx, &c->key.account); break;
  case REGION_COLUMN: result_part(ctx, &c->key.region); break;
  case FLOW_LOG_COLUMN: result_part(ctx, &c->key.flow_log_id); break;
  case DELIVERED_COLUMN:
    if (c->key.delivered != OBJECT_NAME_NO_TIME) sqlite3_result_int64(ctx, c->key.delivered);
    break;
  case KIND_COLUMN: result_kind(ctx, r); break;
  case VERDICT_COLUMN: result_verdict(ctx, r); break;
  case FIELDS_COLUMN: result_fields(ctx, r); break;
  case NOTE_COLUMN:
    if (r->why[0]) sqlite3_result_text(ctx, r->why, -1, SQLITE_TRANSIENT);
    break;
  case ROWS_COLUMN: sqlite3_result_int64(ctx, (sqlite3_int64)r->records); break;
  case MIN_START_COLUMN: result_cell(ctx, c->min_start); break;
  case MAX_END_COLUMN: result_cell(ctx, c->max_end); break;
  case ERRORS_COLUMN: sqlite3_result_int64(ctx, (sqlite3_int64)r->nproblems); break;
  case PATHS_COLUMN: sqlite3_result_text(ctx, c->query.options.path, -1, SQLITE_TRANSIENT); break;
  case FORMAT_COLUMN: sqlite3_result_text(ctx, c->query.options.format_text, -1, SQLITE_TRANSIENT); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  const struct cursor *c = (const struct cursor *)base;
  *out = (sqlite3_int64)(c->query.base + c->row);
  return SQLITE_OK;
}

const sqlite3_module flowlogs_files_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = table_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};
