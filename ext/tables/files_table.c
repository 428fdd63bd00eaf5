/* SPDX-License-Identifier: MIT */
/*
** flowlogs_files: the files that a path stands for, a row each, in the order in which they are
** read.
**
**     SELECT path, size, note FROM flowlogs_files('AWSLogs/') WHERE note IS NOT NULL;
**
** A query that names only what the list of files and AWS's rule for names tell (path to
** delivered) opens no file.  One that names kind, verdict, fields or note opens each file, and
** one that names rows, min_start, max_end or errors reads each to its end: the descriptions of
** the columns say which depth they need.
**
** The verdict is what the file is: 'flow log'; 'empty'; 'other' for a file that nothing marks as
** a flow log, which the scan of a folder passes over and which is an error when it is named;
** 'unreadable' for one that ends a query with on_error=fail.  It does not depend on whether the
** file was named.
*/
#include <string.h>

#include "base/mem.h"
#include "file/object_name.h"
#include "scan/scan.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/query.h"
#include "tables/table.h"
#include "tables/tables.h"

/* How much has to be known of a file; the columns say which they need. */
enum depth {
  DEPTH_NAME, /* what the list of files tells */
  DEPTH_OPEN, /* its first lines */
  DEPTH_READ, /* all of it */
};

struct files_cursor {
  struct query query; /* the options in force, and the files */
  struct reader_options reader_options;
  enum depth depth;
  int opens;              /* columns are named that need a file to be opened, whatever an index says */
  size_t row;             /* in the list of files */
  struct object_name key; /* of this row's file */
  int has_reader;         /* reader and batch are there: depth is not DEPTH_NAME */
  struct reader reader;   /* what it says of the file */
  struct batch batch;
  uint64_t records, problems;  /* of this row's file, as far as it was read */
  uint64_t min_start, max_end; /* BATCH_NULL when no record has the field */
};

/* --- the columns ------------------------------------------------------------------------------------------------- */

static const struct files_cursor *cursor_of(const sqlite3_vtab_cursor *cursor) {
  return (const struct files_cursor *)cursor;
}

static const struct file *file_of(const sqlite3_vtab_cursor *cursor) {
  const struct files_cursor *c = cursor_of(cursor);
  return &c->query.list.files.file[c->row];
}

static void result_part(sqlite3_context *ctx, const struct object_name_part *part) {
  if (part->p) sqlite3_result_text(ctx, part->p, (int)part->n, SQLITE_TRANSIENT);
}

static void result_time(sqlite3_context *ctx, uint64_t cell) {
  if (cell != BATCH_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)cell);
}

/* Finishes a text and passes it to SQLite; NULL if it is empty. */
static void result_str(sqlite3_context *ctx, sqlite3_str *str) {
  int is_empty = sqlite3_str_length(str) == 0, rc = sqlite3_str_errcode(str);
  char *text = sqlite3_str_finish(str);
  if (rc) sqlite3_result_error_code(ctx, rc);
  else if (!is_empty) sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
  sqlite3_free(text);
}

static void result_path(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  sqlite3_result_text(ctx, file_of(cursor)->path, -1, SQLITE_TRANSIENT);
}

static void result_size(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  if (file_of(cursor)->size >= 0) sqlite3_result_int64(ctx, file_of(cursor)->size);
}

static void result_mtime(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  if (file_of(cursor)->size >= 0) sqlite3_result_int64(ctx, file_of(cursor)->mtime);
}

static void result_account(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  result_part(ctx, &cursor_of(cursor)->key.account);
}

static void result_region(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  result_part(ctx, &cursor_of(cursor)->key.region);
}

static void result_flow_log(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  result_part(ctx, &cursor_of(cursor)->key.flow_log_id);
}

static void result_delivered(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  int64_t delivered = cursor_of(cursor)->key.delivered;
  if (delivered != OBJECT_NAME_NO_TIME) sqlite3_result_int64(ctx, delivered);
}

static void result_kind(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  char kinds[SOURCE_KINDS];
  const struct reader *r = &cursor_of(cursor)->reader;
  if (!r->source_known) return;
  source_kinds(&r->source, kinds);
  if (!r->is_contained) {
    sqlite3_result_text(ctx, kinds, -1, SQLITE_TRANSIENT);
    return;
  }
  sqlite3_str *text = sqlite3_str_new(NULL);
  if (r->source.nlayers) sqlite3_str_appendf(text, "%s+", kinds);
  sqlite3_str_appendall(text, r->container.form);
  result_str(ctx, text);
}

static void result_verdict(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  static const char *const names[] = {
      [VERDICT_OPEN] = NULL,     [VERDICT_FLOW_LOG] = "flow log", [VERDICT_EMPTY] = "empty",
      [VERDICT_OTHER] = "other", [VERDICT_BAD] = "unreadable",
  };
  (void)column;
  const struct reader *r = &cursor_of(cursor)->reader;
  sqlite3_result_text(ctx, names[r->is_other ? VERDICT_OTHER : r->verdict], -1, SQLITE_STATIC);
}

static void append_names(sqlite3_str *out, const struct layout *l) {
  size_t n = layout_names(l, NULL), before = (size_t)sqlite3_str_length(out);
  sqlite3_str_appendchar(out, (int)n, ' ');
  char *text = sqlite3_str_value(out);
  if (text && (size_t)sqlite3_str_length(out) == before + n) layout_names(l, text + before);
}

/*
** The names of the file's fields, with a space between two.  Lines of several formats give a JSON
** array of these texts, which the option `format` takes.
*/
static void result_fields(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  const struct reader *r = &cursor_of(cursor)->reader;
  if (r->verdict != VERDICT_FLOW_LOG) return;
  int is_array = r->formats.choice != FORMATS_NONE && (r->formats.seen & (r->formats.seen - 1));
  sqlite3_str *text = sqlite3_str_new(NULL);
  if (!is_array) append_names(text, reader_layout(r));
  for (uint32_t i = 0, before = 0; is_array && i < r->formats.formats->n; i++) {
    if (!(r->formats.seen >> i & 1)) continue;
    sqlite3_str_appendall(text, before++ ? "\", \"" : "[\"");
    append_names(text, &r->formats.formats->layout[i]);
  }
  if (is_array) sqlite3_str_appendall(text, "\"]");
  result_str(ctx, text);
}

static void result_note(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  const struct reader *r = &cursor_of(cursor)->reader;
  const struct layout *l = reader_layout(r);
  sqlite3_str *note = sqlite3_str_new(NULL);
  sqlite3_str_appendall(note, r->why);
  int by_header = r->verdict == VERDICT_FLOW_LOG && r->formats.choice == FORMATS_NONE;
  for (uint32_t i = 0; by_header && i < l->nunknown; i++)
    sqlite3_str_appendf(note, "%s%.*s",
                        i           ? ", "
                        : r->why[0] ? "; unknown fields: "
                                    : "unknown fields: ",
                        (int)l->name_n[l->unknown[i]], layout_name(l, l->unknown[i]));
  if (r->table.is_flow_log && r->table.unreadable[0])
    sqlite3_str_appendf(note, "%sunreadable columns: %s", sqlite3_str_length(note) ? "; " : "", r->table.unreadable);
  result_str(ctx, note);
}

static void result_rows(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  sqlite3_result_int64(ctx, (sqlite3_int64)cursor_of(cursor)->records);
}

static void result_min_start(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  result_time(ctx, cursor_of(cursor)->min_start);
}

static void result_max_end(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  result_time(ctx, cursor_of(cursor)->max_end);
}

static void result_errors(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  sqlite3_result_int64(ctx, (sqlite3_int64)cursor_of(cursor)->problems);
}

#define FILE_COLUMN(name_, type_, depth_, result_, doc_)                                                               \
  { .name = name_, .type = type_, .role = COLUMN_OTHER, .ref = DEPTH_##depth_, .result = result_, .doc = doc_ }

static const struct column columns[] = {
    FILE_COLUMN("path", "TEXT", NAME, result_path,
                "path of the file, as it is: `printable(path)` can be shown whatever the name is"),
    FILE_COLUMN("size", "INTEGER", NAME, result_size, "bytes on the disk"),
    FILE_COLUMN("mtime", "INTEGER", NAME, result_mtime, "last modification, Unix seconds"),
    FILE_COLUMN("account_id", "TEXT", NAME, result_account,
                "account of the flow log, by the names of file and folders"),
    FILE_COLUMN("region", "TEXT", NAME, result_region, "region, by the names"),
    FILE_COLUMN("flow_log_id", "TEXT", NAME, result_flow_log, "id of the flow log, by the name"),
    FILE_COLUMN("delivered", "INTEGER", NAME, result_delivered, "time in the name, Unix seconds"),
    FILE_COLUMN(
        "kind", "TEXT", OPEN, result_kind,
        "`plain`, `gzip`, `empty`, `parquet` …, by the first bytes; the layers from the outermost on where there are "
        "several, and the form of what is in them: `gzip+gzip`, `json events`, `gzip+json subscription`"),
    FILE_COLUMN("verdict", "TEXT", OPEN, result_verdict,
                "`flow log`; `empty`; `other` (no flow log: passed over in a folder, an error when named); "
                "`unreadable` (ends a query with `on_error = fail`)"),
    FILE_COLUMN("fields", "TEXT", OPEN, result_fields,
                "AWS's names of the fields, whatever the spelling of the header; a JSON array of such texts where "
                "lines without a header are "
                "in several formats; NULL for what is not a flow log"),
    FILE_COLUMN("note", "TEXT", OPEN, result_note,
                "why the file is passed over or cannot be read, or the first of its errors as far as it was read; "
                "names in its header that are no fields; printable, as `raw` of flowlogs_errors"),
    FILE_COLUMN("rows", "INTEGER", READ, result_rows, "records that can be used"),
    FILE_COLUMN("min_start", "INTEGER", READ, result_min_start, "least `start` of the records, Unix seconds"),
    FILE_COLUMN("max_end", "INTEGER", READ, result_max_end, "greatest `end` of the records, Unix seconds"),
    FILE_COLUMN("errors", "INTEGER", READ, result_errors, "number of things that cannot be used"),
    OPTION_COLUMN_AS("paths", path), /* the name path is taken */
    OPTION_COLUMN(format),
    OPTION_COLUMN(progress),
    OPTION_COLUMN(index_file),
};

const struct sql_table flowlogs_files_table = {
    .name = "flowlogs_files",
    .arguments = "path, format",
    .column = columns,
    .ncolumns = (int)(sizeof columns / sizeof *columns),
    .doc = "The files that a path stands for, one row for each, in the order in which they are read.",
    .example = "SELECT path, verdict, note FROM flowlogs_files('tests/data/edge') WHERE verdict <> 'flow log'",
};

/* --- the cursor -------------------------------------------------------------------------------------------------- */

static int files_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_files_table, aux, out);
}

static int files_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct files_cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, offsetof(struct files_cursor, reader));
  query_open(&c->query, table);
  *out = &c->query.cursor;
  return SQLITE_OK;
}

static void clear_reader(struct files_cursor *c) {
  if (!c->has_reader) return;
  reader_clear(&c->reader);
  batch_clear(&c->batch);
  c->has_reader = 0;
}

static int files_close(sqlite3_vtab_cursor *base) {
  struct files_cursor *c = (struct files_cursor *)base;
  clear_reader(c);
  query_close(&c->query);
  mem_free(c);
  return SQLITE_OK;
}

static void add_times(struct files_cursor *c) {
  const struct batch *b = &c->batch;
  for (uint32_t i = 0; i < b->nrows; i++) {
    uint64_t start = b->has[FIELD_start] ? b->cell[FIELD_start][i] : BATCH_NULL;
    uint64_t end = b->has[FIELD_end] ? b->cell[FIELD_end][i] : BATCH_NULL;
    if (start < c->min_start) c->min_start = start; /* BATCH_NULL is the largest */
    if (end != BATCH_NULL && (c->max_end == BATCH_NULL || end > c->max_end)) c->max_end = end;
  }
}

/* Reads the file, as far as the depth says. */
static int read_file(struct files_cursor *c, const struct file *file, enum depth depth) {
  struct err e = {0};
  enum reader_result rc;
  c->min_start = c->max_end = BATCH_NULL;
  reader_open_file(&c->reader, file);
  do {
    batch_reset(&c->batch);
    rc = stop_check(&c->reader_options.stop, &e) ? READER_ERROR : reader_next(&c->reader, &c->batch, &e);
    add_times(c);
  } while ((rc == READER_MORE || rc == READER_FULL) && (depth == DEPTH_READ || c->reader.verdict == VERDICT_OPEN));
  reader_close(&c->reader);
  c->records = c->reader.records;
  c->problems = c->reader.nproblems;
  char **pzErr = &c->query.cursor.pVtab->zErrMsg;
  if (rc == READER_ERROR) return report_error(pzErr, &e);
  const struct problem *exhausted = batch_exhausted(&c->batch);
  return exhausted ? report_problem(pzErr, file->path, &c->batch, exhausted, "") : SQLITE_OK;
}

/*
** Does the index tell what only a reading to the end tells?  What a file is that is no flow log depends
** on how the query names it.  The note of a file with errors may be about its last line, and a file of
** several layouts has the fields of the last.  A twin is refused for what lies beside it.
*/
static int is_known(const struct files_cursor *c, const struct file *file, const struct file_facts *facts) {
  if (!facts || c->depth != DEPTH_READ || (file->best_twin && file->best_twin != file)) return 0;
  return c->opens ? file_facts_are_all(facts) : facts->verdict == VERDICT_FLOW_LOG;
}

/*
** Finds out about the file of this row what the query needs.  What only a reading to the end tells is
** taken from the index, if it knows the file.
*/
static int look(struct files_cursor *c) {
  if (c->row >= c->query.list.files.n) return watch_end(&c->query.watch), SQLITE_OK;
  const struct file *file = &c->query.list.files.file[c->row];
  const struct file_facts *facts = index_use_facts(&c->query.index, c->row);
  int rc = SQLITE_OK, is_indexed = is_known(c, file, facts);
  object_name_parse(&c->key, file->path);
  if (c->depth == DEPTH_NAME) return SQLITE_OK;
  if (!is_indexed || c->opens) rc = read_file(c, file, is_indexed ? DEPTH_OPEN : c->depth);
  if (is_indexed) {
    c->records = facts->records;
    c->problems = facts->problems;
    c->min_start = facts->min_start;
    c->max_end = facts->max_end;
  }
  progress_add(&c->query.watch.progress, 1, file->size > 0 ? (uint64_t)file->size : 0, c->records);
  watch_rows(&c->query.watch);
  return rc;
}

/* Does the query name a column that needs this depth? */
static int needs(sqlite3_uint64 used, enum depth depth) {
  for (int i = 0; i < flowlogs_files_table.ncolumns; i++)
    if (columns[i].role == COLUMN_OTHER && columns_is_used(used, i) && columns[i].ref == (int)depth) return 1;
  return 0;
}

static void choose_depth(struct files_cursor *c) {
  c->opens = needs(c->query.used, DEPTH_OPEN);
  c->depth = needs(c->query.used, DEPTH_READ) ? DEPTH_READ : c->opens ? DEPTH_OPEN : DEPTH_NAME;
}

static int open_reader(struct files_cursor *c) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  struct err e = {0};
  wanted[FIELD_start] = wanted[FIELD_end] = c->depth == DEPTH_READ;
  c->reader_options.guard = &c->query.list.guard;
  c->reader_options.formats = c->query.options.formats;
  c->reader_options.policy = POLICY_SKIP;
  c->reader_options.whole_rows = 1; /* all errors count */
  c->reader_options.stop = watch_stop(&c->query.watch);
  c->has_reader = 1;
  reader_init(&c->reader, &c->reader_options, &e);
  batch_init(&c->batch, wanted, &e);
  progress_begin(&c->query.watch.progress, c->query.list.files.n, files_bytes(&c->query.list.files));
  return e.code ? report_error(&c->query.cursor.pVtab->zErrMsg, &e) : SQLITE_OK;
}

static int files_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct files_cursor *c = (struct files_cursor *)cursor;
  (void)idx;
  clear_reader(c);
  c->row = 0;
  int rc = query_begin(&c->query, plan, argc, argv);
  choose_depth(c);
  if (!rc && c->depth != DEPTH_NAME) rc = open_reader(c);
  return rc ? rc : look(c);
}

static int files_next(sqlite3_vtab_cursor *cursor) {
  struct files_cursor *c = (struct files_cursor *)cursor;
  c->row++;
  return look(c);
}

static int files_eof(sqlite3_vtab_cursor *cursor) {
  const struct files_cursor *c = cursor_of(cursor);
  return c->row >= c->query.list.files.n;
}

static int files_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct files_cursor *c = cursor_of(cursor);
  *out = (sqlite3_int64)(c->query.base + c->row);
  return SQLITE_OK;
}

const sqlite3_module flowlogs_files_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = files_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = files_open,
    .xClose = files_close,
    .xFilter = files_filter,
    .xNext = files_next,
    .xEof = files_eof,
    .xColumn = table_column,
    .xRowid = files_rowid,
};
